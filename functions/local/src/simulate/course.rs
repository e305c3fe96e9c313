//! Drives all members through a history: side by side where nothing is shared, in the one order of time where budgets
//! or stock are, and where rules choose among all members.

use super::book::{Book, Counters, Step, Times};
use super::choose::{Dates, hold};
use super::past::Course;
use super::tally::{OfMember, Tally};
use domain::{budget_counter, members_counter, stock_counter};
use dsl::model::BudgetTotal;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use indicatif::ProgressBar;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::thread;

/// Members taken from the pile at a time.
const PORTION: usize = 64;

/// Everything the members do, and what comes of it. Equal arguments give equal tallies, on one thread or many.
pub(super) fn run(times: &Times<'_>, courses: &[Course], threads: usize, bar: &ProgressBar) -> Tally {
    if is_shared(times.rules) || times.chooses {
        return in_order(times, courses, bar);
    }
    let portions: Vec<&[Course]> = courses.chunks(PORTION).collect();
    let threads = threads.clamp(1, portions.len().max(1));
    thread::scope(|scope| {
        let work = |first: usize| {
            let mine = portions.iter().skip(first).step_by(threads);
            let mut tally = Tally::default();
            for course in mine.flat_map(|portion| portion.iter()) {
                let mut book = Book::new(times, course);
                let mut of_member = OfMember::default();
                while book.next_at().is_some() {
                    count(&mut tally, &mut of_member, &book.step(&Counters::new()), times);
                }
                close(&mut tally, (course.member.as_str(), of_member), &book, times);
                bar.inc(u64::try_from(course.happenings.len()).unwrap_or(0));
            }
            tally
        };
        let workers: Vec<_> = (1..threads).map(|first| scope.spawn(move || work(first))).collect();
        let mut tally = work(0);
        for worker in workers {
            match worker.join() {
                Ok(part) => tally.add(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        tally
    })
}

/// True where what one member gets depends on what others got.
fn is_shared(rules: &Rulebook) -> bool {
    let programme = rules.programme();
    let scarce = programme.rewards.iter().any(|r| r.stock.is_some() || r.first_members.is_some());
    scarce || !programme.budgets.is_empty()
}

fn in_order(times: &Times<'_>, courses: &[Course], bar: &ProgressBar) -> Tally {
    let mut tally = Tally::default();
    let mut counters = zero(times.rules);
    let most: BTreeMap<String, i64> = most(times.rules);
    let mut members: Vec<(Book<'_>, OfMember)> =
        courses.iter().map(|course| (Book::new(times, course), OfMember::default())).collect();
    // Of one moment, in the order of names: the order of the file must not decide who has the last of a budget.
    let mut waiting: BinaryHeap<Reverse<(Moment, &str, usize)>> = BinaryHeap::new();
    for (index, ((book, _), course)) in members.iter().zip(courses).enumerate() {
        waiting.extend(book.next_at().map(|at| Reverse((at, course.member.as_str(), index))));
    }
    let mut dates = Dates::between(times.rules, times.from, times.until);
    let done = |tally: &mut Tally, step: &Step, of_member: &mut OfMember, counters: &mut Counters| {
        if let Step::Entry(decision) = step {
            for draw in &decision.draws {
                let used = counters.entry(draw.counter.clone()).or_default();
                *used += draw.amount;
                if most.get(&draw.counter).is_some_and(|most| *used >= *most) {
                    let day = times.rules.zone().local(decision.entry.at).day;
                    tally.ran_out.entry(draw.counter.clone()).or_insert(day);
                }
            }
        }
        count(tally, of_member, step, times);
    };
    while let Some(Reverse((at, name, index))) = waiting.pop() {
        // at the same moment the calendar is before what members do
        hold(&mut dates, at, &mut members, times, &mut counters, |step, of_member, counters| {
            done(&mut tally, step, of_member, counters);
        });
        let Some((book, of_member)) = members.get_mut(index) else { continue };
        let step = book.step(&counters);
        done(&mut tally, &step, of_member, &mut counters);
        bar.inc(1);
        waiting.extend(book.next_at().map(|at| Reverse((at, name, index))));
    }
    hold(&mut dates, times.until, &mut members, times, &mut counters, |step, of_member, counters| {
        done(&mut tally, step, of_member, counters);
    });
    for ((book, of_member), course) in members.into_iter().zip(courses) {
        close(&mut tally, (course.member.as_str(), of_member), &book, times);
    }
    tally.counters = counters;
    tally
}

fn count(tally: &mut Tally, of_member: &mut OfMember, step: &Step, times: &Times<'_>) {
    match step {
        Step::Entry(decision) => tally.entry(of_member, decision, times),
        Step::Refused(code) => tally.refused(code),
        Step::Nothing => {}
    }
}

fn close(tally: &mut Tally, (name, of_member): (&str, OfMember), book: &Book<'_>, times: &Times<'_>) {
    if let Some(end) = book.end() {
        tally.end(name, of_member, end, times);
    }
}

fn zero(rules: &Rulebook) -> Counters {
    let programme = rules.programme();
    let budgets = programme.budgets.iter().map(|budget| budget_counter(&budget.name));
    let rewards = programme.rewards.iter();
    let rewards = rewards.flat_map(|reward| [stock_counter(&reward.name), members_counter(&reward.name)]);
    budgets.chain(rewards).map(|counter| (counter, 0)).collect()
}

/// What there is of each.
pub(super) fn most(rules: &Rulebook) -> BTreeMap<String, i64> {
    let programme = rules.programme();
    let budgets = programme.budgets.iter().map(|budget| {
        let (BudgetTotal::Points(total) | BudgetTotal::Money(total)) = budget.total;
        (budget_counter(&budget.name), total)
    });
    let stock = programme.rewards.iter().filter_map(|r| Some((stock_counter(&r.name), r.stock?)));
    let members = programme.rewards.iter().filter_map(|r| Some((members_counter(&r.name), r.first_members?)));
    budgets.chain(stock).chain(members).collect()
}
