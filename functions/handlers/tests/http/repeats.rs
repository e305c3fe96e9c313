//! Repeats: the first answer for ever, byte for byte; another request under the same key is refused.

use crate::shop::{Answer, Ask, RULES, Shop, get, post, purchase, put_rules};
use serde_json::{Value, json};

async fn repeated(shop: &Shop, ask: &Ask, status: u16) -> Answer {
    let first = shop.send(ask).await.is(status);
    assert_eq!(first.header("idempotency-replayed"), None);
    let again = shop.send(ask).await.is(status);
    assert_eq!(again.text, first.text, "a repeat must be byte-equal");
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    first
}

#[tokio::test]
async fn every_write_repeats_byte_for_byte_later_and_under_other_rules() {
    let shop = Shop::open().await;
    let step = |id: &str| json!({"event_id": id, "member_id": "m1"});
    let asks = [
        post("/v1/members", json!({"member_id": "m1", "name": "Léa"})),
        post("/v1/purchases", purchase("A1", 5000)),
        post(
            "/v1/purchases/A1/returns",
            json!({"event_id": "R1", "member_id": "m1", "lines": [{"line": 0, "quantity": 1, "amount_minor": 100}]}),
        ),
        post(
            "/v1/redemptions",
            json!({"event_id": "H1", "member_id": "m1", "points": 100, "hold_seconds": 60}),
        ),
        post("/v1/redemptions/H1/capture", step("C1")),
        post("/v1/redemptions/H1/cancel", step("X1")),
        post(
            "/v1/events",
            json!({"event_id": "V1", "member_id": "m1", "kind": "check_in", "fields": {"stars": 1}}),
        ),
    ];
    let mut firsts = Vec::new();
    for ask in &asks {
        firsts.push(repeated(&shop, ask, 201).await);
    }
    let before = shop.entries("m1").await;

    shop.at("2026-04-01T09:00:00+02:00");
    let other =
        RULES.replace("give 10 points per", "give 99 points per").replace("Europe/Paris", "Asia/Tokyo");
    let other = other.replace("expect 44 points", "expect 435 points");
    shop.send(&put_rules(&other)).await.is(201);
    for (ask, first) in asks.iter().zip(&firsts) {
        let again = shop.send(ask).await.is(201);
        assert_eq!(again.text, first.text);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
    }
    assert_eq!(shop.entries("m1").await, before, "a repeat writes nothing");
}

#[tokio::test]
async fn a_refusal_that_depends_on_state_is_the_same_for_ever() {
    let shop = Shop::with_member().await;
    let ask = post("/v1/redemptions", json!({"event_id": "D1", "member_id": "m1", "points": 100}));
    let first = repeated(&shop, &ask, 409).await.refuses(409, "redeem.insufficient_points");
    let told = json!({
        "type": "urn:problem-type:merit:redeem.insufficient_points",
        "title": "Not enough points",
        "status": 409,
        "code": "redeem.insufficient_points",
        "detail": "100 points asked for, 25 can be spent",
        "asked_points": 100,
        "active_points": 25,
    });
    assert_eq!(first.json, told);
    shop.send(&post("/v1/purchases", purchase("A1", 5000))).await.is(201);
    let again = shop.send(&ask).await.is(409);
    assert_eq!(again.text, first.text, "enough by now, and still the first answer");
    let fresh = post("/v1/redemptions", json!({"event_id": "D2", "member_id": "m1", "points": 100}));
    shop.send(&fresh).await.is(201);
}

#[tokio::test]
async fn the_same_key_with_another_request_is_refused() {
    let shop = Shop::with_member().await;
    shop.send(&post("/v1/purchases", purchase("A1", 500))).await.is(201);
    let before = shop.entries("m1").await;
    let changes: [fn(&mut Value); 6] = [
        |body| body["lines"][0]["amount_minor"] = json!(501),
        |body| body["lines"][0]["quantity"] = json!(2),
        |body| body["lines"][0]["eligible"] = json!(false),
        |body| body["channel"] = json!("online"),
        |body| body["occurred_at"] = json!("2026-03-14T11:59:00+01:00"),
        |body| body["lines"].as_array_mut().unwrap().push(json!({"amount_minor": 0})),
    ];
    for change in changes {
        let mut body = purchase("A1", 500);
        change(&mut body);
        let answer = shop.send(&post("/v1/purchases", body)).await.refuses(409, "key_reused");
        assert_eq!(answer.json["title"], "The key was used before");
    }
    assert_eq!(shop.entries("m1").await, before);
}

