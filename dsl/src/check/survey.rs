//! Surveys: what they ask, and that what is rewarded is the answer, never the score.

use super::condition::{Known, Scope, field_of};
use super::literal::{self, Literals};
use super::names::{Aisle, Names, plain_names};
use super::programme::{label, name};
use super::report::{Report, short};
use crate::diagnostic::{Diagnostic, code};
use crate::effect::{Effect, LENGTH_MAX, Prompt};
use crate::model::{Condition, Fact, Give, Place, Predicate, Programme, Rule, Value};
use crate::survey::{CLASS, Classed, Question, QuestionKind, Survey};
use crate::syntax::ast::{self, Item, Kind, What, Word};
use crate::units::{MICRO, Span, SpanUnit};

/// Questions a survey may have.
const QUESTIONS_MAX: usize = 20;
/// Surveys a file may have.
const SURVEYS_MAX: usize = 50;
/// The largest number a question may ask for.
const NUMBER_MAX: i64 = 1_000_000;
/// Answers of a number that may be kept as tags.
const KEPT_NUMBERS_MAX: i64 = 100;
/// How long a token can be answered with, where the survey does not say.
const WITHIN: Span = Span { count: 30, unit: SpanUnit::Day };

/// What a path to an answer comes to.
pub(super) enum Said {
    Known(Known),
    /// Reported.
    Wrong,
}

impl<'s> Names<'s> {
    /// A survey; parts that are wrong are reported and left out.
    pub(super) fn note_survey(&mut self, item: &Item<'s>, report: &mut Report) {
        if self.surveys.len() == SURVEYS_MAX {
            let help = format!("a programme has at most {SURVEYS_MAX} surveys");
            report.error(code::TOO_MANY, item.keyword, "this programme has too many surveys", help);
        }
        let mut survey = Survey {
            name: name(item),
            label: label(item, report),
            questions: Vec::new(),
            classed: None,
            within: WITHIN,
            keeps: Vec::new(),
            gating: None,
            place: item.place,
        };
        for clause in &item.body {
            if let What::Question { name, kind } = &clause.what {
                question(*name, kind, clause.place, &mut survey, report);
            }
        }
        for clause in &item.body {
            match &clause.what {
                // the question may be the one that did not parse
                What::Classed { of, .. } if item.broken && survey.question(of.text).is_none() => {}
                // twice the same way is told as a sentence that stands there twice
                What::Classed { how, .. } if survey.classed.is_some_and(|known| known.word() != how.text) => {
                    let help = "leave one out, or put the other question into a survey of its own";
                    report.error(
                        code::REPEATED,
                        how.place,
                        "answers are counted one way: by nps or by csat",
                        help,
                    );
                }
                What::Classed { how, of } => survey.classed = classed(*how, *of, &survey, report),
                What::Answer(quantity) => {
                    if let Some(span) = Literals::span(quantity, report) {
                        survey.within = span;
                    }
                }
                What::Gating(why) => survey.gating = literal::text(*why, report).map(str::to_owned),
                _ => {}
            }
        }
        for clause in &item.body {
            if let What::Keep(word) = &clause.what
                && !item.broken
            {
                keep(*word, &mut survey, report);
            }
        }
        self.surveys.push(survey);
    }

    /// A path to an answer, or to the class of it: `nps.score`. None where it is about something else.
    pub(super) fn answer(&self, path: Word<'_>, scope: Scope<'_>, report: &mut Report) -> Option<Said> {
        let (head, field) = path.text.split_once('.')?;
        let survey = self.surveys.iter().find(|survey| survey.name == head)?;
        let event = scope.event.unwrap_or_default();
        if event == head {
            return None; // an event of the same name
        }
        if !survey.is_kind(event) {
            if !scope.lost {
                let message = format!("`{}` is about an answer to the survey `{head}`", short(path.text));
                let help = format!("only rules with `on {}` may use it", survey.kind());
                report.error(code::NOT_HERE, path.place, message, help);
            }
            return Some(Said::Wrong);
        }
        let fields = survey.fields();
        if let Some(found) = fields.iter().find(|known| known.name == field) {
            return Some(Said::Known(field_of(&found.name, &found.kind)));
        }
        if survey.question(field).is_some() {
            report.error(
                code::NOT_HERE,
                path.place,
                format!("`{}` is free text: personal data, which no rule reads", short(path.text)),
                "ask with `one of [..]` for what a rule should know",
            );
            return Some(Said::Wrong);
        }
        if self.torn.contains(&head) {
            return Some(Said::Wrong);
        }
        let paths: Vec<String> = fields.iter().map(|known| format!("{head}.{}", known.name)).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        report.unknown(code::UNKNOWN_FIELD, &format!("answer of `{head}` called"), "answers", path, &paths);
        Some(Said::Wrong)
    }

