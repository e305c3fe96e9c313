//! Which rules decide: uploads of two names whose events come late, twice and in any order, beside a version that is
//! put through the API. One transaction moves the pointer and the mark of the upload's name, each as it was read.

use crate::{Found, Scope};
use stateright::{Model, Property};

/// A defect to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// What comes last decides: sequencers are not compared.
    LastComes,
    /// The transaction does not ask whether the pointer is as it was read.
    PointerUnasked,
    /// The mark is written after the pointer, by a write of its own.
    MarkBeside,
    /// An upload whose sequencer is the newest already counts as newer.
    RepeatMoves,
    /// Of another name, the clock is not asked.
    ClockUnasked,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::LastComes, Self::PointerUnasked, Self::MarkBeside, Self::RepeatMoves, Self::ClockUnasked];

    const fn says(self) -> &'static str {
        match self {
            Self::LastComes => "what comes last decides",
            Self::PointerUnasked => "the pointer moves from wherever it is",
            Self::MarkBeside => "pointer and mark are two writes",
            Self::RepeatMoves => "a repeat moves the pointer again",
            Self::ClockUnasked => "of another name, the clock is not asked",
        }
    }
}

/// Something that decides, or would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Source {
    /// Which file; none for the API.
    name: Option<u8>,
    /// Its place among those of its name.
    sequencer: u8,
    /// When it was uploaded.
    at: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Pointer {
    activation: u8,
    /// Which of the sources decides.
    source: Option<u8>,
    /// Of the newest upload that moved it; an API's version leaves it.
    uploaded_at: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum At {
    Start,
    /// The pointer is read.
    Pointed(Pointer),
    /// And the mark of its name: sequencer and time, 0 for none.
    Read(Pointer, (u8, u8)),
    /// The pointer moved, the mark not yet: with a planted bug only.
    Half,
    /// It wrote and heard nothing: it reads again.
    Unsure,
    Answered,
    GaveUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Write {
    source: u8,
    from: Pointer,
    mark: (u8, u8),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Table {
    pointer: Pointer,
    marks: [(u8, u8); 2],
    /// What decided, one after the other.
    decided: Vec<u8>,
    deliveries: Vec<At>,
    faults: u8,
    late: Vec<Write>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    ReadPointer(usize),
    ReadMark(usize),
    Commit(usize),
    CommitUnheard(usize),
    CommitLate(usize),
    Again(usize),
    Crash(usize),
    Land(usize),
}

pub(crate) struct Uploads {
    sources: Vec<Source>,
    /// Which source each delivery is of.
    of: Vec<u8>,
    faults: u8,
    bug: Option<Bug>,
}

/// Searches it.
pub fn search(bug: Option<Bug>, scope: Scope) -> Found {
    let file = |name, sequencer, at| Source { name: Some(name), sequencer, at };
    // the last one through the API
    let sources =
        vec![file(0, 1, 1), file(0, 2, 3), file(1, 1, 2), Source { name: None, sequencer: 0, at: 0 }];
    let (of, faults) = match scope {
        Scope::Small => (vec![0, 1, 1, 2, 3], 1),
        Scope::Large => (vec![0, 0, 1, 1, 2, 3], 2),
    };
    crate::search("uploads", bug.map(Bug::says), Uploads { sources, of, faults, bug })
}

impl Uploads {
    fn is(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    fn source(&self, i: usize) -> Source {
        self.sources[usize::from(self.of[i])]
    }

    /// Whether something newer decides, of what was read.
    fn overtaken(&self, source: Source, pointer: Pointer, (mark, marked_at): (u8, u8)) -> bool {
        if source.name.is_none() || self.is(Bug::LastComes) {
            return false;
        }
        let newest =
            if self.is(Bug::RepeatMoves) { mark > source.sequencer } else { mark >= source.sequencer };
        let other = marked_at != pointer.uploaded_at;
        let older = other && pointer.uploaded_at > source.at && !self.is(Bug::ClockUnasked);
        newest || older
    }

    /// The table's part; whether it was as read.
    fn transact(&self, table: &mut Table, write: Write) -> bool {
        let source = self.sources[usize::from(write.source)];
        let moved = table.pointer != write.from && !self.is(Bug::PointerUnasked);
        let marked = source.name.is_some_and(|name| table.marks[usize::from(name)] != write.mark);
        if moved || marked {
            return false;
        }
        table.pointer = Pointer {
            activation: write.from.activation + 1,
            source: Some(write.source),
            uploaded_at: write.from.uploaded_at.max(source.at),
        };
        table.decided.push(write.source);
        if !self.is(Bug::MarkBeside) {
            mark(table, source);
        }
        true
    }
}

fn mark(table: &mut Table, source: Source) {
    if let Some(name) = source.name {
        table.marks[usize::from(name)] = (source.sequencer, table.pointer.uploaded_at);
    }
}

impl Model for Uploads {
    type State = Table;
    type Action = Step;

    fn init_states(&self) -> Vec<Table> {
        vec![Table {
            pointer: Pointer::default(),
            marks: [(0, 0); 2],
            decided: Vec::new(),
            deliveries: vec![At::Start; self.of.len()],
            faults: self.faults,
            late: Vec::new(),
        }]
    }

    fn actions(&self, table: &Table, steps: &mut Vec<Step>) {
        for (i, at) in table.deliveries.iter().enumerate() {
            match at {
                At::Start => steps.push(Step::ReadPointer(i)),
                At::Pointed(_) => steps.push(Step::ReadMark(i)),
                At::Read(..) => {
                    steps.push(Step::Commit(i));
                    if table.faults > 0 {
                        steps.extend([Step::CommitUnheard(i), Step::CommitLate(i), Step::Crash(i)]);
                    }
                }
                At::Half => {
                    steps.push(Step::Commit(i));
                    if table.faults > 0 {
                        steps.push(Step::Crash(i));
                    }
                }
                At::Unsure => steps.push(Step::Again(i)),
                At::Answered | At::GaveUp => {}
            }
        }
        steps.extend((0..table.late.len()).map(Step::Land));
    }

    fn next_state(&self, before: &Table, step: Step) -> Option<Table> {
        let mut table = before.clone();
        match step {
            Step::ReadPointer(i) => table.deliveries[i] = At::Pointed(before.pointer),
            Step::ReadMark(i) => {
                let At::Pointed(pointer) = before.deliveries[i] else { return None };
                let mark = self.source(i).name.map_or((0, 0), |name| before.marks[usize::from(name)]);
                table.deliveries[i] = if self.overtaken(self.source(i), pointer, mark) {
                    At::Answered
                } else {
                    At::Read(pointer, mark)
                };
            }
            Step::Commit(i) if before.deliveries[i] == At::Half => {
                mark(&mut table, self.source(i));
                table.deliveries[i] = At::Answered;
            }
            Step::Commit(i) | Step::CommitUnheard(i) | Step::CommitLate(i) => {
                let At::Read(from, mark) = before.deliveries[i] else { return None };
                let write = Write { source: self.of[i], from, mark };
                table.deliveries[i] = At::Unsure;
                match step {
                    Step::Commit(_) => {
                        let done = self.transact(&mut table, write);
                        table.deliveries[i] = match (done, self.is(Bug::MarkBeside)) {
                            (true, true) => At::Half,
                            (true, false) => At::Answered,
                            (false, _) => At::Start,
                        };
                        return Some(table);
                    }
                    Step::CommitUnheard(_) => drop(self.transact(&mut table, write)),
                    _ => table.late.push(write),
                }
                table.faults -= 1;
            }
            Step::Again(i) => {
                let api = self.source(i).name.is_none();
                // an API's version without an answer: its caller is told so, and asks what decides
                table.deliveries[i] = if api { At::GaveUp } else { At::Start };
            }
            Step::Crash(i) => {
                table.deliveries[i] = At::Start;
                table.faults -= 1;
            }
            Step::Land(n) => {
                let write = table.late.remove(n);
                self.transact(&mut table, write);
            }
        }
        Some(table)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("an older upload never comes after a newer", |model: &Self, table: &Table| {
                let uploads = table.decided.iter().map(|source| model.sources[usize::from(*source)]);
                let at: Vec<u8> =
                    uploads.filter(|source| source.name.is_some()).map(|source| source.at).collect();
                at.windows(2).all(|pair| pair[0] <= pair[1])
            }),
            Property::always("an upload decides once", |_: &Self, table: &Table| {
                let decided = || table.decided.iter().enumerate().filter(|(_, source)| **source < 3);
                decided().all(|(place, source)| !table.decided[..place].contains(source))
            }),
            Property::always(
                "once the newest upload was answered it decides, or what the API put after it",
                |model: &Self, table: &Table| {
                    let answered = table
                        .deliveries
                        .iter()
                        .zip(&model.of)
                        .any(|(at, of)| *of == 1 && *at == At::Answered);
                    let after = table.decided.iter().rev().take_while(|source| **source != 1);
                    let placed = table.decided.contains(&1) && after.into_iter().all(|source| *source == 3);
                    !answered || placed
                },
            ),
            Property::always("every move was from what decided then", |_: &Self, table: &Table| {
                usize::from(table.pointer.activation) == table.decided.len()
                    && table.pointer.source == table.decided.last().copied()
            }),
            Property::sometimes(
                "the API's version outlives a repeat of the newest upload",
                |model: &Self, table: &Table| {
                    let all = table.deliveries.iter().zip(&model.of).filter(|(_, of)| **of == 1);
                    table.decided.ends_with(&[1, 3]) && all.into_iter().all(|(at, _)| *at == At::Answered)
                },
            ),
            Property::sometimes("all three uploads decided in turn", |_: &Self, table: &Table| {
                table.decided.iter().filter(|source| **source < 3).count() == 3
            }),
            Property::sometimes(
                "the newest comes first, and is the only one",
                |model: &Self, table: &Table| {
                    let done = table.deliveries.iter().all(|at| matches!(at, At::Answered));
                    let uploads = table.decided.iter().filter(|source| **source < 3);
                    done && model.sources.len() == 4 && uploads.eq([1_u8].iter())
                },
            ),
            Property::sometimes("a late write arrives after what is newer", |_: &Self, table: &Table| {
                table.late.iter().any(|write| write.from.activation < table.pointer.activation)
            }),
        ]
    }
}
