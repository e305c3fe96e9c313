//! Bad input: 4xx with where and why, all of a body at once, and nothing written.

use crate::shop::{Ask, Shop, get, post, purchase};
use serde_json::{Value, json};

/// A purchase with one thing changed.
fn with(pointer: &str, value: Value) -> Ask {
    let mut body = purchase("A1", 500);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    post("/v1/purchases", body)
}

#[tokio::test]
async fn one_wrong_value_is_refused_with_its_place_and_nothing_is_written() {
    let shop = Shop::with_member().await;
    let wrong = [
        ("/lines/0/amount_minor", json!(-1), "too_small"),
        ("/lines/0/amount_minor", json!(1_000_000_001), "too_large"),
        ("/lines/0/amount_minor", json!(u64::MAX), "too_large"),
        ("/lines/0/amount_minor", json!(4.4), "not_whole"),
        ("/lines/0/amount_minor", json!(440.0), "not_whole"),
        ("/lines/0/amount_minor", json!("440"), "wrong_type"),
        ("/lines/0/amount_minor", json!(null), "wrong_type"),
        ("/lines/0/quantity", json!(0), "too_small"),
        ("/lines/0/eligible", json!("no"), "wrong_type"),
        ("/lines/0/tags", json!("own_cup"), "wrong_type"),
        ("/lines/0/tags/0", json!(7), "wrong_type"),
        ("/lines/0/sku", json!(""), "empty"),
        ("/lines/0/sku", json!("a\nb"), "control_characters"),
        ("/lines/0/category", json!("c".repeat(65)), "too_long"),
        ("/lines/0/points", json!(1000), "unknown_field"),
        ("/points", json!(1000), "unknown_field"),
        ("/tenant", json!("other"), "unknown_field"),
        ("/tier", json!("regular"), "unknown_field"),
        ("/lines", json!([]), "too_few"),
        ("/lines", json!({}), "wrong_type"),
        ("/currency", json!("USD"), "other_currency"),
        ("/currency", json!("eur"), "not_a_currency"),
        ("/currency", json!("EURO"), "not_a_currency"),
        ("/event_id", json!("a b"), "not_an_id"),
        ("/event_id", json!("a#b"), "not_an_id"),
        ("/event_id", json!(""), "not_an_id"),
        ("/event_id", json!("x".repeat(65)), "not_an_id"),
        ("/member_id", json!("m1#E#1"), "not_an_id"),
        ("/member_id", json!("léa"), "not_an_id"),
        ("/redemption_id", json!(17), "wrong_type"),
        ("/occurred_at", json!("1850-01-01T00:00:00Z"), "too_old"),
        ("/occurred_at", json!("2026-03-07T11:59:59+01:00"), "too_old"),
        ("/occurred_at", json!("2026-03-14T12:05:01+01:00"), "in_the_future"),
        ("/occurred_at", json!("2026-03-14T12:00:00"), "not_an_instant"),
        ("/occurred_at", json!("2026-02-30T12:00:00Z"), "not_an_instant"),
        ("/occurred_at", json!("14.03.2026"), "not_an_instant"),
        ("/occurred_at", json!(1_773_486_000), "wrong_type"),
    ];
    for (pointer, value, code) in wrong {
        let mut ask = with("/channel", json!("store"));
        if pointer == "/lines/0/tags/0" {
            ask = with("/lines/0/tags", json!([value]));
        } else if value != json!("store") {
            ask = with(pointer, value.clone());
        }
        let answer = shop.send(&ask).await.refuses(400, "request.invalid");
        assert_eq!(
            answer.blamed(),
            [(pointer.to_owned(), code.to_owned())],
            "{pointer} {value}: {}",
            answer.text
        );
    }
    assert_eq!(shop.entries("m1").await, 1, "only the enrolment");
}

#[tokio::test]
async fn all_problems_of_a_body_come_at_once() {
    let shop = Shop::with_member().await;
    let body = json!({
        "member_id": "no id",
        "curency": "EUR",
        "currency": "USD",
        "occurred_at": "2030-01-01T00:00:00Z",
        "lines": [{"amount_minor": -5}, {"quantity": 0, "amount": 3}, 7],
    });
    let answer = shop.send(&post("/v1/purchases", body)).await.refuses(400, "request.invalid");
    let mut blamed = answer.blamed();
    blamed.sort();
    let mut expected = [
        ("/curency", "unknown_field"),
        ("/currency", "other_currency"),
        ("/event_id", "missing"),
        ("/lines/0/amount_minor", "too_small"),
        ("/lines/1/amount", "unknown_field"),
        ("/lines/1/amount_minor", "missing"),
        ("/lines/1/quantity", "too_small"),
        ("/lines/2", "wrong_type"),
        ("/member_id", "not_an_id"),
        ("/occurred_at", "in_the_future"),
    ]
    .map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
    expected.sort();
    assert_eq!(blamed, expected, "{}", answer.text);
    assert_eq!(answer.json["detail"], "10 things are wrong; nothing was written");
    assert!(answer.text.contains("did you mean `currency`?"), "{}", answer.text);
}

