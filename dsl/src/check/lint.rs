//! What is allowed and hardly meant: rules that can never fire, awards without a cap, dates gone by, names unused.
//! Runs on a programme without errors; everything here is a warning, but for groups whose order is incomplete.

use super::report::{Report, short};
use super::rewards;
use crate::calendar::{Zone, show_day};
use crate::diagnostic::{Diagnostic, code};
use crate::effect::Effect;
use crate::event::BUILT_IN;
use crate::model::{
    Active, Clause, Condition, Every, Expiry, Fact, Give, LimitPeriod, LimitUnit, Place, Predicate,
    Programme, Rule, Take, Timer, Value, WhenSpent,
};
use crate::syntax::ast::{self, Item, Kind, What};
use crate::units::{Day, Moment, RATIO, Span, SpanUnit};
use crate::vocabulary::Word as Entry;
use std::collections::BTreeSet;

/// A group in a fixed order names exactly its rules.
pub(super) fn orders(items: &[Item<'_>], programme: &Programme, report: &mut Report) {
    let groups = items.iter().filter(|item| item.kind == Kind::Group);
    for (index, (item, group)) in groups.zip(&programme.groups).enumerate() {
        let Take::FirstOf(order) = &group.take else { continue };
        let list = item.body.iter().find_map(|clause| match &clause.what {
            What::Take(ast::Take::First(list)) => Some(list),
            _ => None,
        });
        let Some(list) = list else { continue };
        for entry in &list.items {
            let ast::Literal::Name(word) = entry else { continue };
            let outside =
                programme.rules.iter().any(|rule| rule.name == word.text && rule.group != Some(index));
            if outside {
                let message = format!("the rule `{}` is not in this group", short(word.text));
                let help = format!("add `in group {}` to the rule, or leave it out here", group.name);
                report.error(code::NOT_IN_GROUP, word.place, message, help);
            }
        }
        for (at, rule) in programme.rules.iter().enumerate().filter(|(_, rule)| rule.group == Some(index)) {
            if !order.contains(&at) {
                let message =
                    format!("the rule `{}` of this group has no place in the order", short(&rule.name));
                report.error(
                    code::NOT_IN_GROUP,
                    list.place,
                    message,
                    format!("add `{}` to the list", rule.name),
                );
            }
        }
    }
}

/// An earlier name belongs to one rule.
pub(super) fn renames(items: &[Item<'_>], report: &mut Report) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for clause in items.iter().flat_map(|item| &item.body) {
        if let What::Formerly(word) = &clause.what
            && !seen.insert(word.text)
        {
            let message = format!("two rules were formerly `{}`", short(word.text));
            report.error(code::DUPLICATE, word.place, message, "the counts of a renamed rule go to one rule");
        }
    }
}

/// Reminders of an expiry that no point ever has, or that comes sooner than the reminder would.
fn reminders(item: &Item<'_>, programme: &Programme, report: &mut Report) {
    let Some(lead) = programme.remind else { return };
    let lives = |span: Span| Some(days_at_most(span));
    let own = programme.rules.iter().filter_map(|rule| rule.valid).filter_map(lives);
    let general = match programme.expiry {
        Expiry::Never => None,
        Expiry::After { span, to_end_of: None } | Expiry::Idle { span } => lives(span),
        Expiry::After { to_end_of: Some(_), .. } | Expiry::EndOf { .. } => Some(i64::MAX),
    };
    let message = match own.chain(general).max() {
        None => "no point of this programme ever expires: nobody is reminded",
        Some(longest) if longest <= days_at_most(lead) => {
            "every point expires sooner than that: nobody is reminded"
        }
        Some(_) => return,
    };
    let place = clause_place(item, |what| matches!(what, What::Remind(_)));
    warn(
        report,
        code::NO_REMINDER,
        place,
        message,
        "let points expire later, such as `expire after 12 months`, or leave this out",
    );
}

/// Days of a span, a month taken as its longest.
fn days_at_most(span: Span) -> i64 {
    let count = i64::from(span.count);
    match span.unit {
        SpanUnit::Minute | SpanUnit::Hour => 1,
        SpanUnit::Day => count,
        SpanUnit::Week => count.saturating_mul(7),
        SpanUnit::Month => count.saturating_mul(31),
        SpanUnit::Year => count.saturating_mul(366),
    }
}

/// All warnings about a sound programme.
pub(super) fn lint(
    items: &[Item<'_>],
    programme: &Programme,
    words: &[Entry],
    now: Option<Moment>,
    report: &mut Report,
) {
    let zone = Zone::find(&programme.zone).unwrap_or_else(Zone::utc);
    let today = now.map(|now| zone.local(now).day);
    let of = |kind: Kind| items.iter().filter(move |item| item.kind == kind);
    for (item, rule) in of(Kind::Rule).chain(of(Kind::Challenge)).zip(&programme.rules) {
        past(item, rule.active, today, report);
        limits(item, report);
        contradictions(&rule.when, rule.active, report);
        sentences(&rule.when, words, report);
        uncapped(item, rule, programme, report);
        nothing(item, rule, programme, report);
        super::challenge::lint(item, rule, report);
    }
    for (index, (item, segment)) in of(Kind::Segment).zip(&programme.segments).enumerate() {
        contradictions(&segment.when, Active::default(), report);
        sentences(&segment.when, words, report);
        if !uses_segment(programme, index) {
            let message = format!("no rule speaks of the segment `{}`", short(&segment.name));
            let help = format!("add `when member in segment {}` to a rule, or leave it out", segment.name);
            warn(report, code::UNUSED_SEGMENT, name_place(item), message, &help);
        }
    }
    for (item, reward) in of(Kind::Reward).zip(&programme.rewards) {
        past(item, reward.active, today, report);
        limits(item, report);
        contradictions(&reward.when, reward.active, report);
        sentences(&reward.when, words, report);
    }
    rewards::lint(items, programme, report);
    if let Some(referral) = &programme.referral {
        contradictions(&referral.when, Active::default(), report);
        sentences(&referral.when, words, report);
    }
    for (index, (item, budget)) in of(Kind::Budget).zip(&programme.budgets).enumerate() {
        past(item, budget.active, today, report);
        if !programme.rules.iter().any(|rule| rule.budget == Some(index)) {
            let message = format!("no rule draws on the budget `{}`", short(&budget.name));
            warn(
                report,
                code::UNUSED_BUDGET,
                name_place(item),
                message,
                &format!("add `from budget {}` to a rule, or leave it out", budget.name),
            );
        }
    }
    for (index, (item, group)) in of(Kind::Group).zip(&programme.groups).enumerate() {
        limits(item, report);
        if !programme.rules.iter().any(|rule| rule.group == Some(index)) {
            let message = format!("no rule is in the group `{}`", short(&group.name));
            warn(
                report,
                code::UNUSED_GROUP,
                name_place(item),
                message,
                &format!("add `in group {}` to a rule, or leave it out", group.name),
            );
        }
    }
    for item in of(Kind::Attention) {
        limits(item, report);
    }
    for item in of(Kind::Programme) {
        limits(item, report);
        reminders(item, programme, report);
    }
    for item in of(Kind::Tiers) {
        super::tiers::lint(item, programme, report);
    }
    super::referral::lint(items, programme, report);
}

pub(super) fn warn(report: &mut Report, code: &str, place: Place, message: impl Into<String>, help: &str) {
    report.push(Diagnostic::warning(code, place, message).help(help));
}

pub(super) fn name_place(item: &Item<'_>) -> Place {
    item.name.map_or(item.keyword, |name| name.place)
}

pub(super) fn clause_place(item: &Item<'_>, is: impl Fn(&What<'_>) -> bool) -> Place {
    item.body.iter().find(|clause| is(&clause.what)).map_or(item.keyword, |clause| clause.place)
}

/// A validity that is over.
fn past(item: &Item<'_>, active: Active, today: Option<Day>, report: &mut Report) {
    let (Some(until), Some(today)) = (active.until, today) else { return };
    if until >= today {
        return;
    }
    let place = item.body.iter().find_map(|clause| match &clause.what {
        What::Active { until: Some(word), .. } => Some(word.place),
        _ => None,
    });
    let message = format!("this {} ended on {}", item.kind.word(), show_day(until));
    warn(
        report,
        code::PAST,
        place.unwrap_or(item.keyword),
        message,
        "move the date, or leave it out if it has done its work",
    );
}

/// A limit of nothing.
pub(super) fn limits(item: &Item<'_>, report: &mut Report) {
    for clause in &item.body {
        if let What::Limit { most, .. } = &clause.what
            && most.number.text.chars().all(|c| c == '0' || c == '.')
        {
            warn(
                report,
                code::LIMIT_ZERO,
                most.place,
                "a limit of nothing lets nothing through",
                "write how much, or leave it out",
            );
        }
    }
}

/// Absences shorter than this come again and again.
const OFTEN_DAYS: u32 = 14;

/// Whether any rule or reward speaks of a segment.
fn uses_segment(programme: &Programme, segment: usize) -> bool {
    fn uses(conditions: &[Condition], wanted: usize) -> bool {
        conditions.iter().any(|condition| match condition {
            Condition::Segment { segment, .. } => *segment == wanted,
            Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => uses(inner, wanted),
            Condition::Test(_) => false,
        })
    }
    programme.rules.iter().any(|rule| uses(&rule.when, segment))
        || programme.rewards.iter().any(|reward| uses(&reward.when, segment))
}

/// Points for an event that members can repeat, without an end.
fn uncapped(item: &Item<'_>, rule: &Rule, programme: &Programme, report: &mut Report) {
    let answered = programme.surveys.iter().any(|survey| survey.is_kind(&rule.on));
    if answered || BUILT_IN.contains(&rule.on.as_str()) {
        return; // a survey is answered once
    }
    let absence = match rule.timer {
        Some(Timer::Absence(span)) => Some(span),
        _ => None,
    };
    let everyone = rule.when.is_empty() && !rule.chooses();
    let repeats = match rule.timer {
        None => true,
        Some(Timer::Schedule { every, .. }) => everyone && !matches!(every, Every::Once(_)),
        Some(Timer::Absence(span)) => span.unit == SpanUnit::Day && span.count < OFTEN_DAYS,
    };
    if !repeats {
        return;
    }
    let lasting = |limits: &[crate::model::Limit]| limits.iter().any(|limit| limit.per != LimitPeriod::Event);
    let group = rule.group.and_then(|index| programme.groups.get(index));
    let budget = rule.budget.and_then(|index| programme.budgets.get(index));
    let capped = lasting(&rule.limits)
        || group.is_some_and(|group| lasting(&group.limits))
        || programme
            .limits
            .iter()
            .any(|limit| limit.per != LimitPeriod::Event && !matches!(limit.most, LimitUnit::Times(_)))
        || budget.is_some_and(|budget| budget.when_spent == WhenSpent::Stop);
    // A tag or a badge is had once, however often it is given.
    let bothers =
        |give: &Give| matches!(give, Give::Effect(Effect::Case(_) | Effect::Prompt(_) | Effect::Signal(_)));
    let lasts =
        |give: &Give| matches!(give, Give::Badge(_) | Give::Effect(Effect::Tag(_) | Effect::Untag(_)));
    if rule.gives.iter().all(lasts) {
        return;
    }
    if let (Some(span), false) = (absence, capped) {
        let message = format!("a member who stays away for {span} again and again gets this again and again");
        let place = clause_place(item, |what| matches!(what, What::Absence(_)));
        warn(
            report,
            code::FREQUENT,
            place,
            message,
            "wait longer, or add such as `limit 1 time per member per month`",
        );
        return;
    }
    if let (Some(_), false) = (rule.timer, capped) {
        let place = clause_place(item, |what| matches!(what, What::Schedule(_)));
        warn(
            report,
            code::UNCAPPED,
            place,
            "this gives to every member, time and again, without end",
            "add such as `for members in segment …`, `draw 20 members`, `rank 1 to 3 by …`, a `limit` or `from budget …`",
        );
        return;
    }
    if !capped {
        let gives = rule.gives.iter().any(|give| !bothers(give) && !lasts(give));
        let what = if gives { "for points without end" } else { "without end, and this happens each time" };
        let message = format!("a member can repeat `{}` {what}", short(&rule.on));
        warn(
            report,
            code::UNCAPPED,
            name_place(item),
            message,
            "add such as `limit 1 time per member per day`",
        );
    }
}

/// Multipliers with nothing to multiply, and shares above the whole.
fn nothing(item: &Item<'_>, rule: &Rule, programme: &Programme, report: &mut Report) {
    let place_of = |all: bool| {
        clause_place(item, |what| matches!(what, What::Multiply { all: written, .. } if *written == all))
    };
    for give in &rule.gives {
        match give {
            Give::Multiply { all, .. } => {
                let acted_on = programme
                    .rules
                    .iter()
                    .filter(|other| other.answers(&rule.on))
                    .flat_map(|other| &other.gives)
                    .any(|other| match other {
                        Give::Rate { .. } | Give::Share { .. } | Give::Steps { .. } => true,
                        Give::Points(_) | Give::Milestone { .. } => *all,
                        _ => false,
                    });
                if !acted_on {
                    let message = format!("on `{}` there is nothing to multiply", short(&rule.on));
                    let help = if *all {
                        "a rule must give points first"
                    } else {
                        "a rule must give points per amount first; flat gifts are multiplied by `multiply all points`"
                    };
                    warn(report, code::NOTHING, place_of(*all), message, help);
                }
            }
            Give::Share { ratio, .. } if *ratio > RATIO => {
                let place = clause_place(item, |what| matches!(what, What::Give(ast::Give::Share { .. })));
                warn(
                    report,
                    code::GENEROUS,
                    place,
                    "this gives back more than was paid",
                    "write at most `100%`",
                );
            }
            _ => {}
        }
    }
}

/// Sentences that are odd by themselves, blocks opened.
fn sentences(conditions: &[Condition], words: &[Entry], report: &mut Report) {
    for condition in conditions {
        match condition {
            Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => {
                sentences(inner, words, report);
            }
            Condition::Segment { .. } => {}
            Condition::Test(clause) => {
                if let Fact::BasketLines(filter) = &clause.fact {
                    sentences(filter, words, report);
                }
                if let Predicate::Between(from, to) = &clause.predicate
                    && let (Some(low), Some(high)) = (number(from), number(to))
                    && low > high
                    && !matches!(from, Value::Time(_))
                {
                    warn(
                        report,
                        code::SWAPPED,
                        clause.place,
                        "`between` has its ends swapped: nothing lies between",
                        "write the smaller one first",
                    );
                }
                let entry = words.iter().find(|entry| entry.fact == clause.fact && !entry.optional);
                let always = entry.is_some() || matches!(clause.fact, Fact::Windowed(_));
                match (&clause.predicate, always) {
                    (Predicate::Known, true) => warn(
                        report,
                        code::ALWAYS_KNOWN,
                        clause.place,
                        "this is always known",
                        "leave this condition out",
                    ),
                    (Predicate::Unknown, true) => warn(
                        report,
                        code::NEVER_FIRES,
                        clause.place,
                        "this is always known, so the condition never holds",
                        "leave this condition out",
                    ),
                    _ => {}
                }
            }
        }
    }
}

/// What is known so far of one fact: its bounds, and the values still possible.
struct Bounds<'c> {
    fact: &'c Fact,
    low: i128,
    high: i128,
    allowed: Option<Vec<&'c Value>>,
    barred: Vec<&'c Value>,
    any: Vec<&'c [Value]>,
    unknown: bool,
    asked: bool,
}

