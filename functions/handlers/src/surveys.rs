//! `/v1/surveys/{name}`: a survey and what came of it; a token for a member; her answer.
//!
//! The answer comes from the member herself: its route is public, and its token is the authorization. What is answered
//! to her says what she earned and what she is asked next, and nothing else of her, of her class, or of cases.

use crate::App;
use crate::as_of::{as_of, standing};
use crate::http::body::{Sheet, token_of};
use crate::http::call::{Call, Commit};
use crate::http::claims::Claims;
use crate::http::fields::read_field;
use crate::http::problem::{Problem, Reply, refused};
use crate::http::respond::Answer;
use crate::http::shape::{Wrongs, below, shorten};
use crate::shapes::surveys::{ANSWER, TOKEN};
use crate::survey_token::Token;
use domain::answer::{answer, counter, find, needed_counters};
use domain::ids::{MemberId, Reference};
use domain::refusal::Refusal;
use domain::request;
use dsl::effect::Effect;
use dsl::event::FieldValue;
use dsl::model::FieldKind;
use dsl::nearest::nearest;
use dsl::plan::Rulebook;
use dsl::survey::{Class, QuestionKind, Survey};
use dsl::units::{MICRO, Moment};
use lambda_http::Request;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::profile::ProfileWrite;
use store::words::Written;

/// The longest answer in words, in characters.
pub(crate) const WORDS_MAX: usize = 2_000;

fn unknown(name: &str, rulebook: &Rulebook) -> Box<Problem> {
    refused(&Refusal::SurveyUnknown { survey: name.to_owned() }, rulebook)
}

/// `GET /v1/surveys/{name}`: what it asks, and what was answered so far.
pub(crate) async fn survey(call: &Call<'_>) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let survey = find(&call.id, &rulebook).ok_or_else(|| unknown(&call.id, &rulebook))?;
    let classes: Vec<Option<Class>> =
        survey.classed.map_or_else(|| vec![None], |classed| classed.classes().map(Some).to_vec());
    let counters: Vec<String> = classes.iter().map(|class| counter(survey, class.map(Class::word))).collect();
    let counted = call.app.store.counted(&call.claims.tenant, &counters).await?;
    let counts: Vec<i64> =
        counters.iter().map(|counter| counted.get(counter).copied().unwrap_or(0)).collect();
    let by_class = classes
        .iter()
        .zip(&counts)
        .filter_map(|(class, count)| class.map(|class| json!({"class": class.word(), "answers": count})));
    let score = match (survey.classed, counts.as_slice()) {
        (Some(how), [best, middle, worst]) => how.score_hundredths([*best, *middle, *worst]),
        _ => None,
    };
    let questions = survey.questions.iter().map(|question| {
        let (kind, from, to, choices) = match &question.kind {
            QuestionKind::Number { from, to } => ("number", Some(*from), Some(*to), &[][..]),
            QuestionKind::OneOf(choices) => ("one_of", None, None, choices.as_slice()),
            QuestionKind::Truth => ("truth", None, None, &[][..]),
            QuestionKind::Text => ("text", None, None, &[][..]),
        };
        json!({"name": question.name, "kind": kind, "from": from, "to": to, "choices": choices})
    });
    Ok(Answer::ok(json!({
        "survey": survey.name,
        "label": survey.label,
        "rulebook": rulebook.id(),
        "questions": questions.collect::<Value>(),
        "classed_by": survey.classing().map(|question| question.name.as_str()),
        "answers": counts.iter().fold(0_i64, |sum, count| sum.saturating_add(*count)),
        "by_class": by_class.collect::<Value>(),
        "score_hundredths": score,
    })))
}

#[derive(Deserialize)]
struct Asked {
    member_id: MemberId,
    expires_at: Option<Moment>,
}

