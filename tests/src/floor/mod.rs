//! The floors a story is played on: the domain alone, the handlers over the store, the function binary over HTTP.
//! Every floor answers the same steps in the same words.

pub mod function;
pub mod http;
mod jobs;
mod play;
pub mod pure;
pub mod served;

pub use play::{Floor, play};
