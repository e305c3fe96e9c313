//! The harness of the tests that need more than one room: stories and their three floors, the Lambda Runtime API,
//! faults on the wire.
//!
//! What it never does: stand in for our own code. Where a floor has no store, it folds the domain's own decisions;
//! everything else is the real thing: the real handlers, the real store, the real function binary.

pub mod account;
pub mod clock;
pub mod corruption;
pub mod desk;
pub mod floor;
pub mod iam;
pub mod runtime_api;
pub mod story;
pub mod told_time;
pub mod transcript;
pub mod wire;
pub mod world;
