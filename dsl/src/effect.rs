//! Effects beside points: what a rule asks to happen that is no award. Marks on the member, and asks to the people and
//! tools around the programme.
//!
//! It only names them: who opens a case or shows a prompt is told by the event that each effect becomes.

use crate::units::Span;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Letters a tag, the subject of a case or the name of a signal has at most.
pub const LENGTH_MAX: usize = 64;

/// Sentences with an effect that a file may have.
pub const SENTENCES_MAX: usize = 100;

/// One effect. Ordered, so that the effects of an event have one order: tags before what takes them away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// `tag member "promoter"`: later rules read it in `member.tags`.
    Tag(String),
    /// `untag member "promoter"`: takes a tag away that a rule gave.
    Untag(String),
    /// `open case "unhappy member"`: for the merchant's support, by its subject.
    Case(String),
    /// `prompt for review`, `prompt for referral`: to be shown to the member.
    Prompt(Prompt),
    /// `emit event "vip_alert"`: an event for whoever listens, by its name.
    Signal(String),
    /// `lift tier to gold for 30 days`.
    Lift(Lift),
}

/// `lift tier to gold for 30 days`: the member is treated as one of this tier for so long from the event on, unless she
/// has earned a higher one. What she has earned stays what it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lift {
    /// The tier.
    pub tier: String,
    /// For how long.
    #[serde(rename = "for")]
    pub span: Span,
}

/// What a member is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// To say in public what she thinks.
    Review,
    /// To bring a friend.
    Referral,
}

impl Prompt {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Review, Self::Referral];

    /// The word as written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Referral => "referral",
        }
    }
}

impl Effect {
    /// True for what is worth something to the member, as points are: a tier's benefits.
    pub const fn is_benefit(&self) -> bool {
        matches!(self, Self::Lift(_))
    }

    /// The API's word for its kind: `tag_member`, `untag_member`, `open_case`, `prompt`, `emit_event`,
    /// `lift_tier`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Tag(_) => "tag_member",
            Self::Untag(_) => "untag_member",
            Self::Case(_) => "open_case",
            Self::Prompt(_) => "prompt",
            Self::Signal(_) => "emit_event",
            Self::Lift(_) => "lift_tier",
        }
    }

    /// The tag, the case's subject, what the prompt asks for, the event's name, or the tier.
    pub fn name(&self) -> &str {
        match self {
            Self::Tag(name) | Self::Untag(name) | Self::Case(name) | Self::Signal(name) => name,
            Self::Prompt(prompt) => prompt.word(),
            Self::Lift(lift) => &lift.tier,
        }
    }
}

/// As a rule says it.
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "tag member \"{tag}\""),
            Self::Untag(tag) => write!(f, "untag member \"{tag}\""),
            Self::Case(subject) => write!(f, "open case \"{subject}\""),
            Self::Prompt(prompt) => write!(f, "prompt for {}", prompt.word()),
            Self::Signal(name) => write!(f, "emit event \"{name}\""),
            Self::Lift(lift) => write!(f, "lift tier to {} for {}", lift.tier, lift.span),
        }
    }
}

/// Lets effects change a list of tags: the tags first, in order, then what takes tags away.
pub fn apply(effects: &[Effect], tags: &mut Vec<String>) {
    for effect in effects {
        match effect {
            Effect::Tag(tag) if !tags.contains(tag) => tags.push(tag.clone()),
            Effect::Untag(tag) => tags.retain(|known| known != tag),
            Effect::Tag(_) | Effect::Case(_) | Effect::Prompt(_) | Effect::Signal(_) | Effect::Lift(_) => {}
        }
    }
}
