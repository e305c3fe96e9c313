//! Every story, on every floor and under every fault plan: one transcript, byte for byte, as the story expects.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::floor::function::Functions;
use tests::floor::pure::Pure;
use tests::floor::served::{Plan, Served};
use tests::floor::{Floor, play};
use tests::story::{self, Story};
use tests::world::World;

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

/// What was played.
#[derive(Default)]
struct Played {
    stories: usize,
    steps: usize,
    lost: u32,
}

/// Plays every story on a floor of its own, several at a time in one table, holds its transcript against the
/// domain's, and audits the table they leave behind. Jobs visit all merchants: a story with jobs has its own table.
fn compare(start: impl Fn(&World, &Story) -> Result<Box<dyn Floor>, String> + Sync) -> Played {
    let stories = stories();
    let world = World::start().unwrap();
    let (next, played, wrong) = (AtomicUsize::new(0), Mutex::new(Played::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((name, story)) = stories.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let own = story.has_jobs().then(|| World::start().unwrap());
                    let (one, mut failures) =
                        compare_one(name, story, || start(own.as_ref().unwrap_or(&world), story));
                    failures.extend(own.and_then(|own| own.audit().err()).map(|e| format!("{name}: {e}")));
                    let mut all = played.lock().unwrap();
                    all.stories += one.stories;
                    all.steps += one.steps;
                    all.lost += one.lost;
                    wrong.lock().unwrap().extend(failures);
                }
            });
        }
    });
    let (played, wrong) = (played.into_inner().unwrap(), wrong.into_inner().unwrap());
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    // one story may have been asked for, and that may have a table of its own
    let audited = if stories.iter().all(|(_, story)| story.has_jobs()) {
        "no table is shared".to_owned()
    } else {
        world.audit().unwrap_or_else(|e| panic!("{e}"))
    };
    let Played { stories, steps, lost } = played;
    println!("{stories} stories, {steps} steps, {lost} answers lost: one transcript; {audited}");
    played
}

fn compare_one(
    name: &str,
    story: &Story,
    start: impl Fn() -> Result<Box<dyn Floor>, String>,
) -> (Played, Vec<String>) {
    let (expected, _) = play(story, &mut Pure::default());
    let mut floor = match start() {
        Ok(floor) => floor,
        Err(error) => return (Played::default(), vec![format!("{name}: {error}")]),
    };
    let (transcript, failures) = play(story, floor.as_mut());
    let mut wrong = Vec::new();
    // Where the transcripts agree, what the story expects is the domain's test.
    if transcript != expected {
        wrong.extend(failures.into_iter().map(|failure| format!("{name}: {failure}")));
        if transcript.len() != expected.len() {
            wrong.push(format!("{name}: {} of {} steps", transcript.len(), expected.len()));
        }
    }
    for (ours, domains) in transcript.iter().zip(&expected) {
        if ours != domains {
            wrong.push(format!(
                "{name}: transcripts differ\n  {}: {ours}\n  the domain: {domains}",
                floor.name()
            ));
        }
    }
    (Played { stories: 1, steps: transcript.len(), lost: floor.lost() }, wrong)
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
    assert_eq!(story::JOBS, handlers::jobs::JOBS);
    compare(|world, _| Ok(Box::new(Served::start(world, Plan::Calm)?)));
}

#[test]
fn on_the_handlers_with_every_request_sent_twice() {
    compare(|world, _| Ok(Box::new(Served::start(world, Plan::Twice)?)));
}

#[test]
fn on_the_handlers_with_every_write_carried_out_and_its_answer_lost() {
    let played = compare(|world, _| Ok(Box::new(Served::start(world, Plan::LostOnce)?)));
    assert!(played.lost >= 2, "nothing was lost");
}

#[test]
fn on_the_handlers_with_no_answer_to_any_write() {
    let played = compare(|world, _| Ok(Box::new(Served::start(world, Plan::LostAlways)?)));
    assert!(played.lost >= 6, "nothing was lost");
}

#[test]
fn over_http_on_the_real_function_binary() {
    compare(|world, story| Ok(Box::new(Functions::start(world, story)?)));
}