    /// True for a tag that keeping answers can make.
    pub(super) fn is_kept_tag(&self, aisle: Aisle, name: &str) -> bool {
        let kept =
            |survey: &Survey| survey.keeps.iter().any(|of| survey.tags_of(of).iter().any(|tag| tag == name));
        aisle == Aisle::Tags && self.surveys.iter().any(kept)
    }

    /// What a test says was answered: in range, and with what classes the answer; its class follows.
    pub(super) fn answered(
        &self,
        happening: &ast::Happening<'_>,
        event: &mut crate::event::Event,
        report: &mut Report,
    ) {
        let Some(survey) = self.surveys.iter().find(|survey| survey.is_kind(&event.kind)) else { return };
        for assign in &happening.body {
            let ast::Assign::Set(set) = assign else { continue };
            let path = set.subject.path;
            let asked = path.text.strip_prefix(survey.name.as_str()).and_then(|rest| rest.strip_prefix('.'));
            let kind = asked.and_then(|asked| survey.question(asked)).map(|question| &question.kind);
            match (kind, asked.and_then(|asked| event.fields.get(asked))) {
                (Some(QuestionKind::Number { from, to }), Some(crate::event::FieldValue::Number(micro)))
                    if micro.rem_euclid(MICRO) != 0 || !(*from..=*to).contains(&micro.div_euclid(MICRO)) =>
                {
                    let place = set.subject.place;
                    let message = format!("`{}` goes from {from} to {to}", short(path.text));
                    report.error(code::SURVEY, place, message, "write a whole number between them");
                }
                _ if asked == Some(CLASS) => {
                    let by = survey.classing().map_or("", |question| question.name.as_str());
                    let help = format!("say `{}.{by} is …`", survey.name);
                    report.error(
                        code::TEST,
                        path.place,
                        "the class of an answer follows from the answer",
                        help,
                    );
                }
                _ => {}
            }
        }
        if let Some(classing) = survey.classing()
            && !event.fields.contains_key(&classing.name)
            && !happening.broken
        {
            let message = format!("every answer to `{}` has a `{}`", short(&survey.name), classing.name);
            let help = format!(
                "add such as `{}.{} is {}`",
                survey.name,
                classing.name,
                survey.classed.map_or(0, |c| c.range().1)
            );
            report.error(code::TEST, happening.kind.place, message, help);
        }
        event.fields = survey.event_fields(&event.fields);
    }
}

