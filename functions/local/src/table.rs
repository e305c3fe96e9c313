//! The table behind a local run: the embedded DynamoDB over a folder, or in memory, and the store on it.

use crate::serve::Clock;
use audit::Item;
use embedded::Embedded;
use handlers::App;
use handlers::secret::Secret;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use store::Store;
use store::config::Config;
use store::watch::Written;

/// The table's name in every local database.
pub const TABLE_NAME: &str = "merit";

/// The secret inside a data folder: 32 random bytes.
const SECRET: &str = "secret";

/// The database inside a data folder.
const DATABASE: &str = "ledger.db";

/// How often the table is asked for at start.
const ATTEMPTS_MAX: u32 = 5;

/// A table, open.
#[derive(Clone)]
pub struct Table {
    /// The database under it.
    pub embedded: Embedded,
    /// The store over it.
    pub store: Store,
    /// What codes and tokens of this ledger are derived from: kept beside it, so that they outlive the process.
    pub secret: Secret,
}

impl Table {
    /// Opens the table of a data folder, or one in memory that is gone with the process; creates what is missing.
    pub async fn open(data: Option<&Path>) -> Result<Self, String> {
        if let Some(folder) = data {
            fs::create_dir_all(folder)
                .map_err(|error| format!("{}: cannot be made: {error}", folder.display()))?;
        }
        let file = data.map(|folder| folder.join(DATABASE));
        if let Some(file) = file.as_deref().filter(|file| !file.exists()) {
            make(file).await?;
        }
        let (embedded, store) = opened(file.as_deref()).await?;
        let secret = match data {
            Some(folder) => kept_secret(folder)?,
            None => Secret::random()?,
        };
        Ok(Self { embedded, store, secret })
    }

    /// The same table, whose store tells of every write.
    #[must_use]
    pub fn watched_by(mut self, told: impl Fn(Written) + Send + Sync + 'static) -> Self {
        self.store = self.store.watched_by(told);
        self
    }

    /// The handlers over this table.
    pub fn app(&self, clock: Clock) -> App {
        App { store: self.store.clone(), clock, secret: self.secret.clone() }
    }
}

/// The database of a file, or one in memory, with the table in it, and the store over it.
async fn opened(file: Option<&Path>) -> Result<(Embedded, Store), String> {
    let embedded = Embedded::start(file).map_err(|error| match file {
        Some(file) => format!("{}: cannot be opened: {error}", file.display()),
        None => format!("the database cannot be started: {error}"),
    })?;
    let store = Store::connect(Config::local(&embedded.endpoint, TABLE_NAME)).map_err(|e| e.to_string())?;
    let mut attempts = 1;
    while let Err(error) = store.create_table().await {
        // A busy machine may need longer than a function would wait.
        if attempts == ATTEMPTS_MAX {
            return Err(format!("the table cannot be made: {error}"));
        }
        attempts += 1;
    }
    Ok((embedded, store))
}

/// Makes the file of a database with an empty table, whole or not at all: the database writes down that it has a table
/// before it makes it, so that one killed in between could never be read again.
async fn make(file: &Path) -> Result<(), String> {
    let at = |error: String| format!("{}: cannot be made: {error}", file.display());
    let fresh = file.with_extension(format!("db.new-{}", std::process::id()));
    let (embedded, _) = opened(None).await?;
    embedded.database.vacuum_into(&fresh.to_string_lossy()).map_err(|error| at(error.to_string()))?;
    settle(&fresh, file).map_err(|error| at(error.to_string()))
}

/// Gives a complete file its name, unless there is one of that name.
fn settle(fresh: &Path, file: &Path) -> std::io::Result<()> {
    File::open(fresh)?.sync_all()?;
    match fs::hard_link(fresh, file) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        // not every file system knows links
        Err(_) => return fs::rename(fresh, file),
    }
    fs::remove_file(fresh)
}

/// True when the folder holds a table.
pub(crate) fn is_table(folder: &Path) -> bool {
    folder.join(DATABASE).is_file()
}

/// The secret of a data folder, made when it is first asked for. Only the owner may read it.
fn kept_secret(folder: &Path) -> Result<Secret, String> {
    let file = folder.join(SECRET);
    let at = |error: std::io::Error| format!("{}: cannot be used: {error}", file.display());
    if !file.exists() {
        let fresh = folder.join(format!("{SECRET}.new-{}", std::process::id()));
        let random = Secret::random()?.mac("data folder", &[]);
        let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh);
        made.and_then(|mut made| made.write_all(&random)).and_then(|()| settle(&fresh, &file)).map_err(at)?;
    }
    Secret::new(&fs::read(&file).map_err(at)?).map_err(|why| format!("{}: {why}", file.display()))
}

/// Keeps other servers and imports off a data folder while it lives.
#[derive(Debug)]
pub(crate) struct Claimed(#[allow(dead_code, reason = "held for its lock")] File);

/// Claims a data folder for this process.
pub(crate) fn claim(folder: &Path) -> Result<Claimed, String> {
    let at = |error: std::io::Error| format!("{}: cannot be used: {error}", folder.display());
    fs::create_dir_all(folder).map_err(at)?;
    let file = File::create(folder.join("lock")).map_err(at)?;
    match file.try_lock() {
        Ok(()) => {
            sweep(folder);
            Ok(Claimed(file))
        }
        Err(TryLockError::WouldBlock) => Err(format!(
            "{}: another merit works on this folder; stop it, or choose another folder with --data",
            folder.display()
        )),
        Err(TryLockError::Error(error)) => Err(at(error)),
    }
}

/// Removes what processes left that were killed while they made a file of a data folder; nobody else is at work there.
fn sweep(folder: &Path) {
    for left in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = left.file_name();
        let name = name.to_string_lossy();
        if [DATABASE, SECRET].iter().any(|file| name.starts_with(&format!("{file}.new-"))) {
            let _ = fs::remove_file(left.path());
        }
    }
}

/// Deletes the table of a data folder, and nothing else in it.
pub(crate) fn forget(folder: &Path) -> Result<(), String> {
    for ending in ["", "-wal", "-shm"] {
        let file = folder.join(format!("{DATABASE}{ending}"));
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("{}: cannot be deleted: {error}", file.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The items of a dump of a table, an item a line, as they stand in the file.
pub(crate) fn read_dump(dump: &Path) -> Result<Vec<Item>, String> {
    let text = fs::read_to_string(dump).map_err(|error| format!("{}: {error}", dump.display()))?;
    let line = |(number, line): (usize, &str)| {
        Item::from_line(line).map_err(|error| format!("{}:{}: {error}", dump.display(), number + 1))
    };
    text.lines().enumerate().map(line).collect()
}
