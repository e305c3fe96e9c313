//! Steps as HTTP requests, and answers read back from the API's JSON: what the second and the third floor share.

use crate::clock::{from_rfc3339, rfc3339};
use crate::story::{Act, Action, Answering, Step, Story, VoucherStep, What};
use crate::transcript::{Answer, Balances, Card, Challenge, Outcome, Written, standing};
use dsl::event::{FieldValue, Line};
use dsl::units::Moment;
use lambda_http::http::{Method, Request, Response};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Which clock the floor's functions live by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The story's: an injected clock shows the step's moment.
    Injected,
    /// The host's: an importer posts every step as history of its moment, and reads name theirs.
    History,
}

/// A request as the floor sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// Body.
    pub body: String,
}

impl Sent {
    /// As an HTTP request.
    pub fn request(&self) -> Result<Request<Vec<u8>>, String> {
        Request::builder()
            .method(self.method.clone())
            .uri(&self.target)
            .header("host", "localhost")
            .header(
                "content-type",
                if self.target.starts_with("/v1/rules?") { "text/plain" } else { "application/json" },
            )
            .body(self.body.clone().into_bytes())
            .map_err(|e| e.to_string())
    }
}

/// What a floor over HTTP remembers while it plays a story.
#[derive(Debug, Default)]
pub struct Memory {
    sent: BTreeMap<(String, String), Sent>,
    /// Ids of published versions, by the story's name for them.
    versions: BTreeMap<String, String>,
    /// Codes of vouchers, by (member, the event id of what issued them).
    codes: BTreeMap<(String, String), String>,
    /// Tokens, by member and survey: the newest of each.
    tokens: BTreeMap<(String, String), String>,
    /// Referral codes, by member.
    referral_codes: BTreeMap<String, String>,
}

impl Memory {
    /// The request of a step.
    pub fn request(&mut self, story: &Story, step: &Step, clock: Clock) -> Result<Sent, String> {
        let post =
            |target: String, body: Value| Sent { method: Method::POST, target, body: body.to_string() };
        match &step.action {
            Action::Publish { rules, activate } => Ok(Sent {
                method: Method::PUT,
                target: format!("/v1/rules?activate={activate}"),
                body: story.rules.get(rules).cloned().ok_or_else(|| format!("no rules `{rules}`"))?,
            }),
            Action::Activate { rules } => {
                let id = self.versions.get(rules).ok_or_else(|| format!("`{rules}` was never published"))?;
                Ok(post("/v1/rules/activate".to_owned(), json!({ "id": id })))
            }
            Action::Job(_) => Err("a job is no request".to_owned()),
            Action::Member { member, act: Act::Card } => {
                let at =
                    if clock == Clock::History { format!("?at={}", rfc3339(step.at)) } else { String::new() };
                Ok(Sent {
                    method: Method::GET,
                    target: format!("/v1/members/{member}{at}"),
                    body: String::new(),
                })
            }
            Action::Member { member, act: Act::Newest } => Ok(Sent {
                method: Method::GET,
                target: format!("/v1/members/{member}/entries?limit=1"),
                body: String::new(),
            }),
            Action::Member { member, act: Act::Invite { survey } } => {
                Ok(post(format!("/v1/surveys/{survey}/tokens"), json!({ "member_id": member })))
            }
            Action::Member { member, act: Act::Answer(Answering { survey, answers }) } => {
                let key = (member.clone(), survey.clone());
                let token =
                    self.tokens.get(&key).ok_or_else(|| format!("{member} has no token to `{survey}`"))?;
                let answers: Map<String, Value> =
                    answers.iter().map(|(n, v)| (n.clone(), field(v))).collect();
                let sent = post(
                    format!("/v1/surveys/{survey}/answers"),
                    json!({ "token": token, "answers": answers }),
                );
                self.sent.entry(key).or_insert_with(|| sent.clone());
                Ok(sent)
            }
            Action::Member { member, act: Act::Code } => Ok(Sent {
                method: Method::POST,
                target: format!("/v1/members/{member}/referral-code"),
                body: String::new(),
            }),
            Action::Member { member, act: Act::Repeat { id } } => {
                let key = (member.clone(), id.clone());
                self.sent.get(&key).cloned().ok_or_else(|| format!("nothing was sent as `{id}`"))
            }
            Action::Member { member, act } => {
                let (target, mut body) = match act {
                    Act::Voucher(step) => {
                        let code = self.codes.get(&(member.clone(), step.of.clone()));
                        voucher(step, code.ok_or_else(|| format!("`{}` issued no voucher", step.of))?)
                    }
                    _ => body(member, act, &self.referral_codes)?,
                };
                let happened = match clock {
                    Clock::Injected => act.dated(),
                    Clock::History => Some(act.dated().unwrap_or(step.at)),
                };
                if let Some(moment) = happened {
                    body.insert("occurred_at".to_owned(), rfc3339(moment).into());
                }
                let sent = post(target, body.into());
                let id = act.id().unwrap_or_default().to_owned();
                self.sent.entry((member.clone(), id)).or_insert_with(|| sent.clone());
                Ok(sent)
            }
        }
    }