#[tokio::test]
async fn one_problem_in_full() {
    let shop = Shop::with_member().await;
    let answer = shop.send(&with("/lines/0/amount_minor", json!("4.40"))).await.is(400);
    let detail = "is text; send a whole number without quotes (12.34 EUR is 1234)";
    let told = json!({
        "type": "urn:problem-type:merit:request.invalid",
        "title": "The request is not valid",
        "status": 400,
        "code": "request.invalid",
        "detail": format!("/lines/0/amount_minor {detail}"),
        "errors": [{"pointer": "/lines/0/amount_minor", "code": "wrong_type", "detail": detail}],
    });
    assert_eq!(answer.json, told);
}

#[tokio::test]
async fn what_is_no_json_is_refused_with_line_and_column() {
    let shop = Shop::with_member().await;
    let amount = |text: &str| {
        format!(
            r#"{{"event_id":"A1","member_id":"m1","currency":"EUR","lines":[{{"amount_minor":{text}}}]}}"#
        )
    };
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let long = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let cases: [(Vec<u8>, &str); 13] = [
        (b"".to_vec(), "body.not_json"),
        (b"{".to_vec(), "body.not_json"),
        (b"event_id=A1&member_id=m1".to_vec(), "body.not_json"),
        (b"{\"event_id\": 'A1'}".to_vec(), "body.not_json"),
        (b"{} {}".to_vec(), "body.not_json"),
        (b"\xff\xfe{}".to_vec(), "body.not_json"),
        (amount("1e309").into(), "body.number_out_of_range"),
        (amount("NaN").into(), "body.not_json"),
        (amount("Infinity").into(), "body.not_json"),
        (amount("0x10").into(), "body.not_json"),
        (amount("1,\"amount_minor\":2").into(), "body.repeated_key"),
        (amount(&deep).into(), "body.too_deep"),
        (amount(&long).into(), "body.too_deep"),
    ];
    for (body, code) in cases {
        let answer = shop.send(&post("/v1/purchases", Value::Null).body(&body)).await.refuses(400, code);
        let detail = answer.json["detail"].as_str().unwrap();
        assert!(detail.contains("line ") && detail.contains("column "), "{detail}");
    }
    for body in ["null", "[]", "7", "\"text\""] {
        let answer = shop.send(&post("/v1/purchases", Value::Null).body(body.as_bytes())).await.is(400);
        assert_eq!(answer.blamed()[0], (String::new(), "wrong_type".to_owned()), "{}", answer.text);
    }
    assert_eq!(shop.entries("m1").await, 1);
}

#[tokio::test]
async fn size_and_content_type_are_bounded() {
    let shop = Shop::with_member().await;
    let line = json!({"amount_minor": 1, "sku": "x".repeat(60)});
    let mut body = purchase("A1", 1);
    body["lines"] = Value::Array(vec![line; 900]);
    assert!(body.to_string().len() > 64 * 1024);
    shop.send(&post("/v1/purchases", body)).await.refuses(413, "body.too_large");

    let mut body = purchase("A1", 1);
    body["lines"] = Value::Array(vec![json!({"amount_minor": 1}); 1_001]);
    shop.send(&post("/v1/purchases", body))
        .await
        .refuses(400, "request.invalid")
        .blames("/lines", "too_many");
    let mut body = purchase("A1", 1);
    body["lines"] = Value::Array(vec![json!({"amount_minor": 900_000_000}); 2]);
    shop.send(&post("/v1/purchases", body))
        .await
        .refuses(400, "request.invalid")
        .blames("/lines", "too_large");
    assert_eq!(shop.entries("m1").await, 1);

    let ask = post("/v1/purchases", purchase("A1", 500));
    for media in ["application/x-www-form-urlencoded", "text/plain", "application/xml"] {
        shop.send(&ask.clone().header("content-type", media)).await.refuses(415, "body.content_type");
    }
    for (id, media) in [("B1", "application/json; charset=utf-8"), ("B2", "application/vnd.till+json")] {
        let ask = post("/v1/purchases", purchase(id, 500)).header("content-type", media);
        shop.send(&ask).await.is(201);
    }
    shop.send(&post("/v1/purchases", purchase("B3", 500)).without("content-type")).await.is(201);
}

