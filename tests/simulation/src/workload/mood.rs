//! What a seed's people have a mind to: most seeds are everyday, some are about one thing only, so that what is rare on
//! other days meets itself there (swarm testing: Groce et al., ISSTA 2012).
//!
//! What it never does: forbid anything. A mood changes how often, not what.

use fastrand::Rng;
use std::ops::RangeInclusive;

/// What a seed is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// A bit of everything.
    Everyday,
    /// Everybody wants what there are few of.
    Rush,
    /// Rules change all the time.
    Publishing,
    /// Members answer, say who they are, and leave.
    Leaving,
}

impl Mood {
    pub(super) fn draw(random: &mut Rng) -> Self {
        [Self::Everyday, Self::Everyday, Self::Everyday, Self::Rush, Self::Publishing, Self::Leaving]
            [random.usize(..6)]
    }

    /// Of a hundred things that come next, how many are a change of rules.
    pub(super) const fn changes_of_rules(self) -> u32 {
        if matches!(self, Self::Publishing) { 50 } else { 2 }
    }

    /// The longest between two requests of a burst, in microseconds: a request takes thousands.
    pub(super) const fn burst_us(self) -> u64 {
        if matches!(self, Self::Everyday) { 80_000 } else { 6_000 }
    }

    /// Which request comes next, as a number up to `all`: mostly one of the ranges that the mood is about.
    pub(super) fn bend(self, random: &mut Rng, all: u32, about: &About) -> u32 {
        let ranges: &[RangeInclusive<u32>] = match self {
            Self::Everyday | Self::Publishing => &[],
            Self::Rush => &[about.purchase.clone(), about.redemption.clone(), about.redemption.clone()],
            Self::Leaving => {
                &[about.profile.clone(), about.profile.clone(), about.answer.clone(), about.leave.clone()]
            }
        };
        if ranges.is_empty() || random.u32(..10) < 3 {
            return random.u32(..all);
        }
        let range = random.usize(..ranges.len());
        random.u32(ranges[range].clone())
    }
}

/// The ranges of numbers by which a mood names requests.
pub(super) struct About {
    pub(super) purchase: RangeInclusive<u32>,
    pub(super) redemption: RangeInclusive<u32>,
    pub(super) answer: RangeInclusive<u32>,
    pub(super) profile: RangeInclusive<u32>,
    pub(super) leave: RangeInclusive<u32>,
}
