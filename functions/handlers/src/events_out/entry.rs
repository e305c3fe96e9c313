//! The events of an entry, in the order things happened: what time did, what was done, what followed from it.

use super::{Event, SCHEMA, show};
use domain::card::expiring_next;
use domain::entry::{
    Allocation, Award, By, Change, Entry, Occasion, OpenedLot, Place, Returned, Role, Settlement, TierChange,
};
use domain::ids::{MemberId, TenantId, VoucherId};
use domain::state::{Lift, State};
use dsl::calendar::show_day;
use dsl::effect::Effect;
use dsl::units::{Day, Moment};
use serde_json::{Value, json};

/// What an entry tells: at least one event, whatever the entry is.
pub fn of_entry(tenant: &TenantId, member: &MemberId, entry: &Entry, state: &State) -> Vec<Event> {
    let mut teller = Teller { tenant, member, entry, state, told: Vec::new() };
    for settlement in &entry.settled {
        teller.settlement(settlement);
    }
    teller.change();
    teller.issued();
    let repaid = entry.repaid.iter().fold(0_i64, |sum, (_, points)| sum.saturating_add(*points));
    if repaid > 0 {
        teller.tell("debt_repaid", json!({ "points": repaid }));
    }
    if let Some(change) = &entry.tier {
        teller.tier(change, "activity", entry.occurred_at);
    }
    teller.told
}

struct Teller<'a> {
    tenant: &'a TenantId,
    member: &'a MemberId,
    entry: &'a Entry,
    state: &'a State,
    told: Vec<Event>,
}

