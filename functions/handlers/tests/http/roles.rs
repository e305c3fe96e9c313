//! Who may do what: the matrix of routes and roles, and that nothing but claims says who asks.

use crate::shop::{Ask, Shop, get, post, purchase};
use serde_json::{Value, json};

const ROLES: [&str; 5] = ["till", "support", "marketing", "importer", "operator"];

fn ask_of(route: &handlers::Route) -> Ask {
    let path = route.path.replace("{id}", "x1");
    let ask = if route.method == "GET" { get(&path) } else { post(&path, json!({})) };
    Ask { method: route.method, ..ask }
}

#[tokio::test]
async fn every_cell_of_routes_and_roles() {
    let shop = Shop::open().await;
    let mut cells = 0;
    for route in handlers::routes() {
        for role in ROLES {
            let answer = shop.send(&ask_of(route).roles(role)).await;
            let allowed = route.roles.is_empty() || route.roles.contains(&role);
            assert_eq!(
                answer.status != 403,
                allowed,
                "{role} on {} {}: {}",
                route.method,
                route.path,
                answer.text
            );
            if !allowed {
                assert_eq!(answer.code(), "auth.role");
                assert_eq!(answer.json["roles_needed"], json!(route.roles));
                assert!(
                    route.roles.iter().all(|needed| answer.json["detail"].as_str().unwrap().contains(needed))
                );
            }
            cells += 1;
        }
        if !route.roles.is_empty() {
            shop.send(&ask_of(route).nobody()).await.refuses(401, "auth.missing");
            shop.send(&ask_of(route).roles("")).await.refuses(403, "auth.role");
            shop.send(&ask_of(route).roles("admin Till")).await.refuses(403, "auth.role");
        }
    }
    assert_eq!(cells, handlers::routes().len() * ROLES.len());
}

#[tokio::test]
async fn api_gateways_list_of_roles_is_read() {
    let shop = Shop::with_member().await;
    shop.send(&get("/v1/members/m1").roles("[support marketing]")).await.is(200);
    shop.send(&get("/v1/members/m1").roles("[marketing importer]")).await.refuses(403, "auth.role");
}

#[tokio::test]
async fn a_tenant_is_never_taken_from_the_request() {
    let shop = Shop::with_member().await;
    let other = Shop::open().await;
    let mut asked = get("/v1/members/m1");
    for name in ["tenant", "x-tenant", "x-merit-tenant", "x-claims", "authorization", "x-amzn-oidc-data"] {
        asked = asked.header(name, &shop.tenant);
    }
    asked.query = String::new();
    other.send(&asked).await.refuses(404, "member.unknown");
    let mut body = purchase("A1", 500);
    body["tenant"] = json!(shop.tenant);
    other.send(&post("/v1/purchases", body)).await.is(400).blames("/tenant", "unknown_field");
    let nobody = asked.clone().nobody();
    other.send(&nobody).await.refuses(401, "auth.missing");
}

#[tokio::test]
async fn a_token_without_a_good_tenant_opens_nothing() {
    let shop = Shop::with_member().await;
    for tenant in ["", "a#b", "T#x", "a b"] {
        let mut event = get("/v1/members/m1").event(&shop.tenant);
        event["requestContext"]["authorizer"]["jwt"]["claims"]["tenant"] = json!(tenant);
        assert_eq!(status_and_code(&shop, &event).await, (403, "auth.no_tenant".to_owned()), "{tenant}");
    }
    let mut event = get("/v1/members/m1").event(&shop.tenant);
    event["requestContext"]["authorizer"]["jwt"]["claims"] = json!({"roles": "till"});
    assert_eq!(status_and_code(&shop, &event).await, (403, "auth.no_tenant".to_owned()));
    // What a Lambda authorizer or IAM would put there is not what our authorizer verified.
    event["requestContext"]["authorizer"] = json!({"lambda": {"tenant": shop.tenant, "roles": "till"}});
    assert_eq!(status_and_code(&shop, &event).await, (401, "auth.missing".to_owned()));
}

async fn status_and_code(shop: &Shop, event: &Value) -> (u16, String) {
    let request = lambda_http::request::from_str(&event.to_string()).unwrap();
    let response = handlers::http(&shop.app, request).await;
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    (response.status().as_u16(), body["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn two_merchants_with_the_same_ids_share_nothing() {
    let (one, two) = (Shop::with_member().await, Shop::with_member().await);
    one.send(&post("/v1/purchases", purchase("A1", 5000))).await.is(201);
    let card = two.send(&get("/v1/members/m1")).await.is(200);
    assert_eq!(card.json["balance_points"], 25);
    let answer = two.send(&post("/v1/purchases", purchase("A1", 100))).await.is(201);
    assert_eq!(answer.header("idempotency-replayed"), None);
}
