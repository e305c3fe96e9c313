//! What is known of a member when an event is judged, from her entries alone: sums, counters, tags, the tier.
//!
//! What it never does: look at a state, or ask the domain. It forgets nothing, and so never has to know what may be
//! forgotten.

use super::change::part;
use dsl::calendar::Zone;
use dsl::effect::Lift;
use dsl::facts::{Facts, Metric, Window};
use dsl::model::LimitPeriod;
use dsl::plan::{LimitSlot, Rulebook};
use dsl::units::{Day, Moment, Period};
use serde_json::Value;
use std::collections::BTreeMap;

/// Tags that rules gave and that are kept, the newest.
const TAGS_MAX: usize = 32;

/// When something of a limit was used.
#[derive(Debug, Clone, Copy)]
enum Used {
    /// By an event of this moment.
    At(Moment),
    /// In the period that begins with this day, by a member who came.
    In(Day),
}

/// A member before an entry.
#[derive(Debug, Default)]
pub(super) struct Past {
    enrolled_at: Option<Moment>,
    tier: Option<String>,
    /// Lifts of the tier: the entry that brought it, the tier, until when.
    lifts: Vec<(String, String, Moment)>,
    last_purchase_at: Option<Moment>,
    tags: Vec<String>,
    friends_rewarded: i64,
    /// Spent, earned, purchases, each on the day it counts.
    sums: Vec<(Day, [i64; 3])>,
    /// What was used of limits, by key.
    used: Vec<(String, Used, i64)>,
    /// Declared events that rules counted: the day, the kind, how often.
    happened: Vec<(Day, String, i64)>,
    /// In which arms of experiments rules found her.
    arms: BTreeMap<String, String>,
    /// The household she belongs to.
    pub(super) household: Option<String>,
    /// Days of purchases, for what comes back of them.
    bought: BTreeMap<String, Day>,
    /// Referrals that were paid: when they count, and how much.
    paid: BTreeMap<String, (Day, i64)>,
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

fn day(value: &Value) -> Day {
    Day(value.as_i64().and_then(|day| i32::try_from(day).ok()).unwrap_or(i32::MIN))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

const fn place(metric: Metric) -> usize {
    match metric {
        Metric::Spent => 0,
        Metric::Earned => 1,
        Metric::Purchases => 2,
    }
}

/// When an entry's event counts for limits: what is decided so late that nobody would take it from a till counts when a
/// till could still have told it.
pub(super) fn counts_at(entry: &Value, at: Moment, book: &Rulebook) -> Moment {
    at.max(book.zone().minus(Moment(number(&entry["at"])), book.programme().tolerance))
}

/// When an entry's event happened.
pub(super) fn happened(entry: &Value) -> Moment {
    Moment(entry["on"].as_i64().unwrap_or_else(|| number(&entry["at"])))
}

fn calendar(per: LimitPeriod) -> Option<Period> {
    match per {
        LimitPeriod::Day => Some(Period::Day),
        LimitPeriod::Week => Some(Period::Week),
        LimitPeriod::Month => Some(Period::Month),
        LimitPeriod::Year => Some(Period::Year),
        LimitPeriod::Event | LimitPeriod::Programme => None,
    }
}

/// Whether a day counts in a window that ends at a moment.
fn counts(day: Day, window: Window, at: Moment, zone: &Zone) -> bool {
    let today = zone.local(at).day;
    match window {
        Window::Lifetime => true,
        Window::Calendar(period) => zone.period_start(today, period) <= day && day <= today,
        Window::Rolling(span) => zone.local(zone.minus(at, span)).day < day && day <= today,
    }
}

impl Past {
    /// What time did before the entry's event was judged.
    pub(super) fn settle(&mut self, entry: &Value) {
        let at = Moment(number(&entry["at"]));
        self.lifts.retain(|(_, _, until)| at < *until);
        for change in list(&entry["due"]).map(|due| &due["reviewed"]["change"]) {
            if change.is_object() {
                self.tier = change["t"].as_str().map(str::to_owned);
            }
        }
    }

    /// What rules may know at an event's moment.
    pub(super) fn facts(
        &self,
        (at, counts_at): (Moment, Moment),
        book: &Rulebook,
        budget_used: Vec<i64>,
    ) -> Facts {
        let (programme, zone) = (book.programme(), book.zone());
        let base = programme.tiers.first().is_some_and(|tier| tier.from.is_none()).then_some(0);
        let place = |name: &str| programme.tiers.iter().position(|t| t.name == name);
        let own = self.tier.as_deref().and_then(place).or(base);
        let lifted = self.lifts.iter().filter_map(|(_, tier, _)| place(tier)).max();
        Facts {
            tier: own.max(lifted),
            enrolled_at: Some(self.enrolled_at.unwrap_or(at)),
            birthday: None,
            last_purchase_at: self.last_purchase_at,
            balance_points: 0,
            tags: self.tags.clone(),
            windows: book.windows().iter().map(|sum| self.window(sum.metric, sum.window, at, zone)).collect(),
            used: book.limits().iter().map(|slot| self.used(slot, counts_at, zone)).collect(),
            budget_used,
            friends_rewarded: self.friends_rewarded,
            // the simulation's programmes ask for none of these
            milestones: Vec::new(),
            badges: Vec::new(),
            streaks: Vec::new(),
            happened: self.counts(at, book),
            home: dsl::facts::Home::default(),
            arms: Vec::new(),
        }
    }

    /// How often what rules count happened.
    fn counts(&self, at: Moment, book: &Rulebook) -> Vec<i64> {
        let each = book.happenings().iter().map(|asked| {
            let own = self
                .happened
                .iter()
                .filter(|(day, kind, _)| *kind == asked.kind && counts(*day, asked.window, at, book.zone()));
            own.map(|(_, _, times)| times).sum()
        });
        each.collect()
    }

    /// In which arms she is: as she was found before, or as the award says that she is found now.
    pub(super) fn arms(&mut self, award: &Value, book: &Rulebook) -> Vec<Option<String>> {
        let experiments = &book.programme().experiments;
        self.arms.retain(|name, _| experiments.iter().any(|one| one.name == *name));
        for told in list(&award["ar"]) {
            let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
            self.arms.entry(text("e")).or_insert_with(|| text("a"));
        }
        experiments.iter().map(|one| self.arms.get(&one.name).cloned()).collect()
    }

    /// A declared event, or an answer, under rules that count it.
    pub(super) fn happens(&mut self, kind: &str, at: Moment, book: &Rulebook) {
        if book.happenings().iter().any(|asked| asked.kind == kind) {
            self.happened.push((book.zone().local(at).day, kind.to_owned(), 1));
        }
    }

    fn window(&self, metric: Metric, window: Window, at: Moment, zone: &Zone) -> i64 {
        let counted = self.sums.iter().filter(|(day, _)| counts(*day, window, at, zone));
        counted.map(|(_, sums)| sums[place(metric)]).sum()
    }

    /// Whether a sum of the days from the first to before the second was ever this much.
    pub(super) fn was(&self, metric: Metric, (first, end): (Day, Day), score: i64) -> bool {
        let of_period = self.sums.iter().filter(|(day, _)| first <= *day && *day < end);
        let mut sum = 0;
        let mut sums = of_period.map(|(_, sums)| {
            sum += sums[place(metric)];
            sum
        });
        sums.any(|sum| sum == score)
    }

    /// The counter of her household for a limit, at the moment of an event; none for who is in none.
    pub(super) fn shared(&self, slot: &LimitSlot, at: Moment, zone: &Zone) -> Option<String> {
        let household = self.household.as_ref().filter(|_| slot.household)?;
        let period = calendar(slot.per).map(|per| zone.period_start(zone.local(at).day, per));
        let period = period.map_or("ever".to_owned(), dsl::calendar::show_day);
        Some(format!("household:{household}/{}/{period}", slot.key))
    }

    fn used(&self, slot: &LimitSlot, at: Moment, zone: &Zone) -> i64 {
        let period = |at: Moment, period: Period| zone.period_start(zone.local(at).day, period);
        let counts = |used: Used| match (used, calendar(slot.per)) {
            (_, None) => true,
            (Used::At(when), Some(per)) => period(when, per) == period(at, per),
            (Used::In(day), Some(per)) => day == period(at, per),
        };
        let own = |key: &String| *key == slot.key || slot.former_keys.contains(key);
        self.used.iter().filter(|(key, used, _)| own(key) && counts(*used)).map(|(_, _, amount)| amount).sum()
    }

    /// An award, once it was judged.
    pub(super) fn earn(&mut self, award: &Value, (at, counts_at): (Moment, Moment), zone: &Zone) {
        self.enrolled_at.get_or_insert(at);
        self.sums.push((zone.local(at).day, [0, number(&award["p"]), 0]));
        for draw in list(&award["li"]) {
            let key = draw[0].as_str().unwrap_or_default().to_owned();
            self.used.push((key, Used::At(counts_at), number(&draw[1])));
        }
        for effect in list(&award["fx"]) {
            if let Some(tag) = effect["tag"].as_str().filter(|tag| !self.tags.iter().any(|own| own == tag)) {
                self.tags.push(tag.to_owned());
            }
            if let Ok(lift) = serde_json::from_value::<Lift>(effect["lift"].clone()) {
                // whose it is, `remember` says
                self.lifts.push((String::new(), lift.tier, zone.plus(at, lift.span)));
            }
            if let Some(tag) = effect["untag"].as_str() {
                self.tags.retain(|own| own != tag);
            }
        }
        let surplus = self.tags.len().saturating_sub(TAGS_MAX);
        self.tags.drain(..surplus);
    }

    /// What else an entry says, after its awards.
    pub(super) fn remember(&mut self, entry: &Value, zone: &Zone) {
        let (kind, part) = part(entry);
        let at = happened(entry);
        let reference = entry["ref"].as_str().unwrap_or_default();
        self.enrolled_at.get_or_insert(at);
        for (of, _, _) in self.lifts.iter_mut().filter(|(of, _, _)| of.is_empty()) {
            reference.clone_into(of);
        }
        match kind {
            "purchased" => {
                let spent = list(&part["b"]["l"]).map(|line| number(&line["a"])).sum();
                self.sums.push((day(&part["b"]["d"]), [spent, 0, 1]));
                let id = reference.split('#').nth(1).unwrap_or_default();
                self.bought.insert(id.to_owned(), day(&part["b"]["d"]));
                self.last_purchase_at = self.last_purchase_at.max(Some(at));
            }
            "returned" => {
                let on = part["id"].as_str().and_then(|id| self.bought.get(id)).copied();
                let spent: i64 = list(&part["l"]).map(|line| number(&line["a"])).sum();
                let steps: i64 = list(&part["ms"]).map(|undone| number(&undone["p"])).sum();
                let earned: i64 = list(&part["cl"]).map(number).sum::<i64>() + steps;
                for undone in list(&part["ms"]) {
                    let key = undone["k"].as_str().unwrap_or_default();
                    let mut less = |key: String, amount: i64| {
                        self.used.push((key, Used::In(day(&undone["d"])), -amount));
                    };
                    less(key.to_owned(), number(&undone["n"]));
                    if number(&undone["p"]) > 0 {
                        less(key.replace("/times/", "/points/"), number(&undone["p"]));
                    }
                }
                self.lower(&part["lf"], &format!("p#{}#", part["id"].as_str().unwrap_or_default()));
                let whole = i64::from(part["w"] == true);
                self.sums.extend(on.map(|on| (on, [-spent, -earned, -whole])));
            }
            "referral_paid" => {
                self.friends_rewarded += i64::from(part["r"] == "referrer");
                self.paid.insert(reference.to_owned(), (zone.local(at).day, number(&part["aw"]["p"])));
            }
            "referral_reversed" => {
                let paid = reference.strip_suffix("x#").and_then(|paid| self.paid.get(paid)).copied();
                self.sums.extend(paid.map(|(on, points)| (on, [0, -points, 0])));
                self.lower(&part["lf"], reference.strip_suffix("x#").unwrap_or_default());
            }
            "merged_from" => self.came(&part["pa"], part["by"].is_object()),
            "updated" => {
                if let Some(household) = part["ho"].as_str() {
                    self.household = Some(household.to_owned()).filter(|household| !household.is_empty());
                }
            }
            "erased" => {
                self.tags.clear();
                self.household = None;
            }
            _ => {}
        }
        if let Some(change) = entry["ti"].as_object() {
            self.tier = change.get("t").and_then(Value::as_str).map(str::to_owned);
        }
    }

    /// Lifts that ended with what brought them.
    fn lower(&mut self, told: &Value, of: &str) {
        for tier in list(told).filter_map(Value::as_str) {
            if let Some(place) = self.lifts.iter().rposition(|(by, own, _)| by == of && own == tier) {
                self.lifts.remove(place);
            }
        }
    }

    /// What another member brought: her whole history, or what came back of it later.
    fn came(&mut self, parcel: &Value, whole: bool) {
        let sums = |value: &Value| {
            ["spent_minor", "earned_points", "purchases"].map(|name| value[name].as_i64().unwrap_or(0))
        };
        if !whole {
            let back = sums(&parcel["bk"][1]);
            self.sums.push((day(&parcel["bk"][0]), back.map(|sum| -sum)));
            return;
        }
        // what is too long ago for any window is in the lifetime alone
        let mut older = sums(&parcel["li"]);
        for came in list(&parcel["dy"]) {
            let of_day = sums(&came["sums"]);
            for (older, sum) in older.iter_mut().zip(of_day) {
                *older -= sum;
            }
            self.sums.push((day(&came["day"]), of_day));
        }
        self.sums.push((Day(i32::MIN), older));
        for counter in list(&parcel["co"]) {
            let key = counter["key"].as_str().unwrap_or_default().to_owned();
            self.used.push((key, Used::In(day(&counter["period"])), number(&counter["used"])));
        }
        for came in list(&parcel["hp"]) {
            let kind = came["k"].as_str().unwrap_or_default();
            let mut older = number(&came["t"]);
            for of_day in list(&came["d"]) {
                older -= number(&of_day[1]);
                self.happened.push((day(&of_day[0]), kind.to_owned(), number(&of_day[1])));
            }
            self.happened.push((Day(i32::MIN), kind.to_owned(), older));
        }
        for told in list(&parcel["xp"]) {
            let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
            self.arms.entry(text("e")).or_insert_with(|| text("a"));
        }
        for came in list(&parcel["lf"]) {
            let tier = came["t"].as_str().unwrap_or_default().to_owned();
            self.lifts.push(("merged".to_owned(), tier, Moment(number(&came["u"]))));
        }
        for tag in list(&parcel["tg"]).filter_map(Value::as_str) {
            if !self.tags.iter().any(|own| own == tag) && self.tags.len() < TAGS_MAX {
                self.tags.push(tag.to_owned());
            }
        }
        self.last_purchase_at = self.last_purchase_at.max(parcel["lp"].as_i64().map(Moment));
    }
}
