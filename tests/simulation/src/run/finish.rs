//! The end of a run: everything that fell due is written, a year passes, every request comes once more, and the oracles
//! look at what is there.

use super::{Run, Verdict, lock};
use crate::executor;
use crate::fault::Fault;
use crate::oracle::{calendar, events, model, personal, uploads};
use crate::wire::{AUDITOR, Caller};
use crate::workload::{Operation, What};
use audit::Auditor;
use std::sync::Arc;
use std::time::Duration;

/// Work that is nobody's request.
const HOUSEKEEPER: u64 = AUDITOR - 1;

/// The schedule's own pace while nothing else happens: a missed day is caught up for 31.
const QUIET_PACE: Duration = Duration::from_hours(25 * 24);

/// Longer than a year: that is how old a request may be that comes again.
const A_YEAR: Duration = Duration::from_hours(400 * 24);

/// Of so many seeds, one has its schedule run through that year: it takes ten times the requests of another.
const SEEDS_WITH_A_CALENDAR: u64 = 20;

impl Run {
    /// Everything that fell due is written; nothing goes wrong any more.
    pub(super) async fn settle(self: &Arc<Self>) -> Result<(), String> {
        let environment = self.environment()?;
        self.table.expect(HOUSEKEEPER, Caller::default());
        for job in ["due", "birthday"] {
            for _ in 0..40 {
                let told = executor::labelled(HOUSEKEEPER, self.job(&environment.app, job)).await;
                match told.0 {
                    200 => {
                        *lock(&self.settled_at) = self.hands.true_now();
                        break;
                    }
                    500 => return Err(told.1.to_string()),
                    _ => executor::sleep(Duration::from_secs(30)).await,
                }
            }
        }
        Ok(())
    }

    /// Thirteen months in which nothing happens; in some seeds only the schedule goes on.
    pub(super) async fn a_year_passes(self: &Arc<Self>) -> Result<(), String> {
        if !self.order.seed.is_multiple_of(SEEDS_WITH_A_CALENDAR) {
            executor::sleep(A_YEAR).await;
            return Ok(());
        }
        let end = executor::now() + A_YEAR;
        while executor::now() < end {
            executor::sleep(QUIET_PACE).await;
            self.settle().await?;
        }
        Ok(())
    }

    /// After 400 days, every request once more: each must get its first answer.
    pub(super) async fn ask_all_again(self: &Arc<Self>, operations: &[Operation]) {
        for operation in operations {
            if let What::Asked(asked) = &operation.what
                && asked.key.is_some()
            {
                self.table.weather(|weather| weather.note(Fault::TwiceAfterAYear));
                Box::pin(self.insist(operation, false)).await;
            }
        }
    }

    /// What the oracles say.
    pub(super) async fn judge(&self, verdict: &mut Verdict) -> Result<(), String> {
        self.audit(verdict).await?;
        verdict.passed = self.table.passed();
        verdict.violations.extend(verdict.passed.violations.iter().cloned());
        let dump = self.table.dump();
        let mut history = lock(&self.history);
        history.merged = model::merged(&dump);
        let evidence = model::Evidence {
            dump: &dump,
            history: &history,
            written: &self.table.written(),
            activations: &self.table.activations(),
            began: self.began,
            settled_at: *lock(&self.settled_at),
            celebrated: &lock(&self.celebrated),
        };
        let told = model::replay(&evidence);
        verdict.violations.extend(told.violations);
        verdict.violations.extend(calendar::violations(&evidence, &told.members));
        verdict.violations.extend(personal::violations(&dump));
        verdict.violations.extend(events::violations(&dump));
        verdict.violations.extend(history.violations());
        verdict.violations.extend(lock(&self.uploads).violations());
        verdict.violations.extend(uploads::lost_activations(evidence.activations));
        verdict.told = history.told(&verdict.violations);
        verdict.told.extend(model::told(&dump, &verdict.violations));
        verdict.reached = told.reached;
        verdict.answered.clone_from(&history.answered);
        Ok(())
    }

    /// The auditor reads the raw table.
    async fn audit(&self, verdict: &mut Verdict) -> Result<(), String> {
        let app = self.environment()?.app;
        let mut auditor = Auditor::new();
        let mut items = app.store.items();
        loop {
            let page = executor::labelled(AUDITOR, items.next_page()).await.map_err(|e| e.to_string())?;
            let Some(page) = page else { break };
            for item in &page {
                auditor.feed(item);
            }
        }
        let report = auditor.finish();
        verdict.audited = (report.counts.entries, report.counts.members);
        // Entries of newer code are for a newer auditor to read to the letter; this one still recounts them.
        let newer = self.table.passed().faults.contains_key(&Fault::NewerCode);
        let told = report
            .violations
            .iter()
            .filter(|violation| !(newer && violation.detail.starts_with("its text says more, or otherwise")));
        verdict.violations.extend(told.take(20).map(|violation| format!("audit: {violation}")));
        Ok(())
    }
}
