//! Which request comes next at a merchant, and what it says.

use super::mood::{About, Mood};
use super::shelf::{Person, Shelf};
use super::{Asked, EMAIL, NAME, Need, Operation, WORDS, What};
use crate::programme::{EDITIONS, Merchant};
use dsl::calendar::Zone;
use dsl::units::Moment;
use fastrand::Rng;
use serde_json::{Value, json};
use std::time::Duration;

/// What a mood is about, in the numbers of [`Chooser::ask`].
const ABOUT: About =
    About { purchase: 2..=36, redemption: 48..=58, answer: 89..=93, profile: 96..=98, leave: 99..=99 };

/// What comes next at one merchant.
pub(super) struct Chooser {
    merchant: &'static Merchant,
    mood: Mood,
    began: Moment,
    shelf: Shelf,
    /// What follows from what was done: the next ones to come, the last first.
    script: Vec<What>,
    uploads: u64,
}

/// A request that is being put together.
struct Writing<'a> {
    member: &'a str,
    id: &'a str,
}

impl Writing<'_> {
    /// A request whose body names the member.
    fn at(&self, key: &str, target: &str, mut body: Value) -> Asked {
        body["member_id"] = self.member.into();
        self.with(key, target, body)
    }

    /// A request whose path names the member.
    fn by_hand(&self, kind: &str, body: Value) -> Asked {
        self.with(kind, &format!("/v1/members/{}/{kind}", self.member), body)
    }

    fn with(&self, key: &str, target: &str, mut body: Value) -> Asked {
        body["event_id"] = self.id.into();
        Asked {
            member: self.member.to_owned(),
            key: Some(format!("{key} {}", self.id)),
            method: "POST",
            target: target.to_owned(),
            body,
            needs: Need::Nothing,
        }
    }

    fn read(&self, target: String) -> Asked {
        let member = self.member.to_owned();
        Asked { member, key: None, method: "GET", target, body: Value::Null, needs: Need::Nothing }
    }
}

impl Chooser {
    pub(super) fn new(merchant: &'static Merchant, mood: Mood, members: u64, began: Moment) -> Self {
        let regulars = (0..members).map(|member| format!("m{member}"));
        // Who is out for what is scarce has the points for it: what is left decides, not the balance.
        let gifts = regulars.clone().filter(|_| mood == Mood::Rush).map(|member| {
            let writing = Writing { member: &member, id: &format!("gift-{member}") };
            writing.by_hand("adjustments", json!({ "points": 800, "reason": "goodwill" }))
        });
        // Most members are there from the first day on.
        let enrolments = regulars.clone().zip(0..).map(|(member, number)| enrolment(&member, number));
        let script = gifts.chain(enrolments).map(What::Asked).collect();
        Self { merchant, mood, began, shelf: Shelf::new(members), script, uploads: 0 }
    }

    /// The next one.
    pub(super) fn next(&mut self, random: &mut Rng, number: u64, at: Duration) -> Operation {
        let scripted = !self.script.is_empty() && random.u32(..100) < 55;
        let what = match if scripted { self.script.pop() } else { None } {
            Some(what) => what,
            None => self.choose(random, number, at),
        };
        Operation { number, at, tenant: self.merchant.tenant, what }
    }

    fn choose(&mut self, random: &mut Rng, number: u64, at: Duration) -> What {
        if random.u32(..100) < self.mood.changes_of_rules() {
            if random.bool() {
                return What::Rules(random.usize(..EDITIONS));
            }
            self.uploads += 1;
            return What::Upload(random.usize(..EDITIONS), self.uploads);
        }
        if self.mood == Mood::Rush && random.u32(..10) == 0 {
            return self.stampede(number);
        }
        match random.u32(2..100) {
            2..=4 => What::Job("due"),
            5 => What::Job("birthday"),
            6..=8 if self.shelf.friends < 6 => self.friend_comes(random, number),
            _ => What::Asked(self.ask(random, number, at)),
        }
    }

