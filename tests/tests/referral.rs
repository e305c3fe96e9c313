//! Referrals over the real handlers and store: paid once however many jobs run at once, shown as they are, and every
//! planted fault found by the auditor.

use audit::{Auditor, Invariant, Item, Value};
use domain::chain;
use domain::entry::Change;
use dsl::units::Moment;
use serde_json::{Value as Json, json};
use tests::desk::{Desk, MORNING};

const DAY: i64 = 86_400_000;
const RULES: &str = include_str!("../../dsl/examples/friends.merit");

/// Ana has a code, ben came with it and bought; it is the morning on which that has matured.
fn matured() -> Desk {
    let desk = Desk::open(RULES).unwrap();
    desk.post("/v1/members", &json!({"member_id": "ana", "email": "ana@example.com", "device": "d1"}))
        .unwrap();
    let code = desk.post("/v1/members/ana/referral-code", &Json::Null).unwrap();
    assert_eq!(code.status, 200, "{}", code.body);
    desk.set_clock(Moment(MORNING.0 + 1_000));
    desk.post("/v1/members", &json!({"member_id": "ben", "email": "ben@example.com"})).unwrap();
    let join = json!({"event_id": "F1", "member_id": "ben", "code": code.body["code"], "device": "d2"});
    let joined = desk.post("/v1/referrals", &join).unwrap();
    assert_eq!((joined.status, joined.replayed), (201, false), "{}", joined.body);
    let again = desk.post("/v1/referrals", &join).unwrap();
    assert_eq!((again.status, again.replayed, &again.body), (201, true, &joined.body));
    assert_eq!(desk.sell("ben", "A1", 4_000).unwrap().status, 201);
    desk.set_clock(Moment(MORNING.0 + 15 * DAY));
    desk
}

fn due_together(desk: &Desk, times: usize) {
    let at = dsl::calendar::Zone::utc().show((desk.app().clock)());
    desk.runtime.block_on(async {
        let run = || {
            let (app, event) = (desk.app().clone(), json!({"job": "due", "at": at}));
            tokio::spawn(async move { handlers::jobs::run(&app, "due", &event, &|| false).await })
        };
        let running: Vec<_> = (0..times).map(|_| run()).collect();
        for one in running {
            one.await.unwrap().unwrap();
        }
    });
}

fn balance(desk: &Desk, member: &str) -> i64 {
    desk.get(&format!("/v1/members/{member}")).unwrap().body["balance_points"].as_i64().unwrap()
}

#[test]
fn jobs_at_once_pay_both_sides_once() {
    let desk = matured();
    let seen = desk.get("/v1/members/ana/referrals").unwrap().body;
    assert_eq!((&seen["friends"][0]["state"], &seen["counts"]["matured"]), (&json!("matured"), &json!(1)));
    due_together(&desk, 8);
    assert_eq!((balance(&desk, "ana"), balance(&desk, "ben")), (500, 240));
    let seen = desk.get("/v1/members/ana/referrals").unwrap().body;
    assert_eq!((&seen["friends"][0]["state"], &seen["friends_rewarded"]), (&json!("rewarded"), &json!(1)));
    assert_eq!(desk.get("/v1/members/ben/referrals").unwrap().body["brought_by"]["member_id"], "ana");
    desk.post("/v1/purchases/A1/returns", &json!({"event_id": "B1", "member_id": "ben"})).unwrap();
    assert_eq!((balance(&desk, "ana"), balance(&desk, "ben")), (0, 0));
    due_together(&desk, 4);
    assert_eq!((balance(&desk, "ana"), balance(&desk, "ben")), (0, 0));
    desk.world.audit().unwrap();
}

