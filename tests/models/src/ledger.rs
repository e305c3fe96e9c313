//! A member's chain under several deliveries of the same requests: read the newest entry and the entry of this
//! reference, in either order and not at one moment; decide; put the next entry where there is none; resolve what was
//! not answered by reading.

use crate::{Found, Scope};
use stateright::{Model, Property};

/// A defect to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The put does not ask whether the place is free.
    NoCondition,
    /// No answer is taken for no entry.
    LostIsRefused,
    /// Who finds the place taken does not look whether it was by its own entry.
    WinnerUnread,
    /// The newest state's list of recent references is not looked at: a commit between the two reads is missed.
    RecentUnread,
    /// No answer: decided again from the newest entry, without looking for the own one.
    RetryUnread,
    /// A refusal is answered and not written: the same key may get another answer later.
    RefusalUnwritten,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::NoCondition,
        Self::LostIsRefused,
        Self::WinnerUnread,
        Self::RecentUnread,
        Self::RetryUnread,
        Self::RefusalUnwritten,
    ];

    const fn says(self) -> &'static str {
        match self {
            Self::NoCondition => "the put has no condition",
            Self::LostIsRefused => "no answer is taken for a refusal",
            Self::WinnerUnread => "who won the place is not looked at",
            Self::RecentUnread => "recent references are not looked at",
            Self::RetryUnread => "a retry does not look for its own entry",
            Self::RefusalUnwritten => "a refusal is not written",
        }
    }
}

/// An entry: whose request, and whether it was accepted (a refusal is an entry too).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Entry {
    request: u8,
    accepted: bool,
}

/// Where a delivery of a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum At {
    Start,
    /// The index had no entry of this request.
    Indexed,
    /// The chain was so long; the index was not asked yet.
    Headed(u8),
    /// Both are read: it decides from the first so many entries.
    Loaded(u8),
    /// It wrote, and heard nothing.
    Unsure,
    /// It answered: accepted or refused.
    Answered(bool),
    /// It said that it does not know.
    GaveUp,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Table {
    chain: Vec<Entry>,
    deliveries: Vec<At>,
    /// Faults left.
    faults: u8,
    /// Writes under way of which nobody hears any more: the place, and what they put there.
    late: Vec<(u8, Entry)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    ReadIndex(usize),
    ReadHead(usize),
    Commit(usize),
    /// Carried out; the answer is lost.
    CommitUnheard(usize),
    /// Not carried out yet, and not heard of.
    CommitLate(usize),
    /// Never carried out, and not heard of.
    CommitLost(usize),
    Resolve(usize),
    /// The function dies; the client sends it again.
    Crash(usize),
    /// A late write arrives.
    Land(usize),
}

pub(crate) struct Ledger {
    /// Points of each request: given, or taken when below 0.
    points: Vec<i8>,
    /// Which request each delivery is of.
    of: Vec<u8>,
    faults: u8,
    bug: Option<Bug>,
}

/// Searches it.
pub fn search(bug: Option<Bug>, scope: Scope) -> Found {
    let (points, of, faults) = match scope {
        Scope::Small => (vec![3, 2, -4], vec![0, 0, 1, 2], 2),
        Scope::Large => (vec![3, 2, -4], vec![0, 0, 1, 1, 2, 2], 2),
    };
    crate::search("ledger", bug.map(Bug::says), Ledger { points, of, faults, bug })
}

impl Ledger {
    fn is(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    fn balance(&self, chain: &[Entry]) -> i8 {
        let accepted = chain.iter().filter(|entry| entry.accepted);
        accepted.map(|entry| self.points[usize::from(entry.request)]).sum()
    }

    /// Pure: of what was read.
    fn decide(&self, request: u8, read: &[Entry]) -> Entry {
        Entry { request, accepted: self.balance(read) + self.points[usize::from(request)] >= 0 }
    }

    /// The table's part of a put; who holds the place when it was not free.
    fn put(&self, table: &mut Table, place: u8, entry: Entry) -> Result<(), Entry> {
        let place = usize::from(place);
        match table.chain.get(place).copied() {
            Some(_) if self.is(Bug::NoCondition) => table.chain[place] = entry,
            Some(winner) => return Err(winner),
            None => table.chain.push(entry),
        }
        Ok(())
    }

    /// After both reads: an own entry among the recent ones is the answer.
    fn loaded(&self, request: u8, read: &[Entry]) -> At {
        let own = read.iter().find(|entry| entry.request == request);
        match own.filter(|_| !self.is(Bug::RecentUnread)) {
            Some(own) => At::Answered(own.accepted),
            None => At::Loaded(length(read)),
        }
    }
}

fn length(chain: &[Entry]) -> u8 {
    u8::try_from(chain.len()).unwrap_or(u8::MAX)
}

impl Model for Ledger {
    type State = Table;
    type Action = Step;

    fn init_states(&self) -> Vec<Table> {
        let deliveries = vec![At::Start; self.of.len()];
        vec![Table { chain: Vec::new(), deliveries, faults: self.faults, late: Vec::new() }]
    }

