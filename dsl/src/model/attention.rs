//! Attention: how often members are addressed, and when they are left alone.

use super::{Limit, Place};
use crate::effect::Effect;
use crate::units::MinuteOfDay;
use serde::{Deserialize, Serialize};

/// How often members are addressed, and when not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// Limits per member, in times, over all that addresses her.
    pub limits: Vec<Limit>,
    /// Hours in which nobody is addressed, half open, past midnight where they end before they begin.
    pub quiet: Option<(MinuteOfDay, MinuteOfDay)>,
    /// Named events that address a member, beside prompts.
    pub events: Vec<String>,
    /// Where it stands in the text.
    pub place: Place,
}

impl Attention {
    /// Whether an effect addresses a member.
    pub fn counts(&self, effect: &Effect) -> bool {
        match effect {
            Effect::Prompt(_) => true,
            Effect::Signal(name) => self.events.contains(name),
            Effect::Tag(_) | Effect::Untag(_) | Effect::Case(_) | Effect::Lift(_) => false,
        }
    }

    /// Whether nobody is addressed at a time of the day.
    pub fn is_quiet(&self, minute: MinuteOfDay) -> bool {
        self.quiet.is_some_and(|(from, until)| {
            if from < until { from <= minute && minute < until } else { from <= minute || minute < until }
        })
    }
}
