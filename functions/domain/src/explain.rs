//! Why an entry is what it is, in sentences a support agent can read aloud; from the entry alone, with labels from
//! its rulebook where that is at hand.
//!
//! What it never does: compute. Every number is in the entry.

mod referral;

use crate::entry::{
    Account, Allocation, Award, Bought, By, Change, Entry, Issued, Occasion, OpenedLot, Place, Returned,
    Settlement, TierChange, VoucherStage,
};
use dsl::calendar::{Zone, show_day};
use dsl::effect::{Effect, Prompt};
use dsl::facts::Metric;
use dsl::model::Ranking;
use dsl::plan::{Rulebook, completed};
use dsl::units::{Day, Moment};

/// Sentences, in order: what time did, what happened, which rules gave what, which lots that opened or touched, what
/// became of debt and tier. `rulebook` is the one the entry names; without it rules go by name, amounts by minor
/// units, and times are those of UTC.
pub fn explain(entry: &Entry, rulebook: Option<&Rulebook>) -> Vec<String> {
    let words = Words { rulebook, utc: Zone::utc() };
    let mut told: Vec<String> = entry.settled.iter().map(|settled| words.settlement(settled)).collect();
    words.change(entry, &mut told);
    let repaid = entry.repaid.iter().fold(0_i64, |sum, (_, points)| sum.saturating_add(*points));
    if repaid > 0 {
        told.push(format!("{} that came back repaid what was owed.", points(repaid)));
    }
    if let Some(change) = &entry.tier {
        told.push(words.tier(change));
    }
    told
}

/// What the entry's numbers are called.
struct Words<'a> {
    rulebook: Option<&'a Rulebook>,
    utc: Zone,
}

