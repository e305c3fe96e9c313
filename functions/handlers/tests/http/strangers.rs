//! What a stranger gets, for every route of the OpenAPI document: another merchant with all roles and all the right
//! ids sees nothing and changes nothing; and personal data in any field, on any route, with any failure, is in no log.

use crate::logs::captured;
use crate::schema::DOCUMENT;
use crate::shop::{Answer, Ask, Shop, dead_store, get, post, put_rules};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const EVERYBODY: &str = "till support marketing importer operator";

const RULES: &str = r#"language 1

programme kaffa "Kaffa" {
  currency EUR
  timezone "Europe/Paris"
  expire after 12 months
}

event check_in "A visit" {
  field stars number
}

survey nps "How likely are you to recommend us?" {
  question score number 0 to 10
  question comment text
  nps of score
}

rule base {
  on purchase
  give 10 points per 1.00 EUR of basket.paid
}

rule thanks {
  on nps.answered
  give 50 points
}

reward coffee "Any coffee" {
  costs 100 points
  gives item "coffee"
}

referral friends "Bring a friend" {
  join within 7 days
  qualify on purchase of at least 25.00 EUR within 30 days
  mature after 14 days
}

rule for_bringing {
  on referral.referrer
  give 50 points
}
"#;

/// Personal data and what else is one merchant's own.
const SECRETS: [&str; 4] = ["Canary Quist", "canary-77@example.com", "+33699887766", "so said the canary"];

/// A merchant with something of everything, and the ids of it.
async fn merchant() -> (Shop, Vec<String>) {
    let shop = Shop::bare().await;
    let send = async |ask: Ask| {
        let answer = shop.send(&ask.roles(EVERYBODY)).await;
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
        answer.json
    };
    send(put_rules(RULES)).await;
    let [name, email, phone, said] = SECRETS;
    send(post("/v1/members", json!({"member_id": "m1", "name": name, "email": email, "phone": phone}))).await;
    send(post("/v1/members", json!({"member_id": "m2"}))).await;
    let lines = json!([{"amount_minor": 20_000}]);
    send(post(
        "/v1/purchases",
        json!({"event_id": "A1", "member_id": "m1", "currency": "EUR", "lines": lines}),
    ))
    .await;
    let bought =
        send(post("/v1/redemptions", json!({"event_id": "D1", "member_id": "m1", "reward": "coffee"}))).await;
    let code = bought["vouchers"][0]["code"].as_str().unwrap().to_owned();
    let held = json!({"event_id": "H1", "member_id": "m1", "points": 100, "hold_seconds": 900});
    send(post("/v1/redemptions", held)).await;
    let friend = send(post("/v1/members/m1/referral-code", json!({}))).await;
    let token = send(post("/v1/surveys/nps/tokens", json!({"member_id": "m1"}))).await;
    let token = token["token"].as_str().unwrap().to_owned();
    let answers = json!({"token": token, "answers": {"score": 9, "comment": said}});
    send(post("/v1/surveys/nps/answers", answers)).await;
    let versions = shop.send(&get("/v1/rules")).await.is(200).json;
    let ids = ["m1", "m2", "A1", "D1", "H1", "nps", "coffee"].map(str::to_owned);
    let version = versions["active"]["id"].as_str().unwrap().to_owned();
    let friend = friend["code"].as_str().unwrap().to_owned();
    (shop, ids.into_iter().chain([code, friend, version, token]).collect())
}

/// The body's example of a route, null where it takes none.
fn example(method: &str, path: &str) -> Value {
    let body = &DOCUMENT["paths"][path][method.to_lowercase()]["requestBody"]["content"];
    body["application/json"]["example"].clone()
}

/// Every text of a body, each by itself, as something else.
fn texts<'a>(value: &'a mut Value, all: &mut Vec<&'a mut Value>) {
    match value {
        Value::String(_) => all.push(value),
        Value::Array(items) => items.iter_mut().for_each(|item| texts(item, all)),
        Value::Object(fields) => fields.values_mut().for_each(|field| texts(field, all)),
        _ => {}
    }
}

fn ask(method: &'static str, path: &str, body: &Value) -> Ask {
    let ask = if body.is_null() { get(path) } else { post(path, body.clone()) };
    let ask = if method == "PUT" { put_rules(RULES) } else { ask };
    Ask { method, ..ask }.roles(EVERYBODY)
}

