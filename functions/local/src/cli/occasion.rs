//! The hypothetical event of `explain` and `preview`, as the command line gives it.

use crate::moment::moment;
use dsl::calendar::Zone;
use dsl::event::{ENROLMENT, Event, FieldValue, Line, PURCHASE};
use dsl::model::{FieldKind, Programme};
use dsl::units::{Currency, MICRO, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

#[derive(clap::Args, Clone, Default)]
pub(super) struct Occasion {
    /// One line of the basket, as `7.40 EUR 2x coffee sku=K1 brand=kaffa tags=own_cup,decaf`; repeat for more lines.
    #[arg(long, value_name = "LINE")]
    basket: Vec<String>,
    /// The event as JSON: `{"lines": [{"amount_minor": 740}]}`, or `{"kind": "check_in", "fields": {}}`.
    #[arg(long, value_name = "JSON", conflicts_with = "basket")]
    event: Option<String>,
    /// Where it is sold, such as `online`.
    #[arg(long)]
    channel: Option<String>,
    /// The store.
    #[arg(long)]
    store: Option<String>,
    /// When: `2026-12-03T18:30`, local time of the programme; now by default.
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
}

/// An event, as the API takes it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    #[serde(default = "purchase")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<Currency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<String>,
    #[serde(default)]
    lines: Vec<GivenLine>,
    #[serde(default)]
    fields: Map<String, Value>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenLine {
    amount_minor: i64,
    #[serde(default = "one")]
    quantity: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default = "yes")]
    eligible: bool,
}

fn purchase() -> String {
    PURCHASE.to_owned()
}

const fn one() -> i64 {
    1
}

const fn yes() -> bool {
    true
}

impl Occasion {
    /// The event for a rulebook's own evaluation.
    pub(super) fn event(&self, programme: &Programme, zone: &Zone, now: Moment) -> Result<Event, String> {
        let given = self.given(programme.currency)?;
        if let Some(currency) = given.currency.filter(|currency| *currency != programme.currency) {
            return Err(format!("the programme counts in {}, not in {currency}", programme.currency));
        }
        if let Some(line) = given.lines.iter().find(|line| line.amount_minor < 0 || line.quantity < 1) {
            return Err(format!(
                "a line has {} for {} pieces",
                programme.currency.show(line.amount_minor),
                line.quantity
            ));
        }
        Ok(Event {
            at: self.moment(zone)?.unwrap_or(now),
            channel: given.channel,
            store: given.store,
            fields: fields(programme, &given.kind, &given.fields)?,
            lines: given.lines.into_iter().map(Line::from).collect(),
            kind: given.kind,
        })
    }

    /// The event for `POST /v1/previews`: member and rules are added by the caller.
    pub(super) fn body(&self, currency: Currency, zone: &Zone) -> Result<Value, String> {
        let given = self.given(currency)?;
        let mut body = if given.kind == PURCHASE {
            let mut purchase = json!(given);
            for name in ["kind", "fields"] {
                purchase.as_object_mut().map(|object| object.remove(name));
            }
            json!({ "purchase": purchase })
        } else {
            json!({ "event": { "kind": given.kind, "fields": given.fields } })
        };
        if let Some(at) = self.moment(zone)? {
            body["at"] = zone.show(at).into();
        }
        Ok(body)
    }

    fn moment(&self, zone: &Zone) -> Result<Option<Moment>, String> {
        let Some(text) = &self.at else { return Ok(None) };
        let found = moment(text, zone)
            .ok_or_else(|| format!("`{text}` is no moment; write it as 2026-12-03T18:30"))?;
        Ok(Some(found))
    }

    fn given(&self, currency: Currency) -> Result<Given, String> {
        let mut given = if let Some(text) = &self.event {
            serde_json::from_str::<Given>(text)
                .map_err(|error| format!("--event is not readable: {error}"))?
        } else if self.basket.is_empty() {
            return Err(
                "say what was bought, as in --basket '7.40 EUR coffee', or give an --event".to_owned()
            );
        } else {
            let mut given = Given {
                kind: purchase(),
                currency: None,
                channel: None,
                store: None,
                lines: Vec::new(),
                fields: Map::new(),
            };
            for text in &self.basket {
                let (line, said) = line(text, given.currency.unwrap_or(currency))?;
                given.currency = given.currency.or(said);
                given.lines.push(line);
            }
            given
        };
        given.currency = given.currency.or(Some(currency));
        given.channel = self.channel.clone().or(given.channel);
        given.store = self.store.clone().or(given.store);
        Ok(given)
    }
}

impl From<GivenLine> for Line {
    fn from(given: GivenLine) -> Self {
        Self {
            amount_minor: given.amount_minor,
            quantity: given.quantity,
            sku: given.sku,
            category: given.category,
            brand: given.brand,
            tags: given.tags,
            eligible: given.eligible,
        }
    }
}

