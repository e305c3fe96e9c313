//! What people do to members by hand: profile, adjustments, freezes, export, erasure.

use crate::shop::{Answer, Ask, Shop, get, post, purchase};
use audit::{Auditor, Value as Raw};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Personal data that must be nowhere once its member is erased.
const CANARIES: [&str; 4] = ["Canary Quist", "canary-77@example.com", "+33699887766", "canary-tag"];

fn hand(path: &str, body: Value) -> Ask {
    post(&format!("/v1/members/m1/{path}"), body)
}

/// Everything this merchant's table holds as text, and the auditor's report on it.
pub(crate) async fn dump(shop: &Shop) -> (String, audit::Report) {
    let (mut auditor, mut all) = (Auditor::new(), String::new());
    let mut pages = shop.app.store.items();
    while let Some(page) = pages.next_page().await.unwrap() {
        for item in page.iter().filter(|item| item.pk.contains(&format!("T#{}#", shop.tenant))) {
            auditor.feed(item);
            write!(all, "{} {}", item.pk, item.sk).unwrap();
            for (name, value) in &item.attributes {
                let text = match value {
                    Raw::Text(text) | Raw::Number(text) => text.clone(),
                    // a byte of a hash may be a line's end
                    Raw::Bytes(bytes) => String::from_utf8_lossy(bytes).replace(['\n', '\r'], " "),
                    Raw::Other => String::new(),
                };
                write!(all, " {name}={text}").unwrap();
            }
            all.push('\n');
        }
    }
    (all, auditor.finish())
}

async fn personal_member() -> Shop {
    let shop = Shop::open().await;
    let body =
        json!({"member_id": "m1", "name": CANARIES[0], "email": CANARIES[1], "birthday": "1990-02-28"});
    shop.send(&post("/v1/members", body)).await.is(201);
    let body = json!({"event_id": "U1", "phone": CANARIES[2], "tags": [CANARIES[3]], "consents": ["email"], "terms": "2026-03"});
    shop.send(&hand("profile", body)).await.is(201);
    shop
}

async fn profile(shop: &Shop) -> Value {
    shop.send(&get("/v1/members/m1/export")).await.is(200).json["profile"].clone()
}

fn explanation(answer: &Answer) -> String {
    answer.json["entry"]["explanation"].to_string()
}

#[tokio::test]
async fn a_profile_changes_field_by_field_and_the_ledger_tells_which_only() {
    let shop = personal_member().await;
    let told = profile(&shop).await;
    assert_eq!(told["name"], CANARIES[0]);
    assert_eq!(told["phone"], CANARIES[2]);
    assert_eq!(told["birthday"], "1990-02-28");
    assert_eq!(
        (&told["tags"], &told["consents"], &told["terms"]),
        (&json!([CANARIES[3]]), &json!(["email"]), &json!("2026-03"))
    );
    let answer = shop
        .send(&hand("profile", json!({"event_id": "U2", "consents": [], "clear": ["phone"]})))
        .await
        .is(201);
    assert!(explanation(&answer).contains("changed by tester: phone, consents."), "{}", answer.text);
    assert!(explanation(&answer).contains("consents to nothing any more"), "{}", answer.text);
    let told = profile(&shop).await;
    assert_eq!(
        (&told["phone"], &told["consents"], &told["name"]),
        (&Value::Null, &json!([]), &json!(CANARIES[0]))
    );
    // Of the ledger, no byte is personal data: the only place is the profile's own item.
    let (all, report) = dump(&shop).await;
    assert!(report.is_clean(), "{report}");
    for canary in [CANARIES[0], CANARIES[1], CANARIES[3]] {
        let lines: Vec<_> = all.lines().filter(|line| line.contains(canary)).collect();
        assert!(lines.len() == 1 && lines[0].contains("#M#m1 P "), "{canary}: {lines:?}");
    }
}

