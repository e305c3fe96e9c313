//! Figures by counting on the wire: what a common request costs, never how long it takes.

use serde_json::json;
use std::collections::BTreeMap;
use tests::desk::{Answer, Desk, purchase};
use tests::wire::Tally;

const RULES: &str = r#"language 1

programme figures "A common programme" {
  currency EUR
  timezone "Europe/Paris"
  point worth 0.01 EUR
  expire after 12 months
}

tiers {
  guest  always
  silver from 300.00 EUR spent in 12 months keep for 12 months
  gold   from 900.00 EUR spent in 12 months keep for 12 months
}

group boosters {
  take best
}

rule base {
  on purchase
  give 1 point per 0.10 EUR of basket.paid
}

rule breakfast {
  on purchase
  when time between 07:00 and 09:30
  multiply points by 2
  in group boosters
}

rule gold_boost {
  on purchase
  when member.tier is gold
  multiply points by 1.5
  in group boosters
}

rule own_cup {
  on purchase
  when basket.tags has any of [own_cup]
  give 15 points
  limit 2 times per member per day
}
"#;

fn counted(desk: &Desk, act: impl FnOnce() -> Answer) -> (Answer, Tally) {
    desk.wire.take();
    let answer = act();
    (answer, desk.wire.take())
}

fn writes(tally: &Tally) -> BTreeMap<&str, u32> {
    let is_write = |name: &&String| !matches!(name.as_str(), "GetItem" | "Query" | "BatchGetItem");
    tally.requests.iter().filter(|(name, _)| is_write(name)).map(|(name, n)| (name.as_str(), *n)).collect()
}

fn show(what: &str, tally: &Tally) {
    let tenths = |n: u64| format!("{}.{}", n / 10, n % 10);
    println!(
        "{what}: {} round trips deep, {} write units, {} read units, {:?}",
        tally.depth,
        tenths(tally.write_units_tenths),
        tenths(tally.read_units_tenths),
        tally.requests
    );
}

#[test]
fn a_common_purchase_costs_two_round_trips_and_two_write_units() {
    let desk = Desk::open_still(RULES).unwrap();
    desk.enrol("ana").unwrap();
    // A member with a little history, as most are; the rulebook is in the process's cache by now.
    for n in 0..5 {
        assert_eq!(desk.sell("ana", &format!("H{n}"), 450 + n).unwrap().status, 201);
    }
    let mut body = purchase("ana", "A1", 740);
    body["lines"][0]["category"] = "coffee".into();
    body["lines"][0]["sku"] = "espresso".into();
    body["lines"][0]["tags"] = json!(["own_cup"]);
    body["channel"] = "store".into();

    let (first, earn) = counted(&desk, || desk.post("/v1/purchases", &body).unwrap());
    show("common earn", &earn);
    assert_eq!((first.status, first.replayed), (201, false), "{}", first.body);
    assert_eq!(earn.depth, 2, "reads in parallel, then one put");
    assert_eq!(writes(&earn), BTreeMap::from([("PutItem", 1)]), "one conditional put, no transaction");
    assert_eq!(earn.write_units_tenths, 20, "the entry and its index");
    assert!(earn.read_units_tenths > 0 && earn.read_units_tenths <= 25, "{earn:?}");

    let (again, repeat) = counted(&desk, || desk.post("/v1/purchases", &body).unwrap());
    show("its repeat", &repeat);
    assert_eq!((again.status, again.replayed, &again.body), (201, true, &first.body));
    assert_eq!(repeat.depth, 1);
    assert_eq!(writes(&repeat), BTreeMap::new());

    let (card, read) = counted(&desk, || desk.get("/v1/members/ana").unwrap());
    show("a card", &read);
    assert_eq!((card.status, read.depth), (200, 1));
    assert_eq!(writes(&read), BTreeMap::new());
}

#[test]
fn a_refusal_of_the_body_touches_nothing() {
    let desk = Desk::open_still(RULES).unwrap();
    let (answer, tally) = counted(&desk, || {
        let body = json!({ "event_id": "A1", "member_id": "ana", "currency": "EUR", "lines": [{ "amount_minor": -1 }] });
        desk.post("/v1/purchases", &body).unwrap()
    });
    assert_eq!(answer.status, 400);
    assert_eq!(writes(&tally), BTreeMap::new());
}
