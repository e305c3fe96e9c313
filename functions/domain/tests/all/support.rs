//! One member at a till with a clock: every decision is checked, written and read back before the next.

use domain::chain::{entry_from_text, entry_to_text, state_from_bytes, state_to_bytes};
use domain::decision::Decision;
use domain::entry::{Account, Award, Change, Entry, Occasion, Returned};
use domain::ids::{EventId, MemberId, Reference, VoucherId};
use domain::refusal::Refusal;
use domain::request::{
    Celebrate, Enrol, Head, Occurrence, ProfileFacts, Purchase, Redeem, Redeemable, Return, ReturnLine,
    Snapshot, Stamp, Step, VoucherStep,
};
use domain::state::State;
use domain::{cancel, capture, card, celebrate, earn, enrol, give_back, occur, redeem, release, sweep};
use dsl::event::Line;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A minute, an hour and a day, in milliseconds.
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Compiles a rule text; its diagnostics are the panic's message.
pub(crate) fn rulebook(text: &str) -> Arc<Rulebook> {
    let checked = dsl::check::check(text.as_bytes(), None);
    Arc::new(Rulebook::compile(checked.programme.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))))
}

/// `language 1` and a programme in UTC with these clauses, then items.
pub(crate) fn programme(clauses: &str, items: &str) -> Arc<Rulebook> {
    rulebook(&format!(
        "language 1\n\nprogramme club {{\n  currency EUR\n  timezone \"UTC\"\n{clauses}\n}}\n\n{items}\n"
    ))
}

/// One point per euro, nothing else.
pub(crate) const ONE_PER_EURO: &str =
    "rule base {\n  on purchase\n  give 1 point per 1.00 EUR of basket.paid\n}\n";

pub(crate) fn id(text: &str) -> EventId {
    EventId::parse(text).unwrap()
}

/// The moment of a wall time in UTC.
pub(crate) fn utc(text: &str) -> Moment {
    dsl::calendar::parse_moment(&format!("{}:00Z", text.replace(' ', "T"))).unwrap()
}

/// A line of one piece.
pub(crate) fn line(amount_minor: i64) -> Line {
    pieces(amount_minor, 1)
}

/// A line of several pieces.
pub(crate) fn pieces(amount_minor: i64, quantity: i64) -> Line {
    Line { amount_minor, quantity, eligible: true, ..Line::default() }
}

/// What decides a step of a voucher.
pub(crate) type VoucherDecision = fn(&Snapshot, &VoucherStep, &Rulebook) -> Result<Decision, Refusal>;

/// A member's chain, the clock and the counters.
#[derive(Clone)]
pub(crate) struct Till {
    pub(crate) rulebook: Arc<Rulebook>,
    pub(crate) now: Moment,
    pub(crate) entries: Vec<Entry>,
    pub(crate) state: State,
    pub(crate) counters: BTreeMap<String, i64>,
    pub(crate) profile: ProfileFacts,
    /// Lots in experiments.
    pub(crate) lots: BTreeMap<String, u32>,
}

impl Till {
    /// Nobody yet, at this moment.
    pub(crate) fn new(rulebook: Arc<Rulebook>, now: &str) -> Self {
        Self {
            rulebook,
            now: utc(now),
            entries: vec![],
            state: State::default(),
            counters: BTreeMap::new(),
            profile: ProfileFacts::default(),
            lots: BTreeMap::new(),
        }
    }

    /// A member enrolled at this moment.
    pub(crate) fn enrolled(rulebook: Arc<Rulebook>, now: &str) -> Self {
        let mut till = Self::new(rulebook, now);
        till.enrol().unwrap();
        till
    }

    pub(crate) fn at(&mut self, now: &str) -> &mut Self {
        self.now = utc(now);
        self
    }

    pub(crate) fn wait(&mut self, span_ms: i64) -> &mut Self {
        self.now.0 += span_ms;
        self
    }

    pub(crate) fn stamp(&self, occurred_at: Moment) -> Stamp {
        Stamp {
            member: MemberId::parse("ana").unwrap(),
            fingerprint: "00112233445566778899aabbccddeeff".to_owned(),
            now: self.now,
            occurred_at,
        }
    }

    /// What the store would read for a reference.
    pub(crate) fn snapshot(&self, reference: &Reference) -> Snapshot {
        let family = |prefix: &str| -> Vec<Entry> {
            self.entries.iter().filter(|e| e.reference.as_str().starts_with(prefix)).cloned().collect()
        };
        let own = family(reference.family());
        let paid = own.iter().find_map(|entry| match &entry.change {
            Change::Purchased { bought, .. } => bought.redemption.clone(),
            _ => None,
        });
        Snapshot {
            head: self.entries.last().map(|entry| Head {
                seq: entry.seq,
                at: entry.at,
                hash: [0; 32],
                state: self.state.clone(),
            }),
            paid_with: paid.map(|id| family(Reference::redemption(&id).family())).unwrap_or_default(),
            family: own,
            counters: self.counters.clone(),
            profile: self.profile.clone(),
            lots: self.lots.clone(),
        }
    }

