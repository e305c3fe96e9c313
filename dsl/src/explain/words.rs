//! Facts, values and sentences in the words of the language.

use crate::calendar::show_day;
use crate::facts::{Metric, Window, WindowedSum};
use crate::model::{
    Challenge, Clause, Condition, Counts, Fact, Give, Predicate, Programme, Threshold, Value,
};
use crate::reading::Seen;
use crate::units::{Currency, MICRO, MinuteOfDay, Period, RATIO, Weekday};
use crate::vocabulary;

/// Writes with a programme's names and currency.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) programme: &'a Programme,
    /// The event kind, before the name of a declared field.
    pub(super) kind: &'a str,
    /// The text the programme was read from, where at hand.
    pub(super) source: Option<&'a str>,
}

impl<'a> Words<'a> {
    pub(super) fn fact(self, fact: &Fact) -> String {
        match fact {
            Fact::BasketLines(filter) => format!("basket.lines{}", self.filter(filter)),
            Fact::Windowed(sum) => windowed(*sum),
            Fact::Happened(happening) => {
                format!("member.events.{} {}", happening.kind, window(happening.window))
            }
            Fact::Experiment(at) => {
                let experiment = self.programme.experiments.get(*at);
                format!("experiment.{}", experiment.map_or("", |one| one.name.as_str()))
            }
            Fact::Average(over) => format!("member.average_basket {}", window(*over)),
            Fact::Streak(at) => {
                let streak = self.programme.streaks.get(*at);
                format!("streak.{}", streak.map_or("", |streak| streak.name.as_str()))
            }
            Fact::Field(name) => {
                let survey = self.programme.surveys.iter().find(|survey| survey.is_kind(self.kind));
                format!("{}.{name}", survey.map_or(self.kind, |survey| survey.name.as_str()))
            }
            _ => vocabulary::words()
                .into_iter()
                .find(|word| word.fact == *fact)
                .map_or("this", |word| word.path)
                .to_owned(),
        }
    }

    /// ` where line.category is fragrance`, or nothing.
    pub(super) fn filter(self, filter: &[Condition]) -> String {
        if filter.is_empty() {
            return String::new();
        }
        let each: Vec<String> = filter.iter().map(|condition| self.condition(condition)).collect();
        format!(" where {}", each.join(" and "))
    }

    /// A condition as it would be written.
    pub(super) fn condition(self, condition: &Condition) -> String {
        let block = |word: &str, inner: &[Condition]| {
            let each: Vec<String> = inner.iter().map(|condition| self.condition(condition)).collect();
            format!("{word} {{ {} }}", each.join(", "))
        };
        match condition {
            Condition::Test(clause) => self.clause(clause),
            Condition::Any(inner) => block("any of", inner),
            Condition::All(inner) => block("all of", inner),
            Condition::NoneOf(inner) => block("none of", inner),
            Condition::Segment { segment, inside, .. } => {
                let not = if *inside { "" } else { "not " };
                format!("member {not}in segment {}", self.segment(*segment))
            }
        }
    }

    /// A sentence as it was written, or as it would be.
    pub(super) fn clause(self, clause: &Clause) -> String {
        let range = usize::try_from(clause.place.start).ok().zip(usize::try_from(clause.place.end).ok());
        let quoted = self.source.zip(range).and_then(|(source, (start, end))| source.get(start..end));
        match quoted.map(str::trim) {
            Some(text) if !text.is_empty() => text.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => format!("{} {}", self.fact(&clause.fact), self.predicate(&clause.predicate)),
        }
    }

    fn predicate(self, predicate: &Predicate) -> String {
        let list = |values: &[Value]| format!("[{}]", self.list(values));
        match predicate {
            Predicate::AtLeast(value) => format!("at least {}", self.value(value)),
            Predicate::AtMost(value) => format!("at most {}", self.value(value)),
            Predicate::MoreThan(value) => format!("more than {}", self.value(value)),
            Predicate::LessThan(value) => format!("less than {}", self.value(value)),
            Predicate::Between(low, high) => format!("between {} and {}", self.value(low), self.value(high)),
            Predicate::Is(value) => format!("is {}", self.value(value)),
            Predicate::IsNot(value) => format!("is not {}", self.value(value)),
            Predicate::In(values) => format!("in {}", list(values)),
            Predicate::NotIn(values) => format!("not in {}", list(values)),
            Predicate::HasAny(values) => format!("has any of {}", list(values)),
            Predicate::HasAll(values) => format!("has all of {}", list(values)),
            Predicate::HasNone(values) => format!("has none of {}", list(values)),
            Predicate::Within(span, other) => format!("within {span} of {}", self.fact(other)),
            Predicate::AtLeastAgo(span) => format!("at least {span} ago"),
            Predicate::AtMostAgo(span) => format!("at most {span} ago"),
            Predicate::Nth(n) => format!("is every {}", ordinal(*n)),
            Predicate::Calendar { calendar, inside } => {
                let not = if *inside { "" } else { "not " };
                format!("{not}in calendar {}", self.calendar(*calendar))
            }
            Predicate::StartsWith(text) => format!("starts with \"{text}\""),
            Predicate::Known => "is known".to_owned(),
            Predicate::Unknown => "is unknown".to_owned(),
        }
    }

