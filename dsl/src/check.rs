//! From text to a checked programme: all mistakes of a file in one run, or a meaning.
//!
//! It never panics, whatever the bytes, and never stops at the first mistake.

mod attention;
mod cases;
mod challenge;
mod claims;
mod condition;
mod currencies;
mod effect;
mod experiments;
mod levels;
mod lint;
mod literal;
mod names;
mod programme;
mod recurring;
mod referral;
pub(crate) mod report;
mod rewards;
mod rule;
mod segments;
mod steps;
mod structure;
mod survey;
mod tiers;
mod timers;
mod value;

use crate::diagnostic::{Diagnostic, Severity, code};
use crate::model::{Place, Programme};
use crate::syntax;
use crate::syntax::ast::{Item, Kind, What};
use crate::units::{Currency, Moment};
use crate::vocabulary::words;
pub use claims::CheckReport;
use names::Names;
use programme::{Ladder, Settings};
use report::Report;

/// The largest file, in bytes. A larger programme is several files.
pub const SOURCE_BYTES_MAX: usize = 64 * 1024;

/// Rules a file may have.
pub const RULES_MAX: usize = 500;

/// True for a word that no name may be.
pub(crate) fn is_reserved(word: &str) -> bool {
    names::RESERVED.contains(&word) || Kind::ALL.iter().any(|kind| kind.word() == word)
}

/// The currencies a programme may count in.
pub(crate) const fn currency_codes() -> &'static [&'static str] {
    currencies::CODES
}

/// Mistakes reported of one file at most.
const DIAGNOSTICS_MAX: usize = 200;

/// The edition of the language this build reads.
pub const EDITION: u16 = 1;

/// What checking found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The programme; none with any error.
    pub programme: Option<Programme>,
    /// Errors and warnings, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// What became of each `check` of a file without other errors.
    pub checks: Vec<CheckReport>,
}

/// Checks a file's bytes. Never panics, whatever the bytes. `now`, where given, lets it warn of dates already past.
pub fn check(source: &[u8], now: Option<Moment>) -> Checked {
    match readable(source) {
        Ok(text) => check_text(text, now),
        Err(diagnostic) => Checked { programme: None, diagnostics: vec![diagnostic], checks: Vec::new() },
    }
}

/// The text of a file, if it is not too large and is UTF-8.
fn readable(source: &[u8]) -> Result<&str, Diagnostic> {
    if source.len() > SOURCE_BYTES_MAX {
        let message = format!("this file is larger than {} KiB", SOURCE_BYTES_MAX / 1024);
        return Err(Diagnostic::error(code::FILE_SIZE, Place::default(), message)
            .help("split the programme into several"));
    }
    std::str::from_utf8(source).map_err(|error| {
        let start = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
        let length = u32::try_from(error.error_len().unwrap_or(1)).unwrap_or(1);
        let place = Place { start, end: start.saturating_add(length) };
        Diagnostic::error(code::NOT_UTF8, place, "this file is not UTF-8 text").help("save it as UTF-8")
    })
}

fn check_text(source: &str, now: Option<Moment>) -> Checked {
    let parsed = syntax::parse(source);
    let mut report = Report { diagnostics: parsed.diagnostics };
    let resolved = resolve(&parsed.items, parsed.incomplete, parsed.readable, &mut report);
    let (programme, claims) = resolved.map_or((None, Vec::new()), |(found, claims)| (Some(found), claims));
    let sound = |report: &Report| report.diagnostics.iter().all(|found| found.severity != Severity::Error);
    let programme = programme.filter(|_| sound(&report));
    if let Some(programme) = &programme {
        lint::orders(&parsed.items, programme, &mut report);
        rewards::choices(&parsed.items, programme, &mut report);
        survey::judge(&parsed.items, programme, &mut report);
        attention::lint(&parsed.items, programme, &mut report);
        experiments::lint(&parsed.items, programme, &mut report);
        lint::lint(&parsed.items, programme, &words(), now, &mut report);
    }
    let programme = programme.filter(|_| sound(&report));
    let checks = programme.as_ref().map_or_else(Vec::new, |found| claims::prove(found, &claims, &mut report));
    let programme = programme.filter(|_| sound(&report));
    let mut diagnostics = report.diagnostics;
    diagnostics.sort_by_key(|found| (found.place.start, found.place.end));
    if diagnostics.len() > DIAGNOSTICS_MAX {
        let place = diagnostics.get(DIAGNOSTICS_MAX).map(|found| found.place).unwrap_or_default();
        diagnostics.truncate(DIAGNOSTICS_MAX);
        let message = format!("this file has more than {DIAGNOSTICS_MAX} mistakes");
        diagnostics.push(
            Diagnostic::error(code::TOO_MANY, place, message).help("correct those above, then check again"),
        );
    }
    Checked { programme, diagnostics, checks }
}

