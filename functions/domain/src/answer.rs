//! A member answers a survey: once, whatever she says.
//!
//! What it never does: see what was written in words. Scores and choices stand in the entry, under the member's
//! number; words are personal data, kept apart by the store in the same transaction.

use crate::decision::{Decision, Draw};
use crate::enrol::remember;
use crate::entry::{Change, Given};
use crate::history::{counters, happenings};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Answer, Snapshot};
use crate::rules::award::award_with;
use dsl::effect::Effect;
use dsl::event::{Event, FieldValue};
use dsl::plan::Rulebook;
use dsl::survey::Survey;
use dsl::units::MICRO;

/// Decides an answer. Refused after the token's time, for a member whose earning is frozen, and where the programme
/// has no such survey any more; none of these is recorded: she may answer later.
pub fn answer(snapshot: &Snapshot, request: &Answer, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let (stamp, name) = (&request.stamp, &request.survey);
    let survey = find(name, rulebook).ok_or_else(|| Refusal::SurveyUnknown { survey: name.clone() })?;
    if request.expires_at <= stamp.now {
        return Err(Refusal::SurveyTokenExpired { expired_at: request.expires_at });
    }
    let mut draft = Draft::open(snapshot, stamp.now, rulebook)?;
    draft.after_enrolment(stamp.occurred_at)?;
    if draft.book.state.standing.earning_frozen {
        return Err(Refusal::EarningFrozen);
    }
    let event = Event {
        kind: survey.kind(),
        at: stamp.occurred_at,
        channel: None,
        store: None,
        lines: Vec::new(),
        fields: survey.event_fields(&request.answers),
    };
    let kept = survey.kept_tags(&request.answers).into_iter().map(Effect::Tag).collect();
    let award = award_with(&mut draft, snapshot, &event, kept)?;
    remember(&mut draft, &award, stamp.occurred_at);
    happenings::note(&mut draft.book.state, &event.kind, stamp.occurred_at, rulebook);
    let class = survey.class(&request.answers);
    draft.draws.push(Draw {
        counter: counter(survey, class.map(dsl::survey::Class::word)),
        amount: 1,
        most: None,
    });
    let change = Change::Answered {
        survey: name.clone(),
        class: class.map(|class| class.word().to_owned()),
        answers: request.answers.iter().map(|(question, answer)| (question.clone(), given(answer))).collect(),
        award,
    };
    draft.seal(stamp, Reference::survey(name), change)
}

/// A survey of the rulebook.
pub fn find<'r>(name: &str, rulebook: &'r Rulebook) -> Option<&'r Survey> {
    rulebook.programme().surveys.iter().find(|survey| survey.name == name)
}

/// The counter of answers of a class; of all answers, where the survey has no classes.
pub fn counter(survey: &Survey, class: Option<&str>) -> String {
    format!("survey:{}/{}", survey.name, class.unwrap_or("answered"))
}

/// Programme-wide counters to load before deciding.
pub fn needed_counters(name: &str, rulebook: &Rulebook) -> Vec<String> {
    find(name, rulebook).map_or_else(Vec::new, |survey| counters::of_rules(&survey.kind(), rulebook))
}

fn given(answer: &FieldValue) -> Given {
    match answer {
        FieldValue::Number(micro) => Given::Number(micro.div_euclid(MICRO)),
        FieldValue::Money(minor) => Given::Number(*minor),
        FieldValue::Text(choice) => Given::Choice(choice.clone()),
        FieldValue::Truth(truth) => Given::Truth(*truth),
    }
}
