//! Previews: the active rules or a candidate's, any member, any instant; nothing is written.

use crate::shop::{RULES, Shop, get, post, purchase};
use serde_json::{Value, json};

fn basket(amount_minor: i64) -> Value {
    json!({"currency": "EUR", "lines": [{"amount_minor": amount_minor}]})
}

const TIERED: &str = r"
rule thanks {
  on purchase
  when member.tier is regular
  and  date at least 2026-12-01
  give 7 points
}
";

#[tokio::test]
async fn a_preview_says_what_and_why_and_writes_nothing() {
    let shop = Shop::with_member().await;
    let answer = shop
        .send(&post("/v1/previews", json!({"member_id": "m1", "purchase": basket(440)})))
        .await
        .is(200)
        .json;
    assert_eq!(answer["points"], 44);
    assert_eq!(answer["rules"][0]["rule"], "base");
    assert_eq!(answer["rules"][0]["verdict"], "gave");
    let event = json!({"kind": "check_in", "fields": {"stars": 0}});
    let answer =
        shop.send(&post("/v1/previews", json!({"member_id": "m1", "event": event}))).await.is(200).json;
    assert_eq!((&answer["points"], &answer["rules"][0]["verdict"]), (&json!(0), &json!("unmet")));
    assert_eq!(shop.entries("m1").await, 1);
}

#[tokio::test]
async fn a_candidate_is_tried_without_publishing_it_at_any_instant() {
    let shop = Shop::with_member().await;
    let source = format!("{RULES}{TIERED}");
    let ask = |member: Value, at: &str| {
        let mut body = json!({"source": source, "at": at, "purchase": basket(1000)});
        body.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
        post("/v1/previews", body)
    };
    shop.send(&post("/v1/purchases", purchase("A1", 6000))).await.is(201);
    for (member, at, points) in [
        (json!({"member_id": "m1"}), "2026-12-03T10:00:00+01:00", 107),
        (json!({"member_id": "m1"}), "2026-11-30T23:59:59+01:00", 100),
        (json!({"hypothetical": {"tier": "regular"}}), "2026-12-03T10:00:00+01:00", 107),
        (json!({"hypothetical": {"tier": "guest"}}), "2026-12-03T10:00:00+01:00", 100),
        (json!({}), "2026-12-03T10:00:00+01:00", 100),
    ] {
        let answer = shop.send(&ask(member.clone(), at)).await.is(200).json;
        assert_eq!(answer["points"], points, "{member} at {at}: {answer}");
    }
    let before = ask(json!({"member_id": "m1"}), "2026-03-01T00:00:00Z");
    shop.send(&before).await.refuses(404, "member.unknown");
    shop.send(&ask(json!({}), "2026-12-03T10:00:00+01:00").roles("till")).await.refuses(403, "auth.role");
    let list = shop.send(&get("/v1/rules")).await.is(200).json;
    assert_eq!(list["versions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn bad_previews_say_where() {
    let shop = Shop::with_member().await;
    let cases = [
        (json!({}), "", "one_of"),
        (json!({"purchase": basket(1), "event": {"kind": "check_in"}}), "", "one_of"),
        (json!({"purchase": basket(1), "member_id": "m1", "hypothetical": {}}), "", "one_of"),
        (
            json!({"purchase": {"currency": "USD", "lines": [{"amount_minor": 1}]}}),
            "/purchase/currency",
            "other_currency",
        ),
        (json!({"purchase": basket(-1)}), "/purchase/lines/0/amount_minor", "too_small"),
        (
            json!({"purchase": basket(1), "hypothetical": {"tier": "gold"}}),
            "/hypothetical/tier",
            "unknown_word",
        ),
        (json!({"purchase": basket(1), "at": "1850-01-01T00:00:00Z"}), "/at", "too_old"),
        (
            json!({"event": {"kind": "check_in", "fields": {"star": 1}}}),
            "/event/fields/star",
            "unknown_field",
        ),
    ];
    for (body, pointer, code) in cases {
        shop.send(&post("/v1/previews", body)).await.refuses(400, "request.invalid").blames(pointer, code);
    }
    shop.send(&post("/v1/previews", json!({"event": {"kind": "chek_in"}})))
        .await
        .refuses(422, "event.unknown");
    shop.send(&post("/v1/previews", json!({"purchase": basket(1), "member_id": "m9"})))
        .await
        .refuses(404, "member.unknown");
    shop.send(&post("/v1/previews", json!({"purchase": basket(1), "source": "nonsense"})))
        .await
        .refuses(422, "rules.invalid");
}

#[tokio::test]
async fn a_preview_of_a_frozen_or_erased_member_is_answered_as_the_request_would_be() {
    let shop = Shop::with_member().await;
    let ask = || post("/v1/previews", json!({"member_id": "m1", "purchase": basket(440)}));
    let freeze = |id: &str, earning: bool, spending: bool| {
        let body = json!({"event_id": id, "earning": earning, "spending": spending, "reason": "fraud"});
        post("/v1/members/m1/freeze", body).roles("support")
    };
    shop.send(&freeze("Z1", false, true)).await.is(201);
    assert_eq!(shop.send(&ask()).await.is(200).json["points"], 44, "she still earns");
    shop.send(&freeze("Z2", true, false)).await.is(201);
    shop.send(&ask()).await.refuses(409, "member.earning_frozen");
    shop.send(&post("/v1/purchases", purchase("A1", 440))).await.refuses(409, "member.earning_frozen");
    shop.send(&freeze("Z3", false, false)).await.is(201);
    assert_eq!(shop.send(&ask()).await.is(200).json["points"], 44);
    shop.send(&post("/v1/members/m1/erase", json!({"reason": "request"})).roles("support")).await.is(201);
    shop.send(&ask()).await.refuses(410, "member.erased");
}
