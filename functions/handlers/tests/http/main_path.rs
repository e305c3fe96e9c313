//! Every route once, as it is meant to be used.

use crate::shop::{Shop, get, post, purchase};
use serde_json::json;

#[tokio::test]
async fn a_member_joins_buys_returns_redeems_and_reads_it_all() {
    let shop = Shop::open().await;
    let joined =
        json!({"member_id": "m1", "name": "Léa", "email": "lea@example.com", "birthday": "1990-02-28"});
    let answer = shop.send(&post("/v1/members", joined)).await.is(201);
    assert_eq!(answer.json["entry"]["type"], "enrolled");
    assert_eq!(answer.json["balance_points"], 25);
    assert_eq!(answer.json["tier"], "guest");

    let bought = json!({
        "event_id": "A1", "member_id": "m1", "currency": "EUR", "channel": "store",
        "lines": [
            {"amount_minor": 3000, "quantity": 2, "sku": "beans", "category": "beans"},
            {"amount_minor": 2500, "tags": ["own_cup"]},
        ],
    });
    let answer = shop.send(&post("/v1/purchases", bought)).await.is(201);
    assert_eq!(answer.json["entry"]["type"], "purchased");
    assert_eq!(answer.json["entry"]["points"], 550);
    assert_eq!(answer.json["entry"]["award"]["rules"], json!([{"rule": "base", "points": 550}]));
    assert_eq!(answer.json["entry"]["occurred_at"], "2026-03-14T12:00:00+01:00");
    assert_eq!(answer.json["balance_points"], 575);
    assert_eq!(answer.json["tier"], "regular");
    assert_eq!(answer.json["entry"]["tier_to"], "regular");
    let sum: i64 = answer.json["entry"]["postings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["points"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 0);

    let back = json!({"event_id": "R1", "member_id": "m1", "lines": [{"line": 0, "quantity": 1}]});
    let answer = shop.send(&post("/v1/purchases/A1/returns", back)).await.is(201);
    assert_eq!(answer.json["entry"]["points"], -150);
    assert_eq!(
        answer.json["entry"]["return"]["lines"],
        json!([{"line": 0, "quantity": 1, "amount_minor": 1500}])
    );
    assert_eq!(answer.json["balance_points"], 425);

    let held = json!({"event_id": "H1", "member_id": "m1", "points": 200, "hold_seconds": 900});
    let answer = shop.send(&post("/v1/redemptions", held)).await.is(201);
    assert_eq!(answer.json["entry"]["type"], "held");
    assert_eq!(answer.json["held_points"], 200);
    assert_eq!(answer.json["entry"]["redemption"]["held_until"], "2026-03-14T12:15:00+01:00");
    let captured = json!({"event_id": "C1", "member_id": "m1", "points": 150});
    let answer = shop.send(&post("/v1/redemptions/H1/capture", captured)).await.is(201);
    assert_eq!(answer.json["entry"]["redemption"]["released_points"], 50);
    assert_eq!(answer.json["balance_points"], 275);
    let answer = shop
        .send(&post("/v1/redemptions/H1/cancel", json!({"event_id": "X1", "member_id": "m1"})))
        .await
        .is(201);
    assert_eq!(answer.json["balance_points"], 425);

    let held = json!({"event_id": "H2", "member_id": "m1", "points": 25, "hold_seconds": 60});
    shop.send(&post("/v1/redemptions", held)).await.is(201);
    let answer = shop
        .send(&post("/v1/redemptions/H2/release", json!({"event_id": "L2", "member_id": "m1"})))
        .await
        .is(201);
    assert_eq!(answer.json["entry"]["type"], "released");
    let reward = json!({"event_id": "D1", "member_id": "m1", "reward": "coffee"});
    let answer = shop.send(&post("/v1/redemptions", reward)).await.is(201);
    assert_eq!(answer.json["entry"]["redemption"]["reward"], "coffee");
    assert_eq!(answer.json["balance_points"], 325);

    let visit = json!({
        "event_id": "V1", "member_id": "m1", "kind": "check_in",
        "fields": {"stars": 4.5, "note": "fine", "spent": 440, "first": true, "place": "lyon"},
    });
    let answer = shop.send(&post("/v1/events", visit)).await.is(201);
    assert_eq!(answer.json["entry"]["type"], "occurred");
    assert_eq!(answer.json["balance_points"], 330);

    card(&shop).await;
    entries(&shop).await;
}

async fn card(shop: &Shop) {
    let card = shop.send(&get("/v1/members/m1")).await.is(200).json;
    assert_eq!(card["balance_points"], 330);
    assert_eq!(card["at"], "2026-03-14T12:00:00+01:00");
    // One coffee was paid with the points that expire first, so the rest of them expires next.
    assert_eq!(card["expiring_next"]["at"], "2027-03-14T12:00:00+01:00");
    assert_eq!(card["tier"]["progress"], "10.00 EUR more by 2027-03-14 to reach regular");

    let before = shop.send(&get("/v1/members/m1?at=2026-03-01T00:00:00Z")).await;
    before.refuses(404, "member.unknown");
    let later = shop.send(&get("/v1/members/m1?at=2027-03-14T12:00:00+01:00")).await.is(200).json;
    assert_eq!(later["balance_points"], 0, "expired on the day, whether swept or not");
}

async fn entries(shop: &Shop) {
    let page = shop.send(&get("/v1/members/m1/entries?limit=4")).await.is(200).json;
    let seqs = |page: &serde_json::Value| -> Vec<u64> {
        page["entries"].as_array().unwrap().iter().map(|e| e["entry"]["seq"].as_u64().unwrap()).collect()
    };
    assert_eq!(seqs(&page), [10, 9, 8, 7]);
    let next = page["next_before"].as_u64().unwrap();
    let page = shop.send(&get(&format!("/v1/members/m1/entries?limit=100&before={next}"))).await.is(200).json;
    assert_eq!(seqs(&page), [6, 5, 4, 3, 2, 1]);
    assert_eq!(page["next_before"], json!(null));
    for entry in page["entries"].as_array().unwrap() {
        assert!(!entry["entry"]["explanation"].as_array().unwrap().is_empty(), "{entry}");
    }
}

#[tokio::test]
async fn a_member_reads_as_she_was_at_any_instant() {
    let shop = Shop::with_member().await;
    for (day, amount) in [(15, 100), (16, 200), (17, 300), (18, 400), (19, 500)] {
        shop.at(&format!("2026-03-{day}T10:00:00+01:00"));
        shop.send(&post("/v1/purchases", purchase(&format!("A{day}"), amount))).await.is(201);
    }
    let balances = [(14, 25), (15, 35), (16, 55), (17, 85), (18, 125), (19, 175), (20, 175)];
    for (day, points) in balances {
        let card =
            shop.send(&get(&format!("/v1/members/m1?at=2026-03-{day}T23:00:00%2B01:00"))).await.is(200);
        assert_eq!(card.json["balance_points"], points, "on the {day}th");
    }
}

#[tokio::test]
async fn a_tier_says_until_when_it_is_safe_and_what_is_missing_to_keep_it() {
    let shop = Shop::with_member().await;
    shop.send(&post("/v1/purchases", purchase("A1", 6000))).await.is(201);
    let progress =
        |answer: crate::shop::Answer| answer.is(200).json["tier"]["progress"].as_str().unwrap().to_owned();
    let now = progress(shop.send(&get("/v1/members/m1")).await);
    assert!(now.starts_with("regular is the highest tier; "), "{now}");
    assert!(now.contains(" at its review on 2027-03-14"), "{now}");
    let later = progress(shop.send(&get("/v1/members/m1?at=2027-03-16T00:00:00Z")).await);
    assert_eq!(later, "50.00 EUR more to reach regular");
}

#[tokio::test]
async fn health_is_public_and_reads_nothing() {
    let shop = Shop::bare().await;
    let answer = shop.send(&get("/v1/health").nobody()).await.is(200);
    assert_eq!(answer.json, json!({"status": "ok"}));
}

#[tokio::test]
async fn a_sweep_writes_what_fell_due_once() {
    let shop = Shop::with_member().await;
    let (tenant, member) = (shop.tenant.parse_id(), "m1".parse_member());
    let swept = handlers::sweep_member(&shop.app, &tenant, &member).await.unwrap();
    assert_eq!(swept, None);
    shop.at("2027-03-15T00:00:00+01:00");
    let swept = handlers::sweep_member(&shop.app, &tenant, &member).await.unwrap().unwrap();
    assert_eq!(swept.state.active_points, 0);
    assert_eq!(handlers::sweep_member(&shop.app, &tenant, &member).await.unwrap(), None);
    assert_eq!(shop.entries("m1").await, 2);
}

trait Parse {
    fn parse_id(&self) -> domain::ids::TenantId;
    fn parse_member(&self) -> domain::ids::MemberId;
}

impl Parse for str {
    fn parse_id(&self) -> domain::ids::TenantId {
        domain::ids::TenantId::parse(self).unwrap()
    }
    fn parse_member(&self) -> domain::ids::MemberId {
        domain::ids::MemberId::parse(self).unwrap()
    }
}
