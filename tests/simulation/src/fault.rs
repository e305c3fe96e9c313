//! What goes wrong: the kinds of faults, and which of them a seed turns on, how strongly.

use std::collections::BTreeMap;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The table refuses: too many requests.
    Throttled,
    /// The table answers 500 and has done nothing.
    FailedBefore,
    /// The table answers 500 and has done it.
    FailedAfter,
    /// No answer, nothing done.
    TimedOutBefore,
    /// No answer, done.
    TimedOutAfter,
    /// The connection breaks, nothing done.
    ResetBefore,
    /// The connection breaks, done.
    ResetAfter,
    /// The answer ends in the middle, done.
    Truncated,
    /// No answer; the write lands up to two minutes later.
    Zombie,
    /// The answer takes seconds.
    Slow,
    /// A transaction is refused for another one that is said to be under way.
    ConflictClaimed,
    /// A write meets a transaction that really is under way.
    ConflictMet,
    /// A transaction with a token is said to be under way still.
    InProgress,
    /// The index of days lags: what was just written is not in it yet.
    IndexLags,
    /// The index of days lags: what was just taken out is in it still.
    IndexRemembers,
    /// The request comes twice, at once.
    TwiceAtOnce,
    /// The request comes again within half a minute.
    TwiceSoon,
    /// The request comes again after more than ten minutes, when tokens of transactions are forgotten.
    TwiceAfterTokens,
    /// The request comes again after 400 days.
    TwiceAfterAYear,
    /// The same key comes with another body.
    OtherBody,
    /// Two requests change places.
    Reordered,
    /// The environment is killed at any moment.
    Crashed,
    /// The function's time is up.
    DeadlineReached,
    /// The environment is frozen for up to two hours in the middle of its work, and goes on.
    Frozen,
    /// A new environment: nothing cached, no connection.
    ColdStart,
    /// The environment's clock is up to five minutes wrong.
    ClockSkewed,
    /// The environment's clock goes back between two requests.
    ClockBack,
    /// Other rules are made to decide while requests are under way.
    RulesSwitched,
    /// A job runs hours late.
    JobLate,
    /// A job runs twice at once.
    JobTwice,
    /// A job is not run at all for days.
    JobMissed,
    /// A client gives up, and asks again as if nothing had been.
    ClientGaveUp,
    /// The retries an environment may spend are spent.
    RetriesSpent,
    /// The environment is killed between two of its calls: one is answered, the next is never made.
    KilledBetweenCalls,
    /// The environment runs newer code, which writes fields that the others do not know.
    NewerCode,
    /// An upload of rules overtakes the one before it.
    UploadReordered,
    /// An upload of rules is told twice.
    UploadTwice,
    /// A request within an hour of the night in which clocks are changed.
    ClocksChanged,
    /// A request on 29 February, or within an hour of a new year.
    LeapOrNewYear,
}

/// All kinds.
pub const ALL: [Fault; 39] = [
    Fault::Throttled,
    Fault::FailedBefore,
    Fault::FailedAfter,
    Fault::TimedOutBefore,
    Fault::TimedOutAfter,
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::Truncated,
    Fault::Zombie,
    Fault::Slow,
    Fault::ConflictClaimed,
    Fault::ConflictMet,
    Fault::InProgress,
    Fault::IndexLags,
    Fault::IndexRemembers,
    Fault::TwiceAtOnce,
    Fault::TwiceSoon,
    Fault::TwiceAfterTokens,
    Fault::TwiceAfterAYear,
    Fault::OtherBody,
    Fault::Reordered,
    Fault::Crashed,
    Fault::DeadlineReached,
    Fault::Frozen,
    Fault::ColdStart,
    Fault::ClockSkewed,
    Fault::ClockBack,
    Fault::RulesSwitched,
    Fault::JobLate,
    Fault::JobTwice,
    Fault::JobMissed,
    Fault::ClientGaveUp,
    Fault::RetriesSpent,
    Fault::KilledBetweenCalls,
    Fault::NewerCode,
    Fault::UploadReordered,
    Fault::UploadTwice,
    Fault::ClocksChanged,
    Fault::LeapOrNewYear,
];

/// Which faults happen how often, and how often each did. Drawn from the seed: a random part of all kinds, each with a
/// random strength, so that some seeds are calm where others storm.
#[derive(Debug, Clone)]
pub struct Weather {
    /// In 10 000.
    chances: BTreeMap<Fault, u32>,
    /// How often each kind happened.
    pub met: BTreeMap<Fault, u64>,
    /// Fastest and slowest answer of the table, in microseconds.
    pub latency_us: (u64, u64),
    random: fastrand::Rng,
    calm: bool,
}

impl Weather {
    /// Of a seed.
    pub fn of(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed ^ 0x3ea7_4e12);
        let mut chances = BTreeMap::new();
        for fault in ALL {
            if random.u32(..10) < 6 {
                chances.insert(fault, random.u32(50..1_200));
            }
        }
        let slowest = [3_000, 20_000, 200_000][random.usize(..3)];
        Self { chances, met: BTreeMap::new(), latency_us: (500, slowest), random, calm: false }
    }

    /// True when the seed turned this kind on, and nothing is calm yet.
    pub fn is_on(&self, fault: Fault) -> bool {
        !self.calm && self.chances.contains_key(&fault)
    }

    /// True when nothing goes wrong any more.
    pub const fn is_calm(&self) -> bool {
        self.calm
    }

    /// From now on nothing goes wrong.
    pub const fn calm_down(&mut self) {
        self.calm = true;
    }

    /// True when a fault of this kind happens now.
    pub fn strikes(&mut self, fault: Fault) -> bool {
        let chance = if self.calm { 0 } else { self.chances.get(&fault).copied().unwrap_or(0) };
        let strikes = self.random.u32(..10_000) < chance;
        if strikes {
            self.note(fault);
        }
        strikes
    }

    /// The first of several that happens now.
    pub fn one_of(&mut self, faults: &[Fault]) -> Option<Fault> {
        faults.iter().copied().find(|fault| self.strikes(*fault))
    }

    /// Counts one that arose by itself.
    pub fn note(&mut self, fault: Fault) {
        *self.met.entry(fault).or_default() += 1;
    }

    /// A number in a range, of the seed.
    pub fn number(&mut self, range: std::ops::Range<u64>) -> u64 {
        self.random.u64(range)
    }
}