#[tokio::test]
async fn the_same_request_written_otherwise_is_the_same_request() {
    let shop = Shop::with_member().await;
    let first = shop.send(&post("/v1/purchases", purchase("A1", 500))).await.is(201);
    let same = [
        br#"{ "lines": [ {"quantity": 1, "eligible": true, "tags": [], "amount_minor": 500} ], "currency": "EUR",
             "member_id": "m1", "event_id": "A1" }"#
            .to_vec(),
        br#"{"event_id":"A1","member_id":"\u006d1","currency":"EUR","lines":[{"amount_minor":500}]}"#.to_vec(),
    ];
    for body in same {
        let again = shop.send(&post("/v1/purchases", Value::Null).body(&body)).await.is(201);
        assert_eq!(again.text, first.text);
    }
    let header = post(
        "/v1/purchases",
        json!({"member_id": "m1", "currency": "EUR", "lines": [{"amount_minor": 500}]}),
    );
    for key in ["A1", "\"A1\""] {
        let again = shop.send(&header.clone().header("idempotency-key", key)).await.is(201);
        assert_eq!(again.text, first.text);
    }
    shop.at("2026-03-15T12:00:00+01:00");
    let timed = |id: &str, at: &str| {
        let mut body = purchase(id, 700);
        body["occurred_at"] = json!(at);
        post("/v1/purchases", body)
    };
    let first = shop.send(&timed("A2", "2026-03-15T10:00:00+01:00")).await.is(201);
    let again = shop.send(&timed("A2", "2026-03-15T09:00:00Z")).await.is(201);
    assert_eq!(again.text, first.text, "the same instant, written otherwise");
}

#[tokio::test]
async fn keys_belong_to_a_member_and_a_kind_of_request() {
    let shop = Shop::with_member().await;
    shop.send(&post("/v1/members", json!({"member_id": "m2"}))).await.is(201);
    shop.send(&post("/v1/purchases", purchase("K", 1000))).await.is(201);
    let mut other = purchase("K", 2000);
    other["member_id"] = json!("m2");
    shop.send(&post("/v1/purchases", other)).await.is(201);
    shop.send(&post("/v1/redemptions", json!({"event_id": "K", "member_id": "m1", "points": 1})))
        .await
        .is(201);
    shop.send(&post("/v1/events", json!({"event_id": "K", "member_id": "m1", "kind": "check_in"})))
        .await
        .is(201);
    shop.send(&post("/v1/purchases/K/returns", json!({"event_id": "K", "member_id": "m1"}))).await.is(201);
}

#[tokio::test]
async fn joining_again_is_a_repeat_and_with_other_data_a_conflict() {
    let shop = Shop::open().await;
    let lea = json!({"member_id": "m1", "name": "Léa", "email": "lea@example.com"});
    let first = repeated(&shop, &post("/v1/members", lea.clone()), 201).await;
    let keyed = post("/v1/members", lea).header("idempotency-key", "any");
    assert_eq!(shop.send(&keyed).await.is(201).text, first.text, "the member id is the key");
    for other in
        [json!({"member_id": "m1"}), json!({"member_id": "m1", "name": "Léo", "email": "lea@example.com"})]
    {
        shop.send(&post("/v1/members", other)).await.refuses(409, "key_reused");
    }
    let text = shop.send(&get("/v1/members/m1/entries")).await.is(200).text;
    assert!(!text.contains("Léa") && !text.contains("lea@"), "personal data in the ledger: {text}");
}

#[tokio::test]
async fn joining_is_a_repeat_whatever_became_of_the_profile_since() {
    let shop = Shop::open().await;
    let ask = post("/v1/members", json!({"member_id": "m1", "name": "Léa", "tags": ["club"]}));
    let first = shop.send(&ask).await.is(201);
    let change = json!({"event_id": "U1", "name": "Lea", "terms": "2026-03"});
    shop.send(&post("/v1/members/m1/profile", change)).await.is(201);
    assert_eq!(shop.send(&ask).await.is(201).text, first.text);
    let other = post("/v1/members", json!({"member_id": "m1", "name": "Lea", "tags": ["club"]}));
    shop.send(&other).await.refuses(409, "key_reused");

    let bare = post("/v1/members", json!({"member_id": "m2"}));
    let first = shop.send(&bare).await.is(201);
    shop.send(&post("/v1/members/m2/profile", json!({"event_id": "U2", "name": "Ben"}))).await.is(201);
    assert_eq!(shop.send(&bare).await.is(201).text, first.text);
}