#[tokio::test]
async fn a_basket_of_a_thousand_lines_earns_and_returns() {
    let shop = Shop::with_member().await;
    let mut body = purchase("A1", 1);
    body["lines"] = Value::Array(vec![json!({"amount_minor": 25, "sku": "bean"}); 1_000]);
    let answer = shop.send(&post("/v1/purchases", body)).await.is(201);
    assert_eq!(answer.json["entry"]["points"], 2_500);
    let answer = shop
        .send(&post("/v1/purchases/A1/returns", json!({"event_id": "R", "member_id": "m1"})))
        .await
        .is(201);
    assert_eq!(answer.json["entry"]["points"], -2_500);
}

#[tokio::test]
async fn a_write_without_a_key_or_with_two_is_refused() {
    let shop = Shop::with_member().await;
    let mut body = purchase("A1", 500);
    body.as_object_mut().unwrap().remove("event_id");
    let answer = shop.send(&post("/v1/purchases", body)).await.refuses(400, "request.invalid");
    answer.blames("/event_id", "missing");
    assert!(answer.text.contains("Idempotency-Key"), "{}", answer.text);
    let two = post("/v1/purchases", purchase("A1", 500)).header("idempotency-key", "A2");
    shop.send(&two).await.refuses(400, "request.invalid").blames("/event_id", "differs_from_header");
    let bad = post("/v1/purchases", purchase("A1", 500)).header("idempotency-key", "a b");
    shop.send(&bad).await.refuses(400, "request.invalid").blames("header:Idempotency-Key", "not_an_id");
    assert_eq!(shop.entries("m1").await, 1);
}

#[tokio::test]
async fn only_an_importer_posts_history_and_nobody_before_1970() {
    let shop = Shop::open().await;
    let at = |ask: Value, moment: &str| {
        let mut body = ask;
        body["occurred_at"] = json!(moment);
        body
    };
    let joined = at(json!({"member_id": "m1"}), "2011-01-01T10:00:00Z");
    shop.send(&post("/v1/members", joined.clone())).await.is(400).blames("/occurred_at", "too_old");
    shop.send(&post("/v1/members", joined).roles("importer")).await.is(201);
    let bought = at(purchase("A1", 500), "2011-02-01T10:00:00Z");
    shop.send(&post("/v1/purchases", bought.clone())).await.is(400).blames("/occurred_at", "too_old");
    let answer = shop.send(&post("/v1/purchases", bought).roles("importer")).await.is(201);
    assert_eq!(
        answer.json["entry"]["at"], "2011-02-01T11:00:00+01:00",
        "an importer's clock is the history's"
    );
    for moment in ["1850-01-01T00:00:00Z", "1969-12-31T23:59:59Z"] {
        let ask = post("/v1/purchases", at(purchase("A2", 500), moment)).roles("importer");
        shop.send(&ask).await.is(400).blames("/occurred_at", "too_old");
    }
    let ask = post("/v1/purchases", at(purchase("A3", 500), "2026-03-14T12:06:00+01:00")).roles("importer");
    shop.send(&ask).await.is(400).blames("/occurred_at", "in_the_future");
    let ask = post("/v1/purchases", at(purchase("A4", 500), "2010-12-31T10:00:00Z")).roles("importer");
    let answer = shop.send(&ask).await.refuses(422, "time.before_history");
    assert_eq!(answer.json["enrolled_at"], "2011-01-01T11:00:00+01:00");
}

#[tokio::test]
async fn within_the_tolerance_a_late_purchase_counts_when_it_happened() {
    let shop = Shop::with_member().await;
    shop.at("2026-03-20T12:00:00+01:00");
    let mut body = purchase("A1", 500);
    body["occurred_at"] = json!("2026-03-15T10:00:00+01:00");
    let answer = shop.send(&post("/v1/purchases", body)).await.is(201);
    assert_eq!(answer.json["entry"]["occurred_at"], "2026-03-15T10:00:00+01:00");
    assert_eq!(answer.json["entry"]["at"], "2026-03-20T12:00:00+01:00");
}

