//! Reads a purchase history: CSV, also gzipped, row by row, and says of every row it leaves out why.
//!
//! Columns: `event_id, member_id, occurred_at, amount_minor, currency, quantity, category, sku, store, kind`, in any
//! order. A moment without an offset is local time of the programme's zone; a date alone is its noon. An empty quantity
//! is one piece. An empty kind is a return where the amount or the quantity is negative, else a purchase.

use super::Left;
use crate::moment::moment;
use domain::ids::{EventId, MemberId};
use dsl::calendar::Zone;
use dsl::units::Moment;
use serde::Deserialize;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// A row that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The row's id, unique in the file.
    pub(crate) id: EventId,
    /// Whose it is.
    pub(crate) member: MemberId,
    /// When it happened.
    pub(crate) at: Moment,
    /// Minor units; negative for returns in many exports.
    pub(crate) amount_minor: i64,
    /// Pieces; negative for returns in many exports.
    pub(crate) quantity: i64,
    /// Category.
    pub(crate) category: Option<String>,
    /// Article.
    pub(crate) sku: Option<String>,
    /// Store.
    pub(crate) store: Option<String>,
    /// Whether it came back.
    pub(crate) returned: bool,
}

/// A history, in the order of the file, with what was left out.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Rows that can be sent.
    pub(crate) rows: Vec<Row>,
    /// Rows of the file, the heading not counted.
    pub(crate) rows_read: u64,
    /// Rows that are not sent, by why.
    pub(crate) left: Left,
    /// Currencies other than the programme's, with how many rows have them.
    pub(crate) foreign: HashMap<String, u64>,
}

#[derive(Deserialize)]
struct Raw {
    event_id: String,
    member_id: String,
    occurred_at: String,
    amount_minor: String,
    currency: String,
    #[serde(default)]
    quantity: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    sku: String,
    #[serde(default)]
    store: String,
    #[serde(default)]
    kind: String,
}

/// Reads a file; a sentence when it is no such file at all.
pub(crate) fn read(path: &Path, currency: &str, zone: &Zone) -> Result<History, String> {
    let at = |what: &str| format!("{}: {what}", path.display());
    let file = File::open(path).map_err(|error| at(&format!("cannot be opened: {error}")))?;
    let mut plain = BufReader::new(file);
    let gzipped = plain.fill_buf().map_err(|error| at(&error.to_string()))?.starts_with(&[0x1f, 0x8b]);
    let text: Box<dyn Read> =
        if gzipped { Box::new(flate2::bufread::MultiGzDecoder::new(plain)) } else { Box::new(plain) };
    parse(text, currency, zone).map_err(|error| at(&error))
}

/// Reads the text of a file.
pub(crate) fn parse(text: impl Read, currency: &str, zone: &Zone) -> Result<History, String> {
    let mut history = History::default();
    let mut seen: HashMap<EventId, Row> = HashMap::new();
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(BufReader::new(text));
    for raw in reader.deserialize::<Raw>() {
        let raw = raw.map_err(|error| format!("is not readable as a purchase history: {error}"))?;
        history.rows_read += 1;
        let row = match row(raw, zone) {
            Ok((row, code)) if code == currency => row,
            Ok((_, code)) => {
                *history.foreign.entry(code).or_default() += 1;
                continue;
            }
            Err(why) => {
                history.left.add(why);
                continue;
            }
        };
        match seen.entry(row.id.clone()) {
            Entry::Occupied(first) if *first.get() == row => history.left.add("the same row again"),
            Entry::Occupied(_) => history.left.add("another row with an event_id used above"),
            Entry::Vacant(place) => {
                place.insert(row.clone());
                history.rows.push(row);
            }
        }
    }
    Ok(history)
}

