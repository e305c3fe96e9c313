//! Why a condition does not hold: the value that is there, what was needed, and how little was missing.

use super::words::{Words, decimal, points};
use crate::calendar::plus_civil;
use crate::event::Line;
use crate::model::{Clause, Condition, Fact, Predicate, Value};
use crate::reading::{Reading, Seen, Truth};
use crate::units::{MICRO, SpanUnit};

/// Says why a condition does not hold, without a full stop.
pub(super) fn why_not(
    words: Words<'_>,
    reading: &Reading<'_>,
    condition: &Condition,
    line: Option<&Line>,
) -> String {
    match condition {
        Condition::Test(clause) => clause_not(words, reading, clause, line),
        Condition::All(inner) => inner
            .iter()
            .find(|inner| reading.truth(inner, line) != Truth::Yes)
            .map_or_else(String::new, |inner| why_not(words, reading, inner, line)),
        Condition::Any(inner) if inner.is_empty() => "any of an empty list never holds".to_owned(),
        Condition::Any(inner) => {
            let each: Vec<String> = inner.iter().map(|inner| why_not(words, reading, inner, line)).collect();
            format!("none of these holds: {}", each.join("; "))
        }
        Condition::Segment { segment, inside: true, .. } => {
            let found = words.programme.segments.get(*segment);
            let unmet =
                found.and_then(|it| it.when.iter().find(|inner| reading.truth(inner, None) != Truth::Yes));
            let why = unmet.map(|unmet| why_not(words, reading, unmet, None)).unwrap_or_default();
            format!("the member is not in segment {}: {why}", words.segment(*segment))
        }
        Condition::Segment { segment, .. } => {
            format!("the member must not be in segment {}", words.segment(*segment))
        }
        Condition::NoneOf(inner) => {
            let held = inner.iter().find(|inner| reading.truth(inner, line) == Truth::Yes);
            if let Some(held) = held {
                return format!("it must not be that {}", words.condition(held));
            }
            let unknown = inner.iter().find(|inner| reading.truth(inner, line) == Truth::Unknown);
            unknown
                .map_or_else(String::new, |inner| format!("it is unknown whether {}", words.condition(inner)))
        }
    }
}

fn clause_not(words: Words<'_>, reading: &Reading<'_>, clause: &Clause, line: Option<&Line>) -> String {
    let fact = words.fact(&clause.fact);
    let need = words.need(&clause.predicate);
    // What a profile says is personal data: never written into an explanation.
    let private = matches!(clause.fact, Fact::MemberBirthday) || of_profile(&clause.fact);
    // of two dates, the one that is not known
    let unknown = match &clause.predicate {
        Predicate::Within(_, other) if reading.see(other, line).is_none() => Some(words.fact(other)),
        _ => None,
    };
    let near = near(words, reading, clause, line).map(|near| format!(" ({near})")).unwrap_or_default();
    match (reading.see(&clause.fact, line), unknown) {
        (None, _) if matches!(clause.fact, Fact::Streak(_)) => {
            format!("{fact} does not grow by another purchase of the same time, {need}")
        }
        (None, _) => format!("{fact} is unknown, {need}"),
        (Some(_), Some(other)) => format!("{other} is unknown, {fact} {need}"),
        (Some(_), None) if private => format!("{fact} {need}{near}"),
        (Some(seen), None) => format!("{fact} is {}, {need}{near}", words.seen(&seen)),
    }
}

/// An age, or where a member lives.
const fn of_profile(fact: &Fact) -> bool {
    matches!(fact, Fact::MemberAge | Fact::MemberCountry | Fact::MemberPostcode | Fact::MemberCity)
}

