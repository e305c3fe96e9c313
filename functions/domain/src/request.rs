//! What is asked of the domain: requests as the handlers have validated them, and the snapshot they meet.

use crate::entry::{By, Entry, Occasion};
use crate::ids::{EventId, MemberId, VoucherId};
use crate::state::State;
use dsl::event::{Event, FieldValue, Line};
use dsl::facts::Home;
use dsl::units::{Day, Moment};
use std::collections::BTreeMap;

/// The newest entry of a member's chain, as far as the next decision needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its sequence number.
    pub seq: u64,
    /// When it was decided.
    pub at: Moment,
    /// Its chain hash.
    pub hash: [u8; 32],
    /// The running state after it.
    pub state: State,
}

/// What was read before deciding: everything, once.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The newest entry; none for a member unknown so far.
    pub head: Option<Head>,
    /// Entries of the request's family, oldest first: the purchase and its returns, the redemption and its steps.
    pub family: Vec<Entry>,
    /// Entries of the redemption that paid the purchase being returned, or of the family that issued the voucher at
    /// hand, oldest first.
    pub paid_with: Vec<Entry>,
    /// Date of birth, tags and address, when the rulebook reads them.
    pub profile: ProfileFacts,
    /// Programme-wide counters that were read: name (`budget:winter`, `stock:palette`) and what is used.
    pub counters: BTreeMap<String, i64>,
    /// The member's lot in each experiment of the programme, by name: below [`dsl::model::LOTS`], from a keyed hash.
    pub lots: BTreeMap<String, u32>,
}

/// What rules may read of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileFacts {
    /// Date of birth.
    pub birthday: Option<Day>,
    /// Tags.
    pub tags: Vec<String>,
    /// When the date of birth was last set after the enrolment; none when it is the one she enrolled with.
    pub birthday_set_at: Option<Moment>,
    /// Where she lives.
    pub home: Home,
}

/// A birthday or an anniversary, found by the job that looks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Celebrate {
    /// Which.
    pub occasion: Occasion,
    /// The local day it may be.
    pub day: Day,
    /// The clock at the edge.
    pub now: Moment,
}

/// What every request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The member.
    pub member: MemberId,
    /// First 16 bytes, in hexadecimal, of SHA-256 over the canonical request.
    pub fingerprint: String,
    /// The clock at the edge; for an importer's history, the instant it happened.
    pub now: Moment,
    /// When it happened; `now` unless the client said otherwise, within the programme's tolerance.
    pub occurred_at: Moment,
}

/// `POST /v1/members`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrol {
    /// Stamp.
    pub stamp: Stamp,
}

/// `POST /v1/purchases`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Stamp.
    pub stamp: Stamp,
    /// The merchant's order or receipt number.
    pub id: EventId,
    /// Lines, at least one.
    pub lines: Vec<Line>,
    /// Channel.
    pub channel: Option<String>,
    /// Store.
    pub store: Option<String>,
    /// The redemption that helped to pay it.
    pub redemption: Option<EventId>,
}

/// `POST /v1/purchases/{id}/returns`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Stamp.
    pub stamp: Stamp,
    /// The purchase.
    pub purchase: EventId,
    /// The return's own id.
    pub id: EventId,
    /// Lines that came back; empty means everything that is left.
    pub lines: Vec<ReturnLine>,
}

/// `POST /v1/members/{id}/merge`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Stamp, of the member who stays.
    pub stamp: Stamp,
    /// The merge's id.
    pub id: EventId,
    /// The member who goes.
    pub from: MemberId,
    /// The member who stays.
    pub into: MemberId,
    /// Who and why.
    pub by: By,
}

/// A line that comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnLine {
    /// Index into the purchase's lines, from 0.
    pub line: usize,
    /// Pieces.
    pub quantity: i64,
    /// Minor units refunded; by default the pieces' share of the line, cumulatively exact.
    pub amount_minor: Option<i64>,
}

/// `POST /v1/events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Stamp.
    pub stamp: Stamp,
    /// The event's id.
    pub id: EventId,
    /// Its declared kind.
    pub kind: String,
    /// Its fields, checked against the declaration by the handler.
    pub fields: BTreeMap<String, FieldValue>,
    /// Channel.
    pub channel: Option<String>,
    /// Store.
    pub store: Option<String>,
}

