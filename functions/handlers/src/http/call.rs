//! One call: who asks, what for, and the few things every function does with the store: the rulebook, one write, and
//! the notes for the log line.

use super::claims::Claims;
use super::problem::{Problem, Reply, not_applied, refused};
use super::respond::Answer;
use super::{json, render, vouchers};
use crate::App;
use crate::codes;
use crate::log::{Line, hashed};
use crate::lots::lots;
use crate::routes::Operation;
use domain::decision::Decision;
use domain::entry::{Change, Entry, Issued};
use domain::households;
use domain::ids::{EventId, MemberId, Reference, VoucherId};
use domain::refusal::Refusal;
use domain::request::{Snapshot, Stamp};
use domain::state::Voucher;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use lambda_http::Request;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use store::ledger::{Applied, ApplyError, Needs, Write};
use store::meter::Meter;
use store::profile::ProfileWrite;

/// A call that was routed and authorized.
pub(crate) struct Call<'a> {
    pub(crate) app: &'a App,
    pub(crate) operation: &'static Operation,
    pub(crate) claims: Claims,
    /// The path's id, decoded; empty on a path without one.
    pub(crate) id: String,
    pub(crate) request: &'a Request,
    /// The clock, read once.
    pub(crate) now: Moment,
    pub(crate) line: &'a Mutex<Line>,
    /// Whom it turned out to be about.
    pub(crate) member: OnceLock<MemberId>,
    /// What is wrong with when it happened, by the clock of now: it can be decided no more, or not yet.
    pub(crate) untimely: OnceLock<Box<Problem>>,
}

