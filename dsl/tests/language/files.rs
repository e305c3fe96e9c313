//! A programme of several files means what it means as one, and what is wrong in it is told with its file.

use crate::examples::{EXAMPLES, forget_places};
use crate::mistakes::underlined;
use dsl::check::{RULES_MAX, SOURCE_BYTES_MAX, check};
use dsl::diagnostic::{Diagnostic, render};
use dsl::files::{self, FILES_MAX, Files, Location, PROGRAMME_BYTES_MAX, Unjoined};
use dsl::fmt::format;
use dsl::model::Programme;
use dsl::plan::Rulebook;
use proptest::prelude::*;
use std::collections::BTreeMap;

const HEAD: &str = "language 1\n\nprogramme club \"The Club\" {\n  currency EUR\n  timezone \"Europe/Paris\"\n  point worth 0.01 EUR\n}\n";
const BASE: &str = "rule base {\n  on purchase\n  give 1 point per 1.00 EUR of basket.paid\n}\n";
const SUMMER: &str =
    "# only in summer\nrule summer {\n  on purchase\n  give 2 points\n  in group boosters\n}\n";
const GROUP: &str = "group boosters {\n  take best\n}\n";

fn folder(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn joined(files: &[(&str, &str)]) -> String {
    String::from_utf8(files::join(&folder(files)).unwrap()).unwrap()
}

fn found(text: &str) -> Vec<Diagnostic> {
    check(text.as_bytes(), None).diagnostics
}

/// Code, message, what is underlined, and where that stands.
fn said(text: &str) -> Vec<(String, String, String, String)> {
    let files = Files::of(text);
    let one = |found: &Diagnostic| {
        let underlined = underlined(text, found).to_owned();
        (found.code.clone(), found.message.clone(), underlined, files.quote("all.merit", found.place.start))
    };
    found(text).iter().map(one).collect()
}

fn meaning(text: &str) -> Programme {
    let checked = check(text.as_bytes(), None);
    assert_eq!(render("club", text, &checked.diagnostics), "");
    let mut programme = checked.programme.unwrap();
    forget_places(&mut programme);
    programme
}

#[test]
fn everything_may_refer_to_everything() {
    let several = joined(&[
        ("rules/summer.merit", SUMMER),
        ("club.merit", HEAD),
        ("base.merit", BASE),
        ("groups.merit", GROUP),
    ]);
    let one = [BASE, HEAD, GROUP, SUMMER].concat();
    assert_eq!(meaning(&several), meaning(&one));
    assert!(several.starts_with("file \"base.merit\"\nrule base {"), "{several}");
    let names: Vec<&str> = Files::of(&several).iter().map(|file| file.name).collect();
    assert_eq!(names, ["base.merit", "club.merit", "groups.merit", "rules/summer.merit"]);
}

#[test]
fn the_order_of_files_decides_nothing() {
    let part = |name: &str, text: &str| format!("file \"{name}\"\n{text}");
    let parts =
        [part("a.merit", SUMMER), part("b.merit", HEAD), part("c.merit", BASE), part("d.merit", GROUP)];
    let there = parts.concat();
    let back: String = parts.iter().rev().map(String::as_str).collect();
    assert_eq!(meaning(&there), meaning(&back));
    let names = |text: &str| meaning(text).rules.into_iter().map(|rule| rule.name).collect::<Vec<_>>();
    assert_eq!(names(&back), ["summer", "base"]);
}

#[test]
fn what_editors_leave_in_a_file_is_no_matter() {
    let plain = joined(&[("a.merit", HEAD), ("b.merit", BASE), ("c.merit", GROUP), ("d.merit", SUMMER)]);
    let windows = |text: &str| text.replace('\n', "\r\n");
    let odd = [
        ("a.merit", format!("\u{feff}{}", windows(HEAD))),
        ("b.merit", BASE.trim_end().to_owned()),
        ("c.merit", format!("\u{feff}{GROUP}")),
        ("d.merit", format!("{}# no end", windows(SUMMER))),
    ];
    let odd: Vec<(&str, &str)> = odd.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let several = joined(&odd);
    assert_eq!(meaning(&several), meaning(&plain));
    assert_eq!(format(&several).unwrap().replace("\n# no end\n", ""), format(&plain).unwrap());
    // joined by hand, with marks where files begin and before the whole, and ends as of Windows
    let by_hand: String = odd.iter().map(|(name, text)| format!("file \"{name}\"\r\n{text}\r\n")).collect();
    assert_eq!(meaning(&format!("\u{feff}{by_hand}")), meaning(&plain));
}

#[test]
fn mistakes_are_told_with_their_file() {
    let wrong = SUMMER.replace("boosters", "bosters");
    let several = joined(&[("club.merit", HEAD), ("rules/summer.merit", &wrong), ("zone.merit", GROUP)]);
    let shown = render("all.merit", &several, &found(&several));
    assert_eq!(
        shown,
        "error[E0105] there is no group `bosters`; groups are: boosters\n \
         ┌─ rules/summer.merit:5:12\n\
         5│   in group bosters\n \
         │            ^^^^^^^ did you mean `boosters`? (fix available)\n"
    );
    assert!(render("shop/", &several, &found(&several)).contains("┌─ shop/rules/summer.merit:5:12\n"));
}

#[test]
fn the_end_of_a_mistake_is_in_its_file_too() {
    let several = joined(&[("a.merit", "rule a {\n"), ("b.merit", HEAD)]);
    let files = Files::of(&several);
    let whole = files.iter().next().unwrap();
    let end = u32::try_from(whole.start + whole.text.len()).unwrap();
    let start = u32::try_from(whole.start).unwrap();
    let (from, to) = files.locate_place(dsl::model::Place { start, end });
    let at = |line, column| Location { file: Some("a.merit"), line, column };
    assert_eq!((from, to), (at(1, 1), at(2, 1)));
    // the line that names a file is in none
    assert_eq!(files.locate(end), Location { file: None, line: 3, column: 1 });
    assert_eq!(files.quote("all.merit", 0), "all.merit:1:1");
}

#[test]
fn a_block_that_is_never_closed_costs_its_own_file_only() {
    let open = "rule open {\n  on purchase\n  when any of {\n    channel is online\n";
    let several = joined(&[
        ("a.merit", open),
        ("b.merit", HEAD),
        ("c.merit", "rule c {\n  on purchse\n  give 1 point\n}\n"),
    ]);
    let said = said(&several);
    let codes: Vec<(&str, &str)> = said.iter().map(|(code, _, _, at)| (code.as_str(), at.as_str())).collect();
    assert_eq!(codes, [("E0306", "a.merit:3:15"), ("E0103", "c.merit:2:6")], "{said:?}");
}

#[test]
fn a_name_given_twice_says_where_the_other_is() {
    let again = BASE.replace("base", "summer");
    let several =
        joined(&[("a.merit", HEAD), ("b.merit", &again), ("c/d.merit", SUMMER), ("e.merit", GROUP)]);
    let told = said(&several);
    assert_eq!(
        told,
        [(
            "E0102".to_owned(),
            "there are two rules called `summer`; the other is in `b.merit`, line 1".to_owned(),
            "summer".to_owned(),
            "c/d.merit:2:6".to_owned(),
        )]
    );
    // in one file, it is to be seen
    let several = joined(&[("a.merit", HEAD), ("b.merit", &[&again, SUMMER, GROUP].concat())]);
    assert_eq!(said(&several)[0].1, "there are two rules called `summer`");
    // a rule that is gone, by its name of before
    let gone = BASE.replace("on purchase", "formerly summer\n  on purchase");
    let several = joined(&[("a.merit", HEAD), ("b.merit", &gone), ("c.merit", &[SUMMER, GROUP].concat())]);
    assert_eq!(
        said(&several)[0].1,
        "there still is a rule called `summer`; the other is in `c.merit`, line 2"
    );
}

#[test]
fn what_is_said_once_is_said_in_one_file() {
    let other = HEAD.replace("club", "second");
    let several = joined(&[("a.merit", HEAD), ("b.merit", BASE), ("c.merit", &other)]);
    let shown = render("all.merit", &several, &found(&several));
    assert!(shown.contains("error[E0305] a programme has one `programme`\n ┌─ c.merit:3:1\n"), "{shown}");
    assert!(shown.contains("put everything into the one in `a.merit`, line 3\n"), "{shown}");
    // a language is said by any file, by each once
    assert!(found(&joined(&[("a.merit", HEAD), ("b.merit", &format!("language 1\n{BASE}"))])).is_empty());
    let several = joined(&[("a.merit", HEAD), ("b.merit", &format!("language 1\nlanguage 1\n{BASE}"))]);
    assert_eq!(said(&several)[0].3, "b.merit:2:1");
    let several = joined(&[("a.merit", HEAD), ("b.merit", &format!("language 2\n{BASE}"))]);
    assert_eq!((said(&several)[0].0.as_str(), said(&several)[0].3.as_str()), ("E0315", "b.merit:1:10"));
    let several = joined(&[("a.merit", BASE), ("b.merit", GROUP)]);
    let told = said(&several);
    let messages: Vec<(&str, &str)> =
        told.iter().map(|(_, what, _, at)| (what.as_str(), at.as_str())).collect();
    assert_eq!(
        messages[..2],
        [("no file says its language", "a.merit:1:1"), ("no file has the programme", "a.merit:1:1")]
    );
}

#[test]
fn lines_that_name_files_have_mistakes_of_their_own() {
    let with = |line: &str| format!("file \"a.merit\"\n{HEAD}{line}\n{BASE}");
    for (line, code) in [
        ("file \"a.merit\"", "E0324"),
        ("file \"Summer.merit\"", "E0323"),
        ("file \"summer\"", "E0323"),
        ("file \".merit\"", "E0323"),
        ("file \"../club.merit\"", "E0323"),
        ("file \"/club.merit\"", "E0323"),
        ("file \"a/b/c.merit\"", "E0323"),
        ("file \"a b.merit\"", "E0323"),
        ("file \"a.b.merit\"", "E0323"),
        ("file \"été.merit\"", "E0323"),
        ("file \"a\\b.merit\"", "E0323"),
        ("file \"\"", "E0323"),
        ("file \"b.merit", "E0322"),
        ("file \"b.merit\" {", "E0322"),
        ("file \"b.merit\" # summer", "E0322"),
        ("file b.merit", "E0322"),
        ("  file \"b.merit\"", "E0322"),
    ] {
        let text = with(line);
        let told = said(&text);
        assert_eq!(told[0].0, code, "{line}: {told:?}");
        assert_eq!(told.len(), 1, "{line}: {told:?}");
        assert!(format(&text).is_err(), "{line}");
        if !line.starts_with(' ') && !line.ends_with("b.merit") {
            // what names files is a matter of the whole
            assert_eq!(told[0].3, "all.merit:9:1", "{line}");
        }
    }
    for line in ["file \"b.merit\"", "file   \"x/b-2_.merit\"  ", "file\t\"b.merit\"\r"] {
        assert_eq!(found(&with(line)), [], "{line}");
    }
    // a mark hides one from the reader of lines: never from one of two readers
    let hidden = format!("file \"a.merit\"\n\u{feff}file \"b.merit\"\n{HEAD}{BASE}");
    assert_eq!(said(&hidden).first().map(|told| told.0.as_str()), Some("E0322"));
    assert!(format(&hidden).is_err());
    let long = format!("file \"{}.merit\"", "x".repeat(files::NAME_MAX));
    assert_eq!(said(&with(&long))[0].0, "E0323");
}

#[test]
fn text_before_the_first_file_is_in_none() {
    for (before, underlined) in [("language 1\n\n", "language 1"), ("# mine\r\n", "# mine"), (" }\n", "}")] {
        let text = format!("\n{before}file \"a.merit\"\n{HEAD}{BASE}");
        let told = said(&text);
        assert!(
            told.iter().any(|(code, _, what, at)| {
                code == "E0325" && what == underlined && at.starts_with("all.merit:2:")
            }),
            "{told:?}"
        );
    }
    assert!(found(&format!("\u{feff}\n \r\nfile \"a.merit\"\n{HEAD}{BASE}")).is_empty());
}

#[test]
fn a_name_of_the_merchants_may_be_file() {
    let text = format!("{HEAD}tiers {{\nnone always\nfile from 100.00 EUR spent this year\n}}\n{BASE}");
    assert!(found(&text).is_empty(), "{:?}", found(&text));
    assert!(!Files::of(&text).are_joined());
}

#[test]
fn the_other_name_is_the_same_one() {
    let first = BASE.replace("base", "first");
    let [one, two] = ["b", "c"].map(|_| BASE.replace("base", "again"));
    let several = joined(&[("a.merit", HEAD), ("b.merit", &[first, one].concat()), ("c.merit", &two)]);
    let line = BASE.lines().count() + 1;
    let expected = format!("there are two rules called `again`; the other is in `b.merit`, line {line}");
    assert_eq!(said(&several).into_iter().map(|one| one.1).collect::<Vec<_>>(), [expected]);
}

#[test]
fn files_are_one_programme_where_exactly_one_says_so() {
    assert!(files::are_one([HEAD, BASE]));
    assert!(files::are_one([GROUP, HEAD, BASE]));
    for other in [&[HEAD][..], &[HEAD, HEAD], &[BASE, GROUP], &[HEAD, BASE, HEAD], &[]] {
        assert!(!files::are_one(other.iter().copied()), "{other:?}");
    }
}

#[test]
fn what_cannot_be_joined_says_why() {
    let why = |files: &[(&str, &str)]| files::join(&folder(files)).unwrap_err().to_string();
    assert_eq!(why(&[]), "there is no rule file here (`*.merit`)");
    assert!(
        why(&[("Summer.merit", BASE)]).starts_with("Summer.merit: a file of several cannot be called so")
    );
    assert_eq!(
        why(&[("a.merit", "file \"b.merit\"\n")]),
        "a.merit: this file is several joined already; keep it outside of the folder"
    );
}

#[test]
fn several_files_have_bounds_of_their_own() {
    // each file
    let filled = |size: usize| format!("{BASE}# {}", "x".repeat(size - BASE.len() - 2));
    let full = filled(SOURCE_BYTES_MAX - 1);
    assert!(found(&joined(&[("a.merit", HEAD), ("b.merit", &full)])).is_empty());
    let over = format!("{full}xx");
    let told = said(&joined(&[("a.merit", HEAD), ("b.merit", &over)]));
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("E0310", "this file is larger than 64 KiB"));
    assert_eq!(told[0].3, "b.merit:1:1");
    let help = |text: &str| found(text)[0].help.clone().unwrap_or_default();
    assert_eq!(help(&over), "split the programme into several");
    // the whole
    let head = format!("file \"a.merit\"\n{HEAD}{BASE}");
    let comment = |size: usize| format!("#{}\n", "x".repeat(size - 2));
    let mut whole = head.clone();
    for name in ["b", "c", "d"] {
        whole.push_str(&format!("file \"{name}.merit\"\n"));
        let left = (PROGRAMME_BYTES_MAX - whole.len()).min(60 * 1024);
        whole.push_str(&comment(left));
    }
    whole.push_str("file \"e.merit\"\n");
    whole.push_str(&comment(PROGRAMME_BYTES_MAX - whole.len()));
    assert_eq!(whole.len(), PROGRAMME_BYTES_MAX);
    assert_eq!(found(&whole), []);
    whole.push('\n');
    let told = said(&whole);
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("E0310", "this programme is larger than 192 KiB"));
    // files
    let many = |count: usize| {
        let rest: String = (1..count).map(|n| format!("file \"f{n}.merit\"\n")).collect();
        format!("{head}{rest}")
    };
    assert_eq!(found(&many(FILES_MAX)), []);
    let told = said(&many(FILES_MAX + 1));
    assert_eq!((told.len(), told[0].0.as_str()), (1, "E0316"));
    assert_eq!(told[0].2, "file \"f64.merit\"");
    // rules
    let rules = |from: usize, to: usize| -> String {
        (from..to)
            .map(|n| format!("rule r{n} {{\n  on purchase\n  give 1 point per 1.00 EUR of basket.paid\n}}\n"))
            .collect()
    };
    let half = RULES_MAX / 2;
    let several = |last: usize| {
        joined(&[("a.merit", HEAD), ("b.merit", &rules(0, half)), ("c.merit", &rules(half, last))])
    };
    let over =
        |text: &str| found(text).iter().any(|found| found.message == "this programme has too many rules");
    assert!(!over(&several(RULES_MAX)));
    assert!(over(&several(RULES_MAX + 1)));
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_file() {
    let mut bytes = joined(&[("a.merit", HEAD)]).into_bytes();
    bytes.extend(b"file \"b.merit\"\n# \xff\n");
    let found = check(&bytes, None).diagnostics;
    let shown = render("all.merit", &String::from_utf8_lossy(&bytes), &found);
    assert!(shown.contains("error[E0311]") && shown.contains("┌─ b.merit:1:3\n"), "{shown}");
}

