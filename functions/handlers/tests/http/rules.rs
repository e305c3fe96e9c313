//! Publishing: all mistakes at once, failing tests with their numbers, the active version as it was; rollback.

use crate::shop::{RULES, Shop, get, post, purchase, put_rules};
use serde_json::json;

#[tokio::test]
async fn a_file_with_mistakes_names_them_all_and_changes_nothing() {
    let shop = Shop::with_member().await;
    let before = shop.send(&get("/v1/rules")).await.is(200).json;
    let broken = RULES
        .replace("4.40 EUR", "EUR 4.40")
        .replace("on enrolment", "on enrollment")
        .replace("costs 100", "cost 100");
    let answer = shop.send(&put_rules(&broken)).await.refuses(422, "rules.invalid");
    let diagnostics = answer.json["diagnostics"].as_array().unwrap();
    assert_eq!(
        diagnostics.iter().filter(|d| d["severity"] == "error").count(),
        3,
        "{}",
        answer.json["rendered"]
    );
    for diagnostic in diagnostics {
        let line = usize::try_from(diagnostic["line"].as_u64().unwrap()).unwrap();
        assert!(line >= 1 && line <= broken.lines().count());
    }
    assert_eq!(shop.send(&get("/v1/rules")).await.is(200).json, before);
    for nothing in ["", "\u{0}", "language 1", "{\"language\": 1}"] {
        shop.send(&put_rules(nothing)).await.refuses(422, "rules.invalid");
    }
    shop.send(&put_rules("").body(b"language 1 \xff\xfe")).await.refuses(422, "rules.invalid");
}

#[tokio::test]
async fn a_file_that_fails_its_own_tests_says_which_with_which_numbers() {
    let shop = Shop::with_member().await;
    let failing = RULES.replace("give 10 points per", "give 12 points per");
    let answer = shop.send(&put_rules(&failing)).await.refuses(422, "rules.tests_failed");
    assert_eq!(answer.json["tests"][0]["name"], "a coffee earns");
    let failures = answer.json["tests"][0]["failures"].to_string();
    assert!(failures.contains("44") && failures.contains("52"), "{failures}");
    let earned = shop.send(&post("/v1/purchases", purchase("A1", 100))).await.is(201);
    assert_eq!(earned.json["entry"]["points"], 10, "the active version stays as it was");
}

#[tokio::test]
async fn versions_are_listed_read_and_rolled_back() {
    let shop = Shop::with_member().await;
    let generous =
        RULES.replace("give 10 points per", "give 20 points per").replace("expect 44", "expect 88");
    let first = shop.send(&put_rules(RULES)).await.is(201).json;
    assert_eq!(
        (&first["version"]["number"], &first["version"]["active"]),
        (&json!(1), &json!(true)),
        "published before"
    );
    assert_eq!(first["tests_passed"], 1);

    let mut draft = put_rules(&generous);
    draft.query = "activate=false".to_owned();
    let second = shop.send(&draft).await.is(201).json;
    assert_eq!((&second["version"]["number"], &second["version"]["active"]), (&json!(2), &json!(false)));
    let (one, two) = (first["version"]["id"].as_str().unwrap(), second["version"]["id"].as_str().unwrap());
    assert_ne!(one, two);

    let list = shop.send(&get("/v1/rules")).await.is(200).json;
    assert_eq!(list["versions"].as_array().unwrap().len(), 2);
    assert_eq!(list["active"]["id"], one);
    assert_eq!(list["active"]["by"], "tester");
    let read = shop.send(&get(&format!("/v1/rules/{two}"))).await.is(200).json;
    assert_eq!(read["source"], generous);

    let moved = shop.send(&post("/v1/rules/activate", json!({"id": two}))).await.is(200).json;
    assert_eq!((&moved["active"]["id"], &moved["active"]["activation"]), (&json!(two), &json!(2)));
    let earned = shop.send(&post("/v1/purchases", purchase("A1", 100))).await.is(201).json;
    assert_eq!((&earned["entry"]["points"], &earned["entry"]["rulebook"]), (&json!(20), &json!(two)));
    shop.send(&post("/v1/rules/activate", json!({"id": one}))).await.is(200);
    let earned = shop.send(&post("/v1/purchases", purchase("A2", 100))).await.is(201).json;
    assert_eq!((&earned["entry"]["points"], &earned["entry"]["rulebook"]), (&json!(10), &json!(one)));
}

#[tokio::test]
async fn what_a_rule_upload_does_not_take() {
    let shop = Shop::bare().await;
    let large = format!("{RULES}\n# {}", "x".repeat(64 * 1024));
    shop.send(&put_rules(&large)).await.refuses(413, "body.too_large");
    shop.send(&put_rules(RULES).header("content-type", "application/json"))
        .await
        .refuses(415, "body.content_type");
    let mut ask = put_rules(RULES);
    ask.query = "activate=perhaps".to_owned();
    shop.send(&ask).await.is(400).blames("query:activate", "wrong_type");
    shop.send(&post("/v1/rules/activate", json!({"id": "x", "force": true})))
        .await
        .is(400)
        .blames("/force", "unknown_field");
    assert_eq!(shop.send(&get("/v1/rules")).await.is(200).json, json!({"versions": [], "active": null}));
    for media in ["text/plain; charset=utf-8", "application/octet-stream"] {
        shop.send(&put_rules(RULES).header("content-type", media)).await.is(201);
    }
}