impl Words<'_> {
    #[allow(clippy::too_many_lines, reason = "one arm per change, a sentence or two each")]
    fn change(&self, entry: &Entry, told: &mut Vec<String>) {
        match &entry.change {
            Change::Enrolled(award) => {
                told.push("The member enrolled.".to_owned());
                self.award(award, told);
            }
            Change::Purchased { bought, award, welcome, qualifies } => {
                told.push(self.bought(bought));
                self.award(award, told);
                if let Some(terms) = qualifies {
                    let matures = self.moment(terms.matures_at);
                    told.push(format!(
                        "It counts for the referral: she and who brought her are rewarded on {matures}."
                    ));
                }
                if let Some(given) = welcome {
                    told.push("It enrolled the member.".to_owned());
                    self.award(given, told);
                }
            }
            Change::Occurred { kind, award } => {
                told.push(format!("`{kind}` happened."));
                self.award(award, told);
            }
            Change::Returned(returned) => self.returned(returned, entry, told),
            Change::Held { points: held, reward, until, taken } => {
                let (what, until) = (self.reward(reward.as_deref()), self.moment(*until));
                told.push(format!("{} were reserved{what} until {until}.", points(*held)));
                told.push(self.taken(taken));
            }
            Change::Redeemed { points: redeemed, reward, taken, voucher } => {
                told.push(format!("{} were redeemed{}.", points(*redeemed), self.reward(reward.as_deref())));
                told.push(self.taken(taken));
                told.extend(voucher.as_ref().map(|issued| self.issued(issued)));
            }
            Change::Captured { redemption, points: captured, taken, released, voucher } => {
                told.push(format!("{} held by {redemption} were redeemed.", points(*captured)));
                told.push(self.taken(taken));
                told.extend(voucher.as_ref().map(|issued| self.issued(issued)));
                self.back(released, entry, told);
            }
            Change::Released { redemption, released } => {
                told.push(format!("The hold {redemption} was released."));
                self.back(released, entry, told);
            }
            Change::Cancelled { redemption, restored } => {
                told.push(format!("The redemption {redemption} was cancelled."));
                self.back(restored, entry, told);
            }
            Change::Settled => {
                told.push("Nothing was asked for: this entry records what fell due.".to_owned());
            }
            Change::Celebrated { occasion, year, award } => {
                told.push(match occasion {
                    Occasion::Birthday => format!("The member's birthday of {year}."),
                    Occasion::Anniversary => format!("The anniversary of the enrolment, in {year}."),
                });
                self.award(award, told);
            }
            Change::Scheduled { timer, period, award, place } => {
                told.push(timed(timer, *period));
                told.extend(place.map(|place| self.ranked(timer, *period, place)));
                self.award(award, told);
            }
            Change::Adjusted { .. }
            | Change::Frozen { .. }
            | Change::Updated { .. }
            | Change::Erased { .. } => {
                self.done_by_hand(&entry.change, told);
            }
            Change::Joined { .. }
            | Change::ReferralPaid { .. }
            | Change::ReferralRejected { .. }
            | Change::ReferralReversed { .. } => self.referral(&entry.change, told),
            Change::MergedInto { into, by } => {
                told.push(format!(
                    "The member was merged into {into} {}: all she had went there.",
                    by_hand(by)
                ));
            }
            Change::MergedFrom { from, by, parcel } => {
                told.push(match by {
                    Some(by) => format!("The member {from} was merged into this one {}.", by_hand(by)),
                    None => format!("A purchase came back that this member had made as {from}."),
                });
                let came = parcel.lots.iter().fold(0, |sum: i64, lot| sum.saturating_add(lot.points));
                if came > 0 {
                    told.push(format!("{} came with their own dates.", points(came)));
                }
                if parcel.debt > 0 {
                    told.push(format!("{} owed came too.", points(parcel.debt)));
                }
            }
            Change::VoucherMoved { reward, to, until, choice, restored, .. } => {
                told.push(self.moved(reward, *to, *until));
                told.extend(choice.as_ref().map(|choice| format!("Picked: {}.", self.reward_label(choice))));
                self.back(restored, entry, told);
            }
            Change::Answered { survey, class, award, .. } => {
                let as_whom = class.as_ref().map_or_else(String::new, |class| format!(" as a {class}"));
                told.push(format!("The survey {} was answered{as_whom}.", self.survey(survey)));
                self.award(award, told);
            }
            Change::Refused(refusal) => {
                told.push(format!("Refused ({}): {}.", refusal.code(), refusal.sentence()));
            }
        }
        told.retain(|sentence| !sentence.is_empty());
    }

    fn done_by_hand(&self, change: &Change, told: &mut Vec<String>) {
        match change {
            Change::Adjusted { points: moved, by, repaid, expires_at, taken } => {
                let by = by_hand(by);
                if *moved < 0 {
                    let moved = moved.saturating_abs();
                    told.push(format!("{} {} taken by hand {by}.", points(moved), was(moved)));
                    told.push(self.taken(taken));
                } else {
                    let one = *moved == 1;
                    let until = match expires_at {
                        Some(at) => format!("until {}", self.moment(*at)),
                        None => format!("and never expire{}", if one { "s" } else { "" }),
                    };
                    told.push(format!(
                        "{} {} given by hand {by}; {} can be spent {until}.",
                        points(*moved),
                        was(*moved),
                        if one { "it" } else { "they" }
                    ));
                    if *repaid > 0 {
                        told.push(format!("{} of them repaid what was owed.", points(*repaid)));
                    }
                }
            }
            Change::Frozen { earning, spending, by } => {
                let what = match (earning, spending) {
                    (true, true) => "Earning and spending were frozen",
                    (true, false) => "Earning was frozen, spending is free",
                    (false, true) => "Spending was frozen, earning is free",
                    (false, false) => "Earning and spending were set free",
                };
                told.push(format!("{what} {}.", by_hand(by)));
            }
            Change::Updated { fields, consents, terms, household, actor } => {
                told.push(format!("The profile was changed by {actor}: {}.", fields.join(", ")));
                agreed(consents.as_deref(), terms.as_deref(), told);
                told.extend(household.as_deref().map(|household| match household {
                    "" => "The member belongs to no household any more.".to_owned(),
                    household => format!("The member belongs to the household {household}."),
                }));
            }
            Change::Erased { by } => {
                told.push(format!("The member was erased {}: her profile is gone.", by_hand(by)));
            }
            _ => {}
        }
    }

    fn bought(&self, bought: &Bought) -> String {
        let paid = bought.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount_minor));
        let lines = match bought.lines.len() {
            1 => "1 line".to_owned(),
            many => format!("{many} lines"),
        };
        let place =
            [&bought.channel, &bought.store].into_iter().flatten().cloned().collect::<Vec<_>>().join(", ");
        let place = if place.is_empty() { place } else { format!(" ({place})") };
        let with = bought.redemption.as_ref().map(|id| format!(", paid in part with the redemption {id}"));
        format!("A purchase of {} in {lines}{place}{}.", self.money(paid), with.unwrap_or_default())
    }

    fn award(&self, award: &Award, told: &mut Vec<String>) {
        if award.points == 0 {
            told.push("It earned no points.".to_owned());
        } else {
            let rules: Vec<String> =
                award.rules.iter().map(|(rule, given)| format!("{given} from {}", self.rule(rule))).collect();
            let from = if rules.is_empty() { String::new() } else { format!(": {}", rules.join(", ")) };
            told.push(format!("It earned {}{from}.", points(award.points)));
        }
        if award.repaid > 0 {
            told.push(format!("{} of them repaid what was owed.", points(award.repaid)));
        }
        told.extend(award.lots.iter().map(|lot| self.lot(lot)));
        told.extend(award.budgets.iter().map(|(budget, _)| format!("It drew on the budget {budget}.")));
        told.extend(
            award
                .rewards
                .iter()
                .map(|issued| format!("It granted the reward {}.", self.reward_label(&issued.reward))),
        );
        told.extend(
            award.rewards.iter().filter(|issued| issued.expires_at.is_some()).map(|i| self.issued(i)),
        );
        told.extend(award.withheld.iter().map(|withheld| {
            let (reward, why) = (self.reward_label(&withheld.reward), withheld.why.sentence());
            format!("It did not grant the reward {reward}: {why}.")
        }));
        told.extend(award.badges.iter().map(|badge| format!("It granted the badge {badge}.")));
        told.extend(award.effects.iter().map(effect));
        told.extend(award.muted.iter().map(|muted| {
            format!("Left out, so as not to address her too often or in quiet hours: {muted}.")
        }));
        told.extend(award.arms.iter().map(|one| {
            format!("In the experiment {} she is in the arm {}.", self.experiment(&one.experiment), one.arm)
        }));
    }

    fn lot(&self, lot: &OpenedLot) -> String {
        let from = lot.activates_at.map(|at| format!(" from {}", self.moment(at)));
        let until = match lot.expires_at {
            Some(at) => format!("until {}", self.moment(at)),
            None => "and never expire".to_owned(),
        };
        format!("{} can be spent{} {until}.", points(lot.points), from.unwrap_or_default())
    }

    fn returned(&self, returned: &Returned, entry: &Entry, told: &mut Vec<String>) {
        let refunded = returned.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount_minor));
        let pieces = returned.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.quantity));
        let (of, money) = (&returned.purchase, self.money(refunded));
        let all = if returned.whole { "; nothing of the purchase is left" } else { "" };
        let pieces = if pieces == 1 { "1 piece".to_owned() } else { format!("{pieces} pieces") };
        told.push(format!("{pieces} of the purchase {of} came back for {money}{all}."));
        self.back(&returned.restored, entry, told);
        told.extend(returned.revoked.iter().map(|(_, reward)| {
            format!("The unused voucher of {} that it had brought was cancelled.", self.reward_label(reward))
        }));
        told.extend(returned.lowered.iter().map(|tier| lift_ended(tier)));
        told.extend(returned.referral.map(referral::set_back));
        let due = returned.clawed.saturating_add(returned.forgiven);
        if due == 0 {
            told.push("No points were taken back for them.".to_owned());
            return;
        }
        told.push(format!("They had earned {}, which are taken back.", points(due)));
        for undone in &returned.steps {
            if let Some(done) = completed(&undone.key) {
                let lost = points(undone.points);
                told.push(format!(
                    "{lost} of them are for the challenge {}, which is not complete any more.",
                    done.challenge
                ));
                continue;
            }
            if !undone.key.starts_with("every:") {
                continue;
            }
            let times =
                if undone.times == 1 { "1 step".to_owned() } else { format!("{} steps", undone.times) };
            let of =
                undone.key.split('/').next().and_then(|key| key.strip_prefix("every:")).unwrap_or_default();
            told.push(format!(
                "{} of them are for {times} of {of} that are no longer reached.",
                points(undone.points)
            ));
        }
        told.push(self.taken(&returned.taken));
        if entry.postings.iter().any(|posting| posting.0 == Account::Transferred) && returned.owed > 0 {
            let owed = points(returned.owed);
            told.push(format!("{owed} are taken from the member whom this one became."));
            return;
        }
        Self::missing(returned.owed, returned.forgiven, told);
    }

    /// What of a clawback was not there any more.
    fn missing(owed: i64, forgiven: i64, told: &mut Vec<String>) {
        if owed > 0 {
            told.push(format!("{} were spent already: the member owes them.", points(owed)));
        }
        if forgiven > 0 {
            told.push(format!("{} were spent already and are forgiven.", points(forgiven)));
        }
    }

    fn taken(&self, taken: &[Allocation]) -> String {
        if taken.is_empty() {
            return String::new();
        }
        let parts: Vec<String> = taken.iter().map(|part| self.part(part)).collect();
        format!("Taken from {}.", parts.join(", "))
    }

    fn back(&self, back: &[Allocation], entry: &Entry, told: &mut Vec<String>) {
        if back.is_empty() {
            return;
        }
        let parts: Vec<String> = back.iter().map(|part| self.part_again(part)).collect();
        told.push(format!("Given back with their own expiry: {}.", parts.join(", ")));
        let mut postings = entry.postings.iter();
        if postings.any(|posting| posting.0 == Account::Expired)
            && back.iter().any(|part| part.expires_at.is_some_and(|at| at <= entry.at))
        {
            told.push("Those whose time had passed expired at once.".to_owned());
        }
    }

    fn part(&self, part: &Allocation) -> String {
        let until = part.expires_at.map(|at| format!(", valid until {}", self.moment(at)));
        format!("{} of {}{}", part.points, self.moment(part.earned_at), until.unwrap_or_default())
    }

    /// The same of what comes back: purchases since may have extended its lot, and by how much is not in the entry.
    fn part_again(&self, part: &Allocation) -> String {
        if part.slides.is_none() {
            return self.part(part);
        }
        format!(
            "{} of {}, valid for as long as purchases extended them",
            part.points,
            self.moment(part.earned_at)
        )
    }

    fn settlement(&self, settlement: &Settlement) -> String {
        match settlement {
            Settlement::Activated { points: count, repaid, at, .. } => {
                let repaid = match repaid {
                    0 => String::new(),
                    repaid => format!("; {repaid} of them repaid what was owed"),
                };
                format!("{} became spendable on {}{repaid}.", points(*count), self.moment(*at))
            }
            Settlement::Expired { points: count, at, .. } => {
                format!("{} expired on {}.", points(*count), self.moment(*at))
            }
            Settlement::TimedOut { redemption, points: count, at } => {
                format!("The hold {redemption} of {} timed out on {}.", points(*count), self.moment(*at))
            }
            Settlement::Repaid { points: count, at, .. } => {
                format!("{} that came back on {} repaid what was owed.", points(*count), self.moment(*at))
            }
            Settlement::VoucherFreed { reward, at, .. } => {
                let reward = self.reward_label(reward);
                format!("The reservation of the voucher of {reward} ended on {}.", self.moment(*at))
            }
            Settlement::VoucherExpired { reward, at, .. } => {
                format!("The voucher of {} expired on {}.", self.reward_label(reward), self.moment(*at))
            }
            Settlement::ExpiringSoon { points: count, expires_at, at } => {
                let (told, expires) = (self.moment(*at), self.moment(*expires_at));
                format!("The member was told on {told} that {} will expire on {expires}.", points(*count))
            }
            Settlement::LiftEnded { tier, at } => {
                format!("The lift to the tier {tier} ended on {}.", self.moment(*at))
            }
            Settlement::Reviewed { change, at } => {
                format!("At the review on {}: {}", self.moment(*at), self.tier(change))
            }
        }
    }

    fn tier(&self, change: &TierChange) -> String {
        let rank = |name: &Option<String>| {
            let tiers = self.rulebook.map(|rulebook| &rulebook.programme().tiers);
            tiers.and_then(|tiers| tiers.iter().position(|tier| Some(&tier.name) == name.as_ref()))
        };
        match (&change.from, &change.to) {
            (None, Some(to)) => format!("The tier is {to}."),
            (Some(from), None) => format!("The tier {from} ended."),
            (Some(from), Some(to)) => {
                let went = match rank(&change.from).zip(rank(&change.to)) {
                    Some((before, after)) if before > after => "fell",
                    Some(_) => "rose",
                    None => "changed",
                };
                format!("The tier {went} from {from} to {to}.")
            }
            (None, None) => String::new(),
        }
    }

    fn rule(&self, name: &str) -> String {
        let rules = self.rulebook.map(|rulebook| &rulebook.programme().rules);
        let rule = rules.and_then(|rules| rules.iter().find(|rule| rule.name == name));
        rule.and_then(|rule| rule.label.as_ref())
            .map_or_else(|| name.to_owned(), |label| format!("\"{label}\""))
    }

    fn survey(&self, name: &str) -> String {
        let surveys = self.rulebook.map(|rulebook| &rulebook.programme().surveys);
        let survey = surveys.and_then(|surveys| surveys.iter().find(|survey| survey.name == name));
        format!("\"{}\"", survey.and_then(|survey| survey.label.as_deref()).unwrap_or(name))
    }

    fn experiment(&self, name: &str) -> String {
        let experiments = self.rulebook.map(|rulebook| &rulebook.programme().experiments);
        let found = experiments.and_then(|all| all.iter().find(|one| one.name == name));
        format!("\"{}\"", found.and_then(|one| one.label.as_deref()).unwrap_or(name))
    }

    fn reward(&self, name: Option<&str>) -> String {
        name.map_or_else(String::new, |name| format!(" for the reward {}", self.reward_label(name)))
    }

    /// A step of a voucher.
    fn moved(&self, reward: &str, to: VoucherStage, until: Option<Moment>) -> String {
        let what = match to {
            VoucherStage::Reserved => match until {
                Some(until) => format!("reserved until {}", self.moment(until)),
                None => "reserved".to_owned(),
            },
            VoucherStage::Issued => "released".to_owned(),
            VoucherStage::Fulfilled => "used".to_owned(),
            VoucherStage::Cancelled => "cancelled".to_owned(),
            VoucherStage::Expired => "released after its time: it expired".to_owned(),
        };
        format!("The voucher of {} was {what}.", self.reward_label(reward))
    }

    /// What a voucher is good for, and until when.
    fn issued(&self, issued: &Issued) -> String {
        let of = self.reward_label(&issued.reward);
        let picked = issued.choice.as_ref().map(|choice| format!(", {} picked", self.reward_label(choice)));
        let until = issued.expires_at.map(|at| format!(", to be used until {}", self.moment(at)));
        format!("A voucher of {of}{}{}.", picked.unwrap_or_default(), until.unwrap_or_default())
    }

    fn reward_label(&self, name: &str) -> String {
        let rewards = self.rulebook.map(|rulebook| &rulebook.programme().rewards);
        let reward = rewards.and_then(|rewards| rewards.iter().find(|reward| reward.name == name));
        let label = reward.and_then(|reward| reward.label.as_deref()).unwrap_or(name);
        format!("\"{label}\"")
    }

    /// The member's place among those who were ranked.
    fn ranked(&self, timer: &str, day: Day, place: Place) -> String {
        let rule = self.rulebook.and_then(|book| {
            let rule = book.programme().rules.iter().find(|rule| rule.on == timer)?;
            Some((rule.ranking?, book.zone()))
        });
        let by = rule.map_or_else(String::new, |(ranking, zone)| {
            format!(" {}", by_sum(ranking, day, (place.score, &self.money(place.score)), zone))
        });
        format!("The member had rank {}{by}.", place.rank)
    }

    fn money(&self, amount_minor: i64) -> String {
        match self.rulebook {
            Some(rulebook) => rulebook.programme().currency.show(amount_minor),
            None => format!("{amount_minor} minor units"),
        }
    }

    /// `2026-12-03 18:30`, in the programme's zone.
    fn moment(&self, moment: Moment) -> String {
        let zone = self.rulebook.map_or(&self.utc, Rulebook::zone);
        let shown = zone.show(moment);
        match shown.get(..16) {
            Some(minutes) => minutes.replace('T', " "),
            None => shown,
        }
    }
}

