//! Corrupted dumps: every one is found, and named by its kind, by the first auditor; and both auditors say the same of
//! every dump. `MERIT_DUMPS=3000 cargo test -p tests --test all dumps -- --nocapture` makes so many of them.

use crate::shop::Shop;
use audit::Item;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;
use tests::corruption::{Dice, Second, Table, audited, kinds};
use tests::floor::play;
use tests::floor::served::{Plan, Served};
use tests::story;
use tests::world::World;

/// Corrupted dumps made where nothing else is asked for.
const SHARE: usize = 300;

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Good dumps, by where they come from.
fn good_dumps(whole: bool) -> Vec<(String, Vec<Item>)> {
    let mut dumps = Vec::new();
    for path in story::files().unwrap() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (world, story) = (World::start().unwrap(), story::load(&path).unwrap());
        let (_, failures) = play(&story, &mut Served::start(&world, Plan::Calm).unwrap());
        assert!(failures.is_empty(), "{name}: {failures:?}");
        dumps.push((name, items(&world)));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut shops = vec![(5, 2, 40, 14), (6, 2, 30, 60)];
    if whole {
        shops.extend([(7, 4, 240, 40), (8, 3, 450, 14), (9, 8, 900, 20)]);
    }
    for (seed, members, requests, hours) in shops {
        let dump = runtime.block_on(async { Shop::busy(seed, members, requests, hours).await.dump().await });
        dumps.push((format!("busy shop {seed}"), dump));
    }
    dumps
}

fn items(world: &World) -> Vec<Item> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = world.store().unwrap();
    let (mut items, mut pages) = (Vec::new(), store.items());
    while let Some(page) = runtime.block_on(pages.next_page()).unwrap() {
        items.extend(page);
    }
    items
}

/// Writes a dump where they are asked for.
fn kept(name: &str, items: &[Item]) {
    if let Some(folder) = std::env::var_os("MERIT_DUMPS_DIR") {
        let lines: String = items.iter().map(|item| item.to_line() + "\n").collect();
        std::fs::write(Path::new(&folder).join(name), lines).unwrap();
    }
}

/// What an auditor says: whether a dump is clean, and which members are at fault. Whatever else is wrong, a counter or
/// a rulebook, is in the first alone.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    clean: bool,
    members: BTreeSet<String>,
    why: String,
}

fn first(items: &[Item]) -> (Verdict, BTreeSet<audit::Invariant>) {
    let report = audited(items.to_vec());
    let of_members = report.violations.iter().filter(|violation| violation.pk.contains("#M#"));
    let members = of_members.map(|violation| violation.pk.clone()).collect();
    let verdict = Verdict { clean: report.is_clean(), members, why: report.to_string() };
    (verdict, report.violations.iter().map(|violation| violation.invariant).collect())
}

/// What the first says, once the second has said the same.
fn agreed(
    what: &str,
    items: &[Item],
    second: &mut Option<Second>,
    wrong: &mut Vec<String>,
) -> (Verdict, BTreeSet<audit::Invariant>) {
    if let Some(second) = second {
        second.tell(items);
    }
    let (verdict, named) = first(items);
    if let Some(second) = second {
        let (clean, members, why) = second.verdict().unwrap();
        if (clean, &members) != (verdict.clean, &verdict.members) {
            wrong.push(format!(
                "{what}: the auditors differ\n the first says {:?} {}\n the second says {:?} {}",
                verdict.members, verdict.why, members, why
            ));
        }
    }
    (verdict, named)
}

#[test]
fn corrupted_dumps_are_found_and_named_and_both_auditors_agree() {
    let count = asked("MERIT_DUMPS").map_or(SHARE, |count| usize::try_from(count).unwrap());
    let (seed, began) = (asked("MERIT_SEED").unwrap_or(1), Instant::now());
    println!("seed {seed}: the same dumps again with MERIT_SEED={seed} MERIT_DUMPS={count}");
    let good = good_dumps(count > SHARE);
    let (mut second, mut wrong) = (Second::start(), Vec::new());
    for (name, items) in &good {
        let items = Table::new(items).into_items();
        kept(name, &items);
        let (verdict, _) = agreed(name, &items, &mut second, &mut wrong);
        assert!(verdict.clean, "{name} is good\n{}", verdict.why);
    }
    let (mut dice, kinds): (_, Vec<_>) = (Dice::new(seed), kinds().collect());
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    for n in 0..count {
        let kind = kinds[n % kinds.len()];
        // the large ones are slow, and one in ten has all there is
        let among = if dice.place(10) == 0 { good.len() } else { good.len().saturating_sub(1).max(1) };
        let corrupted = (0..1_000).find_map(|_| {
            let (name, items) = &good[dice.place(among)];
            Some((name, kind.of(items, &mut dice)?))
        });
        let Some((base, corrupted)) = corrupted else {
            wrong.push(format!("no dump has a place for: {}", kind.name));
            continue;
        };
        let what = format!("dump {n}, {} in {base}", kind.name);
        let before = wrong.len();
        let (verdict, named) = agreed(&what, &corrupted, &mut second, &mut wrong);
        if wrong.len() > before {
            kept(&what, &corrupted);
        }
        if !kind.found_as.iter().any(|invariant| named.contains(invariant)) {
            wrong.push(format!("{what}: not named {:?}\n{}", kind.found_as, verdict.why));
        }
        *made.entry(kind.name).or_default() += 1;
    }
    assert!(
        wrong.is_empty(),
        "seed {seed}, {} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(25)].join("\n")
    );
    println!(
        "{} corrupted dumps of {} kinds from {} good ones in {:?}: all found and named, {}",
        made.values().sum::<usize>(),
        made.len(),
        good.len(),
        began.elapsed(),
        if second.is_some() { "equal verdicts of both auditors" } else { "by the first auditor alone" }
    );
    assert!(made.len() >= 30 || count < 30);
}