/// Conditions that exclude each other.
pub(super) fn contradictions(conditions: &[Condition], active: Active, report: &mut Report) {
    let mut all = Vec::new();
    flat(conditions, &mut all);
    let mut facts: Vec<Bounds<'_>> = Vec::new();
    for clause in all {
        let position = facts.iter().position(|known| *known.fact == clause.fact).unwrap_or_else(|| {
            let on_date = clause.fact == Fact::Date;
            let day = |day: Option<Day>| day.filter(|_| on_date).map(|day| i128::from(day.0));
            facts.push(Bounds {
                fact: &clause.fact,
                low: day(active.from).unwrap_or(i128::MIN),
                high: day(active.until).unwrap_or(i128::MAX),
                allowed: None,
                barred: Vec::new(),
                any: Vec::new(),
                unknown: false,
                asked: false,
            });
            facts.len().saturating_sub(1)
        });
        if let Some(bounds) = facts.get_mut(position)
            && !bounds.narrow(&clause.predicate)
        {
            warn(
                report,
                code::NEVER_FIRES,
                clause.place,
                "this can never hold together with the conditions around it",
                "no event fulfils them all; change one of them",
            );
            return;
        }
    }
}

/// Sentences that must all hold.
fn flat<'c>(conditions: &'c [Condition], found: &mut Vec<&'c Clause>) {
    for condition in conditions {
        match condition {
            Condition::Test(clause) => found.push(clause),
            Condition::All(inner) => flat(inner, found),
            Condition::Any(_) | Condition::NoneOf(_) | Condition::Segment { .. } => {}
        }
    }
}

