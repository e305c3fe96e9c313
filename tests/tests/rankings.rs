//! Rules that rank members, over the real handlers and store: who is on the list, who shares a rank, what is rewarded once
//! for every period, and what a leaderboard shows; late, in parallel and interrupted.

use crate::timers::{HEAD, app, at, audited, entries, event, later, ran, scheduled};
use dsl::units::Moment;
use handlers::jobs::{self, JobError};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use store::walks::{Phase, Walk};
use tests::desk::Desk;

const PODIUM: &str = "rule podium \"The best of the month\" {\n  on schedule every month on day 1 at 09:00\n  rank 1 to 3 by member.spent last month\n  give 100 points\n}\n";

/// Members who spent so many cents in April.
const SPENT: &[(&str, i64)] =
    &[("ana", 5_000), ("bob", 9_000), ("cem", 5_000), ("dora", 2_000), ("eve", 2_000), ("fay", 1_999)];

/// A desk where they did; `idle` spent nothing.
fn april(rules: &str) -> Desk {
    let desk = Desk::open(&format!("{HEAD}{rules}")).unwrap();
    desk.enrol("idle").unwrap();
    for (member, _) in SPENT {
        desk.enrol(member).unwrap();
    }
    ran(&desk, later(1));
    desk.set_clock(at("2022-03-31T23:59:00+02:00"));
    // of another month
    assert_eq!(desk.sell("fay", "before", 90_000).unwrap().status, 201);
    ran(&desk, at("2022-04-01T09:05:00+02:00"));
    desk.set_clock(at("2022-04-01T10:00:00+02:00"));
    for (member, cents) in SPENT {
        assert_eq!(desk.sell(member, "A1", *cents).unwrap().status, 201);
    }
    desk.set_clock(at("2022-05-01T00:00:00+02:00"));
    assert_eq!(desk.sell("idle", "after", 90_000).unwrap().status, 201);
    desk
}

/// Rank and score of who got something in May.
fn placed(desk: &Desk) -> Vec<(String, Value)> {
    let places = SPENT.iter().map(|(member, _)| *member).chain(["idle"]).filter_map(|member| {
        let of_may = |entry: &Value| entry["reference"] == "k#schedule.podium:2022-05-01#";
        let entry = entries(desk, member).into_iter().find(of_may)?;
        Some((member.to_owned(), entry["place"].clone()))
    });
    places.collect()
}

fn place(rank: u32, score: i64) -> Value {
    json!({ "rank": rank, "score": score })
}

fn expected() -> Vec<(String, Value)> {
    let all = [("ana", place(2, 5_000)), ("bob", place(1, 9_000)), ("cem", place(2, 5_000))];
    all.map(|(member, place)| (member.to_owned(), place)).to_vec()
}

#[test]
fn the_best_of_a_period_are_rewarded_once_and_who_has_as_much_shares_a_rank() {
    let desk = april(PODIUM);
    assert_eq!(ran(&desk, at("2022-05-01T08:59:00+02:00")).written, 0);
    assert_eq!(ran(&desk, at("2022-05-01T09:00:00+02:00")).written, 3);
    assert_eq!(placed(&desk), expected());
    assert_eq!(ran(&desk, at("2022-05-01T10:00:00+02:00")).written, 0, "once");
    let told = entries(&desk, "ana").into_iter().find(|entry| entry["type"] == "scheduled").unwrap();
    assert_eq!(
        told["explanation"][1],
        "The member had rank 2 by what members spent from 2022-04-01 to 2022-04-30: 50.00 EUR."
    );
    // who was best in March got that in April, alone
    assert_eq!(scheduled(&desk, "fay"), [("k#schedule.podium:2022-04-01#".to_owned(), 100)]);
    audited(&desk);
}

#[test]
fn a_leaderboard_shows_who_was_rewarded_and_who_is_ahead() {
    let desk = april(PODIUM);
    ran(&desk, at("2022-05-01T09:00:00+02:00"));
    desk.set_clock(at("2022-05-02T09:00:00+02:00"));
    assert_eq!(desk.sell("dora", "A2", 95_000).unwrap().status, 201);
    ran(&desk, at("2022-05-02T10:00:00+02:00"));
    let shown = desk.get("/v1/leaderboards/podium?cycles=12").unwrap();
    assert_eq!(shown.status, 200, "{}", shown.body);
    let ranked =
        |rank: u32, member: &str, score: i64| json!({"rank": rank, "member_id": member, "score": score});
    let april = json!({
        "date": "2022-05-01", "metric": "spent", "from": "2022-04-01", "until": "2022-04-30",
        "ranked": [ranked(1, "bob", 9_000), ranked(2, "ana", 5_000), ranked(2, "cem", 5_000)],
    });
    let march = json!({
        "date": "2022-04-01", "metric": "spent", "from": "2022-03-01", "until": "2022-03-31",
        "ranked": [ranked(1, "fay", 90_000)],
    });
    let may = json!({
        "date": "2022-05-02", "metric": "spent", "from": "2022-05-01", "until": "2022-05-31",
        "ranked": [ranked(1, "dora", 95_000), ranked(2, "idle", 90_000)],
    });
    assert_eq!(shown.body["cycles"], json!([april, march]));
    assert_eq!(shown.body["so_far"], may);
    assert_eq!(
        (&shown.body["leaderboard"], &shown.body["label"]),
        (&json!("podium"), &json!("The best of the month"))
    );
    let latest = desk.get("/v1/leaderboards/podium").unwrap().body;
    assert_eq!(latest["cycles"], json!([april]));
    let unknown = desk.get("/v1/leaderboards/podum").unwrap();
    assert_eq!((unknown.status, &unknown.body["code"]), (404, &json!("leaderboard.unknown")));
    assert!(unknown.body["detail"].as_str().unwrap().ends_with("did you mean `podium`?"), "{}", unknown.body);
    assert_eq!(desk.get("/v1/leaderboards/base").unwrap().status, 404, "it ranks nobody");
}

