//! From a rule file to the deciding version: checked and tested here to show a merchant the place in her file, then
//! published by the same handler as everywhere.

use crate::gateway::Gateway;
use dsl::check;
use dsl::diagnostic::{Severity, render};
use dsl::plan::Rulebook;
use dsl::testing::{self, TestReport};
use dsl::units::Moment;
use lambda_http::http::Method;
use serde_json::Value;
use std::fmt::Write as _;

/// A file that can be published.
#[derive(Debug, Clone)]
pub(crate) struct Sound {
    /// Its compiled form.
    pub(crate) rulebook: Rulebook,
    /// Tests it passed.
    pub(crate) tests: usize,
    /// Warnings, rendered; empty without any.
    pub(crate) warnings: String,
}

/// Checks, compiles and tests a file; otherwise everything that is wrong with it, as a person reads it.
pub(crate) fn sound(file: &str, source: &[u8], now: Moment) -> Result<Sound, String> {
    let checked = check::check(source, Some(now));
    let text = String::from_utf8_lossy(source);
    let shown = render(file, &text, &checked.diagnostics);
    let wrong = checked.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let Some(programme) = checked.programme.filter(|_| !wrong) else { return Err(shown) };
    let rulebook = Rulebook::compile(programme);
    let reports = testing::run(&rulebook);
    let failed: String = reports.iter().filter(|report| !report.failures.is_empty()).map(failure).collect();
    if failed.is_empty() {
        Ok(Sound { rulebook, tests: reports.len(), warnings: shown })
    } else {
        Err(format!("{shown}{failed}"))
    }
}

/// A failed test, as a person reads it.
pub(crate) fn failure(report: &TestReport) -> String {
    let mut text = format!("test failed: \"{}\"\n", report.name);
    for line in &report.failures {
        let _ = writeln!(text, "  {line}");
    }
    for line in &report.why {
        let _ = writeln!(text, "    {line}");
    }
    text
}

/// Publishes and activates a file; one line that says so, or everything that is wrong.
pub(crate) async fn publish(gateway: &Gateway, file: &str, source: &[u8]) -> Result<String, String> {
    let sound = sound(file, source, (gateway.app().clock)())?;
    let response = gateway.send(Method::PUT, "/v1/rules", source.to_vec()).await;
    if !response.status().is_success() {
        return Err(problem(response.body()));
    }
    let (programme, id) = (sound.rulebook.programme(), sound.rulebook.id());
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (rules, tests) = (counted(programme.rules.len(), "rule"), counted(sound.tests, "test"));
    let name = programme.label.as_deref().unwrap_or(&programme.name);
    Ok(format!("{}{file} is active: {name}, {rules}, {tests} passed, version {id}", sound.warnings))
}

/// What a problem+json body says, in one line or more.
pub(crate) fn problem(body: &[u8]) -> String {
    let Ok(problem) = serde_json::from_slice::<Value>(body) else {
        return String::from_utf8_lossy(body).into_owned();
    };
    let said: Vec<&str> =
        ["title", "detail", "message"].iter().filter_map(|field| problem[*field].as_str()).collect();
    let code = problem["code"].as_str().map(|code| format!(" ({code})")).unwrap_or_default();
    if said.is_empty() { problem.to_string() } else { format!("{}{code}", said.join(": ")) }
}