    /// What a predicate asks for, after the value that is there: `needs at least 6.00 EUR`.
    pub(super) fn need(self, predicate: &Predicate) -> String {
        match predicate {
            Predicate::Is(value) => format!("needs to be {}", self.value(value)),
            Predicate::Nth(n) => format!("needs to be every {}", ordinal(*n)),
            Predicate::Calendar { calendar, inside } => {
                let must = if *inside { "needs to be" } else { "must not be" };
                format!("{must} in calendar {}", self.calendar(*calendar))
            }
            Predicate::IsNot(value) => format!("must not be {}", self.value(value)),
            Predicate::In(values) => format!("needs to be one of {}", self.list(values)),
            Predicate::NotIn(values) => format!("must be none of {}", self.list(values)),
            Predicate::HasAny(values) => format!("needs any of {}", self.list(values)),
            Predicate::HasAll(values) => format!("needs all of {}", self.list(values)),
            Predicate::HasNone(values) => format!("must have none of {}", self.list(values)),
            Predicate::Within(..) | Predicate::AtLeastAgo(_) | Predicate::AtMostAgo(_) => {
                format!("needs to be {}", self.predicate(predicate))
            }
            Predicate::StartsWith(text) => format!("needs to start with \"{text}\""),
            Predicate::Known => "needs to be known".to_owned(),
            Predicate::Unknown => "needs to be unknown".to_owned(),
            _ => format!("needs {}", self.predicate(predicate)),
        }
    }

    fn list(self, values: &[Value]) -> String {
        values.iter().map(|value| self.value(value)).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn value(self, value: &Value) -> String {
        match value {
            Value::Money(minor) => self.programme.currency.show(*minor),
            Value::Points(micro) => points(*micro),
            Value::Number(micro) => decimal(*micro),
            Value::Text(text) => text.clone(),
            Value::Truth(truth) => yes_no(*truth).to_owned(),
            Value::Date(day) => show_day(*day),
            Value::Time(minute) => time(*minute),
            Value::Weekday(day) => day.word().to_owned(),
            Value::Tier(index) => self.tier(*index),
        }
    }

    /// The value of a fact: `is 4.40 EUR`.
    pub(super) fn seen(self, seen: &Seen) -> String {
        match seen {
            Seen::Money(minor) => self.programme.currency.show(*minor),
            Seen::Points(micro) => points(*micro),
            Seen::Number(micro) => decimal(*micro),
            Seen::Text(text) => text.clone(),
            Seen::Texts(texts) if texts.is_empty() => "empty".to_owned(),
            Seen::Texts(texts) => texts.join(", "),
            Seen::Truth(truth) => yes_no(*truth).to_owned(),
            Seen::Day(day) => show_day(*day),
            Seen::Time(minute) => time(*minute),
            Seen::Weekday(day) => Weekday::word(*day).to_owned(),
            Seen::Tier(index) => self.tier(*index),
        }
    }

    /// A calendar's name.
    fn calendar(self, index: usize) -> &'a str {
        self.programme.calendars.get(index).map_or("", |calendar| calendar.name.as_str())
    }

