//! Bodies: size, content type, JSON, then the shape and what only the programme can say (currency, time), all
//! problems of a body in one answer.

use super::call::Call;
use super::json;
use super::problem::{Problem, Reply};
use super::shape::{Field, Kind, Need, Shape, Wrongs, example_value};
use domain::ids::{MemberId, is_id};
use domain::request::Stamp;
use dsl::check::SOURCE_BYTES_MAX;
use dsl::files::{PROGRAMME_BYTES_MAX, is_joined};
use dsl::plan::Rulebook;
use dsl::units::{AMOUNT_MAX, Moment};
use lambda_http::{Body, Request};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The largest body, in bytes, but for rules.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;
/// The largest body of a preview, in bytes: a programme of several files as a text of JSON.
pub(crate) const PREVIEW_BYTES_MAX: usize = 256 * 1024;
/// How far ahead of ours a client's clock may be.
const AHEAD_MILLIS_MAX: i64 = 5 * 60 * 1000;

/// A body being read: its canonical form and everything wrong with it so far.
pub(crate) struct Sheet<'c> {
    call: &'c Call<'c>,
    body: Map<String, Value>,
    wrongs: Wrongs,
    now: Moment,
    occurred_at: Moment,
    /// What is wrong with when it happened, by the clock of now.
    untimely: Option<(&'static str, String)>,
}

impl<'c> Sheet<'c> {
    /// Reads JSON of a shape.
    pub(crate) fn read(call: &'c Call<'_>, shape: &'static Shape) -> Reply<Sheet<'c>> {
        let bytes = json_bytes(call.request, call.operation.bytes_max())?;
        let value = json::read(bytes)
            .map_err(|fault| Problem::new(400, fault.code, "The body is no JSON we take", fault.detail))?;
        let mut wrongs = Wrongs::default();
        let body = match shape.read(value, "", &mut wrongs) {
            Value::Object(body) => body,
            _ => Map::new(),
        };
        Ok(Sheet { call, body, wrongs, now: call.now, occurred_at: call.now, untimely: None })
    }

    /// Adds a problem.
    pub(crate) fn wrong(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        self.wrongs.add(pointer, code, detail);
    }

    /// A field as read so far.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.body.get(name)
    }

    /// Everything wrong so far, for checks of their own.
    pub(crate) fn wrongs(&mut self) -> &mut Wrongs {
        &mut self.wrongs
    }

    /// Takes the event id from the body or from `Idempotency-Key`; it must be in one of them.
    pub(crate) fn keyed(mut self) -> Self {
        self.take_key();
        if self.body.get("event_id").is_none() && self.wrongs.silent_on("/event_id") {
            let detail = "is missing: send your own id of what happened, here or in the header Idempotency-Key, and repeat with the same id";
            self.wrong("/event_id", "missing", detail);
        }
        self
    }

    /// Takes the event id where there is one: enrolment is keyed by the member id.
    pub(crate) fn keyed_by_member(mut self) -> Self {
        self.take_key();
        self
    }

    fn take_key(&mut self) {
        if let Some(header) = self.call.request.headers().get("idempotency-key") {
            self.take_header(header.to_str().unwrap_or_default().trim().trim_matches('"'));
        }
        if let Some(key) = self.body.get("event_id").and_then(Value::as_str) {
            self.call.note(|line| line.event = Some(key.to_owned()));
        }
    }

    fn take_header(&mut self, key: &str) {
        let given = self.body.get("event_id").and_then(Value::as_str);
        if !is_id(key) {
            self.wrong(
                "header:Idempotency-Key",
                "not_an_id",
                "is no id; send 1 to 64 of A-Z a-z 0-9 _ . : -",
            );
        } else if given.is_some_and(|given| given != key) {
            let detail = "differs from the header Idempotency-Key; send one of them";
            self.wrong("/event_id", "differs_from_header", detail);
        } else if given.is_none() && self.wrongs.silent_on("/event_id") {
            self.body.insert("event_id".to_owned(), Value::String(key.to_owned()));
        }
    }

    /// Says whom it is about, where that is the path's id.
    pub(crate) fn about(mut self, member: &MemberId) -> Self {
        self.body.insert("member_id".to_owned(), Value::String(member.as_str().to_owned()));
        self
    }

