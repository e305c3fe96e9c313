//! Finds what a return without a link undoes: the newest earlier line of that member and article with pieces left,
//! more lines where one is not enough, nothing where there is none.
//!
//! It knows the file alone, so a second run asks for exactly the same and is answered with the first answers. A refund
//! is spread over the pieces and never exceeds what is left of a line's price.

use super::Left;
use super::group::{Document, Story, numbered};
use domain::ids::EventId;
use dsl::units::Moment;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// What is sent, in order, for one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// A purchase.
    Buy(Document),
    /// A return of lines of one purchase.
    GiveBack {
        /// Its own id.
        id: EventId,
        /// The purchase.
        purchase: EventId,
        /// When.
        at: Moment,
        /// Lines of the purchase: index, pieces, refund in minor units.
        lines: Vec<(usize, i64, i64)>,
    },
}

/// What was found for the returns of a history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Found {
    /// Rows matched in full.
    pub(crate) rows_matched: u64,
    /// Rows of which only some pieces were matched.
    pub(crate) rows_in_part: u64,
    /// Rows spread over more than one line.
    pub(crate) rows_spread: u64,
    /// Rows not matched, by why; pieces missing from rows matched in part are not counted here.
    pub(crate) refused: Left,
    /// Refunds beyond what was left of the price paid, in minor units, which were cut.
    pub(crate) refund_cut_minor: i64,
}

impl Found {
    /// Adds up two members' returns.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.rows_matched += other.rows_matched;
        self.rows_in_part += other.rows_in_part;
        self.rows_spread += other.rows_spread;
        self.refused.merge(&other.refused);
        self.refund_cut_minor += other.refund_cut_minor;
    }
}

/// A line that was bought, as far as it has not come back.
struct Bought {
    purchase: usize,
    line: usize,
    quantity_left: i64,
    amount_left_minor: i64,
}

/// A piece of a return: which line of which purchase, how many pieces, how much money.
struct Piece {
    purchase: usize,
    line: usize,
    quantity: i64,
    amount_minor: i64,
}

/// What to send for a member, with every return linked or refused.
pub(crate) fn link(story: Story) -> (Vec<Deed>, Found) {
    let (mut deeds, mut found) = (Vec::new(), Found::default());
    let mut purchases: Vec<EventId> = Vec::new();
    let mut shelves: HashMap<String, Vec<Bought>> = HashMap::new();
    for document in story.documents {
        if document.returned {
            let mut undone: BTreeMap<usize, BTreeMap<usize, (i64, i64)>> = BTreeMap::new();
            for row in &document.rows {
                let Some(sku) = &row.sku else {
                    found.refused.add("the row names no article");
                    continue;
                };
                let refund = row.amount_minor.saturating_abs();
                let shelf = shelves.get_mut(sku).map_or(&mut [][..], Vec::as_mut_slice);
                for piece in take(shelf, row.quantity.saturating_abs(), refund, &mut found) {
                    let line = undone.entry(piece.purchase).or_default().entry(piece.line).or_default();
                    line.0 += piece.quantity;
                    line.1 += piece.amount_minor;
                }
            }
            for (nth, (purchase, lines)) in undone.into_iter().enumerate() {
                let id = if nth == 0 { Some(document.id.clone()) } else { numbered(&document.id, nth + 1) };
                if let (Some(id), Some(purchase)) = (id, purchases.get(purchase)) {
                    let lines = lines
                        .into_iter()
                        .map(|(line, (quantity, amount))| (line, quantity, amount))
                        .collect();
                    deeds.push(Deed::GiveBack { id, purchase: purchase.clone(), at: document.at, lines });
                }
            }
        } else {
            for (line, row) in document.rows.iter().enumerate() {
                if let Some(sku) = &row.sku {
                    shelves.entry(sku.clone()).or_default().push(Bought {
                        purchase: purchases.len(),
                        line,
                        quantity_left: row.quantity,
                        amount_left_minor: row.amount_minor,
                    });
                }
            }
            purchases.push(document.id.clone());
            deeds.push(Deed::Buy(document));
        }
    }
    (deeds, found)
}

/// Takes pieces from the newest lines first.
fn take(shelf: &mut [Bought], quantity: i64, refund_minor: i64, found: &mut Found) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut taken, mut refunded_minor) = (0, 0);
    for bought in shelf.iter_mut().rev().filter(|bought| bought.quantity_left > 0) {
        let some = bought.quantity_left.min(quantity - taken);
        if some == 0 {
            break;
        }
        taken += some;
        // Cumulative, so that the parts sum to the refund exactly.
        let up_to = i128::from(refund_minor) * i128::from(taken) / i128::from(quantity);
        let due_minor = i64::try_from(up_to).unwrap_or(i64::MAX) - refunded_minor;
        refunded_minor += due_minor;
        let amount_minor = due_minor.min(bought.amount_left_minor);
        found.refund_cut_minor += due_minor - amount_minor;
        bought.quantity_left -= some;
        bought.amount_left_minor -= amount_minor;
        pieces.push(Piece { purchase: bought.purchase, line: bought.line, quantity: some, amount_minor });
    }
    match taken {
        0 if shelf.is_empty() => found.refused.add("the member never bought the article before"),
        0 => found.refused.add("every piece the member bought had come back already"),
        _ if taken < quantity => found.rows_in_part += 1,
        _ => found.rows_matched += 1,
    }
    found.rows_spread += u64::from(pieces.len() > 1);
    pieces
}

