//! `/v1/rules`: publish a rule file, list versions, move the pointer.

use crate::http::body::{Sheet, query, rule_text};
use crate::http::call::Call;
use crate::http::problem::{Problem, Reply};
use crate::http::respond::Answer;
use crate::shapes::requests::ACTIVATE;
use dsl::calendar::Zone;
use dsl::check::check;
use dsl::diagnostic::{Diagnostic, Severity, render};
use dsl::files::{Files, Location};
use dsl::plan::Rulebook;
use dsl::testing;
use dsl::units::Moment;
use serde::Deserialize;
use serde_json::{Value, json};
use store::limits::VERSION_BYTES_MAX;
use store::rules::{ActiveVersion, Version, version_bytes};

#[derive(Deserialize)]
struct Wanted {
    activate: bool,
}

/// `PUT /v1/rules`: check, compile, run its own tests, publish; on any mistake nothing changes.
pub(crate) async fn publish(call: &Call<'_>) -> Reply<Answer> {
    let Wanted { activate } = query(call)?;
    let bytes = rule_text(call.request)?;
    let (source, rulebook, warnings) = compile(bytes, call.now)?;
    let tests = tested(&rulebook)?;
    storable(source, &rulebook)?;

    let by = &call.claims.subject;
    let store = &call.app.store;
    let (version, active) =
        store.publish(&call.claims.tenant, source, &rulebook, by, call.now, activate).await?;
    call.note(|line| {
        line.rulebook = Some(version.id.clone());
        line.decided = Some(if active.is_some() { "activated" } else { "published" });
    });
    let is_active = active.is_some_and(|a| a.id == version.id);
    let body = json!({
        "version": version_of(&version, is_active, rulebook.zone()),
        "tests_passed": tests,
        "warnings": diagnostics_of(source, &warnings),
        "rendered": render("rules.merit", source, &warnings),
    });
    Ok(Answer::created(body, false))
}

/// A text as its rulebook, or all its mistakes.
pub(crate) fn compile(text: &[u8], now: Moment) -> Reply<(&str, Rulebook, Vec<Diagnostic>)> {
    let checked = check(text, Some(now));
    let source = str::from_utf8(text).unwrap_or_default();
    let errors = checked.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    match checked.programme {
        Some(programme) if errors == 0 => Ok((source, Rulebook::compile(programme), checked.diagnostics)),
        _ => {
            let detail = format!("the file has {errors} mistakes; the active version stays as it was");
            let problem = Problem::new(422, "rules.invalid", "The rule file has mistakes", detail)
                .with("diagnostics", diagnostics_of(source, &checked.diagnostics))
                .with("rendered", render("rules.merit", source, &checked.diagnostics));
            Err(problem)
        }
    }
}

/// Whether a version can be stored. A text as large as may be, of nothing but short numbers, compiles to more than
/// itself.
pub(crate) fn storable(source: &str, rulebook: &Rulebook) -> Reply<()> {
    let bytes = version_bytes(source, rulebook);
    if bytes <= VERSION_BYTES_MAX {
        return Ok(());
    }
    let detail = format!(
        "the text and what it compiles to have {bytes} bytes; at most {VERSION_BYTES_MAX} are stored; shorten its lists"
    );
    Err(Problem::new(413, "rules.too_large", "The programme is too large", detail))
}

/// Runs the file's tests: how many passed, or which failed, with their numbers.
pub(crate) fn tested(rulebook: &Rulebook) -> Reply<usize> {
    let reports = testing::run(rulebook);
    let failed: Vec<_> = reports.iter().filter(|report| !report.failures.is_empty()).collect();
    if failed.is_empty() {
        return Ok(reports.len());
    }
    let names = failed.iter().map(|r| format!("`{}`", r.name)).collect::<Vec<_>>().join(", ");
    let detail = format!(
        "{} of {} tests failed: {names}; the active version stays as it was",
        failed.len(),
        reports.len()
    );
    let told = failed.iter().map(|r| json!({"name": r.name, "failures": r.failures, "why": r.why}));
    Err(Problem::new(422, "rules.tests_failed", "The rule file fails its own tests", detail)
        .with("tests", told.collect::<Value>()))
}

