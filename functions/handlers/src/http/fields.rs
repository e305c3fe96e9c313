//! Fields of declared events: checked against the programme's declaration, all problems at once.

use super::shape::{Wrongs, below, shorten, type_of, whole};
use dsl::event::FieldValue;
use dsl::model::{EventType, FieldKind};
use dsl::nearest::nearest;
use dsl::plan::Rulebook;
use dsl::units::{AMOUNT_MAX, MICRO};
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest text of a field, in characters.
const TEXT_MAX: usize = 256;

/// The programme's declaration of an event, by the body's `kind`.
pub(crate) fn declared<'r>(kind: Option<&Value>, rulebook: &'r Rulebook) -> Option<&'r EventType> {
    let kind = kind.and_then(Value::as_str)?;
    rulebook.programme().events.iter().find(|event| event.name == kind)
}

/// Reads the fields of an event; every field that is declared may be left out, and is unknown to the rules then.
pub(crate) fn read_fields(
    declared: &EventType,
    given: Option<&Value>,
    at: &str,
    rulebook: &Rulebook,
    wrongs: &mut Wrongs,
) -> BTreeMap<String, FieldValue> {
    let mut fields = BTreeMap::new();
    for (name, value) in given.and_then(Value::as_object).into_iter().flatten() {
        let pointer = below(at, name);
        let Some(field) = declared.fields.iter().find(|f| f.name == *name) else {
            wrongs.add(pointer, "unknown_field", unknown(declared, name));
            continue;
        };
        match read_field(&field.kind, value, rulebook) {
            Ok(value) => {
                fields.insert(name.clone(), value);
            }
            Err((code, detail)) => wrongs.add(pointer, code, detail),
        }
    }
    fields
}

fn unknown(declared: &EventType, name: &str) -> String {
    let known = declared.fields.iter().map(|f| f.name.as_str());
    let hint = match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if declared.fields.is_empty() => "it has none".to_owned(),
        None => format!("its fields are: {}", known.collect::<Vec<_>>().join(", ")),
    };
    format!("`{}` has no field `{}`; {hint}", declared.name, shorten(name))
}

pub(crate) fn read_field(
    kind: &FieldKind,
    value: &Value,
    rulebook: &Rulebook,
) -> Result<FieldValue, (&'static str, String)> {
    let wanted = |what: &str| ("wrong_type", format!("is {}; send {what}", type_of(value)));
    match (kind, value) {
        (FieldKind::Money, _) => {
            let minor = whole(value, 0, AMOUNT_MAX).map_err(|(code, detail)| {
                (code, format!("{detail}; it is money in minor units of {}", rulebook.programme().currency))
            })?;
            Ok(FieldValue::Money(minor.as_i64().unwrap_or_default()))
        }
        (FieldKind::Number, Value::Number(number)) => micro(&number.to_string()).map(FieldValue::Number).ok_or_else(|| {
            let detail = format!("is out of range; send a number within ±{AMOUNT_MAX} with at most 6 digits after the point");
            ("out_of_range", detail)
        }),
        (FieldKind::Number, _) => Err(wanted("a number without quotes")),
        (FieldKind::Truth, Value::Bool(truth)) => Ok(FieldValue::Truth(*truth)),
        (FieldKind::Truth, _) => Err(wanted("true or false")),
        (FieldKind::Text, Value::String(text)) => text_of(text),
        (FieldKind::Text, _) => Err(wanted("text")),
        (FieldKind::OneOf(words), Value::String(text)) if words.contains(text) => Ok(FieldValue::Text(text.clone())),
        (FieldKind::OneOf(words), Value::String(text)) => {
            let hint = nearest(text, words.iter().map(String::as_str));
            let hint = hint.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            Err(("unknown_word", format!("is none of {}{hint}", words.join(", "))))
        }
        (FieldKind::OneOf(words), _) => Err(wanted(&format!("one of {}", words.join(", ")))),
    }
}

fn text_of(text: &str) -> Result<FieldValue, (&'static str, String)> {
    if text.chars().any(char::is_control) {
        return Err((
            "control_characters",
            "has line breaks or other control characters; send plain text".to_owned(),
        ));
    }
    if text.chars().count() > TEXT_MAX {
        return Err(("too_long", format!("is too long; send at most {TEXT_MAX} characters")));
    }
    Ok(FieldValue::Text(text.to_owned()))
}

/// A decimal text as micro-units, exactly; `None` with an exponent, more than 6 decimals, or out of range.
fn micro(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (units, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    if decimals.len() > 6 || ![units, decimals].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let units: i64 = units.parse().ok().filter(|units| (0..=AMOUNT_MAX).contains(units))?;
    let part: i64 = format!("{decimals:0<6}").parse().ok()?;
    let micro = units.checked_mul(MICRO)?.checked_add(part)?;
    Some(if negative { micro.checked_neg()? } else { micro })
}

#[cfg(test)]
mod tests {
    use super::micro;

    #[test]
    fn numbers_become_micro_units_exactly() {
        assert_eq!(micro("4.5"), Some(4_500_000));
        assert_eq!(micro("-0.000001"), Some(-1));
        assert_eq!(micro("10"), Some(10_000_000));
        for wild in ["1e21", "1.0000001", "1000000001", "1e-7", ""] {
            assert_eq!(micro(wild), None, "{wild}");
        }
    }
}
