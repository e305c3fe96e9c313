//! Many hands at once: one balance, one key, one budget, one stock.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Instant;
use tests::desk::{Answer, Desk, purchase};

/// How many requests fall together.
const CROWD: usize = 50;

const RULES: &str = r#"language 1

programme race {
  currency EUR
  timezone "Europe/Paris"
  expire never
}

budget gifts {
  total 1000 points
  when spent stop
}

rule welcome {
  on enrolment
  give 10 points
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule gift {
  on purchase
  when channel is online
  give 30 points
  from budget gifts
}

reward palette {
  costs 10 points
  gives item "palette"
  stock 7
}

reward seat {
  costs 10 points
  gives access "a seat"
  stock 100
}
"#;

fn rounds(default: usize) -> usize {
    std::env::var("MERIT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn desk() -> Desk {
    Desk::open(RULES).unwrap()
}

fn card(desk: &Desk, member: &str) -> Value {
    desk.get(&format!("/v1/members/{member}")).unwrap().body
}

/// Audits what the race has left behind.
fn audit(desk: &Desk) {
    println!("{}", desk.world.audit().unwrap_or_else(|e| panic!("{e}")));
}

fn won(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 201).count()
}

fn codes(answers: &[Answer]) -> BTreeSet<&str> {
    answers.iter().filter(|answer| answer.status != 201).map(Answer::code).collect()
}

#[test]
fn fifty_redemptions_of_a_balance_for_one_have_one_winner() {
    let desk = desk();
    let began = Instant::now();
    let rounds = rounds(3);
    for round in 0..rounds {
        let member = format!("m{round}");
        desk.enrol(&member).unwrap();
        assert_eq!(desk.sell(&member, "A1", 9_000).unwrap().body["balance_points"], 100);
        let asked = |n| json!({ "event_id": format!("R{n}"), "member_id": member, "points": 100 });
        let answers = desk.post_together("/v1/redemptions", (0..CROWD).map(asked).collect()).unwrap();
        assert_eq!(won(&answers), 1, "round {round}: {:?}", codes(&answers));
        assert_eq!(codes(&answers), BTreeSet::from(["redeem.insufficient_points"]), "round {round}");
        assert_eq!(card(&desk, &member)["balance_points"], 0);
    }
    println!(
        "{rounds} rounds of {CROWD} redemptions: one winner each, {:?}, {:?}",
        began.elapsed(),
        desk.wire.take().requests
    );
    audit(&desk);
}

#[test]
fn the_same_key_fifty_times_has_one_effect_and_one_answer() {
    let desk = desk();
    for round in 0..rounds(4) {
        let member = format!("m{round}");
        desk.enrol(&member).unwrap();
        let bought =
            desk.post_together("/v1/purchases", vec![purchase(&member, "A1", 10_000); CROWD]).unwrap();
        // Who lost the race to her own key cannot know whether the winner was herself: not all say `replayed`.
        assert!(bought.iter().any(|answer| !answer.replayed), "one was the first");
        assert!(bought.iter().all(|answer| answer.body == bought[0].body && answer.status == 201));
        let asked = json!({ "event_id": "R1", "member_id": member, "points": 60 });
        let redeemed = desk.post_together("/v1/redemptions", vec![asked; CROWD]).unwrap();
        assert!(redeemed.iter().all(|answer| answer.body == redeemed[0].body && answer.status == 201));
        assert_eq!(card(&desk, &member)["balance_points"], 50);
    }
    audit(&desk);
}

#[test]
fn a_budget_is_spent_to_the_last_point_and_not_beyond() {
    let desk = desk();
    let mut bodies = Vec::new();
    for n in 0..CROWD {
        let member = format!("m{n}");
        desk.enrol(&member).unwrap();
        let mut body = purchase(&member, "A1", 100);
        body["channel"] = "online".into();
        bodies.push(body);
    }
    let answers = desk.post_together("/v1/purchases", bodies).unwrap();
    assert_eq!(won(&answers), CROWD, "{:?}", codes(&answers));
    let gifts: i64 = answers.iter().map(|answer| answer.body["entry"]["points"].as_i64().unwrap() - 1).sum();
    assert_eq!(gifts, 1_000, "of a budget of 1000");
    audit(&desk);
}

#[test]
fn a_stock_of_seven_has_seven_winners() {
    let desk = desk();
    let mut bodies = Vec::new();
    for n in 0..CROWD {
        let member = format!("m{n}");
        desk.enrol(&member).unwrap();
        desk.sell(&member, "A1", 2_000).unwrap();
        bodies.push(json!({ "event_id": "R1", "member_id": member, "reward": "palette" }));
    }
    let answers = desk.post_together("/v1/redemptions", bodies).unwrap();
    assert_eq!(won(&answers), 7, "{:?}", codes(&answers));
    assert_eq!(codes(&answers), BTreeSet::from(["redeem.out_of_stock"]));
    audit(&desk);
}

#[test]
fn a_hundred_of_a_thousand_have_a_seat() {
    let desk = desk();
    for crowd in 0..20 {
        let enrols = (0..CROWD).map(|n| json!({ "member_id": format!("m{crowd}-{n}") })).collect();
        assert_eq!(won(&desk.post_together("/v1/members", enrols).unwrap()), CROWD);
    }
    let asks = (0..CROWD).flat_map(|n| (0..20).map(move |crowd| format!("m{crowd}-{n}")));
    let asks =
        asks.map(|member| json!({ "event_id": "R1", "member_id": member, "reward": "seat" })).collect();
    let answers = desk.post_together("/v1/redemptions", asks).unwrap();
    assert_eq!((answers.len(), won(&answers)), (1_000, 100), "{:?}", codes(&answers));
    assert_eq!(codes(&answers), BTreeSet::from(["redeem.out_of_stock"]));
    audit(&desk);
}
