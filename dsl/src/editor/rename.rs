//! Calling something else: every place that names it, and for what keeps counts the sentence that says what it was
//! called before.

use super::{Document, Part, Sort};
use crate::check::is_reserved;
use crate::model::Place;
use crate::vocabulary::SENTENCES;

/// Replace the text at `place` by `text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Where.
    pub place: Place,
    /// By what.
    pub text: String,
}

/// Letters a name may have.
const NAME_MAX: usize = 64;

impl Document<'_> {
    /// What would be renamed at a byte: its place and its name.
    pub fn renamable(&self, at: u32) -> Option<(Place, &str)> {
        let asked = self.mention(at)?;
        self.declared(asked.sort, &asked.scope)
            .any(|known| known.same(asked))
            .then_some((asked.place, &asked.text))
    }

    /// The edits that rename what stands at a byte, in the order of the text; or a sentence that says why not.
    pub fn rename(&self, at: u32, new: &str) -> Result<Vec<Edit>, String> {
        let Some(asked) = self.mention(at) else { return Err("there is no name here".to_owned()) };
        let what = asked.sort.word();
        if self.renamable(at).is_none() {
            return Err(format!("`{}` is declared nowhere in this programme", asked.text));
        }
        let plain = is_plain(new);
        if new.is_empty() || new.len() > NAME_MAX {
            return Err(format!("a name has 1 to {NAME_MAX} letters"));
        }
        let quoted = asked.sort.quotable() && !new.contains(['"', '\n', '\r']) && new.trim() == new;
        if !plain && !quoted {
            return Err("names are lower case letters, digits and `_`, and begin with a letter".to_owned());
        }
        if plain && is_reserved(new) {
            return Err(format!("`{new}` is a word of the language"));
        }
        if new != asked.text && self.declared(asked.sort, &asked.scope).any(|known| known.text == new) {
            return Err(format!("there is already a {what} `{new}`"));
        }
        let mut edits: Vec<Edit> = Vec::new();
        for known in self.mentions.iter().filter(|known| known.same(asked)) {
            let between = self.source.as_bytes().get(before(known.place)) == Some(&b'"');
            let text = if plain || between { new.to_owned() } else { format!("\"{new}\"") };
            edits.push(Edit { place: known.place, text });
        }
        if new != asked.text {
            let mut declared = self.declared(asked.sort, &asked.scope).filter(|known| known.same(asked));
            let part = declared.find_map(|known| self.part(known.place.start));
            if let Some(part) = part {
                self.former(part, asked.sort, &asked.text, new, &mut edits);
            }
        }
        edits.sort_by_key(|edit| (edit.place.start, edit.place.end));
        Ok(edits)
    }

    /// `formerly old_name`, where the language has it; and none for the name it gets back.
    fn former(&self, part: &Part, sort: Sort, old: &str, new: &str, edits: &mut Vec<Edit>) {
        let keeps = sort == Sort::Item(part.kind)
            && SENTENCES.iter().any(|known| known.item == part.kind && known.first == "formerly");
        let (true, Some(open)) = (keeps, part.open) else { return };
        let own = |place: &&Place| part.place.start <= place.start && place.end <= part.place.end;
        for back in self.formers.iter().filter(own).filter(|place| self.text(**place) == new) {
            edits.push(Edit { place: self.whole_line(*back), text: String::new() });
        }
        if !self.formers.iter().any(|place| self.text(*place) == old) {
            let text = format!("\n  formerly {old}");
            edits.push(Edit { place: Place { start: open, end: open }, text });
        }
    }

    /// The sentence `formerly x` around its name, with its line where it has one of its own.
    fn whole_line(&self, name: Place) -> Place {
        let line =
            self.lines.iter().find(|line| line.place.start <= name.start && name.end <= line.place.end);
        let sentence = line.map_or(name, |line| line.place);
        let start = usize::try_from(sentence.start).unwrap_or_default();
        let head = self.source.get(..start).unwrap_or_default();
        let blank = head.len().saturating_sub(head.trim_end_matches([' ', '\t']).len());
        let back = head.trim_end_matches([' ', '\t']).ends_with('\n');
        let start = if back { start.saturating_sub(blank).saturating_sub(1) } else { start };
        Place { start: super::narrow(start), end: sentence.end }
    }
}

fn before(place: Place) -> usize {
    usize::try_from(place.start).ok().and_then(|at| at.checked_sub(1)).unwrap_or(usize::MAX)
}

/// Lower case letters, digits and `_`; a declared event may have points.
fn is_plain(name: &str) -> bool {
    name.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    })
}
