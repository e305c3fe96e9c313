//! Seeded months of tills, members and merchants on a virtual clock, against the real handlers and the real store over
//! an embedded DynamoDB that loses, delays, doubles and refuses what the seed says.
//!
//! What it never does: replace our own code. The same seed gives the same run, request by request.

pub mod clock;
pub mod executor;
pub mod fault;
pub mod oracle;
pub mod planted;
pub mod programme;
pub mod report;
pub mod run;
pub mod wire;
pub mod workload;