fn question(word: Word<'_>, kind: &ast::Asked<'_>, place: Place, survey: &mut Survey, report: &mut Report) {
    if survey.questions.len() == QUESTIONS_MAX {
        let help = format!("a survey has at most {QUESTIONS_MAX} questions");
        report.error(code::TOO_MANY, place, "this survey has too many questions", help);
        return;
    }
    if word.text == CLASS {
        let help = "give the question another name";
        report.error(code::BAD_NAME, word.place, "`class` is what an answer is counted as", help);
        return;
    }
    if survey.question(word.text).is_some() {
        let message = format!("there are two questions called `{}`", short(word.text));
        report.error(code::DUPLICATE, word.place, message, "give one of them another name");
        return;
    }
    let kind = match kind {
        ast::Asked::Number { from, to } => {
            let whole = |word: Word<'_>, report: &mut Report| {
                literal::whole(word, report, "a question asks for a whole number")
            };
            let (low, high) = (whole(*from, report), whole(*to, report));
            let (Some(low), Some(high)) = (low, high) else { return };
            if low >= high || high > NUMBER_MAX {
                let place = Place { start: from.place.start, end: to.place.end };
                let help = format!("write the smaller first, such as `0 to 10`; at most {NUMBER_MAX}");
                report.error(code::SURVEY, place, "no number can be answered", help);
                return;
            }
            QuestionKind::Number { from: low, to: high }
        }
        ast::Asked::OneOf(list) => {
            let names = plain_names(list, "choices", report);
            if names.is_empty() {
                return;
            }
            QuestionKind::OneOf(names)
        }
        ast::Asked::Word(word) => match word.text {
            "truth" => QuestionKind::Truth,
            "text" => QuestionKind::Text,
            "number" => {
                let help = "write such as `number 0 to 10`";
                report.error(code::SURVEY, word.place, "a question says from which to which number", help);
                return;
            }
            _ => {
                report.choice(
                    *word,
                    "what a question asks for",
                    &["number 0 to 10", "one of [..]", "truth", "text"],
                );
                return;
            }
        },
    };
    survey.questions.push(Question { name: word.text.to_owned(), kind });
}

/// The question of a name; reported where there is none.
fn asked(word: Word<'_>, survey: &Survey, report: &mut Report) -> Option<usize> {
    let found = survey.questions.iter().position(|question| question.name == word.text);
    if found.is_none() {
        let names: Vec<&str> = survey.questions.iter().map(|question| question.name.as_str()).collect();
        report.unknown(code::UNKNOWN_FIELD, "question", "questions", word, &names);
    }
    found
}

fn classed(how: Word<'_>, of: Word<'_>, survey: &Survey, report: &mut Report) -> Option<Classed> {
    let question = asked(of, survey, report)?;
    let classed = if how.text == "nps" { Classed::Nps(question) } else { Classed::Csat(question) };
    let (low, high) = classed.range();
    if survey.questions.get(question).map(|q| &q.kind) == Some(&QuestionKind::Number { from: low, to: high })
    {
        return Some(classed);
    }
    let message = format!("`{}` is counted of answers from {low} to {high}", how.text);
    let help = format!("ask `question {} number {low} to {high}`", short(of.text));
    report.error(code::SURVEY, of.place, message, help);
    None
}

fn keep(word: Word<'_>, survey: &mut Survey, report: &mut Report) {
    if survey.keeps.iter().any(|known| known == word.text) {
        let message = format!("`{}` is kept already", short(word.text));
        report.error(code::REPEATED, word.place, message, "leave one out");
        return;
    }
    if word.text == CLASS {
        if survey.classed.is_none() {
            let help = "add such as `nps of score`";
            report.error(code::SURVEY, word.place, "this survey does not class its answers", help);
            return;
        }
    } else {
        let Some(found) = asked(word, survey, report).and_then(|at| survey.questions.get(at)) else { return };
        match found.kind {
            QuestionKind::Text => {
                let message = "free text is personal data, and not kept as a tag";
                report.error(code::SURVEY, word.place, message, "leave this out");
                return;
            }
            QuestionKind::Number { from, to } if to.saturating_sub(from) >= KEPT_NUMBERS_MAX => {
                let help = format!("ask for at most {KEPT_NUMBERS_MAX} different numbers, or leave this out");
                report.error(code::SURVEY, word.place, "too many numbers to keep each as a tag", help);
                return;
            }
            _ => {}
        }
    }
    if survey.tags_of(word.text).iter().any(|tag| tag.chars().count() > LENGTH_MAX) {
        let message = "the tag of an answer would be too long";
        let help = format!("survey, question and answer together have at most {LENGTH_MAX} letters");
        report.error(code::TOO_LONG, word.place, message, help);
        return;
    }
    survey.keeps.push(word.text.to_owned());
}

