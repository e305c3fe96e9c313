//! A slice of a real purchase history through the importer, the handlers and the store, and the auditor over what it
//! leaves: where the data lie beside the repository (`../shared/data`, or `MERIT_DATA`); it is never part of it.

use flate2::read::GzDecoder;
use merit_local::import::{self, Options};
use merit_local::table::Table;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use tests::world::audit;

/// Every so manieth member's whole history is read, returns and all: some 2 000 rows.
const MEMBERS: u64 = 47;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn history() -> Option<PathBuf> {
    let data = std::env::var_os("MERIT_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let file = data.join("online_retail/purchases_dev.csv.gz");
    file.is_file().then_some(file)
}

/// By the member's number, the second column.
fn is_chosen(line: &str) -> bool {
    line.split(',').nth(1).and_then(|member| member.parse::<u64>().ok()).is_some_and(|n| n % MEMBERS == 3)
}

#[test]
fn a_slice_of_a_real_shop_leaves_a_sound_ledger_and_a_second_run_changes_nothing() {
    let Some(file) = history() else {
        println!("no real data beside the repository: nothing was imported");
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("real-data-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let slice = folder.join("slice.csv");
    let mut rows = 0;
    let mut lines = File::create(&slice).unwrap();
    for (number, line) in BufReader::new(GzDecoder::new(File::open(file).unwrap())).lines().enumerate() {
        let line = line.unwrap();
        if number == 0 || is_chosen(&line) {
            writeln!(lines, "{line}").unwrap();
            rows += 1;
        }
    }
    drop(lines);
    assert!((1_000..10_000).contains(&rows), "{rows} rows were chosen");

    let data = folder.join("ledger");
    let options = Options {
        file: slice,
        rules: root().join("dsl/examples/imports.merit"),
        data: Some(data.clone()),
        fresh: false,
        tenant: "shop".to_owned(),
        in_flight: 8,
        progress: false,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let first = runtime.block_on(import::run(options.clone())).unwrap();
    println!("{}", first.text);
    assert!(!first.unchanged, "the first run wrote nothing");
    let second = runtime.block_on(import::run(options)).unwrap();
    assert!(second.unchanged, "the second run wrote something:\n{}", second.text);

    let audited = runtime.block_on(async {
        let table = Table::open(Some(&data)).await.unwrap();
        audit(&table.store).await
    });
    println!("{}", audited.unwrap_or_else(|e| panic!("{e}")));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_nps_of_a_real_survey_is_the_published_one() {
    let data = std::env::var_os("MERIT_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let Ok(file) = File::open(data.join("nps_verbatim/surveys.csv.gz")) else {
        println!("no real data beside the repository: nothing was counted");
        return;
    };
    let nps = dsl::survey::Classed::Nps(0);
    let mut counts = [0; 3];
    for line in BufReader::new(GzDecoder::new(file)).lines().skip(1) {
        let line = line.unwrap();
        let mut columns = line.split(',').skip(3);
        let (score, label) = (columns.next().unwrap(), columns.next().unwrap());
        let Ok(score) = score.parse() else { continue };
        let class = nps.class(score);
        assert_eq!(class.word(), label.to_lowercase(), "{line}");
        counts[nps.classes().iter().position(|known| *known == class).unwrap()] += 1;
    }
    assert_eq!(counts.iter().sum::<i64>(), 2_353, "answers with a score");
    assert_eq!(nps.score_hundredths(counts), Some(-2_469), "promoters less detractors");
}