#[tokio::test]
async fn a_repeated_change_of_profile_changes_nothing_again() {
    let shop = personal_member().await;
    let change = |name: &str| hand("profile", json!({"event_id": "U3", "name": name}));
    shop.send(&change("First")).await.is(201);
    shop.send(&hand("profile", json!({"event_id": "U4", "name": "Second"}))).await.is(201);
    let again = shop.send(&change("First")).await.is(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(profile(&shop).await["name"], "Second");
    shop.send(&hand("profile", json!({"event_id": "U3", "terms": "2027"}))).await.refuses(409, "key_reused");
    shop.send(&hand("profile", json!({"event_id": "U5"}))).await.is(400).blames("", "nothing");
    let both = json!({"event_id": "U5", "name": "x", "clear": ["name"]});
    shop.send(&hand("profile", both)).await.is(400).blames("/clear", "set_and_cleared");
}

#[tokio::test]
async fn changes_at_the_same_time_lose_nothing() {
    let shop = personal_member().await;
    let (name, email) = (
        hand("profile", json!({"event_id": "U6", "name": "New Name"})),
        hand("profile", json!({"event_id": "U7", "email": "new@example.com"})),
    );
    let (one, two) = tokio::join!(shop.send(&name), shop.send(&email));
    one.is(201);
    two.is(201);
    let told = profile(&shop).await;
    assert_eq!((&told["name"], &told["email"]), (&json!("New Name"), &json!("new@example.com")));
}

#[tokio::test]
async fn adjustments_name_who_and_why_and_have_a_cap() {
    let shop = Shop::with_member().await;
    let adjust = |id: &str, points: i64| {
        hand("adjustments", json!({"event_id": id, "points": points, "reason": "goodwill"}))
    };
    let given = shop.send(&adjust("J1", 500)).await.is(201);
    assert_eq!((&given.json["balance_points"], &given.json["entry"]["points"]), (&json!(525), &json!(500)));
    assert_eq!(given.json["entry"]["by"], json!({"actor": "tester", "reason": "goodwill"}));
    assert!(
        explanation(&given).contains("500 points were given by hand by tester (goodwill)"),
        "{}",
        given.text
    );
    let taken = shop.send(&adjust("J2", -525)).await.is(201);
    assert_eq!((&taken.json["balance_points"], &taken.json["entry"]["points"]), (&json!(0), &json!(-525)));
    shop.send(&adjust("J3", -1)).await.refuses(409, "adjust.insufficient_points");
    shop.send(&adjust("J4", 0)).await.is(400).blames("/points", "zero");
    shop.send(&adjust("J5", domain::limits::ADJUSTMENT_POINTS_MAX + 1))
        .await
        .refuses(422, "adjust.too_large");
    shop.send(&adjust("J6", domain::limits::ADJUSTMENT_POINTS_MAX)).await.is(201);
    let capped = shop.send(&adjust("J7", domain::limits::ADJUSTMENT_POINTS_MAX)).await;
    let capped = capped.refuses(409, "adjust.day_cap");
    assert_eq!(capped.json["used_points"], domain::limits::ADJUSTMENT_POINTS_MAX + 1025);
    let bare = json!({"event_id": "J8", "points": 5});
    shop.send(&hand("adjustments", bare)).await.is(400).blames("/reason", "missing");
    assert!(dump(&shop).await.1.is_clean());
}

#[tokio::test]
async fn nobody_acts_by_hand() {
    let shop = Shop::with_member().await;
    for (path, body) in [
        ("adjustments", json!({"event_id": "J1", "points": 5, "reason": "goodwill"})),
        ("freeze", json!({"event_id": "Z1", "earning": true, "spending": true, "reason": "fraud"})),
        ("erase", json!({"reason": "request"})),
        ("profile", json!({"event_id": "U1", "name": "x"})),
    ] {
        let mut event = hand(path, body).event(&shop.tenant);
        event["requestContext"]["authorizer"]["jwt"]["claims"].as_object_mut().unwrap().remove("sub");
        let request = lambda_http::request::from_str(&event.to_string()).unwrap();
        let response = handlers::http(&shop.app, request).await;
        let told: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!((response.status().as_u16(), &told["code"]), (403, &json!("auth.no_subject")), "{path}");
    }
    assert_eq!(shop.entries("m1").await, 1);
}

#[tokio::test]
async fn a_freeze_refuses_with_its_code_and_the_card_says_so() {
    let shop = Shop::with_member().await;
    let freeze = |id: &str, earning: bool, spending: bool| {
        hand("freeze", json!({"event_id": id, "earning": earning, "spending": spending, "reason": "fraud"}))
    };
    shop.send(&freeze("Z1", true, true)).await.is(201);
    let card = shop.send(&get("/v1/members/m1")).await.is(200);
    assert_eq!((&card.json["earning_frozen"], &card.json["spending_frozen"]), (&json!(true), &json!(true)));
    shop.send(&post("/v1/purchases", purchase("A1", 500))).await.refuses(409, "member.earning_frozen");
    let visit = json!({"event_id": "E1", "member_id": "m1", "kind": "check_in", "fields": {"stars": 5}});
    shop.send(&post("/v1/events", visit)).await.refuses(409, "member.earning_frozen");
    let redeem = json!({"event_id": "R1", "member_id": "m1", "points": 5});
    shop.send(&post("/v1/redemptions", redeem.clone())).await.refuses(409, "member.spending_frozen");
    shop.send(&freeze("Z2", false, false)).await.is(201);
    shop.send(&post("/v1/redemptions", redeem)).await.refuses(409, "member.spending_frozen");
    shop.send(&post("/v1/purchases", purchase("A2", 500))).await.is(201);
    assert!(dump(&shop).await.1.is_clean());
}

#[tokio::test]
async fn an_erased_member_leaves_no_personal_byte_and_a_chain_that_verifies() {
    let shop = personal_member().await;
    shop.send(&post("/v1/purchases", purchase("A1", 500))).await.is(201);
    let (before, _) = dump(&shop).await;
    assert!(CANARIES.iter().all(|canary| before.contains(canary)), "the canaries were never there");
    let erase = hand("erase", json!({"reason": "request"}));
    let first = shop.send(&erase).await.is(201);
    assert_eq!(first.json["entry"]["type"], "erased");
    assert_eq!(first.json["balance_points"], 75);
    let again = shop.send(&hand("erase", json!({"reason": "another"}))).await.is(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.json, first.json);
    let (after, report) = dump(&shop).await;
    assert!(report.is_clean(), "{report}");
    for canary in CANARIES {
        assert!(!after.contains(canary), "{canary} is still there");
    }
    assert!(!after.contains("#M#m1 P "), "the profile's item is still there");
    let card = shop.send(&get("/v1/members/m1")).await.is(200);
    assert_eq!(card.json["erased"], true);
    assert_eq!(profile(&shop).await, Value::Null);
    shop.send(&post("/v1/purchases", purchase("A2", 500))).await.refuses(410, "member.erased");
    shop.send(&hand("profile", json!({"event_id": "U9", "name": "Back"})))
        .await
        .refuses(410, "member.erased");
    shop.send(&post("/v1/members", json!({"member_id": "m1", "name": "Back"})))
        .await
        .refuses(410, "member.erased");
    assert_eq!(profile(&shop).await, Value::Null, "an erased member has a profile again");
    assert!(dump(&shop).await.1.is_clean());
}

/// Their entries are equal to the byte, for personal data are in none: only one of the two was taken all the same.
#[tokio::test]
async fn of_two_enrolments_at_once_with_other_data_one_is_taken() {
    let shop = Shop::open().await;
    for n in 0..10 {
        let enrol = |name: &str| post("/v1/members", json!({"member_id": format!("twin{n}"), "name": name}));
        let (ann, bea) = (enrol("Ann"), enrol("Bea"));
        let (one, two) = tokio::join!(shop.send(&ann), shop.send(&bea));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{n}");
    }
}

#[tokio::test]
async fn an_export_has_everything_of_every_page() {
    let shop = personal_member().await;
    for n in 0..105 {
        shop.send(&post("/v1/purchases", purchase(&format!("A{n}"), 100))).await.is(201);
    }
    let told = shop.send(&get("/v1/members/m1/export")).await.is(200).json;
    let entries = told["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 107);
    assert_eq!(told["next_before"], Value::Null);
    let sequences: Vec<_> = entries.iter().map(|e| e["entry"]["seq"].as_u64().unwrap()).collect();
    assert_eq!(sequences, (1..=107).rev().collect::<Vec<_>>());
    let record: Value = serde_json::from_str(entries[0]["record"].as_str().unwrap()).unwrap();
    assert_eq!(record["ch"]["purchased"]["b"]["l"][0]["a"], 100);
    assert_eq!(told["card"]["balance_points"], 25 + 1050);
    shop.send(&get("/v1/members/nobody/export")).await.refuses(404, "member.unknown");
}

#[tokio::test]
async fn a_date_of_birth_set_by_hand_is_locked_for_a_year() {
    let shop = personal_member().await;
    // one given with the enrolment may be mended once
    let mended = hand("profile", json!({"event_id": "B1", "birthday": "1990-03-28"}));
    shop.send(&mended).await.is(201);
    let again = hand("profile", json!({"event_id": "B2", "birthday": "1990-11-28"}));
    assert_eq!(shop.send(&again).await.is(409).json["code"], "member.birthday_locked");
    let cleared = hand("profile", json!({"event_id": "B3", "clear": ["birthday"]}));
    assert_eq!(shop.send(&cleared).await.is(409).json["code"], "member.birthday_locked");
    assert_eq!(profile(&shop).await["birthday"], "1990-03-28");
    // the same date is no change, and a repeat gets its first answer in spite of the lock
    shop.send(&hand("profile", json!({"event_id": "B4", "birthday": "1990-03-28"}))).await.is(201);
    shop.send(&mended).await.is(201);
}
