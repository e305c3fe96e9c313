//! What a rule file would have given over a real history, beside the rules in force: points, cost and liability, who
//! gains and who loses, and the day a budget runs out.
//!
//! The domain's own decisions, in memory: no table, no request, no cent. Equal files give equal bytes, on one thread or
//! many. What it never does: publish anything, or
//! write to the ledger it reads.

mod book;
mod choose;
mod course;
mod page;
mod past;
mod report;
mod show;
mod tally;

use crate::folder::{self, Rules};
use crate::history;
use crate::publish::sound;
use crate::serve::host_clock;
use crate::table::{self, Table};
use book::Times;
use dsl::calendar::show_day;
use dsl::event::{Event, PURCHASE};
use dsl::model::{Programme, Rule};
use dsl::plan::Rulebook;
use dsl::units::Moment;
use indicatif::{ProgressBar, ProgressStyle};
use past::{Happening, Past, What};
use report::{Difference, HistoryRead, Report, Side, Threshold};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where it is written what members did.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// CSV, also gzipped, as `merit import` reads it.
    History(PathBuf),
    /// A ledger's data folder, and the merchant.
    Ledger(PathBuf, String),
    /// A dump of a table, as `merit audit --dump` writes it, and the merchant.
    Dump(PathBuf, String),
}

/// What to simulate.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The rules to try.
    pub(crate) candidate: PathBuf,
    /// The rules in force, to compare with.
    pub(crate) against: Option<PathBuf>,
    /// What members did.
    pub(crate) source: Source,
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
pub(crate) async fn run(options: &Options) -> Result<Result<Simulated, String>, String> {
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
    let past = read(&options.source, &candidate).await?;
    let moments = || past.courses.iter().flat_map(|course| &course.happenings).map(|happening| happening.at);
    let (Some(from), Some(until)) = (moments().min(), moments().max()) else {
        return Err(format!("{}: nothing in it can be simulated", options.source.name()));
    };
    let deeds = u64::try_from(moments().count()).unwrap_or(u64::MAX);
    let sides = if live.is_some() { 2 } else { 1 };
    let bar = if options.progress { ProgressBar::new(deeds * sides) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} ({per_sec})") {
        bar.set_style(style);
    }
    let tally = |rules: &Rulebook| {
        let times = Times::between(rules, from, until);
        course::run(&times, &past.courses, options.threads, &bar)
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
            file: options.source.name(),
            read: past.read,
            left_out: report::left_out(&past.left),
            members: u64::try_from(past.courses.len()).unwrap_or(u64::MAX),
            from: day(from),
            until: day(until),
        },
        assumed: assumed(past.is_whole, [Some(&candidate), live.as_ref()]),
        candidate: side,
        live: live_side,
        difference,
        threshold,
    })))
}

/// Every member's purchases, oldest first: all else that members did is left out.
pub(crate) async fn purchases(
    source: &Source,
    rules: &Rulebook,
) -> Result<Vec<(String, Vec<Event>)>, String> {
    let purchase = |happening: Happening| match happening.what {
        What::Buy { lines, channel, store, .. } => Some(Event {
            kind: PURCHASE.to_owned(),
            at: happening.occurred_at,
            channel,
            store,
            lines,
            fields: BTreeMap::new(),
        }),
        _ => None,
    };
    let courses = read(source, rules).await?.courses.into_iter();
    Ok(courses
        .map(|course| {
            (course.member.to_string(), course.happenings.into_iter().filter_map(purchase).collect())
        })
        .collect())
}

fn load(path: &Path) -> Result<Result<Rulebook, String>, String> {
    let Rules { name, text } = folder::read(path)?;
    Ok(sound(&name, &text, host_clock()()).map(|sound| sound.rulebook))
}

/// Reads what members did.
async fn read(source: &Source, rules: &Rulebook) -> Result<Past, String> {
    match source {
        Source::History(file) => {
            let currency = rules.programme().currency;
            let mut history = history::read(file, currency.code(), rules.zone())?;
            history::in_currency(file, &mut history, currency)?;
            Ok(Past::of_history(history))
        }
        Source::Ledger(folder, tenant) => {
            if !table::is_table(folder) {
                return Err(format!("{}: holds no ledger", folder.display()));
            }
            let _claimed = table::claim(folder)?;
            let table = Table::open(Some(folder)).await?;
            let (mut items, mut read) = (table.store.items(), Vec::new());
            while let Some(page) = items.next_page().await.map_err(|error| error.to_string())? {
                read.extend(page);
            }
            Past::of_ledger(read, tenant)
        }
        Source::Dump(file, tenant) => Past::of_ledger(table::read_dump(file)?, tenant),
    }
}

impl Source {
    fn name(&self) -> String {
        let (Self::History(path) | Self::Ledger(path, _) | Self::Dump(path, _)) = self;
        path.display().to_string()
    }
}

/// What a reader should know before she believes the figures.
fn assumed(is_whole: bool, sides: [Option<&Rulebook>; 2]) -> Vec<String> {
    let of =
        |asks: &dyn Fn(&Programme) -> bool| sides.into_iter().flatten().any(|rules| asks(rules.programme()));
    let any = |asks: fn(&Rule) -> bool| of(&|programme| programme.rules.iter().any(asks));
    let mut assumed: Vec<&str> = Vec::new();
    if is_whole {
        assumed.push(
            "Members spend what they spent then, where they have it: nobody knows what else they would do.",
        );
    } else {
        assumed
            .push("Members spend none of their points: open points and liability are the most there can be.");
        assumed.push("Everybody is new: what members had before the history began is not known.");
        if any(|rule| rule.answers(dsl::event::BIRTHDAY)) {
            assumed.push("Birthdays are not in the history: their rules gave nothing.");
        }
    }
    if any(|rule| rule.draw.is_some()) {
        assumed.push("Draws were held with lots of their own: as many win as would, but others.");
    }
    if of(&|programme| !programme.events.is_empty()) {
        assumed.push("Events of the merchant's own are not simulated: their rules gave nothing.");
    }
    if of(&|programme| programme.referral.is_some()) {
        assumed.push("Referrals are not simulated: their rules gave nothing.");
    }
    assumed.into_iter().map(str::to_owned).collect()
}
