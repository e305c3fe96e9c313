//! The edge of Lambda: deadlines, panics, and functions that serve their own routes only.

use crate::shop::{Shop, get, post, purchase};
use dsl::units::Moment;
use handlers::secret::Secret;
use handlers::{App, lambda};
use lambda_http::request::LambdaRequest;
use lambda_http::{Context, LambdaEvent};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn event(event: &Value, lives: Duration) -> LambdaEvent<LambdaRequest> {
    let mut context = Context::default();
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + lives;
    context.deadline = u64::try_from(deadline.as_millis()).unwrap();
    LambdaEvent::new(serde_json::from_value(event.clone()).unwrap(), context)
}

/// Invokes a function as Lambda does; the answer as API Gateway reads it.
async fn invoke(app: &App, function: &str, asked: &Value, lives: Duration) -> (i64, Value) {
    let answer = lambda::invoke(app, function, event(asked, lives)).await;
    let answer = serde_json::to_value(&answer).unwrap();
    assert_eq!(answer["isBase64Encoded"], false);
    let media = answer["headers"]["content-type"].as_str().unwrap().to_owned();
    let status = answer["statusCode"].as_i64().unwrap();
    assert_eq!(media, if status < 400 { "application/json" } else { "application/problem+json" });
    (status, serde_json::from_str(answer["body"].as_str().unwrap()).unwrap())
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_function_serves_its_own_routes_and_api_serves_all() {
    let shop = Shop::with_member().await;
    let asked = post("/v1/purchases", purchase("A1", 500)).event(&shop.tenant);
    assert_eq!(invoke(&shop.app, "members", &asked, LONG).await.0, 404);
    assert_eq!(invoke(&shop.app, "earn", &asked, LONG).await.0, 201);
    let (status, again) = invoke(&shop.app, "api", &asked, LONG).await;
    assert_eq!((status, &again["balance_points"]), (201, &75.into()));
    let asked = get("/openapi.json").nobody().event(&shop.tenant);
    assert_eq!(invoke(&shop.app, "about", &asked, LONG).await.0, 200);
}

#[tokio::test]
async fn before_the_deadline_there_is_an_answer_and_the_key_finds_out_the_rest() {
    let shop = Shop::with_member().await;
    let asked = post("/v1/purchases", purchase("A1", 500)).event(&shop.tenant);
    let (status, body) = invoke(&shop.app, "earn", &asked, Duration::from_millis(400)).await;
    assert_eq!((status, body["code"].as_str().unwrap()), (503, "store.unavailable"));
    let answer = lambda::invoke(&shop.app, "earn", event(&asked, Duration::ZERO)).await;
    assert_eq!(answer.headers["retry-after"], "1");
    let (status, body) = invoke(&shop.app, "earn", &asked, LONG).await;
    assert_eq!((status, &body["balance_points"]), (201, &75.into()));
}

#[tokio::test]
async fn a_panic_is_answered_and_the_next_request_too() {
    let shop = Shop::with_member().await;
    let broken = App { clock: Arc::new(|| panic!("Kanarienvogel")), ..shop.app.clone() };
    let asked = get("/v1/members/m1").event(&shop.tenant);
    let (status, body) = invoke(&broken, "members", &asked, LONG).await;
    assert_eq!((status, body["code"].as_str().unwrap()), (500, "internal"));
    assert!(!body.to_string().contains("Kanarienvogel"), "{body}");
    assert_eq!(invoke(&shop.app, "members", &asked, LONG).await.0, 200);
    assert!((shop.app.clock)() > Moment(0));
}

#[tokio::test]
async fn what_is_no_request_at_all_is_answered() {
    let shop = Shop::with_member().await;
    let mut asked = get("/v1/members/m1").event(&shop.tenant);
    asked["headers"]["host"] = "no host".into();
    let (status, body) = invoke(&shop.app, "api", &asked, LONG).await;
    assert_eq!((status, body["code"].as_str().unwrap()), (400, "request.unreadable"));
    let mut asked = post("/v1/purchases", purchase("A1", 500)).event(&shop.tenant);
    asked["isBase64Encoded"] = true.into();
    assert_eq!(invoke(&shop.app, "api", &asked, LONG).await.0, 400);
}

#[tokio::test]
async fn an_unreachable_table_is_a_503_that_says_when_to_repeat() {
    let config = store::config::Config::local("http://127.0.0.1:1", "merit-nowhere");
    let store = store::Store::connect(config).unwrap();
    let app = App { secret: Secret::random().unwrap(), store, clock: Arc::new(|| Moment(1_773_486_000_000)) };
    let asked = get("/v1/members/m1").event("shop-unreachable");
    let (status, body) = invoke(&app, "members", &asked, LONG).await;
    assert_eq!((status, body["code"].as_str().unwrap()), (503, "store.unavailable"));
    assert!(!body.to_string().contains("127.0.0.1"), "{body}");
}
