//! Trying rules on a history: what comes out is what an import would have left, whatever it is run on.

use crate::desk::{Folder, RULES, get, json, post, run, server};
use crate::history::{HEADING, figure, long_history};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Runs `merit simulate` on files of these texts; exit code, JSON, standard error.
fn simulate(history: &str, candidate: &str, more: &[&str]) -> (i32, Value, String) {
    let folder = Folder::new("simulate");
    let file = folder.file("history.csv", &format!("{HEADING}{history}"));
    let rules = folder.file("candidate.merit", candidate);
    let (file, rules) = (file.to_str().unwrap(), rules.to_str().unwrap());
    let mut arguments = vec!["simulate", rules, "--history", file, "--json", "--quiet"];
    arguments.extend(more);
    let (code, out, err) = run(&arguments);
    (code, serde_json::from_str(&out).unwrap_or_default(), err)
}

fn number(of: &Value, name: &str) -> i64 {
    of[name].as_i64().unwrap_or_else(|| panic!("no `{name}` in {of}"))
}

#[test]
fn a_simulation_is_what_the_import_leaves() {
    let folder = Folder::new("simulate");
    let file = folder.file("history.csv", &format!("{HEADING}{}", long_history()));
    let rules = folder.file("shop.merit", RULES);
    let (file, rules) = (file.to_str().unwrap(), rules.to_str().unwrap());
    let (code, imported, err) = run(&["import", file, "--rules", rules, "--memory", "--quiet"]);
    assert_eq!(code, 0, "{imported}{err}");
    let (code, out, err) = run(&["simulate", rules, "--history", file, "--json", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let simulated: Value = serde_json::from_str(&out).unwrap();
    let side = &simulated["candidate"];
    for (row, name) in [
        ("purchases", "purchases"),
        ("returns", "returns"),
        ("points issued", "issued_points"),
        ("points clawed back", "clawed_points"),
        ("points expired", "expired_points"),
        ("points open (spendable, pending, held)", "open_points"),
        ("points owed (debt)", "debt_points"),
    ] {
        assert_eq!(figure(&imported, row).replace(' ', ""), number(side, name).to_string(), "{row}");
    }
    let tiers = side["tiers"].as_array().unwrap();
    assert!(!tiers.is_empty());
    for tier in tiers {
        let row = format!("members: {}", tier["name"].as_str().unwrap());
        assert_eq!(figure(&imported, &row), number(tier, "members").to_string(), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_simulated_under_its_own_rules_is_itself() {
    let folder = Folder::new("simulate");
    let rules = folder.file("shop.merit", RULES);
    let data = folder.path().join("ledger");
    let server = server(|options| options.data = Some(data.clone())).await;
    let ask = async |path: &str, body: Value| {
        let (status, body) = json(&server.url(), post(path, &body)).await;
        assert!(matches!(status, 200 | 201), "{status} {body}");
    };
    ask("/v1/members", json!({"event_id": "m", "member_id": "ana"})).await;
    let lines = json!([{"amount_minor": 9_000, "category": "tea", "sku": "T"}, {"amount_minor": 1_000, "quantity": 2}]);
    ask("/v1/purchases", json!({"event_id": "A1", "member_id": "ana", "currency": "EUR", "lines": lines}))
        .await;
    ask("/v1/redemptions", json!({"event_id": "R1", "member_id": "ana", "points": 30})).await;
    ask("/v1/redemptions", json!({"event_id": "R2", "member_id": "ana", "points": 20, "hold_seconds": 600}))
        .await;
    ask("/v1/redemptions/R2/capture", json!({"event_id": "C2", "member_id": "ana", "points": 15})).await;
    ask("/v1/redemptions", json!({"event_id": "R3", "member_id": "ana", "points": 5})).await;
    ask("/v1/redemptions/R3/cancel", json!({"event_id": "X3", "member_id": "ana"})).await;
    let back = json!([{"line": 1, "quantity": 1}]);
    ask("/v1/purchases/A1/returns", json!({"event_id": "B1", "member_id": "ana", "lines": back})).await;
    let given = json!({"event_id": "J1", "points": 7, "reason": "apology"});
    ask("/v1/members/ana/adjustments", given).await;
    let (_, card) = json(&server.url(), get("/v1/members/ana")).await;
    server.stop().await;
    let (rules, ledger) = (rules.to_str().unwrap(), data.to_str().unwrap());
    let dump = folder.path().join("dump");
    let (code, out, err) = run(&["audit", "--data", ledger, "--dump", dump.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}{err}");
    for source in [["--ledger", ledger], ["--dump", dump.to_str().unwrap()]] {
        let (code, out, err) = run(&["simulate", rules, source[0], source[1], "--json", "--quiet"]);
        assert_eq!(code, 0, "{out}{err}");
        let report: Value = serde_json::from_str(&out).unwrap();
        let side = &report["candidate"];
        assert_eq!(number(side, "open_points"), card["balance_points"].as_i64().unwrap(), "{card}");
        assert_eq!(
            ["issued_points", "redeemed_points", "clawed_points", "open_points"]
                .map(|name| number(side, name)),
            [100, 45, 5, 100 - 45 - 5 + 7],
            "{side}"
        );
        assert_eq!((number(side, "purchases"), number(side, "returns")), (1, 1));
    }
    // Half the points do not pay for what she spent: the redemption is refused, and said so.
    let poor =
        RULES.replace("give 1 point per 1.00", "give 1 point per 5.00").replace("expect 10", "expect 2");
    let poor = folder.file("poor.merit", &poor);
    let (_, out, _) = run(&["simulate", poor.to_str().unwrap(), "--ledger", ledger, "--json", "--quiet"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(number(&report["candidate"]["refused"], "redeem.insufficient_points"), 1, "{report}");
}

/// Rules that time fires, a budget that runs out, a segment.
const RICH: &str = r#"language 1

programme shop {
  currency EUR
  timezone "Europe/Paris"
  point worth 0.01 EUR
  expire after 3 months
  unknown member enrol
}

budget gifts {
  total 1000 points
  when spent stop
}

segment away {
  when member.last_purchase at least 20 days ago
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule gift {
  on purchase
  give 7 points
  from budget gifts
}

rule come_back {
  on absence of 30 days
  give 50 points
}

rule year {
  on anniversary
  give 500 points
}

rule month {
  on schedule every month on day 1 at 09:00
  give 3 points
}
"#;

#[test]
fn time_fires_its_rules_at_its_own_moments() {
    let history = "\
        A1-1,ana,2024-01-31T10:00:00,1000,EUR,1,,MUG,,purchase\n\
        A2-1,ana,2024-02-10T10:00:00,1000,EUR,1,,MUG,,purchase\n\
        B1-1,bob,2025-03-01T12:00:00,2000,EUR,1,,MUG,,purchase\n";
    let (code, report, err) = simulate(history, RICH, &[]);
    assert_eq!(code, 0, "{err}");
    let side = &report["candidate"];
    let times = |rule: &str| {
        let rules = side["rules"].as_array().unwrap();
        number(rules.iter().find(|r| r["rule"] == rule).unwrap(), "times")
    };
    // Ana stayed away for good after 10 February; one absence is one.
    assert_eq!(times("come_back"), 1);
    assert_eq!(times("year"), 1);
    // The first of a month at nine, from 1 February 2024 to 1 March 2025; Bob came at noon.
    assert_eq!(times("month"), 14);
    assert_eq!(number(side, "by_time"), 16);
    assert_eq!(number(side, "issued_points"), 10 + 10 + 20 + 3 * 7 + 50 + 500 + 14 * 3);
    // Expired by the end: her purchases and gifts, the absence, and what the months of 2024 but December gave.
    assert_eq!(number(side, "expired_points"), 20 + 14 + 50 + 11 * 3);
    assert_eq!(number(&side["segments"][0], "members"), 1);
}

/// Rules that choose among all members: a leaderboard, a draw, both from one budget.
const CHOOSING: &str = r#"language 1

programme shop {
  currency EUR
  timezone "Europe/Paris"
  unknown member enrol
}

budget prizes {
  total 250 points
  when spent stop
}

rule podium {
  on schedule every month on day 1 at 09:00
  rank 1 to 2 by member.spent last month
  give 100 points
  from budget prizes
}

rule luck {
  on schedule once on 2024-03-15 at 09:00
  when member.purchases in total at least 1
  draw 2 members
  give 30 points
}
"#;

#[test]
fn the_best_and_the_drawn_get_theirs() {
    let bought = |member: &str, day: &str, cents: u32| {
        format!("{member}{day}-1,{member},2024-{day}T10:00:00,{cents},EUR,1,,MUG,,purchase\n")
    };
    let history: String = [
        // January: ana, then bob and cem with as much
        bought("ana", "01-10", 5_000),
        bought("bob", "01-11", 4_000),
        bought("cem", "01-31", 4_000),
        bought("dora", "01-12", 3_999),
        // February: dora alone, who gets what is left of the prizes
        bought("dora", "02-01", 100),
        bought("eve", "03-01", 100),
        bought("ana", "03-20", 100),
    ]
    .concat();
    let (code, report, err) = simulate(&history, CHOOSING, &[]);
    assert_eq!(code, 0, "{err}");
    let side = &report["candidate"];
    let rule = |rule: &str| {
        let rules = side["rules"].as_array().unwrap();
        let found = rules.iter().find(|r| r["rule"] == rule).unwrap();
        (number(found, "times"), number(found, "points"))
    };
    assert_eq!(rule("podium"), (3, 250), "two of the three of January, and of the third the half: {side}");
    assert_eq!(rule("luck"), (2, 60));
    // nothing was left for February
    assert_eq!(side["budgets"][0]["ran_out_on"], "2024-02-01", "{side}");
    assert!(report["assumed"].to_string().contains("Draws were held with lots of their own"), "{report}");
    // The order of the file decides nothing.
    let mut lines: Vec<&str> = history.lines().collect();
    lines.reverse();
    let (_, turned, _) = simulate(&(lines.join("\n") + "\n"), CHOOSING, &[]);
    assert_eq!(turned["candidate"]["rules"], side["rules"]);
    let without = CHOOSING.replace("rank 1 to 2", "rank 2");
    let (_, report, _) = simulate(&history, &without, &[]);
    assert_eq!(report["candidate"]["rules"][0]["times"], 2, "bob and cem: {report}");
}

#[test]
fn a_budget_is_never_overdrawn_and_the_day_it_ended_is_told() {
    let (code, report, err) = simulate(&long_history(), RICH, &[]);
    assert_eq!(code, 0, "{err}");
    let gifts = &report["candidate"]["budgets"][0];
    assert_eq!((number(gifts, "used"), number(gifts, "total")), (1_000, 1_000), "{gifts}");
    // 60 members a day, 7 points each: the third day.
    assert_eq!(gifts["ran_out_on"], "2026-03-03", "{gifts}");
    // The order of the file decides nothing.
    let mut lines: Vec<String> = long_history().lines().map(str::to_owned).collect();
    lines.reverse();
    let (_, turned, _) = simulate(&(lines.join("\n") + "\n"), RICH, &[]);
    let figures = |report: &Value| {
        let mut side = report["candidate"].clone();
        side["file"].take();
        side
    };
    assert_eq!(figures(&turned), figures(&report));
}

#[test]
fn one_thread_and_many_give_equal_bytes() {
    let folder = Folder::new("simulate");
    let mut history = format!("{HEADING}{}", long_history());
    for member in 60..400 {
        let _ = writeln!(history, "Q{member}-1,m{member},2026-03-04T10:00:00,{member},EUR,1,,S1,,purchase");
    }
    let file = folder.file("history.csv", &history);
    let live = folder.file("live.merit", RULES);
    let candidate = folder.file(
        "candidate.merit",
        &RULES.replace("give 1 point per", "give 2 points per").replace("expect 10", "expect 20"),
    );
    let page = folder.path().join("page.html");
    let with = |threads: &str| {
        let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
        let (code, out, err) = run(&[
            "simulate",
            &text(&candidate),
            "--against",
            &text(&live),
            "--history",
            &text(&file),
            "--json",
            "--quiet",
            "--threads",
            threads,
            "--page",
            &text(&page),
        ]);
        assert_eq!(code, 0, "{err}");
        (out, std::fs::read(&page).unwrap())
    };
    let one = with("1");
    for threads in ["2", "3", "7"] {
        assert!(with(threads) == one, "{threads} threads differ from one");
    }
}

#[test]
fn a_candidate_that_gives_too_much_ends_with_one() {
    let folder = Folder::new("simulate");
    let live = folder.file("live.merit", RULES);
    let live = live.to_str().unwrap();
    let double = RULES.replace("give 1 point per", "give 2 points per").replace("expect 10", "expect 20");
    let at_most = |candidate: &str, most: &str| {
        simulate(&long_history(), candidate, &["--against", live, "--at-most", most])
    };
    let (code, report, err) = at_most(&double, "5%");
    assert_eq!((code, &report["threshold"]["held"]), (1, &false.into()), "{err}");
    let difference = &report["difference"];
    let issued = |side: &str| number(&report[side], "issued_points") - number(&report[side], "clawed_points");
    assert_eq!(number(difference, "net_points"), issued("candidate") - issued("live"));
    assert_eq!(number(difference, "members_gain"), 60);
    let spread: i64 = difference["spread"].as_array().unwrap().iter().map(|bar| number(bar, "members")).sum();
    assert_eq!(spread, 60);
    assert_eq!(at_most(RULES, "0%").0, 0);
    assert_eq!(at_most(&double, "300%").0, 0);
    let (code, _, err) = at_most(RULES, "five");
    assert_eq!(code, 2, "{err}");
}

#[test]
fn rules_that_are_wrong_or_count_otherwise_are_told() {
    let (code, _, err) = simulate(&long_history(), &RULES.replace("basket.paid", "basket.payd"), &[]);
    assert_eq!(code, 1);
    assert!(err.contains("basket.payd") && err.contains("basket.paid"), "{err}");
    let pounds = RULES.replace("EUR", "GBP");
    let (code, _, err) = simulate(&long_history(), &pounds, &[]);
    assert_eq!(code, 2);
    assert!(err.contains("GBP"), "{err}");
}
