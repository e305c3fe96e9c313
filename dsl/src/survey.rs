//! Surveys: what is asked, which answers are in range, and which class an answer is of.
//!
//! It never sees what was written in words: free text is personal data, and no rule reads it.

use crate::event::FieldValue;
use crate::model::{Field, FieldKind, Place};
use crate::units::{MICRO, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What follows a survey's name in the kind of the event that an answer is.
const ANSWERED: &str = ".answered";

/// The field of an answered survey that holds the class of the answer.
pub const CLASS: &str = "class";

/// A survey of the programme. Each member answers it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// Its name.
    pub name: String,
    /// How members read it.
    pub label: Option<String>,
    /// What is asked, in order.
    pub questions: Vec<Question>,
    /// How answers are classed, and by which question, where they are.
    pub classed: Option<Classed>,
    /// How long a token can be answered with.
    pub within: Span,
    /// What is kept as a tag: names of questions, or `class`.
    pub keeps: Vec<String>,
    /// Why asking only some members for a review is meant, where the merchant says so.
    pub gating: Option<String>,
    /// Where it stands in the text.
    pub place: Place,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// What can be answered.
    pub kind: QuestionKind,
}

/// What can be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// `number 0 to 10`: whole numbers, both ends included.
    Number {
        /// The smallest.
        from: i64,
        /// The largest.
        to: i64,
    },
    /// `one of [price, service]`.
    OneOf(Vec<String>),
    /// `truth`: yes or no.
    Truth,
    /// `text`: in the member's own words.
    Text,
}

/// How answers are classed, by the index of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Classed {
    /// `nps of score`, of 0 to 10: detractors to 6, passives to 8, promoters.
    Nps(usize),
    /// `csat of stars`, of 1 to 5: dissatisfied to 2, neutral 3, satisfied.
    Csat(usize),
}

/// The class of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Class {
    Promoter,
    Passive,
    Detractor,
    Satisfied,
    Neutral,
    Dissatisfied,
}

impl Class {
    /// The word of rules, entries and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Promoter => "promoter",
            Self::Passive => "passive",
            Self::Detractor => "detractor",
            Self::Satisfied => "satisfied",
            Self::Neutral => "neutral",
            Self::Dissatisfied => "dissatisfied",
        }
    }
}

impl Classed {
    /// The word it is written with.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nps(_) => "nps",
            Self::Csat(_) => "csat",
        }
    }

    /// The index of the question.
    pub const fn question(self) -> usize {
        match self {
            Self::Nps(question) | Self::Csat(question) => question,
        }
    }

    /// The numbers its question goes from and to.
    pub const fn range(self) -> (i64, i64) {
        match self {
            Self::Nps(_) => (0, 10),
            Self::Csat(_) => (1, 5),
        }
    }

    /// All classes, the best first.
    pub const fn classes(self) -> [Class; 3] {
        match self {
            Self::Nps(_) => [Class::Promoter, Class::Passive, Class::Detractor],
            Self::Csat(_) => [Class::Satisfied, Class::Neutral, Class::Dissatisfied],
        }
    }

    /// The class of a number in its range.
    pub const fn class(self, number: i64) -> Class {
        let [best, middle, worst] = self.classes();
        let (good, fair) = match self {
            Self::Nps(_) => (9, 7),
            Self::Csat(_) => (4, 3),
        };
        if number >= good {
            best
        } else if number >= fair {
            middle
        } else {
            worst
        }
    }

    /// The score of counts by class, best first, in hundredths: of an NPS the share of promoters less that of
    /// detractors, of a CSAT the share of the satisfied; rounded to the nearest, halves away from 0. None of nothing.
    pub fn score_hundredths(self, [best, middle, worst]: [i64; 3]) -> Option<i64> {
        let (best, middle, worst) = (i128::from(best), i128::from(middle), i128::from(worst));
        let all = best.saturating_add(middle).saturating_add(worst);
        let more = match self {
            Self::Nps(_) => best.saturating_sub(worst),
            Self::Csat(_) => best,
        };
        let doubled = more.saturating_mul(20_000).saturating_abs();
        let rounded = doubled.saturating_add(all).checked_div(all.saturating_mul(2))?;
        i64::try_from(rounded.saturating_mul(more.signum())).ok()
    }
}

impl Survey {
    /// The kind of event an answer is: `nps.answered`.
    pub fn kind(&self) -> String {
        format!("{}{ANSWERED}", self.name)
    }

    /// True for the kind of event that an answer to it is.
    pub fn is_kind(&self, kind: &str) -> bool {
        kind.strip_suffix(ANSWERED) == Some(&self.name)
    }

