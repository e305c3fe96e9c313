//! What judges a run beside the auditor and the wire: what clients saw, a naive model of the ledger, the calendar, and
//! a search for personal data.
//!
//! What it never does: share code with the domain or the auditor. Entries are read as the JSON they are stored as.

pub mod calendar;
pub mod events;
pub mod history;
pub mod model;
pub mod personal;
pub mod states;
pub mod uploads;
