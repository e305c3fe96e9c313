//! The tools over files: what they say, and their exit codes.

use crate::desk::{Folder, RULES, get, json, post, put_rules, run, server};
use serde_json::{Value, json};

fn text(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_sound_file_is_fine_and_a_broken_one_is_shown_where() {
    let folder = Folder::new("check");
    let sound = folder.file("sound.merit", RULES);
    let broken = folder.file("broken.merit", &RULES.replace("basket.paid", "basket.payed"));
    let (code, out, _) = run(&["check", text(&sound)]);
    assert_eq!(code, 0, "{out}");
    let (code, out, _) = run(&["check", text(&sound), text(&broken)]);
    assert_eq!(code, 1);
    assert!(out.contains("basket.payed") && out.contains("basket.paid") && out.contains("1 error"), "{out}");
    let (code, out, _) = run(&["check", "--json", text(&broken)]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &found["errors"]), (1, &1.into()));
    let line = RULES.lines().position(|line| line.contains("basket.paid")).unwrap() + 1;
    assert_eq!(found["files"][0]["diagnostics"][0]["line"], line);
    let (code, _, err) = run(&["check", "absent.merit"]);
    assert_eq!(code, 2);
    assert!(err.contains("absent.merit"), "{err}");
    assert_eq!(run(&["check"]).0, 2);
}

#[test]
fn formatting_is_asked_for_or_done() {
    let folder = Folder::new("fmt");
    let file = folder.file("loose.merit", &RULES.replace("  give 1 point", "give    1 point"));
    let (code, out, _) = run(&["fmt", "--check", text(&file)]);
    assert_eq!(code, 1, "{out}");
    assert_eq!(run(&["fmt", text(&file)]).0, 0);
    assert_eq!(run(&["fmt", "--check", text(&file)]).0, 0);
    assert!(std::fs::read_to_string(&file).unwrap().contains("\n  give 1 point per 1.00 EUR"));
    let broken = folder.file("broken.merit", "language 1\nrule {\n");
    assert_eq!(run(&["fmt", text(&broken)]).0, 1);
    assert_eq!(std::fs::read_to_string(&broken).unwrap(), "language 1\nrule {\n");
}

#[test]
fn tests_beside_the_rules_pass_or_say_why_not() {
    let folder = Folder::new("test");
    let sound = folder.file("sound.merit", RULES);
    let wrong = folder.file("wrong.merit", &RULES.replace("expect 10 points", "expect 11 points"));
    let (code, out, _) = run(&["test", text(&sound)]);
    assert_eq!(code, 0);
    assert!(out.contains("1 test passed"), "{out}");
    let (code, out, _) = run(&["test", text(&wrong)]);
    assert_eq!(code, 1);
    assert!(out.contains("ten euros are ten points") && out.contains("11") && out.contains("10"), "{out}");
    let (code, out, _) = run(&["test", "--json", text(&wrong)]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, found["files"][0]["tests"][0]["failures"].as_array().unwrap().len()), (1, 1));
}

