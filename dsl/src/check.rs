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
mod twice;
mod value;

use crate::diagnostic::{Diagnostic, Severity, code};
use crate::files::{self, Files, PROGRAMME_BYTES_MAX};
use crate::model::{Place, Programme};
use crate::syntax;
use crate::syntax::ast::{Item, Kind, What};
use crate::units::{Currency, Moment};
use crate::vocabulary::words;
pub use claims::CheckReport;
use names::Names;
use programme::{Ladder, Settings};
use report::Report;

/// The largest file, in bytes. A larger programme is several files: see [`crate::files`].
pub const SOURCE_BYTES_MAX: usize = 64 * 1024;

/// Rules a programme may have.
pub const RULES_MAX: usize = 500;

/// True for a word that no name may be.
pub(crate) fn is_reserved(word: &str) -> bool {
    names::RESERVED.contains(&word) || Kind::ALL.iter().any(|kind| kind.word() == word)
}

/// The currencies a programme may count in.
pub(crate) const fn currency_codes() -> &'static [&'static str] {
    currencies::CODES
}

/// Mistakes reported of one programme at most.
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

/// Checks the bytes of a file, or of several joined. Never panics, whatever the bytes. `now`, where given, lets it warn
/// of dates already past.
pub fn check(source: &[u8], now: Option<Moment>) -> Checked {
    match readable(source) {
        Ok(text) => check_text(text, now),
        Err(diagnostics) => Checked { programme: None, diagnostics, checks: Vec::new() },
    }
}

/// The text of a file or of several, if none is too large and all is UTF-8.
fn readable(source: &[u8]) -> Result<&str, Vec<Diagnostic>> {
    let joined = files::is_joined(source);
    let (what, most) = if joined { ("programme", PROGRAMME_BYTES_MAX) } else { ("file", SOURCE_BYTES_MAX) };
    let too_large = |what: &str, most: usize, place: Place| {
        let message = format!("this {what} is larger than {} KiB", most / 1024);
        let help = if what == "file" { "split the programme into several" } else { "make it smaller" };
        Diagnostic::error(code::FILE_SIZE, place, message).help(help)
    };
    if source.len() > most {
        return Err(vec![too_large(what, most, Place::default())]);
    }
    let text = std::str::from_utf8(source).map_err(|error| {
        let start = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
        let length = u32::try_from(error.error_len().unwrap_or(1)).unwrap_or(1);
        let place = Place { start, end: start.saturating_add(length) };
        vec![Diagnostic::error(code::NOT_UTF8, place, "this file is not UTF-8 text").help("save it as UTF-8")]
    })?;
    let files = Files::of(text);
    let large: Vec<Diagnostic> = files
        .iter()
        .filter(|file| file.text.len() > SOURCE_BYTES_MAX)
        .map(|file| too_large("file", SOURCE_BYTES_MAX, syntax::place(file.start, file.start)))
        .collect();
    if large.is_empty() { Ok(text) } else { Err(large) }
}

fn check_text(source: &str, now: Option<Moment>) -> Checked {
    let mut parsed = syntax::parse(source);
    let files = Files::of(source);
    // by name: the order in which files were joined decides nothing
    parsed.items.sort_by_key(|item| files.at(item.place.start).map(|file| file.name));
    let mut report = Report { diagnostics: parsed.diagnostics };
    let resolved = resolve(&parsed.items, parsed.incomplete, parsed.readable.then_some(&files), &mut report);
    if files.are_joined() {
        twice::say_where(&parsed.items, &files, &mut report);
    }
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
        let message = format!("this programme has more than {DIAGNOSTICS_MAX} mistakes");
        diagnostics.push(
            Diagnostic::error(code::TOO_MANY, place, message).help("correct those above, then check again"),
        );
    }
    Checked { programme, diagnostics, checks }
}

/// Checks items of readable files against each other; `None` where there is no programme to speak of.
fn resolve(
    items: &[Item<'_>],
    incomplete: Vec<Kind>,
    readable: Option<&Files<'_>>,
    report: &mut Report,
) -> Option<(Programme, Vec<claims::Asked>)> {
    let edition = heads(items, readable?, &incomplete, report);
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

/// The edition, and that what stands once in a programme stands once; every file of several may say its language.
fn heads(items: &[Item<'_>], files: &Files<'_>, incomplete: &[Kind], report: &mut Report) -> u16 {
    let joined = files.are_joined();
    let start = files.beginning();
    let file = |item: &Item<'_>| files.at(item.place.start).map(|file| file.start);
    for kind in
        [Kind::Language, Kind::Programme, Kind::Catalogue, Kind::Tiers, Kind::Attention, Kind::Referral]
    {
        let of_kind: Vec<&Item<'_>> = items.iter().filter(|item| item.kind == kind).collect();
        for (index, again) in of_kind.iter().enumerate() {
            let mut before = of_kind.iter().take(index);
            let first = before.find(|first| kind != Kind::Language || file(first) == file(again));
            let Some(first) = first else { continue };
            let one = if kind == Kind::Language { "file" } else { "programme" };
            let message = format!("a {one} has one `{}`", kind.word());
            let there = files.locate(first.keyword.start);
            let help = match there.file.filter(|_| file(first) != file(again)) {
                Some(name) => format!("put everything into the one in `{name}`, line {}", there.line),
                None => "put everything into the first".to_owned(),
            };
            report.error(code::REPEATED, again.keyword, message, help);
        }
        if of_kind.is_empty() && !incomplete.contains(&kind) {
            match kind {
                Kind::Language => report.error(
                    code::EDITION,
                    start,
                    if joined { "no file says its language" } else { "the file does not say its language" },
                    "begin it with `language 1`",
                ),
                Kind::Programme => report.error(
                    code::MISSING,
                    start,
                    if joined { "no file has the programme" } else { "the file has no programme" },
                    "add such as `programme kaffa \"Kaffa Coffee Club\" {`, with a currency and a timezone",
                ),
                _ => {}
            }
        }
    }
    for item in items.iter().filter(|item| item.kind == Kind::Language) {
        let Some(What::Language(word)) = item.body.first().map(|clause| &clause.what) else { continue };
        if word.text.parse() != Ok(EDITION) {
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
            "this programme has too many rules",
            format!("a programme has at most {RULES_MAX} rules"),
        );
    }
    EDITION
}
