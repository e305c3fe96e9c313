//! The engines, each with the campaigns made ready for it and the purchase at hand: a function that decides once.

use crate::sparse::{self, CATEGORIES, Campaign, DAYS, Gives, TIERS, When};
use crate::{DAY, LINES, MINUTE, TIER, settle, total};
use serde_json::{Value as Json, json};
use std::str::FromStr;
use std::sync::Arc;

/// Decides the purchase once; its points.
pub(crate) type Ready = Box<dyn FnMut() -> i64>;

/// All of them, Merit first.
pub(crate) const ALL: [(&str, fn(&[Campaign]) -> Ready); 6] =
    [("merit", merit), ("zen", zen), ("cel", cel), ("cedar", cedar), ("rhai", rhai), ("regorus", regorus)];

fn gives(campaigns: &[Campaign]) -> Vec<Gives> {
    let copy = |one: &Campaign| match one.gives {
        Gives::Points(points) => Gives::Points(points),
        Gives::Tenths(tenths) => Gives::Tenths(tenths),
    };
    campaigns.iter().map(copy).collect()
}

fn categories() -> Vec<&'static str> {
    LINES.iter().map(|(_, category)| *category).collect()
}

fn quoted(names: &[&str], which: &[usize]) -> Vec<String> {
    which.iter().map(|one| format!("\"{}\"", names[*one])).collect()
}

fn merit(campaigns: &[Campaign]) -> Ready {
    // A file holds so many rules of this length.
    let mut programme: Option<dsl::model::Programme> = None;
    for (chunk, some) in campaigns.chunks(200).enumerate() {
        let rules = some.iter().enumerate().map(|(at, one)| sparse::rule(chunk * 200 + at, one));
        let text = sparse::head() + &rules.collect::<String>();
        let checked = dsl::check::check(text.as_bytes(), None);
        let more = checked.programme.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
        match &mut programme {
            None => programme = Some(more),
            Some(whole) => whole.rules.extend(more.rules.into_iter().skip(1)),
        }
    }
    let book = dsl::plan::Rulebook::compile(programme.expect("campaigns"));
    let line = |(amount_minor, category): &(i64, &str)| dsl::event::Line {
        amount_minor: *amount_minor,
        quantity: 1,
        category: Some((*category).to_owned()),
        eligible: true,
        ..dsl::event::Line::default()
    };
    let event = dsl::event::Event {
        kind: dsl::event::PURCHASE.to_owned(),
        at: dsl::calendar::parse_moment("2026-11-23T08:10:00+01:00").expect("a moment"),
        channel: Some("counter".to_owned()),
        store: None,
        lines: LINES.iter().map(line).collect(),
        fields: std::collections::BTreeMap::new(),
    };
    let facts = dsl::facts::Facts {
        tier: Some(TIER),
        windows: vec![0; book.windows().len()],
        used: vec![0; book.limits().len()],
        ..dsl::facts::Facts::default()
    };
    let mut work = dsl::plan::Work::default();
    Box::new(move || {
        book.evaluate_into(&event, &facts, &mut work);
        work.answer().points
    })
}

/// A condition in the words that CEL and Rhai share.
fn condition(one: &Campaign) -> String {
    let bought: Vec<String> =
        quoted(&CATEGORIES, &one.categories).iter().map(|name| format!("{name} in categories")).collect();
    let now = match &one.when {
        When::Time(from, until) => format!("minute >= {from} && minute < {until}"),
        When::Days(days) => format!("day in [{}]", quoted(&DAYS, days).join(", ")),
    };
    format!(
        "tier == \"{}\" && total >= {} && ({}) && {now}",
        TIERS[one.tier],
        one.at_least_minor,
        bought.join(" || ")
    )
}

