//! A programme of several files: their texts joined into one, each begun by a line `file "summer.merit"`.
//!
//! The joined text is a plain text: it is what is uploaded, stored, hashed and checked, and every place in it is a byte
//! of the whole. Here a byte becomes a file and a line of it again. What it never does: read a file, or know what is
//! written in one.

use crate::diagnostic::{Diagnostic, code};
use crate::model::Place;
use crate::syntax::ast::Kind;
use crate::syntax::place;
use crate::syntax::scan::scan;
use std::collections::BTreeMap;
use std::fmt;

/// The largest programme of several files, in bytes.
pub const PROGRAMME_BYTES_MAX: usize = 192 * 1024;

/// Files a programme may have.
pub const FILES_MAX: usize = 64;

/// Letters the name of a file may have.
pub const NAME_MAX: usize = 100;

/// What the name of a rule file ends with.
pub const ENDING: &str = ".merit";

/// The word a `file` line begins with.
const WORD: &str = "file";

/// A byte-order mark, which some editors write before a text.
const MARK: char = '\u{feff}';

/// One file of a programme of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'s> {
    /// Its name, without quotes; empty where its line does not read.
    pub name: &'s str,
    /// The line that names it, without its line break.
    pub line: Place,
    /// What is written in it: everything to the next `file` line.
    pub text: &'s str,
    /// Where its text begins.
    pub start: usize,
}

/// The files of a text: none where it is one file, as most are.
#[derive(Debug, Clone)]
pub struct Files<'s> {
    source: &'s str,
    files: Vec<File<'s>>,
}

/// Where a byte of a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location<'s> {
    /// In which file of several; none for a text that is one file, and for what stands in none of them.
    pub file: Option<&'s str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Why files cannot be joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unjoined {
    /// There are none.
    Nothing,
    /// The name cannot stand on a `file` line.
    Name(String),
    /// The file has `file` lines itself.
    Joined(String),
}

impl fmt::Display for Unjoined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => write!(f, "there is no rule file here (`*{ENDING}`)"),
            Self::Name(name) => write!(f, "{name}: a file of several cannot be called so: {NAMES}"),
            Self::Joined(name) => {
                write!(f, "{name}: this file is several joined already; keep it outside of the folder")
            }
        }
    }
}

/// What names may be.
const NAMES: &str = "names are lower-case letters, digits, `-` and `_` and end in `.merit`, with at most one folder before, such as `rules/summer.merit`";

/// True for a line that begins a file: `file` with nothing before it, then a quote.
fn begins(line: &[u8]) -> bool {
    line.strip_prefix(WORD.as_bytes()).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\""))
}

/// True for a text that says it is several files.
pub fn is_joined(source: &[u8]) -> bool {
    let source = source.strip_prefix("\u{feff}".as_bytes()).unwrap_or(source);
    source.split(|byte| *byte == b'\n').any(begins)
}

/// True for a name that a `file` line may give.
pub fn is_name(name: &str) -> bool {
    let word = |part: &str| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        !part.is_empty() && part.chars().all(fits)
    };
    let (folder, own) = name.split_once('/').map_or((None, name), |(folder, own)| (Some(folder), own));
    name.len() <= NAME_MAX && folder.is_none_or(word) && own.strip_suffix(ENDING).is_some_and(word)
}

/// The one text of several files, by name: the same files give the same text. A byte-order mark is left out, and a
/// last line gets its end. How large it may be is for `check` to say.
pub fn join(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, Unjoined> {
    let mut joined = Vec::new();
    for (name, text) in files {
        if !is_name(name) {
            return Err(Unjoined::Name(name.clone()));
        }
        if is_joined(text) {
            return Err(Unjoined::Joined(name.clone()));
        }
        joined.extend(line(name).bytes());
        joined.extend(text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text));
        if joined.last() != Some(&b'\n') {
            joined.push(b'\n');
        }
    }
    if joined.is_empty() { Err(Unjoined::Nothing) } else { Ok(joined) }
}

/// True for texts that are one programme by the files of a folder: several, of which exactly one says `programme`.
pub fn are_one<'s>(texts: impl IntoIterator<Item = &'s str>) -> bool {
    let (mut files, mut programmes) = (0_usize, 0_usize);
    for text in texts {
        files = files.saturating_add(1);
        let chunks = scan(text).chunks;
        programmes =
            programmes.saturating_add(chunks.iter().filter(|c| c.kind == Some(Kind::Programme)).count());
    }
    files > 1 && programmes == 1
}

/// The line that names a file, with its line break.
pub(crate) fn line(name: &str) -> String {
    format!("{WORD} \"{name}\"\n")
}

/// What a `file` line says: the name, if it says nothing else.
fn named(line: &str) -> Option<&str> {
    let (name, rest) = line.strip_prefix(WORD)?.trim_start().strip_prefix('"')?.split_once('"')?;
    rest.trim().is_empty().then_some(name)
}

