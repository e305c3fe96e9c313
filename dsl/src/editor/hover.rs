//! What stands at a byte means, in the vocabulary's own sentences; of a name, how it was declared.

use super::{Document, Mention, Sort, touches};
use crate::files::Files;
use crate::model::Place;
use crate::syntax::ast::Kind;
use crate::vocabulary::{
    CHOICES, NAMED, OCCASIONS, PREDICATES, SENTENCES, SUMS, UNITS, WINDOWS, items, words,
};

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub place: Place,
    /// Markdown.
    pub text: String,
}

/// Lines of a declaration that are shown.
const SHOWN_MAX: usize = 14;

impl Document<'_> {
    /// What stands at a byte means.
    pub fn hover(&self, at: u32) -> Option<Hover> {
        self.mention(at)
            .map(|known| Hover { place: known.place, text: self.name_text(known) })
            .or_else(|| self.fact_hover(at))
            .or_else(|| self.choice_hover(at))
            .or_else(|| self.unit_hover(at))
            .or_else(|| self.predicate_hover(at))
            .or_else(|| self.sentence_hover(at))
            .or_else(|| self.item_hover(at))
            .or_else(|| self.file_hover(at))
    }

    fn file_hover(&self, at: u32) -> Option<Hover> {
        let files = Files::of(self.source);
        let file = files.iter().find(|file| touches(file.line, at))?;
        let text =
            "`file \"summer.merit\"`\n\nFrom here to the next such line, this is a file of the programme.";
        Some(Hover { place: file.line, text: text.to_owned() })
    }

    fn name_text(&self, known: &Mention) -> String {
        let what = known.sort.word();
        let Some(declared) = self.declared(known.sort, &known.scope).find(|other| other.same(known)) else {
            return format!("{what} `{}`, declared nowhere in this programme", known.text);
        };
        let title = match known.sort {
            Sort::Field | Sort::Question | Sort::Option => {
                format!("{what} `{}` of `{}`", known.text, known.scope)
            }
            Sort::Category | Sort::Brand | Sort::Channel | Sort::Store | Sort::Tag => {
                return format!("{what} `{}` of the catalogue", known.text);
            }
            _ => format!("{what} `{}`", known.text),
        };
        let label = self.label_of(declared);
        let title = if label.is_empty() { title } else { format!("{title}: {label}") };
        let part = self.parts.iter().find(|part| part.name == Some(declared.place));
        let text = part.map(|part| self.text(part.place)).or_else(|| self.sentence_of(declared));
        let shown: Vec<&str> = text.unwrap_or_default().lines().take(SHOWN_MAX).collect();
        let more = if text.unwrap_or_default().lines().count() > SHOWN_MAX { "\n…" } else { "" };
        format!("{title}\n\n```merit\n{}{more}\n```", shown.join("\n"))
    }

    fn fact_hover(&self, at: u32) -> Option<Hover> {
        let place = *self.facts.iter().find(|place| touches(**place, at))?;
        let path = self.text(place);
        if let Some(word) = words().into_iter().find(|word| word.path == path) {
            let unknown =
                if word.optional { "\n\nMay be unknown: then only `is unknown` matches." } else { "" };
            let text = format!("`{path}`: {}\n\n{}{unknown}", word.kind.word(), sentence(word.meaning));
            return Some(Hover { place, text });
        }
        if let Some(sum) = SUMS.iter().find(|sum| sum.path == path) {
            let windows: Vec<String> =
                WINDOWS.iter().map(|(form, means)| format!("- `{form}`: {means}")).collect();
            let text = format!(
                "`{path}`: {}\n\n{}\n\n{}",
                sum.kind.word(),
                sentence(sum.meaning),
                windows.join("\n")
            );
            return Some(Hover { place, text });
        }
        let (name, meaning) = OCCASIONS.iter().find(|(name, _)| *name == path)?;
        Some(Hover { place, text: format!("event `{name}`\n\n{}", sentence(meaning)) })
    }

    fn choice_hover(&self, at: u32) -> Option<Hover> {
        let (place, slot) = *self.choices.iter().find(|(place, _)| touches(*place, at))?;
        let word = self.text(place);
        let kind = self.part(at).map_or(Kind::Language, |part| part.kind);
        let mut all = CHOICES.iter().filter(|known| known.slot == slot);
        let own = all.clone().find(|known| known.what.ends_with(kind.word())).or_else(|| all.next())?;
        let (_, meaning) = own.words.iter().find(|(known, meaning)| *known == word && !meaning.is_empty())?;
        Some(Hover { place, text: format!("`{word}`: {meaning}") })
    }

    fn unit_hover(&self, at: u32) -> Option<Hover> {
        let (place, word, before) = self.word_at(at)?;
        let number = before.trim_end().ends_with(|c: char| c.is_ascii_digit());
        let unit = UNITS.iter().find(|unit| number && (unit.one == word || unit.many == word))?;
        Some(Hover { place, text: format!("`{word}`: {}", unit.meaning) })
    }

    fn predicate_hover(&self, at: u32) -> Option<Hover> {
        let place = *self.predicates.iter().find(|place| touches(**place, at))?;
        let text = self.text(place);
        let ago = text.ends_with("ago");
        let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = |words: &str| {
            said.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let known = PREDICATES
            .iter()
            .filter(|known| fits(known.words) && known.form.ends_with("ago") == ago)
            .max_by_key(|known| known.words.len())?;
        let length = known.words.split(' ').count();
        // only its own words, not what follows them
        let (word, _, _) = self.word_at(at)?;
        let position = self.text(Place { end: word.start, ..place }).split_whitespace().count();
        if position >= length {
            return None;
        }
        let types: Vec<&str> = known.types.iter().map(|kind| kind.word()).collect();
        let of =
            if types.is_empty() { String::new() } else { format!("\n\nAsked of: {}.", types.join(", ")) };
        Some(Hover { place, text: format!("`{}`: {}{of}", known.form, known.meaning) })
    }

    fn sentence_hover(&self, at: u32) -> Option<Hover> {
        let (place, word, _) = self.word_at(at)?;
        let line = self.lines.iter().find(|line| touches(line.place, at))?;
        let text = self.text(line.place);
        let first = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let first = if word == "and" { "and" } else { first };
        let own = SENTENCES.iter().filter(|known| known.item == line.kind && known.first == first);
        let named = NAMED.iter().filter(|known| known.item == line.kind && own.clone().next().is_none());
        let forms: Vec<String> = own
            .clone()
            .chain(named)
            .map(|known| format!("- `{}`: {}", known.example, known.meaning))
            .collect();
        let place = if place.start == line.place.start || word == "and" { place } else { line.place };
        (!forms.is_empty() && word.starts_with(|c: char| c.is_ascii_alphabetic()))
            .then(|| Hover { place, text: forms.join("\n") })
    }

    fn item_hover(&self, at: u32) -> Option<Hover> {
        let part = self.parts.iter().find(|part| touches(part.keyword, at))?;
        let text = format!("`{}`\n\n{}", items::head(part.kind), sentence(items::meaning(part.kind)));
        Some(Hover { place: part.keyword, text })
    }

    /// The word at a byte, and what stands before it on its line.
    fn word_at(&self, at: u32) -> Option<(Place, &str, &str)> {
        let at = usize::try_from(at).ok()?.min(self.source.len());
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let head = self.source.get(..at)?;
        let start = head.trim_end_matches(word).len();
        let tail = self.source.get(at..)?;
        let end = at.saturating_add(tail.len().saturating_sub(tail.trim_start_matches(word).len()));
        let line = head.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let text = self.source.get(start..end).filter(|text| !text.is_empty())?;
        Some((crate::syntax::place(start, end), text, self.source.get(line..start)?))
    }
}

/// A table's meaning as a sentence.
fn sentence(meaning: &str) -> String {
    let mut letters = meaning.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
