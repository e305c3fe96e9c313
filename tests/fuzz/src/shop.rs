//! Two merchants to attack: the real handlers behind Lambda's event, over the real store and an embedded DynamoDB. The
//! one is asked; what the other has must never be seen or changed.
//!
//! What it never does: remember for long. After some thousand inputs the table is made anew, so that an input does the
//! same whenever it comes, or nearly.

use dsl::units::Moment;
use handlers::{App, lambda};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::{Body, Context, LambdaEvent};
use reference::generate::Dice;
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tests::world::{self, World};
use tokio::runtime::Runtime;

/// The merchant who is asked.
pub const DESK: &str = "desk";
/// The one who is not.
pub const OTHER: &str = "other";
/// Stands in everything the other merchant has.
pub const CANARY: &str = "Zeisig";
/// 2026-03-14T11:00:00Z: where the clock starts.
pub const NOON: Moment = Moment(1_773_486_000_000);
/// Members who are asked about, each with a purchase, a hold, a voucher and a token.
pub const MEMBERS: usize = 4;
/// A member with some entries, whom nobody else touches.
pub const READER: &str = "reader";

/// Inputs before the table is made anew.
const USES_MAX: u32 = 2_000;
/// Inputs between two audits of the ledger.
const AUDIT_EVERY: u32 = 500;

const RULES: &str = include_str!("shop.merit");