/// Reads `7.40 EUR 2x coffee sku=K1 tags=own_cup,decaf never-earns`; with the currency it names.
fn line(text: &str, currency: Currency) -> Result<(GivenLine, Option<Currency>), String> {
    let wrong = |what: &str| format!("--basket '{text}': {what}");
    let mut words = text.split_whitespace().peekable();
    let amount = words.next().ok_or_else(|| wrong("is empty"))?;
    let said = words.peek().and_then(|word| Currency::parse(word));
    if said.is_some() {
        words.next();
    }
    let currency = said.unwrap_or(currency);
    let mut line = GivenLine {
        amount_minor: minor(amount, currency)
            .ok_or_else(|| wrong(&format!("`{amount}` is no amount of {currency}")))?,
        quantity: 1,
        sku: None,
        category: None,
        brand: None,
        tags: Vec::new(),
        eligible: true,
    };
    for word in words {
        if let Some(count) = word.strip_suffix('x').and_then(|count| count.parse().ok()) {
            line.quantity = count;
        } else if word == "never-earns" {
            line.eligible = false;
        } else {
            match word.split_once('=') {
                None => line.category = Some(word.to_owned()),
                Some(("category", value)) => line.category = Some(value.to_owned()),
                Some(("sku", value)) => line.sku = Some(value.to_owned()),
                Some(("brand", value)) => line.brand = Some(value.to_owned()),
                Some(("tags", value)) => line.tags = value.split(',').map(str::to_owned).collect(),
                Some((name, _)) => {
                    return Err(wrong(&format!(
                        "there is no `{name}=`; there are category=, sku=, brand= and tags="
                    )));
                }
            }
        }
    }
    Ok((line, said))
}

/// `7.40` EUR as 740; no more decimals than the currency has, nothing negative.
fn minor(text: &str, currency: Currency) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = usize::from(currency.digits());
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > digits || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    format!("{whole}{part:0<digits$}").parse().ok()
}

/// Fields of a declared event, typed as declared.
fn fields(
    programme: &Programme,
    kind: &str,
    given: &Map<String, Value>,
) -> Result<BTreeMap<String, FieldValue>, String> {
    if kind == PURCHASE || kind == ENROLMENT {
        return if given.is_empty() { Ok(BTreeMap::new()) } else { Err(format!("a {kind} has no fields")) };
    }
    let names = || programme.events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>().join(", ");
    let declared = programme.events.iter().find(|event| event.name == kind).ok_or_else(|| {
        format!(
            "the programme declares no event `{kind}`; it declares: {}",
            if names().is_empty() { "none".to_owned() } else { names() }
        )
    })?;
    let typed = |(name, value): (&String, &Value)| {
        let field = declared
            .fields
            .iter()
            .find(|field| field.name == *name)
            .ok_or_else(|| format!("`{kind}` has no field `{name}`"))?;
        let wrong = |what: &str| format!("`{kind}.{name}` is {what}, not {value}");
        let typed = match &field.kind {
            FieldKind::Number => FieldValue::Number(micro(value).ok_or_else(|| wrong("a number"))?),
            FieldKind::Money => {
                FieldValue::Money(value.as_i64().ok_or_else(|| wrong("money in minor units"))?)
            }
            FieldKind::Text => FieldValue::Text(value.as_str().ok_or_else(|| wrong("text"))?.to_owned()),
            FieldKind::Truth => FieldValue::Truth(value.as_bool().ok_or_else(|| wrong("true or false"))?),
            FieldKind::OneOf(words) => {
                let word = value.as_str().filter(|word| words.iter().any(|known| known == word));
                FieldValue::Text(
                    word.ok_or_else(|| wrong(&format!("one of {}", words.join(", "))))?.to_owned(),
                )
            }
        };
        Ok((name.clone(), typed))
    };
    given.iter().map(typed).collect()
}

/// A JSON number in micro-units, exactly; none with more than six decimals.
fn micro(value: &Value) -> Option<i64> {
    // Floats are shown without an exponent, in their shortest form: what was written, as far as six decimals go.
    let text = value
        .as_i64()
        .map(|whole| whole.to_string())
        .or_else(|| value.as_f64().map(|float| float.to_string()))?;
    let (sign, text) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 6 {
        return None;
    }
    let micros: i64 = format!("{part:0<6}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(MICRO)?.checked_add(micros).map(|value| value * sign)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by panicking
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_is_said() {
        let euro = Currency::parse("EUR").unwrap();
        let (read, said) =
            line("7.4 EUR 2x coffee sku=K1 brand=kaffa tags=own_cup,decaf never-earns", euro).unwrap();
        assert_eq!(said, Some(euro));
        let tags = vec!["own_cup".to_owned(), "decaf".to_owned()];
        let (sku, category, brand) =
            (Some("K1".to_owned()), Some("coffee".to_owned()), Some("kaffa".to_owned()));
        assert_eq!(
            read,
            GivenLine { amount_minor: 740, quantity: 2, sku, category, brand, tags, eligible: false }
        );
        assert_eq!(line("7", euro).unwrap().0.amount_minor, 700);
        for (wrong, why) in [
            ("7.405 EUR", "`7.405` is no amount of EUR"),
            ("-7 EUR", "`-7` is no amount of EUR"),
            ("7.40 EUR colour=red", "there is no `colour=`"),
            ("", "is empty"),
        ] {
            let said = line(wrong, euro).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn numbers_of_fields_are_exact() {
        let read = |text: &str| micro(&serde_json::from_str(text).unwrap());
        assert_eq!([read("1.5"), read("-2"), read("0.000001")], [Some(1_500_000), Some(-2_000_000), Some(1)]);
        assert_eq!([read("0.0000001"), read("\"1\""), read("99999999999999999")], [None, None, None]);
    }
}
