//! What comes in by API Gateway: events as Lambda hands them over, cursors of lists, keys of idempotency.
//!
//! What must hold: no fault of ours for a mistake of the client; nothing of another merchant; one key, one effect, one
//! answer; a page shows entries that are there, each in its place.

use crate::odd;
use crate::shop::{Answer, CANARY, DESK, READER, Shop, event, headers, purchase, shop};
use reference::generate::Dice;
use serde_json::{Value, json};

/// An event of any route, or one of the corpus, changed somewhere.
pub fn apigw_event(dice: &mut Dice, bytes: &[u8]) {
    let shop = shop();
    let mut event = shop.request(dice);
    if dice.chance(15)
        && let Ok(kept @ Value::Object(_)) = serde_json::from_slice::<Value>(bytes)
    {
        event = kept;
        if let Some(claims) = claims(&mut event).filter(|_| dice.chance(80)) {
            claims["tenant"] = json!(DESK);
        }
    }
    for _ in 0..dice.below(4) {
        twist(dice, &mut event);
    }
    let text = event.to_string();
    let sent = if dice.chance(8) { odd::bytes(dice, text.as_bytes()) } else { text.into_bytes() };
    let Some(answer) = shop.invoke(&sent) else { return };
    let shown = String::from_utf8_lossy(&sent).into_owned();
    answer.check(&shown);
    // what came in is still JSON: Lambda's runtime read it
    let mut came: Value = serde_json::from_slice(&sent).unwrap();
    let path = came["rawPath"].as_str().unwrap_or_default().to_owned();
    match claims(&mut came).map(|claims| claims["tenant"].clone()) {
        Some(Value::String(tenant)) if tenant != DESK => {}
        // nobody in particular: only what is public, or has a token of its own
        None | Some(Value::Null) => {
            let public = path.is_empty()
                || path.contains("answers")
                || path.contains("health")
                || path.contains("openapi");
            assert!(answer.status >= 400 || public, "{shown}\n{}", answer.text);
            assert!(!answer.text.contains(CANARY), "{shown}\n{}", answer.text);
        }
        _ => assert!(!answer.text.contains(CANARY), "{shown}\n{}", answer.text),
    }
}

fn claims(event: &mut Value) -> Option<&mut Value> {
    event.pointer_mut("/requestContext/authorizer/jwt/claims").filter(|claims| claims.is_object())
}

/// Changes one thing of an event: mostly what clients choose.
fn twist(dice: &mut Dice, event: &mut Value) {
    match dice.below(10) {
        0..=4 => {
            let Some(text) = event["body"].as_str() else { return };
            event["body"] = match serde_json::from_str::<Value>(text) {
                Ok(mut body) if dice.chance(90) => {
                    odd::json(dice, &mut body);
                    json!(body.to_string())
                }
                _ => json!(String::from_utf8_lossy(&odd::bytes(dice, text.as_bytes()))),
            };
        }
        5 => {
            let path = odd::text(dice, event["rawPath"].as_str().unwrap_or_default());
            if let Some(known) = event.pointer_mut("/requestContext/http/path") {
                *known = json!(path);
            }
            event["rawPath"] = json!(path);
        }
        6 => {
            let query = event["rawQueryString"].as_str().unwrap_or_default();
            let query = if query.is_empty() { "limit=5&before=9&at=2026-03-14T11:00:00Z" } else { query };
            event["rawQueryString"] = json!(odd::text(dice, query));
        }
        7 => {
            let (name, value) = match dice.below(4) {
                0 => ("content-type".to_owned(), odd::text(dice, "application/json")),
                1 => ("idempotency-key".to_owned(), odd::text(dice, "K-1")),
                2 => ("host".to_owned(), odd::text(dice, "api.example.com")),
                _ => (odd::text(dice, "accept"), odd::text(dice, "*/*")),
            };
            if let Some(headers) = headers(event) {
                headers.insert(name, json!(value));
            }
        }
        8 => event["isBase64Encoded"] = json!(true),
        _ => {
            odd::json(dice, event);
            // what is no object is no event, which there is nothing more to change of
            if !event.is_object() {
                *event = json!({ "event": event });
            }
        }
    }
}

fn get(shop: &Shop, path: &str, query: &str) -> Answer {
    shop.ask(&event("GET", path, query, "", Some(DESK)))
}

fn numbers(page: &Answer) -> Vec<u64> {
    let entries = page.json["entries"].as_array().unwrap();
    entries.iter().map(|told| told["entry"]["seq"].as_u64().unwrap()).collect()
}