impl Teller<'_> {
    fn tell(&mut self, kind: &'static str, data: Value) {
        self.tell_of(kind, self.entry.occurred_at, data);
    }

    fn tell_of(&mut self, kind: &'static str, occurred_at: Moment, data: Value) {
        let (entry, state) = (self.entry, self.state);
        // By kind, so that a kind that is told one day leaves the ids of the others as they are.
        let nth = self.told.iter().filter(|event| event.kind == kind).count();
        let id = format!("{}/members/{}/{}/{kind}/{nth}", self.tenant, self.member, entry.seq);
        let mut body = json!({
            "schema": SCHEMA,
            "id": id,
            "type": format!("merit.{kind}"),
            "tenant": self.tenant.as_str(),
            "member_id": self.member.as_str(),
            "seq": entry.seq,
            "reference": entry.reference.as_str(),
            "at": show(entry.at),
            "occurred_at": show(occurred_at),
            "rulebook": entry.rulebook,
            "balance_points": state.active_points,
            "pending_points": state.pending_points,
            "held_points": state.held_points,
            "debt_points": state.debt_points,
            "tier": state.tier.as_ref().map(|tier| tier.name.as_str()),
            "expiring_next": expiring_next(state)
                .map(|next| json!({ "points": next.points, "at": show(next.at) })),
        });
        body["data"] = data;
        self.told.push(Event {
            id,
            kind,
            tenant: self.tenant.clone(),
            member: Some(self.member.clone()),
            at: entry.at,
            body,
        });
    }

    fn settlement(&mut self, settlement: &Settlement) {
        match settlement {
            Settlement::Activated { points, repaid, at, .. } => {
                self.tell_of("points_activated", *at, json!({ "points": points, "repaid_points": repaid }));
            }
            Settlement::Expired { points, at, .. } => {
                self.tell_of("points_expired", *at, json!({ "points": points }));
            }
            Settlement::ExpiringSoon { points, expires_at, at } => {
                let data = json!({ "points": points, "expires_at": show(*expires_at) });
                self.tell_of("points_expiring_soon", *at, data);
            }
            Settlement::TimedOut { redemption, points, at } => {
                let data = json!({ "redemption_id": redemption.as_str(), "points": points });
                self.tell_of("hold_timed_out", *at, data);
            }
            Settlement::Repaid { points, at, .. } => {
                self.tell_of("debt_repaid", *at, json!({ "points": points }));
            }
            Settlement::Reviewed { change, at } => self.tier(change, "review", *at),
            Settlement::LiftEnded { tier, at } => self.lift_ended(tier, "time", *at),
            Settlement::VoucherFreed { voucher, reward, at } => {
                self.moved(*voucher, reward, "issued", Some(*at));
            }
            Settlement::VoucherExpired { voucher, reward, at } => {
                self.moved(*voucher, reward, "expired", Some(*at));
            }
        }
    }

    fn change(&mut self) {
        let entry = self.entry;
        match &entry.change {
            Change::Enrolled(award) => self.enrolled(award),
            Change::Purchased { award, welcome, .. } => {
                if let Some(welcome) = welcome {
                    self.enrolled(welcome);
                }
                self.award(award, "purchase", json!({ "purchase_id": own_id(entry) }));
            }
            Change::Occurred { kind, award } => {
                self.award(award, "event", json!({ "event_id": own_id(entry), "event": kind }));
            }
            Change::Celebrated { occasion, year, award } => {
                let cause = match occasion {
                    Occasion::Birthday => "birthday",
                    Occasion::Anniversary => "anniversary",
                };
                self.award(award, cause, json!({ "year": year }));
            }
            Change::Scheduled { timer, period, award, place } => {
                self.award(award, "schedule", timed(timer, *period, *place));
            }
            Change::Answered { survey, class, award, .. } => {
                self.award(award, "survey", json!({ "survey": survey, "class": class }));
            }
            Change::Returned(returned) => self.returned(returned),
            Change::Held { points, reward, until, .. } => {
                let data = json!({
                    "redemption_id": own_id(entry),
                    "points": points,
                    "reward": reward,
                    "until": show(*until),
                });
                self.tell("points_held", data);
            }
            Change::Redeemed { points, reward, .. } => {
                self.redeemed(own_id(entry), *points, 0, reward.as_deref());
            }
            Change::Captured { redemption, points, released, .. } => {
                self.redeemed(Some(redemption.as_str()), *points, sum(released), None);
            }
            Change::VoucherMoved { voucher, reward, to, .. } => {
                self.moved(*voucher, reward, to.word(), None);
            }
            Change::Released { redemption, released } => {
                let data = json!({ "redemption_id": redemption.as_str(), "points": sum(released) });
                self.tell("hold_released", data);
            }
            Change::Cancelled { redemption, restored } => {
                let data = json!({ "redemption_id": redemption.as_str(), "points": sum(restored) });
                self.tell("redemption_cancelled", data);
            }
            // what fell due was told; a return of before a merge is told by the chain it stands in
            Change::Settled | Change::MergedFrom { by: None, .. } => {}
            Change::Refused(refusal) => self.tell("request_refused", json!({ "code": refusal.code() })),
            Change::Adjusted { points, by, repaid, expires_at, .. } => {
                let data = json!({
                    "points": points,
                    "repaid_points": repaid,
                    "expires_at": expires_at.map(show),
                    "actor": by.actor,
                    "reason": by.reason,
                });
                self.tell("points_adjusted", data);
            }
            Change::Frozen { earning, spending, by } => {
                let By { actor, reason } = by;
                let data =
                    json!({ "earning": earning, "spending": spending, "actor": actor, "reason": reason });
                self.tell("member_frozen", data);
            }
            Change::Updated { .. } => self.tell("profile_updated", updated(&entry.change)),
            Change::Joined { referrer, .. } => {
                self.referral((Role::Friend, referrer), ("joined", None), [0; 3]);
            }
            Change::ReferralPaid { role, other, award } => {
                self.referral((*role, other), ("rewarded", None), [0; 3]);
                self.award(award, "referral", json!({}));
            }
            Change::ReferralRejected { role, other, reason } => {
                self.referral((*role, other), ("rejected", Some(reason.code())), [0; 3]);
            }
            Change::ReferralReversed { role, other, clawed, owed, forgiven, lowered, .. } => {
                let lost = [*clawed, *owed, *forgiven];
                self.referral((*role, other), ("reversed", Some("returned")), lost);
                for tier in lowered {
                    self.lift_ended(tier, "return", entry.occurred_at);
                }
            }
            Change::MergedInto { into, by } => self.merged((Some(into), None), by),
            Change::MergedFrom { from, by: Some(by), .. } => self.merged((None, Some(from)), by),
            Change::Erased { by } => {
                self.tell("member_erased", json!({ "actor": by.actor, "reason": by.reason }));
            }
        }
    }

    fn merged(&mut self, (into, from): (Option<&MemberId>, Option<&MemberId>), by: &By) {
        let By { actor, reason } = by;
        self.tell("member_merged", json!({ "into": into, "from": from, "actor": actor, "reason": reason }));
    }

    /// Vouchers that the entry issued: for points, or by rules.
    fn issued(&mut self) {
        let entry = self.entry;
        let redemption = match &entry.change {
            Change::Redeemed { .. } => own_id(entry),
            Change::Captured { redemption, .. } => Some(redemption.as_str()),
            _ => None,
        };
        for (nth, issued) in (0_u8..).zip(entry.change.issued()) {
            let data = json!({
                "voucher_id": VoucherId(entry.seq, nth).to_string(),
                "reward": issued.reward,
                "redemption_id": redemption,
                "expires_at": issued.expires_at.map(show),
            });
            self.tell("reward_issued", data);
        }
    }

    fn moved(&mut self, voucher: VoucherId, reward: &str, state: &str, at: Option<Moment>) {
        let data = json!({ "voucher_id": voucher.to_string(), "reward": reward, "state": state });
        self.tell_of("voucher_moved", at.unwrap_or(self.entry.occurred_at), data);
    }
    fn referral(
        &mut self,
        (role, other): (Role, &MemberId),
        (state, reason): (&str, Option<&str>),
        [clawed, owed, forgiven]: [i64; 3],
    ) {
        let data = json!({
            "role": if role == Role::Friend { "friend" } else { "referrer" },
            "other_id": other.as_str(),
            "state": state,
            "reason": reason,
            "clawed_points": clawed,
            "owed_points": owed,
            "forgiven_points": forgiven,
        });
        self.tell("referral_moved", data);
    }

    fn enrolled(&mut self, award: &Award) {
        self.tell("member_enrolled", json!({}));
        if award.points > 0 {
            self.award(award, "enrolment", json!({}));
        } else {
            self.granted(award);
        }
    }

    /// What was earned, 0 included: a purchase that earned nothing is told like every other.
    fn award(&mut self, award: &Award, cause: &str, of: Value) {
        let lot = |lot: &OpenedLot| {
            let [activates_at, expires_at] = [lot.activates_at, lot.expires_at].map(|at| at.map(show));
            json!({ "points": lot.points, "activates_at": activates_at, "expires_at": expires_at })
        };
        let rules = award.rules.iter().map(|(rule, points)| json!({ "rule": rule, "points": points }));
        let mut data = json!({
            "points": award.points,
            "repaid_points": award.repaid,
            "cause": cause,
            "lots": award.lots.iter().map(lot).collect::<Value>(),
            "rules": rules.collect::<Value>(),
        });
        if let (Value::Object(data), Value::Object(of)) = (&mut data, of) {
            data.extend(of);
        }
        self.tell("points_earned", data);
        self.granted(award);
    }

    /// What else rules gave.
    fn granted(&mut self, award: &Award) {
        for badge in &award.badges {
            self.tell("badge_granted", json!({ "badge": badge }));
        }
        for effect in &award.effects {
            self.effect(effect);
        }
    }

    fn effect(&mut self, effect: &Effect) {
        let name = effect.name();
        match effect {
            Effect::Tag(_) => self.tell("member_tagged", json!({ "tag": name, "tagged": true })),
            Effect::Untag(_) => self.tell("member_tagged", json!({ "tag": name, "tagged": false })),
            Effect::Case(_) => self.tell("case_opened", json!({ "subject": name })),
            Effect::Prompt(_) => self.tell("prompt", json!({ "for": name })),
            Effect::Signal(_) => self.tell("event_emitted", json!({ "name": name })),
            Effect::Lift(_) => {
                // one that was over before it was told is none
                let own = |lift: &&Lift| lift.seq == self.entry.seq && lift.tier == name;
                if let Some(lift) = self.state.lifts.iter().rfind(own) {
                    let data = json!({ "tier": name, "until": show(lift.until) });
                    self.tell("tier_lifted", data);
                }
            }
        }
    }

    fn redeemed(&mut self, redemption: Option<&str>, points: i64, released: i64, reward: Option<&str>) {
        let data = json!({
            "redemption_id": redemption,
            "points": points,
            "released_points": released,
            "reward": reward,
        });
        self.tell("points_redeemed", data);
    }

    fn returned(&mut self, returned: &Returned) {
        let purchase = returned.purchase.as_str();
        let amount = returned.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount_minor));
        let data = json!({ "purchase_id": purchase, "amount_minor": amount, "whole": returned.whole });
        self.tell("purchase_returned", data);
        let restored = sum(&returned.restored);
        if restored > 0 {
            self.tell("points_restored", json!({ "purchase_id": purchase, "points": restored }));
        }
        if returned.clawed > 0 || returned.forgiven > 0 {
            let data = json!({
                "purchase_id": purchase,
                "points": returned.clawed,
                "owed_points": returned.owed,
                "forgiven_points": returned.forgiven,
            });
            self.tell("points_clawed", data);
        }
        for tier in &returned.lowered {
            self.lift_ended(tier, "return", self.entry.occurred_at);
        }
    }

    fn lift_ended(&mut self, tier: &str, cause: &str, at: Moment) {
        self.tell_of("tier_lift_ended", at, json!({ "tier": tier, "cause": cause }));
    }

    fn tier(&mut self, change: &TierChange, cause: &str, at: Moment) {
        self.tell_of("tier_changed", at, json!({ "from": change.from, "to": change.to, "cause": cause }));
    }
}

