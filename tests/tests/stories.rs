//! Every story, on every floor and under every fault plan: one transcript, byte for byte, as the story expects.

use std::path::Path;
use tests::floor::function::Functions;
use tests::floor::pure::Pure;
use tests::floor::served::{Plan, Served};
use tests::floor::{Floor, play};
use tests::story::{self, Story};

/// Stories to play: all, or those whose file name contains `MERIT_STORY`.
fn stories() -> Vec<(String, Story)> {
    let only = std::env::var("MERIT_STORY").unwrap_or_default();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let files = story::files().unwrap();
    assert!(files.len() >= 15, "only {} stories", files.len());
    let wanted = files.iter().filter(|path| name(path).contains(&only));
    let told: Vec<_> =
        wanted.map(|path| (name(path), story::load(path).unwrap_or_else(|e| panic!("{e}")))).collect();
    assert!(!told.is_empty(), "no story is named `{only}`");
    told
}

/// Plays every story on a floor, and holds its transcript against the domain's.
fn compare(start: impl Fn() -> Result<Box<dyn Floor>, String>) -> (usize, usize) {
    let mut wrong = Vec::new();
    let (mut played, mut steps) = (0, 0);
    for (name, story) in stories() {
        let (expected, _) = play(&story, &mut Pure::default());
        let mut floor = start().unwrap_or_else(|e| panic!("{e}"));
        let (transcript, failures) = play(&story, floor.as_mut());
        wrong.extend(failures.into_iter().map(|failure| format!("{name}: {failure}")));
        for (ours, domains) in transcript.iter().zip(&expected) {
            if ours != domains {
                wrong.push(format!(
                    "{name}: transcripts differ\n  {}: {ours}\n  the domain: {domains}",
                    floor.name()
                ));
            }
        }
        played += 1;
        steps += transcript.len();
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    (played, steps)
}

#[test]
fn on_the_domain_alone() {
    let mut wrong = Vec::new();
    let shown = std::env::var_os("MERIT_TRANSCRIPTS").is_some();
    for (name, story) in stories() {
        let (transcript, failures) = play(&story, &mut Pure::default());
        wrong.extend(failures.into_iter().map(|failure| format!("{name}: {failure}")));
        if shown {
            println!("== {} ({name})\n{}\n", story.title, transcript.join("\n"));
        }
        assert!(story.steps.iter().any(|step| !step.expects.is_empty()), "{name} expects nothing");
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn on_the_handlers_over_the_store() {
    let (stories, steps) = compare(|| Ok(Box::new(Served::start(Plan::Calm)?)));
    println!("{stories} stories, {steps} steps: the same transcript");
}

#[test]
fn on_the_handlers_with_every_request_sent_twice() {
    compare(|| Ok(Box::new(Served::start(Plan::Twice)?)));
}

#[test]
fn on_the_handlers_with_every_write_carried_out_and_its_answer_lost() {
    compare(|| Ok(Box::new(Served::start(Plan::LostOnce)?)));
}

#[test]
fn on_the_handlers_with_no_answer_to_any_write() {
    compare(|| Ok(Box::new(Served::start(Plan::LostAlways)?)));
}

#[test]
fn over_http_on_the_real_function_binary() {
    let (stories, steps) = compare(|| Ok(Box::new(Functions::start()?)));
    println!("{stories} stories, {steps} steps over the Runtime API: the same transcript");
}
