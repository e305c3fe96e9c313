//! A hold on a chain: asked for, captured, released, cancelled, timed out by whoever comes, while clocks of writers
//! differ. Points are never in two places, and a hold ends once.

use crate::{Found, Scope};
use stateright::{Model, Property};

/// A defect to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A capture does not ask whether the hold is still open.
    CaptureUnasked,
    /// A release does not ask whether the hold is still open.
    ReleaseUnasked,
    /// What timed out is given back beside the chain, whatever came meanwhile.
    SweepBlind,
    /// The points stay spendable while they are held.
    HeldTwice,
    /// A cancellation gives back what was asked for, not what was captured.
    CancelWhole,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::CaptureUnasked, Self::ReleaseUnasked, Self::SweepBlind, Self::HeldTwice, Self::CancelWhole];

    const fn says(self) -> &'static str {
        match self {
            Self::CaptureUnasked => "a capture does not ask whether the hold is open",
            Self::ReleaseUnasked => "a release does not ask whether the hold is open",
            Self::SweepBlind => "a time-out is written beside the chain",
            Self::HeldTwice => "held points stay spendable",
            Self::CancelWhole => "a cancellation gives back more than was captured",
        }
    }
}

/// What a request asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Ask {
    /// Reserves [`HELD`] points until the clock strikes.
    Hold,
    /// Takes [`CAPTURED`] of them; the rest goes back.
    Capture,
    Release,
    /// Gives back what was captured.
    Cancel,
    /// Spends [`SPENT`] points at once.
    Spend,
    /// Writes what fell due.
    Sweep,
}

const POINTS: i8 = 5;
const HELD: i8 = 4;
const CAPTURED: i8 = 3;
const SPENT: i8 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Stage {
    None,
    Open,
    TimedOut,
    Released,
    Captured,
    Cancelled,
}

/// What the chain says: where the points are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Accounts {
    active: i8,
    held: i8,
    redeemed: i8,
    stage: Stage,
}