#[tokio::test]
async fn a_repeat_that_says_when_it_happened_has_its_answer_however_late_it_comes() {
    let shop = Shop::with_member().await;
    shop.at("2026-03-15T12:00:00+01:00");
    let timed = |id: &str, field: (&str, Value)| {
        let mut body = json!({"event_id": id, "member_id": "m1", "occurred_at": "2026-03-15T10:00:00+01:00"});
        body[field.0] = field.1;
        body
    };
    let mut bought = purchase("A1", 5000);
    bought["occurred_at"] = json!("2026-03-15T10:00:00+01:00");
    let asks = [
        (post("/v1/purchases", bought.clone()), 201),
        (post("/v1/events", timed("V1", ("kind", json!("check_in")))), 201),
        (post("/v1/redemptions", timed("D1", ("points", json!(30)))), 201),
        (post("/v1/redemptions", timed("D2", ("points", json!(9_999)))), 409),
        (
            post(
                "/v1/members/m1/adjustments",
                json!({"event_id": "J1", "points": 5, "reason": "goodwill", "occurred_at": "2026-03-15T10:00:00+01:00"}),
            ),
            201,
        ),
    ];
    let mut firsts = Vec::new();
    for (ask, status) in &asks {
        firsts.push(repeated(&shop, ask, *status).await);
    }
    shop.at("2027-04-20T12:00:00+01:00");
    for ((ask, status), first) in asks.iter().zip(&firsts) {
        let again = shop.send(ask).await.is(*status);
        assert_eq!(
            (again.text.as_str(), again.header("idempotency-replayed")),
            (first.text.as_str(), Some("true"))
        );
    }
    let before = shop.entries("m1").await;
    bought["event_id"] = json!("A2");
    let late = shop.send(&post("/v1/purchases", bought.clone())).await.refuses(400, "request.invalid");
    assert_eq!(late.json["errors"][0]["code"], "too_old");
    bought["occurred_at"] = json!("2027-04-20T12:10:00+01:00");
    let early = shop.send(&post("/v1/purchases", bought)).await.refuses(400, "request.invalid");
    assert_eq!(early.json["errors"][0]["code"], "in_the_future");
    assert_eq!(shop.entries("m1").await, before, "what comes too late, or too early, writes nothing");
}

#[tokio::test]
async fn a_repeat_has_its_answer_though_what_it_named_is_gone() {
    let shop = Shop::open().await;
    let referral = "\nreferral friends {\n  qualify on purchase of at least 10.00 EUR within 30 days\n  mature after 40 days\n}\n\nrule bring {\n  on referral.referrer\n  give 10 points\n}\n";
    shop.send(&put_rules(&format!("{RULES}{referral}"))).await.is(201);
    shop.send(&post("/v1/members", json!({"member_id": "ana"}))).await.is(201);
    let code = shop.send(&post("/v1/members/ana/referral-code", Value::Null)).await.is(200);
    shop.at("2026-03-15T12:00:00+01:00");
    shop.send(&post("/v1/members", json!({"member_id": "ben"}))).await.is(201);
    let join = |id: &str| {
        post("/v1/referrals", json!({"event_id": id, "member_id": "ben", "code": code.json["code"]}))
    };
    let joined = repeated(&shop, &join("F1"), 201).await;
    let visit = |id: &str| {
        post(
            "/v1/events",
            json!({"event_id": id, "member_id": "ben", "kind": "check_in", "fields": {"stars": 1}}),
        )
    };
    let visited = repeated(&shop, &visit("V1"), 201).await;

    shop.send(&post("/v1/members/ana/erase", json!({"reason": "asked"}))).await.is(201);
    let (declared, rest) = (RULES.find("event check_in").unwrap(), RULES.find("rule base").unwrap());
    let visits = (RULES.find("rule visit").unwrap(), RULES.find("reward coffee").unwrap());
    let without = format!("{}{}{}", &RULES[..declared], &RULES[rest..visits.0], &RULES[visits.1..]);
    shop.send(&put_rules(&without)).await.is(201);
    shop.at("2026-03-15T13:00:00+01:00");
    assert_eq!(shop.send(&join("F1")).await.is(201).text, joined.text, "her referrer is gone");
    assert_eq!(
        shop.send(&visit("V1")).await.is(201).text,
        visited.text,
        "the event is not declared any more"
    );
    shop.send(&join("F2")).await.refuses(422, "referral.code_unknown");
    shop.send(&visit("V2")).await.refuses(422, "event.unknown");
}