#[test]
fn what_no_test_tries_or_notices_is_named_and_a_problem_where_asked() {
    let folder = Folder::new("noticed");
    let file = folder.file("sound.merit", RULES);
    let (code, out, _) = run(&["test", text(&file), "--coverage", "--mutants"]);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.contains("tried whole: 1 of 1 rule") && out.contains("noticed: 1 of 3 small changes"),
        "{out}"
    );
    assert!(out.contains("no test notices if, of the programme, points are rounded the other way"), "{out}");
    assert_eq!(run(&["test", text(&file), "--mutants", "--strict"]).0, 1);
    assert_eq!(run(&["test", text(&file), "--coverage", "--strict"]).0, 0);
    let (_, out, _) = run(&["test", text(&file), "--coverage", "--mutants", "--json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["files"][0]["mutants"]["tried"], 3, "{found}");
    assert_eq!(found["files"][0]["coverage"][0]["fired"], 1, "{found}");
}

#[test]
fn a_hypothetical_event_is_explained_offline() {
    let folder = Folder::new("explain");
    let file = folder.file("shop.merit", RULES);
    let (code, out, err) = run(&["explain", text(&file), "--basket", "12.34", "--at", "2026-01-05T12:00"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("base") && out.contains("12") && out.contains("2026-01-05T12:00:00+01:00"), "{out}");
    let event = r#"{"lines": [{"amount_minor": 500, "quantity": 2}]}"#;
    let (code, out, err) = run(&["explain", text(&file), "--event", event, "--json", "--rule", "base"]);
    assert_eq!(code, 0, "{err}");
    let explained: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&explained["points"], &explained["rules"][0]["points"]), (&5.into(), &5.into()));
    for (arguments, said) in [
        (vec!["--basket", "5.00 USD"], "counts in EUR"),
        (vec!["--basket", "5.00", "--at", "soon"], "`soon` is no moment"),
        (vec!["--basket", "5.00", "--tier", "gold"], "tiers are: guest, regular"),
        (vec!["--basket", "5.00", "--rule", "bonus"], "rules are: base"),
        (vec!["--event", r#"{"kind": "check_in"}"#], "declares no event `check_in`"),
        (vec![], "say what was bought"),
    ] {
        let (code, _, err) = run(&[vec!["explain", text(&file)], arguments].concat());
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn the_most_that_rules_pay_and_what_changes_are_told() {
    let folder = Folder::new("bound");
    let old = folder.file("old.merit", RULES);
    let new = folder.file(
        "new.merit",
        &RULES.replace("  give 1 point", "  give 2 points").replace("expect 10 points", "expect 20 points"),
    );
    let (code, out, _) = run(&["bound", text(&old)]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("purchase: ") && out.contains("without end"), "{out}");
    let (_, out, _) = run(&["bound", text(&old), "--most", "1000", "--json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    let event = &found["bounds"]["events"][0];
    assert_eq!((&event["points"], &event["exact"]), (&10.into(), &true.into()), "{found}");
    assert_eq!(run(&["diff", text(&old), text(&old)]).0, 0);
    let (code, out, _) = run(&["diff", text(&old), text(&new)]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("changed") && out.contains("points, then"), "{out}");
    let history = folder.file(
        "history.csv",
        "event_id,member_id,occurred_at,amount_minor,currency,quantity,category,sku,store,kind\nA-1,m1,2026-01-02,1000,EUR,1,,S1,,purchase\nA-2,m2,2026-01-02,10,EUR,1,,S1,,purchase\n",
    );
    let (code, out, _) = run(&["diff", text(&old), text(&new), "--history", text(&history)]);
    assert_eq!(code, 1);
    assert!(out.contains("1 of 2 members") && out.contains("10 points, then 20"), "{out}");
    assert_eq!(run(&["diff", text(&old), "absent.merit"]).0, 2);
}

#[test]
fn a_check_that_does_not_hold_is_an_error_with_an_event() {
    let folder = Folder::new("proved");
    let claim = |most: u32| {
        format!(
            "{RULES}\ncheck \"small\" {{\n  when basket.paid at most 10.00 EUR\n  at most {most} points per event\n}}\n"
        )
    };
    let (holds, broken) = (folder.file("holds.merit", &claim(10)), folder.file("broken.merit", &claim(9)));
    let (code, out, _) = run(&["check", text(&holds)]);
    assert!(code == 0 && out.contains("1 check proved"), "{out}");
    let (code, out, _) = run(&["check", text(&broken)]);
    assert!(code == 1 && out.contains("E0451") && out.contains("event purchase at"), "{out}");
}

/// What the API says of an entry can be said again without it: from an export and the rules that decided.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_explained_offline_from_what_it_stores() {
    let folder = Folder::new("explain-entry");
    let shop = server(|_| ()).await;
    assert_eq!(json(&shop.url(), put_rules(RULES)).await.0, 201);
    let bought =
        json!({"event_id": "A1", "member_id": "m1", "currency": "EUR", "lines": [{"amount_minor": 1234}]});
    let (status, told) = json(&shop.url(), post("/v1/purchases", &bought)).await;
    assert_eq!(status, 201, "{told}");
    let (_, export) = json(&shop.url(), get("/v1/members/m1/export")).await;
    let export = folder.file("m1.json", &export.to_string());
    let rules = folder.file("club.merit", RULES);
    let (code, out, err) = run(&["explain", text(&rules), "--entry", text(&export), "--seq", "1", "--json"]);
    assert_eq!(code, 0, "{err}");
    let said: Value = serde_json::from_str(&out).unwrap();
    let entry = &said["entries"][0];
    assert_eq!((&entry["seq"], &entry["by_these_rules"]), (&json!(1), &json!(true)));
    assert_eq!(entry["explanation"], told["entry"]["explanation"]);
    // by other rules it still says what was given, and that they are others
    let others = folder.file(
        "others.merit",
        &RULES.replace("1 point per", "2 points per").replace("expect 10", "expect 20"),
    );
    let (code, out, _) = run(&["explain", text(&others), "--entry", text(&export)]);
    assert_eq!(code, 0);
    assert!(out.contains("which is not that of this file") && out.contains("12 points"), "{out}");
    let (code, _, err) = run(&["explain", text(&rules), "--entry", text(&rules)]);
    assert_eq!(code, 2);
    assert!(err.contains("holds no entry"), "{err}");
}
