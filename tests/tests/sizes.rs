//! The real function binary at its largest, against the memory the template gives each function: the largest rule
//! file, the largest basket, the longest list, under a programme as large as may be.
//!
//! The tests' binary is not optimised and takes more than the deployed one; half of the memory is left to Lambda.

use crate::infra::Template;
use merit_local::gateway::Claims;
use serde_json::{Value, json};
use std::fmt::Write;
use tests::floor::function::{binary, respond};
use tests::floor::http::Sent;
use tests::runtime_api::Function;
use tests::world::World;

/// Share of a function's memory that its process may take.
const SHARE_MAX: (i64, i64) = (1, 2);

/// A programme of as many rules as there may be, filled with conditions to the largest text that several files have.
fn largest_programme() -> String {
    let head =
        "language 1\n\nprogramme large {\n  currency EUR\n  timezone \"UTC\"\n  expire after 12 months\n}\n";
    let mut text = format!("file \"head.merit\"\n{head}");
    let share = (dsl::files::PROGRAMME_BYTES_MAX - 1_024) / dsl::check::RULES_MAX;
    for rule in 0..dsl::check::RULES_MAX {
        if rule % 125 == 0 {
            writeln!(text, "file \"rules/r{rule}.merit\"").unwrap();
        }
        let (from, to) = (rule % 40, rule % 40 + 40);
        let mut next = format!(
            "\nrule r{rule} {{\n  on purchase\n  when basket.paid between {from}.00 EUR and {to}.00 EUR\n"
        );
        let give = format!("  give {} points\n}}\n", rule % 7 + 1);
        for condition in 0.. {
            let more = format!("  and  basket.paid at most {}.00 EUR\n", 100 + (rule + condition) % 50);
            if next.len() + more.len() + give.len() > share {
                break;
            }
            next.push_str(&more);
        }
        text.push_str(&next);
        text.push_str(&give);
    }
    text
}

/// A basket of as many lines as fit into the largest body.
fn largest_lines() -> Vec<Value> {
    (0..1_000).map(|line| json!({ "amount_minor": 1 + line % 90 })).collect()
}

fn send(function: &Function, method: &str, target: &str, body: String) -> Value {
    let sent = Sent { method: method.parse().unwrap(), target: target.to_owned(), body };
    let response = respond(function, &sent, &Claims::all_roles("large")).unwrap();
    let body = String::from_utf8_lossy(response.body());
    assert!(response.status().is_success(), "{method} {target}: {} {body}", response.status());
    serde_json::from_str(&body).unwrap()
}

/// The most memory a process has had, in kilobytes.
fn peak_kb(function: &Function) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", function.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn at_its_largest_every_function_fits_its_memory() {
    let world = World::start().unwrap();
    let start = |handler: &str| Function::start(binary().unwrap(), handler, &world.environment()).unwrap();
    let (template, mut told) = (Template::read(), String::new());
    let mut fits = |handler: &str, function: &Function| {
        let (peak, given) = (peak_kb(function), template.memory_mb(handler) * 1024);
        assert!(peak * SHARE_MAX.1 <= given * SHARE_MAX.0, "{handler}: {peak} of {given} KB");
        write!(told, "{handler} {} of {} MB; ", peak / 1024, given / 1024).unwrap();
    };

    let rules = start("rules");
    let text = largest_programme();
    assert!(text.len() * 10 > dsl::files::PROGRAMME_BYTES_MAX * 9, "{}", text.len());
    assert!(text.contains("rule r499 "), "{}", text.len());
    send(&rules, "PUT", "/v1/rules?activate=true", text.clone());
    fits("rules", &rules);

    let members = start("members");
    send(
        &members,
        "POST",
        "/v1/members",
        json!({ "member_id": "ana", "birthday": "1990-03-05" }).to_string(),
    );
    let earn = start("earn");
    for purchase in 0..60 {
        let body = json!({ "event_id": format!("A{purchase}"), "member_id": "ana", "currency": "EUR", "lines": largest_lines() });
        send(&earn, "POST", "/v1/purchases", body.to_string());
    }
    fits("earn", &earn);
    send(&members, "GET", "/v1/members/ana/entries?limit=100", String::new());
    send(&members, "GET", "/v1/members/ana/export", String::new());
    fits("members", &members);

    let previews = start("previews");
    let purchase = json!({ "currency": "EUR", "lines": largest_lines() });
    let body = json!({ "member_id": "ana", "source": text, "purchase": purchase });
    send(&previews, "POST", "/v1/previews", body.to_string());
    fits("previews", &previews);

    let due = start("due");
    let later = dsl::calendar::Zone::utc().show(dsl::units::Moment(1_646_215_200_000));
    due.invoke(json!({ "job": "due", "at": later }).to_string().as_bytes()).unwrap();
    fits("due", &due);
    println!("{told}");
}