/// `POST /v1/redemptions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeem {
    /// Stamp.
    pub stamp: Stamp,
    /// The redemption's id.
    pub id: EventId,
    /// For what.
    pub what: Redeemable,
    /// Reserve until then, by the clock of the stamp, instead of redeeming at once.
    pub hold_until: Option<Moment>,
    /// The basket it is redeemed on, for rewards with conditions on it.
    pub lines: Vec<Line>,
    /// Which reward of a choice is picked; it may be picked later, when the voucher is used.
    pub choice: Option<String>,
}

/// What is redeemed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemable {
    /// So many points.
    Points(i64),
    /// A reward of the rulebook, at its cost.
    Reward(String),
}

/// `POST /v1/vouchers/{code}/reserve`, `/release`, `/fulfil`, `/cancel`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherStep {
    /// Stamp.
    pub stamp: Stamp,
    /// The voucher.
    pub voucher: VoucherId,
    /// The step's own id.
    pub id: EventId,
    /// Of a reservation: until when.
    pub until: Option<Moment>,
    /// Which reward of a choice is picked with it.
    pub choice: Option<String>,
}

/// `POST /v1/redemptions/{id}/capture`, `/release`, `/cancel`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Stamp.
    pub stamp: Stamp,
    /// The redemption.
    pub redemption: EventId,
    /// The step's own id.
    pub id: EventId,
    /// For a capture: how many points; all that is held by default.
    pub points: Option<i64>,
}

/// `POST /v1/members/{id}/adjustments`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjust {
    /// Stamp.
    pub stamp: Stamp,
    /// The adjustment's id.
    pub id: EventId,
    /// Points to give; below 0, to take.
    pub points: i64,
    /// Who and why.
    pub by: By,
}

/// `POST /v1/members/{id}/freeze`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Stamp.
    pub stamp: Stamp,
    /// The freeze's id.
    pub id: EventId,
    /// Whether earning is frozen from now on.
    pub earning: bool,
    /// Whether spending is frozen from now on.
    pub spending: bool,
    /// Who and why.
    pub by: By,
}

/// `POST /v1/members/{id}/profile`: what of it the ledger keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Stamp.
    pub stamp: Stamp,
    /// The change's id.
    pub id: EventId,
    /// Names of the fields that are set or cleared.
    pub fields: Vec<String>,
    /// All purposes the member consents to from now on.
    pub consents: Option<Vec<String>>,
    /// The version of the terms the member accepted.
    pub terms: Option<String>,
    /// The household she belongs to from now on; empty for none.
    pub household: Option<String>,
    /// Who changes it.
    pub actor: String,
}

/// `POST /v1/members/{id}/erase`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erase {
    /// Stamp.
    pub stamp: Stamp,
    /// Who and why.
    pub by: By,
}

/// `POST /v1/surveys/{name}/answers`, with a token that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Stamp.
    pub stamp: Stamp,
    /// The survey.
    pub survey: String,
    /// Until when the token can be answered with.
    pub expires_at: Moment,
    /// What was answered, by question, within its range; never what was written in words.
    pub answers: BTreeMap<String, FieldValue>,
}

/// `POST /v1/referrals`: a friend says who brought her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// Stamp.
    pub stamp: Stamp,
    /// The event's id.
    pub id: EventId,
    /// Who brought her.
    pub referrer: MemberId,
    /// When the referrer enrolled.
    pub referrer_enrolled_at: Moment,
    /// True when e-mail, phone, device or payment say that both are one person.
    pub same_person: bool,
}

/// A friend whose referral is due: to be rewarded, or to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refer<'a> {
    /// The friend.
    pub friend: &'a MemberId,
    /// Who brought her.
    pub referrer: &'a MemberId,
    /// The clock at the edge.
    pub now: Moment,
}

/// The event a purchase is to the rulebook.
impl From<&Purchase> for Event {
    fn from(purchase: &Purchase) -> Self {
        Self {
            kind: dsl::event::PURCHASE.to_owned(),
            at: purchase.stamp.occurred_at,
            channel: purchase.channel.clone(),
            store: purchase.store.clone(),
            lines: purchase.lines.clone(),
            fields: BTreeMap::new(),
        }
    }
}

/// The event an occurrence is to the rulebook.
impl From<&Occurrence> for Event {
    fn from(occurrence: &Occurrence) -> Self {
        Self {
            kind: occurrence.kind.clone(),
            at: occurrence.stamp.occurred_at,
            channel: occurrence.channel.clone(),
            store: occurrence.store.clone(),
            lines: Vec::new(),
            fields: occurrence.fields.clone(),
        }
    }
}
