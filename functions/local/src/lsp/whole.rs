//! A text that is asked about, with the files of its folder that are one programme with it; most texts are alone.
//!
//! Which are one: the rule files of a folder and of those right below it, several, of which exactly one says
//! `programme`. What is open counts as it is in the editor, all else as it is on the disk. Inside, places are bytes of
//! the joined text; here they become files, lines and UTF-16 units, and positions become bytes.
//!
//! It never writes a file.

use super::position::Lines;
use crate::folder;
use dsl::check::SOURCE_BYTES_MAX;
use dsl::files::{Files, are_one, is_joined, is_name, join};
use dsl::model::Place;
use lsp_types::{Location, Position, Range, Uri};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::PathBuf;

/// Entries of a folder that are looked at: one asks at every key, and it may be somebody's home.
const LOOKED_MAX: usize = 1_000;

/// What some editors write before a text.
const MARK: char = '\u{feff}';

/// A file of the whole.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) uri: Uri,
    /// As the editor has it.
    pub(super) text: String,
    /// Bytes of it that the joined text leaves out at its beginning.
    left_out: usize,
    /// Where it begins in the joined text.
    start: usize,
}

/// A text and what is one programme with it.
#[derive(Debug)]
pub(super) struct Whole {
    /// The address of the folder; none for a text that is alone.
    pub(super) base: Option<String>,
    /// The joined text; of one that is alone, itself.
    pub(super) text: String,
    /// In the order of the joined text.
    pub(super) parts: Vec<Part>,
    /// Which of them is asked about.
    own: usize,
}

/// The folders a text may be a programme of, with its name there: its own, and the one above.
pub(super) fn bases(uri: &str) -> Vec<(&str, &str)> {
    if !uri.starts_with("file://") {
        return Vec::new();
    }
    let slashes = uri.rmatch_indices('/').map(|(at, _)| at).take(2);
    let cuts = slashes.filter_map(|at| Some((uri.get(..=at)?, uri.get(at + 1..)?)));
    cuts.filter(|(_, name)| is_name(name)).collect()
}

impl Whole {
    /// A text, and what is open beside it, by address.
    pub(super) fn of(uri: &Uri, text: &str, open: &BTreeMap<&str, &str>) -> Self {
        let bases = bases(uri.as_str());
        bases.into_iter().find_map(|(base, name)| Self::in_folder(base, name, open)).unwrap_or_else(|| Self {
            base: None,
            text: text.to_owned(),
            parts: vec![Part { uri: uri.clone(), text: text.to_owned(), left_out: 0, start: 0 }],
            own: 0,
        })
    }

    fn in_folder(base: &str, own: &str, open: &BTreeMap<&str, &str>) -> Option<Self> {
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for (uri, text) in open.range(base..).take_while(|(uri, _)| uri.starts_with(base)) {
            let name = uri.get(base.len()..).filter(|name| is_name(name));
            texts.extend(name.map(|name| (name.to_owned(), (*text).to_owned())));
        }
        // a folder that is not there yet has what is open
        for (name, path) in
            path_of(base).and_then(|path| folder::files_among(&path, LOOKED_MAX).ok()).unwrap_or_default()
        {
            if let Entry::Vacant(missing) = texts.entry(name) {
                let largest = u64::try_from(SOURCE_BYTES_MAX).unwrap_or(u64::MAX);
                fs::metadata(&path).ok().filter(|about| about.len() <= largest)?;
                let text = fs::read_to_string(&path).ok()?;
                missing.insert(text.strip_prefix(MARK).map_or_else(|| text.clone(), str::to_owned));
            }
        }
        if texts.values().any(|text| is_joined(text.as_bytes()))
            || !are_one(texts.values().map(String::as_str))
        {
            return None;
        }
        let bytes = texts.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
        let joined = String::from_utf8(join(&bytes).ok()?).ok()?;
        let starts: Vec<usize> = Files::of(&joined).iter().map(|file| file.start).collect();
        let own = texts.keys().position(|name| name == own)?;
        let parts = texts.into_iter().zip(starts).map(|((name, text), start)| {
            let left_out = if text.starts_with(MARK) { MARK.len_utf8() } else { 0 };
            Some(Part { uri: format!("{base}{name}").parse().ok()?, text, left_out, start })
        });
        let parts = parts.collect::<Option<Vec<_>>>()?;
        Some(Self { base: Some(base.to_owned()), text: joined, parts, own })
    }
}