    /// The job's question about a day; what it wrote, if anything.
    pub(crate) fn celebrate(&mut self, occasion: Occasion, day: &str) -> Option<Entry> {
        let day = dsl::calendar::parse_day(day).unwrap();
        let reference = celebrate::reference(occasion, day);
        if self.entries.iter().any(|entry| entry.reference == reference) {
            return None;
        }
        let request = Celebrate { occasion, day, now: self.now };
        let decided = celebrate::celebrate(&self.snapshot(&reference), &request, &self.rulebook).unwrap();
        decided.map(|decision| self.write(Ok(decision)).unwrap())
    }

    /// Checks a decision, writes it, and reads it back.
    pub(crate) fn write(&mut self, decision: Result<Decision, Refusal>) -> Result<Entry, Refusal> {
        let decision = decision?;
        let reference = Reference::enrolment();
        let head = self.snapshot(&reference).head;
        assert_eq!(domain::broken(&decision, head.as_ref()), None, "{decision:#?}");
        for draw in &decision.draws {
            let used = self.counters.entry(draw.counter.clone()).or_default();
            *used += draw.amount;
            assert!(draw.most.is_none_or(|most| *used <= most), "{} overdrawn", draw.counter);
        }
        let entry = entry_from_text(&entry_to_text(&decision.entry)).unwrap();
        assert_eq!(entry, decision.entry);
        self.state = state_from_bytes(&state_to_bytes(&decision.state)).unwrap();
        assert_eq!(self.state, decision.state);
        self.entries.push(entry.clone());
        match &entry.change {
            Change::Refused(refusal) => Err(refusal.clone()),
            _ => Ok(entry),
        }
    }

    pub(crate) fn enrol(&mut self) -> Result<Entry, Refusal> {
        let request = Enrol { stamp: self.stamp(self.now) };
        let decision = enrol::enrol(&self.snapshot(&Reference::enrolment()), &request, &self.rulebook);
        self.write(decision)
    }

    pub(crate) fn buy(&mut self, purchase: &str, lines: Vec<Line>) -> Result<Entry, Refusal> {
        self.buy_with(purchase, lines, self.now, None)
    }

    /// A purchase that happened at `occurred_at`, helped by a redemption.
    pub(crate) fn buy_with(
        &mut self,
        purchase: &str,
        lines: Vec<Line>,
        occurred_at: Moment,
        redemption: Option<&str>,
    ) -> Result<Entry, Refusal> {
        let request = Purchase {
            stamp: self.stamp(occurred_at),
            id: id(purchase),
            lines,
            channel: None,
            store: None,
            redemption: redemption.map(id),
        };
        let snapshot = self.snapshot(&Reference::purchase(&id(purchase)));
        let decision = earn::earn(&snapshot, &request, &self.rulebook);
        self.write(decision)
    }

    /// Returns pieces of lines: (line, pieces, money back).
    pub(crate) fn give_back(
        &mut self,
        purchase: &str,
        event: &str,
        lines: &[(usize, i64, Option<i64>)],
    ) -> Result<Entry, Refusal> {
        let request = Return {
            stamp: self.stamp(self.now),
            purchase: id(purchase),
            id: id(event),
            lines: lines
                .iter()
                .map(|(line, quantity, amount_minor)| ReturnLine {
                    line: *line,
                    quantity: *quantity,
                    amount_minor: *amount_minor,
                })
                .collect(),
        };
        let snapshot = self.snapshot(&Reference::purchase_return(&id(purchase), &id(event)));
        let decision = give_back::give_back(&snapshot, &request, &self.rulebook);
        self.write(decision)
    }

    pub(crate) fn occur(&mut self, event: &str, kind: &str) -> Result<Entry, Refusal> {
        self.occur_at(event, kind, self.now)
    }

    /// An event that happened at `occurred_at`.
    pub(crate) fn occur_at(
        &mut self,
        event: &str,
        kind: &str,
        occurred_at: Moment,
    ) -> Result<Entry, Refusal> {
        let request = Occurrence {
            stamp: self.stamp(occurred_at),
            id: id(event),
            kind: kind.to_owned(),
            fields: BTreeMap::new(),
            channel: None,
            store: None,
        };
        let decision = occur::occur(&self.snapshot(&Reference::event(&id(event))), &request, &self.rulebook);
        self.write(decision)
    }

    fn redeemable(
        &mut self,
        redemption: &str,
        what: Redeemable,
        hold_ms: Option<i64>,
    ) -> Result<Entry, Refusal> {
        let request = Redeem {
            stamp: self.stamp(self.now),
            id: id(redemption),
            what,
            hold_until: hold_ms.map(|span| Moment(self.now.0 + span)),
            lines: vec![],
            choice: None,
        };
        let snapshot = self.snapshot(&Reference::redemption(&id(redemption)));
        let decision = redeem::redeem(&snapshot, &request, &self.rulebook);
        self.write(decision)
    }

