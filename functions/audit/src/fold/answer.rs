//! Answers to surveys: those that were asked for, in range, of the class that follows from them, counted once.

use super::{Context, Fold};
use crate::checks::Invariant;
use domain::entry::{Award, Entry, Given, TierChange};
use domain::state::State;
use dsl::survey::{CLASS, Classed, QuestionKind, Survey};
use std::collections::BTreeSet;

impl Fold {
    /// An answer, and what it earned.
    pub(super) fn answered(
        &mut self,
        entry: &Entry,
        (name, class, answers): (&str, Option<&str>, &[(String, Given)]),
        award: &Award,
        stored: &State,
        cx: &mut Context<'_>,
    ) -> Option<TierChange> {
        let rulebook = cx.rulebook;
        let survey = rulebook.programme().surveys.iter().find(|survey| survey.name == name);
        let asked: BTreeSet<&String> = answers.iter().map(|(question, _)| question).collect();
        let fits = survey.is_some_and(|survey| {
            asked.len() == answers.len()
                && answers.iter().all(|(question, answer)| in_range(survey, question, answer))
        });
        cx.checks
            .expect(Invariant::Award, fits, || format!("no answers to the survey `{name}`: {answers:?}"));
        let own = survey.and_then(|survey| class_of(survey, answers));
        cx.checks.equal(Invariant::Award, "the class of an answer", &class, &own);
        cx.counters.drawn(cx.tenant, &format!("survey:{name}/{}", class.unwrap_or("answered")), 1, None);
        let kept: Vec<String> = survey.map_or_else(Vec::new, |survey| kept(survey, class, answers));
        let tagged = kept.iter().all(|tag| award.effects.contains(&dsl::effect::Effect::Tag(tag.clone())));
        cx.checks.expect(Invariant::Award, tagged, || format!("not all of {kept:?} was kept"));
        let rose = self.earned_with(entry, award, &kept, stored, cx);
        self.happened(&format!("{name}.answered"), entry, cx.rulebook);
        rose
    }
}

fn in_range(survey: &Survey, question: &str, answer: &Given) -> bool {
    let asked = survey.questions.iter().find(|asked| asked.name == question).map(|asked| &asked.kind);
    match (asked, answer) {
        (Some(QuestionKind::Number { from, to }), Given::Number(number)) => from <= number && number <= to,
        (Some(QuestionKind::OneOf(words)), Given::Choice(word)) => words.contains(word),
        (Some(QuestionKind::Truth), Given::Truth(_)) => true,
        _ => false,
    }
}

/// 9 and 10 promote, 7 and 8 are passive, the rest detract; of five, 4 and 5 are satisfied, 3 is neutral.
fn class_of(survey: &Survey, answers: &[(String, Given)]) -> Option<&'static str> {
    let classed = survey.classed?;
    let (Classed::Nps(at) | Classed::Csat(at)) = classed;
    let asked = &survey.questions.get(at)?.name;
    let number = answers.iter().find_map(|(question, answer)| match answer {
        Given::Number(number) if question == asked => Some(*number),
        _ => None,
    })?;
    Some(match (classed, number) {
        (Classed::Nps(_), 9 | 10) => "promoter",
        (Classed::Nps(_), 7 | 8) => "passive",
        (Classed::Nps(_), _) => "detractor",
        (Classed::Csat(_), 4 | 5) => "satisfied",
        (Classed::Csat(_), 3) => "neutral",
        (Classed::Csat(_), _) => "dissatisfied",
    })
}

fn kept(survey: &Survey, class: Option<&str>, answers: &[(String, Given)]) -> Vec<String> {
    let said = |name: &str| {
        let answer = answers.iter().find(|(question, _)| question == name).map(|(_, answer)| answer);
        match answer {
            None if name == CLASS => class.map(str::to_owned),
            None => None,
            Some(Given::Number(number)) => Some(number.to_string()),
            Some(Given::Choice(word)) => Some(word.clone()),
            Some(Given::Truth(truth)) => Some(if *truth { "yes" } else { "no" }.to_owned()),
        }
    };
    let kept = survey.keeps.iter().filter_map(|name| Some((name, said(name)?)));
    kept.map(|(name, said)| format!("{}.{name}.{said}", survey.name)).collect()
}
