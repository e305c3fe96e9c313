//! The gateway over a socket: what API Gateway would do with a request before and after the function.

use crate::desk::{RULES, get, json, post, send, server};
use lambda_http::http::{Method, Request};
use merit_local::gateway::{BODY_BYTES_MAX, CLAIMS_HEADER};
use merit_local::serve::{Options, Server};
use serde_json::json;

async fn enrol(server: &Server, member: &str) {
    let (status, body) = json(&server.url(), post("/v1/members", &json!({ "member_id": member }))).await;
    assert_eq!(status, 201, "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn public_routes_need_no_claims_and_unknown_ones_are_not_found() {
    let server = server(|_| ()).await;
    let (status, document) = json(&server.url(), get("/openapi.json")).await;
    assert_eq!((status, document["openapi"].as_str().unwrap().get(..3)), (200, Some("3.1")));
    assert_eq!(json(&server.url(), get("/v1/health")).await.0, 200);
    assert_eq!(json(&server.url(), get("/v2/members/ana")).await, (404, json!({ "message": "Not Found" })));
}

#[tokio::test(flavor = "multi_thread")]
async fn escapes_in_a_path_and_bytes_in_a_body_reach_the_handler() {
    let server = server(|_| ()).await;
    enrol(&server, "shop:ana").await;
    let (status, card) = json(&server.url(), get("/v1/members/shop%3A%61na")).await;
    assert_eq!((status, &card["balance_points"]), (200, &json!(0)), "{card}");
    // No text by its type, so it travels in base64.
    let bytes = Request::put("/v1/rules").header("content-type", "application/octet-stream");
    let (status, body) = json(&server.url(), bytes.body(RULES.into()).unwrap()).await;
    assert_eq!((status, &body["version"]["number"]), (201, &json!(1)), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_request_changes_the_claims() {
    let server = server(|_| ()).await;
    enrol(&server, "ana").await;
    let mut request = get("/v1/members/ana");
    request.headers_mut().insert(CLAIMS_HEADER, r#"{"tenant": "other", "roles": ""}"#.parse().unwrap());
    assert_eq!(json(&server.url(), request).await.0, 200);
    let mut request = post("/v1/members", &json!({ "member_id": "bob", "tenant": "other" }));
    request.headers_mut().insert("authorization", "Bearer other".parse().unwrap());
    assert_eq!(json(&server.url(), request).await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_for_a_token_answers_nobody_else_but_on_public_routes() {
    let options = Options { token: Some("s3cret".to_owned()), ..Options::in_memory() };
    let server = Server::start(options).await.unwrap();
    // what the server itself publishes carries it
    let published = server.gateway.send(Method::PUT, "/v1/rules", RULES.into()).await;
    assert_eq!(published.status(), 201);
    let asked = |authorization: &[&str]| {
        let mut request = get("/v1/members/ana");
        for value in authorization {
            request.headers_mut().append("authorization", value.parse().unwrap());
        }
        request
    };
    let refused = (401, json!({ "message": "Unauthorized" }));
    for wrong in
        [&[][..], &["s3cret"], &["Bearer other"], &["bearer s3cret"], &["Bearer other", "Bearer s3cret"]]
    {
        assert_eq!(json(&server.url(), asked(wrong)).await, refused, "{wrong:?}");
    }
    assert_eq!(json(&server.url(), asked(&["Bearer s3cret"])).await.0, 404, "let in; nobody is enrolled");
    assert_eq!(json(&server.url(), get("/v1/health")).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_may_bring_claims_where_the_server_was_started_so() {
    let server = server(|options| options.claims_header = true).await;
    enrol(&server, "ana").await;
    let asked = |claims: &str| {
        let mut request = get("/v1/members/ana");
        request.headers_mut().insert(CLAIMS_HEADER, claims.parse().unwrap());
        request
    };
    for (claims, expected) in [
        (r#"{"tenant": "demo", "roles": "support"}"#, 200),
        // Another merchant has no programme yet, let alone this member.
        (r#"{"tenant": "other", "roles": "support"}"#, 409),
        (r#"{"tenant": "demo", "roles": ""}"#, 403),
        ("demo", 401),
    ] {
        assert_eq!(json(&server.url(), asked(claims)).await.0, expected, "{claims}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_headers_reach_the_handler_and_the_answer_keeps_its_own() {
    let server = server(|_| ()).await;
    let order = json!({ "member_id": "ana", "currency": "EUR", "lines": [{ "amount_minor": 1_000 }] });
    let keyed = || {
        let mut request = post("/v1/purchases", &order);
        request.headers_mut().insert("idempotency-key", "order-1".parse().unwrap());
        request.headers_mut().append("x-any", "one".parse().unwrap());
        request.headers_mut().append("x-any", "two".parse().unwrap());
        request
    };
    let first = send(&server.url(), keyed()).await;
    let again = send(&server.url(), keyed()).await;
    assert_eq!((first.status(), again.status()), (201.try_into().unwrap(), 201.try_into().unwrap()));
    assert_eq!(first.body(), again.body());
    assert!(!first.headers().contains_key("idempotency-replayed"));
    assert_eq!(again.headers()["idempotency-replayed"], "true");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_from_another_site_goes_no_further() {
    let server = server(|_| ()).await;
    let large = Request::post("/v1/purchases").body(vec![b' '; BODY_BYTES_MAX + 1]).unwrap();
    assert_eq!(json(&server.url(), large).await.0, 413);
    for (name, value) in [("host", "rebound.example"), ("origin", "https://shop.example")] {
        let mut request = get("/v1/members/ana");
        request.headers_mut().insert(name, value.parse().unwrap());
        assert_eq!(json(&server.url(), request).await.0, 403, "{name}: {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_passed_over_and_a_stopped_server_is_gone() {
    let first = server(|_| ()).await;
    let port = first.address.port();
    let second = server(|options| options.port = port).await;
    assert!(second.address.port() > port);
    let url = second.url();
    second.stop().await;
    assert!(merit_local::client::send(&url, get("/v1/health")).await.is_err());
    assert_eq!(json(&first.url(), get("/v1/health")).await.0, 200);
}
