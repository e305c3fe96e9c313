//! What can be wrong with a referral, and what is allowed and hardly meant.

use crate::mistakes::underlined;
use dsl::check::check;
use dsl::model::Revoke;

const SOUND: &str = include_str!("../../examples/friends.merit");

fn told(from: &str, to: &str) -> Vec<(String, String)> {
    let source = SOUND.replacen(from, to, 1);
    assert_ne!(source, SOUND, "`{from}` is not in the example");
    let found = check(source.as_bytes(), None).diagnostics;
    found.iter().map(|one| (one.code.clone(), underlined(&source, one).to_owned())).collect()
}

#[track_caller]
fn one(from: &str, to: &str, code: &str, word: &str) {
    assert_eq!(told(from, to), [(code.to_owned(), word.to_owned())], "`{from}` -> `{to}`");
}

#[test]
fn every_mistake_is_named_at_its_word() {
    one("join within 7 days", "join within 0 days", "E0224", "0 days");
    one("at least 25.00 EUR", "at least 0.00 EUR", "E0224", "0.00 EUR");
    one("at least 25.00 EUR", "at least EUR 25", "E0210", "EUR 25");
    one("within 30 days", "within 30 points", "E0227", "30 points");
    one("refund revoke", "refund reverse", "E0114", "reverse");
    one("limit 10 times", "limit 10 points", "E0406", "10 points");
    one("  mature after 14 days\n", "", "E0304", "friends");
    one("  mature after 14 days\n  limit 10", "  limit 10", "E0304", "friends");
    one("on referral.friend\n", "on referral.frend\n", "E0103", "referral.frend");
    one("qualify on", "qualifies on", "E0302", "qualifies");
    one(
        "on referral.friend\n",
        "on referral.friend\n  when referral.number is 1\n",
        "E0403",
        "referral.number",
    );
    one("on purchase\n", "on purchase\n  when referral.number is 1\n", "E0403", "referral.number");
    one("  mature after", "  when  member.birthday is knwn\n  mature after", "E0401", "knwn");
}

#[test]
fn there_is_one_referral() {
    let two = SOUND.replace("rule for_coming", "referral more {\n  qualify on purchase of at least 5.00 EUR within 3 days\n  mature after 14 days\n  limit 1 time per member per year\n}\n\nrule for_coming");
    let found = check(two.as_bytes(), None).diagnostics;
    assert!(found.iter().any(|one| one.code == "E0305" && underlined(&two, one) == "referral"), "{found:?}");
}

#[test]
fn what_is_hardly_meant_is_a_warning() {
    one("  limit 10 times per member per month\n", "", "W0503", "friends");
    one(" of at least 25.00 EUR", "", "W0551", "qualify on purchase within 30 days");
    one("mature after 14 days", "mature after 3 days", "W0552", "mature after 3 days");
    let thankless: String = SOUND.split("rule for_bringing").next().unwrap().to_owned();
    let found = check(thankless.as_bytes(), None).diagnostics;
    assert_eq!(found.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["W0553"]);
    let start = SOUND.find("referral friends").unwrap();
    let end = start + SOUND[start..].find("}\n").unwrap() + 2;
    let alone = format!("{}{}", &SOUND[..start], &SOUND[end..]);
    let codes: Vec<String> = check(alone.as_bytes(), None).diagnostics.into_iter().map(|d| d.code).collect();
    assert_eq!(codes, ["W0501", "W0501", "W0501"]);
}

#[test]
fn policies_are_read_as_written() {
    let policy = |text: &str| {
        let source = SOUND.replace("refund revoke", text);
        check(source.as_bytes(), None).programme.unwrap().referral.unwrap().refund
    };
    assert_eq!(policy("refund revoke"), Revoke::Revoke);
    assert_eq!(policy("refund revoke if unspent"), Revoke::IfUnspent);
    assert_eq!(policy("refund keep"), Revoke::Keep);
}
