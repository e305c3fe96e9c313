//! The local server and the tools, as a person uses them: over a real socket, as real processes, on real folders.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_docs_in_private_items,
    reason = "in a test, a failed assumption is a failed test"
)]

mod desk;
mod editor;
mod events;
mod folders;
mod gateway;
mod history;
mod jobs;
mod server;
mod simulate;
mod tools;