#[tokio::test]
async fn unknown_things_are_said_to_be_unknown() {
    let shop = Shop::with_member().await;
    let step = json!({"event_id": "S1", "member_id": "m1"});
    let nobody =
        json!({"event_id": "A1", "member_id": "m9", "currency": "EUR", "lines": [{"amount_minor": 1}]});
    let cases = [
        (post("/v1/purchases", nobody), 404, "member.unknown"),
        (
            post("/v1/events", json!({"event_id": "V", "member_id": "m9", "kind": "check_in"})),
            404,
            "member.unknown",
        ),
        (
            post("/v1/redemptions", json!({"event_id": "D", "member_id": "m9", "points": 1})),
            404,
            "member.unknown",
        ),
        (get("/v1/members/m9"), 404, "member.unknown"),
        (get("/v1/members/m9/entries"), 404, "member.unknown"),
        (post("/v1/purchases/A9/returns", step.clone()), 404, "return.purchase_unknown"),
        (post("/v1/redemptions/D9/capture", step.clone()), 404, "redemption.unknown"),
        (post("/v1/redemptions/D9/release", step.clone()), 404, "redemption.unknown"),
        (post("/v1/redemptions/D9/cancel", step), 404, "redemption.unknown"),
        (
            post("/v1/redemptions", json!({"event_id": "D", "member_id": "m1", "reward": "cofee"})),
            422,
            "redeem.reward_unknown",
        ),
        (
            post("/v1/events", json!({"event_id": "V", "member_id": "m1", "kind": "chek_in"})),
            422,
            "event.unknown",
        ),
        (post("/v1/rules/activate", json!({"id": "0000000000000000"})), 404, "rules.unknown"),
        (get("/v1/rules/0000000000000000"), 404, "rules.unknown"),
    ];
    for (ask, status, code) in cases {
        shop.send(&ask).await.refuses(status, code);
    }
    let answer =
        shop.send(&post("/v1/events", json!({"event_id": "V", "member_id": "m1", "kind": "chek_in"}))).await;
    assert!(answer.text.contains("did you mean `check_in`?"), "{}", answer.text);
    let answer = shop
        .send(&post("/v1/redemptions", json!({"event_id": "D", "member_id": "m1", "reward": "cofee"})))
        .await;
    assert!(answer.text.contains("did you mean `coffee`?"), "{}", answer.text);
}

#[tokio::test]
async fn fields_of_declared_events_are_checked_all_at_once() {
    let shop = Shop::with_member().await;
    let fields = json!({
        "starz": 3, "stars": "five", "note": 7, "spent": 4.4, "first": "yes", "place": "pari",
    });
    let body = json!({"event_id": "V1", "member_id": "m1", "kind": "check_in", "fields": fields});
    let answer = shop.send(&post("/v1/events", body)).await.refuses(400, "request.invalid");
    for (name, code) in [
        ("starz", "unknown_field"),
        ("stars", "wrong_type"),
        ("note", "wrong_type"),
        ("spent", "not_whole"),
        ("first", "wrong_type"),
        ("place", "unknown_word"),
    ] {
        answer.blames(&format!("/fields/{name}"), code);
    }
    assert_eq!(answer.blamed().len(), 6);
    assert!(
        answer.text.contains("did you mean `stars`?") && answer.text.contains("did you mean `paris`?"),
        "{}",
        answer.text
    );
    for stars in [json!(1e21), json!(0.000_000_1), json!(-2_000_000_000)] {
        let body =
            json!({"event_id": "V1", "member_id": "m1", "kind": "check_in", "fields": {"stars": stars}});
        shop.send(&post("/v1/events", body)).await.is(400).blames("/fields/stars", "out_of_range");
    }
    assert_eq!(shop.entries("m1").await, 1);
}