/// A row with its currency, or why it is left out.
fn row(raw: Raw, zone: &Zone) -> Result<(Row, String), &'static str> {
    if raw.kind == "adjustment" {
        return Err("an adjustment");
    }
    if raw.member_id.is_empty() {
        return Err("without a member");
    }
    let id = EventId::parse(&raw.event_id).ok_or("an event_id that is no identifier")?;
    let member = MemberId::parse(&raw.member_id).ok_or("a member_id that is no identifier")?;
    let at = moment(&raw.occurred_at, zone).ok_or("an occurred_at that is no date and time")?;
    let amount_minor: i64 =
        raw.amount_minor.parse().map_err(|_| "an amount_minor that is no whole number")?;
    let quantity: i64 = match raw.quantity.as_str() {
        "" => amount_minor.signum().min(0) * 2 + 1,
        text => text.parse().map_err(|_| "a quantity that is no whole number")?,
    };
    let returned = match raw.kind.as_str() {
        "purchase" => false,
        "return" => true,
        "" => amount_minor < 0 || quantity < 0,
        _ => return Err("a kind that is no purchase, return or adjustment"),
    };
    if returned && quantity == 0 {
        return Err("a return of no pieces");
    }
    if !returned && amount_minor < 0 {
        return Err("a purchase with a negative amount");
    }
    if !returned && quantity < 1 {
        return Err("a purchase of no pieces");
    }
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let (category, sku, store) = (some(raw.category), some(raw.sku), some(raw.store));
    Ok((Row { id, member, at, amount_minor, quantity, category, sku, store, returned }, raw.currency))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by panicking
mod tests {
    use super::*;

    fn paris() -> Zone {
        Zone::find("Europe/Paris").unwrap()
    }

    #[test]
    fn every_row_is_read_or_left_out_with_a_reason() {
        let text = "event_id,member_id,occurred_at,amount_minor,currency,quantity,category,sku,store,kind\n\
            A-1,m1,2026-01-02,500,EUR,1,,S1,,purchase\n\
            A-1,m1,2026-01-02,500,EUR,1,,S1,,purchase\n\
            A-1,m1,2026-01-02,501,EUR,1,,S1,,purchase\n\
            A-2,,2026-01-02,500,EUR,1,,S1,,purchase\n\
            A-3,,2026-01-02,0,EUR,-9,,S1,,adjustment\n\
            A-4,m1,2026-01-03,-500,EUR,-1,,S1,,return\n\
            A-5,m1,2026-01-03,700,EUR,,,,,\n\
            A-6,m1,2026-01-03,-700,EUR,,,,,\n\
            A-7,m1,2026-01-03,-700,EUR,1,,,,purchase\n\
            A-8,m1,never,700,EUR,1,,,,purchase\n\
            A#9,m1,2026-01-03,700,EUR,1,,,,purchase\n\
            A-10,m1,2026-01-03,700,USD,1,,,,purchase\n";
        let history = parse(text.as_bytes(), "EUR", &paris()).unwrap();
        let ids: Vec<(&str, i64, bool)> =
            history.rows.iter().map(|r| (r.id.as_str(), r.quantity, r.returned)).collect();
        assert_eq!(ids, [("A-1", 1, false), ("A-4", -1, true), ("A-5", 1, false), ("A-6", -1, true)]);
        assert_eq!(history.rows_read, 12);
        assert_eq!(history.foreign, HashMap::from([("USD".to_owned(), 1)]));
        let left: Vec<(&str, u64)> = history.left.iter().collect();
        assert_eq!(
            left,
            [
                ("a purchase with a negative amount", 1),
                ("an adjustment", 1),
                ("an event_id that is no identifier", 1),
                ("an occurred_at that is no date and time", 1),
                ("another row with an event_id used above", 1),
                ("the same row again", 1),
                ("without a member", 1),
            ]
        );
    }

    #[test]
    fn a_file_without_the_columns_is_refused() {
        let error = parse("a,b\n1,2\n".as_bytes(), "EUR", &paris()).unwrap_err();
        assert!(error.contains("event_id"), "{error}");
    }
}
