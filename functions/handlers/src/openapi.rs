//! The OpenAPI 3.1 document, generated from the routes and the shapes: there is no other copy to keep.

use crate::http::shape::{Field, Kind, Need, Shape, example_value};
use crate::routes::{Act, OPERATIONS, Operation, Takes};
use crate::shapes::answers::PROBLEM;
use domain::ids::ID_LENGTH_MAX;
use serde_json::{Map, Value, json};

/// The whole document.
pub(crate) fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas = Map::new();
    collect(&PROBLEM, &mut schemas);
    for operation in OPERATIONS {
        let path = paths.entry(operation.route.path).or_insert_with(|| json!({}));
        if let Value::Object(methods) = path {
            methods.insert(operation.route.method.to_lowercase(), described(operation));
        }
        if let Takes::Json(shape) = operation.takes {
            collect(shape, &mut schemas);
        }
        if let Some(shape) = operation.answer {
            collect(shape, &mut schemas);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Merit",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A loyalty engine: programmes as rule files, points as a ledger.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The claims `tenant` and `roles` say who asks; nothing in a request can set them.",
                },
            },
        },
    })
}

fn described(operation: &Operation) -> Value {
    let route = operation.route;
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    tell("operationId", json!(operation_id(operation)));
    tell("summary", json!(operation.about));
    tell("tags", json!([route.function]));
    tell("parameters", parameters(operation));
    tell("responses", responses(operation));
    if route.roles.is_empty() {
        tell("security", json!([]));
    } else {
        tell("description", json!(format!("Roles: {}.", route.roles.join(", "))));
        tell("x-roles", json!(route.roles));
    }
    match operation.takes {
        Takes::Nothing => {}
        Takes::Json(shape) => {
            tell("requestBody", json!({"required": true, "content": {"application/json": content(shape)}}));
        }
        Takes::Rules => {
            let about = "A rule file, or several that are one programme, joined: each begins with a line such as `file \"rules/summer.merit\"`, in any order.";
            let schema = json!({"type": "string", "maxLength": operation.bytes_max(), "description": about});
            tell("requestBody", json!({"required": true, "content": {"text/plain": {"schema": schema}}}));
        }
    }
    Value::Object(told)
}

/// `post /v1/redemptions/{id}/capture` is `postRedemptionsIdCapture`.
fn operation_id(operation: &Operation) -> String {
    let words =
        operation.route.path.split(['/', '{', '}', '.']).filter(|word| !word.is_empty() && *word != "v1");
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
            .unwrap_or_default()
    };
    operation.route.method.to_lowercase() + &words.map(capital).collect::<String>()
}

fn parameters(operation: &Operation) -> Value {
    let mut list = Vec::new();
    if operation.route.path.contains("{id}") {
        let about = "the id in the path, percent-encoded where it must be";
        list.push(json!({"name": "id", "in": "path", "required": true, "description": about, "schema": schema(&Kind::Id)}));
    }
    for field in operation.query {
        let mut told = json!({
            "name": field.name,
            "in": "query",
            "required": field.need == Need::Required,
            "description": field.about,
            "schema": field_schema(field),
        });
        if let (Value::Object(map), Some(example)) = (&mut told, field.example) {
            map.insert("example".to_owned(), example_value(example));
        }
        list.push(told);
    }
    if takes_key(operation) {
        let about = "may stand for `event_id`; with both, they must be the same";
        list.push(json!({"name": "Idempotency-Key", "in": "header", "required": false, "description": about, "schema": schema(&Kind::Id)}));
    }
    Value::Array(list)
}

fn takes_key(operation: &Operation) -> bool {
    matches!(operation.takes, Takes::Json(shape) if shape.fields.iter().any(|f| f.name == "event_id"))
}

/// Statuses that API Gateway answers itself, before or in place of a function: a line of its own, no problem.
const GATEWAYS: [u16; 4] = [401, 429, 500, 503];