    /// The answer to a step, from the response.
    pub fn answer(&mut self, step: &Step, response: &Response<Vec<u8>>) -> Result<Answer, String> {
        let said = String::from_utf8_lossy(response.body()).into_owned();
        let body: Value = serde_json::from_str(&said).map_err(|e| format!("{e} in {said}"))?;
        let replayed = response.headers().get("idempotency-replayed").is_some_and(|v| v == "true");
        let status = response.status().as_u16();
        if let (Action::Member { member, act }, Some(code)) =
            (&step.action, self::text(&body, "/vouchers/0/code"))
            && let (201, Some(id)) = (status, act.id())
        {
            self.codes.insert((member.clone(), id.to_owned()), code);
        }
        let outcome = match (status, &step.action) {
            (400..=499, _) => problem(&body)?,
            (200 | 201, Action::Publish { rules, activate }) => {
                let id = body.pointer("/version/id").or_else(|| body.get("id")).and_then(Value::as_str);
                let id = id.ok_or_else(|| format!("no id of the version in {body}"))?;
                self.versions.insert(rules.clone(), id.to_owned());
                Outcome::Rules { active: *activate }
            }
            (200 | 201, Action::Activate { .. }) => Outcome::Rules { active: true },
            (200, Action::Member { act: Act::Card, .. }) => Outcome::Card(card(&body)?),
            (200, Action::Member { act: Act::Newest, .. }) => {
                Outcome::Entry(entry(body.pointer("/entries/0").ok_or("no entry yet")?)?)
            }
            (201, Action::Member { member, act: Act::Invite { survey } }) => {
                let token = body
                    .get("token")
                    .and_then(Value::as_str)
                    .map(str::to_owned)
                    .ok_or_else(|| format!("no token in {body}"))?;
                self.tokens.insert((member.clone(), survey.clone()), token);
                Outcome::Invited(moment(&body, "/expires_at")?.ok_or("no end")?)
            }
            (201, Action::Member { .. }) if body.get("prompts").is_some() => {
                let prompts = body.get("prompts").and_then(Value::as_array).into_iter().flatten();
                Outcome::Thanked {
                    points: number(&body, "/points")?,
                    prompts: prompts.filter_map(Value::as_str).map(str::to_owned).collect(),
                }
            }
            (200, Action::Member { member, act: Act::Code }) => {
                let code = text(&body, "/code").ok_or_else(|| format!("no code in {body}"))?;
                self.referral_codes.insert(member.clone(), code);
                Outcome::Code
            }
            (201, Action::Member { .. }) => Outcome::Entry(entry(&body)?),
            _ => return Err(format!("status {status}: {said}")),
        };
        Ok(Answer { outcome, replayed })
    }
}

/// A code that is one, and nobody's.
const NOBODYS: &str = "0000-0000-0";

fn on_device(mut body: Value, device: Option<&str>) -> Value {
    if let Some(device) = device {
        body["device"] = device.into();
    }
    body
}