/// A [`Whole`] with its lines counted.
pub(super) struct Places<'w> {
    whole: &'w Whole,
    lines: Vec<Lines<'w>>,
}

impl<'w> Places<'w> {
    pub(super) fn of(whole: &'w Whole) -> Self {
        Self { whole, lines: whole.parts.iter().map(|part| Lines::new(&part.text)).collect() }
    }

    /// The text that is asked about.
    pub(super) fn own(&self) -> Option<&'w Part> {
        self.whole.parts.get(self.whole.own)
    }

    /// A position of the text that is asked about, as a byte of the whole.
    pub(super) fn byte(&self, position: Position) -> u32 {
        let (Some(part), Some(lines)) = (self.own(), self.lines.get(self.whole.own)) else { return 0 };
        let at = lines.offset(position).saturating_sub(part.left_out) + part.start;
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// Which file a place stands in.
    pub(super) fn part(&self, place: Place) -> usize {
        let start = usize::try_from(place.start).unwrap_or(usize::MAX);
        // what is wrong with the whole is told where the question is
        let first = self.whole.parts.first().map_or(0, |part| part.start);
        if start < first {
            return self.whole.own;
        }
        self.whole.parts.partition_point(|part| part.start <= start).saturating_sub(1)
    }

    /// True for a place in the text that is asked about; the lines that name files are in none.
    pub(super) fn is_own(&self, place: Place) -> bool {
        let Some(own) = self.own() else { return false };
        let end = own.start + own.text.len() - own.left_out;
        let inside = |byte: u32| usize::try_from(byte).is_ok_and(|byte| own.start <= byte && byte <= end);
        inside(place.start) && inside(place.end)
    }

    /// A place, in the file it stands in.
    pub(super) fn range(&self, place: Place) -> Range {
        let at = self.part(place);
        let (Some(part), Some(lines)) = (self.whole.parts.get(at), self.lines.get(at)) else {
            return Range::default();
        };
        let inside = |byte: u32| {
            let byte = usize::try_from(byte).unwrap_or(usize::MAX).saturating_sub(part.start);
            u32::try_from(byte.saturating_add(part.left_out)).unwrap_or(u32::MAX)
        };
        lines.range(Place { start: inside(place.start), end: inside(place.end) })
    }

    /// A place with the address of its file.
    pub(super) fn location(&self, place: Place) -> Option<Location> {
        let part = self.whole.parts.get(self.part(place))?;
        Some(Location::new(part.uri.clone(), self.range(place)))
    }
}

/// The path of an address of the desk.
fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // of another machine, nothing can be read
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let mut bytes = Vec::new();
    let mut left = path.bytes();
    while let Some(byte) = left.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(left.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    let path = String::from_utf8(bytes).ok().filter(|path| path.starts_with('/'))?;
    // `/c:/rules` is how a drive is written
    let drive = path.get(2..3) == Some(":");
    Some(PathBuf::from(if drive { path.get(1..)? } else { path.as_str() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths() {
        let path = |uri| path_of(uri).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(path("file:///home/ana/my%20rules/"), Some("/home/ana/my rules/".to_owned()));
        assert_eq!(path("file://localhost/r%C3%A9gles/"), Some("/régles/".to_owned()));
        assert_eq!(path("file:///c%3A/rules/"), Some("c:/rules/".to_owned()));
        for none in ["untitled:a", "file://elsewhere/rules/", "file:///a%2", "file:///a%zz", "file:///%ff"] {
            assert_eq!(path(none), None, "{none}");
        }
    }

    #[test]
    fn a_text_may_be_of_its_folder_or_of_the_one_above() {
        assert_eq!(
            bases("file:///shop/rules/a.merit"),
            [("file:///shop/rules/", "a.merit"), ("file:///shop/", "rules/a.merit")]
        );
        assert_eq!(bases("file:///Shop%20A/a.merit"), [("file:///Shop%20A/", "a.merit")]);
        assert_eq!(bases("untitled:a.merit"), []);
        assert_eq!(bases("file:///shop/A.merit"), []);
    }
}
