//! A merchant's file of any number of rules, an event and facts: the same for every bench.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    reason = "each bench uses some of it; a bench that cannot start must fail"
)]

pub(crate) mod sparse;

use dsl::calendar::parse_moment;
use dsl::check::check;
use dsl::event::{Event, Line, PURCHASE};
use dsl::facts::Facts;
use dsl::model::Programme;
use dsl::plan::Rulebook;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const CATEGORIES: [&str; 6] = ["coffee", "bakery", "beans", "tea", "cups", "gifts"];
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const HEAD: &str = "language 1

programme bench {
  currency EUR
  timezone \"Europe/Paris\"
  point worth 0.01 EUR
  limit 5000 points per member per day
}

catalogue {
  categories [coffee, bakery, beans, tea, cups, gifts]
  channels [online, counter]
  tags [own_cup, app]
}

tiers {
  guest   always
  regular from 300 points earned in 12 months
  insider from 900 points earned in 12 months
}

group boosters {
  take best
  limit 2000 points per member per week
}

rule base {
  on purchase
  give 1 point per 0.10 EUR of basket.eligible
}
";

/// Rules in one file for [`programme`]: more do not fit.
const CHUNK: usize = 200;

/// A file of the rules from `first` on: conditions on baskets, lines, times, tiers and sums; flat awards with limits,
/// extra rates, multipliers in a group, a daily limit over all.
fn rules(first: usize, count: usize) -> String {
    let mut text = HEAD.to_owned();
    for at in first..first + count {
        let category = CATEGORIES[at % CATEGORIES.len()];
        let day = DAYS[at % DAYS.len()];
        let (euros, hour) = (at % 40, at % 20);
        let next = hour + 3;
        let number = at / 5;
        let rule = match at % 5 {
            0 => format!(
                "when basket.paid at least {euros}.00 EUR\n  and  day is {day}\n  give {} points\n  limit 2 times per member per day",
                at % 30 + 1
            ),
            1 => format!(
                "active from 2026-{:02}-01 until 2026-12-31\n  when member.tier in [regular, insider]\n  multiply points by 1.{}\n  in group boosters",
                number % 12 + 1,
                at % 9 + 1
            ),
            2 => format!(
                "when time between {hour:02}:00 and {next:02}:30\n  give 1 point per 1.00 EUR of basket.lines where line.category is {category}"
            ),
            3 => format!(
                "when basket.tags has any of [own_cup]\n  and  basket.categories has any of [{category}]\n  and  channel is counter\n  give 5 points\n  limit 100 points per member per month"
            ),
            _ => format!(
                "when member.spent in 12 months at least {euros}.00 EUR\n  and  basket.items at least {}\n  and  basket.lines where line.category is {category} at least {euros}.00 EUR\n  give {} points",
                at % 6 + 1,
                at % 20 + 1
            ),
        };
        write!(text, "\nrule rule_{at} {{\n  on purchase\n  {rule}\n}}\n").unwrap();
    }
    text
}

/// Rules a file may have at most.
const FILE_RULES: usize = 500;

/// Files of `count` short rules in all.
pub(crate) fn sources(count: usize) -> Vec<String> {
    let file = |first: usize| {
        let mut text = HEAD.to_owned();
        for at in first.max(1)..count.min(first + FILE_RULES - 1) {
            let day = DAYS[at % DAYS.len()];
            let when = if at % 3 == 0 { "channel is counter".to_owned() } else { format!("day is {day}") };
            writeln!(text, "rule r{at} {{on purchase when {when} give {} points}}", at % 9 + 2).unwrap();
        }
        text
    };
    (0..count).step_by(FILE_RULES - 1).map(file).collect()
}

/// One programme of several files: the rules of all under the head of the first.
pub(crate) fn joined(files: &[String]) -> Programme {
    let mut programmes = files.iter().map(|file| checked(file));
    let mut programme = programmes.next().unwrap();
    for more in programmes {
        programme.rules.extend(more.rules.into_iter().skip(1));
    }
    programme
}

pub(crate) fn checked(source: &str) -> Programme {
    let checked = check(source.as_bytes(), None);
    checked.programme.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics.first()))
}

/// A programme of `count` rules, put together from as many files as that takes.
pub(crate) fn programme(count: usize) -> Programme {
    let mut programme = checked(&rules(1, CHUNK.min(count.saturating_sub(1))));
    while programme.rules.len() < count {
        let first = programme.rules.len();
        let more = checked(&rules(first, CHUNK.min(count - first)));
        programme.rules.extend(more.rules.into_iter().skip(1));
    }
    programme
}

/// The rulebook of [`sources`].
pub(crate) fn compiled(count: usize) -> Rulebook {
    Rulebook::compile(joined(&sources(count)))
}

pub(crate) fn rulebook(count: usize) -> Rulebook {
    Rulebook::compile(programme(count))
}

/// The rulebook of so many rules as [`sparse`] has them.
pub(crate) fn sparse(count: usize) -> Rulebook {
    let campaigns = sparse::campaigns(count.saturating_sub(1));
    let file = |(chunk, campaigns): (usize, &[sparse::Campaign])| {
        let rules = campaigns.iter().enumerate().map(|(at, one)| sparse::rule(chunk * CHUNK + at, one));
        [sparse::head(), rules.collect()].concat()
    };
    let files: Vec<String> = campaigns.chunks(CHUNK).enumerate().map(file).collect();
    Rulebook::compile(joined(&files))
}

/// Four lines on a Monday morning.
pub(crate) fn event() -> Event {
    let line = |amount_minor, category: &str, tags: &[&str]| Line {
        amount_minor,
        quantity: 1,
        sku: Some(format!("{category}-1")),
        category: Some(category.to_owned()),
        brand: Some("kaffa".to_owned()),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        eligible: true,
    };
    Event {
        kind: PURCHASE.to_owned(),
        at: parse_moment("2026-11-23T08:10:00+01:00").unwrap(),
        channel: Some("counter".to_owned()),
        store: Some("lyon".to_owned()),
        lines: vec![
            line(740, "coffee", &["own_cup"]),
            line(320, "bakery", &[]),
            line(1_490, "beans", &[]),
            line(250, "tea", &["app"]),
        ],
        fields: BTreeMap::new(),
    }
}

pub(crate) fn facts(rulebook: &Rulebook) -> Facts {
    Facts {
        tier: Some(1),
        balance_points: 420,
        windows: vec![3_200; rulebook.windows().len()],
        used: vec![0; rulebook.limits().len()],
        ..Facts::default()
    }
}
