//! Logs: one line per decision, with what it cost, and no personal data, whatever happens.

use crate::shop::{Shop, get, post, purchase, put_rules, unhurried_store};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines on requests of one merchant.
    fn lines(&self, tenant: &str) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["target"] == "merit" && line["tenant"] == tenant).collect()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// All that the product logs in this process, at every level that it may have.
pub(crate) fn captured() -> &'static Captured {
    static CAPTURED: OnceLock<Captured> = OnceLock::new();
    CAPTURED.get_or_init(|| {
        let captured = Captured::default();
        let json = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(captured.clone());
        tracing_subscriber::registry().with(json.with_filter(handlers::log::filter("trace"))).init();
        captured
    })
}

#[tokio::test]
async fn one_line_per_decision_says_what_it_was_and_what_it_cost() {
    captured();
    let mut shop = Shop::with_member().await;
    shop.app.store = unhurried_store();
    let before = captured().lines(&shop.tenant).len();
    let ask = post("/v1/purchases", purchase("A1", 500));
    let first = shop.send(&ask).await.is(201);
    shop.send(&ask).await.is(201);
    let redeem = post("/v1/redemptions", json!({"event_id": "D1", "member_id": "m1", "points": 9999}));
    shop.send(&redeem).await.is(409);
    let lines = captured().lines(&shop.tenant).split_off(before);
    assert_eq!(lines.len(), 3, "{lines:#?}");

    let line = &lines[0];
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["function"], "earn");
    assert_eq!(line["route"], "/v1/purchases");
    assert_eq!(line["tenant"], shop.tenant.as_str());
    assert_eq!((&line["request"], &line["event"]), (&json!("r"), &json!("A1")));
    assert_eq!(line["rulebook"], first.json["entry"]["rulebook"]);
    assert_eq!(line["decided"], "purchased");
    assert_eq!(line["status"], 201);
    assert_eq!(line["replayed"], false);
    assert_eq!(line["write_units"], 2.0);
    assert_eq!(line["round_trips"], 2);
    assert!(line["read_units"].as_f64().unwrap() <= 2.5, "{line}");
    let member = line["member"].as_str().unwrap();
    assert!(member.len() == 16 && !member.contains("m1"), "hashed: {member}");

    assert_eq!(lines[1]["replayed"], true);
    assert_eq!((&lines[1]["write_units"], &lines[1]["round_trips"]), (&json!(0.0), &json!(1)));
    assert_eq!(
        (&lines[2]["decided"], &lines[2]["code"]),
        (&json!("refused"), &json!("redeem.insufficient_points"))
    );
}

#[tokio::test]
async fn no_canary_is_ever_logged() {
    captured();
    let shop = Shop::open().await;
    let canary = |n: u8| format!("Kanarienvogel{n}");
    let personal = json!({
        "member_id": "m1", "name": canary(1), "email": format!("{}@example.com", canary(2)), "phone": "+33699999999",
        "birthday": "1931-07-29", "tags": [canary(3)],
    });
    let mut sour = personal.clone();
    sour["email"] = json!(canary(4));
    let mut noted =
        json!({"event_id": "V1", "member_id": "m1", "kind": "check_in", "fields": {"note": canary(5)}});
    let asks = [
        post("/v1/members", sour),
        post("/v1/members", personal.clone()),
        post("/v1/members", personal.clone()),
        post("/v1/members", json!({"member_id": "m1", "name": canary(6)})),
        post("/v1/members", Value::Null).body(format!("{{\"name\": \"{}", canary(7)).as_bytes()),
        post("/v1/members", Value::Null).body(format!("{{\"{}\": 1}}", canary(8)).as_bytes()),
        post("/v1/events", noted.clone()),
        {
            noted["fields"]["note"] = json!(7);
            noted["fields"][canary(9)] = json!(1);
            post("/v1/events", noted)
        },
        get(&format!("/v1/members/{}", canary(10))),
        get(&format!("/v1/members/m1?at={}", canary(11))),
        post("/v1/purchases", purchase("A1", 100)).header("x-note", &canary(12)),
        put_rules(&format!("language 1 {}", canary(13))),
    ];
    for ask in &asks {
        shop.send_unchecked(ask).await;
    }
    shop.send(&put_rules(crate::surveys::ASKS)).await.is(201);
    let token = shop.send(&post("/v1/surveys/nps/tokens", json!({"member_id": "m1"}))).await.is(201);
    for said in
        [json!({"comment": canary(14)}), json!({"score": 3, "comment": canary(15)}), json!({canary(16): 1})]
    {
        let body = json!({"token": token.json["token"], "answers": said});
        shop.send(&post("/v1/surveys/nps/answers", body).nobody()).await;
    }
    let lines = captured().lines(&shop.tenant);
    assert!(lines.len() > asks.len(), "{} lines", lines.len());
    // Of every test of this process, whichever have run by now.
    let text = captured().text();
    for wild in ["Kanarienvogel", "+33699999999", "1931-07-29", "Léa", "lea@example.com"] {
        assert!(!text.contains(wild), "{wild} in the log");
    }
}
