//! Strict JSON: no repeated keys, bounded depth, nothing after the value; every fault with its line and column.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// How deep lists and objects may nest.
pub(crate) const DEPTH_MAX: usize = 32;

/// Why text is no JSON we take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Stable code.
    pub(crate) code: &'static str,
    /// What is wrong and where.
    pub(crate) detail: String,
}

/// Reads a whole text.
pub(crate) fn read(text: &[u8]) -> Result<Value, Fault> {
    let code = Cell::new("body.not_json");
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = Strict { depth: 0, code: &code }.deserialize(&mut deserializer);
    let read = read.and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| {
        let told = error.to_string();
        if told.starts_with("number out of range") {
            code.set("body.number_out_of_range");
        }
        Fault { code: code.get(), detail: format!("the body is no JSON we take: {told}") }
    })
}

/// Builds a value; remembers what kind of fault it met.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    code: &'a Cell<&'static str>,
}

impl Strict<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= DEPTH_MAX {
            self.code.set("body.too_deep");
            return Err(E::custom(format!("nested more than {DEPTH_MAX} deep")));
        }
        Ok(Self { depth: self.depth + 1, code: self.code })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                self.code.set("body.repeated_key");
                return Err(A::Error::custom(format!("`{}` is given twice", super::shape::shorten(&key))));
            }
            let value = entries.next_value_seed(inner)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// The canonical text of a value: keys sorted, no spaces. What fingerprints are made of.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let told =
                entries.into_iter().map(|(k, v)| format!("{}:{}", Value::String(k.clone()), canonical(v)));
            format!("{{{}}}", told.collect::<Vec<_>>().join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests say what went wrong by failing")]
mod tests {
    use super::{canonical, read};

    #[test]
    fn repeated_keys_depth_and_wild_numbers_are_refused_with_a_place() {
        let code = |text: &str| read(text.as_bytes()).unwrap_err();
        assert_eq!(code(r#"{"a":1,"b":{"c":1,"c":2}}"#).code, "body.repeated_key");
        assert!(
            code("{\n \"a\":1,\n \"a\":2}").detail.contains("line 3"),
            "{:?}",
            code("{\n \"a\":1,\n \"a\":2}")
        );
        assert_eq!(code("1e309").code, "body.number_out_of_range");
        assert_eq!(code(&format!("{}1{}", "[".repeat(33), "]".repeat(33))).code, "body.too_deep");
        assert_eq!(code("{} {}").code, "body.not_json");
        assert_eq!(code("").code, "body.not_json");
        assert!(read(format!("{}1{}", "[".repeat(32), "]".repeat(32)).as_bytes()).is_ok());
    }

    #[test]
    fn canonical_text_ignores_order_and_space() {
        let a = read(br#"{ "b": [1, {"y":2,"x":1}], "a": "\u00e9" }"#).unwrap();
        let b = read("{\"a\":\"é\",\"b\":[1,{\"x\":1,\"y\":2}]}".as_bytes()).unwrap();
        assert_eq!(canonical(&a), canonical(&b));
    }
}