/// What the member agreed to.
fn agreed(consents: Option<&[String]>, terms: Option<&str>, told: &mut Vec<String>) {
    match consents {
        None => {}
        Some([]) => told.push("The member consents to nothing any more.".to_owned()),
        Some(to) => told.push(format!("The member consents to {}.", to.join(", "))),
    }
    if let Some(terms) = terms {
        told.push(format!("The member accepted the terms {terms}."));
    }
}

/// What it made happen beside points.
fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Tag(tag) => format!("It tagged the member \"{tag}\"."),
        Effect::Untag(tag) => format!("It took the tag \"{tag}\" away."),
        Effect::Case(subject) => format!("It opened a case for support: \"{subject}\"."),
        Effect::Prompt(Prompt::Review) => "It asks the member for a review.".to_owned(),
        Effect::Prompt(Prompt::Referral) => "It asks the member to bring a friend.".to_owned(),
        Effect::Signal(name) => format!("It emitted the event \"{name}\"."),
        Effect::Lift(lift) => {
            format!(
                "It lifts the member to the tier {} for {}, unless she has earned a higher one.",
                lift.tier, lift.span
            )
        }
    }
}

/// What brought a lift came back.
fn lift_ended(tier: &str) -> String {
    format!("The lift to the tier {tier} that it had brought ended.")
}