/// `POST /v1/surveys/{name}/tokens`: derived, so that nothing is written; the same until the same moment.
pub(crate) async fn token(call: &Call<'_>) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let survey = find(&call.id, &rulebook).ok_or_else(|| unknown(&call.id, &rulebook))?;
    let mut sheet = Sheet::read(call, &TOKEN)?;
    let latest = rulebook.zone().plus(call.now, survey.within);
    let wanted = sheet.get("expires_at").and_then(Value::as_i64).map(Moment);
    if wanted.is_some_and(|at| at <= call.now) {
        sheet.wrong("/expires_at", "too_old", "is past; send a moment to come, or nothing");
    }
    if wanted.is_some_and(|at| at > latest) {
        let detail = format!(
            "is too late: the survey is answered within {}; send at most {}",
            survey.within,
            rulebook.zone().show(latest)
        );
        sheet.wrong("/expires_at", "too_late", detail);
    }
    let Asked { member_id, expires_at } = sheet.close()?;
    call.about(&member_id);
    match as_of(call, &member_id, Moment(i64::MAX)).await? {
        None => return Err(refused(&Refusal::MemberUnknown, &rulebook)),
        Some((_, state)) if state.standing.erased => return Err(refused(&Refusal::MemberErased, &rulebook)),
        Some(_) => {}
    }
    let token = Token {
        tenant: call.claims.tenant.clone(),
        survey: survey.name.clone(),
        member: member_id,
        expires_at: expires_at.unwrap_or(latest),
    };
    Ok(Answer::created(
        json!({
            "survey": token.survey,
            "member_id": token.member.as_str(),
            "token": token.write(&call.app.secret),
            "expires_at": rulebook.zone().show(token.expires_at),
        }),
        false,
    ))
}

/// Who answers: whom the token names, if it is one of ours and for this survey.
pub(crate) fn claims(app: &App, survey: &str, request: &Request) -> Reply<Claims> {
    let token = verified(app, survey, &token_of(request)?)?;
    Ok(Claims { tenant: token.tenant, roles: BTreeSet::new(), subject: "survey".to_owned() })
}

fn verified(app: &App, survey: &str, text: &str) -> Reply<Token> {
    Token::read(text, &app.secret).filter(|token| token.survey == survey).ok_or_else(|| {
        let detail =
            "the token is not one for this survey; ask for another with POST /v1/surveys/{name}/tokens";
        Problem::new(403, "survey.token_invalid", "The token is not valid", detail)
    })
}

#[derive(Deserialize)]
struct Body {}

/// `POST /v1/surveys/{name}/answers`: parse, load, evaluate, commit, respond; entry, words and count in one transaction.
pub(crate) async fn answer_survey(call: &Call<'_>) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let token = verified(call.app, &call.id, &token_of(call.request)?)?;
    let survey = find(&call.id, &rulebook).ok_or_else(|| unknown(&call.id, &rulebook))?;
    let mut sheet = Sheet::read(call, &ANSWER)?.about(&token.member);
    let given = sheet.get("answers").cloned();
    let (answers, words) = read(survey, given.as_ref(), &rulebook, sheet.wrongs());
    // What was written in words is never in the ledger, not even hashed: a repeat with other words is told by them.
    let said: BTreeMap<&String, Value> = answers.iter().map(|(name, value)| (name, plain(value))).collect();
    let (Body {}, stamp) =
        sheet.stamped_by::<Body>(|_| json!({"member": token.member.as_str(), "answers": said}))?;
    let request =
        request::Answer { stamp, survey: survey.name.clone(), expires_at: token.expires_at, answers };
    let written = Written { survey: survey.name.clone(), words };

    let counters = needed_counters(&survey.name, &rulebook);
    let mut commit =
        Commit::of(Reference::survey(&survey.name), &request.stamp, &rulebook, counters).by_rules(call);
    commit.profile = (!written.words.is_empty()).then_some(ProfileWrite::Words(&written));
    let applied = match call.commit(commit, |snapshot| answer(snapshot, &request, &rulebook)).await {
        Err(problem) if problem.code == "key_reused" => {
            return Err(refused(&Refusal::SurveyAnswered, &rulebook));
        }
        applied => applied?,
    };
    if applied.found {
        let kept = call.app.store.words_of(&token.tenant, &token.member, &survey.name).await?;
        let same = kept.as_ref().map_or(written.words.is_empty(), |kept| *kept == written);
        // Words that went with a merge or an erasure can hold no repeat to them; of who was erased nothing is told.
        let gone = if kept.is_none() { standing(call, &token.member).await? } else { None };
        match gone {
            Some(standing) if standing.erased => return Err(refused(&Refusal::MemberErased, &rulebook)),
            Some(standing) if standing.merges.into.is_some() => {}
            _ if same => {}
            _ => return Err(refused(&Refusal::SurveyAnswered, &rulebook)),
        }
    }
    let prompts = applied.entry.change.effects().filter_map(|effect| match effect {
        Effect::Prompt(prompt) => Some(prompt.word()),
        _ => None,
    });
    let points = applied.entry.change.awards().fold(0_i64, |sum, award| sum.saturating_add(award.points));
    Ok(Answer::created(
        json!({"survey": survey.name, "points": points, "prompts": prompts.collect::<Vec<_>>()}),
        applied.replayed,
    ))
}