/// The shop.
pub struct Shop {
    /// Runs what is asked of it.
    pub runtime: Runtime,
    /// The handlers.
    pub app: App,
    /// The database, and its auditor.
    pub world: World,
    clock: Arc<AtomicI64>,
    keys: Cell<u64>,
    /// Vouchers by member.
    vouchers: Vec<String>,
    /// Tokens for the survey by member, and those of the other merchant after them.
    pub tokens: Vec<String>,
    /// The reader's code for friends.
    friend: String,
    /// The version that decides.
    version: String,
    /// Every route with an example of its body.
    requests: Vec<(&'static handlers::Route, Value)>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: i64,
    /// `Idempotency-Replayed`.
    pub replayed: bool,
    /// `Content-Type`.
    pub kind: String,
    /// The body.
    pub text: String,
    /// The same as JSON; null where it is none.
    pub json: Value,
}

impl Answer {
    fn of(response: ApiGatewayV2httpResponse) -> Self {
        let text = match response.body {
            Some(Body::Text(text)) => text,
            Some(Body::Binary(bytes)) => String::from_utf8(bytes).unwrap(),
            _ => String::new(),
        };
        let header = |name: &str| {
            response.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        Self {
            status: response.status_code,
            replayed: header("idempotency-replayed") == "true",
            kind: header("content-type"),
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    /// A problem's code, or nothing.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// What holds of every answer: it is JSON, no fault of ours, and a refusal says which one it is.
    pub fn check(&self, asked: &str) {
        assert!((200..500).contains(&self.status), "{asked}\n{} {}", self.status, self.text);
        assert!(!self.json.is_null(), "{asked}\nno JSON: {}", self.text);
        if self.status >= 400 {
            assert_eq!(self.kind, "application/problem+json", "{asked}\n{}", self.text);
            assert!(!self.code().is_empty() && self.json["title"].is_string(), "{asked}\n{}", self.text);
        }
    }
}

thread_local! {
    static SHOP: RefCell<Option<Rc<Shop>>> = const { RefCell::new(None) };
    static USES: Cell<u32> = const { Cell::new(0) };
}

/// The shop of this thread, for one input.
pub fn shop() -> Rc<Shop> {
    let uses = USES.replace(USES.get().wrapping_add(1));
    SHOP.with_borrow_mut(|shop| {
        if let Some(shop) = shop.as_ref().filter(|_| uses.is_multiple_of(AUDIT_EVERY)) {
            // whatever was sent, the ledger is in order
            shop.world.audit().unwrap();
        }
        if shop.is_none() || uses.is_multiple_of(USES_MAX) {
            let world = match shop.take().and_then(Rc::into_inner) {
                Some(before) => {
                    before.world.raw("DeleteTable", &json!({ "TableName": world::TABLE })).unwrap();
                    before.world
                }
                None => World::start().unwrap(),
            };
            *shop = Some(Rc::new(Shop::open(world)));
        }
        Rc::clone(shop.as_ref().unwrap())
    })
}

impl Shop {
    /// One that nobody else attacks.
    pub fn alone() -> Self {
        Self::open(World::start().unwrap())
    }

    fn open(world: World) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let store = world.store().unwrap();
        // there already in a world that is new
        let _ = runtime.block_on(store.create_table());
        let clock = Arc::new(AtomicI64::new(NOON.0));
        let shown = Arc::clone(&clock);
        let app = App {
            secret: world::secret().unwrap(),
            store,
            clock: Arc::new(move || Moment(shown.load(Ordering::SeqCst))),
        };
        let (vouchers, tokens, requests) = (Vec::new(), Vec::new(), requests());
        let (friend, version) = (String::new(), String::new());
        let keys = Cell::default();
        let mut shop = Self { runtime, app, world, clock, keys, vouchers, tokens, friend, version, requests };
        for tenant in [DESK, OTHER] {
            shop.furnish(tenant);
        }
        shop
    }

    /// Publishes the rules, and gives everybody something of everything.
    fn furnish(&mut self, tenant: &str) {
        let text = if tenant == OTHER { RULES.replace("Merle", CANARY) } else { RULES.to_owned() };
        let rules = self.done("PUT", "/v1/rules", &text, tenant);
        self.version = if tenant == DESK {
            rules["version"]["id"].as_str().or(rules["id"].as_str()).unwrap_or_default().to_owned()
        } else {
            self.version.clone()
        };
        self.set_clock(Moment(NOON.0 - 3_600_000));
        let post = |path: &str, body: &Value| self.done("POST", path, &body.to_string(), tenant);
        let (mut vouchers, mut tokens) = (Vec::new(), Vec::new());
        let name = if tenant == OTHER { CANARY } else { "Merle" };
        for n in 0..MEMBERS {
            let member = format!("m{n}");
            post("/v1/members", &json!({ "member_id": member, "name": name, "birthday": "1990-03-20" }));
            post("/v1/purchases", &purchase(&member, &format!("P{n}"), 100_000));
            post(
                "/v1/redemptions",
                &json!({ "event_id": format!("H{n}"), "member_id": member, "points": 10, "hold_seconds": 900 }),
            );
            let bought = post(
                "/v1/redemptions",
                &json!({ "event_id": format!("D{n}"), "member_id": member, "reward": "coffee" }),
            );
            vouchers.push(bought["vouchers"][0]["code"].as_str().unwrap().to_owned());
            let token = post("/v1/surveys/nps/tokens", &json!({ "member_id": member }));
            tokens.push(token["token"].as_str().unwrap().to_owned());
        }
        post("/v1/members", &json!({ "member_id": READER }));
        for n in 0..6 {
            post("/v1/purchases", &purchase(READER, &format!("R{n}"), 1_000 + n));
        }
        let friend = post(&format!("/v1/members/{READER}/referral-code"), &json!({}));
        // whoever brings somebody was there before her
        self.set_clock(NOON);
        for n in 0..2 {
            let (member, code) = (format!("friend{n}"), friend["code"].clone());
            post("/v1/members", &json!({ "member_id": member }));
            post("/v1/referrals", &json!({ "event_id": format!("F{n}"), "member_id": member, "code": code }));
        }
        if tenant == DESK {
            (self.vouchers, self.friend) = (vouchers, friend["code"].as_str().unwrap().to_owned());
        }
        self.tokens.extend(tokens);
    }

    /// What a request is answered that must succeed.
    fn done(&self, method: &str, path: &str, body: &str, tenant: &str) -> Value {
        let answer = self.ask(&event(method, path, "", body, Some(tenant)));
        assert!(matches!(answer.status, 200 | 201), "{method} {path}: {}", answer.text);
        answer.json
    }

    /// Sets what time it is.
    pub fn set_clock(&self, now: Moment) {
        self.clock.store(now.0, Ordering::SeqCst);
    }

    /// A key that no request has had.
    pub fn key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        format!("K{}", self.keys.get())
    }

    /// What Lambda's runtime makes of the bytes of an invocation: nothing where they are no event.
    pub fn invoke(&self, bytes: &[u8]) -> Option<Answer> {
        let payload = serde_json::from_slice(bytes).ok()?;
        let mut context = Context::default();
        // in 2100
        context.deadline = 4_102_444_800_000;
        let invoked = lambda::invoke(&self.app, "api", LambdaEvent::new(payload, context));
        Some(Answer::of(self.runtime.block_on(invoked)))
    }

    /// The answer to an event that is one.
    pub fn ask(&self, event: &Value) -> Answer {
        self.invoke(event.to_string().as_bytes()).unwrap()
    }

    /// A request to any route, in order as far as the shop knows.
    pub fn request(&self, dice: &mut Dice) -> Value {
        let (route, example) = dice.pick(&self.requests);
        let n = dice.below(MEMBERS);
        let id = match route.path.split('/').nth(2) {
            Some("purchases") => format!("P{n}"),
            Some("redemptions") => format!("H{n}"),
            Some("vouchers") => self.vouchers[n].clone(),
            Some("surveys") => "nps".to_owned(),
            Some("rules") => self.version.clone(),
            _ => format!("m{n}"),
        };
        let path = route.path.replace("{id}", &id);
        let body = match example {
            Value::Null if route.method == "PUT" => RULES.to_owned(),
            Value::Null => String::new(),
            example => self.filled(dice, example, n).to_string(),
        };
        let query =
            dice.word(&["", "", "", "limit=2", "before=3", "at=2026-03-14T12:00:00Z", "activate=false"]);
        event(route.method, &path, query, &body, Some(DESK))
    }

    /// An example with ids of this shop.
    fn filled(&self, dice: &mut Dice, example: &Value, n: usize) -> Value {
        let mut body = example.clone();
        for (name, value) in body.as_object_mut().into_iter().flatten() {
            let own = match name.as_str() {
                "member_id" => format!("m{n}"),
                "from" => format!("m{}", dice.below(MEMBERS)),
                "event_id" if dice.chance(80) => self.key(),
                "event_id" => "E1".to_owned(),
                "redemption_id" => format!("H{n}"),
                "token" => self.tokens[n].clone(),
                "code" => self.friend.clone(),
                "id" => self.version.clone(),
                "kind" => "check_in".to_owned(),
                _ => continue,
            };
            *value = json!(own);
        }
        body
    }
}

/// Every route with the example of its body that the API's own document shows.
fn requests() -> Vec<(&'static handlers::Route, Value)> {
    let document = handlers::openapi();
    let example = |route: &handlers::Route| {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        operation["requestBody"]["content"]["application/json"]["example"].clone()
    };
    handlers::routes().iter().map(|route| (route, example(route))).collect()
}

/// A purchase of one line.
pub fn purchase(member: &str, id: &str, amount_minor: i64) -> Value {
    json!({ "event_id": id, "member_id": member, "currency": "EUR", "lines": [{ "amount_minor": amount_minor }] })
}

/// The event of an HTTP API, payload format 2.0, with the claims of somebody who may do everything at this merchant.
pub fn event(method: &str, path: &str, query: &str, body: &str, tenant: Option<&str>) -> Value {
    let kind = if method == "PUT" { "text/plain" } else { "application/json" };
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": { "content-type": kind, "host": "api.example.com" },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "m3r1tap1",
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7", "userAgent": "till/3.1",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "14/Mar/2026:11:00:00 +0000",
            "timeEpoch": NOON.0,
        },
        "isBase64Encoded": false,
    });
    if let Some(tenant) = tenant {
        let claims = json!({ "tenant": tenant, "roles": "[till support marketing operator]", "sub": "fuzz" });
        event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": claims, "scopes": null } });
    }
    if !body.is_empty() {
        event["body"] = json!(body);
    }
    event
}

/// Headers of an event, to be changed.
pub fn headers(event: &mut Value) -> Option<&mut Map<String, Value>> {
    event.get_mut("headers")?.as_object_mut()
}
