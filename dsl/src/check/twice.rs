//! A name that two files of a programme give: says where the other one is.

use super::report::Report;
use crate::diagnostic::code;
use crate::files::Files;
use crate::syntax::ast::{Item, Kind, What, Word};

/// What a name is given to. Challenges are told as rules are: the two share their names.
const fn shared(kind: Kind) -> Kind {
    match kind {
        Kind::Challenge => Kind::Rule,
        kind => kind,
    }
}

/// The names an item gives: its own, and those it had.
fn given<'s>(item: &Item<'s>) -> impl Iterator<Item = (Kind, Word<'s>)> {
    let formerly = item.body.iter().filter_map(|clause| match &clause.what {
        What::Formerly(word) => Some(*word),
        _ => None,
    });
    let kind = shared(item.kind);
    item.name.into_iter().chain(formerly).map(move |word| (kind, word))
}

/// Adds to each name that stands twice in which file it stands already, if that is another one.
pub(super) fn say_where(items: &[Item<'_>], files: &Files<'_>, report: &mut Report) {
    let names: Vec<(Kind, Word<'_>)> = items.iter().flat_map(given).collect();
    let file = |word: &Word<'_>| files.at(word.place.start).map(|file| file.start);
    for found in report.diagnostics.iter_mut().filter(|found| found.code == code::DUPLICATE) {
        let Some((kind, own)) = names.iter().find(|(_, word)| word.place == found.place) else { continue };
        let other = names
            .iter()
            .find(|(other, word)| other == kind && word.text == own.text && file(word) != file(own));
        let Some((_, other)) = other else { continue };
        let there = files.locate(other.place.start);
        if let Some(name) = there.file {
            found.message = format!("{}; the other is in `{name}`, line {}", found.message, there.line);
        }
    }
}