#[test]
fn who_is_one_person_is_refused_without_saying_why() {
    let desk = matured();
    let code = desk.post("/v1/members/ana/referral-code", &Json::Null).unwrap().body["code"].clone();
    for (member, extra) in [("cid", json!({"email": "Ana@Example.com"})), ("dan", json!({"device": "d1"}))] {
        let mut enrol = extra;
        enrol["member_id"] = member.into();
        assert_eq!(desk.post("/v1/members", &enrol).unwrap().status, 201);
        let join = json!({"event_id": "F2", "member_id": member, "code": code});
        let refused = desk.post("/v1/referrals", &join).unwrap();
        assert_eq!((refused.status, refused.code()), (409, "referral.self"), "{}", refused.body);
        assert!(desk.post("/v1/referrals", &join).unwrap().replayed);
    }
    let typo = json!({"event_id": "F3", "member_id": "cid", "code": "7K3M-9QXT-0"});
    assert_eq!(desk.post("/v1/referrals", &typo).unwrap().status, 400);
    let nobodys = json!({"event_id": "F3", "member_id": "cid", "code": "oooo oooo o"});
    assert_eq!(desk.post("/v1/referrals", &nobodys).unwrap().code(), "referral.code_unknown");
}

fn items(desk: &Desk) -> Vec<Item> {
    let mut all = Vec::new();
    let mut pages = desk.store.items();
    while let Some(page) = desk.runtime.block_on(pages.next_page()).unwrap() {
        all.extend(page);
    }
    all
}

fn found(items: &[Item]) -> Vec<Invariant> {
    let mut auditor = Auditor::new();
    for item in items {
        auditor.feed(item);
    }
    auditor.finish().violations.iter().map(|violation| violation.invariant).collect()
}

/// Changes what the entries of a member say, and seals her chain again over it.
fn tamper(items: &mut [Item], member: &str, change: impl Fn(&mut Change)) {
    let pk = format!("T#desk#M#{member}");
    let mut hash = [0; 32];
    for item in items.iter_mut().filter(|item| item.pk == pk && item.sk.starts_with("E#")) {
        let (Some(Value::Text(text)), Some(Value::Bytes(state))) =
            (item.attributes.get("e"), item.attributes.get("s"))
        else {
            panic!("no entry");
        };
        let mut entry = chain::entry_from_text(text).unwrap();
        change(&mut entry.change);
        let (text, state) = (chain::entry_to_text(&entry), state.clone());
        hash = chain::hash(&hash, &pk, entry.seq, &text, &state);
        item.attributes.insert("e".to_owned(), Value::Text(text));
        item.attributes.insert("h".to_owned(), Value::Bytes(hash.to_vec()));
    }
}

#[test]
fn planted_faults_are_found() {
    let desk = matured();
    due_together(&desk, 1);
    let good = items(&desk);
    assert_eq!(found(&good), []);
    // one side is paid only: the other's entry, her newest, was never written
    for member in ["ana", "ben"] {
        let mut one_side = good.clone();
        let newest = one_side
            .iter()
            .rposition(|item| item.pk == format!("T#desk#M#{member}") && item.sk.starts_with("E#"));
        one_side.remove(newest.unwrap());
        assert!(found(&one_side).contains(&Invariant::Referral), "only {member} is not paid");
    }
    // the friend names another referrer
    let other = |change: &mut Change| match change {
        Change::Joined { referrer: other, .. } | Change::ReferralPaid { other, .. } => {
            *other = domain::ids::MemberId::parse("zoe").unwrap();
        }
        _ => {}
    };
    let mut differs = good.clone();
    tamper(&mut differs, "ben", other);
    assert!(found(&differs).contains(&Invariant::Referral));
    let mut differs = good.clone();
    tamper(&mut differs, "ana", other);
    assert!(found(&differs).contains(&Invariant::Referral));
    // paid a second time, under another friend's name
    let mut twice = good.clone();
    let paid = twice.iter().rposition(|item| item.pk == "T#desk#M#ana" && item.sk.starts_with("E#")).unwrap();
    let mut copy = twice[paid].clone();
    copy.sk = "E#000000000003".to_owned();
    twice.insert(paid + 1, copy);
    assert!(!found(&twice).is_empty());
    // a friend in nobody's list
    let mut unlisted = good.clone();
    unlisted.retain(|item| item.pk != "T#desk#F#ana");
    assert!(found(&unlisted).contains(&Invariant::Referral));
}
