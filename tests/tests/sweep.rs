//! Time, swept: one entry with what fell due, written once, and no balance that waits for it.

use dsl::units::Moment;
use tests::desk::{Desk, MORNING};

const RULES: &str = r#"language 1

programme sweep {
  currency EUR
  timezone "Europe/Paris"
  expire after 30 days
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}
"#;

const DAY_MS: i64 = 86_400_000;

fn sweep(desk: &Desk) -> Option<store::ledger::Applied> {
    let tenant = domain::ids::TenantId::parse("desk").unwrap();
    let member = domain::ids::MemberId::parse("ana").unwrap();
    desk.runtime.block_on(handlers::sweep_member(desk.gateway.app(), &tenant, &member)).unwrap()
}

#[test]
fn a_sweep_writes_what_fell_due_once_and_changes_no_balance() {
    let desk = Desk::open(RULES).unwrap();
    desk.enrol("ana").unwrap();
    desk.sell("ana", "A1", 10_000).unwrap();
    assert!(sweep(&desk).is_none(), "nothing has fallen due yet");

    desk.set_clock(Moment(MORNING.0 + 10 * DAY_MS));
    desk.sell("ana", "A2", 2_000).unwrap();
    desk.set_clock(Moment(MORNING.0 + 31 * DAY_MS));
    let before = desk.get("/v1/members/ana").unwrap().body;
    assert_eq!(before["balance_points"], 20, "judged on read, before any sweep");

    let swept = sweep(&desk).unwrap();
    assert_eq!((swept.entry.seq, swept.state.active_points), (4, 20));
    assert_eq!(desk.get("/v1/members/ana").unwrap().body, before, "a card shows the same before and after");
    assert!(sweep(&desk).is_none(), "swept once");

    let entries = desk.get("/v1/members/ana/entries").unwrap().body;
    let newest = &entries["entries"][0]["entry"];
    assert_eq!((&newest["type"], &newest["settled"][0]["points"]), (&"settled".into(), &100.into()));
    println!("{}", desk.world.audit().unwrap_or_else(|e| panic!("{e}")));
}
