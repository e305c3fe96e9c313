//! What a file declares, as an editor lists it.

use super::{Document, Sort};
use crate::model::Place;
use crate::syntax::ast::Kind;

/// Something a file declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name; the kind where it has none.
    pub name: String,
    /// Its label, or the kind.
    pub detail: String,
    /// What it is; none for `programme`, `tiers` and the like, and for tests.
    pub sort: Option<Sort>,
    /// The item's kind.
    pub kind: Kind,
    /// All of it.
    pub place: Place,
    /// Its name.
    pub name_place: Place,
    /// Tiers, fields, questions.
    pub children: Vec<Symbol>,
}

impl Document<'_> {
    /// Everything declared, in the order of the text.
    pub fn symbols(&self) -> Vec<Symbol> {
        self.parts.iter().filter(|part| part.kind != Kind::Language).map(|part| self.symbol(part)).collect()
    }

    fn symbol(&self, part: &super::Part) -> Symbol {
        let plain = |place: Place| self.text(place).trim_matches('"').to_owned();
        let label = part.label.map(plain);
        let children = self.mentions.iter().filter(|known| {
            known.declares
                && matches!(known.sort, Sort::Tier | Sort::Field | Sort::Question)
                && part.place.start <= known.place.start
                && known.place.end <= part.place.end
        });
        let children = children.map(|known| Symbol {
            name: known.text.clone(),
            detail: known.sort.word().to_owned(),
            sort: Some(known.sort),
            kind: part.kind,
            place: self
                .lines
                .iter()
                .map(|line| line.place)
                .find(|line| line.start <= known.place.start && known.place.end <= line.end)
                .unwrap_or(known.place),
            name_place: known.place,
            children: Vec::new(),
        });
        Symbol {
            name: part.name.map_or_else(|| part.kind.word().to_owned(), plain),
            detail: label.unwrap_or_else(|| part.kind.word().to_owned()),
            sort: part
                .name
                .filter(|_| !matches!(part.kind, Kind::Test | Kind::Check))
                .map(|_| Sort::Item(part.kind)),
            kind: part.kind,
            place: part.place,
            name_place: part.name.unwrap_or(part.keyword),
            children: children.collect(),
        }
    }
}