    /// The question of a name.
    pub fn question(&self, name: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.name == name)
    }

    /// The question that classes answers.
    pub fn classing(&self) -> Option<&Question> {
        self.questions.get(self.classed?.question())
    }

    /// The class that answers are of; none where the survey has none, or the question has no answer.
    pub fn class(&self, answers: &BTreeMap<String, FieldValue>) -> Option<Class> {
        match answers.get(&self.classing()?.name)? {
            FieldValue::Number(micro) => Some(self.classed?.class(micro.div_euclid(MICRO))),
            _ => None,
        }
    }

    /// What rules may read of an answer: its class, and what was answered but for words.
    pub fn fields(&self) -> Vec<Field> {
        let class = self.classed.map(|classed| {
            let words = classed.classes().map(|class| class.word().to_owned());
            Field { name: CLASS.to_owned(), kind: FieldKind::OneOf(words.to_vec()) }
        });
        let questions = self.questions.iter().filter_map(|question| {
            let kind = match &question.kind {
                QuestionKind::Number { .. } => FieldKind::Number,
                QuestionKind::OneOf(words) => FieldKind::OneOf(words.clone()),
                QuestionKind::Truth => FieldKind::Truth,
                QuestionKind::Text => return None,
            };
            Some(Field { name: question.name.clone(), kind })
        });
        class.into_iter().chain(questions).collect()
    }

    /// The fields of the event that these answers are: they, and their class.
    pub fn event_fields(&self, answers: &BTreeMap<String, FieldValue>) -> BTreeMap<String, FieldValue> {
        let mut fields = answers.clone();
        if let Some(class) = self.class(answers) {
            fields.insert(CLASS.to_owned(), FieldValue::Text(class.word().to_owned()));
        }
        fields
    }

    /// The tags that keep these answers: `nps.reason.price`.
    pub fn kept_tags(&self, answers: &BTreeMap<String, FieldValue>) -> Vec<String> {
        let fields = self.event_fields(answers);
        let said = |value: &FieldValue| match value {
            FieldValue::Number(micro) => micro.div_euclid(MICRO).to_string(),
            FieldValue::Money(minor) => minor.to_string(),
            FieldValue::Text(text) => text.clone(),
            FieldValue::Truth(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        };
        let kept = self.keeps.iter().filter_map(|name| Some((name, fields.get(name)?)));
        kept.map(|(name, value)| self.tag(name, &said(value))).collect()
    }

    /// The tag that keeps one answer.
    pub fn tag(&self, question: &str, answer: &str) -> String {
        format!("{}.{question}.{answer}", self.name)
    }

    /// All tags that keeping this question, or the class, can make; of a range of numbers the smallest and largest.
    pub fn tags_of(&self, name: &str) -> Vec<String> {
        let words: Vec<String> = if name == CLASS {
            self.classed
                .map(|c| c.classes().map(|class| class.word().to_owned()).to_vec())
                .unwrap_or_default()
        } else {
            match self.question(name).map(|question| &question.kind) {
                Some(QuestionKind::Number { from, to }) => (*from..=*to).map(|n| n.to_string()).collect(),
                Some(QuestionKind::OneOf(words)) => words.clone(),
                Some(QuestionKind::Truth) => vec!["yes".to_owned(), "no".to_owned()],
                Some(QuestionKind::Text) | None => Vec::new(),
            }
        };
        words.iter().map(|word| self.tag(name, word)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what must hold")]
    use super::{Class, Classed};

    #[test]
    fn classes_are_those_of_the_trade() {
        let nps: Vec<Class> = (0..=10).map(|n| Classed::Nps(0).class(n)).collect();
        assert_eq!(nps[..7], [Class::Detractor; 7]);
        assert_eq!(nps[7..], [Class::Passive, Class::Passive, Class::Promoter, Class::Promoter]);
        let csat: Vec<Class> = (1..=5).map(|n| Classed::Csat(0).class(n)).collect();
        let (bad, good) = (Class::Dissatisfied, Class::Satisfied);
        assert_eq!(csat, [bad, bad, Class::Neutral, good, good]);
    }

    #[test]
    fn scores_round_to_the_nearest_hundredth_and_there_is_none_of_nothing() {
        let nps = |counts| Classed::Nps(0).score_hundredths(counts);
        assert_eq!(nps([1, 0, 0]), Some(10_000));
        assert_eq!(nps([0, 0, 3]), Some(-10_000));
        assert_eq!(nps([2, 0, 1]), Some(3_333));
        assert_eq!(nps([1, 0, 2]), Some(-3_333));
        assert_eq!(nps([1, 1, 3]), Some(-4_000));
        assert_eq!(nps([0, 0, 0]), None);
        assert_eq!(Classed::Csat(0).score_hundredths([2, 1, 0]), Some(6_667));
        assert_eq!(nps([i64::MAX, i64::MAX, 0]), Some(5_000));
    }
}
