//! Groups rows into what happened: purchases with lines, and returns, per member in the order of time.
//!
//! Rows with the same member, moment and id prefix (before the last `-`) are one purchase, or one return. A purchase is
//! called by the id of its first row: prefixes alone need not be unique. One of more than 1 000 lines is sent in parts.

use super::read::Row;
use domain::ids::{EventId, MemberId};
use dsl::units::Moment;
use std::collections::{BTreeMap, HashMap};

/// The most lines one purchase may have.
pub(crate) const LINES_MAX: usize = 1_000;

/// All that happened to one member, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Story {
    /// The member.
    pub(crate) member: MemberId,
    /// Documents, oldest first; of one moment, in the order of the file.
    pub(crate) documents: Vec<Document>,
}

/// Rows that belong together: a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    /// The id of its first row (and `.2`, `.3` for the further parts of a long one).
    pub(crate) id: EventId,
    /// When it happened.
    pub(crate) at: Moment,
    /// Whether it is a return.
    pub(crate) returned: bool,
    /// Its rows, at least one, in the order of the file.
    pub(crate) rows: Vec<Row>,
}

/// What grouping made.
#[derive(Debug, Default)]
pub(crate) struct Grouped {
    /// Members, those with most documents first, so that the last to finish is a short one.
    pub(crate) stories: Vec<Story>,
    /// Purchases of more than [`LINES_MAX`] lines.
    pub(crate) split: u64,
}

/// Groups rows; deterministic in the file alone.
pub(crate) fn group(rows: Vec<Row>) -> Grouped {
    let mut grouped = Grouped::default();
    let mut documents: Vec<Document> = Vec::new();
    let mut places: HashMap<(MemberId, Moment, String, bool), usize> = HashMap::new();
    for row in rows {
        let prefix = row.id.as_str().rsplit_once('-').map_or(row.id.as_str(), |(prefix, _)| prefix);
        let key = (row.member.clone(), row.at, prefix.to_owned(), row.returned);
        let place = *places.entry(key).or_insert_with(|| {
            documents.push(Document {
                id: row.id.clone(),
                at: row.at,
                returned: row.returned,
                rows: Vec::new(),
            });
            documents.len() - 1
        });
        if let Some(document) = documents.get_mut(place) {
            document.rows.push(row);
        }
    }
    let mut members: BTreeMap<MemberId, Vec<Document>> = BTreeMap::new();
    for document in documents {
        let Some(member) = document.rows.first().map(|row| row.member.clone()) else { continue };
        let parts = parts(document);
        grouped.split += u64::from(parts.len() > 1);
        members.entry(member).or_default().extend(parts);
    }
    grouped.stories = members.into_iter().map(|(member, documents)| Story { member, documents }).collect();
    for story in &mut grouped.stories {
        story.documents.sort_by_key(|document| document.at); // stable: the file's order where moments are equal
    }
    grouped.stories.sort_by_key(|story| std::cmp::Reverse(story.documents.len()));
    grouped
}

/// A long purchase in parts; anything else whole (a return is sent by the purchases it undoes).
fn parts(document: Document) -> Vec<Document> {
    if document.returned || document.rows.len() <= LINES_MAX {
        return vec![document];
    }
    let part = |(index, rows): (usize, &[Row])| {
        let id = if index == 0 { Some(document.id.clone()) } else { numbered(&document.id, index + 1) };
        Some(Document { id: id?, at: document.at, returned: false, rows: rows.to_vec() })
    };
    document.rows.chunks(LINES_MAX).enumerate().filter_map(part).collect()
}

/// `A1.2` of `A1`; none when that would be too long for an id.
pub(crate) fn numbered(id: &EventId, number: usize) -> Option<EventId> {
    EventId::parse(&format!("{id}.{number}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by panicking
pub(super) mod tests {
    use super::*;

    /// A row: `member id moment_ms amount quantity sku`.
    pub(in crate::history) fn row(text: &str) -> Row {
        let parts: Vec<&str> = text.split(' ').collect();
        let quantity: i64 = parts[4].parse().unwrap();
        Row {
            member: MemberId::parse(parts[0]).unwrap(),
            id: EventId::parse(parts[1]).unwrap(),
            at: Moment(parts[2].parse().unwrap()),
            amount_minor: parts[3].parse().unwrap(),
            quantity,
            category: None,
            sku: parts.get(5).map(|sku| (*sku).to_owned()),
            store: None,
            returned: quantity < 0,
        }
    }

    fn shown(grouped: &Grouped) -> Vec<String> {
        let document =
            |d: &Document| format!("{}{}x{}", if d.returned { "-" } else { "" }, d.id, d.rows.len());
        let story = |s: &Story| {
            format!("{}: {}", s.member, s.documents.iter().map(document).collect::<Vec<_>>().join(" "))
        };
        grouped.stories.iter().map(story).collect()
    }

    #[test]
    fn member_moment_and_prefix_make_a_purchase_and_time_orders_them() {
        let rows = [
            "m1 B-1 20 5 1",
            "m1 B-2 20 5 1",
            "m2 B-3 20 5 1",
            "m1 B-4 21 5 1",
            "m1 A-1 10 5 1",
            "m1 B-5 20 -5 -1",
            "m1 C 20 5 1",
        ];
        let grouped = group(rows.into_iter().map(row).collect());
        assert_eq!(shown(&grouped), ["m1: A-1x1 B-1x2 -B-5x1 Cx1 B-4x1", "m2: B-3x1"]);
    }

    #[test]
    fn a_purchase_of_more_than_a_thousand_lines_is_sent_in_parts() {
        let rows = (0..2_001).map(|n| row(&format!("m1 A-{n} 10 5 1"))).collect();
        let grouped = group(rows);
        assert_eq!(shown(&grouped), ["m1: A-0x1000 A-0.2x1000 A-0.3x1"]);
        assert_eq!(grouped.split, 1);
    }
}
