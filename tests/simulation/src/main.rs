//! `simulate`: runs seeds and prints what was found.

use simulation::planted::Plant;
use simulation::report;
use simulation::run::Order;
use std::process::ExitCode;

const USAGE: &str = "simulate [--seeds N] [--from SEED] [--operations N] [--seconds N] [--twice] [--traces]
         one run:        simulate --seed SEED [--operations N] [--plant NAME]
         planted bugs:   simulate --planted [--seeds N at most for each] [--operations N]";

struct Options {
    run: report::Seeds,
    planted: bool,
}

fn options() -> Result<Options, String> {
    let order = Order { seed: 1, operations: 80, planted: None };
    let run = report::Seeds { order, seeds: 100, seconds: None, twice: false, traces: false };
    let mut options = Options { run, planted: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or_else(|| format!("{word} what?\n{USAGE}"));
        let number =
            |text: String| text.parse::<u64>().map_err(|_| format!("`{text}` is no number\n{USAGE}"));
        match word.as_str() {
            "--seeds" => options.run.seeds = number(next()?)?,
            "--from" => options.run.order.seed = number(next()?)?,
            "--operations" => options.run.order.operations = number(next()?)?,
            "--seconds" => options.run.seconds = Some(number(next()?)?),
            "--seed" => {
                options.run.order.seed = number(next()?)?;
                (options.run.seeds, options.run.traces) = (1, true);
            }
            "--plant" => {
                let name = next()?;
                options.run.order.planted =
                    Some(Plant::named(&name).ok_or(format!("there is no plant `{name}`"))?);
            }
            "--twice" => options.run.twice = true,
            "--traces" => options.run.traces = true,
            "--planted" => options.planted = true,
            _ => return Err(format!("`{word}`?\n{USAGE}")),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let good = if options.planted {
        report::plants(options.run.order, options.run.seeds)
    } else {
        options.run.print()
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