impl Call<'_> {
    /// Writes something into the log line.
    pub(crate) fn note(&self, write: impl FnOnce(&mut Line)) {
        write(&mut self.line.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Notes what a read cost.
    pub(crate) fn spent(&self, meter: Meter) {
        self.note(|line| line.spent(meter));
    }

    /// Notes whom it is about.
    pub(crate) fn about(&self, member: &MemberId) {
        let _ = self.member.set(member.clone());
        let hashed = hashed(self.claims.tenant.as_str(), member.as_str());
        self.note(|line| line.member = Some(hashed));
    }

    /// The path's id, as an event's.
    pub(crate) fn path_event(&self) -> Reply<EventId> {
        EventId::parse(&self.id).ok_or_else(super::router::not_an_id)
    }

    /// The path's id, as a member's.
    pub(crate) fn path_member(&self) -> Reply<MemberId> {
        MemberId::parse(&self.id).ok_or_else(super::router::not_an_id)
    }

    /// The rulebook that decides now.
    pub(crate) async fn rulebook(&self) -> Reply<Arc<Rulebook>> {
        let current = self.app.store.current(&self.claims.tenant, self.now).await?;
        current.ok_or_else(Problem::no_programme)
    }

    /// The rulebook that decided an entry: its zone and labels render the entry, today and for ever.
    pub(crate) async fn rulebook_of(&self, entry: &Entry, current: &Arc<Rulebook>) -> Reply<Arc<Rulebook>> {
        if entry.rulebook == current.id() {
            return Ok(Arc::clone(current));
        }
        let kept = self.app.store.rulebook(&self.claims.tenant, &entry.rulebook).await?;
        Ok(kept.unwrap_or_else(|| Arc::clone(current)))
    }

    /// First 16 bytes, in hexadecimal, of SHA-256 over the merchant, the route, the path's id and the canonical body.
    pub(crate) fn fingerprint(&self, canonical_body: &Value) -> String {
        let route = self.operation.route;
        let parts = [
            self.claims.tenant.as_str(),
            route.method,
            route.path,
            &self.id,
            &json::canonical(canonical_body),
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        crate::log::hex(hash.finalize().get(..16).unwrap_or_default())
    }

    /// Load, decide, commit: once, whatever is lost or repeated on the way. What comes too late, or too early, is not
    /// decided; what was decided in time has its answer for ever.
    pub(crate) async fn commit<F>(&self, commit: Commit<'_>, mut decide: F) -> Reply<Applied>
    where
        F: FnMut(&Snapshot) -> Result<Decision, Refusal> + Send,
    {
        let Commit { reference, stamp, needs, profile, rulebook } = commit;
        self.about(&stamp.member);
        let write = Write {
            tenant: &self.claims.tenant,
            member: &stamp.member,
            reference: &reference,
            fingerprint: &stamp.fingerprint,
            needs: &needs,
            profile,
            now: self.now,
        };
        let (app, tenant, member) = (self.app, &self.claims.tenant, &stamp.member);
        let untimely = self.untimely.get();
        let decide = |snapshot: &Snapshot| match untimely {
            Some(_) => Err(Refusal::MemberUnknown), // nobody hears it: what is wrong is said instead
            None => decide(snapshot).map(|decision| codes::coded(app, tenant, member, decision)),
        };
        let applied = self.app.store.apply(write, decide).await;
        let applied = applied.map_err(|error| self.unapplied(error, rulebook))?;
        self.note(|line| {
            line.spent(applied.meter);
            line.rulebook = Some(applied.entry.rulebook.clone());
            line.decided = Some(render::type_of(&applied.entry.change));
            line.replayed = applied.replayed;
        });
        Ok(applied)
    }

    /// Why it was not applied: what is wrong with its time, where that kept it from being decided.
    fn unapplied(&self, error: ApplyError, rulebook: &Rulebook) -> Box<Problem> {
        match (self.untimely.get(), error) {
            (Some(problem), ApplyError::Refused(_)) => problem.clone(),
            (_, error) => not_applied(error, rulebook),
        }
    }

    /// The vouchers a member can still use, with their codes.
    pub(crate) fn vouchers(&self, member: &MemberId, open: &[Voucher], rulebook: &Rulebook) -> Vec<Value> {
        let told = open.iter().map(|open| {
            let code = codes::code(self.app, &self.claims.tenant, member, open.id);
            vouchers::voucher(open.id, &code, &vouchers::Shown::of_open(open), rulebook)
        });
        told.collect()
    }

    /// A voucher that was just issued, with its code.
    fn issued(&self, member: &MemberId, id: VoucherId, issued: &Issued, rulebook: &Rulebook) -> Value {
        let code = codes::code(self.app, &self.claims.tenant, member, id);
        vouchers::voucher(id, &code, &vouchers::Shown::of_issued(issued), rulebook)
    }

    /// The same for two members, in one transaction: both entries or neither, answered in their order.
    pub(crate) async fn commit_both<F>(
        &self,
        sides: [Side<'_>; 2],
        fingerprint: &str,
        rulebook: &Rulebook,
        mut decide: F,
    ) -> Reply<[Applied; 2]>
    where
        F: FnMut(&Snapshot, &Snapshot) -> Result<[Decision; 2], Refusal> + Send,
    {
        self.about(sides[1].member);
        let writes = sides.map(|side| Write {
            tenant: &self.claims.tenant,
            member: side.member,
            reference: side.reference,
            fingerprint,
            needs: side.needs,
            profile: side.profile,
            now: self.now,
        });
        let untimely = self.untimely.get();
        let decide = |one: &Snapshot, other: &Snapshot| match untimely {
            Some(_) => Err(Refusal::MemberUnknown),
            None => decide(one, other),
        };
        let applied = self.app.store.apply_both(writes, decide).await;
        let applied = applied.map_err(|error| self.unapplied(error, rulebook))?;
        self.note(|line| {
            line.spent(applied[0].meter);
            line.rulebook = Some(applied[1].entry.rulebook.clone());
            line.decided = Some(render::type_of(&applied[1].entry.change));
            line.replayed = applied[1].replayed;
        });
        Ok(applied)
    }

    /// The answer to a write, from what is stored and nothing else, so that a repeat gets the same bytes.
    pub(crate) async fn written(&self, applied: &Applied, current: &Arc<Rulebook>) -> Reply<Answer> {
        let rulebook = self.rulebook_of(&applied.entry, current).await?;
        if let Change::Refused(refusal) = &applied.entry.change {
            let mut problem = refused(refusal, &rulebook);
            problem.replayed = applied.replayed;
            return Err(problem);
        }
        let mut body = render::written(&applied.entry, &applied.state, &rulebook);
        let issued = vouchers::issued(&applied.entry);
        if let (false, Some(member)) = (issued.is_empty(), self.member.get()) {
            let told = issued.iter().map(|(id, issued)| self.issued(member, *id, issued, &rulebook));
            body["vouchers"] = told.collect();
        }
        Ok(Answer::created(body, applied.replayed))
    }
}

/// One side of a commit that is of two members.
pub(crate) struct Side<'a> {
    pub(crate) member: &'a MemberId,
    pub(crate) reference: &'a Reference,
    pub(crate) needs: &'a Needs,
    pub(crate) profile: Option<ProfileWrite<'a>>,
}

/// What to commit.
pub(crate) struct Commit<'a> {
    pub(crate) reference: Reference,
    pub(crate) stamp: &'a Stamp,
    pub(crate) needs: Needs,
    pub(crate) profile: Option<ProfileWrite<'a>>,
    pub(crate) rulebook: &'a Rulebook,
}

impl<'a> Commit<'a> {
    /// A commit that reads these programme-wide counters, and the profile where rules do.
    pub(crate) fn of(
        reference: Reference,
        stamp: &'a Stamp,
        rulebook: &'a Rulebook,
        counters: Vec<String>,
    ) -> Self {
        let needs = Needs { profile: rulebook.reads_profile(), counters, ..Needs::default() };
        Self { reference, stamp, needs, profile: None, rulebook }
    }

    /// The same where rules give: with the member's lots in their experiments, and what her household has used.
    pub(crate) fn by_rules(mut self, call: &Call<'_>) -> Self {
        self.needs.households = households::needed(self.stamp.occurred_at, self.rulebook);
        self.needs.lots = lots(&call.app.secret, &call.claims.tenant, &self.stamp.member, self.rulebook);
        self
    }
}
