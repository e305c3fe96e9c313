//! What a programme counts of its own events, and what follows from a date of birth: facts that are asked of a member
//! beside what she bought.

use super::Rulebook;
use crate::calendar::ymd;
use crate::facts::Happening;
use crate::model::{Fact, Programme};
use crate::units::Day;

impl Rulebook {
    /// Events that rules, rewards or segments count, each with its window, without repeats; `Facts::happened` is
    /// aligned with it.
    pub fn happenings(&self) -> &[Happening] {
        &self.happenings
    }

    /// Whether anything asks how often a kind of event happened: only then is it counted.
    pub fn counts(&self, kind: &str) -> bool {
        self.happenings.iter().any(|happening| happening.kind == kind)
    }
}

/// What is counted, in the order of the text.
pub(super) fn of(programme: &Programme) -> Vec<Happening> {
    let mut found: Vec<Happening> = Vec::new();
    super::counters::each_fact(programme, &mut |fact| {
        if let Fact::Happened(happening) = fact
            && !found.contains(happening)
        {
            found.push(happening.clone());
        }
    });
    found
}

/// Whole years on a day; none before the birth. Who was born on 29 February is a year older on the 28th in years
/// without that day.
pub(crate) fn age(born: Day, today: Day) -> Option<i64> {
    if today < born {
        return None;
    }
    let ((year, month, day), (this_year, this_month, this_day)) = (ymd(born), ymd(today));
    let day =
        if (month, day) == (2, 29) && crate::calendar::day_of(this_year, 2, 29).is_none() { 28 } else { day };
    let short = i64::from((this_month, this_day) < (month, day));
    Some(i64::from(this_year).saturating_sub(i64::from(year)).saturating_sub(short))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what must hold")]
    use super::age;
    use crate::calendar::parse_day;

    #[test]
    fn a_year_is_whole_on_the_birthday() {
        let at = |born: &str, today: &str| age(parse_day(born).unwrap(), parse_day(today).unwrap());
        assert_eq!(at("2008-05-10", "2026-05-09"), Some(17));
        assert_eq!(at("2008-05-10", "2026-05-10"), Some(18));
        assert_eq!(at("2008-02-29", "2026-02-27"), Some(17));
        assert_eq!(at("2008-02-29", "2026-02-28"), Some(18));
        assert_eq!(at("2008-02-29", "2028-02-28"), Some(19));
        assert_eq!(at("2026-05-10", "2026-05-10"), Some(0));
        assert_eq!(at("2026-05-11", "2026-05-10"), None);
    }
}