fn cel(campaigns: &[Campaign]) -> Ready {
    let programs: Vec<cel::Program> =
        campaigns.iter().map(|one| cel::Program::compile(&condition(one)).expect("CEL")).collect();
    let gives = gives(campaigns);
    let mut context = cel::Context::default();
    context.add_variable_from_value("tier", TIERS[TIER]);
    context.add_variable_from_value("total", total());
    context.add_variable_from_value("categories", categories());
    context.add_variable_from_value("minute", MINUTE);
    context.add_variable_from_value("day", DAYS[DAY]);
    Box::new(move || {
        let fires = |program: &cel::Program| matches!(program.execute(&context), Ok(cel::Value::Bool(true)));
        settle(programs.iter().zip(&gives).filter(|(program, _)| fires(program)).map(|(_, gives)| gives))
    })
}

fn rhai(campaigns: &[Campaign]) -> Ready {
    let mut script = "let added = 0; let best = 10;\n".to_owned();
    for one in campaigns {
        let then = match one.gives {
            Gives::Points(points) => format!("added += {points};"),
            Gives::Tenths(tenths) => format!("if best < {tenths} {{ best = {tenths}; }}"),
        };
        script += &format!("if {} {{ {then} }}\n", condition(one));
    }
    script += "total * best / 100 + added";
    let engine: &'static rhai::Engine = Box::leak(Box::new(rhai::Engine::new()));
    let program = rhai::grain::Compiler::new().compile(&engine.compile(&script).expect("Rhai"));
    let mut scope = rhai::Scope::new();
    scope.push_constant("tier", TIERS[TIER]);
    scope.push_constant("total", total());
    let bought: rhai::Array = categories().into_iter().map(rhai::Dynamic::from).collect();
    scope.push_constant("categories", bought);
    scope.push_constant("minute", MINUTE);
    scope.push_constant("day", DAYS[DAY]);
    let given = scope.len();
    let mut machine = rhai::grain::Vm::new(engine);
    Box::new(move || {
        let points = machine.eval_with_scope(&mut scope, &program).expect("Rhai");
        scope.rewind(given);
        points.as_int().expect("points")
    })
}

fn cedar(campaigns: &[Campaign]) -> Ready {
    let policy = |one: &Campaign| {
        let now = match &one.when {
            When::Time(from, until) => format!("context.minute >= {from} && context.minute < {until}"),
            When::Days(days) => format!("[{}].contains(context.day)", quoted(&DAYS, days).join(", ")),
        };
        format!(
            "permit(principal, action, resource) when {{ context.tier == \"{}\" && context.total >= {} && context.categories.containsAny([{}]) && {now} }};\n",
            TIERS[one.tier],
            one.at_least_minor,
            quoted(&CATEGORIES, &one.categories).join(", ")
        )
    };
    let text: String = campaigns.iter().map(policy).collect();
    let policies = cedar_policy::PolicySet::from_str(&text).expect("Cedar");
    // Policies are named by their order.
    let gives: std::collections::HashMap<cedar_policy::PolicyId, Gives> = gives(campaigns)
        .into_iter()
        .enumerate()
        .map(|(at, gives)| (cedar_policy::PolicyId::new(format!("policy{at}")), gives))
        .collect();
    let context = cedar_policy::Context::from_json_value(
        json!({ "tier": TIERS[TIER], "total": total(), "categories": categories(), "minute": MINUTE, "day": DAYS[DAY] }),
        None,
    );
    let entity = |text: &str| cedar_policy::EntityUid::from_str(text).expect("an entity");
    let request = cedar_policy::Request::new(
        entity("User::\"m\""),
        entity("Action::\"buy\""),
        entity("Shop::\"s\""),
        context.expect("a context"),
        None,
    );
    let (request, entities) = (request.expect("a request"), cedar_policy::Entities::empty());
    let authorizer = cedar_policy::Authorizer::new();
    Box::new(move || {
        let answer = authorizer.is_authorized(&request, &policies, &entities);
        settle(answer.diagnostics().reason().filter_map(|policy| gives.get(policy)))
    })
}

