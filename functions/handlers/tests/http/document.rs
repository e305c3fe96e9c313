//! The OpenAPI document against the routes and the real handlers.

use crate::schema::{DOCUMENT, differences};
use crate::shop::{Shop, get, post};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn the_document_has_every_route_and_no_other() {
    let declared: BTreeSet<_> =
        handlers::routes().iter().map(|r| (r.path, r.method.to_lowercase())).collect();
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let told: BTreeSet<_> = paths
        .iter()
        .flat_map(|(p, ms)| ms.as_object().unwrap().keys().map(move |m| (p.as_str(), m.clone())))
        .collect();
    assert_eq!(told, declared);
    assert_eq!(declared.len(), handlers::routes().len(), "a route is declared twice");
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    let ids: Vec<_> = operations().map(|o| o["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
}

fn operations() -> impl Iterator<Item = &'static Value> {
    DOCUMENT["paths"].as_object().unwrap().values().flat_map(|methods| methods.as_object().unwrap().values())
}

#[test]
fn only_what_is_public_is_open_and_the_rest_names_its_roles() {
    for route in handlers::routes() {
        let told = &DOCUMENT["paths"][route.path][route.method.to_lowercase()];
        let open = told["security"].as_array().is_some_and(Vec::is_empty);
        assert_eq!(open, route.roles.is_empty(), "{}", route.path);
        // An answer to a survey comes from the member herself: the token in its body is the authorization.
        let public = ["/openapi.json", "/v1/health", "/v1/surveys/{id}/answers"];
        assert_eq!(open, public.contains(&route.path), "{}", route.path);
    }
    assert_eq!(DOCUMENT["components"]["securitySchemes"]["token"]["type"], "http");
}

#[test]
fn every_example_fits_its_own_schema() {
    let mut checked = 0;
    for operation in operations() {
        let bodies = operation["requestBody"]["content"].as_object().into_iter().flat_map(|c| c.values());
        let answers = operation["responses"].as_object().unwrap().values();
        let answers = answers.flat_map(|r| r["content"].as_object().unwrap().values());
        for content in bodies.chain(answers).filter(|c| !c["example"].is_null()) {
            let different = differences(&content["schema"], &content["example"], "");
            assert!(different.is_empty(), "{different:#?} in {}", content["example"]);
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked} examples");
}

#[test]
fn every_shape_that_is_meant_is_there_and_every_one_there_is_used() {
    let text = DOCUMENT.to_string();
    for name in DOCUMENT["components"]["schemas"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("\"#/components/schemas/{name}\"")), "{name} is used nowhere");
    }
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(DOCUMENT["components"]["schemas"][name].is_object(), "{name} is defined nowhere");
    }
}

#[tokio::test]
async fn the_real_handlers_take_the_documents_own_examples() {
    let shop = Shop::open().await;
    let mut taken = Vec::new();
    // In the table's order a member joins before anything else happens to her.
    for route in handlers::routes().iter().filter(|r| r.method == "POST") {
        let told =
            &DOCUMENT["paths"][route.path]["post"]["requestBody"]["content"]["application/json"]["example"];
        let path = route
            .path
            .replace("{id}", if route.path.contains("purchases") { "receipt-88213" } else { "red-17" });
        let answer =
            shop.send(&post(&path, told.clone()).roles("till support marketing operator importer")).await;
        assert_ne!(answer.code(), "request.invalid", "{path} does not take {told}: {}", answer.text);
        assert!(answer.status < 500, "{path}: {}", answer.text);
        taken.push((route.path, answer.status));
    }
    let good = taken.iter().filter(|(_, status)| *status < 300).count();
    assert!(good >= 5, "too few examples do anything: {taken:?}");
}

#[tokio::test]
async fn the_document_is_served() {
    let shop = Shop::bare().await;
    let answer = shop.send(&get("/openapi.json").nobody()).await.is(200);
    assert_eq!(answer.json, *DOCUMENT);
}
