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
        let embedded = Embedded::start(file.as_deref()).map_err(|error| match &file {
            Some(file) => format!("{}: cannot be opened: {error}", file.display()),
            None => format!("the database cannot be started: {error}"),
        })?;
        let store = Store::connect(Config::local(&embedded.endpoint, TABLE_NAME))
            .map_err(|error| error.to_string())?;
        let mut attempts = 1;
        while let Err(error) = store.create_table().await {
            // A busy machine may need longer than a function would wait.
            if attempts == ATTEMPTS_MAX {
                return Err(format!("the table cannot be made: {error}"));
            }
            attempts += 1;
        }
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

/// True when the folder holds a table.
pub(crate) fn is_table(folder: &Path) -> bool {
    folder.join(DATABASE).is_file()
}

/// The secret of a data folder, made when it is first asked for. Only the owner may read it.
fn kept_secret(folder: &Path) -> Result<Secret, String> {
    let file = folder.join(SECRET);
    let at = |error: std::io::Error| format!("{}: cannot be used: {error}", file.display());
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file) {
        Ok(mut made) => {
            let random = Secret::random()?.mac("data folder", &[]);
            made.write_all(&random).and_then(|()| made.sync_all()).map_err(at)?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(at(error)),
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
        Ok(()) => Ok(Claimed(file)),
        Err(TryLockError::WouldBlock) => Err(format!(
            "{}: another merit works on this folder; stop it, or choose another folder with --data",
            folder.display()
        )),
        Err(TryLockError::Error(error)) => Err(at(error)),
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
