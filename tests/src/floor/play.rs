//! A floor, and how a story is played on it. It knows no room but what the steps and answers are made of.

use crate::story::{Act, Action, Step, Story};
use crate::transcript::{self, Answer, Outcome};

/// A place where stories happen.
pub trait Floor {
    /// Its name, for messages.
    fn name(&self) -> String;

    /// Does what a step says, and answers; an error is no refusal but a failure of the floor.
    fn step(&mut self, story: &Story, step: &Step) -> Result<Answer, String>;

    /// Answers of the database that were lost on the way so far, by plan.
    fn lost(&self) -> u32 {
        0
    }
}

/// Plays a story: its transcript, or what was not as expected, each with its line. The transcript is complete either
/// way, as far as the floor answered.
pub fn play(story: &Story, floor: &mut dyn Floor) -> (Vec<String>, Vec<String>) {
    let (mut lines, mut failures) = (Vec::new(), Vec::new());
    for step in &story.steps {
        let mut answer = match floor.step(story, step) {
            Ok(answer) => answer,
            Err(error) => {
                failures.push(format!("line {} on {}: {error}", step.line, floor.name()));
                return (lines, failures);
            }
        };
        let refused = if let Outcome::Refused { code, .. } = &answer.outcome { Some(code) } else { None };
        if let (Action::Publish { rules, .. }, Some(code)) = (&step.action, refused)
            && step.expects.is_empty()
        {
            failures.push(format!("line {} on {}: `{rules}` is refused: {code}", step.line, floor.name()));
            return (lines, failures);
        }
        // Whether a first answer came by a retry is the floor's own affair; a story's repetition must be a replay.
        answer.replayed &= matches!(step.action, Action::Member { act: Act::Repeat { .. }, .. });
        if let (Outcome::Ran(entries), false) = (&answer.outcome, step.expects.is_empty()) {
            // Whoever says what a job does says it of everybody.
            let is_expected = |member: &str| step.expects.iter().any(|e| e.whose.as_deref() == Some(member));
            for (member, entry) in entries.iter().filter(|(member, _)| !is_expected(member)) {
                let (line, name) = (step.line, floor.name());
                failures
                    .push(format!("line {line} on {name}: nobody expected `{}` for {member}", entry.kind));
            }
        }
        let line = transcript::line(step, &answer, &story.wall);
        for expect in &step.expects {
            if let Err(found) = expect.check(&answer, &story.wall) {
                failures.push(format!(
                    "line {} on {}: expected `{}`, found {found}\n    {line}",
                    step.line,
                    floor.name(),
                    expect.text
                ));
            }
        }
        lines.push(line);
    }
    (lines, failures)
}