#[tokio::test]
async fn returns_and_redemptions_have_bad_input_of_their_own() {
    let shop = Shop::with_member().await;
    shop.send(&post("/v1/purchases", purchase("A1", 500))).await.is(201);
    let back = |lines: Value| {
        post("/v1/purchases/A1/returns", json!({"event_id": "R1", "member_id": "m1", "lines": lines}))
    };
    let cases = [
        (json!([{"line": 0, "quantity": 1}, {"line": 0, "quantity": 1}]), "/lines/1/line", "repeated"),
        (json!([{"line": 0, "quantity": 0}]), "/lines/0", "nothing_returned"),
        (json!([{"line": -1, "quantity": 1}]), "/lines/0/line", "too_small"),
        (json!([{"quantity": 1}]), "/lines/0/line", "missing"),
        (json!([]), "/lines", "too_few"),
    ];
    for (lines, pointer, code) in cases {
        shop.send(&back(lines)).await.refuses(400, "request.invalid").blames(pointer, code);
    }
    let answer =
        shop.send(&back(json!([{"line": 3, "quantity": 1}]))).await.refuses(422, "return.line_unknown");
    assert_eq!((&answer.json["line"], &answer.json["lines"]), (&json!(3), &json!(1)));
    let more = json!({"event_id": "R2", "member_id": "m1", "lines": [{"line": 0, "quantity": 2}]});
    let answer = shop.send(&post("/v1/purchases/A1/returns", more)).await.refuses(422, "return.exceeds_line");
    assert_eq!((&answer.json["quantity_left"], &answer.json["amount_left_minor"]), (&json!(1), &json!(500)));

    let redeem = |body: Value| post("/v1/redemptions", body);
    let both = json!({"event_id": "D1", "member_id": "m1", "points": 5, "reward": "coffee"});
    shop.send(&redeem(both)).await.is(400).blames("", "one_of");
    shop.send(&redeem(json!({"event_id": "D1", "member_id": "m1"}))).await.is(400).blames("", "one_of");
    for points in [json!(0), json!(-5)] {
        let body = json!({"event_id": "D1", "member_id": "m1", "points": points});
        shop.send(&redeem(body)).await.is(400).blames("/points", "too_small");
    }
    let long = json!({"event_id": "D1", "member_id": "m1", "points": 5, "hold_seconds": 99_999_999});
    shop.send(&redeem(long)).await.is(400).blames("/hold_seconds", "too_large");
}

#[tokio::test]
async fn members_have_bad_input_of_their_own() {
    let shop = Shop::open().await;
    let body = json!({
        "member_id": "m1", "name": "", "email": "lea", "phone": "0612345678", "birthday": "1990-02-30",
        "tags": ["a\u{0}b"], "points": 1000,
    });
    let answer = shop.send(&post("/v1/members", body)).await.refuses(400, "request.invalid");
    for (pointer, code) in [
        ("/name", "empty"),
        ("/email", "not_an_email"),
        ("/phone", "not_a_phone"),
        ("/birthday", "not_a_date"),
        ("/tags/0", "control_characters"),
        ("/points", "unknown_field"),
    ] {
        answer.blames(pointer, code);
    }
    assert!(!answer.text.contains("0612345678"), "personal data are not repeated: {}", answer.text);
    shop.send(&get("/v1/members/m1")).await.refuses(404, "member.unknown");
}

#[tokio::test]
async fn queries_and_paths_are_checked() {
    let shop = Shop::with_member().await;
    for (query, name, code) in [
        ("limit=0", "limit", "too_small"),
        ("limit=101", "limit", "too_large"),
        ("limit=ten", "limit", "wrong_type"),
        ("limit=1&limit=2", "limit", "repeated"),
        ("before=-1", "before", "too_small"),
        ("cursor=abc", "cursor", "unknown_field"),
    ] {
        let answer = shop.send(&get(&format!("/v1/members/m1/entries?{query}"))).await;
        answer.refuses(400, "request.invalid").blames(&format!("query:{name}"), code);
    }
    shop.send(&get("/v1/members/m1?at=yesterday")).await.is(400).blames("query:at", "not_an_instant");
    for path in ["/v1/members/a%20b", "/v1/members/m1%23E", "/v1/members/%ff", "/v1/members/%2e%2e%2f"] {
        shop.send(&get(path)).await.is(400).blames("path:id", "not_an_id");
    }
    shop.send(&get("/v1/members/%6D1")).await.is(200);
    for path in ["/", "/v1", "/v1/members/", "/v2/members/m1", "/v1/members/m1/entries/1", "/v1/Members/m1"] {
        shop.send_unchecked(&get(path)).await.refuses(404, "route.unknown");
    }
    let ask = Ask { method: "DELETE", ..get("/v1/members/m1") };
    let answer = shop.send_unchecked(&ask).await.refuses(405, "route.method");
    assert_eq!(answer.header("allow"), Some("GET"));
}

#[tokio::test]
async fn without_a_programme_nothing_is_decided() {
    let shop = Shop::bare().await;
    for ask in [
        post("/v1/members", json!({"member_id": "m1"})),
        post("/v1/purchases", purchase("A1", 1)),
        get("/v1/members/m1"),
    ] {
        shop.send(&ask).await.refuses(409, "programme.none");
    }
}
