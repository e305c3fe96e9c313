//! The head of an item that did not parse: its name, label and brace, as far as they can be read.

use super::ast::{Item, Kind, Word};
use super::build::{Builder, place};
use super::grammar::parse;
use super::tolerant::{Tolerant, place_start};
use super::{head_words, rules};
use crate::diagnostic::{Diagnostic, code};
use crate::model::Place;

impl<'s> Tolerant<'s, '_> {
    /// The language line.
    pub(super) fn language(&mut self, keyword: Place) {
        let line = self.rest().lines().next().unwrap_or_default().trim_end();
        let here = Place { start: keyword.start, end: place(0, self.at.saturating_add(line.len())).end };
        if !self.explained(here) {
            self.report(
                Diagnostic::error(code::EDITION, here, "the language is a number")
                    .help("write `language 1`")
                    .fix(here, "language 1"),
            );
        }
    }

    /// Reads name, label and `{`; false where there is no `{` to read on from.
    pub(super) fn head(&mut self, item: &mut Item<'s>) -> bool {
        let line_end = self.at.saturating_add(self.rest().find('\n').unwrap_or(self.rest().len()));
        let text = self.source.get(place_start(item.keyword)..line_end).unwrap_or_default();
        if let Some(pair) = parse(rules(self.kind).1, text).ok().and_then(|mut pairs| pairs.next()) {
            let builder = Builder { base: place_start(item.keyword) };
            self.at = builder.base.saturating_add(pair.as_span().end());
            (item.name, item.label) = head_words(builder, pair);
            return true;
        }
        let whole = place(place_start(item.keyword), line_end);
        let silent = self.explained(whole);
        let before = self.found.len();
        if !matches!(self.kind, Kind::Tiers | Kind::Catalogue | Kind::Attention) {
            item.name = self.head_name(item.keyword, silent);
        }
        self.skip_spaces();
        if self.rest().starts_with('"') {
            let length = self
                .rest()
                .get(1..)
                .and_then(|rest| rest.find(['"', '\n']))
                .map_or(self.rest().len(), |end| end.saturating_add(2));
            let (start, end) = (self.at, self.at.saturating_add(length));
            if self.source.get(start..end).is_some_and(|label| label.ends_with('"') && label.len() > 1) {
                item.label = Some(Word {
                    text: self.source.get(start..end).unwrap_or_default(),
                    place: place(start, end),
                });
            }
            self.at = end.min(self.end);
            self.skip_spaces();
        }
        let line_end = line_end.max(self.at);
        let line = self.source.get(self.at..line_end).unwrap_or_default();
        let content = line.split('#').next().unwrap_or_default().trim_end();
        let said = silent || self.found.len() > before;
        if let Some(open) = content.find('{') {
            let extra = content.get(..open).unwrap_or_default().trim_end();
            if !extra.is_empty() && !said {
                let here = place(self.at, self.at.saturating_add(extra.len()));
                self.report(
                    Diagnostic::error(
                        code::UNEXPECTED,
                        here,
                        format!("this does not belong before the `{{` of {}", self.kind.phrase()),
                    )
                    .help("a label stands between quotes after the name"),
                );
            }
            self.at = self.at.saturating_add(open).saturating_add(1);
            return true;
        }
        self.at = self.at.saturating_add(line.len());
        self.skip_blank();
        let opens_below = self.rest().starts_with('{');
        if !said {
            let here = item.name.map_or(item.keyword, |name| name.place);
            let help = if opens_below {
                "write `{` at the end of this line"
            } else {
                "write `{` at the end of this line, and `}` where it ends"
            };
            self.report(
                Diagnostic::error(
                    code::UNCLOSED_BLOCK,
                    here,
                    format!("this {} has no `{{` on its line", self.kind.word()),
                )
                .help(help),
            );
        }
        if opens_below {
            self.at = self.at.saturating_add(1);
        }
        opens_below
    }

    fn head_name(&mut self, keyword: Place, silent: bool) -> Option<Word<'s>> {
        self.skip_spaces();
        let rest = self.rest();
        let what = self.kind.word();
        if matches!(self.kind, Kind::Test | Kind::Check) {
            if rest.starts_with('"') {
                let length = rest.get(1..)?.find('"')?.saturating_add(2);
                let here = place(self.at, self.at.saturating_add(length));
                self.at = self.at.saturating_add(length);
                return Some(Word { text: rest.get(..length)?, place: here });
            }
            let line = rest.split(['{', '\n', '#']).next().unwrap_or_default().trim_end();
            let here =
                if line.is_empty() { keyword } else { place(self.at, self.at.saturating_add(line.len())) };
            self.at = self.at.saturating_add(line.len());
            if !silent {
                let title = line.trim_matches(['\'', '`']);
                let error =
                    Diagnostic::error(code::BAD_NAME, here, format!("a {what} has a title between quotes"));
                self.report(if !line.is_empty() && !title.is_empty() && !title.contains('"') {
                    let quoted = format!("\"{title}\"");
                    error.help(format!("write `{quoted}`")).fix(here, quoted)
                } else if self.kind == Kind::Test {
                    error.help("write such as `test \"a regular buys breakfast\" {`")
                } else {
                    error.help("write such as `check \"never more than a quarter\" {`")
                });
            }
            return None;
        }
        let length =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        let here = place(self.at, self.at.saturating_add(length));
        self.at = self.at.saturating_add(length);
        if name.is_empty() {
            if !silent {
                self.report(
                    Diagnostic::error(code::BAD_NAME, keyword, format!("this {what} has no name")).help(
                        format!("write a name after `{what}`, then a label between quotes if you like"),
                    ),
                );
            }
            return None;
        }
        let valid = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || (c == '.' && self.kind == Kind::Event));
        if !valid && !silent {
            let ours: String = name
                .to_ascii_lowercase()
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
                .collect();
            let ours = if ours.starts_with(|c: char| c.is_ascii_digit()) { format!("_{ours}") } else { ours };
            self.report(
                Diagnostic::error(code::BAD_NAME, here, "names are lower-case letters, digits and `_`")
                    .help(format!("write `{ours}`"))
                    .fix(here, ours),
            );
        }
        Some(Word { text: name, place: here })
    }
}