#[allow(clippy::too_many_lines, reason = "one arm per word: it is a table")]
fn body(
    member: &str,
    act: &Act,
    codes: &BTreeMap<String, String>,
) -> Result<(String, Map<String, Value>), String> {
    let (target, mut body) = match act {
        Act::Join { id, referrer, device } => {
            let code = codes.get(referrer).map_or(NOBODYS, String::as_str);
            (
                "/v1/referrals".to_owned(),
                on_device(json!({ "event_id": id, "code": code }), device.as_deref()),
            )
        }
        Act::Enrol { birthday, tags, device } => {
            let mut body = on_device(json!({ "event_id": "enrolment", "tags": tags }), device.as_deref());
            if let Some(day) = birthday {
                body["birthday"] = dsl::calendar::show_day(*day).into();
            }
            ("/v1/members".to_owned(), body)
        }
        Act::Buy(buy) => {
            let mut body =
                json!({ "event_id": buy.id, "currency": buy.currency, "lines": lines(&buy.lines) });
            for (name, value) in
                [("channel", &buy.channel), ("store", &buy.store), ("redemption_id", &buy.paid_with)]
            {
                if let Some(value) = value {
                    body[name] = value.as_str().into();
                }
            }
            ("/v1/purchases".to_owned(), body)
        }
        Act::Return(back) => {
            let mut body = json!({ "event_id": back.id });
            if !back.lines.is_empty() {
                let line = |l: &crate::story::ReturnLine| match l.amount_minor {
                    Some(amount) => json!({ "line": l.line, "quantity": l.quantity, "amount_minor": amount }),
                    None => json!({ "line": l.line, "quantity": l.quantity }),
                };
                body["lines"] = back.lines.iter().map(line).collect();
            }
            (format!("/v1/purchases/{}/returns", back.purchase), body)
        }
        Act::Redeem(redeem) => {
            let mut body = json!({ "event_id": redeem.id });
            match &redeem.what {
                What::Points(points) => body["points"] = (*points).into(),
                What::Reward(reward) => body["reward"] = reward.as_str().into(),
            }
            if let Some(seconds) = redeem.hold_seconds {
                body["hold_seconds"] = seconds.into();
            }
            if let Some(choice) = &redeem.choice {
                body["choice"] = choice.as_str().into();
            }
            if !redeem.lines.is_empty() {
                body["lines"] = lines(&redeem.lines);
            }
            ("/v1/redemptions".to_owned(), body)
        }
        Act::Finish(finish) => {
            let mut body = json!({ "event_id": finish.id });
            if let Some(points) = finish.points {
                body["points"] = points.into();
            }
            (format!("/v1/redemptions/{}/{}", finish.redemption, finish.how.word()), body)
        }
        Act::Send(sent) => {
            let fields: Map<String, Value> = sent.fields.iter().map(|(n, v)| (n.clone(), field(v))).collect();
            ("/v1/events".to_owned(), json!({ "event_id": sent.id, "kind": sent.kind, "fields": fields }))
        }
        Act::Adjust { id, points, reason } => {
            let body = json!({ "event_id": id, "points": points, "reason": reason });
            (format!("/v1/members/{member}/adjustments"), body)
        }
        Act::Freeze { id, earning, spending, reason } => {
            let body = json!({ "event_id": id, "earning": earning, "spending": spending, "reason": reason });
            (format!("/v1/members/{member}/freeze"), body)
        }
        Act::Change(change) => {
            let mut body = json!({ "event_id": change.id });
            if let Some(day) = change.birthday {
                body["birthday"] = dsl::calendar::show_day(day).into();
            }
            let home = &change.home;
            for (name, text) in
                [("country", &home.country), ("postcode", &home.postcode), ("city", &home.city)]
            {
                if let Some(text) = text {
                    body[name] = text.as_str().into();
                }
            }
            for (name, words) in [("tags", &change.tags), ("consents", &change.consents)] {
                if let Some(words) = words {
                    body[name] = words.clone().into();
                }
            }
            if let Some(terms) = &change.terms {
                body["terms"] = terms.as_str().into();
            }
            match change.household.as_deref() {
                Some("none") => body["clear"] = json!(["household"]),
                Some(household) => body["household"] = household.into(),
                None => {}
            }
            (format!("/v1/members/{member}/profile"), body)
        }
        Act::Merge { id, from, reason } => {
            let body = json!({ "event_id": id, "from": from, "reason": reason });
            (format!("/v1/members/{member}/merge"), body)
        }
        Act::Erase { reason } => {
            (format!("/v1/members/{member}/erase"), json!({ "event_id": "erasure", "reason": reason }))
        }
        Act::Card
        | Act::Code
        | Act::Newest
        | Act::Invite { .. }
        | Act::Answer(_)
        | Act::Repeat { .. }
        | Act::Voucher(_) => {
            return Err("is no request of its own".to_owned());
        }
    };
    let named_by_path = matches!(
        act,
        Act::Adjust { .. } | Act::Freeze { .. } | Act::Change(_) | Act::Erase { .. } | Act::Merge { .. }
    );
    if !named_by_path {
        body["member_id"] = member.into();
    }
    match body {
        Value::Object(map) => Ok((target, map)),
        other => Err(format!("{other} is no object")),
    }
}

