//! What people do: a seeded stream of requests, each at its moment, with the ids that later ones refer to; and the jobs
//! that a schedule runs between them.
//!
//! What it never does: know an answer. What a request needs from an earlier one (a code, a token) is asked for when it
//! is sent.

mod choose;
mod mood;
mod shelf;

use crate::programme::MERCHANTS;
use choose::Chooser;
use dsl::units::Moment;
use serde_json::Value;
use std::time::Duration;

/// The name of every member: nothing but a profile may ever hold it.
pub const NAME: &str = "Canary Bird";
/// The e-mail address of every member.
pub const EMAIL: &str = "canary@example.com";
/// What every member writes in answer to a survey.
pub const WORDS: &str = "Canary sings of coffee";

/// Members of each merchant: few, so that requests meet.
const MEMBERS: u64 = 4;

/// The longest the schedule leaves between two runs of a job, when nothing goes wrong.
const RUNS_EVERY: Duration = Duration::from_hours(9 * 24);

/// Of a hundred operations, so many come after a gap; the others follow at once.
const GAPS_PERCENT: u32 = 30;

/// The longest gap there may be, in seconds: twenty days.
const WEEKS_S: u64 = 1_728_000;

/// One request, before it is delivered.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its place in the stream.
    pub number: u64,
    /// When the client sends it first.
    pub at: Duration,
    /// The merchant.
    pub tenant: &'static str,
    /// What is done.
    pub what: What,
}

/// What is done.
#[derive(Debug, Clone)]
pub enum What {
    /// A request of a client.
    Asked(Asked),
    /// The rules of a merchant change: which of its editions decides from now on.
    Rules(usize),
    /// A rule file is uploaded: which edition, and where it stands among the uploads.
    Upload(usize, u64),
    /// A job runs for all merchants.
    Job(&'static str),
    /// The same, and it is never left out: the schedule's own.
    Scheduled(&'static str),
}

/// A request of a client.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The member it is about.
    pub member: String,
    /// Its key within tenant, member and kind: none for reads.
    pub key: Option<String>,
    /// `POST`.
    pub method: &'static str,
    /// Path and query.
    pub target: String,
    /// Body; null for reads.
    pub body: Value,
    /// What must be asked for first.
    pub needs: Need,
}

/// What a request needs that only the service can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// The referral code of a member: goes into the body.
    Code(String),
    /// A token for a survey: goes into the body.
    Token(&'static str),
    /// The code of one of the member's vouchers: goes into the path, with this step.
    Voucher(usize, &'static str),
}

/// So long may a gap be, in seconds, that a run of so many operations lasts about a year at most, whatever its seed
/// draws: what a schedule asks costs by the day, and a day without a request is soon known.
fn longest_gap_s(operations: u64) -> u64 {
    const YEAR_S: u64 = 365 * 86_400;
    (2 * YEAR_S * 100 / (u64::from(GAPS_PERCENT) * operations.max(1))).max(86_400)
}

/// Makes the stream of a seed that begins at a moment.
pub fn stream(seed: u64, operations: u64, began: Moment) -> Vec<Operation> {
    let mut random = fastrand::Rng::with_seed(seed ^ 0x0be1_10ad);
    let mood = mood::Mood::draw(&mut random);
    let mut choosers: Vec<Chooser> =
        MERCHANTS.iter().map(|merchant| Chooser::new(merchant, mood, MEMBERS, began)).collect();
    let mut stream = Vec::new();
    let mut at = Duration::from_secs(1);
    // A run is bursts, when people meet at the counter, with hours, days or weeks between them.
    let longest_gap_s = [3_600_u64, 86_400, WEEKS_S][random.usize(..3)].min(longest_gap_s(operations));
    let mut run = RUNS_EVERY;
    let mut number = 0;
    while number < operations {
        at += if random.u32(..100) < 100 - GAPS_PERCENT {
            Duration::from_micros(random.u64(..mood.burst_us()))
        } else {
            Duration::from_secs(random.u64(1..longest_gap_s))
        };
        while run < at {
            for job in ["due", "birthday"] {
                let number = operations + u64::try_from(stream.len()).unwrap_or(0);
                let tenant = MERCHANTS[0].tenant;
                stream.push(Operation { number, at: run, tenant, what: What::Scheduled(job) });
            }
            run += RUNS_EVERY;
        }
        let chooser = &mut choosers[random.usize(..MERCHANTS.len())];
        number += 1;
        stream.push(chooser.next(&mut random, number, at));
    }
    stream
}
