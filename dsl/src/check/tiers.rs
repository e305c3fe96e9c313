//! What is hardly meant about tiers that are counted by the calendar. Never an error: the file runs as it is written.

use super::lint::warn;
use super::report::{Report, short};
use crate::diagnostic::code;
use crate::facts::Window;
use crate::model::Programme;
use crate::syntax::ast::{Item, What};
use crate::units::{Period, Span, SpanUnit};

/// A tier whose sum begins anew with the calendar, and that is kept for less than until its end: its reviews fall in the
/// middle of a period, where members have had less time to qualify again than they had the first time.
pub(super) fn lint(item: &Item<'_>, programme: &Programme, report: &mut Report) {
    let written = item.body.iter().filter_map(|clause| match &clause.what {
        What::Tier { name, from } => Some((name, from.as_ref()?.keep.as_ref()?)),
        _ => None,
    });
    for (name, keep) in written {
        let tier = programme.tiers.iter().find(|tier| tier.name == name.text);
        let Some((span, Window::Calendar(period))) =
            tier.and_then(|tier| Some((tier.keep?, tier.from?.sum.window)))
        else {
            continue;
        };
        if most_days(span) >= least_days(period) {
            continue;
        }
        let (this, whole) = match period {
            Period::Day => ("today", "1 day"),
            Period::Week => ("this week", "1 week"),
            Period::Month => ("this month", "1 month"),
            Period::Quarter => ("this quarter", "3 months"),
            Period::HalfYear => ("this half year", "6 months"),
            Period::Year => ("this year", "1 year"),
        };
        let message = format!("`{}` counts {this} and is kept for less than that", short(name.text));
        let help = format!(
            "at a review, whoever qualified last time may have had days only: `keep for {whole}` or more, or leave it \
             out: then it is kept until the end of the next one"
        );
        warn(report, code::KEPT_BRIEFLY, keep.place, message, &help);
    }
}

/// Days of a span, a month taken as its longest.
fn most_days(span: Span) -> i64 {
    let count = i64::from(span.count);
    match span.unit {
        SpanUnit::Minute | SpanUnit::Hour => 0,
        SpanUnit::Day => count,
        SpanUnit::Week => count.saturating_mul(7),
        SpanUnit::Month => count.saturating_mul(31),
        SpanUnit::Year => count.saturating_mul(366),
    }
}

/// Days of the shortest such period of the calendar.
fn least_days(period: Period) -> i64 {
    match period {
        Period::Day => 1,
        Period::Week => 7,
        Period::Month => 28,
        Period::Quarter => 90,
        Period::HalfYear => 181,
        Period::Year => 365,
    }
}