fn regorus(campaigns: &[Campaign]) -> Ready {
    let mut text = "package bench\nimport rego.v1\n".to_owned();
    for (at, one) in campaigns.iter().enumerate() {
        let bought = format!(
            "count({{{}}} & input.categories) > 0",
            quoted(&CATEGORIES, &one.categories).join(", ")
        );
        let now = match &one.when {
            When::Time(from, until) => format!("input.minute >= {from}\n  input.minute < {until}"),
            When::Days(days) => format!("input.day in {{{}}}", quoted(&DAYS, days).join(", ")),
        };
        text += &format!(
            "fired contains {at} if {{\n  input.tier == \"{}\"\n  input.total >= {}\n  {bought}\n  {now}\n}}\n",
            TIERS[one.tier], one.at_least_minor
        );
    }
    let mut engine = regorus::Engine::new();
    engine.add_policy("bench.rego".to_owned(), text).expect("Rego");
    let entry = "data.bench.fired";
    let compiled = engine.compile_with_entrypoint(&entry.into()).expect("Rego");
    let program =
        regorus::languages::rego::compiler::Compiler::compile_from_policy(&compiled, &[entry]).expect("Rego");
    let mut machine = regorus::rvm::vm::RegoVM::new();
    machine.load_program(program);
    let mut input = regorus::Value::from(json!({
        "tier": TIERS[TIER], "total": total(), "minute": MINUTE, "day": DAYS[DAY]
    }));
    let bought = categories().into_iter().map(regorus::Value::from).collect::<std::collections::BTreeSet<_>>();
    let fields = input.as_object_mut().expect("an object");
    fields.insert("categories".into(), regorus::Value::from(bought));
    let gives = gives(campaigns);
    Box::new(move || {
        machine.set_input(input.clone());
        let fired = machine.execute_entry_point_by_index(0).expect("Rego");
        let fired = fired.as_set().expect("a set");
        settle(fired.iter().filter_map(|at| gives.get(usize::try_from(at.as_i64().ok()?).ok()?)))
    })
}

fn zen(campaigns: &[Campaign]) -> Ready {
    let rule = |(at, one): (usize, &Campaign)| {
        let days = |days: &[usize]| format!("day in [{}]", quoted(&DAYS, days).join(", "));
        let now = match &one.when {
            When::Time(from, until) => format!("minute >= {from} and minute < {until}"),
            When::Days(list) => days(list),
        };
        let bought: Vec<String> = quoted(&CATEGORIES, &one.categories)
            .iter()
            .map(|name| format!("contains(categories, {name})"))
            .collect();
        json!({
            "_id": format!("r{at}"),
            "tier": format!("\"{}\"", TIERS[one.tier]),
            "total": format!(">= {}", one.at_least_minor),
            "bought": bought.join(" or "),
            "now": now,
            "rule": at.to_string(),
        })
    };
    let rules: Vec<Json> = campaigns.iter().enumerate().map(rule).collect();
    let content = json!({
        "nodes": [
            { "id": "in", "name": "in", "type": "inputNode", "content": {} },
            { "id": "table", "name": "table", "type": "decisionTableNode", "content": {
                "hitPolicy": "collect",
                "inputs": [
                    { "id": "tier", "name": "tier", "field": "tier" },
                    { "id": "total", "name": "total", "field": "total" },
                    { "id": "bought", "name": "bought" },
                    { "id": "now", "name": "now" }
                ],
                "outputs": [{ "id": "rule", "name": "rule", "field": "rule" }],
                "rules": rules
            } },
            { "id": "out", "name": "out", "type": "outputNode", "content": {} }
        ],
        "edges": [
            { "id": "e1", "sourceId": "in", "targetId": "table" },
            { "id": "e2", "sourceId": "table", "targetId": "out" }
        ]
    });
    let content = serde_json::from_value(content).expect("zen");
    let mut decision = zen_engine::Decision::from(Arc::new(content));
    decision.compile();
    let input: zen_engine::Variable = json!({
        "tier": TIERS[TIER], "total": total(), "categories": categories(), "minute": MINUTE, "day": DAYS[DAY]
    })
    .into();
    let gives = gives(campaigns);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    Box::new(move || {
        let answer = runtime.block_on(decision.evaluate(input.clone())).expect("zen");
        let Some(rows) = answer.result.as_array() else { return settle([].iter()) };
        let fired = rows.borrow().iter().filter_map(|row| row.dot("rule")?.as_number()).collect::<Vec<_>>();
        settle(fired.iter().filter_map(|at| gives.get(usize::try_from(*at).ok()?)))
    })
}
