//! Places of members that were ranked: those of one date, against each other.

use crate::checks::{Checks, Invariant};
use domain::entry::{Change, Entry, Place};
use domain::ids::TenantId;
use std::collections::BTreeMap;

/// All places, by merchant and the reference of the date; each with whose it is.
#[derive(Debug, Default)]
pub(crate) struct Places(BTreeMap<(TenantId, String), Vec<(String, Place)>>);

impl Places {
    /// Takes in an entry.
    pub(crate) fn entry(&mut self, tenant: &TenantId, member: &str, entry: &Entry) {
        if let Change::Scheduled { place: Some(place), .. } = &entry.change {
            let date = (tenant.clone(), entry.reference.as_str().to_owned());
            self.0.entry(date).or_default().push((member.to_owned(), *place));
        }
    }

    /// Compares: a better score is a better rank, equal scores share theirs, and a rank is more than there are better
    /// ones. Whatever is wrong is wrong of everyone whose place does not fit another's.
    pub(crate) fn close(&self, checks: &mut Checks, mut note: impl FnMut(&str, &str, &mut Checks)) {
        for ((tenant, date), places) in &self.0 {
            for (member, own) in places {
                let better = places.iter().filter(|(_, other)| other.score > own.score).count();
                let fits = |other: &Place| own.rank.cmp(&other.rank) == other.score.cmp(&own.score);
                let rank = usize::try_from(own.rank).unwrap_or(usize::MAX);
                let right = better < rank && places.iter().all(|(_, other)| fits(other));
                checks.expect(Invariant::Places, right, || {
                    format!("rank {rank} by {} among {places:?}", own.score)
                });
                note(&format!("T#{tenant}#M#{member}"), date, checks);
            }
        }
    }
}