    /// Judges `occurred_at`: never more than five minutes ahead; not before the programme's tolerance, unless the
    /// role is importer, for whom the clock is then the moment it happened; never before 1970. It is a matter of the
    /// clock: a repeat has its first answer however late it comes, see [`Call::commit`].
    pub(crate) fn timed(mut self, rulebook: &Rulebook) -> Self {
        let Some(at) = self.body.get("occurred_at").and_then(Value::as_i64).map(Moment) else { return self };
        let (zone, now) = (rulebook.zone(), self.call.now);
        let tolerance = rulebook.programme().tolerance;
        if at.0 > now.0.saturating_add(AHEAD_MILLIS_MAX) {
            let detail = format!("is in the future: it is {} here", zone.show(now));
            self.untimely = Some(("in_the_future", detail));
        } else if at.0 < 0 {
            self.wrong("/occurred_at", "too_old", "is before 1970; send when it happened");
        } else if self.call.claims.has("importer") {
            self.now = at;
        } else if at < zone.minus(now, tolerance) {
            let detail = format!("is more than {tolerance} ago; only the role importer may post history");
            self.untimely = Some(("too_old", detail));
        }
        self.occurred_at = at;
        self
    }

    /// Judges `currency`.
    pub(crate) fn in_currency(mut self, rulebook: &Rulebook) -> Self {
        let given = self.body.get("currency").cloned();
        check_currency(given.as_ref(), rulebook, "/currency", &mut self.wrongs);
        self
    }

    /// Judges the sum of `lines`.
    pub(crate) fn summed(mut self) -> Self {
        let lines = self.body.get("lines").cloned();
        check_sum(lines.as_ref(), "/lines", &mut self.wrongs);
        self
    }

    /// The body, if nothing is wrong with it.
    pub(crate) fn close<T: DeserializeOwned>(self) -> Reply<T> {
        if self.wrongs.none() {
            return typed(Value::Object(self.body));
        }
        Err(Problem::wrong(self.wrongs.into_list()))
    }

    /// The body and its stamp, if nothing is wrong with it.
    pub(crate) fn stamped<T: DeserializeOwned>(self) -> Reply<(T, Stamp)> {
        self.stamped_by(|body| Value::Object(body.clone()))
    }

    /// As `stamped`, with a fingerprint over what is chosen of the body.
    pub(crate) fn stamped_by<T: DeserializeOwned>(
        mut self,
        chosen: impl FnOnce(&Map<String, Value>) -> Value,
    ) -> Reply<(T, Stamp)> {
        if let Some((code, detail)) = self.untimely.take() {
            if self.wrongs.none() {
                let mut untimely = Wrongs::default();
                untimely.add("/occurred_at", code, detail);
                let _ = self.call.untimely.set(Problem::wrong(untimely.into_list()));
            } else {
                self.wrong("/occurred_at", code, detail);
            }
        }
        let (call, now, occurred_at) = (self.call, self.now, self.occurred_at);
        let fingerprint = call.fingerprint(&chosen(&self.body));
        let member = self.body.get("member_id").and_then(Value::as_str).and_then(MemberId::parse);
        let body = self.close()?;
        let member = member.ok_or_else(|| Problem::internal("a body without a member passed its shape"))?;
        Ok((body, Stamp { member, fingerprint, now, occurred_at }))
    }
}

/// A canonical body as its type; the two agree by a test over every shape's example.
fn typed<T: DeserializeOwned>(body: Value) -> Reply<T> {
    serde_json::from_value(body)
        .map_err(|error| Problem::internal(format!("shape and type disagree: {error}")))
}

/// Adds a problem unless the currency is the programme's.
pub(crate) fn check_currency(given: Option<&Value>, rulebook: &Rulebook, pointer: &str, wrongs: &mut Wrongs) {
    let ours = rulebook.programme().currency;
    if let Some(Value::String(code)) = given
        && code != ours.code()
    {
        wrongs.add(
            pointer,
            "other_currency",
            format!("is not the programme's currency; send amounts in {ours}"),
        );
    }
}

/// Adds a problem when lines add up to more than one event may carry.
pub(crate) fn check_sum(lines: Option<&Value>, pointer: &str, wrongs: &mut Wrongs) {
    let lines = lines.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for name in ["amount_minor", "quantity"] {
        let sum = lines.iter().filter_map(|l| l.get(name)?.as_i64()).fold(0_i64, i64::saturating_add);
        if sum > AMOUNT_MAX {
            wrongs.add(
                pointer,
                "too_large",
                format!("add up to more than {AMOUNT_MAX} in `{name}`; split the event"),
            );
        }
    }
}

