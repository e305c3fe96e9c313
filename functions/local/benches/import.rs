//! Rows per second of an import, through the same handlers and store, into the embedded DynamoDB on disk; beside it
//! the second run of the same file, which only reads. The history is made here, the same every time.
//!
//! `cargo bench -p merit --bench import`

use merit_local::import::{Options, run};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

const MEMBERS: usize = 200;
const ROWS: usize = 6_000;

fn main() {
    // `cargo test` starts benches too, to see that they start: nothing to measure then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = std::env::temp_dir().join(format!("merit-bench-import-{}", std::process::id()));
    let measured = measure(&folder);
    let _ = std::fs::remove_dir_all(&folder);
    match measured {
        Ok((first, second)) => println!(
            "import: {first:.0} rows/s; the same file again, reading only: {second:.0} rows/s ({:.2} x)",
            second / first
        ),
        Err(wrong) => {
            eprintln!("{wrong}");
            std::process::exit(1);
        }
    }
}

/// Rows per second of the first and of the second run.
fn measure(folder: &Path) -> Result<(f64, f64), String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let file = folder.join("history.csv");
    std::fs::write(&file, history()).map_err(|error| error.to_string())?;
    let rules = folder.join("rules.merit");
    std::fs::write(&rules, include_str!("../../../dsl/examples/imports.merit"))
        .map_err(|error| error.to_string())?;
    let options = Options {
        file,
        rules,
        data: Some(folder.join("data")),
        fresh: false,
        tenant: "demo".to_owned(),
        in_flight: 8,
        progress: false,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let timed = |unchanged: bool| {
        let began = Instant::now();
        let finished = runtime.block_on(run(options.clone()))?;
        if !finished.complete || finished.unchanged != unchanged {
            return Err(format!("the import did not go as it must:\n{}", finished.text));
        }
        let rows = f64::from(u32::try_from(ROWS).map_err(|error| error.to_string())?);
        Ok(rows / began.elapsed().as_secs_f64())
    };
    Ok((timed(false)?, timed(true)?))
}

/// Purchases of four lines, spread over a year, with a return for every fiftieth.
fn history() -> String {
    let mut csv = String::from(
        "event_id,member_id,occurred_at,amount_minor,currency,quantity,category,sku,store,kind\n",
    );
    for row in 0..ROWS {
        let (purchase, line) = (row / 4, row % 4);
        let member = purchase % MEMBERS;
        let (month, day, hour) = (1 + purchase * 12 / (ROWS / 4), 1 + purchase % 28, 8 + purchase % 12);
        let returned = purchase >= MEMBERS && purchase % 50 == 0 && line == 3;
        let (sku, kind) = (format!("K{line}"), if returned { "return" } else { "purchase" });
        let _ = writeln!(
            csv,
            "{purchase}-{line:04},{member},2024-{month:02}-{day:02}T{hour:02}:15:00,{},GBP,1,,{sku},,{kind}",
            500 + 250 * line
        );
    }
    csv
}
