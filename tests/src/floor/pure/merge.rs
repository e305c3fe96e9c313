//! Merges on the first floor: two members' decisions, committed one after the other, for nobody comes in between.

use super::{Pure, first, refusal_outcome, refused, told};
use crate::story::Act;
use crate::transcript::Answer;
use domain::entry::By;
use domain::ids::{EventId, MemberId, Reference};
use domain::merge::merge;
use domain::request::{Merge, ProfileFacts, Stamp};
use dsl::units::Moment;

impl Pure {
    /// `into` takes in `from`.
    pub(super) fn merge(
        &mut self,
        (into, from): (&str, &str),
        (id, reason): (&str, &str),
        at: Moment,
    ) -> Result<Answer, String> {
        let rulebook = self.rulebook()?.clone();
        let member = |text: &str| MemberId::parse(text).ok_or_else(|| format!("`{text}` is no id"));
        let fingerprint = format!("{from} becomes {into} for {reason}");
        let request = Merge {
            stamp: Stamp {
                member: member(into)?,
                fingerprint: fingerprint.clone(),
                now: at,
                occurred_at: at,
            },
            id: EventId::parse(id).ok_or_else(|| format!("`{id}` is no id"))?,
            from: member(from)?,
            into: member(into)?,
            by: By { actor: "story".to_owned(), reason: reason.to_owned() },
        };
        let reference = Reference::merge(&request.id);
        let entries = self.members.get(into).map(|chain| chain.entries.as_slice()).unwrap_or_default();
        if let Some((entry, state)) = entries.iter().find(|(entry, _)| entry.reference == reference) {
            if entry.fingerprint != fingerprint {
                return Ok(refused("key_reused"));
            }
            return Ok(Answer { outcome: told(entry, state, self.book_of(entry)?), replayed: true });
        }
        let (Some(source), Some(target)) = (self.known(from), self.known(into)) else {
            return Ok(refused("member.unknown"));
        };
        match merge(&source, &target, &request, &rulebook) {
            Err(refusal) => Ok(first(refusal_outcome(&refusal))),
            Ok([gone, stays]) => {
                self.commit(from, &Act::Card, gone)?;
                if let Some(chain) = self.members.get_mut(from) {
                    chain.profile = ProfileFacts::default();
                }
                self.commit(into, &Act::Card, stays)
            }
        }
    }
}
