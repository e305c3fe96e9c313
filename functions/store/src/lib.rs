//! The only code that knows DynamoDB: keys, items, and the few verbs over them (load, commit, page, rules).
//!
//! What it never does: HTTP, rules, points arithmetic. It never guesses: an outcome it did not see is resolved by
//! reading. Every write carries a condition; entries are never updated or deleted.

pub mod both;
pub mod config;
pub mod days;
#[cfg(feature = "dump")]
pub mod dump;
pub mod error;
#[cfg(feature = "dump")]
pub mod fill;
pub mod ledger;
pub mod limits;
pub mod meter;
pub mod profile;
pub mod referrals;
pub mod rules;
pub mod stream;
pub mod table;
pub mod trust;
pub mod uploads;
pub mod walks;
pub mod watch;
pub mod words;

mod call;
mod checkpoint;
mod clock;
mod commit;
mod counter;
mod item;
mod key;
mod load;
mod rules_cache;
mod tenants;
pub mod voucher;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::SharedAsyncSleep;
use clock::Clock;
use rules_cache::RulesCache;
use std::sync::Arc;

/// One table, all merchants. Cheap to clone; clones share connections and the cache of rulebooks.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
    clock: Clock,
    sleep: SharedAsyncSleep,
    rules: Arc<RulesCache>,
    watcher: watch::Watcher,
}
