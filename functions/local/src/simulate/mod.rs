//! What a rule file would have given over a real history, beside the rules in force: points, cost and liability, who
//! gains and who loses, and the day a budget runs out.
//!
//! The domain's own decisions, in memory: no table, no request, no cent. Equal files give equal bytes, on one thread or
//! many. What it never does: publish anything; redeem for members (what they would have done with their points, no
//! history says).

mod book;
mod course;
mod page;
mod report;
mod show;
mod tally;

use crate::history::{self, Deed};
use crate::publish::sound;
use crate::serve::host_clock;
use book::Times;
use dsl::calendar::show_day;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use indicatif::{ProgressBar, ProgressStyle};
use report::{Difference, HistoryRead, Report, Side, Threshold};
use std::fs;
use std::path::{Path, PathBuf};

/// What to simulate.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The rules to try.
    pub(crate) candidate: PathBuf,
    /// The rules in force, to compare with.
    pub(crate) against: Option<PathBuf>,
    /// CSV, also gzipped, as `merit import` reads it.
    pub(crate) history: PathBuf,
    /// How much more the candidate may give, in hundredths of a percent.
    pub(crate) at_most: Option<i64>,
    /// Threads; the result is the same.
    pub(crate) threads: usize,
    /// Show a progress bar on standard error.
    pub(crate) progress: bool,
}

/// What came of it.
pub(crate) struct Simulated(Report);

impl Simulated {
    /// As a table for a person.
    pub(crate) fn text(&self) -> String {
        show::text(&self.0)
    }

    /// For a program.
    pub(crate) fn json(&self) -> Result<String, String> {
        serde_json::to_string_pretty(&self.0).map_err(|error| error.to_string())
    }

    /// One HTML page that needs nothing else.
    pub(crate) fn page(&self) -> String {
        page::page(&self.0)
    }

    /// False where the candidate gives more than it may.
    pub(crate) fn keeps_threshold(&self) -> bool {
        self.0.threshold.as_ref().is_none_or(|threshold| threshold.held)
    }
}

/// Simulates; the inner error is what is wrong with a rule file, as a merchant reads it.
pub(crate) fn run(options: &Options) -> Result<Result<Simulated, String>, String> {
    let candidate = match load(&options.candidate)? {
        Ok(rules) => rules,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let live = match options.against.as_deref().map(load).transpose()? {
        None => None,
        Some(Ok(rules)) => Some(rules),
        Some(Err(wrong)) => return Ok(Err(wrong)),
    };
    let currency = candidate.programme().currency;
    if let Some(live) = live.as_ref().filter(|live| live.programme().currency != currency) {
        return Err(format!(
            "the two cannot be compared: one counts in {}, the other in {}",
            live.programme().currency.code(),
            currency.code()
        ));
    }
    let mut history = history::read(&options.history, currency.code(), candidate.zone())?;
    history::in_currency(&options.history, &mut history, currency)?;
    let courses = history::courses(history.rows).members;
    let moments = || courses.iter().flat_map(|(_, deeds)| deeds).map(Deed::at);
    let (from, until) = (moments().min().unwrap_or_default(), moments().max().unwrap_or_default());

    let deeds = courses.iter().map(|(_, deeds)| u64::try_from(deeds.len()).unwrap_or(0)).sum::<u64>();
    let sides = if live.is_some() { 2 } else { 1 };
    let bar = if options.progress { ProgressBar::new(deeds * sides) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} ({per_sec})") {
        bar.set_style(style);
    }
    let tally = |rules: &Rulebook| {
        let times = Times::between(rules, from, until);
        course::run(&times, &courses, options.threads, &bar)
    };
    let candidate_tally = tally(&candidate);
    let live_tally = live.as_ref().map(tally);
    bar.finish_and_clear();

    let side = Side::of(options.candidate.display().to_string(), &candidate, &candidate_tally);
    let live_file = options.against.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
    let live_side = live.as_ref().zip(live_tally.as_ref()).map(|(r, t)| Side::of(live_file, r, t));
    let compared = live_side.as_ref().zip(live_tally.as_ref());
    let difference = compared.map(|(was, tally)| Difference::of(tally, &candidate_tally, was, &side));
    let threshold = options.at_most.zip(difference.as_ref()).map(|(most, difference)| Threshold {
        most,
        held: difference.net_share.map_or(difference.net_points <= 0, |share| share <= most),
    });
    let day = |moment: Moment| show_day(candidate.zone().local(moment).day);
    Ok(Ok(Simulated(Report {
        history: HistoryRead {
            file: options.history.display().to_string(),
            rows: history.rows_read,
            left_out: report::left_out(&history.left),
            members: u64::try_from(courses.len()).unwrap_or(u64::MAX),
            from: day(from),
            until: day(until),
        },
        assumed: assumed([Some(&candidate), live.as_ref()]),
        candidate: side,
        live: live_side,
        difference,
        threshold,
    })))
}

fn load(path: &Path) -> Result<Result<Rulebook, String>, String> {
    let source = fs::read(path).map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
    Ok(sound(&path.display().to_string(), &source, host_clock()()).map(|sound| sound.rulebook))
}

/// What a reader should know before she believes the figures.
fn assumed(sides: [Option<&Rulebook>; 2]) -> Vec<String> {
    let mut assumed = vec![
        "Members spend none of their points: open points and liability are the most there can be.".to_owned(),
        "Everybody is new: what members had before the history began is not known.".to_owned(),
    ];
    let any = |asks: fn(&dsl::model::Rule) -> bool| {
        sides.into_iter().flatten().any(|rules| rules.programme().rules.iter().any(asks))
    };
    if any(|rule| rule.on == dsl::event::BIRTHDAY) {
        assumed.push("Birthdays are not in the history: their rules gave nothing.".to_owned());
    }
    if any(|rule| rule.draw.is_some()) {
        assumed.push("Draws were not held: their rules gave nothing.".to_owned());
    }
    if sides.into_iter().flatten().any(|rules| !rules.programme().events.is_empty()) {
        assumed.push(
            "Events of the merchant's own are not in the history: their rules gave nothing.".to_owned(),
        );
    }
    if sides.into_iter().flatten().any(|rules| rules.programme().referral.is_some()) {
        assumed.push("Who brought whom is not in the history: referrals gave nothing.".to_owned());
    }
    assumed
}