fn voucher(step: &VoucherStep, code: &str) -> (String, Map<String, Value>) {
    let mut body = Map::from_iter([("event_id".to_owned(), Value::from(step.id.as_str()))]);
    body.extend(step.seconds.map(|seconds| ("seconds".to_owned(), seconds.into())));
    body.extend(step.choice.as_deref().map(|choice| ("choice".to_owned(), choice.into())));
    (format!("/v1/vouchers/{code}/{}", step.how), body)
}

fn lines(lines: &[Line]) -> Value {
    let one = |line: &Line| {
        let mut body = json!({ "amount_minor": line.amount_minor, "quantity": line.quantity });
        for (name, value) in [("sku", &line.sku), ("category", &line.category), ("brand", &line.brand)] {
            if let Some(value) = value {
                body[name] = value.as_str().into();
            }
        }
        if !line.tags.is_empty() {
            body["tags"] = line.tags.clone().into();
        }
        if !line.eligible {
            body["eligible"] = false.into();
        }
        body
    };
    lines.iter().map(one).collect()
}

/// A number as JSON, exactly as written: whole where it is.
fn field(value: &FieldValue) -> Value {
    match value {
        FieldValue::Number(micro) if micro % 1_000_000 == 0 => (micro / 1_000_000).into(),
        FieldValue::Number(micro) => {
            let text = format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000);
            serde_json::from_str(text.trim_end_matches('0')).unwrap_or(Value::Null)
        }
        FieldValue::Money(minor) => (*minor).into(),
        FieldValue::Text(text) => text.as_str().into(),
        FieldValue::Truth(truth) => (*truth).into(),
    }
}

fn number(body: &Value, pointer: &str) -> Result<i64, String> {
    body.pointer(pointer).and_then(Value::as_i64).ok_or_else(|| format!("no number at {pointer} in {body}"))
}

