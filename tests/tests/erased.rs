//! Members who are erased: of what they said about themselves not a byte is left in the table, and the ledger still adds
//! up. `MERIT_ERASED=1000 cargo test -p tests --test all erased -- --nocapture` erases so many.

use serde_json::json;
use tests::desk::{Desk, purchase};

const RULES: &str = r#"language 1

programme club {
  currency EUR
  timezone "Europe/Paris"
  expire after 12 months
}

survey nps "How likely are you to recommend us?" {
  question score number 0 to 10
  question comment text
  nps of score
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule thanks {
  on nps.answered
  give 30 points
}
"#;

/// What each says of herself: words that stand nowhere else.
const CANARIES: [&str; 6] =
    ["Canary-Name", "canary-mail", "+336987654", "CANARY-75", "Canaryville", "canary-words"];

/// Canaries in what the table holds, as text or as bytes.
fn sung(lines: &[String]) -> Vec<&'static str> {
    CANARIES.into_iter().filter(|canary| lines.iter().any(|line| line.contains(canary))).collect()
}

/// Every item of the table, its texts and its bytes one after another.
fn items(desk: &Desk) -> Vec<String> {
    let mut pages = desk.store.items();
    let mut lines = Vec::new();
    while let Some(page) = desk.runtime.block_on(pages.next_page()).unwrap() {
        lines.extend(page.iter().map(|item| {
            let said = |value: &audit::Value| match value {
                audit::Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                other => format!("{other:?}"),
            };
            let attributes: Vec<String> = item.attributes.values().map(said).collect();
            format!("{} {} {}", item.pk, item.sk, attributes.join(" "))
        }));
    }
    lines
}

#[test]
fn nothing_personal_is_left_of_who_was_erased() {
    let members: usize = std::env::var("MERIT_ERASED").map_or(5, |text| text.parse().unwrap());
    let desk = Desk::open(RULES).unwrap();
    let done = |target: &str, body| {
        let answer = desk.post(target, &body).unwrap();
        assert!(answer.status < 300, "{target}: {}", answer.body);
        answer.body
    };
    for n in 0..members {
        let member = format!("m{n}");
        done(
            "/v1/members",
            json!({ "member_id": member, "name": format!("Canary-Name {n}"), "email": format!("canary-mail-{n}@example.com"),
                    "phone": format!("+336987654{:02}", n % 100), "birthday": "1990-12-24", "postcode": "CANARY-75",
                    "city": "Canaryville" }),
        );
        done("/v1/purchases", purchase(&member, "A1", 4_000));
        let token = done("/v1/surveys/nps/tokens", json!({ "member_id": member }))["token"].clone();
        done(
            "/v1/surveys/nps/answers",
            json!({ "token": token, "answers": { "score": 9, "comment": format!("canary-words {n}") } }),
        );
    }
    let before = items(&desk);
    assert_eq!(sung(&before), CANARIES, "they are there to be found");
    for n in 0..members {
        done(&format!("/v1/members/m{n}/erase"), json!({ "event_id": format!("X{n}"), "reason": "asked" }));
    }
    let after = items(&desk);
    let bytes: usize = after.iter().map(String::len).sum();
    assert_eq!(sung(&after), Vec::<&str>::new());
    println!(
        "{members} members erased: none of {} canaries in {} items of {bytes} bytes",
        CANARIES.len(),
        after.len()
    );
    desk.world.audit().unwrap();
}