    /// A segment's name.
    pub(super) fn segment(self, index: usize) -> &'a str {
        self.programme.segments.get(index).map_or("", |segment| segment.name.as_str())
    }

    fn tier(self, index: usize) -> String {
        self.programme.tiers.get(index).map_or("no tier", |tier| tier.name.as_str()).to_owned()
    }

    /// A step of a sum: `100.00 EUR spent this year`.
    pub(super) fn step(self, every: Threshold) -> String {
        let over = window(every.sum.window);
        match every.sum.metric {
            Metric::Spent => format!("{} spent {over}", self.programme.currency.show(every.at_least)),
            Metric::Earned => format!("{} earned {over}", whole_points(every.at_least)),
            Metric::Purchases => format!("{} {over}", purchases(every.at_least)),
        }
    }

    /// What a challenge asks for.
    fn challenge(self, challenge: &Challenge) -> String {
        let goals = challenge.goals.iter().map(|goal| match &goal.counts {
            Counts::Times { on, .. } if goal.target == 1 => format!("1 time on {on}"),
            Counts::Times { on, .. } => format!("{} times on {on}", goal.target),
            Counts::Money(of) => {
                format!("{} spent{}", self.programme.currency.show(goal.target), self.filter(&of.filter))
            }
        });
        let goals: Vec<String> = goals.collect();
        if challenge.needs < goals.len() {
            format!("any {} of {}", challenge.needs, goals.join(", "))
        } else {
            goals.join(" and ")
        }
    }

    /// What a rule gives: `1 point per 0.10 EUR`; `amount` is the sum a rate acts on.
    pub(super) fn give(self, give: &Give, amount: impl Fn(&crate::model::Amount) -> i64) -> String {
        let currency: Currency = self.programme.currency;
        match give {
            Give::Points(micro) => points(*micro),
            Give::Rate { points_micro, per_minor, of } => format!(
                "{} per {} of {}{}",
                points(*points_micro),
                currency.show(*per_minor),
                currency.show(amount(of)),
                self.filter(&of.filter)
            ),
            Give::Share { ratio, of } => format!(
                "{}% of {}{} as points",
                decimal(ratio.saturating_mul(MICRO.saturating_mul(100).div_euclid(RATIO))),
                currency.show(amount(of)),
                self.filter(&of.filter)
            ),
            Give::Multiply { factor_micro, all } => {
                format!("{}points times {}", if *all { "all " } else { "" }, decimal(*factor_micro))
            }
            Give::Reward(index) => {
                let name = self.programme.rewards.get(*index).map_or("", |reward| reward.name.as_str());
                format!("reward {name}")
            }
            Give::Badge(badge) => format!("badge \"{badge}\""),
            Give::Effect(effect) => effect.to_string(),
            Give::Steps { points_micro, every_minor, of } => format!(
                "{} every {} of {}{}",
                points(*points_micro),
                currency.show(*every_minor),
                currency.show(amount(of)),
                self.filter(&of.filter)
            ),
            Give::Challenge(challenge) => self.challenge(challenge),
            Give::Milestone { points_micro, every } => {
                format!("{} every {}", points(*points_micro), self.step(*every))
            }
        }
    }
}

fn windowed(sum: WindowedSum) -> String {
    let metric = match sum.metric {
        Metric::Spent => "member.spent",
        Metric::Earned => "member.earned",
        Metric::Purchases => "member.purchases",
    };
    format!("{metric} {}", window(sum.window))
}

/// `10th`.
fn ordinal(n: u32) -> String {
    let end = match (n.rem_euclid(10), n.rem_euclid(100)) {
        (1, other) if other != 11 => "st",
        (2, other) if other != 12 => "nd",
        (3, other) if other != 13 => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

/// `1 purchase`, `10 purchases`.
pub(super) fn purchases(count: i64) -> String {
    format!("{count} purchase{}", if count == 1 { "" } else { "s" })
}

fn window(window: Window) -> String {
    match window {
        Window::Rolling(span) => format!("in {span}"),
        Window::Lifetime => "in total".to_owned(),
        Window::Calendar(period) => match period {
            Period::Day => "today".to_owned(),
            Period::Week => "this week".to_owned(),
            Period::Month => "this month".to_owned(),
            Period::Quarter => "this quarter".to_owned(),
            Period::HalfYear => "this half year".to_owned(),
            Period::Year => "this year".to_owned(),
        },
    }
}

/// Micro-points as points: `1 point`, `1.25 points`.
pub(crate) fn points(micro: i64) -> String {
    format!("{} point{}", decimal(micro), if micro == MICRO { "" } else { "s" })
}

/// Whole points: `1 point`, `12 points`.
pub(crate) fn whole_points(points: i64) -> String {
    format!("{points} point{}", if points == 1 { "" } else { "s" })
}

/// Micro-units without needless zeros.
pub(crate) fn decimal(micro: i64) -> String {
    let sign = if micro < 0 { "-" } else { "" };
    let (whole, part) =
        (micro.unsigned_abs().div_euclid(1_000_000), micro.unsigned_abs().rem_euclid(1_000_000));
    let text = format!("{sign}{whole}.{part:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn time(minute: MinuteOfDay) -> String {
    format!("{:02}:{:02}", minute.0.div_euclid(60), minute.0.rem_euclid(60))
}

const fn yes_no(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}
