//! Jobs on the first floor: the domain's own decisions, asked for every member there is. No index says here who has
//! something due, so that one which forgets a member is found out.

use super::{Pure, first};
use crate::story::{Act, Run};
use crate::transcript::{Answer, Outcome, Written};
use domain::celebrate::celebrate;
use domain::entry::{Occasion, Place};
use domain::request::{Celebrate, Head, Snapshot};
use domain::scheduled::{Date, fire, score};
use domain::sweep::sweep;
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};

/// A missed day is caught up for so long, as `PROGRAMME.md` has it for every floor.
const CATCH_UP_DAYS: i32 = 31;

impl Pure {
    /// Runs a job; doing it twice, or twice at once, is doing it once.
    pub(super) fn run(&mut self, run: &Run, now: Moment) -> Result<Answer, String> {
        let Ok(rulebook) = self.rulebook().cloned() else { return Ok(first(Outcome::Ran(Vec::new()))) };
        let at = run.scheduled.unwrap_or(now).min(now);
        if self.since.is_none_or(|since| at < since) {
            return Ok(first(Outcome::Ran(Vec::new())));
        }
        let mut entries = match run.job.as_str() {
            "birthday" => self.celebrate_all(&rulebook, at, now)?,
            "due" => {
                let mut entries = self.sweep_all(&rulebook, at)?;
                entries.extend(self.rank_all(&rulebook, at)?);
                entries
            }
            other => return Err(format!("the domain's floor does not know the {other} job yet")),
        };
        // Entries of one member stay in the order they were written.
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(first(Outcome::Ran(entries)))
    }

    fn celebrate_all(
        &mut self,
        rulebook: &Rulebook,
        at: Moment,
        now: Moment,
    ) -> Result<Vec<(String, Written)>, String> {
        let (today, mut entries) = (rulebook.zone().local(at).day, Vec::new());
        let oldest = Day(rulebook.zone().local(now).day.0 - CATCH_UP_DAYS);
        for occasion in [Occasion::Birthday, Occasion::Anniversary] {
            if !rulebook.programme().rules.iter().any(|rule| rule.answers(occasion.kind())) {
                // Days on which nothing was given are not owed later.
                let yesterday = Day(today.0 - 1);
                let last = self.celebrated.entry(occasion.kind()).or_insert(yesterday);
                *last = yesterday.max(*last);
                continue;
            }
            let last = self.celebrated.get(occasion.kind()).copied();
            let began = self.since.map_or(today, |since| rulebook.zone().local(since).day);
            let from = last.map_or(began, |last| Day(last.0 + 1)).max(oldest);
            for day in from.0..=today.0 {
                let request = Celebrate { occasion, day: Day(day), now };
                for member in self.members.keys().cloned().collect::<Vec<_>>() {
                    let Some(snapshot) = self.known(&member) else { continue };
                    let decided = celebrate(&snapshot, &request, rulebook).map_err(|e| e.sentence())?;
                    let Some(decision) = decided else { continue };
                    let reference = &decision.entry.reference;
                    let done = self.members.get(&member).into_iter().flat_map(|chain| &chain.entries);
                    if { done }.any(|(entry, _)| entry.reference == *reference) {
                        continue;
                    }
                    entries.push((member.clone(), self.record(&member, decision)?));
                }
                self.celebrated.insert(occasion.kind(), Day(day));
            }
        }
        Ok(entries)
    }

    fn sweep_all(&mut self, rulebook: &Rulebook, at: Moment) -> Result<Vec<(String, Written)>, String> {
        let mut entries = Vec::new();
        for member in self.members.keys().cloned().collect::<Vec<_>>() {
            if let Some(both) = self.settle_referral(&member, rulebook, at)? {
                entries.extend(both);
                continue;
            }
            let Some(snapshot) = self.known(&member) else { continue };
            if let Some(decision) = sweep(&snapshot, at, rulebook).map_err(|e| e.sentence())? {
                entries.push((member.clone(), self.record(&member, decision)?));
            }
        }
        Ok(entries)
    }

    /// Rewards whoever ranks best, by every rule that ranks, on every date that has come.
    fn rank_all(&mut self, rulebook: &Rulebook, at: Moment) -> Result<Vec<(String, Written)>, String> {
        let zone = rulebook.zone();
        let (mut entries, today) = (Vec::new(), zone.local(at).day);
        for rule in rulebook.scheduled() {
            for day in rule.days(Day(today.0 - CATCH_UP_DAYS), today) {
                let moment = rule.moment(day, zone);
                let Some((ranking, first, end)) = rule.ranks(day, zone) else { continue };
                let came = moment <= at && self.since.is_some_and(|since| since <= moment);
                if !came || !self.ranked.insert((rule.rule.on.clone(), day)) {
                    continue;
                }
                let date = Date { rule: rule.index, day, at: moment, now: at, chosen: true, place: None };
                let members: Vec<String> = self.members.keys().cloned().collect();
                let scores: Vec<(String, i64)> = { members.into_iter() }
                    .filter_map(|member| {
                        let sum = (ranking.metric, first, end);
                        let score = score(&self.known(&member)?, date, sum, rulebook)?;
                        Some((member, score))
                    })
                    .collect();
                for (member, score) in &scores {
                    let better = scores.iter().filter(|(_, other)| other > score).count();
                    let rank = u32::try_from(better + 1).map_err(|e| e.to_string())?;
                    if !(ranking.from..=ranking.to).contains(&rank) {
                        continue;
                    }
                    let date = Date { place: Some(Place { rank, score: *score }), ..date };
                    let Some(snapshot) = self.known(member) else { continue };
                    if let Some(decision) = fire(&snapshot, date, rulebook).map_err(|e| e.sentence())? {
                        entries.push((member.clone(), self.record(member, decision)?));
                    }
                }
            }
        }
        Ok(entries)
    }

    /// Everything a job's decision reads of a member.
    pub(super) fn known(&self, member: &str) -> Option<Snapshot> {
        let chain = self.members.get(member)?;
        let (entry, state) = chain.entries.last()?;
        let head = Head { seq: entry.seq, at: entry.at, hash: chain.hash, state: state.clone() };
        let (profile, counters) = (chain.profile.clone(), self.counters.clone());
        let lots = self.rulebook().map(|rulebook| Pure::lots(member, rulebook)).unwrap_or_default();
        Some(Snapshot { head: Some(head), profile, counters, lots, ..Snapshot::default() })
    }

    pub(super) fn record(
        &mut self,
        member: &str,
        decision: domain::decision::Decision,
    ) -> Result<Written, String> {
        match self.commit(member, &Act::Card, decision)?.outcome {
            Outcome::Entry(entry) => Ok(entry),
            other => Err(format!("a job left {} for {member}", other.kind())),
        }
    }

    /// Sweeps one member; true when something had fallen due. For tests that compare a swept chain with an unswept.
    pub fn sweep(&mut self, member: &str, now: Moment) -> Result<bool, String> {
        let rulebook = self.rulebook()?.clone();
        let Some(snapshot) = self.known(member) else { return Ok(false) };
        match sweep(&snapshot, now, &rulebook).map_err(|e| e.sentence())? {
            None => Ok(false),
            Some(decision) => self.record(member, decision).map(|_| true),
        }
    }
}
