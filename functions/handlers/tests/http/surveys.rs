//! Surveys: who may ask for tokens, which tokens are good, which answers, what becomes of words, and what is counted.

use crate::shop::{Answer, Ask, Shop, get, post, put_rules};
use domain::ids::{MemberId, TenantId};
use serde_json::{Value, json};

/// A programme that asks.
pub(crate) const ASKS: &str = r#"language 1

programme kaffa "Kaffa" {
  currency EUR
  timezone "Europe/Paris"
}

survey nps "How likely are you to recommend us?" {
  question score number 0 to 10
  question reason one of [price, service]
  question again truth
  question comment text
  nps of score
  answer within 10 days
  keep reason as tag
}

survey box {
  question whole truth
  question how text
}

rule thanks {
  on nps.answered
  give 50 points
}

rule unhappy {
  on nps.answered
  when nps.class is detractor
  open case "unhappy member"
}

rule friends {
  on nps.answered
  when nps.class is promoter
  prompt for referral
}
"#;

async fn open() -> Shop {
    let shop = Shop::bare().await;
    shop.send(&put_rules(ASKS)).await.is(201);
    for member in ["m1", "m2", "m3"] {
        shop.send(&post("/v1/members", json!({"member_id": member}))).await.is(201);
    }
    shop
}

async fn token(shop: &Shop, survey: &str, member: &str) -> String {
    let asked = post(&format!("/v1/surveys/{survey}/tokens"), json!({"member_id": member}));
    shop.send(&asked).await.is(201).json["token"].as_str().unwrap().to_owned()
}

#[allow(clippy::needless_pass_by_value, reason = "bodies are written in place")]
fn answers(survey: &str, token: &str, answers: Value) -> Ask {
    post(&format!("/v1/surveys/{survey}/answers"), json!({"token": token, "answers": answers})).nobody()
}

async fn answer(shop: &Shop, member: &str, given: Value) -> Answer {
    let token = token(shop, "nps", member).await;
    shop.send(&answers("nps", &token, given)).await
}

#[tokio::test]
async fn a_token_is_for_members_of_the_programme_and_for_its_time() {
    let shop = open().await;
    let ask = |body: Value| post("/v1/surveys/nps/tokens", body);
    let made = shop.send(&ask(json!({"member_id": "m1"}))).await.is(201);
    assert_eq!(made.json["expires_at"], "2026-03-24T12:00:00+01:00");
    shop.send(&ask(json!({"member_id": "nobody"}))).await.refuses(404, "member.unknown");
    shop.send(&post("/v1/surveys/csat/tokens", json!({"member_id": "m1"})))
        .await
        .refuses(404, "survey.unknown");
    let past = json!({"member_id": "m1", "expires_at": "2026-03-14T11:59:59+01:00"});
    shop.send(&ask(past)).await.is(400).blames("/expires_at", "too_old");
    let late = json!({"member_id": "m1", "expires_at": "2026-03-24T12:00:00.001+01:00"});
    shop.send(&ask(late)).await.is(400).blames("/expires_at", "too_late");
    shop.send(&ask(json!({"member_id": "m1"})).roles("till")).await.refuses(403, "auth.role");
    shop.send(&ask(json!({"member_id": "m1"})).nobody()).await.refuses(401, "auth.missing");
}

#[tokio::test]
async fn a_token_is_good_for_its_own_survey_member_merchant_and_time_and_no_other() {
    let shop = open().await;
    let mut other = open().await;
    other.app.secret = shop.app.secret.clone();
    let good = token(&shop, "nps", "m1").await;
    let said = json!({"score": 9});
    for bad in ["", "x", "a.b", &good[1..], &format!("{good}A"), &good.replace('.', "")] {
        shop.send(&answers("nps", bad, said.clone())).await.refuses(403, "survey.token_invalid");
    }
    shop.send(&answers("box", &good, json!({"whole": true}))).await.refuses(403, "survey.token_invalid");
    // Another merchant's token is a token of hers, wherever it is sent from.
    let foreign = token(&other, "nps", "m1").await;
    assert_ne!(foreign, good);
    shop.send(&answers("nps", &foreign, said.clone())).await.is(201);
    assert_eq!((shop.entries("m1").await, other.entries("m1").await), (1, 2));
    // Another secret's is nobody's.
    let stranger = open().await;
    let strange = token(&stranger, "nps", "m1").await;
    shop.send(&answers("nps", &strange, said.clone())).await.refuses(403, "survey.token_invalid");
    shop.at("2026-03-24T12:00:00+01:00");
    let late = shop.send(&answers("nps", &good, said.clone())).await.refuses(410, "survey.token_expired");
    assert_eq!(late.json["expired_at"], "2026-03-24T12:00:00+01:00");
    assert_eq!(shop.entries("m1").await, 1);
    answer(&shop, "m1", said).await.is(201);
    let missing = post("/v1/surveys/nps/answers", json!({"answers": {}})).nobody();
    shop.send(&missing).await.is(400).blames("/token", "missing");
}