impl<'c> Bounds<'c> {
    /// Takes in one predicate; false when nothing is left.
    fn narrow(&mut self, predicate: &'c Predicate) -> bool {
        let at = |value: &Value| number(value);
        match predicate {
            Predicate::AtLeast(v) => self.low = self.low.max(at(v).unwrap_or(i128::MIN)),
            Predicate::MoreThan(v) => {
                self.low = self.low.max(at(v).map_or(i128::MIN, |n| n.saturating_add(1)));
            }
            Predicate::AtMost(v) => self.high = self.high.min(at(v).unwrap_or(i128::MAX)),
            Predicate::LessThan(v) => {
                self.high = self.high.min(at(v).map_or(i128::MAX, |n| n.saturating_sub(1)));
            }
            Predicate::Between(from, to) if !matches!(from, Value::Time(_)) => {
                if let (Some(from), Some(to)) = (at(from), at(to))
                    && from <= to
                {
                    (self.low, self.high) = (self.low.max(from), self.high.min(to));
                }
            }
            Predicate::Is(v) => self.only(std::slice::from_ref(v)),
            Predicate::In(list) => self.only(list),
            Predicate::IsNot(v) => self.barred.push(v),
            Predicate::NotIn(list) | Predicate::HasNone(list) => self.barred.extend(list),
            Predicate::HasAny(list) => self.any.push(list),
            Predicate::HasAll(list) => self.any.extend(list.iter().map(std::slice::from_ref)),
            // a time of day may wrap past midnight
            Predicate::Between(..)
            | Predicate::Within(..)
            | Predicate::AtLeastAgo(_)
            | Predicate::AtMostAgo(_)
            | Predicate::Nth(_)
            | Predicate::Calendar { .. }
            | Predicate::StartsWith(_)
            | Predicate::Known => {}
            Predicate::Unknown => self.unknown = true,
        }
        self.asked |= !matches!(predicate, Predicate::Unknown);
        let possible = self.allowed.as_ref().is_none_or(|allowed| {
            allowed.iter().any(|value| {
                !self.barred.contains(value) && number(value).is_none_or(|n| self.low <= n && n <= self.high)
            })
        });
        let some = self.any.iter().all(|list| list.iter().any(|value| !self.barred.contains(&value)));
        self.low <= self.high && possible && some && !(self.unknown && self.asked)
    }

    fn only(&mut self, list: &'c [Value]) {
        let list: Vec<&Value> = list.iter().collect();
        self.allowed = Some(match self.allowed.take() {
            None => list,
            Some(before) => before.into_iter().filter(|value| list.contains(value)).collect(),
        });
    }
}

/// An ordered value in its smallest unit.
fn number(value: &Value) -> Option<i128> {
    Some(match value {
        Value::Money(n) | Value::Points(n) | Value::Number(n) => i128::from(*n),
        Value::Date(day) => i128::from(day.0),
        Value::Time(minute) => i128::from(minute.0),
        Value::Tier(index) => i128::try_from(*index).ok()?,
        Value::Text(_) | Value::Truth(_) | Value::Weekday(_) => return None,
    })
}
