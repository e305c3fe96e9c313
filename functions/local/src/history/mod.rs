//! A purchase history as a shop exports it: read row by row, grouped into receipts, each return linked to what it undoes.
//!
//! What this room is for: from a file to what every member did, in order, the same on every run. What it never does:
//! decide anything about points, or ask anything but the file.

mod group;
mod left;
mod read;
mod undo;

pub(crate) use group::Document;
use group::group;
pub(crate) use left::{Left, grouped};
pub(crate) use read::{History, Row, read};
pub(crate) use undo::{Deed, Found, link};

use domain::ids::MemberId;
use dsl::units::Currency;
use std::path::Path;

/// One member's deeds, in order.
pub(crate) type Course = (MemberId, Vec<Deed>);

/// What members did, and what was made of the file to know it.
#[derive(Debug, Default)]
pub(crate) struct Courses {
    /// Members, those with most documents first.
    pub(crate) members: Vec<Course>,
    /// What was found for returns.
    pub(crate) found: Found,
    /// Purchases that were split for their length.
    pub(crate) split: u64,
}

/// Groups and links a file's rows.
pub(crate) fn courses(rows: Vec<read::Row>) -> Courses {
    let grouped = group(rows);
    let mut courses = Courses { split: grouped.split, ..Courses::default() };
    for story in grouped.stories {
        let member = story.member.clone();
        let (deeds, linked) = link(story);
        courses.found.merge(&linked);
        courses.members.push((member, deeds));
    }
    courses
}

/// Leaves out rows in another currency than the rules count in; a file with nothing else is the wrong file for them.
pub(crate) fn in_currency(file: &Path, history: &mut History, currency: Currency) -> Result<(), String> {
    let currency = currency.code();
    let mut foreign: Vec<(String, u64)> = history.foreign.drain().collect();
    foreign.sort();
    if history.rows.is_empty() {
        let codes: Vec<&str> = foreign.iter().map(|(code, _)| code.as_str()).collect();
        return Err(match codes.as_slice() {
            [] => format!("{}: no row can be sent", file.display()),
            codes => format!(
                "{}: its rows are in {}, and the rules count in {currency}",
                file.display(),
                codes.join(", ")
            ),
        });
    }
    for (code, count) in foreign {
        history.left.add_many(&format!("in {code}, and the rules count in {currency}"), count);
    }
    Ok(())
}
