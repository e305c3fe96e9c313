//! Entries of two members in one transaction: either both are there or none, whatever is lost on the way.
//!
//! What it never does: let one side be decided on what the other side was before. Every attempt reads both anew.

use crate::Store;
use crate::commit::{Committed, Prepared};
use crate::days;
use crate::error::StoreError;
use crate::item;
use crate::key;
use crate::ledger::{Applied, ApplyError, Write, answer, check_place};
use crate::limits::{UNANSWERED_MAX, WRITE_ATTEMPTS_MAX, WRITE_DEADLINE};
use crate::load::{Loaded, Reading};
use crate::meter::Meter;
use crate::voucher;
use domain::decision::Decision;
use domain::refusal::Refusal;
use domain::request::Snapshot;

impl Store {
    /// Loads two members of one merchant, decides about both, commits both entries: again from the start when either
    /// has moved on; the first answers when they were written before. The meter of the whole is that of the first.
    ///
    /// `decide` is called once per attempt, with the snapshots in the order of the writes, and answers in that order.
    /// Both writes are to have references that are never used apart: of an entry without its other half,
    /// [`StoreError::Corrupt`] tells.
    pub async fn apply_both<F>(&self, writes: [Write<'_>; 2], decide: F) -> Result<[Applied; 2], ApplyError>
    where
        F: FnMut(&Snapshot, &Snapshot) -> Result<[Decision; 2], Refusal> + Send,
    {
        let [first, second] = &writes;
        if first.member == second.member || first.tenant != second.tenant {
            let invariant = "two entries in one transaction are of two members of one merchant".to_owned();
            return Err(ApplyError::Refused(Refusal::Broken { invariant }));
        }
        let (tenant, members) = (first.tenant, [first.member, second.member]);
        let applied = Box::pin(self.load_decide_commit_both(writes, decide)).await?;
        for (member, applied) in members.into_iter().zip(&applied) {
            self.watcher.member(tenant, member, applied.entry.seq);
        }
        Ok(applied)
    }

    async fn load_decide_commit_both<F>(
        &self,
        writes: [Write<'_>; 2],
        mut decide: F,
    ) -> Result<[Applied; 2], ApplyError>
    where
        F: FnMut(&Snapshot, &Snapshot) -> Result<[Decision; 2], Refusal> + Send,
    {
        let [first, second] = &writes;
        let started = self.clock.now();
        let pks = [key::member(first.tenant, first.member), key::member(second.tenant, second.member)];
        let mut meter = Meter::default();
        // what we sent: entries with these hashes are our own, whose answer was lost
        let mut sent: Vec<[u8; 32]> = Vec::new();
        let mut last = StoreError::Conflict;
        let (mut unanswered, mut halves) = (0, 0);
        for attempt in 1..=WRITE_ATTEMPTS_MAX {
            let (loaded, cost) = Box::pin(self.load_both(&writes, &pks)).await?;
            meter.then(cost);
            let [mut one, mut other] = loaded;
            match (one.own.take(), other.own.take()) {
                (Some(one), Some(other)) => {
                    let one = answer(first, one, &sent, meter)?;
                    return self.told([one, answer(second, other, &sent, Meter::default())?], &writes).await;
                }
                (None, None) => {
                    let hashes = [&one, &other].map(|side| side.snapshot.head.as_ref().map(|h| h.hash));
                    let decisions = decide(&one.snapshot, &other.snapshot).map_err(ApplyError::Refused)?;
                    let mut items = Vec::with_capacity(2);
                    for ((write, pk), (decision, (hash, side))) in
                        writes.iter().zip(&pks).zip(decisions.iter().zip(hashes.iter().zip([&one, &other])))
                    {
                        check_place(pk, write, &side.snapshot, decision)?;
                        let (mut item, hash) =
                            item::encode(pk, hash.as_ref(), &decision.entry, &decision.state);
                        sent.push(hash);
                        let told = side.snapshot.head.as_ref().and_then(|head| head.state.registered_due);
                        if let Some(due) = decision.state.registered_due.filter(|due| told != Some(*due)) {
                            days::register(&mut item, write, due);
                        }
                        let mut beside = self.once(write, &decision.entry).await?;
                        beside.extend(voucher::items(write, decision)?);
                        items.push(Prepared { write, item, draws: &decision.draws, once: beside });
                    }
                    let Ok(prepared) = <[Prepared<'_>; 2]>::try_from(items) else { continue };
                    let (committed, cost) = Box::pin(self.transact(prepared)).await?;
                    meter.then(cost);
                    match committed {
                        Committed::Written => {
                            let applied = decisions.map(|Decision { entry, state, .. }| Applied {
                                entry,
                                state,
                                replayed: false,
                                found: false,
                                meter: std::mem::take(&mut meter),
                            });
                            return self.told(applied, &writes).await;
                        }
                        Committed::Outdated => return Err(ApplyError::ProfileChanged),
                        // another transaction on one of them is a race, too
                        Committed::Taken(_)
                        | Committed::Spent { .. }
                        | Committed::Unknown(StoreError::Conflict) => {
                            meter.conflicts = meter.conflicts.saturating_add(1);
                            last = StoreError::Conflict;
                        }
                        Committed::Unknown(error) => {
                            unanswered += 1;
                            if unanswered >= UNANSWERED_MAX {
                                return Box::pin(self.resolve(&writes, &pks, &sent, error, meter)).await;
                            }
                            last = error;
                        }
                    }
                }
                // the two were read at different moments, with our transaction between them; read again, they agree
                (one, other) => {
                    for (write, own) in writes.iter().zip([one, other]) {
                        if own.is_some_and(|own| own.entry.fingerprint != write.fingerprint) {
                            return Err(ApplyError::KeyReused);
                        }
                    }
                    halves += 1;
                    if halves >= 2 {
                        let [one, other] = &pks;
                        let what = format!("{one}, {other}: only one of {}", first.reference);
                        return Err(ApplyError::Store(StoreError::Corrupt(what)));
                    }
                    continue;
                }
            }
            if self.clock.since(started) > WRITE_DEADLINE {
                break;
            }
            // two that race for the same pair wait differently long: the references of their first writes differ
            if attempt > 1 {
                self.pause(first.reference, attempt).await;
            }
        }
        Err(ApplyError::Store(last))
    }

    async fn load_both(
        &self,
        [first, second]: &[Write<'_>; 2],
        [one, other]: &[String; 2],
    ) -> Result<([Loaded; 2], Meter), StoreError> {
        let (one, other) = tokio::join!(
            Box::pin(self.load(reading(first, one))),
            Box::pin(self.load(reading(second, other)))
        );
        let ((one, cost), (other, also)) = (one?, other?);
        Ok(([one, other], cost.beside(also)))
    }

    /// The last look before an answer is given up: what landed after all is the answer.
    async fn resolve(
        &self,
        writes: &[Write<'_>; 2],
        pks: &[String; 2],
        sent: &[[u8; 32]],
        error: StoreError,
        mut meter: Meter,
    ) -> Result<[Applied; 2], ApplyError> {
        let ([one, other], cost) = Box::pin(self.load_both(writes, pks)).await?;
        meter.then(cost);
        let [first, second] = writes;
        match (one.own, other.own) {
            (Some(one), Some(other)) => {
                let one = answer(first, one, sent, meter)?;
                self.told([one, answer(second, other, sent, Meter::default())?], writes).await
            }
            _ => Err(ApplyError::Store(error)),
        }
    }

    /// An entry may foresee what is past by now, where the job does not look any more.
    async fn told(
        &self,
        mut applied: [Applied; 2],
        writes: &[Write<'_>; 2],
    ) -> Result<[Applied; 2], ApplyError> {
        for (applied, write) in applied.iter_mut().zip(writes) {
            let foreseen = applied.state.registered_due;
            if foreseen.is_some_and(|due| applied.entry.at < due && due <= write.now) {
                applied.meter.then(self.remind(write.tenant, write.member, write.now, write.now).await?);
            }
        }
        Ok(applied)
    }
}

fn reading<'a>(write: &Write<'a>, pk: &'a str) -> Reading<'a> {
    Reading { tenant: write.tenant, pk, reference: write.reference, needs: write.needs }
}