/// The smallest change that would have been enough.
fn near(words: Words<'_>, reading: &Reading<'_>, clause: &Clause, line: Option<&Line>) -> Option<String> {
    if of_profile(&clause.fact) {
        return None; // how little is missing would tell it
    }
    // How far from a date of birth anything is tells the date of birth.
    let born = |fact: &Fact| matches!(fact, Fact::MemberBirthday);
    let other = match &clause.predicate {
        Predicate::Within(span, other) => Some((span, other)),
        _ => None,
    };
    if born(&clause.fact) || other.is_some_and(|(_, other)| born(other)) {
        return None;
    }
    if let Some((span, other)) = other {
        let (Seen::Day(left), Seen::Day(right)) =
            (reading.see(&clause.fact, line)?, reading.see(other, line)?)
        else {
            return None;
        };
        // so many days say nothing of hours
        let hours = matches!(span.unit, SpanUnit::Minute | SpanUnit::Hour);
        return (!hours).then(|| format!("{} away", days(i64::from(left.0.abs_diff(right.0)))));
    }
    let seen = reading.see(&clause.fact, line)?;
    if let (Predicate::AtLeastAgo(span) | Predicate::AtMostAgo(span), Seen::Day(day)) =
        (&clause.predicate, &seen)
    {
        let then = plus_civil(*day, i64::from(span.count), span.unit);
        let missing = i64::from(then.0).saturating_sub(i64::from(reading.day().0));
        return Some(match missing {
            1.. => format!("{} more", days(missing)),
            _ => format!("{} too late", days(missing.saturating_neg())),
        });
    }
    if let Seen::Texts(texts) = &seen {
        let named = |value: &Value| matches!(value, Value::Text(text) if texts.contains(text));
        return match &clause.predicate {
            Predicate::HasAll(values) => {
                let missing: Vec<String> =
                    values.iter().filter(|v| !named(v)).map(|v| words.value(v)).collect();
                Some(format!("lacks {}", missing.join(", ")))
            }
            Predicate::HasNone(values) => {
                let found: Vec<String> = values.iter().filter(|v| named(v)).map(|v| words.value(v)).collect();
                Some(format!("has {}", found.join(", ")))
            }
            _ => None,
        };
    }
    // Facts that count are whole; a declared number may be anything.
    let step = match (&seen, &clause.fact) {
        (Seen::Number(_), Fact::Field(_)) => 0,
        (Seen::Number(_) | Seen::Points(_), _) => MICRO,
        _ => 1,
    };
    let number = number(&seen)?;
    let (low, high) = match &clause.predicate {
        Predicate::AtLeast(low) => (literal(low)?, i64::MAX),
        Predicate::AtMost(high) => (i64::MIN, literal(high)?),
        Predicate::MoreThan(low) => (literal(low)?.saturating_add(step), i64::MAX),
        Predicate::LessThan(high) => (i64::MIN, literal(high)?.saturating_sub(step)),
        Predicate::Between(low, high) => (literal(low)?, literal(high)?),
        _ => return None,
    };
    let (missing, direction) = if number < low {
        (low.saturating_sub(number), Direction::Up)
    } else if number > high {
        (number.saturating_sub(high), Direction::Down)
    } else {
        return None;
    };
    let (up, down) = match seen {
        Seen::Day(_) => ("too early", "too late"),
        _ => ("more", "less"),
    };
    let amount = match seen {
        Seen::Money(_) => words.programme.currency.show(missing),
        Seen::Points(_) => points(missing),
        Seen::Number(_) => decimal(missing),
        _ => days(missing),
    };
    Some(format!("{amount} {}", if direction == Direction::Up { up } else { down }))
}

#[derive(PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

fn days(count: i64) -> String {
    format!("{count} day{}", if count == 1 { "" } else { "s" })
}

fn number(seen: &Seen) -> Option<i64> {
    match seen {
        Seen::Money(number) | Seen::Points(number) | Seen::Number(number) => Some(*number),
        Seen::Day(day) => Some(i64::from(day.0)),
        _ => None,
    }
}

fn literal(value: &Value) -> Option<i64> {
    match value {
        Value::Money(number) | Value::Points(number) | Value::Number(number) => Some(*number),
        Value::Date(day) => Some(i64::from(day.0)),
        _ => None,
    }
}