/// Checks items against each other; `None` where there is no programme to speak of.
fn resolve(
    items: &[Item<'_>],
    incomplete: Vec<Kind>,
    readable: bool,
    report: &mut Report,
) -> Option<(Programme, Vec<claims::Asked>)> {
    if !readable {
        return None;
    }
    let edition = heads(items, &incomplete, report);
    for item in items {
        structure::check(item, report);
        steps::alone(item, report);
    }
    lint::renames(items, report);
    timers::one_unit(items, report);
    effect::count(items, report);
    challenge::alone(items, report);
    let mut names = Names::collect(items, incomplete, report);
    let sets = items.iter().filter(|item| item.kind == Kind::Levels);
    names.levels = sets.filter_map(|item| names.levels_item(item, report)).collect();
    let names = names;
    let mut settings = Settings::default();
    let mut ladder = Ladder::default();
    let (mut referral, mut attention) = (None, None);
    let (mut groups, mut budgets, mut rules, mut rewards, mut tests) =
        (vec![], vec![], vec![], vec![], vec![]);
    let mut segments = vec![];
    let mut claims = vec![];
    let (mut calendars, mut streaks, mut experiments) = (vec![], vec![], vec![]);
    for item in items {
        match item.kind {
            Kind::Programme => settings = names.programme(item, report),
            Kind::Tiers => ladder = names.ladder(item, report),
            Kind::Group => groups.push(names.group_item(item, report)),
            Kind::Budget => budgets.push(names.budget_item(item, report)),
            Kind::Segment => segments.push(names.segment_item(item, report)),
            Kind::Experiment => experiments.push(Names::experiment_item(item, report)),
            Kind::Calendar => calendars.push(Names::calendar_item(item, report)),
            Kind::Streak => streaks.push(Names::streak_item(item, report)),
            Kind::Rule => rules.push(names.rule_item(item, report)),
            Kind::Reward => rewards.push(names.reward_item(item, report)),
            Kind::Referral => referral = referral.or_else(|| Some(names.referral_item(item, report))),
            Kind::Attention => attention = attention.or_else(|| Some(names.attention_item(item, report))),
            Kind::Check => claims.extend(names.claim_item(item, report)),
            Kind::Test => tests.push(names.test_item(item, report)),
            Kind::Language
            | Kind::Catalogue
            | Kind::Event
            | Kind::Survey
            | Kind::Challenge
            | Kind::Levels => {}
        }
    }
    // after the rules, so that rules keep their places
    let challenges = items.iter().filter(|item| item.kind == Kind::Challenge);
    rules.extend(challenges.map(|item| names.challenge_item(item, report)));
    let head = items.iter().find(|item| item.kind == Kind::Programme)?;
    let programme = Programme {
        edition,
        name: programme::name(head),
        label: programme::label(head, &mut Report::default()),
        currency: names.literals.currency.or_else(|| Currency::parse("EUR"))?,
        zone: names.zone.as_ref().map_or_else(|| "UTC".to_owned(), |zone| zone.name().to_owned()),
        point_worth_micro_minor: settings.worth_micro_minor,
        rounding: settings.rounding,
        expiry: settings.expiry,
        pending: settings.pending,
        refund: settings.refund,
        shortfall: settings.shortfall,
        unknown_member: settings.unknown_member,
        tolerance: settings.tolerance,
        limits: settings.limits,
        catalogue: names.catalogue,
        tiers: ladder.tiers,
        downgrade: ladder.downgrade,
        grace: ladder.grace,
        groups,
        budgets,
        events: names.events,
        surveys: names.surveys,
        rules,
        rewards,
        tests,
        segments,
        referral,
        remind: settings.remind,
        calendars,
        streaks,
        floor: ladder.floor,
        levels: names.levels,
        experiments,
        attention,
    };
    Some((programme, claims))
}

/// The edition, and that what stands once in a file stands once.
fn heads(items: &[Item<'_>], incomplete: &[Kind], report: &mut Report) -> u16 {
    let mut edition = EDITION;
    let start = Place::default();
    for kind in
        [Kind::Language, Kind::Programme, Kind::Catalogue, Kind::Tiers, Kind::Attention, Kind::Referral]
    {
        let mut of_kind = items.iter().filter(|item| item.kind == kind);
        let first = of_kind.next();
        for again in of_kind {
            let message = format!("a file has one `{}`", kind.word());
            report.error(code::REPEATED, again.keyword, message, "put everything into the first");
        }
        if first.is_none() && !incomplete.contains(&kind) {
            match kind {
                Kind::Language => report.error(
                    code::EDITION,
                    start,
                    "the file does not say its language",
                    "begin it with `language 1`",
                ),
                Kind::Programme => report.error(
                    code::MISSING,
                    start,
                    "the file has no programme",
                    "add such as `programme kaffa \"Kaffa Coffee Club\" {`, with a currency and a timezone",
                ),
                _ => {}
            }
        }
    }
    if let Some(What::Language(word)) = items
        .iter()
        .find(|item| item.kind == Kind::Language)
        .and_then(|item| item.body.first())
        .map(|clause| &clause.what)
    {
        if word.text.parse() == Ok(EDITION) {
            edition = EDITION;
        } else {
            report.rewrite(
                code::EDITION,
                word.place,
                format!("there is no language `{}` yet", report::short(word.text)),
                EDITION.to_string(),
            );
        }
    }
    let rules: Vec<&Item<'_>> =
        items.iter().filter(|item| matches!(item.kind, Kind::Rule | Kind::Challenge)).collect();
    if let Some(over) = rules.get(RULES_MAX) {
        report.error(
            code::TOO_MANY,
            over.keyword,
            "this file has too many rules",
            format!("a file has at most {RULES_MAX} rules"),
        );
    }
    edition
}
