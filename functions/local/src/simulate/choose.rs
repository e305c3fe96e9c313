//! Rules that are for some of all members, in a simulation: on a date of theirs all are looked at, in memory, and the drawn
//! or the best get what the rule gives.
//!
//! Draws are held with lots of the simulation's own: how many win is as it would be, who wins is not.

use super::book::{Book, Counters, Step, Times, lot_of};
use domain::entry::Place;
use domain::scheduled::{Date, best};
use dsl::model::Ranking;
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};

/// What members are chosen by.
#[derive(Debug, Clone, Copy)]
enum By {
    /// So many, by lot.
    Lot(u32),
    /// By a sum over the days from the first to before the second.
    Sum(Ranking, Day, Day),
}

/// Dates of rules that choose, in order.
pub(super) struct Dates(Vec<(Date, By)>);

impl Dates {
    /// Those between two moments.
    pub(super) fn between(rules: &Rulebook, from: Moment, until: Moment) -> Self {
        let zone = rules.zone();
        let (first, last) = (zone.local(from).day, zone.local(until).day);
        let mut dates = Vec::new();
        for schedule in rules.scheduled().filter(|schedule| schedule.rule.chooses()) {
            for day in schedule.days(first, last) {
                let at = schedule.moment(day, zone);
                let lots = schedule.rule.draw.map(By::Lot);
                let ranks =
                    || schedule.ranks(day, zone).map(|(ranking, first, end)| By::Sum(ranking, first, end));
                let date = Date { rule: schedule.index, day, at, now: at, chosen: true, place: None };
                dates.extend(lots.or_else(ranks).map(|by| (date, by)));
            }
        }
        dates.retain(|(date, _)| from <= date.at && date.at <= until);
        dates.sort_by_key(|(date, _)| std::cmp::Reverse(date.at));
        Self(dates)
    }

    /// Takes the next one that has come by a moment.
    fn next(&mut self, at: Moment) -> Option<(Date, By)> {
        self.0.pop_if(|(date, _)| date.at <= at)
    }
}

/// Holds the dates that have come by a moment; `done` is told of every step, with whose it is.
pub(super) fn hold<'a, T>(
    dates: &mut Dates,
    at: Moment,
    members: &mut [(Book<'a>, T)],
    times: &Times<'a>,
    counters: &mut Counters,
    mut done: impl FnMut(&Step, &mut T, &mut Counters),
) {
    while let Some((date, by)) = dates.next(at) {
        for (index, place) in chosen(members, date, by, times.rules) {
            let Some((book, of_member)) = members.get_mut(index) else { continue };
            let step = book.chosen(Date { place, ..date }, counters);
            done(&step, of_member, counters);
        }
    }
}

/// Who is, by place in the list, and her rank.
fn chosen<T>(members: &[(Book<'_>, T)], date: Date, by: By, rules: &Rulebook) -> Vec<(usize, Option<Place>)> {
    let all = members.iter().enumerate();
    match by {
        By::Lot(count) => {
            let kind = date.kind(rules).unwrap_or_default();
            let candidates = all.filter(|(_, (book, _))| book.may(date));
            let mut lots: Vec<_> =
                candidates.map(|(index, (book, _))| (lot_of(kind, date, book.member()), index)).collect();
            lots.sort_unstable();
            lots.truncate(usize::try_from(count).unwrap_or(usize::MAX));
            lots.into_iter().map(|(_, index)| (index, None)).collect()
        }
        By::Sum(ranking, first, end) => {
            let sum = (ranking.metric, first, end);
            let scored = all.filter_map(|(index, (book, _))| Some((index, book.score(date, sum)?)));
            let mut scored: Vec<(usize, i64)> = scored.collect();
            // of one rank in the order of names: who gets the last of a budget must not hang on the order of a file
            scored.sort_by_key(|(index, score)| {
                (std::cmp::Reverse(*score), members.get(*index).map(|(book, _)| book.member().clone()))
            });
            best(scored, ranking).into_iter().map(|(index, place)| (index, Some(place))).collect()
        }
    }
}
