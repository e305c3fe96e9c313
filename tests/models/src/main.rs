//! Searches the models at their large scope and prints a line for each, planted bugs included. Fails when a protocol
//! is broken, when a state that must occur never did, and when a planted bug was not found.
//!
//! `cargo run --release -p models`

use models::{Scope, planted, protocols};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut right = true;
    for found in protocols(Scope::Large).into_iter().chain(planted()) {
        println!("{found}");
        right &= found.is_right();
    }
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
