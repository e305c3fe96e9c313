//! The program `merit`: everything it does is in the library, where tests can reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    merit_local::cli::run(std::env::args_os())
}
