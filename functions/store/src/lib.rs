//! The only code that knows DynamoDB: keys, items, and the few verbs over them (load, commit, page, rules).
//!
//! What it never does: HTTP, rules, points arithmetic. It never guesses: an outcome it did not see is resolved by
//! reading. Every write carries a condition; entries are never updated or deleted.

pub mod error;
pub mod ledger;
pub mod meter;
pub mod profile;
pub mod rules;

use aws_sdk_dynamodb::Client;

/// One table, all merchants.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
}