    pub(crate) fn redeem(&mut self, redemption: &str, points: i64) -> Result<Entry, Refusal> {
        self.redeemable(redemption, Redeemable::Points(points), None)
    }

    pub(crate) fn hold(&mut self, redemption: &str, points: i64, span_ms: i64) -> Result<Entry, Refusal> {
        self.redeemable(redemption, Redeemable::Points(points), Some(span_ms))
    }

    pub(crate) fn redeem_reward(&mut self, redemption: &str, reward: &str) -> Result<Entry, Refusal> {
        self.redeemable(redemption, Redeemable::Reward(reward.to_owned()), None)
    }

    pub(crate) fn hold_reward(
        &mut self,
        redemption: &str,
        reward: &str,
        span_ms: i64,
    ) -> Result<Entry, Refusal> {
        self.redeemable(redemption, Redeemable::Reward(reward.to_owned()), Some(span_ms))
    }

    /// A step of the voucher that an entry issued.
    pub(crate) fn voucher(
        &mut self,
        how: VoucherDecision,
        voucher: VoucherId,
        event: &str,
        (span_ms, choice): (Option<i64>, Option<&str>),
    ) -> Result<Entry, Refusal> {
        let request = VoucherStep {
            stamp: self.stamp(self.now),
            voucher,
            id: id(event),
            until: span_ms.map(|span| Moment(self.now.0 + span)),
            choice: choice.map(str::to_owned),
        };
        let mut snapshot = self.snapshot(&Reference::voucher_step(voucher, &id(event)));
        let origin = self.entries.iter().find(|entry| entry.seq == voucher.0);
        let family = origin.map(|entry| entry.reference.family().to_owned()).unwrap_or_default();
        snapshot.paid_with =
            self.entries.iter().filter(|e| e.reference.as_str().starts_with(&family)).cloned().collect();
        let decision = how(&snapshot, &request, &self.rulebook);
        self.write(decision)
    }

    fn step(&self, redemption: &str, event: &str, points: Option<i64>) -> Step {
        Step { stamp: self.stamp(self.now), redemption: id(redemption), id: id(event), points }
    }

    pub(crate) fn capture(
        &mut self,
        redemption: &str,
        event: &str,
        points: Option<i64>,
    ) -> Result<Entry, Refusal> {
        let snapshot = self.snapshot(&Reference::capture(&id(redemption), &id(event)));
        let decision = capture::capture(&snapshot, &self.step(redemption, event, points), &self.rulebook);
        self.write(decision)
    }

    pub(crate) fn release(&mut self, redemption: &str, event: &str) -> Result<Entry, Refusal> {
        let snapshot = self.snapshot(&Reference::release(&id(redemption), &id(event)));
        let decision = release::release(&snapshot, &self.step(redemption, event, None), &self.rulebook);
        self.write(decision)
    }

    pub(crate) fn cancel(&mut self, redemption: &str, event: &str) -> Result<Entry, Refusal> {
        let snapshot = self.snapshot(&Reference::cancellation(&id(redemption), &id(event)));
        let decision = cancel::cancel(&snapshot, &self.step(redemption, event, None), &self.rulebook);
        self.write(decision)
    }

    /// Sweeps; true when something had fallen due.
    pub(crate) fn sweep(&mut self) -> bool {
        let snapshot = self.snapshot(&Reference::enrolment());
        let Some(decision) = sweep::sweep(&snapshot, self.now, &self.rulebook).unwrap() else { return false };
        self.write(Ok(decision)).unwrap();
        true
    }

    pub(crate) fn card(&self) -> card::Card {
        card::card(&self.state, self.now, &self.rulebook)
    }

    /// Active, pending, held and owed points as a balance read shows them.
    pub(crate) fn balances(&self) -> (i64, i64, i64, i64) {
        let card = self.card();
        (card.balance_points, card.pending_points, card.held_points, card.debt_points)
    }

    /// Postings of the whole chain on an account.
    pub(crate) fn posted(&self, account: Account) -> i64 {
        self.entries.iter().flat_map(|e| &e.postings).filter(|p| p.0 == account).map(|p| p.1).sum()
    }
}

/// What an entry earned.
pub(crate) fn award(entry: &Entry) -> &Award {
    match &entry.change {
        Change::Enrolled(award)
        | Change::Purchased { award, .. }
        | Change::Occurred { award, .. }
        | Change::Celebrated { award, .. }
        | Change::Scheduled { award, .. }
        | Change::ReferralPaid { award, .. } => award,
        other => panic!("earned nothing: {other:?}"),
    }
}

/// What an entry took back.
pub(crate) fn returned(entry: &Entry) -> &Returned {
    match &entry.change {
        Change::Returned(returned) => returned,
        other => panic!("no return: {other:?}"),
    }
}