fn responses(operation: &Operation) -> Value {
    let mut told = Map::new();
    let good = operation.answer.map_or_else(|| json!({"schema": {"type": "object"}}), content);
    let mut answer = json!({"description": operation.about, "content": {"application/json": good}});
    if let (true, Value::Object(map)) = (takes_key(operation), &mut answer) {
        let about = "true for the stored answer to a repeated request";
        map.insert(
            "headers".to_owned(),
            json!({"Idempotency-Replayed": {"description": about, "schema": {"type": "string"}}}),
        );
    }
    told.insert(operation.status.to_string(), answer);
    for (status, about) in problems(operation) {
        let mut answer = json!({
            "description": about,
            "content": {"application/problem+json": {"schema": reference(&PROBLEM)}},
        });
        if GATEWAYS.contains(&status) {
            let message = json!({"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]});
            answer["content"]["application/json"] = json!({ "schema": message });
        }
        if let (503, Value::Object(map)) = (status, &mut answer) {
            let about = "seconds to wait before the same request is sent again";
            map.insert(
                "headers".to_owned(),
                json!({"Retry-After": {"description": about, "schema": {"type": "integer"}}}),
            );
        }
        told.insert(status.to_string(), answer);
    }
    Value::Object(told)
}

/// Which problems a route may answer.
fn problems(operation: &Operation) -> Vec<(u16, &'static str)> {
    let mut list = vec![
        (500, "Something is wrong on our side."),
        (429, "More requests than the deployment allows; wait and send the same again."),
    ];
    let public = operation.route.roles.is_empty();
    if public && matches!(operation.takes, Takes::Nothing) {
        return list;
    }
    list.extend([
        (403, if public { "The token is not valid." } else { "The role is missing; the answer names it." }),
        (503, "No definite answer in time; repeat with the same key."),
    ]);
    if !public {
        list.push((401, "No token that the authorizer accepts."));
    }
    let has_id = operation.route.path.contains("{id}");
    if has_id || !operation.query.is_empty() || !matches!(operation.takes, Takes::Nothing) {
        list.push((400, "The request is not valid; every problem is listed with its place."));
    }
    if matches!(operation.takes, Takes::Nothing) {
        list.extend([(404, "No such thing."), (409, "No programme is published.")]);
        return list;
    }
    list.extend([
        (404, "No such member, purchase, redemption or version."),
        (409, "Not now, in the state things are in; or the key was used for another request."),
        (410, "The member was erased."),
        (413, too_large(operation)),
        (415, "The content type is not taken."),
        (422, "Never, as it was asked."),
    ]);
    list
}

/// What is said of a body that is too large.
const fn too_large(operation: &Operation) -> &'static str {
    match operation.act {
        Act::Publish => {
            "The text is larger than 64 KiB, of several files 192 KiB, or larger than can be stored with what it compiles to."
        }
        Act::Preview => {
            "The body is larger than 256 KiB, or the rules in it than 64 KiB, of several files 192 KiB."
        }
        _ => "The body is larger than 64 KiB.",
    }
}

fn content(shape: &'static Shape) -> Value {
    json!({"schema": reference(shape), "example": shape.example()})
}

fn reference(shape: &Shape) -> Value {
    json!({"$ref": format!("#/components/schemas/{}", shape.name)})
}

/// Adds a shape and all it is made of.
fn collect(shape: &'static Shape, schemas: &mut Map<String, Value>) {
    if schemas.contains_key(shape.name) {
        return;
    }
    schemas.insert(shape.name.to_owned(), object(shape));
    shape.fields.iter().for_each(|field| collect_kind(&field.kind, schemas));
}

pub(crate) fn collect_kind(kind: &'static Kind, schemas: &mut Map<String, Value>) {
    match kind {
        Kind::Object(shape) => collect(shape, schemas),
        Kind::List(of, ..) | Kind::Maybe(of) => collect_kind(of, schemas),
        _ => {}
    }
}

fn object(shape: &Shape) -> Value {
    let properties: Map<_, _> = shape.fields.iter().map(|f| (f.name.to_owned(), field_schema(f))).collect();
    let required: Vec<_> = shape.fields.iter().filter(|f| f.need == Need::Required).map(|f| f.name).collect();
    let mut told = json!({
        "type": "object",
        "description": shape.about,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if let (false, Value::Object(map)) = (shape.one_of.is_empty(), &mut told) {
        map.insert("oneOf".to_owned(), shape.one_of.iter().map(|name| json!({"required": [name]})).collect());
    }
    told
}

pub(crate) fn field_schema(field: &Field) -> Value {
    let mut told = schema(&field.kind);
    if let Value::Object(map) = &mut told {
        map.insert("description".to_owned(), json!(field.about));
        if let Need::Default(text) = field.need {
            map.insert("default".to_owned(), example_value(text));
        }
    }
    told
}

fn schema(kind: &Kind) -> Value {
    match kind {
        Kind::Id => json!({"type": "string", "pattern": format!("^[A-Za-z0-9_.:-]{{1,{ID_LENGTH_MAX}}}$")}),
        Kind::Text(max) => json!({"type": "string", "minLength": 1, "maxLength": max}),
        Kind::Prose => json!({"type": "string"}),
        Kind::Word(words) => json!({"type": "string", "enum": words}),
        Kind::Whole(min, max) => {
            let mut told = json!({"type": "integer", "format": "int64"});
            if let Value::Object(map) = &mut told {
                let bounds = [("minimum", *min, i64::MIN), ("maximum", *max, i64::MAX)];
                let told = bounds.into_iter().filter(|(_, bound, open)| bound != open);
                map.extend(told.map(|(name, bound, _)| (name.to_owned(), json!(bound))));
            }
            told
        }
        Kind::Truth => json!({"type": "boolean"}),
        Kind::Instant => json!({"type": "string", "format": "date-time"}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Currency => json!({"type": "string", "pattern": "^[A-Z]{3}$"}),
        Kind::Email => json!({"type": "string", "format": "email", "maxLength": 254}),
        Kind::Phone => json!({"type": "string", "pattern": r"^\+[1-9][0-9]{5,14}$"}),
        Kind::Scalars => json!({
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        }),
        Kind::List(of, min, max) => {
            json!({"type": "array", "items": schema(of), "minItems": min, "maxItems": max})
        }
        Kind::Object(shape) => reference(shape),
        Kind::Maybe(of) => json!({"anyOf": [schema(of), {"type": "null"}]}),
    }
}