    /// Everybody asks for what there are few of, at the same time.
    fn stampede(&mut self, number: u64) -> What {
        for member in 0..self.shelf.regulars {
            let (member, id) = (format!("m{member}"), format!("n{number}m{member}"));
            let writing = Writing { member: &member, id: &id };
            let body = json!({ "reward": "mug" });
            self.script.push(What::Asked(writing.at("redemption", "/v1/redemptions", body)));
            if let Some(person) = self.shelf.person(&member) {
                person.redemptions.push(id);
            }
        }
        What::Job("due")
    }

    /// Somebody new: enrols, names who brought her, buys, and may bring it back.
    fn friend_comes(&mut self, random: &mut Rng, number: u64) -> What {
        let friend = format!("f{}", self.shelf.friends);
        let referrer = format!("m{}", random.u64(..self.shelf.regulars));
        self.shelf.welcome(&friend);
        let (joining, bought) = (format!("j{number}"), format!("b{number}"));
        let writing = Writing { member: &friend, id: &joining };
        let mut join = writing.at("joining", "/v1/referrals", json!({}));
        join.needs = Need::Code(referrer);
        if random.u32(..8) == 0 {
            join.body["device"] = "the same phone".into();
        }
        let buys = Writing { member: &friend, id: &bought };
        let lines = json!([{ "amount_minor": random.u32(600..5_000), "quantity": 2 }]);
        let purchase = buys.at("purchase", "/v1/purchases", json!({ "currency": "EUR", "lines": lines }));
        if let Some(person) = self.shelf.person(&friend) {
            person.purchases.push((bought.clone(), 1));
        }
        if random.u32(..3) == 0 {
            let back = Writing { member: &friend, id: &format!("r{number}") };
            let target = format!("/v1/purchases/{bought}/returns");
            let body =
                if random.bool() { json!({}) } else { json!({ "lines": [{ "line": 0, "quantity": 1 }] }) };
            self.script.insert(0, What::Asked(back.at(&format!("return {bought}"), &target, body)));
        }
        self.script.push(What::Asked(purchase));
        self.script.push(What::Asked(join));
        What::Asked(enrolment(&friend, number))
    }