/// `by agent-7 (goodwill)`.
fn by_hand(by: &By) -> String {
    format!("by {} ({})", by.actor, by.reason)
}

/// `1 point`, `20 points`.
pub(crate) fn points(count: i64) -> String {
    if count == 1 { "1 point".to_owned() } else { format!("{count} points") }
}

/// What stands behind so many points.
fn was(count: i64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// What she was ranked by, where the rulebook still says so.
fn by_sum(ranking: Ranking, day: Day, (score, shown): (i64, &str), zone: &Zone) -> String {
    let end = zone.period_start(day, ranking.period);
    let last = Day(end.0.saturating_sub(1));
    let (first, last) = (show_day(zone.period_start(last, ranking.period)), show_day(last));
    match ranking.metric {
        Metric::Spent => format!("by what members spent from {first} to {last}: {shown}"),
        Metric::Earned => format!("by what members earned from {first} to {last}: {}", points(score)),
        Metric::Purchases => format!("by how often members bought from {first} to {last}: {}", times(score)),
    }
}

fn times(count: i64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// What time fired: `absence.60_days`, `schedule.monthly_gift`.
fn timed(timer: &str, period: Day) -> String {
    let day = show_day(period);
    match timer.split_once('.') {
        Some(("absence", long)) => {
            format!("The member has stayed away for {} since {day}.", long.replace('_', " "))
        }
        Some((_, rule)) => format!("The date {day} of the rule {rule} came."),
        None => format!("The date {day} came."),
    }
}
