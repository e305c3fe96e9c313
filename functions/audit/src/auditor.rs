//! The stream of items: sorted to members, rulebooks and counters, and what is left to compare at the end.

use crate::checks::{Checks, Invariant};
use crate::counters::Counters;
use crate::item::Item;
use crate::member::Member;
use crate::referrals::Referrals;
use crate::report::{Report, Violation};
use crate::rulebooks::Rulebooks;
use domain::ids::{MemberId, TenantId};

/// Audits a table item by item.
#[derive(Debug, Default)]
pub struct Auditor {
    report: Report,
    checks: Checks,
    rulebooks: Rulebooks,
    counters: Counters,
    referrals: Referrals,
    member: Option<Member>,
}

/// What a partition holds.
enum Partition {
    Member(TenantId),
    Rules(TenantId),
    Counters(TenantId),
    Codes(TenantId),
    /// Referral codes, or whom a member brought.
    Referrals(TenantId, Option<MemberId>),
    /// Checkpoints of jobs, or the list of merchants.
    Jobs,
}

impl Auditor {
    /// An auditor that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Audits the next item. Rulebooks may come a second time in their place; they are audited once.
    pub fn feed(&mut self, item: &Item) {
        if self.rulebooks.has_seen(item) {
            return;
        }
        self.report.counts.items = self.report.counts.items.saturating_add(1);
        if self.member.as_ref().is_some_and(|member| member.pk != item.pk) {
            self.close_member();
        }
        let partition = partition(&item.pk);
        let counts = &mut self.report.counts;
        let seq = match &partition {
            None => {
                self.checks.expect(Invariant::Keys, false, || "no such kind of partition".to_owned());
                None
            }
            Some(Partition::Rules(tenant)) => {
                self.rulebooks.item(tenant, item, &mut self.checks, counts);
                None
            }
            Some(Partition::Counters(tenant)) => {
                counts.counters = counts.counters.saturating_add(1);
                self.counters.item(tenant, item, &mut self.checks);
                None
            }
            Some(Partition::Codes(tenant)) => {
                self.counters.codes.item(tenant, item, &mut self.checks);
                None
            }
            Some(Partition::Referrals(tenant, referrer)) => {
                self.referrals.item(tenant, referrer.as_ref(), item, &mut self.checks);
                None
            }
            Some(Partition::Jobs) => {
                self.checks
                    .expect(Invariant::Checksum, item.is_as_written(), || "not as it was written".to_owned());
                None
            }
            Some(Partition::Member(tenant)) => {
                if self.member.is_none() {
                    counts.members = counts.members.saturating_add(1);
                }
                let member = self.member.get_or_insert_with(|| Member::new(tenant, &item.pk));
                member.item(item, &self.rulebooks, &mut self.counters, &mut self.checks, counts)
            }
        };
        self.note(&item.pk, &item.sk, seq);
    }

    /// What was found.
    pub fn finish(mut self) -> Report {
        self.close_member();
        for (pk, versions) in std::mem::take(&mut self.rulebooks).into_all() {
            versions.close(&mut self.checks);
            self.note(&pk, "", None);
        }
        for (pk, sk, code) in std::mem::take(&mut self.counters.codes).into_all() {
            code.close(&mut self.checks);
            self.note(&pk, &sk, None);
        }
        let report = &mut self.report;
        self.counters.close_transfers(&mut self.checks, |pk, reference, checks| {
            note(report, checks, (pk, reference, None));
        });
        let places = std::mem::take(&mut self.counters.places);
        places.close(&mut self.checks, |pk, date, checks| note(report, checks, (pk, date, None)));
        for (pk, sk, counter) in std::mem::take(&mut self.counters).into_all() {
            counter.close(&mut self.checks);
            self.note(&pk, &sk, None);
        }
        let report = &mut self.report;
        self.referrals.close(&mut self.checks, |pk, checks| note(report, checks, (pk, "", None)));
        self.report.checked = self.checks.done;
        self.report
    }

    fn close_member(&mut self) {
        if let Some(member) = self.member.take() {
            member.close(&mut self.checks);
            self.referrals.member(&member);
            self.note(&member.pk, "", None);
        }
    }

    /// Notes the checks that failed since the last time.
    fn note(&mut self, pk: &str, sk: &str, seq: Option<u64>) {
        note(&mut self.report, &mut self.checks, (pk, sk, seq));
    }
}

/// Notes the checks that failed since the last time, at this place.
fn note(report: &mut Report, checks: &mut Checks, (pk, sk, seq): (&str, &str, Option<u64>)) {
    for (invariant, detail) in checks.failed.drain(..) {
        let (pk, sk) = (pk.to_owned(), sk.to_owned());
        report.note(Violation { invariant, pk, sk, seq, detail });
    }
}

/// `T#tenant#M#member`, `T#tenant#R`, `T#tenant#C`, `T#tenant#W`, `T#tenant#J`, `T#tenant#F`, `T#tenant#F#member`,
/// `TENANTS`; nothing else is a partition of ours.
fn partition(pk: &str) -> Option<Partition> {
    if pk == "TENANTS" {
        return Some(Partition::Jobs);
    }
    let mut parts = pk.split('#');
    if parts.next() != Some("T") {
        return None;
    }
    let tenant = TenantId::parse(parts.next()?)?;
    match (parts.next()?, parts.next(), parts.next()) {
        ("M", Some(member), None) => MemberId::parse(member).map(|_| Partition::Member(tenant)),
        ("R", None, None) => Some(Partition::Rules(tenant)),
        ("C", None, None) => Some(Partition::Counters(tenant)),
        ("W", None, None) => Some(Partition::Codes(tenant)),
        ("F", None, None) => Some(Partition::Referrals(tenant, None)),
        ("F", Some(member), None) => {
            MemberId::parse(member).map(|member| Partition::Referrals(tenant, Some(member)))
        }
        ("J", None, None) => Some(Partition::Jobs),
        _ => None,
    }
}
