//! Races over HTTP, against the local server on a real socket, a connection for every request: one balance, one key, one
//! stock, one budget. `MERIT_ROUNDS=1000 cargo test -p tests --test all race_http -- --nocapture`.

use lambda_http::http::{Request, header};
use merit_local::client;
use merit_local::serve::{Options, Server};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Instant;
use tests::desk::purchase;
use tokio::runtime::Runtime;

/// How many requests fall together.
const CROWD: usize = 50;

/// What there is for each round, of a crowd that all want one.
const STOCK_PER_ROUND: usize = 7;

/// Points of the budget for each round; a crowd asks for 50 x 30.
const BUDGET_PER_ROUND: i64 = 1_000;

/// So many rounds have the same crowd: nobody may have more than 100 vouchers open.
const ROUNDS_OF_A_MEMBER: usize = 50;

fn rounds(share: usize) -> usize {
    std::env::var("MERIT_ROUNDS").map_or(share, |text| text.parse().unwrap())
}

fn rules(rounds: usize) -> String {
    let (stock, budget) = (STOCK_PER_ROUND * rounds, BUDGET_PER_ROUND * i64::try_from(rounds).unwrap());
    format!(
        r#"language 1

programme race {{
  currency EUR
  timezone "Europe/Paris"
  expire never
  unknown member enrol
}}

budget gifts {{
  total {budget} points
  when spent stop
}}

rule base {{
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}}

rule gift {{
  on purchase
  when channel is online
  give 30 points
  from budget gifts
}}

reward palette {{
  costs 1 point
  gives item "palette"
  stock {stock}
}}
"#
    )
}

struct Shop {
    runtime: Runtime,
    server: Server,
}

type Answered = (u16, Value);

impl Shop {
    fn open(rounds: usize) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let server = runtime.block_on(Server::start(Options::in_memory())).unwrap();
        let request = Request::put("/v1/rules").header(header::CONTENT_TYPE, "text/plain");
        let request = request.body(rules(rounds).into_bytes()).unwrap();
        let published = runtime.block_on(client::send(&server.url(), request)).unwrap();
        assert_eq!(published.status(), 201, "{}", String::from_utf8_lossy(published.body()));
        Self { runtime, server }
    }

    /// Sends all bodies at the same time, each over a connection of its own; answers in the order of the bodies.
    fn post_together(&self, target: &'static str, bodies: Vec<Value>) -> Vec<Answered> {
        let url = self.server.url();
        self.runtime.block_on(async {
            let sent: Vec<_> =
                bodies.into_iter().map(|body| tokio::spawn(post(url.clone(), target, body))).collect();
            let mut answers = Vec::new();
            for one in sent {
                answers.push(one.await.unwrap());
            }
            answers
        })
    }

    fn post(&self, target: &'static str, body: Value) -> Answered {
        self.runtime.block_on(post(self.server.url(), target, body))
    }

    fn balance(&self, member: &str) -> i64 {
        let request = Request::get(format!("/v1/members/{member}")).body(Vec::new()).unwrap();
        let card = self.runtime.block_on(client::send(&self.server.url(), request)).unwrap();
        serde_json::from_slice::<Value>(card.body()).unwrap()["balance_points"].as_i64().unwrap()
    }

    fn audited(&self) -> String {
        self.runtime.block_on(tests::world::audit(&self.server.table.store)).unwrap_or_else(|e| panic!("{e}"))
    }
}

/// One request, again under the same key while there is no definite answer, as the API tells clients to.
async fn post(url: String, target: &'static str, body: Value) -> Answered {
    for _ in 0..200 {
        let request = Request::post(target).header(header::CONTENT_TYPE, "application/json");
        let request = request.body(body.to_string().into_bytes()).unwrap();
        let response = client::send(&url, request).await.unwrap();
        if response.status() != 503 {
            let body = serde_json::from_slice(response.body()).unwrap();
            return (response.status().as_u16(), body);
        }
    }
    panic!("no definite answer to {body}");
}

fn won(answers: &[Answered]) -> usize {
    answers.iter().filter(|(status, _)| *status == 201).count()
}