/// Answers, and what was written in words, by question.
fn read(
    survey: &Survey,
    given: Option<&Value>,
    rulebook: &Rulebook,
    wrongs: &mut Wrongs,
) -> (BTreeMap<String, FieldValue>, BTreeMap<String, String>) {
    let (mut answers, mut words) = (BTreeMap::new(), BTreeMap::new());
    for (name, value) in given.and_then(Value::as_object).into_iter().flatten() {
        let pointer = below("/answers", name);
        let Some(question) = survey.question(name) else {
            let known = survey.questions.iter().map(|q| q.name.as_str());
            let hint = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its questions are: {}", known.collect::<Vec<_>>().join(", ")),
            };
            wrongs.add(
                pointer,
                "unknown_field",
                format!("`{}` has no question `{}`; {hint}", survey.name, shorten(name)),
            );
            continue;
        };
        let kind = match &question.kind {
            QuestionKind::Text => {
                match in_words(value) {
                    Ok(said) => {
                        words.insert(name.clone(), said);
                    }
                    Err((code, detail)) => wrongs.add(pointer, code, detail),
                }
                continue;
            }
            QuestionKind::Number { .. } => FieldKind::Number,
            QuestionKind::OneOf(choices) => FieldKind::OneOf(choices.clone()),
            QuestionKind::Truth => FieldKind::Truth,
        };
        match (read_field(&kind, value, rulebook), &question.kind) {
            (Ok(FieldValue::Number(micro)), QuestionKind::Number { from, to })
                if micro % MICRO != 0 || !(*from..=*to).contains(&(micro / MICRO)) =>
            {
                wrongs.add(
                    pointer,
                    "out_of_range",
                    format!("is out of range; send a whole number from {from} to {to}"),
                );
            }
            (Ok(value), _) => {
                answers.insert(name.clone(), value);
            }
            (Err((code, detail)), _) => wrongs.add(pointer, code, detail),
        }
    }
    if let Some(classing) = survey.classing()
        && !answers.contains_key(&classing.name)
        && wrongs.silent_on(&below("/answers", &classing.name))
    {
        wrongs.add(below("/answers", &classing.name), "missing", "is missing: every answer has it");
    }
    if answers.is_empty() && words.is_empty() && wrongs.none() {
        wrongs.add("/answers", "nothing", "answers nothing; send at least one answer");
    }
    (answers, words)
}

/// What was written, line breaks and all; no other control characters.
fn in_words(value: &Value) -> Result<String, (&'static str, String)> {
    let Value::String(text) = value else {
        return Err(("wrong_type", "is no text; send text".to_owned()));
    };
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(("control_characters", "has control characters; send plain text".to_owned()));
    }
    if text.chars().count() > WORDS_MAX {
        return Err(("too_long", format!("is too long; send at most {WORDS_MAX} characters")));
    }
    if text.trim().is_empty() {
        return Err(("too_short", "is empty; send what was written, or nothing".to_owned()));
    }
    Ok(text.clone())
}

fn plain(value: &FieldValue) -> Value {
    match value {
        FieldValue::Number(micro) => json!(micro),
        FieldValue::Money(minor) => json!(minor),
        FieldValue::Text(choice) => json!(choice),
        FieldValue::Truth(truth) => json!(truth),
    }
}