#[test]
fn files_are_joined_by_name_or_not_at_all() {
    assert_eq!(files::join(&BTreeMap::new()), Err(Unjoined::Nothing));
    let name = |name: &str| files::join(&folder(&[("a.merit", HEAD), (name, BASE)]));
    assert_eq!(name("B.merit"), Err(Unjoined::Name("B.merit".to_owned())));
    let whole = joined(&[("a.merit", HEAD)]);
    let again = files::join(&folder(&[("a.merit", HEAD), ("z.merit", &whole)]));
    assert_eq!(again, Err(Unjoined::Joined("z.merit".to_owned())));
    assert_eq!(joined(&[("b.merit", ""), ("a.merit", "# a")]), "file \"a.merit\"\n# a\nfile \"b.merit\"\n");
}

#[test]
fn formatting_keeps_files_and_each_as_it_is_by_itself() {
    let ragged = [
        ("a.merit", HEAD.replace("  ", "\t")),
        ("b.merit", format!("\n\n{BASE}\n\n# end")),
        ("c.merit", String::new()),
    ];
    let pairs: Vec<(&str, &str)> = ragged.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let neat = format(&joined(&pairs)).unwrap();
    let alone: Vec<(&str, String)> =
        pairs.iter().map(|(name, text)| (*name, format(text).unwrap())).collect();
    let alone: Vec<(&str, &str)> = alone.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(neat, joined(&alone));
    assert_eq!(format(&neat).unwrap(), neat);
}

