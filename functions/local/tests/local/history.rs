//! Importing a history: matched, replayed, interrupted, resumed, audited.

use crate::desk::{Folder, RULES, merit, run};
use merit_local::table::{TABLE_NAME, Table};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

pub(crate) const HEADING: &str =
    "event_id,member_id,occurred_at,amount_minor,currency,quantity,category,sku,store,kind\n";

/// Everything the specification names, small enough to reckon by hand.
const HISTORY: &str = "\
A1-0001,ana,2026-01-05T10:00:00,3000,EUR,3,,MUG,,purchase
A1-0002,ana,2026-01-05T10:00:00,500,EUR,1,,TEA,,purchase
B7-0001,bob,2026-01-05T10:00:00,2000,EUR,2,,MUG,,purchase
A1-0001,ana,2026-01-05T10:00:00,3000,EUR,3,,MUG,,purchase
N1-0001,,2026-01-05T11:00:00,900,EUR,1,,MUG,,purchase
X1-0001,,2026-01-05T12:00:00,0,EUR,-20,,MUG,,adjustment
A2-0001,ana,2026-02-05,2200,EUR,2,,MUG,,purchase
C1-0001,ana,2026-02-06T09:00:00,-1100,EUR,-1,,MUG,,return
C2-0001,ana,2026-02-07T09:00:00,-4100,EUR,-4,,MUG,,return
C3-0001,ana,2026-02-08T09:00:00,-1000,EUR,-1,,MUG,,return
C4-0001,bob,2026-02-08T09:00:00,-500,EUR,-1,,TEA,,return
";

struct Import {
    folder: Folder,
    file: PathBuf,
    rules: PathBuf,
}

impl Import {
    fn new(history: &str) -> Self {
        let folder = Folder::new("import");
        let file = folder.file("history.csv", &format!("{HEADING}{history}"));
        let rules = folder.file("shop.merit", RULES);
        Self { folder, file, rules }
    }

    fn data(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn arguments(&self, data: &Path) -> Vec<String> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let (file, rules, data) = (text(&self.file), text(&self.rules), text(data));
        ["import", &file, "--rules", &rules, "--data", &data, "--quiet"].map(str::to_owned).to_vec()
    }

