//! Experiments: an arm is found once and stands; entries tell it.

use crate::support::{ONE_PER_EURO, Till, award, line, programme};
use dsl::plan::Rulebook;
use std::sync::Arc;

fn club(arms: &str) -> Arc<Rulebook> {
    let items = format!(
        "experiment spring \"Double\" {{\n{arms}}}\n\nrule double {{\n  on purchase\n  when experiment.spring is double\n  give 5 points\n}}\n\n{ONE_PER_EURO}"
    );
    programme("", &items)
}

fn spring() -> Arc<Rulebook> {
    club("  holdout 10%\n  arm plain 40%\n  arm double 50%\n")
}

fn with_lot(lot: u32) -> Till {
    let mut till = Till::enrolled(spring(), "2026-01-01 10:00");
    till.lots.insert("spring".to_owned(), lot);
    till
}

#[test]
fn the_lot_decides() {
    for (lot, arm, points) in [
        (0, "holdout", 1),
        (999, "holdout", 1),
        (1_000, "plain", 1),
        (4_999, "plain", 1),
        (5_000, "double", 6),
        (9_999, "double", 6),
    ] {
        let mut till = with_lot(lot);
        let entry = till.buy("A1", vec![line(100)]).unwrap();
        assert_eq!(award(&entry).points, points, "{lot}");
        assert_eq!(award(&entry).arms[0].arm, arm);
        assert_eq!(till.state.exposures, award(&entry).arms);
        let told = domain::explain::explain(&entry, Some(&till.rulebook));
        assert!(told.contains(&format!("In the experiment \"Double\" she is in the arm {arm}.")), "{told:?}");
    }
}

#[test]
fn an_arm_stands_whatever_becomes_of_the_shares() {
    let mut till = with_lot(5_000);
    till.buy("A1", vec![line(100)]).unwrap();
    till.rulebook = club("  arm plain 90%\n  arm double 10%\n");
    assert_eq!(award(&till.buy("A2", vec![line(100)]).unwrap()).points, 6);
    // an arm that is gone takes its members with it: they are in none
    let items = "experiment spring {\n  arm plain 50%\n  arm other 50%\n}\n\nrule other {\n  on purchase\n  when experiment.spring is other\n  give 5 points\n}\n";
    till.rulebook = programme("", items);
    let entry = till.buy("A3", vec![line(100)]).unwrap();
    assert_eq!((award(&entry).points, award(&entry).arms.len()), (0, 0));
}

#[test]
fn nobody_is_exposed_to_what_no_rule_asks_about() {
    let mut till = with_lot(5_000);
    till.rulebook =
        programme("", &format!("experiment spring {{\n  arm a 50%\n  arm b 50%\n}}\n\n{ONE_PER_EURO}"));
    let entry = till.buy("A1", vec![line(100)]).unwrap();
    assert!(award(&entry).arms.is_empty() && till.state.exposures.is_empty());
}

#[test]
fn each_experiment_is_remembered_once_in_the_order_of_their_names() {
    let asks = [("autumn", "call"), ("spring", "purchase"), ("winter", "visit")].map(|(name, on)| {
        let rule =
            format!("rule {name}_rule {{\n  on {on}\n  when experiment.{name} is b\n  give 5 points\n}}\n");
        format!("experiment {name} {{\n  arm a 50%\n  arm b 50%\n}}\n\n{rule}\n")
    });
    let items = asks.concat();
    let items = format!("event call {{\n}}\n\nevent visit {{\n}}\n\n{items}");
    let mut till = Till::enrolled(programme("", &items), "2026-01-01 10:00");
    for name in ["autumn", "spring", "winter"] {
        till.lots.insert(name.to_owned(), 5_000);
    }
    for round in 0..2 {
        till.buy(&format!("A{round}"), vec![line(100)]).unwrap();
        till.occur(&format!("V{round}"), "visit").unwrap();
        till.occur(&format!("C{round}"), "call").unwrap();
    }
    let known: Vec<&str> = till.state.exposures.iter().map(|one| one.experiment.as_str()).collect();
    assert_eq!(known, ["autumn", "spring", "winter"]);
    assert_eq!(till.balances().0, 30);
}

#[test]
fn an_experiment_that_was_gone_draws_anew() {
    let mut till = with_lot(5_000);
    till.buy("A1", vec![line(100)]).unwrap();
    till.lots.insert("spring".to_owned(), 1_000);
    assert_eq!(award(&till.buy("A2", vec![line(100)]).unwrap()).arms[0].arm, "double");
    till.rulebook = programme("", ONE_PER_EURO);
    till.buy("A3", vec![line(100)]).unwrap();
    till.rulebook = spring();
    assert_eq!(award(&till.buy("A4", vec![line(100)]).unwrap()).arms[0].arm, "plain");
}
