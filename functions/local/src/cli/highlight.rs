//! `merit highlight FILE`

use super::{Found, say};
use crate::folder::{self, Rules};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A rule file, or a folder of them; it need not be in order.
    file: PathBuf,
    /// Only the piece to put into a page of your own, without the page and its colours.
    #[arg(long)]
    fragment: bool,
}

/// The colours of a page, in light and in dark.
const STYLE: &str = include_str!("highlight.css");

pub(super) fn run(arguments: &Arguments) -> Result<Found, String> {
    let Rules { name, text } = folder::read(&arguments.file)?;
    let source = String::from_utf8(text).map_err(|_| format!("{name}: not a text file (it is not UTF-8)"))?;
    let piece = dsl::editor::html(&source);
    if arguments.fragment {
        say(&piece);
        return Ok(Found::Nothing);
    }
    let name = arguments.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let title = name.replace('&', "&amp;").replace('<', "&lt;");
    say(&format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{piece}</body>\n</html>"
    ));
    Ok(Found::Nothing)
}
