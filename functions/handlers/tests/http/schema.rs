//! A small JSON Schema checker for exactly what our document uses; a keyword it does not know fails, so that nothing
//! is checked by being ignored.

use crate::shop::{Answer, Ask};
use dsl::calendar::{parse_day, parse_moment};
use serde_json::Value;
use std::sync::LazyLock;

pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(handlers::openapi);

/// Everything in which a value differs from a schema.
pub(crate) fn differences(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let rules = schema.as_object().unwrap_or_else(|| panic!("{schema} is no schema"));
    rules.iter().flat_map(|(keyword, rule)| of_keyword(keyword, rule, schema, value, at)).collect()
}

fn of_keyword(keyword: &str, rule: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let inside = |name: &str| format!("{at}/{name}");
    let fields = || value.as_object().into_iter().flatten();
    match keyword {
        "$ref" => {
            let name = rule.as_str().unwrap().strip_prefix("#/components/schemas/").unwrap();
            differences(&DOCUMENT["components"]["schemas"][name], value, at)
        }
        "items" => {
            let items = value.as_array().into_iter().flatten().enumerate();
            items.flat_map(|(index, item)| differences(rule, item, &inside(&index.to_string()))).collect()
        }
        "properties" => {
            let known = fields().filter_map(|(name, inner)| Some((name, rule.get(name)?, inner)));
            known.flat_map(|(name, rule, inner)| differences(rule, inner, &inside(name))).collect()
        }
        "additionalProperties" => {
            let unknown = fields().filter(|(name, _)| schema["properties"].get(name.as_str()).is_none());
            let differ = |(name, inner): (&String, &Value)| match rule {
                Value::Bool(false) => vec![format!("{at}: `{name}` is not in the schema")],
                rule => differences(rule, inner, &inside(name)),
            };
            unknown.flat_map(differ).collect()
        }
        "required" => {
            let names = rule.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            let missing = names.filter(|name| value.is_object() && value.get(name).is_none());
            missing.map(|name| format!("{at}: {name} is missing")).collect()
        }
        _ if fits(keyword, rule, value, at) => Vec::new(),
        _ => vec![format!("{at}: {value} does not fit {keyword} {rule}")],
    }
}

/// Whether a value fits one keyword that looks at nothing but the value.
fn fits(keyword: &str, rule: &Value, value: &Value, at: &str) -> bool {
    let text = value.as_str();
    let length = text.map(|text| text.chars().count());
    let items = value.as_array().map(Vec::len);
    let bound = || usize::try_from(rule.as_u64().unwrap()).unwrap();
    let alternatives =
        || rule.as_array().unwrap().iter().filter(|inner| differences(inner, value, at).is_empty()).count();
    match keyword {
        "description" | "default" | "example" => true,
        "type" => match rule {
            Value::Array(types) => types.iter().any(|kind| is_type(value, kind.as_str().unwrap())),
            kind => is_type(value, kind.as_str().unwrap()),
        },
        "enum" => rule.as_array().unwrap().contains(value),
        "pattern" => text.is_none_or(|text| is_pattern(text, rule.as_str().unwrap())),
        "format" => is_format(value, rule.as_str().unwrap()),
        "minimum" => value.as_i64().is_none_or(|number| number >= rule.as_i64().unwrap()),
        "maximum" => value.as_i64().is_none_or(|number| number <= rule.as_i64().unwrap()),
        "minLength" => length.is_none_or(|length| length >= bound()),
        "maxLength" => length.is_none_or(|length| length <= bound()),
        "minItems" => items.is_none_or(|items| items >= bound()),
        "maxItems" => items.is_none_or(|items| items <= bound()),
        "oneOf" => alternatives() == 1,
        "anyOf" => alternatives() > 0,
        unknown => panic!("the checker does not know `{unknown}`"),
    }
}

fn is_type(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        unknown => panic!("the checker does not know the type `{unknown}`"),
    }
}

fn is_pattern(text: &str, pattern: &str) -> bool {
    match pattern {
        "^[A-Za-z0-9_.:-]{1,64}$" => domain::ids::is_id(text),
        "^[A-Z]{3}$" => text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()),
        r"^\+[1-9][0-9]{5,14}$" => {
            let digits = text.strip_prefix('+').unwrap_or("");
            (6..=15).contains(&digits.len())
                && digits.bytes().all(|b| b.is_ascii_digit())
                && !digits.starts_with('0')
        }
        unknown => panic!("the checker does not know the pattern `{unknown}`"),
    }
}

fn is_format(value: &Value, format: &str) -> bool {
    let Some(text) = value.as_str() else { return true };
    match format {
        "int64" => true,
        "date-time" => parse_moment(text).is_some(),
        "date" => parse_day(text).is_some(),
        "email" => text.contains('@'),
        unknown => panic!("the checker does not know the format `{unknown}`"),
    }
}

/// The document's words on a path and method, if it has any.
pub(crate) fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let matches = |template: &str| {
        let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        wanted.len() == given.len() && wanted.iter().zip(&given).all(|(w, g)| w == g || w.starts_with('{'))
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let fixed = paths.get(path).and_then(|p| p.get(method.to_lowercase()));
    fixed.or_else(|| {
        paths.iter().find(|(template, _)| matches(template)).and_then(|(_, p)| p.get(method.to_lowercase()))
    })
}

/// Fails unless an answer is one that the document declares for its route.
pub(crate) fn check_answer(ask: &Ask, answer: &Answer) {
    let told = format!("{} {} answered {} {}", ask.method, ask.path, answer.status, answer.text);
    let operation = operation(ask.method, &ask.path).unwrap_or_else(|| panic!("not in the document: {told}"));
    let declared = &operation["responses"][answer.status.to_string()];
    assert!(declared.is_object(), "an undeclared status: {told}");
    let content = declared["content"].as_object().unwrap();
    let media = answer.header("content-type").unwrap();
    let schema = content.get(media).unwrap_or_else(|| panic!("undeclared {media}: {told}"));
    let different = differences(&schema["schema"], &answer.json, "");
    assert!(different.is_empty(), "{different:#?}\n{told}");
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let written = serde_json::json!({"$ref": "#/components/schemas/Purchase"});
    let good =
        &DOCUMENT["paths"]["/v1/purchases"]["post"]["requestBody"]["content"]["application/json"]["example"];
    assert_eq!(differences(&written, good, ""), Vec::<String>::new());
    let spoilt: [fn(&mut Value); 7] = [
        |body| body["lines"][0]["amount_minor"] = (-1).into(),
        |body| body["lines"][0]["amount_minor"] = "1".into(),
        |body| body["lines"] = Vec::<Value>::new().into(),
        |body| body["currency"] = "eur".into(),
        |body| body["points"] = 1.into(),
        |body| drop(body.as_object_mut().unwrap().remove("member_id")),
        |body| body["occurred_at"] = "yesterday".into(),
    ];
    for spoil in spoilt {
        let mut body = good.clone();
        spoil(&mut body);
        assert_eq!(differences(&written, &body, "").len(), 1, "{body}");
    }
}
