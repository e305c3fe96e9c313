//! Shapes: what a body looks like, said once and used twice: to read a request, all its problems at once, and to
//! write the OpenAPI document. It knows nothing of programmes, members or time.

use domain::ids::{ID_LENGTH_MAX, is_id};
use dsl::calendar::{parse_day, parse_moment};
use dsl::nearest::nearest;
use dsl::units::Currency;
use serde_json::{Map, Value, json};

/// An object: its fields, and which of them exclude each other.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Its name in the OpenAPI document.
    pub(crate) name: &'static str,
    /// One sentence.
    pub(crate) about: &'static str,
    /// Its fields; every other is refused.
    pub(crate) fields: &'static [Field],
    /// Exactly one of these must be given; empty for no such choice.
    pub(crate) one_of: &'static [&'static str],
}

/// A field of an object.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) need: Need,
    /// One sentence.
    pub(crate) about: &'static str,
    /// As JSON text; none leaves it out of the example.
    pub(crate) example: Option<&'static str>,
}

/// Whether a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Required,
    Optional,
    /// Stands for a missing one, as JSON text; part of the canonical request.
    Default(&'static str),
}

/// What a value must be.
#[derive(Debug)]
pub(crate) enum Kind {
    /// 1 to 64 of `A-Z a-z 0-9 _ . : -`.
    Id,
    /// Text of 1 to so many characters, none of them a control character.
    Text(usize),
    /// Any text, for answers and rule files.
    Prose,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number in a range, both ends inclusive.
    Whole(i64, i64),
    /// `true` or `false`.
    Truth,
    /// RFC 3339 with an offset; canonical form: milliseconds.
    Instant,
    /// `YYYY-MM-DD`; canonical form: days.
    Date,
    /// ISO 4217.
    Currency,
    /// Something with an `@` in it.
    Email,
    /// E.164.
    Phone,
    /// An object of scalars that something else checks.
    Scalars,
    /// A list of so many to so many.
    List(&'static Kind, usize, usize),
    /// An object.
    Object(&'static Shape),
    /// The kind, or `null`: in answers only.
    Maybe(&'static Kind),
}

/// A required field.
pub(crate) const fn required(
    name: &'static str,
    kind: Kind,
    about: &'static str,
    example: &'static str,
) -> Field {
    Field { name, kind, need: Need::Required, about, example: Some(example) }
}

/// A field that may be left out.
pub(crate) const fn optional(
    name: &'static str,
    kind: Kind,
    about: &'static str,
    example: &'static str,
) -> Field {
    Field { name, kind, need: Need::Optional, about, example: Some(example) }
}

/// A field with a default.
pub(crate) const fn default(
    name: &'static str,
    kind: Kind,
    about: &'static str,
    value: &'static str,
) -> Field {
    Field { name, kind, need: Need::Default(value), about, example: Some(value) }
}

impl Field {
    /// Leaves it out of the example.
    pub(crate) const fn unshown(mut self) -> Self {
        self.example = None;
        self
    }
}

/// One thing that is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// JSON pointer into the body, or `header:Name`, `query:name`, `path:name`.
    pub(crate) pointer: String,
    /// Stable code.
    pub(crate) code: &'static str,
    /// One sentence of what is wrong and what to do.
    pub(crate) detail: String,
}

/// The most problems one answer lists.
const WRONGS_MAX: usize = 200;

/// Everything wrong with a request, in the order it was found.
#[derive(Debug, Default)]
pub(crate) struct Wrongs {
    list: Vec<Wrong>,
}

impl Wrongs {
    /// Adds one.
    pub(crate) fn add(&mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        if self.list.len() < WRONGS_MAX {
            self.list.push(Wrong { pointer: pointer.into(), code, detail: detail.into() });
        }
    }
    /// True when nothing is wrong with this part.
    pub(crate) fn silent_on(&self, pointer: &str) -> bool {
        self.list.iter().all(|wrong| wrong.pointer != pointer)
    }
    /// True when nothing is wrong.
    pub(crate) const fn none(&self) -> bool {
        self.list.is_empty()
    }
    /// The list.
    pub(crate) fn into_list(self) -> Vec<Wrong> {
        self.list
    }
}

/// A JSON pointer one step deeper.
pub(crate) fn below(pointer: &str, step: &str) -> String {
    format!("{pointer}/{}", shorten(step).replace('~', "~0").replace('/', "~1"))
}

/// A name of the client's, short enough to repeat.
pub(crate) fn shorten(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
    if kept.len() < text.len() { format!("{kept}…") } else { kept }
}

impl Shape {
    /// Reads an object into its canonical form: defaults applied, instants and dates as numbers. What is wrong goes
    /// to `wrongs`, and the value is then worth nothing.
    pub(crate) fn read(&self, value: Value, at: &str, wrongs: &mut Wrongs) -> Value {
        let Value::Object(mut given) = value else {
            wrongs.add(at, "wrong_type", format!("is {}; send an object", type_of(&value)));
            return Value::Null;
        };
        let mut canonical = Map::new();
        for field in self.fields {
            match (given.remove(field.name), field.need) {
                (Some(value), _) => {
                    let value = field.kind.read(value, &below(at, field.name), wrongs);
                    canonical.insert(field.name.to_owned(), value);
                }
                (None, Need::Required) => {
                    wrongs.add(below(at, field.name), "missing", format!("is missing: {}", field.about));
                }
                (None, Need::Default(text)) => {
                    canonical.insert(field.name.to_owned(), example_value(text));
                }
                (None, Need::Optional) => {}
            }
        }
        for name in given.keys() {
            let known = self.fields.iter().map(|f| f.name);
            let hint = nearest(name, known.clone()).map_or_else(
                || format!("fields are: {}", known.collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            wrongs.add(
                below(at, name),
                "unknown_field",
                format!("there is no field `{}`; {hint}", shorten(name)),
            );
        }
        self.check_choice(&canonical, at, wrongs);
        Value::Object(canonical)
    }

    fn check_choice(&self, given: &Map<String, Value>, at: &str, wrongs: &mut Wrongs) {
        if self.one_of.is_empty() {
            return;
        }
        let count = self.one_of.iter().filter(|name| given.contains_key(**name)).count();
        if count != 1 {
            let names = self.one_of.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" or ");
            wrongs.add(at, "one_of", format!("has {count} of {names}; give exactly one"));
        }
    }

    /// The example: every field's own, together.
    pub(crate) fn example(&self) -> Value {
        let shown = self.fields.iter().filter_map(|f| Some((f.name.to_owned(), example_value(f.example?))));
        Value::Object(shown.collect())
    }
}

/// JSON text of ours; `null` if it is none, which a test over all shapes would find.
pub(crate) fn example_value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

impl Kind {
    /// Reads a value into its canonical form; what is wrong goes to `wrongs`.
    pub(crate) fn read(&self, value: Value, at: &str, wrongs: &mut Wrongs) -> Value {
        match self {
            Self::Object(shape) => return shape.read(value, at, wrongs),
            Self::List(of, min, max) => return read_list(of, *min, *max, value, at, wrongs),
            Self::Maybe(kind) => return if value.is_null() { value } else { kind.read(value, at, wrongs) },
            _ => {}
        }
        match self.read_scalar(&value) {
            Ok(canonical) => canonical,
            Err((code, detail)) => {
                wrongs.add(at, code, detail);
                Value::Null
            }
        }
    }

    fn read_scalar(&self, value: &Value) -> Result<Value, (&'static str, String)> {
        if value.is_null() {
            return Err(("wrong_type", "is null; leave it out instead".to_owned()));
        }
        match self {
            Self::Whole(min, max) => whole(value, *min, *max),
            Self::Truth => match value {
                Value::Bool(_) => Ok(value.clone()),
                other => Err(("wrong_type", format!("is {}; send true or false", type_of(other)))),
            },
            Self::Scalars => match value {
                Value::Object(_) => Ok(value.clone()),
                other => Err(("wrong_type", format!("is {}; send an object", type_of(other)))),
            },
            _ => match value {
                Value::String(text) => self.read_text(text),
                other => Err(("wrong_type", format!("is {}; send {}", type_of(other), self.wanted()))),
            },
        }
    }

    fn read_text(&self, text: &str) -> Result<Value, (&'static str, String)> {
        let wrong = |code| Err((code, format!("is not what it must be; send {}", self.wanted())));
        match self {
            Self::Id if !is_id(text) => wrong("not_an_id"),
            Self::Text(_) if text.is_empty() => Err(("empty", "is empty; leave it out instead".to_owned())),
            Self::Text(_) if text.chars().any(char::is_control) => Err((
                "control_characters",
                "has line breaks or other control characters; send plain text".to_owned(),
            )),
            Self::Text(max) if text.chars().count() > *max => wrong("too_long"),
            Self::Word(words) if !words.contains(&text) => wrong("unknown_word"),
            Self::Instant => {
                parse_moment(text).map_or_else(|| wrong("not_an_instant"), |moment| Ok(json!(moment.0)))
            }
            Self::Date => parse_day(text).map_or_else(|| wrong("not_a_date"), |day| Ok(json!(day.0))),
            Self::Currency if Currency::parse(text).is_none() => wrong("not_a_currency"),
            Self::Email if !is_email(text) => wrong("not_an_email"),
            Self::Phone if !is_phone(text) => wrong("not_a_phone"),
            _ => Ok(Value::String(text.to_owned())),
        }
    }

    /// What to send, in words.
    fn wanted(&self) -> String {
        match self {
            Self::Id => format!("1 to {ID_LENGTH_MAX} of A-Z a-z 0-9 _ . : -"),
            Self::Text(max) => format!("text of at most {max} characters"),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Instant => "RFC 3339 with an offset, such as \"2026-12-03T18:30:00+01:00\"".to_owned(),
            Self::Date => "a day as YYYY-MM-DD, such as \"1990-02-28\"".to_owned(),
            Self::Currency => "an ISO 4217 code in capitals, such as \"EUR\"".to_owned(),
            Self::Email => "an e-mail address".to_owned(),
            Self::Phone => "a phone number in E.164, such as \"+33612345678\"".to_owned(),
            _ => "text".to_owned(),
        }
    }
}

fn read_list(of: &Kind, min: usize, max: usize, value: Value, at: &str, wrongs: &mut Wrongs) -> Value {
    let Value::Array(items) = value else {
        wrongs.add(at, "wrong_type", format!("is {}; send a list", type_of(&value)));
        return Value::Null;
    };
    if items.len() < min {
        wrongs.add(at, "too_few", format!("has {} elements; send at least {min}", items.len()));
    }
    if items.len() > max {
        wrongs.add(at, "too_many", format!("has {} elements; send at most {max}", items.len()));
        return Value::Null;
    }
    let read = |(index, item)| of.read(item, &format!("{at}/{index}"), wrongs);
    Value::Array(items.into_iter().enumerate().map(read).collect())
}

/// A whole number; says of money and points what unit is meant.
pub(crate) fn whole(value: &Value, min: i64, max: i64) -> Result<Value, (&'static str, String)> {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) if whole < min => {
                Err(("too_small", format!("is less than {min}; send {min} to {max}")))
            }
            Some(whole) if whole > max => {
                Err(("too_large", format!("is more than {max}; send {min} to {max}")))
            }
            Some(whole) => Ok(json!(whole)),
            None if number.is_u64() => Err(("too_large", format!("is more than {max}; send {min} to {max}"))),
            None => Err((
                "not_whole",
                "is no whole number; send one, without a point or an exponent (12.34 EUR is 1234)".to_owned(),
            )),
        },
        other => Err((
            "wrong_type",
            format!("is {}; send a whole number without quotes (12.34 EUR is 1234)", type_of(other)),
        )),
    }
}

/// The JSON type, in words.
pub(crate) const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn is_email(text: &str) -> bool {
    let plain = text.len() <= 254 && text.chars().all(|c| !c.is_control() && !c.is_whitespace());
    plain
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}
