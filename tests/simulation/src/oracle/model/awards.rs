//! What every event earned, held to the text of its rules: asked of the naive interpreter over the syntax tree, which
//! shares nothing with the compiled plan, with what the ledger before it tells of the member and of the budgets.
//!
//! What it never does: pass over an award in silence. What it cannot judge is a violation too: rules of the simulation
//! are such that it can.

use super::change::part;
use super::past::{Past, counts_at, happened};
use super::places::Places;
use super::{Evidence, entries_of, tenant_of};
use dsl::check::check;
use dsl::event::{ANNIVERSARY, BIRTHDAY, ENROLMENT, Event, FieldValue, Line, PURCHASE};
use dsl::model::Give;
use dsl::outcome::{Outcome, Verdict};
use dsl::plan::Rulebook;
use dsl::units::{MICRO, Moment};
use reference::meaning::File;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What rules could ask of a member that her ledger does not tell.
const NOT_TOLD: [&str; 7] = [
    "member.birthday",
    "member.last_purchase",
    "member.balance",
    "member.age",
    "member.country",
    "member.postcode",
    "member.city",
];

/// A text of rules, read twice: by the interpreter, and for the lists that its facts and answers refer to.
struct Reading {
    file: File<'static>,
    book: Rulebook,
}

/// Texts that were read; a simulation has few, and they are kept for as long as it runs.
static READ: Mutex<BTreeMap<String, Option<&'static Reading>>> = Mutex::new(BTreeMap::new());

fn reading(text: &str) -> Option<&'static Reading> {
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = read.get(text) {
        return *known;
    }
    let own: &'static str = Box::leak(text.to_owned().into_boxed_str());
    let told = !NOT_TOLD.iter().any(|word| text.contains(word));
    let programme = check(own.as_bytes(), None).programme.filter(|_| told);
    let both = programme.zip(File::read(own));
    let reading = both.map(|(programme, file)| {
        let reading: &'static Reading =
            Box::leak(Box::new(Reading { file, book: Rulebook::compile(programme) }));
        reading
    });
    read.insert(text.to_owned(), reading);
    reading
}

/// Draws on budgets in the order they were written, by merchant and budget.
type Drawn = BTreeMap<(String, String), Vec<(Duration, i64)>>;

/// Holds awards to the rules that gave them.
pub(super) struct Awards<'a> {
    rules: &'a BTreeMap<(String, String), String>,
    drawn: Drawn,
    /// Awards that were judged.
    judged: u64,
    /// Members that were ranked.
    places: Places,
}

/// What an award drew from what is shared: budgets, and limits of a household.
fn drawn_on(award: &Value) -> impl Iterator<Item = &Value> {
    ["bu", "hl"].into_iter().flat_map(|name| award[name].as_array().into_iter().flatten())
}

/// What an entry's event was: one after another, where a purchase enrols.
fn events<'e>(entry: &'e Value) -> Vec<(Event, &'e Value)> {
    let (kind, part) = part(entry);
    let at = happened(entry);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |kind: &str, award: &'e Value| {
        let (channel, store, lines, fields) = (None, None, Vec::new(), BTreeMap::new());
        (Event { kind: kind.to_owned(), at, channel, store, lines, fields }, award)
    };
    match kind {
        "enrolled" => vec![of(ENROLMENT, part)],
        "purchased" => {
            let (mut bought, award) = of(PURCHASE, &part["aw"]);
            bought.lines = part["b"]["l"].as_array().into_iter().flatten().map(line).collect();
            bought.channel = part["b"]["c"].as_str().map(str::to_owned);
            bought.store = part["b"]["st"].as_str().map(str::to_owned);
            let welcome = part["wl"].is_object().then(|| of(ENROLMENT, &part["wl"]));
            welcome.into_iter().chain([(bought, award)]).collect()
        }
        "occurred" | "scheduled" => vec![of(&text(&part["k"]), &part["aw"])],
        "celebrated" => {
            let occasion = if part["o"] == "birthday" { BIRTHDAY } else { ANNIVERSARY };
            vec![of(occasion, &part["aw"])]
        }
        "referral_paid" => vec![of(&format!("referral.{}", text(&part["r"])), &part["aw"])],
        "answered" => {
            let (mut event, award) = of(&format!("{}.answered", text(&part["sv"])), &part["aw"]);
            for answer in part["an"].as_array().into_iter().flatten() {
                event.fields.extend(given(&answer[1]).map(|value| (text(&answer[0]), value)));
            }
            let class = part["cl"].as_str().map(|class| FieldValue::Text(class.to_owned()));
            event.fields.extend(class.map(|class| ("class".to_owned(), class)));
            vec![(event, award)]
        }
        _ => Vec::new(),
    }
}

