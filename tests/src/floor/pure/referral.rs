//! Referrals on the first floor: two members' decisions, committed one after the other, for nobody comes in between.

use super::{Pure, Ready, family, first, refused};
use crate::story::Act;
use crate::transcript::{Answer, Outcome, Written};
use domain::ids::{EventId, MemberId, Reference};
use domain::join::join;
use domain::mature::mature;
use domain::request::{Join, Refer, Snapshot, Stamp};
use domain::revoke::revoke;
use domain::{Due, due};
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// Entries a job left, each with its member.
type Left = Vec<(String, Written)>;

impl Pure {
    pub(super) fn code(&mut self, member: &str) -> Result<Answer, String> {
        if self.rulebook()?.programme().referral.is_none() {
            return Ok(refused("referral.none"));
        }
        let Some(chain) = self.members.get_mut(member) else { return Ok(refused("member.unknown")) };
        if chain.entries.last().is_some_and(|(_, state)| state.standing.erased) {
            return Ok(refused("member.erased"));
        }
        chain.has_code = true;
        Ok(first(Outcome::Code))
    }

    /// A joining made ready; or what is answered without one.
    pub(super) fn joining(
        &self,
        member: &str,
        act: &Act,
        at: Moment,
    ) -> Result<Result<Ready, Answer>, String> {
        let Act::Join { id, referrer, device } = act else { return Err("is no joining".to_owned()) };
        let named = self.members.get(referrer).filter(|chain| chain.has_code);
        let state = named.and_then(|chain| chain.entries.last()).map(|(_, state)| state);
        let Some((named, state)) = named.zip(state).filter(|(_, state)| !state.standing.erased) else {
            return Ok(Err(refused("referral.code_unknown")));
        };
        let own = self.members.get(member).map(|chain| chain.devices.clone()).unwrap_or_default();
        let member_id = |text: &str| MemberId::parse(text).ok_or_else(|| format!("`{text}` is no id"));
        let fingerprint = format!("{id} through {referrer}");
        let request = Join {
            stamp: Stamp {
                member: member_id(member)?,
                fingerprint: fingerprint.clone(),
                now: at,
                occurred_at: at,
            },
            id: EventId::parse(id).ok_or_else(|| format!("`{id}` is no id"))?,
            referrer: member_id(referrer)?,
            referrer_enrolled_at: state.enrolled_at,
            same_person: own.iter().chain(device).any(|device| named.devices.contains(device)),
        };
        let reference = Reference::joining(&request.id);
        let decide: super::Decide = Box::new(move |s, r| join(s, &request, r));
        Ok(Ok(Ready { reference, fingerprint, paid_with: false, origin: None, decide }))
    }

    /// Takes back at once what a return revoked.
    pub(super) fn reverse(&mut self, member: &str, rulebook: &Rulebook) -> Result<(), String> {
        let newest = self.members.get(member).and_then(|chain| chain.entries.last());
        let Some((at, state)) = newest.map(|(entry, state)| (entry.at, state)) else { return Ok(()) };
        let soon = Moment(at.0 + 1);
        if matches!(due(state, soon), Some(Due::Reversal(_))) {
            self.settle_referral(member, rulebook, soon)?;
        }
        Ok(())
    }

    /// Settles what is due of a friend's referral: both entries.
    pub(super) fn settle_referral(
        &mut self,
        member: &str,
        rulebook: &Rulebook,
        at: Moment,
    ) -> Result<Option<Left>, String> {
        let Some(friend) = self.known(member) else { return Ok(None) };
        let state = friend.head.as_ref().map(|head| head.state.clone()).unwrap_or_default();
        let (referrer, reverses) = match due(&state, at) {
            None => return Ok(None),
            Some(Due::Maturity(referrer)) => (referrer.clone(), false),
            Some(Due::Reversal(referrer)) => (referrer.clone(), true),
        };
        let friend_id = MemberId::parse(member).ok_or("no id")?;
        let about = Reference::maturity(&friend_id);
        let of = |pure: &Self, id: &str| -> Option<Snapshot> {
            let chain = pure.members.get(id)?;
            let family = family(&chain.entries, about.as_str());
            Some(Snapshot { family, ..pure.known(id)? })
        };
        let sides = of(self, member).zip(of(self, referrer.as_str()));
        let (friend, other) = sides.ok_or("a referral of somebody who is not there")?;
        let request = Refer { friend: &friend_id, referrer: &referrer, now: at };
        let decided = if reverses {
            revoke(&friend, &other, &request, rulebook)
        } else {
            mature(&friend, &other, &request, rulebook)
        };
        let Some([one, two]) = decided.map_err(|refusal| refusal.sentence())? else { return Ok(None) };
        let referrer = referrer.as_str().to_owned();
        Ok(Some(vec![
            (member.to_owned(), self.record(member, one)?),
            (referrer.clone(), self.record(&referrer, two)?),
        ]))
    }
}