/// A text cut into files before items, by a rule that any number tells.
fn cut(text: &str, seed: u64) -> String {
    let mut parts: Vec<String> = vec![String::new()];
    let mut dice = seed | 1;
    let mut depth = 0_i32;
    for line in text.split_inclusive('\n') {
        let opens = depth == 0 && line.trim_end().ends_with('{');
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if opens && dice >> 62 == 0 {
            parts.push(String::new());
        }
        let code = line.split('#').next().unwrap();
        depth += i32::try_from(code.matches('{').count()).unwrap()
            - i32::try_from(code.matches('}').count()).unwrap();
        parts.last_mut().unwrap().push_str(line);
    }
    let named: Vec<(String, &str)> =
        parts.iter().enumerate().map(|(n, part)| (format!("part/{n:02}.merit"), part.as_str())).collect();
    let named: Vec<(&str, &str)> = named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    joined(&named)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// However an example is cut into files, it is the same programme with the same tests, formatted or not.
    #[test]
    fn cutting_an_example_changes_nothing(seed in any::<u64>(), which in 0..EXAMPLES.len()) {
        let (_, text) = EXAMPLES[which];
        let several = cut(text, seed);
        let programme = meaning(&several);
        prop_assert_eq!(&programme, &meaning(text));
        let neat = format(&several).unwrap();
        prop_assert_eq!(&meaning(&neat), &programme);
        prop_assert_eq!(format(&neat).unwrap(), neat.clone());
        let names = |text: &str| Files::of(text).iter().map(|file| file.name.to_owned()).collect::<Vec<_>>();
        prop_assert_eq!(names(&neat), names(&several));
        let passed = dsl::testing::run(&Rulebook::compile(programme));
        prop_assert!(passed.iter().all(|report| report.failures.is_empty()));
    }
}