fn line(line: &Value) -> Line {
    let text = |name: &str| line[name].as_str().map(str::to_owned);
    let tags = line["t"].as_array().into_iter().flatten();
    Line {
        amount_minor: line["a"].as_i64().unwrap_or(0),
        quantity: line["q"].as_i64().unwrap_or(0),
        sku: text("s"),
        category: text("c"),
        brand: text("b"),
        tags: tags.filter_map(Value::as_str).map(str::to_owned).collect(),
        eligible: line["x"] != true,
    }
}

fn given(value: &Value) -> Option<FieldValue> {
    let (kind, value) = value.as_object()?.iter().next()?;
    match kind.as_str() {
        "number" => Some(FieldValue::Number(value.as_i64()?.checked_mul(MICRO)?)),
        "choice" => Some(FieldValue::Text(value.as_str()?.to_owned())),
        _ => Some(FieldValue::Truth(value.as_bool()?)),
    }
}

impl<'a> Awards<'a> {
    /// Looks through all entries for what they drew.
    pub(super) fn of(evidence: &Evidence<'_>, rules: &'a BTreeMap<(String, String), String>) -> Self {
        let mut drawn = Drawn::new();
        for (pk, entries) in entries_of(evidence.dump) {
            for (index, entry) in entries.iter().enumerate() {
                let written = evidence.written.get(&format!("{pk} E#{:012}", index + 1));
                for (_, award) in events(entry) {
                    for draw in drawn_on(award) {
                        let budget = draw[0].as_str().unwrap_or_default().to_owned();
                        let amount = draw[1].as_i64().unwrap_or(0);
                        let all = drawn.entry((tenant_of(pk).to_owned(), budget)).or_default();
                        all.extend(written.map(|written| (*written, amount)));
                    }
                }
            }
        }
        Self { rules, drawn, judged: 0, places: Places::default() }
    }

    /// How many were judged, and who was ranked.
    pub(super) fn close(self) -> (u64, Places) {
        (self.judged, self.places)
    }

    /// Moves a member's past on by one entry, and says which of its awards are not what its rules give.
    pub(super) fn judge(
        &mut self,
        past: &mut Past,
        (pk, entry): (&str, &Value),
        written: Option<Duration>,
        found: &mut Vec<String>,
    ) {
        past.settle(entry);
        let tenant = tenant_of(pk).to_owned();
        let id = entry["rb"].as_str().unwrap_or_default().to_owned();
        let Some(reading) = self.rules.get(&(tenant.clone(), id.clone())).and_then(|text| reading(text))
        else {
            found.push(format!("by rules `{id}`, which nobody can read"));
            return;
        };
        let zone = reading.book.zone();
        found.extend(self.places.entry((&tenant, pk), entry, past, &reading.book));
        let mut before_it: BTreeMap<String, i64> = BTreeMap::new();
        for (event, award) in events(entry) {
            let used = |budget: &str| {
                let all = self.drawn.get(&(tenant.clone(), budget.to_owned())).map_or(&[][..], Vec::as_slice);
                let earlier = all.iter().filter(|(when, _)| written.is_some_and(|written| *when < written));
                let own = before_it.get(budget).copied().unwrap_or(0);
                earlier.map(|(_, amount)| amount).sum::<i64>() + own
            };
            let budgets = reading.book.programme().budgets.iter().map(|budget| used(&budget.name)).collect();
            let moments = (event.at, counts_at(entry, event.at, &reading.book));
            let mut facts = past.facts(moments, &reading.book, budgets);
            facts.arms = past.arms(award, &reading.book);
            let shared: Vec<Option<String>> =
                reading.book.limits().iter().map(|slot| past.shared(slot, event.at, zone)).collect();
            for (own, name) in facts.used.iter_mut().zip(&shared) {
                *own = name.as_deref().map_or(*own, used);
            }
            let told = told(reading, &event, award, (&facts, &shared));
            found.extend(told);
            self.judged += 1;
            past.earn(award, moments, zone);
            for draw in drawn_on(award) {
                let budget = draw[0].as_str().unwrap_or_default().to_owned();
                *before_it.entry(budget).or_default() += draw[1].as_i64().unwrap_or(0);
            }
        }
        match part(entry) {
            ("occurred", change) => {
                past.happens(change["k"].as_str().unwrap_or_default(), happened(entry), &reading.book);
            }
            ("answered", change) => {
                let kind = format!("{}.answered", change["sv"].as_str().unwrap_or_default());
                past.happens(&kind, happened(entry), &reading.book);
            }
            _ => {}
        }
        past.remember(entry, zone);
    }
}