#[test]
fn a_month_counts_once_however_often_its_rule_is_asked_and_ranks_may_be_a_part() {
    let often = "rule second {\n  on schedule every week on monday at 09:00\n  rank 2 to 3 by member.purchases last month\n  give 10 points\n}\n";
    let desk = april(often);
    desk.set_clock(at("2022-04-20T10:00:00+02:00"));
    for (member, purchases) in [("ana", 3), ("bob", 1), ("cem", 1)] {
        for n in 0..purchases {
            assert_eq!(desk.sell(member, &format!("B{n}"), 100).unwrap().status, 201);
        }
    }
    // 2 May is the first monday: the later ones are of the same month
    let written: u64 = (1..31)
        .map(|day| ran(&desk, Moment(at("2022-05-01T12:00:00+02:00").0 + day * 86_400_000)).written)
        .sum();
    assert_eq!(written, 2);
    let got = |member: &str| {
        scheduled(&desk, member).into_iter().filter(|(name, _)| name.contains("2022-05")).count()
    };
    assert_eq!((got("ana"), got("bob"), got("cem"), got("dora")), (0, 1, 1, 0));
    assert_eq!(
        entries(&desk, "bob").iter().find(|e| e["type"] == "scheduled").unwrap()["place"],
        place(2, 2)
    );
    audited(&desk);
}

#[test]
fn a_list_is_the_same_in_parallel_and_interrupted_and_stands_once_it_is_written() {
    let now = at("2022-05-01T09:05:00+02:00");
    let parallel = april(PODIUM);
    let app_now = app(&parallel, now);
    let (a, b) = parallel.runtime.block_on(async {
        let (e, none) = (event(now), || false);
        tokio::join!(jobs::run(&app_now, "due", &e, &none), jobs::run(&app_now, "due", &e, &none))
    });
    assert!(a.unwrap().written + b.unwrap().written >= 3);
    assert_eq!(placed(&parallel), expected());
    audited(&parallel);

    // stopped again and again, and gone on with
    let broken = april(PODIUM);
    for steps in (20..).step_by(90) {
        assert!(steps < 2_000, "it never ends");
        let (app_now, asked) = (app(&broken, now), AtomicU32::new(0));
        let stop = || asked.fetch_add(1, Ordering::SeqCst) >= steps;
        match broken.runtime.block_on(jobs::run(&app_now, "due", &event(now), &stop)) {
            Err(JobError::OutOfTime(_)) => {}
            Ok(report) => {
                assert!(report.finished);
                break;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(placed(&broken), expected());
    audited(&broken);

    // a run that was stopped right before the awards has left the list; what comes back afterwards changes no rank
    let (tenant, name) = (domain::ids::TenantId::parse("desk").unwrap(), "schedule.podium#2022-05-01");
    let walk = broken.runtime.block_on(broken.store.walk(&tenant, name)).unwrap().0.unwrap();
    assert_eq!((walk.phase, walk.chosen.len(), walk.scores.len()), (Phase::Done, 3, 3));
    let twin = april(PODIUM);
    let listed = Walk { phase: Phase::Chosen, ..walk };
    twin.runtime.block_on(twin.store.keep_walk(&tenant, name, &listed)).unwrap();
    let back = json!({ "event_id": "R1", "member_id": "bob" });
    assert_eq!(twin.post("/v1/purchases/A1/returns", &back).unwrap().status, 201);
    ran(&twin, now);
    assert_eq!(placed(&twin), expected());
    audited(&twin);
}

#[test]
fn who_may_not_earn_has_no_rank_and_conditions_choose_who_is_ranked() {
    let desk = april(&PODIUM.replace("  rank", "  when member.purchases in total at least 1\n  rank"));
    let freeze = json!({ "event_id": "F1", "earning": true, "spending": false, "reason": "review" });
    assert_eq!(desk.post("/v1/members/bob/freeze", &freeze).unwrap().status, 201);
    let erase = json!({ "event_id": "E1", "reason": "asked" });
    assert_eq!(desk.post("/v1/members/cem/erase", &erase).unwrap().status, 201);
    ran(&desk, at("2022-05-01T09:00:00+02:00"));
    let ranks: Vec<(String, Value)> = placed(&desk);
    let now = [("ana", place(1, 5_000)), ("dora", place(2, 2_000)), ("eve", place(2, 2_000))];
    assert_eq!(ranks, now.map(|(member, place)| (member.to_owned(), place)));
    audited(&desk);
}
