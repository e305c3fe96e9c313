//! Bytes inside, lines and UTF-16 units at the protocol's edge.

use dsl::model::Place;
use lsp_types::{Position, Range};

/// Where the lines of a text begin.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Counts the lines of a text; `\n`, `\r\n` and `\r` end one, as the protocol says.
    pub(super) fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        Self { text, starts }
    }

    /// A byte as a position; one inside a character is moved to its start, one behind the end to the end.
    pub(super) fn position(&self, at: u32) -> Position {
        let mut at = usize::try_from(at).unwrap_or(usize::MAX).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let units = self.text.get(start..at).unwrap_or_default().chars().map(char::len_utf16).sum::<usize>();
        Position::new(u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(units).unwrap_or(u32::MAX))
    }

    /// A place as a range.
    pub(super) fn range(&self, place: Place) -> Range {
        Range::new(self.position(place.start), self.position(place.end))
    }

    /// A position as a byte; behind the end of a line it is that end, behind the last line the end of the text, inside
    /// of a surrogate pair the start of the character.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(start) = self.starts.get(line).copied() else { return self.text.len() };
        let rest = self.text.get(start..).unwrap_or_default();
        let mut units = 0;
        for (at, character) in rest.char_indices() {
            let wanted = usize::try_from(position.character).unwrap_or(usize::MAX);
            if matches!(character, '\n' | '\r') || units + character.len_utf16() > wanted {
                return start + at;
            }
            units += character.len_utf16();
        }
        self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let text = "aé\r\n🙂b\n\rx\n";
        let lines = Lines::new(text);
        for (at, _) in text.char_indices() {
            // between `\r` and `\n` there is no position
            if text[..at].ends_with('\r') && text[at..].starts_with('\n') {
                continue;
            }
            let position = lines.position(u32::try_from(at).unwrap_or_default());
            assert_eq!(lines.offset(position), at, "{position:?}");
        }
        assert_eq!(lines.position(5), Position::new(1, 0));
        assert_eq!(lines.position(9), Position::new(1, 2));
        assert_eq!(lines.position(7), Position::new(1, 0));
        assert_eq!(lines.offset(Position::new(1, 1)), 5);
        assert_eq!(lines.offset(Position::new(0, 99)), 3);
        assert_eq!(lines.offset(Position::new(99, 0)), text.len());
    }
}
