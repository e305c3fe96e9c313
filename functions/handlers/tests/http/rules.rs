//! Publishing: all mistakes at once, failing tests with their numbers, the active version as it was; rollback.

use crate::shop::{RULES, Shop, get, post, purchase, put_rules};
use serde_json::json;
use std::fmt::Write as _;

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

/// The rules of the shop in two files, the second named so.
fn in_two(name: &str, head: &str, rest: &str) -> String {
    format!("file \"{name}\"\n{rest}\nfile \"shop.merit\"\n{head}\n")
}

/// The shop's rules before its first rule, and from there on.
fn halves() -> (&'static str, &'static str) {
    RULES.split_at(RULES.find("rule ").unwrap())
}

#[tokio::test]
async fn several_files_are_one_programme() {
    let shop = Shop::bare().await;
    let (head, rest) = halves();
    let text = in_two("rules/all.merit", head, rest);
    let published = shop.send(&put_rules(&text)).await.is(201).json;
    assert_eq!(published["tests_passed"], 1);
    assert_eq!(published["warnings"][0]["file"], "rules/all.merit", "{published}");
    let id = published["version"]["id"].as_str().unwrap();
    let read = shop.send(&get(&format!("/v1/rules/{id}"))).await.is(200).json;
    assert_eq!(read["source"], text);
    // the same again is the same version
    assert_eq!(shop.send(&put_rules(&text)).await.is(201).json["version"], published["version"]);
}

#[tokio::test]
async fn a_mistake_in_several_files_names_its_own() {
    let shop = Shop::with_member().await;
    let (head, rest) = halves();
    let broken = in_two("rules/all.merit", head, &rest.replace("costs 100", "cost 100"));
    let answer = shop.send(&put_rules(&broken)).await.refuses(422, "rules.invalid").json;
    let wrong = &answer["diagnostics"][0];
    let line = rest.lines().position(|line| line.contains("costs 100")).unwrap() + 1;
    assert_eq!((&wrong["file"], &wrong["line"]), (&json!("rules/all.merit"), &json!(line)), "{answer}");
    let rendered = answer["rendered"].as_str().unwrap();
    assert!(rendered.contains(&format!("┌─ rules/all.merit:{line}:")), "{rendered}");
    // what names files is a line of the whole
    let twice = in_two("shop.merit", head, rest);
    let answer = shop.send(&put_rules(&twice)).await.refuses(422, "rules.invalid").json;
    assert_eq!(
        (&answer["diagnostics"][0]["code"], &answer["diagnostics"][0]["file"]),
        (&json!("E0324"), &json!(null))
    );
    assert!(answer["rendered"].as_str().unwrap().contains("┌─ rules.merit:"), "{answer}");
    let one = RULES.replace("costs 100", "cost 100");
    let answer = shop.send(&put_rules(&one)).await.refuses(422, "rules.invalid").json;
    assert_eq!(answer["diagnostics"][0]["file"], json!(null));
}

#[tokio::test]
async fn several_files_may_be_larger_and_have_a_largest_size_too() {
    let shop = Shop::bare().await;
    let filled = |bytes: usize| {
        let mut text = format!("file \"a.merit\"\n{RULES}\n");
        for name in ["b", "c", "d", "e"] {
            write!(text, "file \"{name}.merit\"\n#").unwrap();
            let left = (bytes - text.len()).min(47 * 1024);
            text.push_str(&"x".repeat(left - 1));
            text.push('\n');
        }
        let left = bytes - text.len();
        format!("{text}{}", "\n".repeat(left))
    };
    let largest = dsl::files::PROGRAMME_BYTES_MAX;
    let published = shop.send(&put_rules(&filled(largest))).await.is(201).json;
    let id = published["version"]["id"].as_str().unwrap();
    let read = shop.send(&get(&format!("/v1/rules/{id}"))).await.is(200).json;
    assert_eq!(read["source"].as_str().unwrap().len(), largest);
    shop.send(&put_rules(&filled(largest + 1))).await.refuses(413, "body.too_large");
    // as a candidate, too
    let preview = json!({
        "source": filled(largest),
        "purchase": {"currency": "EUR", "lines": [{"amount_minor": 100, "quantity": 1}]},
    });
    shop.send(&post("/v1/previews", preview)).await.is(200);
    let large = json!({"source": "x".repeat(256 * 1024)});
    shop.send(&post("/v1/previews", large)).await.refuses(413, "body.too_large");
}

/// Short numbers compile to more than themselves: what cannot be one item is refused, not lost.
#[tokio::test]
async fn what_compiles_to_more_than_can_be_stored_is_refused() {
    let shop = Shop::bare().await;
    let list = (2..100).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let mut text = format!("file \"a.merit\"\n{RULES}\n");
    for file in 0..4 {
        writeln!(text, "file \"b{file}.merit\"").unwrap();
        for rule in 0..120 {
            write!(
                text,
                "rule r{file}_{rule} {{\non purchase\nwhen purchase.number in [{list}]\ngive 1 point\n}}\n"
            )
            .unwrap();
        }
    }
    assert!(text.len() < dsl::files::PROGRAMME_BYTES_MAX);
    let answer = shop.send(&put_rules(&text)).await.refuses(413, "rules.too_large").json;
    assert!(answer["detail"].as_str().unwrap().contains("at most 400000 are stored"), "{answer}");
    assert_eq!(shop.send(&get("/v1/rules")).await.is(200).json, json!({"versions": [], "active": null}));
}
