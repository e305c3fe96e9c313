//! `merit simulate CANDIDATE --history FILE|--ledger DIR|--dump FILE [--against RULES]`

use super::past::Past;
use super::{Found, complain, say};
use crate::simulate::{self, Options};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The rules to try: a file, or a folder whose files are one programme.
    candidate: PathBuf,
    #[command(flatten)]
    past: Past,
    /// The rules in force, to compare with.
    #[arg(long, value_name = "RULES")]
    against: Option<PathBuf>,
    /// End with 1 when the candidate gives more points than this beyond the rules in force: `5%`, `0%`, `2.5%`.
    #[arg(long, value_name = "PERCENT", requires = "against", value_parser = percent, allow_hyphen_values = true)]
    at_most: Option<i64>,
    /// Write one HTML page with charts.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Print JSON in place of the table.
    #[arg(long)]
    json: bool,
    /// Threads; the result is the same. By default one for each processor.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let source = arguments.past.source().ok_or("name a --history, a --ledger or a --dump")?;
    let options = Options {
        candidate: arguments.candidate,
        against: arguments.against,
        source,
        at_most: arguments.at_most,
        threads: arguments.threads.map_or_else(processors, usize::from),
        progress: !arguments.quiet,
    };
    let simulated = match simulate::run(&options).await? {
        Ok(simulated) => simulated,
        Err(wrong) => {
            complain(&wrong);
            return Ok(Found::Problems);
        }
    };
    if let Some(page) = &arguments.page {
        std::fs::write(page, simulated.page())
            .map_err(|error| format!("{}: cannot be written: {error}", page.display()))?;
    }
    say(&if arguments.json { simulated.json()? } else { simulated.text() });
    Ok(Found::problems(!simulated.keeps_threshold()))
}

/// Hundredths of a percent.
fn percent(text: &str) -> Result<i64, String> {
    let wrong = || "write it as `5%` or `2.5%`".to_owned();
    let number = text.strip_suffix('%').ok_or_else(wrong)?.trim();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    if unsigned.is_empty() || unsigned.len() > 6 || !digits(unsigned) || part.len() > 2 || !digits(part) {
        return Err(wrong());
    }
    let hundredths: i64 = format!("{unsigned}{part:0<2}").parse().map_err(|_| wrong())?;
    Ok(if whole.starts_with('-') { -hundredths } else { hundredths })
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percentages_are_exact() {
        for (text, hundredths) in [("5%", 500), ("2.5%", 250), ("0.05%", 5), ("-3%", -300), ("-0.5%", -50)] {
            assert_eq!(percent(text), Ok(hundredths), "{text}");
        }
        for text in ["5", "%", "1.234%", "a%", "--1%", "1 000%", "+1%", "9999999%"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
