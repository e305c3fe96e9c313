//! A watched folder in place of a bucket: a `.merit` file that changes is published, and one that is wrong is shown to
//! be wrong while the active version stays as it was. Files that are one programme are published together, whichever of
//! them changes, comes or goes.

use crate::folder;
use crate::gateway::Gateway;
use crate::publish::{publish, sound};
use domain::ids::TenantId;
use dsl::files::{are_one, join};
use dsl::units::Moment;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// A file whose time stamp is younger is read even when stamp and size are as before: stamps are coarse.
const STAMP_TRUSTED_AFTER: Duration = Duration::from_secs(2);

/// A file as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    modified: Option<SystemTime>,
    length: u64,
    text: Vec<u8>,
    /// Whether this text was published or found wrong already.
    done: bool,
}

/// What is published at once: a file, or all of a folder.
struct Unit {
    /// What it is called.
    name: String,
    /// Its text, or why there is none.
    text: Result<Vec<u8>, String>,
    /// When the newest of its files was changed, by their time stamps.
    modified: Option<SystemTime>,
    /// Its files.
    files: Vec<String>,
}

impl Unit {
    fn changed(&self) -> Moment {
        let since =
            self.modified.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()).unwrap_or_default();
        Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The folder and what was seen in it.
pub(crate) struct Folder {
    path: PathBuf,
    /// By name within the folder.
    seen: BTreeMap<String, Seen>,
}

impl Folder {
    /// The files of a folder as they are. Nothing is published for having been there.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let mut folder = Self { path: path.to_owned(), seen: BTreeMap::new() };
        folder.look().map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
        for seen in folder.seen.values_mut() {
            seen.done = true;
        }
        Ok(folder)
    }

    /// True where the files are one programme.
    fn is_one(&self) -> bool {
        let texts: Vec<_> = self.seen.values().map(|seen| String::from_utf8_lossy(&seen.text)).collect();
        are_one(texts.iter().map(AsRef::as_ref))
    }

    /// What is published at once. Files in folders below count only where all are one programme.
    fn units(&self) -> Vec<Unit> {
        if self.is_one() {
            let texts = self.seen.iter().map(|(name, seen)| (name.clone(), seen.text.clone())).collect();
            return vec![Unit {
                name: format!("{}/", name(&self.path)),
                text: join(&texts).map_err(|error| error.to_string()),
                modified: self.seen.values().filter_map(|seen| seen.modified).max(),
                files: self.seen.keys().cloned().collect(),
            }];
        }
        let own = self.seen.iter().filter(|(name, _)| !name.contains('/'));
        own.map(|(name, seen)| Unit {
            name: name.clone(),
            text: Ok(seen.text.clone()),
            modified: seen.modified,
            files: vec![name.clone()],
        })
        .collect()
    }

    /// Publishes the newest file, unless one of the files is what decides now already, or was there before what
    /// decides was activated: that came through the API, and is newer. Files that are one programme are one here too.
    pub(crate) async fn catch_up(
        &mut self,
        gateway: &Gateway,
        tenant: &TenantId,
        say: &(impl Fn(String) + Sync),
    ) {
        let active = match gateway.app().store.active(tenant).await {
            Ok(active) => active,
            Err(error) => return say(format!("the active rules cannot be read: {error:?}")),
        };
        let now = (gateway.app().clock)();
        let decides = |unit: &Unit| {
            let sound = unit.text.as_ref().ok().and_then(|text| sound("", text, now).ok());
            sound.is_some_and(|sound| active.as_ref().is_some_and(|active| active.id == sound.rulebook.id()))
        };
        let units = self.units();
        if units.iter().any(decides) {
            return;
        }
        let newer = |unit: &&Unit| active.as_ref().is_none_or(|active| unit.changed() > active.since);
        if let Some(newest) = units.iter().max_by_key(|unit| unit.modified).filter(newer) {
            for file in &newest.files {
                self.seen.entry(file.clone()).and_modify(|seen| seen.done = false);
            }
        }
        self.publish(gateway, say).await;
    }

    /// Watches until it is dropped.
    pub(crate) async fn watch(mut self, gateway: &Gateway, say: impl Fn(String) + Sync) {
        loop {
            tokio::time::sleep(EVERY).await;
            // What is published is taken when two looks in a row find it the same: nobody is writing it any more.
            let (before, were_one) = (self.seen.clone(), self.is_one());
            if let Err(error) = self.look() {
                tracing::warn!(%error, "the watched folder cannot be read");
                continue;
            }
            let gone: Vec<&String> = before.keys().filter(|name| !self.seen.contains_key(*name)).collect();
            if were_one && !gone.is_empty() {
                // what is left is another programme
                self.seen.values_mut().for_each(|seen| seen.done = false);
            }
            for name in &gone {
                if were_one {
                    say(format!("{name} is gone"));
                } else if !name.contains('/') {
                    say(format!("{name} is gone; the active version stays"));
                }
            }
            // some editors write a file by putting another in its place
            if !gone.is_empty() {
                continue;
            }
            let still = |name: &String| before.get(name) == self.seen.get(name);
            let waits = |unit: &Unit| {
                unit.files.iter().any(|name| self.seen.get(name).is_some_and(|seen| !seen.done))
            };
            if self.units().iter().any(|unit| waits(unit) && unit.files.iter().all(still)) {
                self.publish(gateway, &say).await;
            }
        }
    }

    /// Publishes what was not yet, the oldest first, so that the newest decides.
    async fn publish(&mut self, gateway: &Gateway, say: &(impl Fn(String) + Sync)) {
        let mut waiting = self.units();
        waiting
            .retain(|unit| unit.files.iter().any(|name| self.seen.get(name).is_some_and(|seen| !seen.done)));
        waiting.sort_by_key(|unit| unit.modified);
        for Unit { name, text, files, .. } in waiting {
            for file in files {
                self.seen.entry(file).and_modify(|seen| seen.done = true);
            }
            let published = match text {
                Ok(text) => publish(gateway, &name, &text).await,
                Err(why) => Err(why),
            };
            match published {
                Ok(line) => say(line),
                Err(wrong) => {
                    say(format!("{}\n{name} is not published; the active version stays", wrong.trim_end()));
                }
            }
        }
    }

    fn look(&mut self) -> std::io::Result<()> {
        let mut found = BTreeMap::new();
        for (name, path) in folder::files(&self.path)? {
            // A file that vanishes or cannot be read between two calls is looked at again next time.
            let Ok(about) = fs::metadata(&path) else { continue };
            let (modified, length) = (about.modified().ok(), about.len());
            let old = self.seen.get(&name);
            let young = modified.is_none_or(|at| at.elapsed().is_ok_and(|age| age < STAMP_TRUSTED_AFTER));
            if let Some(old) = old.filter(|old| !young && old.modified == modified && old.length == length) {
                found.insert(name, old.clone());
                continue;
            }
            let Ok(text) = fs::read(&path) else { continue };
            let done = old.is_some_and(|old| old.done && old.text == text);
            found.insert(name, Seen { modified, length, text, done });
        }
        self.seen = found;
        Ok(())
    }
}

/// The folder's own name.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
