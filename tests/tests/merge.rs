//! Two members become one, over the real handlers and store: nothing is lost, nothing doubled, whatever is repeated,
//! lost or done at the same time.

use audit::Auditor;
use dsl::units::Moment;
use serde_json::{Value, json};
use tests::desk::{Answer, Desk, MORNING, purchase};
use tests::wire::Loss;

const DAY: i64 = 86_400_000;

const RULES: &str = r#"language 1

programme club {
  currency EUR
  timezone "Europe/Paris"
  expire after 12 months
}

tiers {
  guest always
  gold  from 100.00 EUR spent in 12 months
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule first {
  on purchase
  give 10 points
  limit 1 time per member per programme
}
"#;

fn audited(desk: &Desk) {
    let report = desk.runtime.block_on(async {
        let (mut auditor, mut items) = (Auditor::new(), desk.store.items());
        while let Some(page) = items.next_page().await.unwrap() {
            for item in &page {
                auditor.feed(item);
            }
        }
        auditor.finish()
    });
    assert!(report.is_clean(), "{report}");
}

fn merge(desk: &Desk, into: &str, id: &str, from: &str) -> Answer {
    let body = json!({ "event_id": id, "from": from, "reason": "duplicate" });
    desk.post(&format!("/v1/members/{into}/merge"), &body).unwrap()
}

fn card(desk: &Desk, member: &str) -> Value {
    desk.get(&format!("/v1/members/{member}")).unwrap().body
}

fn points(desk: &Desk, member: &str) -> (i64, i64) {
    let card = card(desk, member);
    (card["balance_points"].as_i64().unwrap(), card["debt_points"].as_i64().unwrap())
}

fn give_back(desk: &Desk, member: &str, purchase: &str, id: &str) -> Answer {
    let body = json!({ "event_id": id, "member_id": member });
    desk.post(&format!("/v1/purchases/{purchase}/returns"), &body).unwrap()
}

/// `old` bought for 60 and has 70 points, `new` bought for 50 and has 60.
fn two() -> Desk {
    let desk = Desk::open(RULES).unwrap();
    for (member, amount) in [("old", 6_000), ("new", 5_000)] {
        desk.post("/v1/members", &json!({ "member_id": member, "name": format!("name of {member}") }))
            .unwrap();
        assert_eq!(desk.sell(member, "A1", amount).unwrap().status, 201);
    }
    desk
}

#[test]
fn all_goes_with_its_own_dates_and_history_adds_up() {
    let desk = two();
    desk.set_clock(Moment(MORNING.0 + DAY));
    let merged = merge(&desk, "new", "G1", "old");
    assert_eq!(merged.status, 201, "{}", merged.body);
    assert_eq!(merged.body["entry"]["type"], "merged_from");
    assert_eq!(merged.body["entry"]["merge"]["from"], "old");
    assert_eq!((points(&desk, "new"), points(&desk, "old")), ((130, 0), (0, 0)));
    let (new, old) = (card(&desk, "new"), card(&desk, "old"));
    assert_eq!(old["merged_into"], "new");
    assert_eq!(new["tier"]["name"], "gold", "60 and 50 make 110");
    assert_eq!(new["expiring_next"]["points"], 130, "lots keep their dates");
    assert_eq!(new["expiring_next"]["at"], "2023-03-02T11:00:00+01:00");
    // the limit of once was used by both
    assert_eq!(desk.sell("new", "A2", 1_000).unwrap().body["entry"]["points"], 10);
    // the old id says where to go, for ever
    let refused = desk.sell("old", "A9", 1_000).unwrap();
    assert_eq!((refused.status, refused.code()), (409, "member.merged"));
    assert_eq!(refused.body["into"], "new");
    let again = merge(&desk, "new", "G1", "old");
    assert_eq!((again.status, again.replayed), (201, true));
    assert_eq!(again.body["entry"], merged.body["entry"]);
    assert_eq!(merge(&desk, "new", "G2", "old").code(), "member.merged");
    assert_eq!(merge(&desk, "new", "G3", "new").status, 400);
    assert_eq!(merge(&desk, "new", "G4", "nobody").code(), "member.unknown");
    let other = json!({ "event_id": "G1", "from": "old", "reason": "another" });
    assert_eq!(desk.post("/v1/members/new/merge", &other).unwrap().code(), "key_reused");
    let export = desk.get("/v1/members/old/export").unwrap().body.to_string();
    assert!(!export.contains("name of old"), "the profile went");
    audited(&desk);
}

#[test]
fn a_purchase_of_before_comes_back_after() {
    let desk = two();
    assert_eq!(merge(&desk, "new", "G1", "old").status, 201);
    // by the id on the card today; both had an `A1`, her own comes first
    let own = give_back(&desk, "new", "A1", "R1");
    assert_eq!((own.status, points(&desk, "new")), (201, (70, 0)));
    // and by the old one
    let back = give_back(&desk, "old", "A1", "R2");
    assert_eq!(back.body["entry"]["type"], "returned");
    assert_eq!(back.status, 201, "{}", back.body);
    assert_eq!(points(&desk, "new"), (0, 0));
    assert_eq!(points(&desk, "old"), (0, 0));
    let again = give_back(&desk, "old", "A1", "R2");
    assert_eq!((again.status, again.replayed), (201, true));
    assert_eq!(again.body["entry"], back.body["entry"]);
    assert_eq!(give_back(&desk, "old", "A1", "R3").code(), "return.exceeds_line");
    assert_eq!(give_back(&desk, "new", "none", "R4").code(), "return.purchase_unknown");
    audited(&desk);
}

#[test]
fn a_chain_of_merges_is_followed_and_spent_points_become_debt() {
    let desk = two();
    desk.enrol("last").unwrap();
    assert_eq!(desk.sell("old", "B1", 2_000).unwrap().status, 201);
    // a return of before, repeated afterwards
    let before = give_back(&desk, "old", "B1", "R0");
    assert_eq!(before.status, 201);
    assert_eq!(merge(&desk, "new", "G1", "old").status, 201);
    assert_eq!(merge(&desk, "last", "G2", "new").status, 201);
    assert_eq!(points(&desk, "last"), (130, 0));
    let spent = json!({ "event_id": "D1", "member_id": "last", "points": 100 });
    assert_eq!(desk.post("/v1/redemptions", &spent).unwrap().status, 201);
    assert!(give_back(&desk, "old", "B1", "R0").replayed);
    let back = give_back(&desk, "old", "A1", "R1");
    assert_eq!(back.status, 201, "{}", back.body);
    // 60 of 70 were the purchase's, 10 came with the first: all of A1's award
    assert_eq!(points(&desk, "last"), (0, 40));
    audited(&desk);
}

#[test]
fn holds_and_freezes_stand_in_the_way() {
    let desk = two();
    let held = json!({ "event_id": "H1", "member_id": "old", "points": 5, "hold_seconds": 600 });
    assert_eq!(desk.post("/v1/redemptions", &held).unwrap().status, 201);
    let refused = merge(&desk, "new", "G1", "old");
    assert_eq!((refused.status, refused.code()), (409, "merge.open_holds"));
    assert_eq!(refused.body["holds"], 1);
    // nothing was written: the same id may be used once the hold is gone
    let release = json!({ "event_id": "H2", "member_id": "old" });
    assert_eq!(desk.post("/v1/redemptions/H1/release", &release).unwrap().status, 201);
    let freeze = json!({ "event_id": "F1", "earning": true, "spending": false, "reason": "review" });
    assert_eq!(desk.post("/v1/members/old/freeze", &freeze).unwrap().status, 201);
    assert_eq!(merge(&desk, "new", "G1", "old").code(), "member.earning_frozen");
    let free = json!({ "event_id": "F2", "earning": false, "spending": false, "reason": "review" });
    assert_eq!(desk.post("/v1/members/old/freeze", &free).unwrap().status, 201);
    assert_eq!(merge(&desk, "new", "G1", "old").status, 201);
    audited(&desk);
}

#[test]
fn races_and_lost_answers_lose_and_double_nothing() {
    for loss in [Loss::Nothing, Loss::Written, Loss::Everything] {
        let desk = two();
        desk.wire.lose(loss);
        // A into B while B into A, and purchases of both at the same time
        let gateway = &desk;
        let sales: Vec<Value> = ["old", "new"]
            .into_iter()
            .flat_map(|member| (0..3).map(move |n| purchase(member, &format!("S{n}"), 100)))
            .collect();
        let (sold, (one, other)) = std::thread::scope(|scope| {
            let sold = scope.spawn(|| gateway.post_together("/v1/purchases", sales).unwrap());
            let one = scope.spawn(|| merge(gateway, "new", "G1", "old"));
            let other = merge(gateway, "old", "G2", "new");
            (sold.join().unwrap(), (one.join().unwrap(), other))
        });
        desk.wire.lose(Loss::Nothing);
        let done = [&one, &other].iter().filter(|answer| answer.status == 201).count();
        assert_eq!(done, 1, "{loss:?}: {} {}", one.body, other.body);
        let earned = i64::try_from(sold.iter().filter(|answer| answer.status == 201).count()).unwrap();
        for answer in &sold {
            assert!(answer.status == 201 || answer.code() == "member.merged", "{}", answer.body);
        }
        let (old, new) = (points(&desk, "old"), points(&desk, "new"));
        assert_eq!(old.0 + new.0, 130 + earned, "{loss:?}");
        assert!(old.0 == 0 || new.0 == 0, "{loss:?}: {old:?} {new:?}");
        audited(&desk);
    }
}

#[test]
fn an_enrolment_repeated_after_a_merge_has_its_first_answer() {
    let desk = Desk::open(RULES).unwrap();
    let joined = json!({ "member_id": "old", "name": "Léa Martin", "email": "lea@example.com" });
    let first = desk.post("/v1/members", &joined).unwrap();
    assert_eq!(first.status, 201, "{}", first.body);
    desk.enrol("new").unwrap();
    let other = json!({ "member_id": "old", "name": "Somebody Else" });
    assert_eq!(desk.post("/v1/members", &other).unwrap().code(), "key_reused");
    assert_eq!(merge(&desk, "new", "G1", "old").status, 201);
    // her personal data are gone, and with them what a repeat could be held to
    let again = desk.post("/v1/members", &joined).unwrap();
    assert_eq!((again.status, again.replayed, &again.body), (201, true, &first.body));
    // who has never told any has none to lose
    let told = json!({ "member_id": "new", "name": "Léa Martin" });
    assert_eq!(desk.post("/v1/members", &told).unwrap().code(), "key_reused");
    audited(&desk);
}