/// How a recorded award differs from what the rules' text gives; none where it does not.
fn told(
    reading: &Reading,
    event: &Event,
    award: &Value,
    (facts, shared): (&dsl::facts::Facts, &[Option<String>]),
) -> Option<String> {
    let Reading { file, book } = reading;
    let rules = &book.programme().rules;
    let drawn = rules.iter().any(|rule| rule.chooses() && rule.on == event.kind);
    let outcome = if drawn { file.decide_drawn(book, event, facts) } else { file.decide(book, event, facts) };
    let (expected, recorded) = (of_rules(&outcome, book, shared), of_entry(award, event, &outcome));
    (expected != recorded).then(|| {
        let Moment(at) = event.at;
        format!("`{}` at {at} earned {recorded}, by the text of its rules {expected}", event.kind)
    })
}

/// An outcome in the words of an entry: points, rules, lots with their lines, limits, budgets, rewards, badges, effects.
fn of_rules(outcome: &Outcome, book: &Rulebook, shared: &[Option<String>]) -> Value {
    let programme = book.programme();
    let grants = |give: &Give| matches!(give, Give::Reward(_) | Give::Badge(_) | Give::Effect(_));
    let fired = programme.rules.iter().zip(&outcome.verdicts).filter_map(|(rule, verdict)| match verdict {
        Verdict::Gave { points, .. } if *points != 0 || rule.gives.iter().any(grants) => {
            Some(json!([rule.name, points]))
        }
        _ => None,
    });
    let lots = outcome.credits.iter().map(|credit| json!([credit.points, credit.line_points]));
    let own = outcome.limit_draws.iter().filter(|(at, _)| shared[*at].is_none());
    let limits = own.map(|(at, amount)| json!([book.limits()[*at].key, amount]));
    let of_household =
        outcome.limit_draws.iter().filter_map(|(at, amount)| Some(json!([shared[*at].as_ref()?, amount])));
    let goals = outcome.goals.iter().map(|goal| json!([book.limits()[goal.limit].key, goal.lines]));
    let budgets =
        outcome.budget_draws.iter().map(|(at, amount)| json!([programme.budgets[*at].name, amount]));
    let mut rewards: Vec<&str> =
        outcome.rewards.iter().map(|at| programme.rewards[*at].name.as_str()).collect();
    rewards.sort_unstable();
    json!({
        "points": outcome.points,
        "rules": fired.collect::<Vec<_>>(),
        "lots": lots.collect::<Vec<_>>(),
        "limits": limits.collect::<Vec<_>>(),
        "household": of_household.collect::<Vec<_>>(),
        "goals": goals.collect::<Vec<_>>(),
        "budgets": budgets.collect::<Vec<_>>(),
        "rewards": rewards,
        "badges": outcome.badges,
        "effects": outcome.effects,
    })
}

/// The same of what is recorded. What is not the rules': the limit of a referral, tags that a survey keeps.
fn of_entry(award: &Value, event: &Event, outcome: &Outcome) -> Value {
    let list = |name: &str| award[name].as_array().cloned().unwrap_or_default();
    let lines = |lot: &Value| if lot["s"].is_array() { lot["s"].clone() } else { json!([]) };
    let lots: Vec<Value> = list("lo").iter().map(|lot| json!([lot["p"], lines(lot)])).collect();
    let of_referral = |draw: &Value| draw[0].as_str().is_some_and(|key| key.starts_with("referral/"));
    let limits: Vec<Value> = list("li").into_iter().filter(|draw| !of_referral(draw)).collect();
    let both = [list("rw"), list("wh")].concat();
    let mut rewards: Vec<String> =
        both.iter().filter_map(|reward| reward["rw"].as_str().map(str::to_owned)).collect();
    rewards.sort_unstable();
    let by_rules = json!(outcome.effects);
    let survey = event.kind.strip_suffix("answered").unwrap_or("\n");
    let kept = |effect: &Value| {
        let by_rule = by_rules.as_array().is_some_and(|all| all.contains(effect));
        !by_rule && effect["tag"].as_str().is_some_and(|tag| tag.starts_with(survey))
    };
    let effects: Vec<Value> = list("fx").into_iter().filter(|effect| !kept(effect)).collect();
    json!({
        "points": award["p"].as_i64().unwrap_or(0),
        "rules": list("ru"),
        "lots": lots,
        "limits": limits,
        "household": list("hl"),
        "goals": list("gl"),
        "budgets": list("bu"),
        "rewards": rewards,
        "badges": list("ba"),
        "effects": effects,
    })
}