    fn actions(&self, table: &Table, steps: &mut Vec<Step>) {
        for (i, at) in table.deliveries.iter().enumerate() {
            match at {
                At::Start => steps.extend([Step::ReadIndex(i), Step::ReadHead(i)]),
                At::Indexed => steps.push(Step::ReadHead(i)),
                At::Headed(_) => steps.push(Step::ReadIndex(i)),
                At::Loaded(_) => {
                    steps.push(Step::Commit(i));
                    if table.faults > 0 {
                        steps.extend([Step::CommitUnheard(i), Step::CommitLate(i), Step::CommitLost(i)]);
                        steps.push(Step::Crash(i));
                    }
                }
                At::Unsure => {
                    steps.push(Step::Resolve(i));
                    if table.faults > 0 {
                        steps.push(Step::Crash(i));
                    }
                }
                At::Answered(_) | At::GaveUp => {}
            }
        }
        steps.extend((0..table.late.len()).map(Step::Land));
    }

    fn next_state(&self, before: &Table, step: Step) -> Option<Table> {
        let mut table = before.clone();
        let recorded = |request: u8| before.chain.iter().find(|entry| entry.request == request);
        match step {
            Step::ReadIndex(i) => {
                let request = self.of[i];
                table.deliveries[i] = match (recorded(request), before.deliveries[i]) {
                    (Some(own), _) => At::Answered(own.accepted),
                    (None, At::Headed(read)) => self.loaded(request, &before.chain[..usize::from(read)]),
                    (None, _) => At::Indexed,
                };
            }
            Step::ReadHead(i) => {
                table.deliveries[i] = match before.deliveries[i] {
                    At::Indexed => self.loaded(self.of[i], &before.chain),
                    _ => At::Headed(length(&before.chain)),
                };
            }
            Step::Commit(i) => {
                let At::Loaded(read) = before.deliveries[i] else { return None };
                let entry = self.decide(self.of[i], &before.chain[..usize::from(read)]);
                if !entry.accepted && self.is(Bug::RefusalUnwritten) {
                    table.deliveries[i] = At::Answered(false);
                    return Some(table);
                }
                table.deliveries[i] = match self.put(&mut table, read, entry) {
                    Ok(()) => At::Answered(entry.accepted),
                    Err(winner) if winner.request == self.of[i] && !self.is(Bug::WinnerUnread) => {
                        At::Answered(winner.accepted)
                    }
                    // goes on from the winner
                    Err(_) => At::Loaded(read + 1),
                };
            }
            Step::CommitUnheard(i) | Step::CommitLate(i) | Step::CommitLost(i) => {
                let At::Loaded(read) = before.deliveries[i] else { return None };
                let entry = self.decide(self.of[i], &before.chain[..usize::from(read)]);
                match step {
                    Step::CommitUnheard(_) => drop(self.put(&mut table, read, entry)),
                    Step::CommitLate(_) => table.late.push((read, entry)),
                    _ => {}
                }
                table.deliveries[i] = At::Unsure;
                table.faults -= 1;
            }
            Step::Resolve(i) => {
                table.deliveries[i] = match recorded(self.of[i]) {
                    _ if self.is(Bug::LostIsRefused) => At::Answered(false),
                    _ if self.is(Bug::RetryUnread) => At::Loaded(length(&before.chain)),
                    Some(own) => At::Answered(own.accepted),
                    None if before.faults == 0 => At::GaveUp,
                    None => At::Start,
                };
            }
            Step::Crash(i) => {
                table.deliveries[i] = At::Start;
                table.faults -= 1;
            }
            Step::Land(n) => {
                let (place, entry) = table.late.remove(n);
                let _ = self.put(&mut table, place, entry);
            }
        }
        Some(table)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("one entry for each request", |model: &Self, table: &Table| {
                let of = |request| {
                    table.chain.iter().filter(|entry| usize::from(entry.request) == request).count()
                };
                (0..model.points.len()).all(|request| of(request) <= 1)
            }),
            Property::always("no balance below 0", |model: &Self, table: &Table| {
                (0..=table.chain.len()).all(|end| model.balance(&table.chain[..end]) >= 0)
            }),
            Property::always("what was answered is what is written", |model: &Self, table: &Table| {
                table.deliveries.iter().zip(&model.of).all(|(at, request)| match at {
                    At::Answered(accepted) => {
                        table.chain.contains(&Entry { request: *request, accepted: *accepted })
                    }
                    _ => true,
                })
            }),
            Property::always("a decision is that of the entries before it", |model: &Self, table: &Table| {
                table
                    .chain
                    .iter()
                    .enumerate()
                    .all(|(place, entry)| model.decide(entry.request, &table.chain[..place]) == *entry)
            }),
            Property::sometimes("a late write lands and is the entry", |_: &Self, table: &Table| {
                table.late.iter().any(|(place, _)| usize::from(*place) == table.chain.len())
            }),
            Property::sometimes("a late write comes after its own retry", |_: &Self, table: &Table| {
                table
                    .late
                    .iter()
                    .any(|(_, late)| table.chain.iter().any(|entry| entry.request == late.request))
            }),
            Property::sometimes("a refusal", |_: &Self, table: &Table| {
                table.chain.iter().any(|entry| !entry.accepted)
            }),
            Property::sometimes(
                "somebody gives up, and the entry is there",
                |model: &Self, table: &Table| {
                    table.deliveries.iter().zip(&model.of).any(|(at, request)| {
                        *at == At::GaveUp && table.chain.iter().any(|entry| entry.request == *request)
                    })
                },
            ),
            Property::sometimes("all are answered", |_: &Self, table: &Table| {
                table.deliveries.iter().all(|at| matches!(at, At::Answered(_)))
            }),
        ]
    }
}