    fn run(&self, data: &Path) -> (i32, String, String) {
        let arguments = self.arguments(data);
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// A figure of the table at the end.
pub(crate) fn figure(report: &str, what: &str) -> String {
    let line = report.lines().find(|line| line.trim_start().starts_with(&format!("{what}  ")));
    line.unwrap_or_else(|| panic!("no `{what}` in\n{report}")).rsplit("  ").next().unwrap().trim().to_owned()
}

/// All of a folder's table but the rules, whose entries say when they were published.
async fn members(data: &Path) -> BTreeMap<(String, String), String> {
    let table = Table::open(Some(data)).await.unwrap();
    let mut items = table.store.items();
    let mut found = BTreeMap::new();
    while let Some(page) = items.next_page().await.unwrap() {
        for item in page.into_iter().filter(|item| item.pk.contains("#M#")) {
            found.insert((item.pk, item.sk), format!("{:?}", item.attributes));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_becomes_a_ledger_and_a_second_run_changes_nothing() {
    let import = Import::new(HISTORY);
    let data = import.data("ledger");
    let (code, report, err) = import.run(&data);
    assert_eq!(code, 0, "{report}{err}");
    for (what, expected) in [
        ("rows", "11"),
        ("left out: without a member", "1"),
        ("left out: an adjustment", "1"),
        ("left out: the same row again", "1"),
        ("members", "2"),
        // C1 is one of A2's mugs; C2 is A2's other and A1's three; then no mug is left.
        ("rows of returns matched", "2"),
        ("of which spread over several lines", "1"),
        ("rows of returns refused", "2"),
        ("every piece the member bought had come back already", "1"),
        ("the member never bought the article before", "1"),
        ("refunds beyond the price paid, cut by", "0.75 EUR"),
        ("purchases", "3"),
        ("lines", "4"),
        ("returns", "3"),
        ("already in the ledger (replayed)", "0"),
        ("refused", "0"),
        // Ana: 35 + 22 earned, 57 - 52 paid back; Bob: 20.
        ("points issued", "77"),
        ("points open (spendable, pending, held)", "25"),
        ("points clawed back", "52"),
        ("points owed (debt)", "0"),
        ("members: guest", "2"),
        ("members: regular", "0"),
    ] {
        assert_eq!(figure(&report, what), expected, "{what} in\n{report}");
    }
    let first = members(&data).await;
    let (code, report, _) = import.run(&data);
    assert_eq!((code, figure(&report, "already in the ledger (replayed)").as_str()), (0, "6"));
    assert_eq!(figure(&report, "DynamoDB write units"), "0.0");
    assert!(report.contains("Nothing changed"), "{report}");
    assert_eq!(members(&data).await, first);
}

/// 60 members with six purchases each, and returns.
pub(crate) fn long_history() -> String {
    let mut text = String::new();
    for day in 1..=6 {
        for member in 0..60 {
            let amount = 500 + 37 * member + day;
            let _ = writeln!(
                text,
                "P{day}{member:03}-1,m{member},2026-03-{day:02}T10:00:00,{amount},EUR,2,,S{day},,purchase"
            );
        }
    }
    for member in (0..60).step_by(3) {
        let _ = writeln!(
            text,
            "R{member:03}-1,m{member},2026-03-09T10:00:00,-300,EUR,-1,,S{},,return",
            1 + member % 6
        );
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_killed_at_any_point_goes_on_where_it_was() {
    let import = Import::new(&long_history());
    let whole = import.data("whole");
    let (code, report, err) = import.run(&whole);
    assert_eq!(code, 0, "{report}{err}");
    let expected = members(&whole).await;
    // 360 purchases, 20 returns, and for each of 60 members the day of her enrolment.
    assert_eq!(expected.len(), 440);

    let killed = import.data("killed");
    let mut partial = false;
    for patience in [150, 400, 800, 1_600, 3_200].map(Duration::from_millis) {
        let mut child = merit()
            .args(import.arguments(&killed))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(patience);
        child.kill().unwrap();
        child.wait().unwrap();
        let so_far = members(&killed).await.len();
        partial |= 0 < so_far && so_far < expected.len();
        if partial {
            break;
        }
    }
    let (code, report, err) = import.run(&killed);
    assert_eq!(code, 0, "{report}{err}");
    assert_eq!(members(&killed).await, expected);
    assert!(
        partial || figure(&report, "already in the ledger (replayed)") != "0",
        "it was never killed half way"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_byte_in_a_copy_of_the_table_is_found_and_named() {
    let import = Import::new(HISTORY);
    let data = import.data("ledger");
    assert_eq!(import.run(&data).0, 0);
    let audit = |data: &Path| run(&["audit", "--data", data.to_str().unwrap()]);
    let (code, said, err) = audit(&data);
    assert_eq!(code, 0, "{said}{err}");

    let copy = import.data("copy");
    std::fs::create_dir_all(&copy).unwrap();
    let file = copy.join("ledger.db");
    Table::open(Some(&data)).await.unwrap().embedded.database.vacuum_into(file.to_str().unwrap()).unwrap();
    assert_eq!(audit(&copy).0, 0, "the copy is sound before it is altered");
    // One digit of the amount of Bob's only line, in his only entry.
    let database = Table::open(Some(&copy)).await.unwrap().embedded.database;
    let key = json!({ "pk": { "S": "T#demo#M#bob" }, "sk": { "S": "E#000000000001" } });
    let request = json!({ "TableName": TABLE_NAME, "Key": key });
    let found = database.get_item(serde_json::from_value(request).unwrap()).unwrap();
    let mut item = serde_json::to_value(found).unwrap()["Item"].take();
    let entry = item["e"]["S"].as_str().unwrap();
    assert_eq!(entry.matches("\"a\":2000").count(), 1);
    item["e"]["S"] = entry.replace("\"a\":2000", "\"a\":3000").into();
    let request = json!({ "TableName": TABLE_NAME, "Item": item });
    database.put_item(serde_json::from_value(request).unwrap()).unwrap();
    let (code, said, _) = audit(&copy);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("hash_chain: T#demo#M#bob E#000000000001"), "{said}");
    assert!(!said.contains("T#demo#M#ana"), "{said}");
    let (code, said, _) = run(&["audit", "--json", "--data", copy.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(serde_json::from_str::<serde_json::Value>(&said).is_ok(), "{said}");
}

#[test]
fn what_cannot_be_imported_is_said_before_anything_is_written() {
    let import = Import::new("A1-1,ana,2026-01-05,100,USD,1,,S,,purchase\n");
    let data = import.data("ledger");
    let (code, _, err) = import.run(&data);
    assert_eq!(code, 2);
    assert!(err.contains("its rows are in USD, and the rules count in EUR"), "{err}");
    std::fs::write(&import.rules, RULES.replace("expect 10 points", "expect 11 points")).unwrap();
    let (code, said, _) = import.run(&data);
    assert_eq!(code, 1);
    assert!(said.contains("test failed"), "{said}");
    assert!(!data.exists());
    std::fs::write(&import.rules, RULES).unwrap();
    assert_eq!(run(&["import", "absent.csv", "--rules", import.rules.to_str().unwrap(), "--memory"]).0, 2);
}