/// An entry: who asked, whether it was accepted, what is then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Entry {
    ask: Ask,
    accepted: bool,
    /// It found the time passed: the hold timed out with this entry, before what was asked.
    late: bool,
    after: Accounts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum At {
    Start,
    /// It read so many entries, at a clock before or after the hold's end.
    Loaded(u8, bool),
    Unsure,
    Answered(bool),
    GaveUp,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Table {
    chain: Vec<Entry>,
    deliveries: Vec<At>,
    /// Whether the time of the hold has passed.
    passed: bool,
    /// Points a blind time-out gave back beside the chain.
    beside: i8,
    faults: u8,
    late: Vec<(u8, Entry)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Clock,
    Read(usize),
    Commit(usize),
    CommitUnheard(usize),
    CommitLate(usize),
    Resolve(usize),
    Land(usize),
}

pub(crate) struct Holds {
    asks: Vec<Ask>,
    faults: u8,
    bug: Option<Bug>,
}

/// Searches it.
pub fn search(bug: Option<Bug>, scope: Scope) -> Found {
    use Ask::{Cancel, Capture, Hold, Release, Spend, Sweep};
    let (asks, faults) = match scope {
        Scope::Small => (vec![Hold, Capture, Sweep, Cancel], 1),
        Scope::Large => (vec![Hold, Capture, Release, Sweep, Spend, Cancel], 1),
    };
    let asks = if bug == Some(Bug::ReleaseUnasked) { vec![Hold, Capture, Release] } else { asks };
    crate::search("holds", bug.map(Bug::says), Holds { asks, faults, bug })
}

impl Holds {
    fn is(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// Pure: settles to the clock, then answers. `None` where a sweep finds nothing due.
    fn decide(&self, ask: Ask, read: &[Entry], passed: bool) -> Option<Entry> {
        let start = Accounts { active: POINTS, held: 0, redeemed: 0, stage: Stage::None };
        let mut now = read.last().map_or(start, |entry| entry.after);
        let late = passed && now.stage == Stage::Open;
        if late {
            now = self.back(now, Stage::TimedOut);
        }
        let settled = now;
        let accepted = match ask {
            Ask::Sweep => {
                return late.then_some(Entry { ask, accepted: true, late, after: now });
            }
            Ask::Hold if now.stage == Stage::None && now.active >= HELD && !passed => {
                now.active -= if self.is(Bug::HeldTwice) { 0 } else { HELD };
                (now.held, now.stage) = (HELD, Stage::Open);
                true
            }
            Ask::Capture if now.stage == Stage::Open || self.is(Bug::CaptureUnasked) => {
                now.active += HELD - CAPTURED;
                now.redeemed += CAPTURED;
                (now.held, now.stage) = (0, Stage::Captured);
                true
            }
            Ask::Release if now.stage == Stage::Open || self.is(Bug::ReleaseUnasked) => {
                now = self.back(now, Stage::Released);
                true
            }
            Ask::Cancel if now.stage == Stage::Captured => {
                let back = if self.is(Bug::CancelWhole) { HELD } else { CAPTURED };
                now.active += back;
                now.redeemed -= back;
                now.stage = Stage::Cancelled;
                true
            }
            Ask::Spend if now.active >= SPENT => {
                now.active -= SPENT;
                now.redeemed += SPENT;
                true
            }
            _ => false,
        };
        Some(Entry { ask, accepted, late, after: if accepted { now } else { settled } })
    }

    fn back(&self, mut accounts: Accounts, stage: Stage) -> Accounts {
        accounts.active += if self.is(Bug::ReleaseUnasked) { HELD } else { accounts.held };
        (accounts.held, accounts.stage) = (0, stage);
        accounts
    }

    /// Two deliveries of one kind are the same request sent twice.
    fn recorded(&self, i: usize, chain: &[Entry]) -> Option<Entry> {
        chain.iter().find(|entry| entry.ask == self.asks[i]).copied()
    }
}

const fn ended(stage: Stage) -> bool {
    !matches!(stage, Stage::None | Stage::Open)
}

fn put(table: &mut Table, place: u8, entry: Entry) -> Result<(), Entry> {
    if let Some(winner) = table.chain.get(usize::from(place)) {
        return Err(*winner);
    }
    table.chain.push(entry);
    Ok(())
}

impl Model for Holds {
    type State = Table;
    type Action = Step;

    fn init_states(&self) -> Vec<Table> {
        let deliveries = vec![At::Start; self.asks.len()];
        let (chain, late) = (Vec::new(), Vec::new());
        vec![Table { chain, deliveries, passed: false, beside: 0, faults: self.faults, late }]
    }

    fn actions(&self, table: &Table, steps: &mut Vec<Step>) {
        if !table.passed {
            steps.push(Step::Clock);
        }
        for (i, at) in table.deliveries.iter().enumerate() {
            match at {
                At::Start => steps.push(Step::Read(i)),
                At::Loaded(..) => {
                    steps.push(Step::Commit(i));
                    if table.faults > 0 {
                        steps.extend([Step::CommitUnheard(i), Step::CommitLate(i)]);
                    }
                }
                At::Unsure => steps.push(Step::Resolve(i)),
                At::Answered(_) | At::GaveUp => {}
            }
        }
        steps.extend((0..table.late.len()).map(Step::Land));
    }

    fn next_state(&self, before: &Table, step: Step) -> Option<Table> {
        let mut table = before.clone();
        match step {
            Step::Clock => table.passed = true,
            Step::Read(i) => {
                table.deliveries[i] = match self.recorded(i, &before.chain) {
                    Some(own) => At::Answered(own.accepted),
                    None => At::Loaded(u8::try_from(before.chain.len()).unwrap_or(u8::MAX), before.passed),
                };
            }
            Step::Commit(i) | Step::CommitUnheard(i) | Step::CommitLate(i) => {
                let At::Loaded(read, passed) = before.deliveries[i] else { return None };
                let decided = self.decide(self.asks[i], &before.chain[..usize::from(read)], passed);
                let Some(entry) = decided else {
                    table.deliveries[i] = At::Answered(true);
                    return Some(table);
                };
                if entry.ask == Ask::Sweep && self.is(Bug::SweepBlind) {
                    table.beside += HELD;
                    table.deliveries[i] = At::Answered(true);
                    return Some(table);
                }
                table.deliveries[i] = At::Unsure;
                match step {
                    Step::Commit(_) => {
                        table.deliveries[i] = match put(&mut table, read, entry) {
                            Ok(()) => At::Answered(entry.accepted),
                            Err(winner) if winner.ask == entry.ask => At::Answered(winner.accepted),
                            // a sweep that lost has nothing to insist on
                            Err(_) if entry.ask == Ask::Sweep => At::Answered(true),
                            Err(_) => At::Loaded(read + 1, passed),
                        };
                        return Some(table);
                    }
                    Step::CommitUnheard(_) => drop(put(&mut table, read, entry)),
                    _ => table.late.push((read, entry)),
                }
                table.faults -= 1;
            }
            Step::Resolve(i) => {
                table.deliveries[i] = match self.recorded(i, &before.chain) {
                    Some(own) => At::Answered(own.accepted),
                    None if before.faults == 0 => At::GaveUp,
                    None => At::Start,
                };
            }
            Step::Land(n) => {
                let (place, entry) = table.late.remove(n);
                let _ = put(&mut table, place, entry);
            }
        }
        Some(table)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no point is lost or made", |_: &Self, table: &Table| {
                let sum = |a: Accounts| a.active + a.held + a.redeemed;
                table.beside == 0 && table.chain.iter().all(|entry| sum(entry.after) == POINTS)
            }),
            Property::always("nothing is below 0", |_: &Self, table: &Table| {
                let below = |a: Accounts| a.active < 0 || a.held < 0 || a.redeemed < 0;
                !table.chain.iter().any(|entry| below(entry.after))
            }),
            Property::always("a hold ends once", |_: &Self, table: &Table| {
                table.chain.windows(2).all(|pair| {
                    let (before, after) = (pair[0].after.stage, pair[1].after.stage);
                    !ended(before)
                        || after == before
                        || (before, after) == (Stage::Captured, Stage::Cancelled)
                })
            }),
            Property::always("what was answered is what is written", |model: &Self, table: &Table| {
                table.deliveries.iter().zip(&model.asks).all(|(at, ask)| match at {
                    At::Answered(accepted) if *ask != Ask::Sweep => {
                        table.chain.iter().any(|entry| entry.ask == *ask && entry.accepted == *accepted)
                    }
                    _ => true,
                })
            }),
            Property::sometimes(
                "a capture that read before the end lands after it",
                |_: &Self, table: &Table| {
                    table.passed
                        && table.late.iter().any(|(_, late)| late.ask == Ask::Capture && late.accepted)
                },
            ),
            Property::sometimes("a capture comes too late", |_: &Self, table: &Table| {
                table.chain.iter().any(|entry| entry.ask == Ask::Capture && !entry.accepted && entry.late)
            }),
            Property::sometimes("a sweep writes the time-out", |_: &Self, table: &Table| {
                table.chain.iter().any(|entry| entry.ask == Ask::Sweep)
            }),
            Property::sometimes("captured and cancelled", |_: &Self, table: &Table| {
                table.chain.last().is_some_and(|entry| entry.after.stage == Stage::Cancelled)
            }),
        ]
    }
}