/// A query of a list: pages of one member's own, in order, and by their own cursors all of them, once.
pub fn cursor(dice: &mut Dice, bytes: &[u8]) {
    let shop = shop();
    let kept = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = kept.lines().collect();
    let line = (*dice.pick(&lines)).to_owned();
    let query = odd::text(dice, &line);
    let path = dice.word(&["entries", "entries", "referrals", "vouchers"]);
    let path = format!("/v1/members/{READER}/{path}");
    let answer = get(&shop, &path, &query);
    answer.check(&query);
    assert!(!answer.text.contains(CANARY), "{query}\n{}", answer.text);
    if answer.status != 200 {
        assert!(matches!(answer.status, 400 | 404), "{query}\n{}", answer.text);
        return;
    }
    if path.ends_with("referrals") {
        friends(&shop, &path, &query, &answer);
    } else if path.ends_with("entries") {
        let whole = get(&shop, &path, "limit=100");
        let all = whole.json["entries"].as_array().unwrap();
        let (mut page, mut seen) = (answer, Vec::new());
        loop {
            for told in page.json["entries"].as_array().unwrap() {
                assert!(all.contains(told), "{query}: not of this member: {told}");
            }
            seen.extend(numbers(&page));
            let Some(before) = page.json["next_before"].as_u64() else { break };
            assert_eq!(Some(&before), seen.last(), "{query}");
            page = get(&shop, &path, &format!("limit=2&before={before}"));
        }
        let first = seen.first().copied().unwrap_or(0);
        assert_eq!(
            seen,
            (1..=first).rev().collect::<Vec<_>>(),
            "{query}: each once, newest first, none left out"
        );
    }
}

/// Pages of those whom the reader brought, from a cursor on.
fn friends(shop: &Shop, path: &str, query: &str, answer: &Answer) {
    let ids = |page: &Answer| -> Vec<String> {
        let friends = page.json["friends"].as_array().unwrap();
        friends.iter().map(|friend| friend["member_id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids(&get(shop, path, "limit=50"));
    let (mut page, mut seen) = (answer.clone(), Vec::new());
    loop {
        seen.extend(ids(&page));
        let Some(after) = page.json["next_after"].as_str() else { break };
        assert_eq!(Some(after), seen.last().map(String::as_str), "{query}");
        page = get(shop, path, &format!("limit=1&after={after}"));
    }
    assert!(all.ends_with(&seen), "{query}: {seen:?} of {all:?}");
}

/// A key in the header or in the body: an id or refused; once used, it stands for what it was used for.
pub fn idempotency_key(dice: &mut Dice, bytes: &[u8]) {
    let shop = shop();
    let kept = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = kept.lines().collect();
    let key = if dice.chance(25) { shop.key() } else { (*dice.pick(&lines)).to_owned() };
    let key = if dice.chance(60) { odd::text(dice, &key) } else { key };
    let in_header = dice.chance(50);
    let amount = 100 + i64::try_from(dice.below(50)).unwrap();
    let send = |key: &str, amount: i64| {
        let mut body = purchase("keys", key, amount);
        if in_header {
            body.as_object_mut().unwrap().remove("event_id");
        }
        let mut event = event("POST", "/v1/purchases", "", &body.to_string(), Some(DESK));
        if in_header {
            headers(&mut event)?.insert("idempotency-key".to_owned(), json!(key));
        }
        // a header that is none is no event: Lambda's runtime says so
        let answer = shop.invoke(event.to_string().as_bytes())?;
        answer.check(key);
        Some(answer)
    };
    let enrolled = event("POST", "/v1/members", "", r#"{"member_id":"keys"}"#, Some(DESK));
    assert_eq!(shop.ask(&enrolled).status, 201);
    let Some(first) = send(&key, amount) else { return };
    // the header may be quoted, and have spaces around it
    let plain = if in_header { key.trim().trim_matches('"') } else { key.as_str() };
    let is_id = (1..=64).contains(&plain.len())
        && plain.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b));
    if !is_id {
        assert_eq!(first.status, 400, "{key:?}: {}", first.text);
        return;
    }
    // an earlier input may have used it for another amount
    if first.status == 201 {
        assert_eq!(first.json["entry"]["reference"], format!("p#{plain}#"), "{key:?}");
        let again = send(&key, amount).unwrap();
        assert!(again.replayed && again.text == first.text, "{key:?}\n{}\n{}", first.text, again.text);
    }
    let other = send(&key, amount + 1_000).unwrap();
    assert_eq!((other.status, other.code()), (409, "key_reused"), "{key:?}: {}", other.text);
    // another key is another key, however like it is
    let near = odd::text(dice, plain);
    if let Some(answer) = send(&near, amount).filter(|answer| answer.status == 201) {
        let own = if in_header { near.trim().trim_matches('"') } else { near.as_str() };
        assert_eq!(answer.json["entry"]["reference"], format!("p#{own}#"), "{near:?}");
    }
}
