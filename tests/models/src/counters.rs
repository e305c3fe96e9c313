//! A stock (or a budget) that several members draw on: one transaction moves the counter and writes the member's
//! entry, each under its own condition.

use crate::{Found, Scope};
use stateright::{Model, Property};

/// A defect to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The counter moves without asking how far it is.
    NoCondition,
    /// The entry is written, then the counter moved.
    TwoWrites,
    /// The transaction does not ask whether the entry's place is free.
    EntryUnasked,
    /// A piece goes back without asking whether it is still had.
    BackUnasked,
    /// No answer: drawn again without looking for the own entry.
    RetryUnread,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::NoCondition, Self::TwoWrites, Self::EntryUnasked, Self::BackUnasked, Self::RetryUnread];

    const fn says(self) -> &'static str {
        match self {
            Self::NoCondition => "the counter has no condition",
            Self::TwoWrites => "entry and counter are two writes",
            Self::EntryUnasked => "the entry has no condition in the transaction",
            Self::BackUnasked => "a piece goes back twice",
            Self::RetryUnread => "a retry does not look for its own entry",
        }
    }
}

/// Pieces there are.
const STOCK: i8 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ask {
    Take,
    /// Brings it back.
    Back,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Entry {
    ask: Ask,
    accepted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum At {
    Start,
    /// The chain was so long.
    Chained(u8),
    /// And so many pieces were gone.
    Loaded(u8, i8),
    /// The entry is written, the counter not yet: with a planted bug only.
    Half(bool),
    Unsure,
    Answered(bool),
    GaveUp,
}

/// A transaction under way of which nobody hears any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Late {
    member: u8,
    place: u8,
    entry: Entry,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Table {
    chains: Vec<Vec<Entry>>,
    used: i8,
    /// Whether nothing was left at any time.
    was_full: bool,
    deliveries: Vec<At>,
    faults: u8,
    late: Vec<Late>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    ReadChain(usize),
    ReadCounter(usize),
    Commit(usize),
    CommitUnheard(usize),
    CommitLate(usize),
    Resolve(usize),
    Crash(usize),
    Land(usize),
}

pub(crate) struct Counters {
    /// Whose request each delivery is, and what it asks.
    of: Vec<(u8, Ask)>,
    members: usize,
    faults: u8,
    bug: Option<Bug>,
}

/// Searches it.
pub fn search(bug: Option<Bug>, scope: Scope) -> Found {
    use Ask::{Back, Take};
    let (of, members, faults) = match scope {
        Scope::Small => (vec![(0, Take), (1, Take), (2, Take), (0, Back)], 3, 1),
        Scope::Large => (vec![(0, Take), (0, Take), (1, Take), (2, Take), (0, Back), (0, Back)], 3, 2),
    };
    // found only where the same request is sent twice
    let of = match bug {
        Some(Bug::BackUnasked) => vec![(0, Take), (0, Back), (0, Back)],
        Some(Bug::EntryUnasked) => vec![(0, Take), (0, Take), (1, Take)],
        _ => of,
    };
    crate::search("counters", bug.map(Bug::says), Counters { of, members, faults, bug })
}

enum Refused {
    /// The place is taken.
    Taken(Entry),
    /// So many pieces are gone.
    Spent(i8),
}

impl Counters {
    fn is(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// Pure: what is written, and by how much the counter moves.
    fn decide(&self, ask: Ask, read: &[Entry], used: i8) -> Entry {
        let accepted = |wanted| read.iter().any(|entry| entry.ask == wanted && entry.accepted);
        let accepted = match ask {
            Ask::Take => used < STOCK,
            Ask::Back => accepted(Ask::Take) && (self.is(Bug::BackUnasked) || !accepted(Ask::Back)),
        };
        Entry { ask, accepted }
    }

    fn moves(entry: Entry) -> i8 {
        match (entry.accepted, entry.ask) {
            (false, _) => 0,
            (true, Ask::Take) => 1,
            (true, Ask::Back) => -1,
        }
    }

    /// The table's part: all or nothing.
    fn transact(&self, table: &mut Table, late: Late) -> Result<(), Refused> {
        let chain = &table.chains[usize::from(late.member)];
        if let Some(winner) = chain.get(usize::from(late.place))
            && !self.is(Bug::EntryUnasked)
        {
            return Err(Refused::Taken(*winner));
        }
        let by = Self::moves(late.entry);
        if table.used + by > STOCK && by > 0 && !self.is(Bug::NoCondition) {
            return Err(Refused::Spent(table.used));
        }
        table.chains[usize::from(late.member)].push(late.entry);
        draw(table, by);
        Ok(())
    }
}

fn own(table: &Table, (member, ask): (u8, Ask)) -> Option<Entry> {
    table.chains[usize::from(member)].iter().find(|entry| entry.ask == ask).copied()
}

fn draw(table: &mut Table, by: i8) {
    table.used += by;
    table.was_full |= table.used >= STOCK;
}

/// Requests of this kind that were accepted.
fn accepted(table: &Table, ask: Ask) -> i8 {
    let all = table.chains.iter().flatten();
    i8::try_from(all.filter(|entry| entry.ask == ask && entry.accepted).count()).unwrap_or(i8::MAX)
}

fn length(chain: &[Entry]) -> u8 {
    u8::try_from(chain.len()).unwrap_or(u8::MAX)
}

impl Model for Counters {
    type State = Table;
    type Action = Step;

    fn init_states(&self) -> Vec<Table> {
        vec![Table {
            chains: vec![Vec::new(); self.members],
            used: 0,
            was_full: false,
            deliveries: vec![At::Start; self.of.len()],
            faults: self.faults,
            late: Vec::new(),
        }]
    }

    fn actions(&self, table: &Table, steps: &mut Vec<Step>) {
        for (i, at) in table.deliveries.iter().enumerate() {
            match at {
                At::Start => steps.push(Step::ReadChain(i)),
                At::Chained(_) => steps.push(Step::ReadCounter(i)),
                At::Loaded(..) => {
                    steps.push(Step::Commit(i));
                    if table.faults > 0 {
                        steps.extend([Step::CommitUnheard(i), Step::CommitLate(i), Step::Crash(i)]);
                    }
                }
                At::Half(_) => {
                    steps.push(Step::Commit(i));
                    if table.faults > 0 {
                        steps.push(Step::Crash(i));
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
            Step::ReadChain(i) => {
                table.deliveries[i] = match own(before, self.of[i]) {
                    Some(own) if !self.is(Bug::BackUnasked) => At::Answered(own.accepted),
                    _ => At::Chained(length(&before.chains[usize::from(self.of[i].0)])),
                };
            }
            Step::ReadCounter(i) => {
                let At::Chained(read) = before.deliveries[i] else { return None };
                table.deliveries[i] = At::Loaded(read, before.used);
            }
            Step::Commit(i) | Step::CommitUnheard(i) | Step::CommitLate(i) => {
                let (member, ask) = self.of[i];
                if let At::Half(accepted) = before.deliveries[i] {
                    draw(&mut table, Self::moves(Entry { ask, accepted }));
                    table.deliveries[i] = At::Answered(accepted);
                    return Some(table);
                }
                let At::Loaded(place, used) = before.deliveries[i] else { return None };
                let entry = self.decide(ask, &before.chains[usize::from(member)][..usize::from(place)], used);
                let late = Late { member, place, entry };
                table.deliveries[i] = At::Unsure;
                match step {
                    Step::Commit(_) if self.is(Bug::TwoWrites) => {
                        let chain = &mut table.chains[usize::from(member)];
                        if chain.len() == usize::from(place) {
                            chain.push(entry);
                            table.deliveries[i] = At::Half(entry.accepted);
                        } else {
                            table.deliveries[i] = At::Start;
                        }
                        return Some(table);
                    }
                    Step::Commit(_) => {
                        table.deliveries[i] = match self.transact(&mut table, late) {
                            Ok(()) => At::Answered(entry.accepted),
                            Err(Refused::Taken(winner)) if winner.ask == ask => At::Answered(winner.accepted),
                            Err(Refused::Taken(_)) => At::Loaded(place + 1, used),
                            Err(Refused::Spent(used)) => At::Loaded(place, used),
                        };
                        return Some(table);
                    }
                    Step::CommitUnheard(_) => drop(self.transact(&mut table, late)),
                    _ => table.late.push(late),
                }
                table.faults -= 1;
            }
            Step::Resolve(i) => {
                table.deliveries[i] = match own(before, self.of[i]) {
                    _ if self.is(Bug::RetryUnread) => {
                        At::Chained(length(&before.chains[usize::from(self.of[i].0)]))
                    }
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
                let late = table.late.remove(n);
                let _ = self.transact(&mut table, late);
            }
        }
        Some(table)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("the counter is what the entries drew", |_: &Self, table: &Table| {
                let between = table.deliveries.iter().any(|at| matches!(at, At::Half(_)));
                between || table.used == accepted(table, Ask::Take) - accepted(table, Ask::Back)
            }),
            Property::always("never more than there are, never less than none", |_: &Self, table: &Table| {
                (0..=STOCK).contains(&table.used)
            }),
            Property::always("one entry for each request", |_: &Self, table: &Table| {
                table.chains.iter().all(|chain| {
                    [Ask::Take, Ask::Back]
                        .iter()
                        .all(|ask| chain.iter().filter(|entry| entry.ask == *ask).count() <= 1)
                })
            }),
            Property::always("what was answered is what is written", |model: &Self, table: &Table| {
                table.deliveries.iter().zip(&model.of).all(|(at, of)| match at {
                    At::Answered(accepted) => {
                        own(table, *of).is_some_and(|entry| entry.accepted == *accepted)
                    }
                    _ => true,
                })
            }),
            Property::always(
                "nobody is sent away while there was always a piece left",
                |_: &Self, table: &Table| {
                    let refused = |entry: &Entry| entry.ask == Ask::Take && !entry.accepted;
                    table.was_full || !table.chains.iter().flatten().any(refused)
                },
            ),
            Property::sometimes("a piece that came back is had by another", |_: &Self, table: &Table| {
                accepted(table, Ask::Take) > STOCK
            }),
            Property::sometimes("a late transaction finds nothing left", |_: &Self, table: &Table| {
                let empty = table.used == STOCK;
                empty && table.late.iter().any(|late| late.entry.ask == Ask::Take && late.entry.accepted)
            }),
            Property::sometimes("somebody is sent away", |_: &Self, table: &Table| {
                table.chains.iter().flatten().any(|entry| entry.ask == Ask::Take && !entry.accepted)
            }),
        ]
    }
}
