//! The floor of the domain alone.

#[path = "../../../../tests/src/floor/play.rs"]
mod play;
#[path = "../../../../tests/src/floor/pure/mod.rs"]
pub mod pure;

pub use play::{Floor, play};