/// The answer is rewarded, never the score; and whoever is asked for a review is asked whatever she answered.
pub(super) fn judge(items: &[Item<'_>], programme: &Programme, report: &mut Report) {
    let tags = telling_tags(programme);
    let rules = items.iter().filter(|item| item.kind == Kind::Rule);
    for (item, rule) in rules.zip(&programme.rules) {
        let survey = programme.surveys.iter().find(|survey| survey.is_kind(&rule.on));
        let read = survey
            .and_then(|_| first_place(&rule.when, programme, &|clause| matches!(clause.0, Fact::Field(_))));
        let by_tag = first_place(&rule.when, programme, &|(fact, predicate)| {
            *fact == Fact::MemberTags && names_any(predicate, &tags)
        });
        if pays(rule) {
            if let Some(place) = read {
                report.error(
                    code::SCORED,
                    place,
                    "this gives by what was answered: the answer is rewarded, never the score",
                    "give the same to everybody who answers, and leave this condition to rules that give nothing",
                );
            } else if let Some(place) = by_tag {
                warn(
                    report,
                    code::SCORE_TAG,
                    place,
                    "this gives by what was answered: the tag says how a member scored",
                    "reward answers, never scores; choose members by what they buy",
                );
            }
        }
        let prompts = rule.gives.contains(&Give::Effect(Effect::Prompt(Prompt::Review)));
        let allowed = match survey {
            Some(survey) => survey.gating.is_some(),
            None => programme.surveys.iter().any(|survey| survey.gating.is_some()),
        };
        if let (true, false, Some(_)) = (prompts, allowed, read.or(by_tag)) {
            let place = item.body.iter().find_map(|clause| match clause.what {
                What::Effect(ast::Effect::Prompt(word)) if word.text == Prompt::Review.word() => {
                    Some(clause.place)
                }
                _ => None,
            });
            warn(
                report,
                code::GATING,
                place.unwrap_or(item.keyword),
                "only members who answered in a certain way are asked for a review: review gating, which consumer law and review sites restrict",
                "ask whoever answers, or add `allow review gating \"why\"` to the survey once you have checked that you may",
            );
        }
    }
}

fn warn(report: &mut Report, code: &str, place: Place, message: &str, help: &str) {
    report.push(Diagnostic::warning(code, place, message).help(help));
}

/// Whether a rule gives something of worth.
fn pays(rule: &Rule) -> bool {
    rule.gives.iter().any(|give| !matches!(give, Give::Effect(effect) if !effect.is_benefit()))
}

/// Tags that tell how a member answered: given by rules that look at it, or kept of the class or of what classes.
fn telling_tags(programme: &Programme) -> Vec<String> {
    let mut tags = Vec::new();
    for survey in &programme.surveys {
        let classing = survey.classing().map(|question| question.name.as_str());
        for kept in survey.keeps.iter().filter(|kept| *kept == CLASS || Some(kept.as_str()) == classing) {
            tags.extend(survey.tags_of(kept));
        }
    }
    for rule in &programme.rules {
        let reads = programme.surveys.iter().any(|survey| survey.is_kind(&rule.on))
            && first_place(&rule.when, programme, &|(fact, _)| matches!(fact, Fact::Field(_))).is_some();
        for give in rule.gives.iter().filter(|_| reads) {
            if let Give::Effect(Effect::Tag(tag)) = give {
                tags.push(tag.clone());
            }
        }
    }
    tags
}

fn names_any(predicate: &Predicate, tags: &[String]) -> bool {
    let (Predicate::HasAny(values) | Predicate::HasAll(values) | Predicate::HasNone(values)) = predicate
    else {
        return false;
    };
    values.iter().any(|value| matches!(value, Value::Text(text) if tags.contains(text)))
}

/// Where the first sentence stands that is such, in blocks and segments too.
fn first_place(
    conditions: &[Condition],
    programme: &Programme,
    is: &dyn Fn((&Fact, &Predicate)) -> bool,
) -> Option<Place> {
    conditions.iter().find_map(|condition| match condition {
        Condition::Test(clause) => is((&clause.fact, &clause.predicate)).then_some(clause.place),
        Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => {
            first_place(inner, programme, is)
        }
        Condition::Segment { segment, place, .. } => {
            let segment = programme.segments.get(*segment)?;
            first_place(&segment.when, programme, is).map(|_| *place)
        }
    })
}