#[tokio::test]
async fn of_another_merchant_nothing_is_seen_and_nothing_is_changed() {
    let (shop, ids) = merchant().await;
    let stranger = Shop::bare().await;
    stranger.send(&put_rules(RULES)).await.is(201);
    let (before, _) = crate::by_hand::dump(&shop).await;
    let mut asked = 0;
    for route in handlers::routes() {
        for id in &ids {
            let path = route.path.replace("{id}", id);
            let mut bodies = vec![example(route.method, route.path)];
            // the same with each text in turn replaced by one of the other merchant's ids
            let count = texts_of(&bodies[0]);
            for place in 0..count {
                let mut body = bodies[0].clone();
                replace(&mut body, place, id);
                bodies.push(body);
            }
            for body in bodies {
                let answer = stranger.send_unchecked(&ask(route.method, &path, &body)).await;
                assert!(answer.status < 500, "{} {path} {body}: {}", route.method, answer.text);
                for secret in SECRETS {
                    assert!(!answer.text.contains(secret), "{} {path} {body}: {}", route.method, answer.text);
                }
                asked += 1;
            }
        }
    }
    let (after, report) = crate::by_hand::dump(&shop).await;
    assert_eq!(before, after, "a stranger changed something");
    assert!(report.is_clean(), "{report}");
    println!("{asked} requests of a stranger");
    assert!(asked > 500, "{asked}");
    // and what the stranger has is her own
    assert!(crate::by_hand::dump(&stranger).await.1.is_clean());
}

fn texts_of(body: &Value) -> usize {
    let (mut body, mut all) = (body.clone(), Vec::new());
    texts(&mut body, &mut all);
    all.len()
}

fn replace(body: &mut Value, place: usize, by: &str) {
    let mut all = Vec::new();
    texts(body, &mut all);
    if let Some(text) = all.into_iter().nth(place) {
        *text = json!(by);
    }
}

#[tokio::test]
async fn what_is_personal_is_in_no_log_on_any_route_with_any_failure() {
    captured();
    let (mut shop, ids) = merchant().await;
    let mut planted = BTreeSet::new();
    let mut asked = 0;
    let good = shop.app.store.clone();
    for dead in [false, true] {
        // the second time no answer ever comes from the table
        shop.app.store = if dead { dead_store() } else { good.clone() };
        for route in handlers::routes() {
            let path = route.path.replace("{id}", &ids[0]);
            let body = example(route.method, route.path);
            let count = texts_of(&body);
            let mut asks = Vec::new();
            let mut canary = || {
                let canary = format!("Zeisig{}", planted.len());
                planted.insert(canary.clone());
                canary
            };
            // a dead table takes its time to be found dead: one field of each body is enough there
            for place in 0..if dead { count.min(1) } else { count } {
                let mut body = body.clone();
                replace(&mut body, place, &canary());
                asks.push(ask(route.method, &path, &body));
            }
            if !dead {
                let broken = format!("{{\"name\": \"{}", canary());
                asks.push(Ask { method: route.method, ..post(&path, Value::Null).body(broken.as_bytes()) });
                let unknown = format!("{{\"{}\": \"{}\"}}", canary(), canary());
                asks.push(Ask { method: route.method, ..post(&path, Value::Null).body(unknown.as_bytes()) });
                asks.push(ask(route.method, &route.path.replace("{id}", &canary()), &body));
                asks.push(ask(route.method, &format!("{path}?at={}&limit={}", canary(), canary()), &body));
                asks.push(ask(route.method, &path, &body).header("x-name", &canary()));
                asks.push(ask(route.method, &path, &body).roles(&canary()));
            }
            for ask in asks {
                let _: Answer = shop.send_unchecked(&ask).await;
                asked += 1;
            }
        }
    }
    let text = captured().text();
    // the ids that clients choose are no personal data, and may be: an id is what an operator searches for
    let found: Vec<_> =
        text.lines().filter(|line| line.contains("Zeisig")).filter(|line| !is_id(line)).collect();
    assert!(found.is_empty(), "{found:#?}");
    println!("{} canaries in {asked} requests, {} bytes of log", planted.len(), text.len());
    assert!(planted.len() > 100 && text.len() > 10_000);
}

/// Whether the canary of a line stands in nothing but an event's id.
fn is_id(line: &str) -> bool {
    let mut line: Value = serde_json::from_str(line).unwrap();
    line["event"] = Value::Null;
    !line.to_string().contains("Zeisig")
}