impl<'s> Files<'s> {
    /// The files of a text.
    pub fn of(source: &'s str) -> Self {
        let mut files: Vec<File<'s>> = Vec::new();
        let mut offset = if source.starts_with(MARK) { MARK.len_utf8() } else { 0 };
        let body = source.get(offset..).unwrap_or_default();
        for whole in body.split_inclusive('\n') {
            let after = offset.saturating_add(whole.len());
            if begins(whole.as_bytes()) {
                let said = whole.trim_end();
                files.push(File {
                    name: named(said).unwrap_or_default(),
                    line: place(offset, offset.saturating_add(said.len())),
                    text: "",
                    start: after,
                });
            }
            offset = after;
        }
        let ends = files.iter().skip(1).map(|next| start_of(next.line)).chain([source.len()]);
        let ends: Vec<usize> = ends.collect();
        for (file, end) in files.iter_mut().zip(ends) {
            file.text = source.get(file.start..end).unwrap_or_default();
        }
        Self { source, files }
    }

    /// True for a text of several files, or of one that is named.
    pub const fn are_joined(&self) -> bool {
        !self.files.is_empty()
    }

    /// They, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &File<'s>> {
        self.files.iter()
    }

    /// The file that a byte stands in; on the line that names a file, that one.
    pub fn at(&self, offset: u32) -> Option<&File<'s>> {
        let after = self.files.partition_point(|file| file.line.start <= offset);
        after.checked_sub(1).and_then(|index| self.files.get(index))
    }

    /// Where a byte stands.
    pub fn locate(&self, offset: u32) -> Location<'s> {
        let inside = self.at(offset);
        let offset = start_of(Place { start: offset, end: offset });
        let inside = inside.filter(|file| file.start <= offset && !file.name.is_empty());
        let (text, from) = inside.map_or((self.source, 0), |file| (file.text, file.start));
        let (line, column) = crate::diagnostic::line_column(text, narrow(offset.saturating_sub(from)));
        Location { file: inside.map(|file| file.name), line, column }
    }

    /// Where a place begins and where it ends, both in the file it begins in.
    pub fn locate_place(&self, place: Place) -> (Location<'s>, Location<'s>) {
        let begin = self.locate(place.start);
        // behind the last byte of a file stands the next
        let inside = self.at(place.start).filter(|_| begin.file.is_some());
        let (text, from) = inside.map_or((self.source, 0), |file| (file.text, file.start));
        let end = start_of(Place { start: place.end, ..place }).saturating_sub(from).min(text.len());
        let (line, column) = crate::diagnostic::line_column(text, narrow(end));
        let end = Location { file: begin.file, line, column };
        (begin, end)
    }

    /// A place as it is quoted: `club.merit:3:9`, or that of the file it stands in; `name` is what the text is called,
    /// or its folder with a `/` at the end.
    pub fn quote(&self, name: &str, offset: u32) -> String {
        let Location { file, line, column } = self.locate(offset);
        format!("{}:{line}:{column}", called(name, file))
    }

    /// Where what is missing of the whole is told: where the text begins, or the first file by name.
    pub(crate) fn beginning(&self) -> Place {
        self.files
            .iter()
            .min_by_key(|file| file.name)
            .map_or_else(Place::default, |first| place(first.start, first.start))
    }

    /// What is wrong with the lines that name files, and with text that stands before them.
    pub(crate) fn mistakes(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut names: BTreeMap<&str, u32> = BTreeMap::new();
        let Some(first) = self.files.first() else { return found };
        let before = self.source.get(..start_of(first.line)).unwrap_or_default();
        let text = before.trim_start_matches([MARK, ' ', '\t', '\r', '\n']);
        if !text.is_empty() {
            let start = before.len().saturating_sub(text.len());
            let length = text.find(['\r', '\n']).unwrap_or(text.len());
            let message = "this stands before the first `file` line: it is in no file";
            let here = place(start, start.saturating_add(length));
            found.push(
                Diagnostic::error(code::BEFORE_FILES, here, message)
                    .help("write `file` and the name of its file above it, such as `file \"club.merit\"`"),
            );
        }
        for (index, file) in self.files.iter().enumerate() {
            let (line, _) = crate::diagnostic::line_column(self.source, file.line.start);
            let shown = crate::check::report::short(file.name);
            if index == FILES_MAX {
                let message = "this programme has too many files";
                let help = format!("a programme has at most {FILES_MAX} files");
                found.push(Diagnostic::error(code::TOO_MANY, file.line, message).help(help));
                return found;
            }
            let said =
                self.source.get(start_of(file.line)..start_of(Place { start: file.line.end, ..file.line }));
            if named(said.unwrap_or_default()).is_none() {
                let message = "this `file` line does not name a file";
                found.push(
                    Diagnostic::error(code::FILE_LINE, file.line, message)
                        .help("write `file`, a name between quotes, and nothing else on the line"),
                );
            } else if !is_name(file.name) {
                let message = format!("a file of several cannot be called `{shown}`");
                found.push(Diagnostic::error(code::FILE_NAME, file.line, message).help(NAMES));
            } else if let Some(other) = names.insert(file.name, line) {
                let message =
                    format!("there are two files called `{shown}`; the other begins on line {other}");
                found.push(
                    Diagnostic::error(code::FILE_TWICE, file.line, message)
                        .help("give one of them another name, or put both into one"),
                );
            }
        }
        found
    }
}

/// What a file of several is called, the whole being called `name`: in a folder, that is `name` with a `/` at the end,
/// its path; otherwise its own name.
pub fn called(name: &str, file: Option<&str>) -> String {
    match file {
        Some(file) if name.ends_with('/') => format!("{name}{file}"),
        Some(file) => file.to_owned(),
        None => name.to_owned(),
    }
}

fn start_of(place: Place) -> usize {
    usize::try_from(place.start).unwrap_or(usize::MAX)
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