pub(crate) fn diagnostics_of(source: &str, diagnostics: &[Diagnostic]) -> Value {
    let files = Files::of(source);
    let told = diagnostics.iter().map(|d| {
        let Location { file, line, column } = files.locate(d.place.start);
        json!({
            "code": d.code,
            "severity": d.severity,
            "file": file,
            "line": line,
            "column": column,
            "message": d.message,
            "help": d.help,
            "fix": d.fix.as_ref().map(|f| json!({"start": f.place.start, "end": f.place.end, "text": f.text})),
        })
    });
    told.collect()
}

/// `GET /v1/rules`.
pub(crate) async fn versions(call: &Call<'_>) -> Reply<Answer> {
    let (versions, active, zone) = list(call).await?;
    let is_active = |v: &Version| active.as_ref().is_some_and(|a| a.id == v.id);
    let told = versions.iter().map(|v| version_of(v, is_active(v), &zone)).collect::<Value>();
    Ok(Answer::ok(json!({"versions": told, "active": active.map(|a| pointer_of(&a, &zone))})))
}

/// `GET /v1/rules/{id}`.
pub(crate) async fn version(call: &Call<'_>) -> Reply<Answer> {
    let (versions, active, zone) = list(call).await?;
    let source = call.app.store.source(&call.claims.tenant, &call.id).await?;
    let version = versions.iter().find(|v| v.id == call.id);
    let (Some(version), Some(source)) = (version, source) else { return Err(unknown(&call.id)) };
    let is_active = active.is_some_and(|a| a.id == version.id);
    Ok(Answer::ok(json!({"version": version_of(version, is_active, &zone), "source": source})))
}

#[derive(Deserialize)]
struct Body {
    id: String,
}

/// `POST /v1/rules/activate`: forward, or back.
pub(crate) async fn activate(call: &Call<'_>) -> Reply<Answer> {
    let Body { id } = Sheet::read(call, &ACTIVATE)?.close()?;
    let moved = call.app.store.activate(&call.claims.tenant, &id, &call.claims.subject, call.now).await?;
    let Some(active) = moved else { return Err(unknown(&id)) };
    call.note(|line| {
        line.rulebook = Some(active.id.clone());
        line.decided = Some("activated");
    });
    Ok(Answer::ok(json!({"active": pointer_of(&active, &zone_of(call, Some(&active)).await?)})))
}

async fn list(call: &Call<'_>) -> Reply<(Vec<Version>, Option<ActiveVersion>, Zone)> {
    let (store, tenant) = (&call.app.store, &call.claims.tenant);
    let (versions, active) = tokio::try_join!(store.versions(tenant), store.active(tenant))?;
    let zone = zone_of(call, active.as_ref()).await?;
    Ok((versions, active, zone))
}

/// The zone of the programme that decides; UTC before there is one.
async fn zone_of(call: &Call<'_>, active: Option<&ActiveVersion>) -> Reply<Zone> {
    let Some(active) = active else { return Ok(Zone::utc()) };
    let rulebook = call.app.store.rulebook(&call.claims.tenant, &active.id).await?;
    Ok(rulebook.map_or_else(Zone::utc, |rulebook| rulebook.zone().clone()))
}

pub(crate) fn version_of(version: &Version, is_active: bool, zone: &Zone) -> Value {
    json!({
        "id": version.id,
        "number": version.number,
        "published_at": zone.show(version.published_at),
        "published_by": version.published_by,
        "programme": version.programme,
        "active": is_active,
    })
}

fn pointer_of(active: &ActiveVersion, zone: &Zone) -> Value {
    json!({"id": active.id, "activation": active.activation, "since": zone.show(active.since), "by": active.by})
}

fn unknown(id: &str) -> Box<Problem> {
    Problem::new(404, "rules.unknown", "No such version", format!("no version `{id}` was published"))
}
