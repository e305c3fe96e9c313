//! `merit lsp`

use super::Found;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Speak over standard input and output: the only way there is, and what editors add by themselves.
    #[arg(long)]
    stdio: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Found, String> {
    let Arguments { stdio: _ } = arguments;
    let orderly = crate::lsp::serve().map_err(|error| format!("cannot start: {error}"))?;
    Ok(Found::problems(!orderly))
}
