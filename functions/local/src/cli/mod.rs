//! The command line: one file per subcommand. Exit codes: 0 fine, 1 problems found, 2 it could not be done.

mod audit;
mod bound;
mod check;
mod diff;
mod explain;
mod fmt;
mod highlight;
mod import;
mod join;
mod lsp;
mod occasion;
mod past;
mod preview;
mod replay;
mod run;
mod serve;
mod simulate;
mod split;
mod tail;
mod test;

use crate::serve::host_clock;
use clap::{Parser, Subcommand};
use dsl::units::Moment;
use std::ffi::OsString;
use std::future::Future;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// A loyalty engine: your programme is a file, your points are a ledger.
#[derive(Parser)]
#[command(name = "merit", version, max_term_width = 100, args_conflicts_with_subcommands = true)]
struct Merit {
    #[command(subcommand)]
    command: Option<Command>,
    /// Without a command, the server starts.
    #[command(flatten)]
    serve: serve::Arguments,
}

#[derive(Subcommand)]
enum Command {
    /// Start the local server (also when no command is given).
    Serve(serve::Arguments),
    /// Find the mistakes in rule files.
    Check(check::Arguments),
    /// Format rule files.
    Fmt(fmt::Arguments),
    /// Print the rule files of a folder as the one text that is uploaded.
    Join(join::Arguments),
    /// Write the several files of one text into a folder: the other way of `join`.
    Split(split::Arguments),
    /// Run the tests in rule files.
    Test(test::Arguments),
    /// Say the most that the rules of a file can pay, with events that pay just that.
    Bound(bound::Arguments),
    /// Say which events two versions of a file pay differently; exit code 1 where any does.
    Diff(diff::Arguments),
    /// Say which rules of a file would fire for an event, and why the others would not.
    Explain(explain::Arguments),
    /// Ask a running server what an event would earn a member, under its rules or a candidate file.
    Preview(preview::Arguments),
    /// Serve an editor: the language server, over standard input and output.
    Lsp(lsp::Arguments),
    /// Show a rule file with its words in colours, as a page.
    Highlight(highlight::Arguments),
    /// Send a purchase history through the engine.
    Import(import::Arguments),
    /// Try rules on a purchase history: what they would have given, beside the rules in force.
    Simulate(simulate::Arguments),
    /// Do a scheduled job once: birthdays, or what fell due.
    Run(run::Arguments),
    /// Watch what happens at a running server, one event as a line of JSON.
    Tail(tail::Arguments),
    /// Tell again what happened, from the ledger: printed, or as webhooks.
    Replay(replay::Arguments),
    /// Check a ledger's invariants from its table alone.
    Audit(audit::Arguments),
}

/// What a tool found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// All is well.
    Nothing,
    /// Something a person must mend.
    Problems,
}

impl Found {
    const fn problems(any: bool) -> Self {
        if any { Self::Problems } else { Self::Nothing }
    }
}

/// Runs the command line; arguments include the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let merit = match Merit::try_parse_from(arguments) {
        Ok(merit) => merit,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let outcome = match merit.command.unwrap_or(Command::Serve(merit.serve)) {
        Command::Serve(arguments) => block_on(serve::run(arguments)),
        Command::Check(arguments) => check::run(&arguments),
        Command::Fmt(arguments) => fmt::run(&arguments),
        Command::Join(arguments) => join::run(&arguments),
        Command::Split(arguments) => split::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Bound(arguments) => bound::run(&arguments),
        Command::Diff(arguments) => block_on(diff::run(arguments)),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Preview(arguments) => block_on(preview::run(arguments)),
        Command::Lsp(arguments) => lsp::run(&arguments),
        Command::Highlight(arguments) => highlight::run(&arguments),
        Command::Import(arguments) => block_on(import::run(arguments)),
        Command::Simulate(arguments) => block_on(simulate::run(arguments)),
        Command::Run(arguments) => block_on(run::run(arguments)),
        Command::Tail(arguments) => block_on(tail::run(arguments)),
        Command::Replay(arguments) => block_on(replay::run(arguments)),
        Command::Audit(arguments) => block_on(audit::run(arguments)),
    };
    match outcome {
        Ok(Found::Nothing) => ExitCode::SUCCESS,
        Ok(Found::Problems) => ExitCode::from(1),
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}

fn block_on(future: impl Future<Output = Result<Found, String>>) -> Result<Found, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| format!("cannot start: {error}"))?.block_on(future)
}

/// Prints to standard output; a closed pipe is the reader's decision, not an error.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end());
}

/// Prints to standard error.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "merit: {}", text.trim_end());
}

/// A file's bytes, or a sentence.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: cannot be read: {error}", path.display()))
}

fn now() -> Moment {
    host_clock()()
}
