//! What people do: a seeded stream of requests, each at its moment, with the ids that later ones refer to.

use crate::programme::MERCHANTS;
use serde_json::{Value, json};
use std::time::Duration;

/// Members of each merchant: few, so that requests meet.
const MEMBERS: u64 = 4;

/// One request, before it is delivered.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its place in the stream: also its label on the wire.
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
    /// The rules of a merchant change: which of its versions decides from now on.
    Rules(usize),
    /// A job runs for all merchants.
    Job(&'static str),
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
}

/// What a member did that later requests may refer to.
#[derive(Debug, Clone, Default)]
struct Trail {
    purchases: Vec<(String, usize)>,
    redemptions: Vec<String>,
    holds: Vec<String>,
}

/// Makes the stream of a seed.
pub fn stream(seed: u64, operations: u64) -> Vec<Operation> {
    let mut random = fastrand::Rng::with_seed(seed ^ 0x0be1_10ad);
    let mut trails = vec![vec![Trail::default(); usize::try_from(MEMBERS).unwrap_or(0)]; MERCHANTS.len()];
    let mut stream = Vec::new();
    let mut at = Duration::from_secs(1);
    // A run is bursts, when people meet at the counter, with hours, days or weeks between them.
    let longest_gap_s = [3_600_u64, 86_400, 1_728_000][random.usize(..3)];
    for number in 1..=operations {
        at += if random.u32(..100) < 70 {
            Duration::from_micros(random.u64(..80_000))
        } else {
            Duration::from_secs(random.u64(1..longest_gap_s))
        };
        let merchant = random.usize(..MERCHANTS.len());
        let member = random.u64(..MEMBERS);
        let tenant = MERCHANTS[merchant].0;
        let trail = &mut trails[merchant][usize::try_from(member).unwrap_or(0)];
        let what = choose(&mut random, number, &format!("m{member}"), trail);
        stream.push(Operation { number, at, tenant, what });
    }
    stream
}

fn choose(random: &mut fastrand::Rng, number: u64, member: &str, trail: &mut Trail) -> What {
    // Merchants number their orders themselves: the same number may come up elsewhere.
    let id = format!("n{}", if random.u32(..20) == 0 { number / 2 } else { number });
    let asked = |kind: &str, target: String, mut body: Value, id: &str| {
        body["event_id"] = id.into();
        body["member_id"] = member.into();
        let key = Some(format!("{kind} {id}"));
        What::Asked(Asked { member: member.to_owned(), key, method: "POST", target, body })
    };
    let by_hand = |kind: &str, mut body: Value| {
        body["event_id"] = id.as_str().into();
        // A member is erased once, whatever the client calls it.
        let key = Some(if kind == "erase" { kind.to_owned() } else { format!("{kind} {id}") });
        let target = format!("/v1/members/{member}/{kind}");
        What::Asked(Asked { member: member.to_owned(), key, method: "POST", target, body })
    };
    match random.u32(..100) {
        // One per member, whatever the client calls it.
        0..=2 => asked("enrolment", "/v1/members".into(), enrolment(random), "enrolment"),
        3..=41 => {
            let lines = random.usize(1..4);
            trail.purchases.push((id.clone(), lines));
            let body = json!({ "currency": "EUR", "lines": lines_of(random, lines) });
            asked("purchase", "/v1/purchases".into(), body, &id)
        }
        42..=53 if !trail.purchases.is_empty() => {
            let (purchase, lines) = trail.purchases[random.usize(..trail.purchases.len())].clone();
            let body = if random.bool() {
                json!({})
            } else {
                json!({ "lines": [{ "line": random.usize(..lines), "quantity": 1 }] })
            };
            asked(&format!("return {purchase}"), format!("/v1/purchases/{purchase}/returns"), body, &id)
        }
        54..=63 => {
            trail.redemptions.push(id.clone());
            let body = match random.u32(..4) {
                0 => json!({ "reward": "coffee" }),
                1 => json!({ "reward": "mug" }),
                _ => json!({ "points": random.u32(5..150) }),
            };
            asked("redemption", "/v1/redemptions".into(), body, &id)
        }
        64..=70 => {
            trail.holds.push(id.clone());
            let body = json!({ "points": random.u32(5..120), "hold_seconds": random.u32(60..1_200) });
            asked("redemption", "/v1/redemptions".into(), body, &id)
        }
        71..=75 if !trail.holds.is_empty() => {
            let hold = trail.holds[random.usize(..trail.holds.len())].clone();
            let body = if random.bool() { json!({}) } else { json!({ "points": random.u32(1..60) }) };
            asked(&format!("capture {hold}"), format!("/v1/redemptions/{hold}/capture"), body, &id)
        }
        76..=78 if !trail.holds.is_empty() => {
            let hold = trail.holds[random.usize(..trail.holds.len())].clone();
            asked(&format!("release {hold}"), format!("/v1/redemptions/{hold}/release"), json!({}), &id)
        }
        79..=81 if !trail.redemptions.is_empty() => {
            let spent = trail.redemptions[random.usize(..trail.redemptions.len())].clone();
            asked(&format!("cancel {spent}"), format!("/v1/redemptions/{spent}/cancel"), json!({}), &id)
        }
        82..=85 => {
            let body = json!({ "kind": "check_in", "fields": { "stars": random.u32(1..6) } });
            asked("event", "/v1/events".into(), body, &id)
        }
        86 => by_hand(
            "adjustments",
            json!({ "points": i64::from(random.u32(..400)) - 150, "reason": "goodwill" }),
        ),
        87 => by_hand(
            "freeze",
            json!({ "earning": random.u32(..4) == 0, "spending": random.u32(..4) == 0, "reason": "review" }),
        ),
        88 => by_hand("profile", json!({ "tags": [random.choice(["vip", "club"])], "terms": "2026-01" })),
        89 if random.u32(..8) == 0 => by_hand("erase", json!({ "reason": "asked" })),
        90 => What::Rules(random.usize(..2)),
        91..=93 => What::Job("due"),
        94 => What::Job("birthday"),
        _ => What::Asked(Asked {
            member: member.to_owned(),
            key: None,
            method: "GET",
            target: format!("/v1/members/{member}{}", ["", "/entries?limit=20"][random.usize(..2)]),
            body: Value::Null,
        }),
    }
}

fn enrolment(random: &mut fastrand::Rng) -> Value {
    // Birthdays on the days that make trouble as often as not.
    let day = ["1988-02-29", "1990-03-29", "2001-10-25", "1970-12-31", "1999-01-01"][random.usize(..5)];
    json!({ "birthday": day, "name": "Canary Bird", "email": "canary@example.com" })
}

fn lines_of(random: &mut fastrand::Rng, lines: usize) -> Vec<Value> {
    (0..lines)
        .map(|_| json!({ "amount_minor": random.u32(50..4_000), "quantity": random.u32(1..4) }))
        .collect()
}