/// The `token` of a body whose other parts are read later.
pub(crate) fn token_of(request: &Request) -> Reply<String> {
    let value = json::read(json_bytes(request, BODY_BYTES_MAX)?)
        .map_err(|fault| Problem::new(400, fault.code, "The body is no JSON we take", fault.detail))?;
    match value.get("token") {
        Some(Value::String(token)) => Ok(token.clone()),
        Some(_) => Err(Problem::wrong_part("/token", "wrong_type", "is no text; send the token")),
        None => {
            Err(Problem::wrong_part("/token", "missing", "is missing; send the token the member was given"))
        }
    }
}

/// The body's bytes, of JSON by their content type.
fn json_bytes(request: &Request, most: usize) -> Reply<&[u8]> {
    let bytes = bytes(request, |_| most)?;
    let media = media_type(request);
    if media.as_deref().is_some_and(|m| m != "application/json" && !m.ends_with("+json")) {
        let detail = "the content type is not JSON; send content-type: application/json";
        return Err(Problem::new(415, "body.content_type", "The content type is not taken", detail));
    }
    Ok(bytes)
}

/// The most bytes that this text of rules may have: one file, or several joined.
pub(crate) fn rules_bytes_max(text: &[u8]) -> usize {
    if is_joined(text) { PROGRAMME_BYTES_MAX } else { SOURCE_BYTES_MAX }
}

/// The body's text, of a rule file or of several joined.
pub(crate) fn rule_text(request: &Request) -> Reply<&[u8]> {
    let bytes = bytes(request, rules_bytes_max)?;
    let refused = |m: &str| m == "application/json" || m.starts_with("multipart/");
    if media_type(request).as_deref().is_some_and(refused) {
        let detail = "send the rule file's text itself, with content-type: text/plain";
        return Err(Problem::new(415, "body.content_type", "The content type is not taken", detail));
    }
    Ok(bytes)
}

fn bytes(request: &Request, most: impl Fn(&[u8]) -> usize) -> Reply<&[u8]> {
    let bytes = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    let most = most(bytes);
    if bytes.len() > most {
        let detail = format!("the body has {} bytes; at most {most} are taken", bytes.len());
        return Err(Problem::new(413, "body.too_large", "The body is too large", detail));
    }
    Ok(bytes)
}

fn media_type(request: &Request) -> Option<String> {
    let header = request.headers().get("content-type")?.to_str().unwrap_or("unreadable");
    Some(header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Reads a query by its fields; every other name is refused.
pub(crate) fn query<T: DeserializeOwned>(call: &Call<'_>) -> Reply<T> {
    let mut wrongs = Wrongs::default();
    let mut read = Map::new();
    let fields = call.operation.query;
    for (name, text) in query_pairs(call.request.uri().query().unwrap_or_default()) {
        let pointer = format!("query:{}", super::shape::shorten(&name));
        match fields.iter().find(|f| f.name == name) {
            None => wrongs.add(pointer, "unknown_field", unknown(fields)),
            Some(field) if read.contains_key(field.name) => wrongs.add(pointer, "repeated", "is given twice"),
            Some(field) => {
                let value = query_value(&field.kind, &text);
                read.insert(field.name.to_owned(), field.kind.read(value, &pointer, &mut wrongs));
            }
        }
    }
    for field in fields {
        if let (Need::Default(text), None) = (field.need, read.get(field.name)) {
            read.insert(field.name.to_owned(), example_value(text));
        }
    }
    if wrongs.none() { typed(Value::Object(read)) } else { Err(Problem::wrong(wrongs.into_list())) }
}

fn unknown(fields: &[Field]) -> String {
    match fields {
        [] => "is unknown; this route takes no query".to_owned(),
        known => format!("is unknown; send {}", known.iter().map(|f| f.name).collect::<Vec<_>>().join(", ")),
    }
}

/// A query's text as the JSON its field wants, or as text, which the field then refuses.
fn query_value(kind: &Kind, text: &str) -> Value {
    match kind {
        Kind::Whole(..) | Kind::Truth => {
            json::read(text.as_bytes()).unwrap_or_else(|_| Value::String(text.to_owned()))
        }
        // The plus of an offset, unescaped, reads as a space.
        Kind::Instant => Value::String(text.replace(' ', "+")),
        _ => Value::String(text.to_owned()),
    }
}

fn query_pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| super::router::decode(&text.replace('+', " ")).unwrap_or_default();
    query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}