#[tokio::test]
async fn all_that_is_wrong_with_answers_is_told_at_once_and_leaves_the_token_good() {
    let shop = open().await;
    let token = token(&shop, "nps", "m1").await;
    let wrong = json!({"score": 11, "reason": "prise", "again": "yes", "comment": "a\u{0}b", "skore": 3});
    let answer = shop.send(&answers("nps", &token, wrong)).await.is(400);
    answer.blames("/answers/score", "out_of_range");
    answer.blames("/answers/reason", "unknown_word");
    answer.blames("/answers/again", "wrong_type");
    answer.blames("/answers/comment", "control_characters");
    answer.blames("/answers/skore", "unknown_field");
    for (score, code) in
        [(json!(-1), "out_of_range"), (json!(9.5), "out_of_range"), (json!("9"), "wrong_type")]
    {
        shop.send(&answers("nps", &token, json!({"score": score})))
            .await
            .is(400)
            .blames("/answers/score", code);
    }
    shop.send(&answers("nps", &token, json!({"reason": "price"})))
        .await
        .is(400)
        .blames("/answers/score", "missing");
    let long = "x".repeat(2_001);
    let told = shop.send(&answers("nps", &token, json!({"score": 3, "comment": long}))).await.is(400);
    told.blames("/answers/comment", "too_long");
    let whole = self::token(&shop, "box", "m1").await;
    shop.send(&answers("box", &whole, json!({}))).await.is(400).blames("/answers", "nothing");
    shop.send(&answers("nps", &token, json!({"score": 10}))).await.is(201);
}

#[tokio::test]
async fn an_answer_is_given_once_and_the_member_is_told_nothing_of_her_ledger() {
    let shop = open().await;
    let token = token(&shop, "nps", "m1").await;
    let said = json!({"score": 3, "reason": "price", "comment": "slow\nand cold"});
    let first = shop.send(&answers("nps", &token, said.clone())).await.is(201);
    assert_eq!(first.json, json!({"survey": "nps", "points": 50, "prompts": []}));
    let again = shop.send(&answers("nps", &token, said.clone())).await.is(201);
    assert_eq!((again.header("idempotency-replayed"), &again.json), (Some("true"), &first.json));
    for other in [
        json!({"score": 4, "reason": "price", "comment": "slow\nand cold"}),
        json!({"score": 3, "reason": "price", "comment": "quick"}),
        json!({"score": 3, "reason": "price"}),
    ] {
        shop.send(&answers("nps", &token, other.clone())).await.refuses(409, "survey.answered");
        answer(&shop, "m1", other).await.refuses(409, "survey.answered");
    }
    let entries = shop.send(&get("/v1/members/m1/entries?limit=100")).await.is(200);
    let entry = &entries.json["entries"][0]["entry"];
    assert_eq!((&entry["type"], &entry["reference"]), (&json!("answered"), &json!("v#nps#")));
    let kept = json!({"survey": "nps", "class": "detractor", "answers": {"reason": "price", "score": 3}});
    assert_eq!(entry["answer"], kept);
    let effects = json!([
        {"effect": "tag_member", "name": "nps.reason.price"},
        {"effect": "open_case", "name": "unhappy member"},
    ]);
    assert_eq!(entry["effects"], effects);
    assert!(!entries.text.contains("and cold"), "words in {}", entries.text);
    assert_eq!(shop.send(&get("/v1/members/m1")).await.is(200).json["tags"], json!(["nps.reason.price"]));
}

#[tokio::test]
async fn words_are_in_the_export_and_go_with_the_member() {
    let shop = open().await;
    answer(&shop, "m1", json!({"score": 9, "comment": "lovely"})).await.is(201);
    let whole = token(&shop, "box", "m1").await;
    shop.send(&answers("box", &whole, json!({"how": "crushed"}))).await.is(201);
    let exported = shop.send(&get("/v1/members/m1/export")).await.is(200);
    let words = json!([
        {"survey": "box", "words": {"how": "crushed"}},
        {"survey": "nps", "words": {"comment": "lovely"}},
    ]);
    assert_eq!(exported.json["words"], words);
    assert!(!exported.json["entries"].to_string().contains("lovely"));
    let (tenant, member) = (TenantId::parse(&shop.tenant).unwrap(), MemberId::parse("m1").unwrap());
    assert_eq!(shop.app.store.words(&tenant, &member).await.unwrap().len(), 2);
    shop.send(&post("/v1/members/m1/erase", json!({"reason": "request"}))).await.is(201);
    assert_eq!(shop.app.store.words(&tenant, &member).await.unwrap(), []);
    let exported = shop.send(&get("/v1/members/m1/export")).await.is(200);
    assert_eq!((&exported.json["words"], &exported.json["card"]["tags"]), (&json!([]), &json!([])));
    assert!(!exported.text.contains("lovely") && !exported.text.contains("crushed"));
}

#[tokio::test]
async fn answers_are_counted_by_class() {
    let shop = open().await;
    let before = shop.send(&get("/v1/surveys/nps")).await.is(200);
    assert_eq!((&before.json["answers"], &before.json["score_hundredths"]), (&json!(0), &Value::Null));
    for (member, score) in [("m1", 10), ("m2", 7), ("m3", 0)] {
        answer(&shop, member, json!({"score": score})).await.is(201);
    }
    answer(&shop, "m1", json!({"score": 10})).await.is(201);
    let told = shop.send(&get("/v1/surveys/nps")).await.is(200).json;
    assert_eq!((&told["answers"], &told["classed_by"]), (&json!(3), &json!("score")));
    assert_eq!(told["score_hundredths"], 0);
    let counts: Vec<_> =
        told["by_class"].as_array().unwrap().iter().map(|one| one["answers"].clone()).collect();
    assert_eq!(counts, [1, 1, 1]);
    assert_eq!(
        told["questions"][0],
        json!({"name": "score", "kind": "number", "from": 0, "to": 10, "choices": []})
    );
    let plain = shop.send(&get("/v1/surveys/box")).await.is(200).json;
    assert_eq!((&plain["answers"], &plain["by_class"]), (&json!(0), &json!([])));
    shop.send(&get("/v1/surveys/nobody")).await.refuses(404, "survey.unknown");
    shop.send(&get("/v1/surveys/nps").roles("till")).await.refuses(403, "auth.role");
}