/// The id in a reference of its own: `p#A1#` is A1.
fn own_id(entry: &Entry) -> Option<&str> {
    entry.reference.as_str().split('#').nth(1).filter(|id| !id.is_empty())
}

fn sum(allocations: &[Allocation]) -> i64 {
    allocations.iter().fold(0, |sum, part| sum.saturating_add(part.points))
}

/// Which fields of a profile changed, and to what where that is no personal data.
fn updated(change: &Change) -> Value {
    let Change::Updated { fields, consents, terms, household, actor } = change else { return Value::Null };
    let mut data = json!({ "fields": fields, "consents": consents, "terms": terms, "actor": actor });
    if let (Some(household), Value::Object(data)) = (household, &mut data) {
        data.insert("household".to_owned(), json!(household));
    }
    data
}

/// What time fired, and the member's place where members were ranked.
fn timed(timer: &str, period: Day, place: Option<Place>) -> Value {
    let mut of = json!({ "timer": timer, "period": show_day(period) });
    if let (Some(place), Value::Object(of)) = (place, &mut of) {
        of.insert("rank".to_owned(), json!(place.rank));
        of.insert("score".to_owned(), json!(place.score));
    }
    of
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;
    use domain::entry::{Issued, LotId};
    use domain::ids::Reference;

    fn told(change: Change, repaid: Vec<(LotId, i64)>, settled: Vec<Settlement>) -> Vec<Event> {
        let entry = Entry {
            seq: 3,
            reference: Reference::enrolment(),
            fingerprint: String::new(),
            at: Moment(2_000),
            occurred_at: Moment(1_000),
            rulebook: "r".to_owned(),
            settled,
            change,
            postings: Vec::new(),
            repaid,
            tier: None,
        };
        let (tenant, member) = (TenantId::parse("kaffa").unwrap(), MemberId::parse("ana").unwrap());
        of_entry(&tenant, &member, &entry, &State::default())
    }

    #[test]
    fn what_is_rare_is_told_too() {
        let award = Award {
            badges: vec!["a".to_owned(), "b".to_owned()],
            rewards: vec![Issued { reward: "mug".to_owned(), expires_at: None, choice: None, keeps: false }],
            ..Award::default()
        };
        let events = told(Change::Enrolled(award), vec![(LotId(1, 0), 5), (LotId(2, 0), 7)], Vec::new());
        let names: Vec<_> = events.iter().map(|event| event.id.as_str()).collect();
        let of = "kaffa/members/ana/3";
        let wanted =
            ["member_enrolled/0", "badge_granted/0", "badge_granted/1", "reward_issued/0", "debt_repaid/0"];
        assert_eq!(names, wanted.map(|end| format!("{of}/{end}")));
        assert_eq!(events[2].body()["data"]["badge"], "b");
        assert_eq!(events[3].body()["data"]["voucher_id"], "3.0");
        assert_eq!(events[4].body()["data"]["points"], 12);
        let updated = Change::Updated {
            fields: vec!["phone".to_owned()],
            consents: None,
            terms: None,
            household: None,
            actor: "agent-7".to_owned(),
        };
        let events = told(updated, Vec::new(), Vec::new());
        assert_eq!(events[0].name(), "merit.profile_updated");
        assert_eq!(events[0].body()["data"]["fields"], json!(["phone"]));
    }

    #[test]
    fn what_fell_due_comes_first_at_its_own_moment() {
        let expired = |at| Settlement::Expired { lot: LotId(1, 0), points: 4, at: Moment(at) };
        let repaid = Settlement::Repaid { lot: LotId(1, 0), points: 2, at: Moment(600) };
        let events = told(Change::Settled, Vec::new(), vec![expired(500), repaid, expired(700)]);
        let told: Vec<_> =
            events.iter().map(|event| (event.kind, event.body()["occurred_at"].as_str().unwrap())).collect();
        assert_eq!(
            told,
            [
                ("points_expired", "1970-01-01T00:00:00.500Z"),
                ("debt_repaid", "1970-01-01T00:00:00.600Z"),
                ("points_expired", "1970-01-01T00:00:00.700Z")
            ]
        );
        assert_ne!(events[0].id, events[2].id);
        assert!(events.iter().all(|event| event.at == Moment(2_000)));
    }
}