fn codes(answers: &[Answered]) -> BTreeSet<&str> {
    let refused = answers.iter().filter(|(status, _)| *status != 201);
    refused.map(|(_, body)| body["code"].as_str().unwrap_or("no code")).collect()
}

#[test]
fn fifty_connections_want_a_balance_for_one() {
    let (rounds, began) = (rounds(1), Instant::now());
    let shop = Shop::open(rounds);
    for round in 0..rounds {
        let member = format!("m{round}");
        assert_eq!(shop.post("/v1/purchases", purchase(&member, "A1", 10_000)).0, 201);
        let wanted = |n| json!({ "event_id": format!("R{n}"), "member_id": member, "points": 100 });
        let answers = shop.post_together("/v1/redemptions", (0..CROWD).map(wanted).collect());
        assert_eq!(won(&answers), 1, "round {round}: {:?}", codes(&answers));
        assert_eq!(codes(&answers), BTreeSet::from(["redeem.insufficient_points"]), "round {round}");
        assert_eq!(shop.balance(&member), 0);
    }
    println!(
        "{rounds} rounds of {CROWD} redemptions of a balance for one in {:?}: one winner each; {}",
        began.elapsed(),
        shop.audited()
    );
}

#[test]
fn fifty_connections_send_one_key() {
    let (rounds, began) = (rounds(2), Instant::now());
    let shop = Shop::open(rounds);
    for round in 0..rounds {
        let member = format!("m{round}");
        assert_eq!(shop.post("/v1/purchases", purchase(&member, "A1", 10_000)).0, 201);
        let wanted = json!({ "event_id": "R1", "member_id": member, "points": 60 });
        let answers = shop.post_together("/v1/redemptions", vec![wanted; CROWD]);
        assert!(answers.iter().all(|answer| answer == &answers[0]) && answers[0].0 == 201, "round {round}");
        assert_eq!(shop.balance(&member), 40, "round {round}");
    }
    println!(
        "{rounds} rounds of {CROWD} redemptions under one key in {:?}: one effect and one answer each; {}",
        began.elapsed(),
        shop.audited()
    );
}

#[test]
fn a_stock_and_a_budget_are_spent_to_the_last_and_not_beyond() {
    let (rounds, began) = (rounds(2), Instant::now());
    let shop = Shop::open(rounds);
    let (mut palettes, mut gifts, mut members) = (0, 0, Vec::new());
    for round in 0..rounds {
        if round % ROUNDS_OF_A_MEMBER == 0 {
            members = (0..CROWD).map(|n| format!("m{round}-{n}")).collect::<Vec<String>>();
            let bought = members.iter().map(|member| purchase(member, "A0", 1_000_000)).collect();
            assert_eq!(won(&shop.post_together("/v1/purchases", bought)), CROWD);
        }
        let wanted = members.iter().map(
            |member| json!({ "event_id": format!("R{round}"), "member_id": member, "reward": "palette" }),
        );
        let answers = shop.post_together("/v1/redemptions", wanted.collect());
        palettes += won(&answers);
        assert!(codes(&answers).is_subset(&BTreeSet::from(["redeem.out_of_stock"])), "{:?}", codes(&answers));
        let bought = members.iter().map(|member| {
            let mut body = purchase(member, &format!("G{round}"), 100);
            body["channel"] = "online".into();
            body
        });
        let answers = shop.post_together("/v1/purchases", bought.collect());
        assert_eq!(won(&answers), CROWD, "{:?}", codes(&answers));
        gifts += answers.iter().map(|(_, body)| body["entry"]["points"].as_i64().unwrap() - 1).sum::<i64>();
    }
    // a crowd asks for more than a round's share every time, so both are used up long before the end
    assert_eq!(palettes, STOCK_PER_ROUND * rounds, "of the stock");
    assert_eq!(gifts, BUDGET_PER_ROUND * i64::try_from(rounds).unwrap(), "points of the budget");
    println!(
        "{rounds} rounds of {CROWD} for a stock and a budget in {:?}: {palettes} pieces and {gifts} points, exactly; {}",
        began.elapsed(),
        shop.audited()
    );
}