fn text(body: &Value, pointer: &str) -> Option<String> {
    body.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

fn moment(body: &Value, pointer: &str) -> Result<Option<Moment>, String> {
    text(body, pointer).map(|t| from_rfc3339(&t)).transpose()
}

fn problem(body: &Value) -> Result<Outcome, String> {
    let code = text(body, "/code").ok_or_else(|| format!("a problem without a code: {body}"))?;
    if matches!(code.as_str(), "request.invalid" | "auth.role" | "auth.missing") {
        return Err(format!("the story's request itself was wrong: {body}"));
    }
    let numbers = body.as_object().into_iter().flatten().filter(|(name, _)| *name != "status");
    let mut numbers: Vec<(String, i64)> =
        numbers.filter_map(|(name, value)| Some((name.clone(), value.as_i64()?))).collect();
    numbers.sort();
    Ok(Outcome::Refused { code, numbers })
}

pub(super) fn entry(body: &Value) -> Result<Written, String> {
    let seq = number(body, "/entry/seq")?;
    let mut postings = Vec::new();
    match body.pointer("/entry/postings") {
        Some(Value::Array(list)) => {
            for posting in list {
                let account = text(posting, "/account").ok_or_else(|| format!("no account in {posting}"))?;
                postings.push((account, number(posting, "/points")?));
            }
        }
        Some(Value::Object(map)) => {
            for (account, points) in map {
                postings
                    .push((account.clone(), points.as_i64().ok_or_else(|| format!("no points in {map:?}"))?));
            }
        }
        _ => return Err(format!("no postings in {body}")),
    }
    postings.sort();
    Ok(Written {
        seq: u64::try_from(seq).map_err(|e| e.to_string())?,
        kind: text(body, "/entry/type").ok_or_else(|| format!("no type in {body}"))?,
        postings,
        balances: balances(body)?,
        rewards: rewards(body),
        effects: body
            .pointer("/entry/effects")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(effect)
            .collect::<Result<_, _>>()?,
    })
}

/// An effect as a rule says it.
fn effect(body: &Value) -> Result<String, String> {
    let (kind, name) =
        text(body, "/effect").zip(text(body, "/name")).ok_or_else(|| format!("no effect in {body}"))?;
    Ok(match kind.as_str() {
        "prompt" => format!("prompt for {name}"),
        "lift_tier" => {
            let long = text(body, "/for").ok_or_else(|| format!("no length in {body}"))?;
            format!("lift tier to {name} for {long}")
        }
        _ => format!("{} \"{name}\"", kind.replace('_', " ")),
    })
}

fn balances(body: &Value) -> Result<Balances, String> {
    Ok(Balances {
        active: number(body, "/balance_points")?,
        pending: number(body, "/pending_points")?,
        held: number(body, "/held_points")?,
        debt: number(body, "/debt_points")?,
        tier: text(body, "/tier/name").or_else(|| text(body, "/tier")),
    })
}

/// Rewards that the rules gave, and those of them that could not be had.
fn rewards(body: &Value) -> Vec<String> {
    let list = |pointer: &str| body.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let granted = list("/entry/award/rewards").filter_map(Value::as_str).map(|name| format!("grants {name}"));
    let withheld = list("/entry/award/withheld").filter_map(|withheld| text(withheld, "/reward"));
    granted.chain(withheld.map(|name| format!("withholds {name}"))).collect()
}

fn vouchers(body: &Value) -> Result<Vec<(String, Option<Moment>)>, String> {
    let list = body.get("vouchers").and_then(Value::as_array).ok_or("a card without vouchers")?;
    let one = |voucher: &Value| {
        let reward = text(voucher, "/reward").unwrap_or_default();
        let picked = text(voucher, "/choice").map(|choice| format!(" ({choice})")).unwrap_or_default();
        let state = text(voucher, "/state").unwrap_or_default();
        Ok((format!("{reward}{picked} {state}"), moment(voucher, "/expires_at")?))
    };
    list.iter().map(one).collect()
}

fn levels(body: &Value) -> Vec<(String, String)> {
    let list = body.get("levels").and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|level| Some((text(level, "/set")?, text(level, "/name")?))).collect()
}

fn challenges(body: &Value) -> Result<Vec<Challenge>, String> {
    let list =
        body.get("challenges").and_then(Value::as_array).ok_or_else(|| format!("no challenges in {body}"))?;
    let one = |challenge: &Value| {
        let goals = challenge.get("goals").and_then(Value::as_array).into_iter().flatten();
        let goals = goals.map(|goal| {
            let name = text(goal, "/name").unwrap_or_default();
            Ok((name, number(goal, "/have")?, number(goal, "/need")?))
        });
        Ok(Challenge {
            name: text(challenge, "/name").unwrap_or_default(),
            completed: challenge.get("completed").and_then(Value::as_bool).unwrap_or_default(),
            goals: goals.collect::<Result<_, String>>()?,
        })
    };
    list.iter().map(one).collect()
}

fn card(body: &Value) -> Result<Card, String> {
    let expiring = match moment(body, "/expiring_next/at")? {
        Some(at) => Some((number(body, "/expiring_next/points")?, at)),
        None => None,
    };
    let next = match text(body, "/tier/next/name") {
        Some(name) => Some((name, number(body, "/tier/next/missing")?)),
        None => None,
    };
    let truth =
        |name: &str| body.get(name).and_then(Value::as_bool).ok_or_else(|| format!("no `{name}` in {body}"));
    let texts = |name: &str| {
        let list = body.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    Ok(Card {
        balances: balances(body)?,
        expiring,
        review_at: moment(body, "/tier/review_at")?,
        next,
        badges: texts("badges"),
        levels: levels(body),
        challenges: challenges(body)?,
        tags: texts("tags"),
        vouchers: vouchers(body)?,
        standing: standing(truth("earning_frozen")?, truth("spending_frozen")?, truth("erased")?),
    })
}