impl Deed {
    /// When it happened.
    pub(crate) const fn at(&self) -> Moment {
        match self {
            Self::Buy(document) => document.at,
            Self::GiveBack { at, .. } => *at,
        }
    }

    /// Path and body of the request.
    pub(crate) fn request(
        &self,
        member: &str,
        currency: &str,
        show: impl Fn(Moment) -> String,
    ) -> (String, Value) {
        match self {
            Self::Buy(document) => {
                let lines: Vec<Value> = document
                    .rows
                    .iter()
                    .map(|row| {
                        let mut line = json!({ "amount_minor": row.amount_minor, "quantity": row.quantity });
                        for (name, value) in [("sku", &row.sku), ("category", &row.category)] {
                            if let Some(value) = value {
                                line[name] = value.as_str().into();
                            }
                        }
                        line
                    })
                    .collect();
                let mut body = json!({
                    "event_id": document.id.as_str(),
                    "member_id": member,
                    "occurred_at": show(document.at),
                    "currency": currency,
                    "lines": lines,
                });
                if let Some(store) = document.rows.first().and_then(|row| row.store.as_deref()) {
                    body["store"] = store.into();
                }
                ("/v1/purchases".to_owned(), body)
            }
            Self::GiveBack { id, purchase, at, lines } => {
                let line = |(line, quantity, amount): &(usize, i64, i64)| json!({ "line": line, "quantity": quantity, "amount_minor": amount });
                let body = json!({
                    "event_id": id.as_str(),
                    "member_id": member,
                    "occurred_at": show(*at),
                    "lines": lines.iter().map(line).collect::<Vec<_>>(),
                });
                (format!("/v1/purchases/{purchase}/returns"), body)
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by panicking
mod tests {
    use super::*;
    use crate::history::group::group;
    use crate::history::group::tests::row;

    /// What is sent of rows of one member: returns as `id<-purchase line*pieces=refund`.
    fn linked(rows: &[&str]) -> (Vec<String>, Found) {
        let grouped = group(rows.iter().map(|text| row(text)).collect());
        let [story] = <[Story; 1]>::try_from(grouped.stories).unwrap();
        let (deeds, found) = link(story);
        let shown = deeds.iter().map(|deed| match deed {
            Deed::Buy(document) => document.id.to_string(),
            Deed::GiveBack { id, purchase, lines, .. } => {
                let lines: Vec<String> =
                    lines.iter().map(|(line, n, amount)| format!("{line}*{n}={amount}")).collect();
                format!("{id}<-{purchase} {}", lines.join(" "))
            }
        });
        (shown.collect(), found)
    }

    #[test]
    fn the_newest_line_with_pieces_left_comes_back_first() {
        let (sent, found) =
            linked(&["m A-1 1 100 2 X", "m B-1 2 300 3 X", "m C-1 3 -100 -1 X", "m D-1 4 -400 -4 X"]);
        assert_eq!(sent, ["A-1", "B-1", "C-1<-B-1 0*1=100", "D-1<-A-1 0*2=100", "D-1.2<-B-1 0*2=200"]);
        assert_eq!((found.rows_matched, found.rows_spread), (2, 1));
        // 4 pieces for 4.00: two of B for 2.00 and two of A for 2.00, of which A was paid 1.00 only.
        assert_eq!(found.refund_cut_minor, 100);
    }

    #[test]
    fn a_return_with_nothing_to_undo_is_refused_with_a_reason() {
        let (sent, found) = linked(&[
            "m Z-1 0 -5 -1 X",
            "m A-1 1 100 2 X",
            "m B-1 2 -150 -3 X",
            "m C-1 3 -50 -1 X",
            "m D-1 4 -5 -1 Y",
            "m E-1 5 -5 -1",
        ]);
        assert_eq!(sent, ["A-1", "B-1<-A-1 0*2=100"]);
        assert_eq!((found.rows_matched, found.rows_in_part), (0, 1));
        let refused: Vec<(&str, u64)> = found.refused.iter().collect();
        assert_eq!(
            refused,
            [
                ("every piece the member bought had come back already", 1),
                ("the member never bought the article before", 2),
                ("the row names no article", 1),
            ]
        );
    }

    #[test]
    fn rows_of_one_return_that_undo_one_line_are_one_line() {
        let (sent, _) = linked(&[
            "m A-1 1 100 2 X",
            "m A-2 1 90 1 Y",
            "m R-1 2 -50 -1 X",
            "m R-2 2 -90 -1 Y",
            "m R-3 2 -50 -1 X",
        ]);
        assert_eq!(sent, ["A-1", "R-1<-A-1 0*2=100 1*1=90"]);
    }
}
