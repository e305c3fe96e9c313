//! Every story of the project on the domain alone: where a change of the domain is noticed first.
//!
//! The stories and how they are read are those of the room of tests, which plays them on the other floors too.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a part of what the room of tests has is used here; a test that meets what it does not expect should stop"
)]

#[path = "../../../../tests/src/clock.rs"]
mod clock;
mod floor;
#[path = "../../../../tests/src/story/mod.rs"]
mod story;
#[path = "../../../../tests/src/transcript.rs"]
mod transcript;

use floor::{play, pure::Pure};

/// Plays the stories whose number has this rest by four: a failure is found in the quarter of the time.
fn quarter(rest: usize) {
    let (mut wrong, files) = (Vec::new(), story::files().unwrap());
    assert!(files.len() >= 35, "{} stories", files.len());
    for path in files.iter().skip(rest).step_by(4) {
        let story = story::load(path).unwrap_or_else(|error| panic!("{error}"));
        let (transcript, failures) = play(&story, &mut Pure::default());
        assert!(!transcript.is_empty(), "{}", path.display());
        wrong.extend(failures.into_iter().map(|failure| format!("{}: {failure}", path.display())));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn stories_of_the_first_quarter() {
    quarter(0);
}

#[test]
fn stories_of_the_second_quarter() {
    quarter(1);
}

#[test]
fn stories_of_the_third_quarter() {
    quarter(2);
}

#[test]
fn stories_of_the_last_quarter() {
    quarter(3);
}