    fn ask(&mut self, random: &mut Rng, number: u64, at: Duration) -> Asked {
        // Merchants number their orders themselves: the same number may come up elsewhere.
        let id = format!("n{}", if random.u32(..20) == 0 { number / 2 } else { number });
        let name = self.shelf.somebody(random);
        let occurred_at = (random.u32(..20) == 0).then(|| {
            let at = self.began.0.saturating_add(i64::try_from(at.as_millis()).unwrap_or(0));
            Zone::utc().show(Moment(at.saturating_sub(random.i64(..7_200_000))))
        });
        let score_max = self.merchant.score_max;
        let other = self.shelf.somebody(random);
        let Some(person) = self.shelf.person(&name) else { return enrolment(&name, number) };
        let writing = Writing { member: &name, id: &id };
        match self.mood.bend(random, 120, &ABOUT) {
            0..=1 => enrolment(&name, number),
            2..=36 => purchase(random, &writing, person, occurred_at),
            37..=47 if !person.purchases.is_empty() => give_back(random, &writing, person),
            48..=58 => redemption(random, &writing, person, self.mood == Mood::Rush),
            59..=64 => {
                person.holds.push(id.clone());
                let mut body = json!({ "points": random.u32(5..120), "hold_seconds": random.u32(60..1_200) });
                if random.u32(..4) == 0 {
                    body = json!({ "reward": "mug", "hold_seconds": random.u32(60..9_000) });
                }
                // half of them know at once what they want with it
                if random.bool() {
                    let (step, body) = match random.u32(..3) {
                        0 => ("release", json!({})),
                        1 => ("capture", json!({ "points": random.u32(1..60) })),
                        _ => ("capture", json!({})),
                    };
                    let next = Writing { member: &name, id: &format!("{id}s") };
                    let target = format!("/v1/redemptions/{id}/{step}");
                    self.script.push(What::Asked(next.at(&format!("{step} {id}"), &target, body)));
                }
                writing.at("redemption", "/v1/redemptions", body)
            }
            65..=69 if !person.holds.is_empty() => {
                let hold = open_hold(random, person);
                let body = if random.bool() { json!({}) } else { json!({ "points": random.u32(1..60) }) };
                writing.at(&format!("capture {hold}"), &format!("/v1/redemptions/{hold}/capture"), body)
            }
            70..=72 if !person.holds.is_empty() => {
                let hold = open_hold(random, person);
                let target = format!("/v1/redemptions/{hold}/release");
                writing.at(&format!("release {hold}"), &target, json!({}))
            }
            73..=77 if !person.redemptions.is_empty() => {
                // rather an old one, whose points may be over; each is cancelled once
                let newest = random.usize(..person.redemptions.len());
                let spent = person.redemptions.remove(random.usize(..=newest));
                let target = format!("/v1/redemptions/{spent}/cancel");
                writing.at(&format!("cancel {spent}"), &target, json!({}))
            }
            78..=84 => voucher_step(random, &writing),
            85..=88 => {
                let body = json!({ "kind": "check_in", "fields": { "stars": random.u32(1..6) } });
                writing.at("event", "/v1/events", body)
            }
            89..=93 => answer(random, &writing, score_max),
            94 => {
                let points = i64::from(random.u32(..400)) - 150;
                writing.by_hand("adjustments", json!({ "points": points, "reason": "goodwill" }))
            }
            95 => {
                let (earning, spending) = (random.u32(..4) == 0, random.u32(..3) == 0);
                if spending && random.bool() {
                    let next = Writing { member: &name, id: &format!("{id}s") };
                    let body = json!({ "points": random.u32(5..20) });
                    self.script.push(What::Asked(next.at("redemption", "/v1/redemptions", body)));
                }
                let body = json!({ "earning": earning, "spending": spending, "reason": "review" });
                writing.by_hand("freeze", body)
            }
            96..=98 => writing.by_hand("profile", profile(random)),
            99 if self.mood == Mood::Leaving || random.u32(..4) == 0 => {
                let mut asked = writing.by_hand("erase", json!({ "reason": "asked" }));
                asked.key = Some("erase".to_owned()); // once, whatever the client calls it
                asked
            }
            100 if other != name && random.bool() => {
                let body = json!({ "from": other, "keep_profile": random.bool(), "reason": "twins" });
                writing.by_hand("merge", body)
            }
            101 if other != name => {
                let mut join = writing.at("joining", "/v1/referrals", json!({}));
                join.needs = Need::Code(other);
                join
            }
            _ => writing.read(read_of(random, &name, at)),
        }
    }
}

/// A member's enrolment: one, whatever the client calls it.
fn enrolment(member: &str, number: u64) -> Asked {
    // Birthdays on the days that make trouble as often as not.
    let days = ["1988-02-29", "1990-03-29", "2001-10-25", "1970-12-31", "1999-01-01", "1985-07-11"];
    let day = days[usize::try_from(number % 6).unwrap_or(0)];
    let body = json!({
        "event_id": "enrolment", "member_id": member, "birthday": day, "name": NAME, "email": format!("{member}.{EMAIL}"),
    });
    Asked {
        member: member.to_owned(),
        key: Some("enrolment enrolment".to_owned()),
        method: "POST",
        target: "/v1/members".to_owned(),
        body,
        needs: Need::Nothing,
    }
}

fn purchase(
    random: &mut Rng,
    writing: &Writing<'_>,
    person: &mut Person,
    occurred_at: Option<String>,
) -> Asked {
    let lines = random.usize(1..4);
    person.purchases.push((writing.id.to_owned(), lines));
    let lines: Vec<Value> = (0..lines)
        .map(|_| json!({ "amount_minor": random.u32(50..4_000), "quantity": random.u32(1..4) }))
        .collect();
    let mut body = json!({ "currency": "EUR", "lines": lines });
    if let Some(paid) = person.redemptions.last().filter(|_| random.u32(..6) == 0) {
        body["redemption_id"] = paid.as_str().into();
    }
    if let Some(at) = occurred_at {
        body["occurred_at"] = at.into();
    }
    writing.at("purchase", "/v1/purchases", body)
}

