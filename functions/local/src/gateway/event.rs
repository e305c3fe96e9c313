//! The event of an API Gateway HTTP API, payload format 2.0, for a request: what Lambda would be invoked with.
//!
//! As the real one does it: duplicate headers joined by commas, cookies apart, `rawPath` and path parameters decoded,
//! `rawQueryString` as sent, and a body that is no text in base64.

use super::Claims;
use handlers::Route;
use lambda_http::aws_lambda_events::encodings::Base64Data;
use lambda_http::http::{HeaderMap, Request, header};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// What the gateway knows of a request beside the request.
pub(super) struct Occasion<'a> {
    /// The route it takes.
    pub(super) route: &'a Route,
    /// Its path parameters.
    pub(super) parameters: BTreeMap<&'a str, String>,
    /// Its decoded path.
    pub(super) path: String,
    /// The gateway's own id for it.
    pub(super) id: &'a str,
    /// Time since 1970-01-01T00:00:00Z.
    pub(super) now: Duration,
    /// What the authorizer verified; none for public routes.
    pub(super) claims: Option<&'a Claims>,
}

/// The event, as JSON.
pub(super) fn event(request: &Request<Vec<u8>>, occasion: &Occasion<'_>) -> Value {
    let route_key = format!("{} {}", occasion.route.method, occasion.route.path);
    let query = request.uri().query().unwrap_or_default();
    let (headers, cookies) = headers(request.headers());
    let user_agent = headers.get("user-agent").cloned().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": occasion.path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": request.method().as_str(),
                "path": occasion.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": user_agent,
            },
            "requestId": occasion.id,
            "routeKey": route_key,
            "stage": "$default",
            "time": clf_time(occasion.now),
            "timeEpoch": u64::try_from(occasion.now.as_millis()).unwrap_or(u64::MAX),
        },
        "isBase64Encoded": false,
    });
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    if !query.is_empty() {
        event["queryStringParameters"] = query_parameters(query);
    }
    if !occasion.parameters.is_empty() {
        event["pathParameters"] = json!(occasion.parameters);
    }
    if let Some(claims) = occasion.claims {
        event["requestContext"]["authorizer"] =
            json!({ "jwt": { "claims": claims.to_json(), "scopes": null } });
    }
    if !request.body().is_empty() {
        match std::str::from_utf8(request.body()) {
            Ok(text) if is_text(request.headers()) => event["body"] = text.into(),
            _ => {
                event["body"] = json!(base64(request.body()));
                event["isBase64Encoded"] = true.into();
            }
        }
    }
    event
}

/// Headers with duplicates joined, and cookies one by one.
fn headers(all: &HeaderMap) -> (Map<String, Value>, Vec<String>) {
    let (mut headers, mut cookies) = (Map::new(), Vec::new());
    for name in all.keys() {
        let values = all.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        if name == header::COOKIE {
            cookies.extend(values.flat_map(|line| line.split("; ").map(str::to_owned).collect::<Vec<_>>()));
        } else {
            headers.insert(name.as_str().to_owned(), values.collect::<Vec<_>>().join(",").into());
        }
    }
    (headers, cookies)
}

/// Decoded, with the values of a repeated name joined by commas.
fn query_parameters(query: &str) -> Value {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| decoded(&text.replace('+', " "));
        found.entry(plain(name)).or_default().push(plain(value));
    }
    found
        .into_iter()
        .map(|(name, values)| (name, Value::from(values.join(","))))
        .collect::<Map<_, _>>()
        .into()
}

/// Percent-decoded; what is no escape or no UTF-8 stays readable.
pub(super) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = bytes.get(at + 1..at + 3).filter(|_| byte == b'%');
        let value = escape
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        plain.push(value.unwrap_or(byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn base64(bytes: &[u8]) -> Base64Data {
    let mut data = Base64Data::default();
    data.extend_from_slice(bytes);
    data
}

/// Whether API Gateway hands the body on as text.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.is_empty()
        || kind.starts_with("text/")
        || [
            "application/json",
            "application/javascript",
            "application/xml",
            "application/x-www-form-urlencoded",
        ]
        .contains(&kind)
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}

/// `12/Mar/2026:19:03:58 +0000`.
fn clf_time(now: Duration) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = now.as_secs();
    let day = i32::try_from(seconds / 86_400).unwrap_or_default();
    let (year, month, day) = dsl::calendar::ymd(dsl::units::Day(day));
    let month = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default();
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{day:02}/{month}/{year}:{hour:02}:{minute:02}:{second:02} +0000")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by panicking
mod tests {
    use super::*;
    use lambda_http::RequestExt;
    use lambda_http::request::RequestContext;

    const ROUTE: Route =
        Route { method: "POST", path: "/v1/purchases/{id}/returns", function: "f", roles: &["till"] };

    /// The request as a handler sees it after the real mapping.
    fn mapped(request: &Request<Vec<u8>>) -> (Value, lambda_http::Request) {
        let claims = Claims::all_roles("acme");
        let path = decoded(request.uri().path());
        let parameters = BTreeMap::from([("id", "A:1".to_owned())]);
        let now = Duration::from_millis(1_770_000_000_123);
        let occasion = Occasion { route: &ROUTE, parameters, path, id: "r1", now, claims: Some(&claims) };
        let event = event(request, &occasion);
        let request = lambda_http::request::from_str(&event.to_string()).unwrap();
        (event, request)
    }

    fn post(uri: &str) -> lambda_http::http::request::Builder {
        Request::post(uri).header("host", "localhost")
    }

    #[test]
    fn text_headers_cookies_and_escapes_survive_the_mapping() {
        let request = post("http://localhost/v1/purchases/A%3A1/returns?limit=5&tag=a&tag=b%20c")
            .header("content-type", "application/json; charset=utf-8")
            .header("x-twice", "one")
            .header("x-twice", "two")
            .header("cookie", "a=1; b=2")
            .body(b"{\"x\":\"\xc3\xa9\"}".to_vec())
            .unwrap();
        let (event, request) = mapped(&request);
        assert_eq!(event["rawPath"], "/v1/purchases/A:1/returns");
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(event["queryStringParameters"], json!({ "limit": "5", "tag": "a,b c" }));
        assert_eq!(request.headers()["x-twice"], "one,two");
        assert_eq!(request.headers()["cookie"], "a=1; b=2");
        assert_eq!(request.path_parameters().first("id"), Some("A:1"));
        assert_eq!(request.query_string_parameters().all("tag"), Some(vec!["a", "b c"]));
        assert_eq!(request.body().as_ref(), b"{\"x\":\"\xc3\xa9\"}");
        let RequestContext::ApiGatewayV2(context) = request.request_context() else { unreachable!() };
        let claims = context.authorizer.unwrap().jwt.unwrap().claims;
        assert_eq!(claims["tenant"], "acme");
        assert_eq!(claims["roles"], "[till support marketing importer operator]");
        assert_eq!(context.time.unwrap(), "02/Feb/2026:02:40:00 +0000");
    }

    #[test]
    fn bytes_that_are_no_text_travel_in_base64() {
        for (kind, body) in
            [("application/octet-stream", b"plain".to_vec()), ("application/json", vec![0xff, 0x00])]
        {
            let request =
                post("/v1/purchases/A/returns").header("content-type", kind).body(body.clone()).unwrap();
            let (event, request) = mapped(&request);
            assert_eq!(event["isBase64Encoded"], true);
            assert_eq!(request.body().as_ref(), body);
        }
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(decoded("/a%2/b%zz/%41%C3%A9%"), "/a%2/b%zz/Aé%");
    }
}
