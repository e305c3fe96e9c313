//! The local server and the command-line tools: the handlers that run in Lambda, behind a socket on a desk.
//!
//! What this room is for: a socket in place of API Gateway, the embedded DynamoDB in place of the real one, a watched
//! folder in place of a bucket, and tools over files and tables. What it never does: logic of its own; it asks the
//! rooms below.

pub mod cli;
pub mod client;
pub mod gateway;
pub mod import;
pub mod lsp;
pub mod outbox;
pub mod serve;
pub mod table;

mod folder;
mod history;
mod log;
mod moment;
mod publish;
mod simulate;
mod watch;