fn give_back(random: &mut Rng, writing: &Writing<'_>, person: &Person) -> Asked {
    let (purchase, lines) = person.purchases[random.usize(..person.purchases.len())].clone();
    let body = match random.u32(..5) {
        0 | 1 => json!({}),
        2 => {
            json!({ "lines": [{ "line": random.usize(..lines), "quantity": 0, "amount_minor": random.u32(1..90) }] })
        }
        _ => json!({ "lines": [{ "line": random.usize(..lines), "quantity": 1 }] }),
    };
    writing.at(&format!("return {purchase}"), &format!("/v1/purchases/{purchase}/returns"), body)
}

/// Mostly the newest: most holds are captured or released while they last.
fn open_hold(random: &mut Rng, person: &Person) -> String {
    let holds = &person.holds;
    let from = if random.u32(..10) < 7 { holds.len().saturating_sub(2) } else { 0 };
    holds[random.usize(from..holds.len())].clone()
}

fn redemption(
    random: &mut Rng,
    writing: &Writing<'_>,
    person: &mut Person,
    only_what_is_scarce: bool,
) -> Asked {
    person.redemptions.push(writing.id.to_owned());
    let scarce = [0, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 6][random.usize(..12)];
    let body = match if only_what_is_scarce { scarce } else { random.u32(..9) } {
        0 | 1 => json!({ "reward": "coffee" }),
        2 | 3 => json!({ "reward": "mug" }),
        4 => json!({ "reward": "sweet" }),
        5 => json!({ "reward": "sweet", "choice": "cake_slice" }),
        6 => json!({ "reward": "tasting" }),
        _ => json!({ "points": random.u32(5..150) }),
    };
    writing.at("redemption", "/v1/redemptions", body)
}

fn voucher_step(random: &mut Rng, writing: &Writing<'_>) -> Asked {
    let step = ["reserve", "fulfil", "fulfil", "release", "cancel"][random.usize(..5)];
    let mut body = match step {
        "reserve" => json!({ "seconds": random.u32(30..4_000) }),
        _ => json!({}),
    };
    if matches!(step, "reserve" | "fulfil") && random.u32(..3) == 0 {
        body["choice"] = ["cake_slice", "cocoa"][random.usize(..2)].into();
    }
    let mut asked = writing.with("voucher", "", body);
    asked.needs = Need::Voucher(random.usize(..8), step);
    asked
}

fn answer(random: &mut Rng, writing: &Writing<'_>, score_max: u64) -> Asked {
    let mut answers = json!({ "score": random.u64(1..=score_max) });
    if random.bool() {
        answers["comment"] = WORDS.into();
    }
    if score_max == 10 && random.bool() {
        answers["reason"] = ["price", "service", "quality"][random.usize(..3)].into();
    }
    Asked {
        member: writing.member.to_owned(),
        key: Some("survey nps".to_owned()),
        method: "POST",
        target: "/v1/surveys/nps/answers".to_owned(),
        body: json!({ "answers": answers }),
        needs: Need::Token("nps"),
    }
}

fn profile(random: &mut Rng) -> Value {
    let (born, tag, homes) = (["1991-03-29", "1992-12-31"], ["vip", "club"], ["h1", "h2"]);
    let one = random.usize(..2);
    match random.u32(..6) {
        0 => json!({ "birthday": born[one] }),
        4 if random.u32(..3) == 0 => json!({ "clear": ["household"] }),
        4 | 5 => json!({ "household": homes[one] }),
        1 => json!({ "consents": ["email"], "terms": "2026-01" }),
        2 => json!({ "name": format!("{NAME} the {}th", random.u32(2..9)), "clear": ["email"] }),
        _ => json!({ "tags": [tag[one]] }),
    }
}

fn read_of(random: &mut Rng, member: &str, at: Duration) -> String {
    match random.u32(..9) {
        0 | 1 => format!("/v1/members/{member}"),
        2..=4 => format!("/v1/members/{member}/entries?limit={}", random.u32(1..30)),
        5 => format!("/v1/rewards?member_id={member}"),
        6 => format!("/v1/members/{member}/referrals"),
        7 if at.as_secs().is_multiple_of(2) => "/v1/surveys/nps".to_owned(),
        7 => "/v1/rules".to_owned(),
        _ => format!("/v1/members/{member}/export"),
    }
}
