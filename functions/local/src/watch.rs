//! A watched folder in place of a bucket: a `.merit` file that changes is published, and one that is wrong is shown to
//! be wrong while the active version stays as it was.

use crate::gateway::Gateway;
use crate::publish::{publish, sound};
use domain::ids::TenantId;
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

impl Seen {
    /// When the file was changed, by its time stamp.
    fn changed(&self) -> Moment {
        let since =
            self.modified.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()).unwrap_or_default();
        Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The folder and what was seen in it.
pub(crate) struct Folder {
    path: PathBuf,
    seen: BTreeMap<PathBuf, Seen>,
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

    /// Publishes the newest file, unless one of the files is what decides now already, or was there before what
    /// decides was activated: that came through the API, and is newer.
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
        let decides = |seen: &Seen| {
            sound("", &seen.text, now)
                .is_ok_and(|sound| active.as_ref().is_some_and(|active| active.id == sound.rulebook.id()))
        };
        if self.seen.values().any(decides) {
            return;
        }
        let newer = |seen: &&mut Seen| active.as_ref().is_none_or(|active| seen.changed() > active.since);
        if let Some(newest) = self.seen.values_mut().max_by_key(|seen| seen.modified).filter(newer) {
            newest.done = false;
        }
        self.publish(gateway, say).await;
    }

    /// Watches until it is dropped.
    pub(crate) async fn watch(mut self, gateway: &Gateway, say: impl Fn(String) + Sync) {
        loop {
            tokio::time::sleep(EVERY).await;
            // A file is taken when two looks in a row find it the same: nobody is writing it any more.
            let before = self.seen.clone();
            if let Err(error) = self.look() {
                tracing::warn!(%error, "the watched folder cannot be read");
                continue;
            }
            for path in before.keys().filter(|path| !self.seen.contains_key(*path)) {
                say(format!("{} is gone; the active version stays", name(path)));
            }
            if self.seen.iter().any(|(path, seen)| !seen.done && before.get(path) == Some(seen)) {
                self.publish(gateway, &say).await;
            }
        }
    }

    /// Publishes files that were not yet, the oldest first, so that the newest decides.
    async fn publish(&mut self, gateway: &Gateway, say: &(impl Fn(String) + Sync)) {
        let mut waiting: Vec<(&PathBuf, &mut Seen)> =
            self.seen.iter_mut().filter(|(_, seen)| !seen.done).collect();
        waiting.sort_by_key(|(_, seen)| seen.modified);
        for (path, seen) in waiting {
            seen.done = true;
            match publish(gateway, &name(path), &seen.text).await {
                Ok(line) => say(line),
                Err(wrong) => say(format!(
                    "{}\n{} is not published; the active version stays",
                    wrong.trim_end(),
                    name(path)
                )),
            }
        }
    }

    fn look(&mut self) -> std::io::Result<()> {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "merit") || name(&path).starts_with('.') {
                continue;
            }
            // A file that vanishes or cannot be read between two calls is looked at again next time.
            let Ok(about) = fs::metadata(&path) else { continue };
            if !about.is_file() {
                continue;
            }
            let (modified, length) = (about.modified().ok(), about.len());
            let old = self.seen.get(&path);
            let young = modified.is_none_or(|at| at.elapsed().is_ok_and(|age| age < STAMP_TRUSTED_AFTER));
            if let Some(old) = old.filter(|old| !young && old.modified == modified && old.length == length) {
                found.insert(path, old.clone());
                continue;
            }
            let Ok(text) = fs::read(&path) else { continue };
            let done = old.is_some_and(|old| old.done && old.text == text);
            found.insert(path, Seen { modified, length, text, done });
        }
        self.seen = found;
        Ok(())
    }
}

/// The file's own name.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
