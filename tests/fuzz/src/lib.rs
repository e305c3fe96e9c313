//! Bad input: targets that each take bytes which were changed at random, or a seed, and fail by a panic where something
//! does not hold. Sixteen are the language's; nine are what comes in by the handlers, the store and the auditor.
//!
//! What it never does: read a clock (an answer that never ends is found by whoever runs them), or stand in for our own
//! code. The die is `reference`'s, so that one seed is one input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a tool for tests: it fails loudly"
)]

pub mod edge;
pub mod language;
pub mod odd;
pub mod shop;
pub mod stored;
pub mod told;
pub mod woken;

use reference::generate::{self, Dice};
use std::collections::BTreeMap;
use std::path::Path;

/// What a target's inputs begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// Rule files: the project's examples, `corpus/rules`, programmes of `reference`.
    Rules,
    /// The files of `corpus/<name>`, and what the target makes itself.
    Own,
}

/// A target: what it is called, what it begins with, and what it does with a die and bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, and its corpus's.
    pub name: &'static str,
    /// What its bytes are.
    pub begins: Begins,
    /// Fails by a panic.
    pub fuzz: fn(&mut Dice, &[u8]),
}

const fn own(name: &'static str, fuzz: fn(&mut Dice, &[u8])) -> Target {
    Target { name, begins: Begins::Own, fuzz }
}

/// Targets of handlers, store and auditor.
pub const OF_THE_EDGE: [Target; 9] = [
    own("apigw_event", edge::apigw_event),
    own("cursor", edge::cursor),
    own("idempotency_key", edge::idempotency_key),
    own("survey_token", told::survey_token),
    own("webhook_sig", told::webhook_sig),
    own("s3_event", woken::s3_event),
    own("schedule_event", woken::schedule_event),
    own("item_decode", stored::item_decode),
    own("fsck_dump", stored::fsck_dump),
];

/// All targets.
pub fn targets() -> impl Iterator<Item = Target> {
    language::TARGETS.into_iter().chain(OF_THE_EDGE)
}

/// Files to begin with, by the name of their folder.
#[derive(Debug)]
pub struct Corpus(BTreeMap<String, Vec<Vec<u8>>>);

impl Corpus {
    /// Reads the project's examples and what is kept in `corpus/`.
    pub fn read() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for folder in std::fs::read_dir(here.join("corpus")).unwrap() {
            let folder = folder.unwrap();
            all.insert(folder.file_name().into_string().unwrap(), files(&folder.path(), ""));
        }
        all.entry("rules".to_owned()).or_default().extend(files(&here.join("../../dsl/examples"), "merit"));
        all.entry("apigw_event".to_owned()).or_default().extend(samples(here, "api-gateway"));
        all.entry("s3_event".to_owned()).or_default().extend(samples(here, "s3"));
        for kind in ["scheduler", "eventbridge"] {
            all.entry("schedule_event".to_owned()).or_default().extend(samples(here, kind));
        }
        Self(all)
    }

    /// What a target begins with.
    pub fn of(&self, target: Target) -> &[Vec<u8>] {
        let name = if target.begins == Begins::Rules { "rules" } else { target.name };
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Contents of a folder's files that end so, in the order of their names.
fn files(folder: &Path, end: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let wanted = paths.iter().filter(|path| path.to_string_lossy().ends_with(end) && path.is_file());
    wanted.map(|path| std::fs::read(path).unwrap()).collect()
}

/// Events as AWS documents them.
fn samples(here: &Path, kind: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> =
        std::fs::read_dir(here.join("../events")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let wanted =
        paths.iter().filter(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(kind)));
    wanted.map(|path| std::fs::read(path).unwrap()).collect()
}

/// Runs a target with a seed: the same seed does the same.
pub fn run(target: Target, seed: u64, corpus: &Corpus) {
    let mut dice = Dice::new(seed);
    let kept = corpus.of(target);
    let bytes = if dice.chance(70) || target.begins == Begins::Own {
        dice.pick(kept).clone()
    } else {
        generate::world(&mut dice).text.into_bytes()
    };
    (target.fuzz)(&mut dice, &bytes);
}
