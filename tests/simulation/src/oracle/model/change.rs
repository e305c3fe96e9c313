//! One entry after another, each from what it says happened.

use super::account::{Account, Ends, Hold, Lot, lot_id, points, taken};
use super::returns::Purchase;
use super::{Member, Told};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Kinds of entries that earn, with where their awards are.
const EARNING: [&str; 6] = ["occurred", "celebrated", "answered", "scheduled", "referral_paid", "purchased"];

/// What went from one member to another: what left, and what came.
#[derive(Debug, Default)]
pub(super) struct Parcels(BTreeMap<String, [Option<[i64; 3]>; 2]>);

impl Parcels {
    fn note(&mut self, pk: &str, reference: &str, side: usize, what: [i64; 3]) {
        let tenant = super::tenant_of(pk);
        self.0.entry(format!("{tenant} {reference}")).or_default()[side] = Some(what);
    }

    /// What left one member and did not come to the other.
    pub(super) fn violations(&self) -> Vec<String> {
        let torn = self.0.iter().filter(|(_, [left, came])| left != came);
        torn.map(|(name, [left, came])| format!("model: {name}: {left:?} left, {came:?} came")).collect()
    }
}

/// What happened, by its name, and what belongs to it.
pub(super) fn part(entry: &Value) -> (&str, &Value) {
    match &entry["ch"] {
        Value::Object(change) => {
            change.iter().next().map_or(("", &Value::Null), |(name, part)| (name.as_str(), part))
        }
        Value::String(name) => (name.as_str(), &Value::Null),
        _ => ("", &Value::Null),
    }
}

/// The awards of an entry, in the order their lots are numbered.
fn awards(entry: &Value) -> Vec<&Value> {
    let (kind, part) = part(entry);
    match kind {
        "enrolled" => vec![part],
        _ if EARNING.contains(&kind) => {
            [&part["wl"], &part["aw"]].into_iter().filter(|award| award.is_object()).collect()
        }
        _ => Vec::new(),
    }
}

/// Points an entry's event earned.
pub(super) fn earned(entry: &Value) -> i64 {
    awards(entry).iter().map(|award| award["p"].as_i64().unwrap_or(0)).sum()
}

/// Moves a member on by one entry.
pub(super) fn apply(
    member: &mut Member,
    parcels: &mut Parcels,
    (pk, entry, before): (&str, &Value, &[Value]),
    written: Option<Duration>,
    found: &mut Vec<String>,
) {
    let (kind, part) = part(entry);
    let number = |value: &Value| value.as_i64().unwrap_or(0);
    let (seq, at) = (entry["n"].as_u64().unwrap_or(0), number(&entry["at"]));
    if before.len() as u64 + 1 != seq {
        found.push(format!("is the entry after {}", before.len()));
    }
    if at < member.account.at {
        found.push("was decided before the entry before it".to_owned());
    }
    member.account.at = at.max(member.account.at);
    if seq == 1 {
        member.enrolled_at = entry["on"].as_i64().unwrap_or(at);
    }
    let old = member.account.balances();
    let mut settled_at = i64::MIN;
    for due in entry["due"].as_array().into_iter().flatten() {
        let when = due.as_object().and_then(|due| due.values().next()).map_or(0, |due| number(&due["at"]));
        if when < settled_at || when > at {
            found.push(format!("settles out of time: {due}"));
        }
        settled_at = when;
        member.account.settle(due, found);
    }
    change(member, parcels, (pk, entry, kind, part), found);
    let reference = entry["ref"].as_str().unwrap_or_default().to_owned();
    let account = &mut member.account;
    for repaid in entry["rd"].as_array().into_iter().flatten() {
        account.lower(lot_id(&repaid[0]), number(&repaid[1]), found);
        account.debt -= number(&repaid[1]);
    }
    if member.ended_at.is_none() || kind != "returned" {
        account.overdue((entry["n"].as_u64().unwrap_or(0), at), found);
    }
    let new = account.balances();
    for (place, name) in ["ac", "pe", "he", "de"].into_iter().enumerate() {
        // debt is posted as what a member has: below nothing
        let moved = if name == "de" { old[place] - new[place] } else { new[place] - old[place] };
        let posted: i64 =
            postings(entry).filter(|(account, _)| *account == name).map(|(_, points)| points).sum();
        if moved != posted {
            found.push(format!("`{kind}` posts {posted} to `{name}`, where {moved} moved"));
        }
    }
    let sum: i64 = postings(entry).map(|(_, points)| points).sum();
    if sum != 0 {
        found.push(format!("postings sum to {sum}"));
    }
    let told = Told { seq, kind: kind.to_owned(), balances: new, points: earned(entry), written };
    if let Some(other) = member.references.insert(reference.clone(), told) {
        found.push(format!("`{reference}` is entry {} already", other.seq));
    }
}

fn postings(entry: &Value) -> impl Iterator<Item = (&str, i64)> {
    entry["ps"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|posting| Some((posting[0].as_str()?, posting[1].as_i64()?)))
}

/// What happened, beside what time did.
fn change(
    member: &mut Member,
    parcels: &mut Parcels,
    (pk, entry, kind, part): (&str, &Value, &str, &Value),
    found: &mut Vec<String>,
) {
    let number = |value: &Value| value.as_i64().unwrap_or(0);
    let (seq, at) = (entry["n"].as_u64().unwrap_or(0), number(&entry["at"]));
    let reference = entry["ref"].as_str().unwrap_or_default();
    let account = &mut member.account;
    credit(account, entry, found);
    match kind {
        "purchased" => {
            let id = reference.split('#').nth(1).unwrap_or_default().to_owned();
            account.purchases.insert(id, Purchase::of(&part["b"], &part["aw"]));
            account.extend();
        }
        "returned" => {
            returned(account, part, at, found);
            if member.ended_at.is_some() {
                leave(account, parcels, (pk, &merged_reference(pk, reference)));
            }
        }
        "referral_reversed" => {
            for taken in taken(&part["tk"]) {
                account.lower(taken.lot, taken.points, found);
            }
            account.debt += number(&part["ow"]);
        }
        "held" => {
            let list = taken(&part["tk"]);
            account.spend(&list, at, found);
            let id = reference.split('#').nth(1).unwrap_or_default().to_owned();
            account.holds.insert(id, Hold { until: number(&part["until"]), taken: list });
        }
        "redeemed" => account.spend(&taken(&part["tk"]), at, found),
        "captured" | "released" => {
            let id = part["id"].as_str().unwrap_or_default();
            let back = taken(&part["rl"]);
            let spent = taken(&part["tk"]);
            match account.holds.remove(id) {
                Some(hold) if points(&hold.taken) == points(&back) + points(&spent) => {}
                hold => found.push(format!("`{kind}` of {} and {}: {hold:?}", points(&spent), points(&back))),
            }
            account.give_back(&back, at);
        }
        "cancelled" | "voucher_moved" => account.give_back(&taken(&part["bk"]), at),
        "adjusted" => {
            let given = number(&part["p"]);
            if given > 0 {
                let ends = ends(&part["x"], account.slides);
                let repaid = account.open((seq, 0), Lot { left: given, earned: at, starts: None, ends });
                if repaid != number(&part["rp"]) {
                    found.push(format!("an adjustment repays {repaid}, not {}", part["rp"]));
                }
            } else {
                account.spend(&taken(&part["tk"]), at, found);
            }
        }
        "merged_into" => {
            leave(account, parcels, (pk, reference));
            member.ended_at = Some(at);
        }
        "merged_from" => came(account, parcels, (pk, reference, seq), &part["pa"]),
        "frozen" => member.was_frozen |= part["e"] == true,
        "updated" => member.was_updated = true,
        "erased" => member.ended_at = Some(at),
        _ => {}
    }
}

/// Lots that an entry's awards open.
fn credit(account: &mut Account, entry: &Value, found: &mut Vec<String>) {
    let seq = entry["n"].as_u64().unwrap_or(0);
    let earned = entry["on"].as_i64().or_else(|| entry["at"].as_i64()).unwrap_or(0);
    let mut index = 0;
    for award in awards(entry) {
        let mut repaid = 0;
        let mut sum = 0;
        for lot in award["lo"].as_array().into_iter().flatten() {
            let left = lot["p"].as_i64().unwrap_or(0);
            let opened =
                Lot { left, earned, starts: lot["a"].as_i64(), ends: ends(&lot["x"], account.slides) };
            repaid += account.open((seq, index), opened);
            sum += left;
            index += 1;
        }
        if sum != award["p"].as_i64().unwrap_or(0) {
            found.push(format!("an award of {} opens lots of {sum}", award["p"]));
        }
        if repaid != award["rp"].as_i64().unwrap_or(0) {
            found.push(format!("an award repays {}, not {repaid}", award["rp"]));
        }
    }
}

fn ends(value: &Value, slides: bool) -> Ends {
    match value.as_i64() {
        None => Ends::Never,
        // the purchase that opens it may extend it at once
        Some(at) if slides => Ends::NotBefore(at),
        Some(at) => Ends::At(at),
    }
}

fn returned(account: &mut Account, part: &Value, at: i64, found: &mut Vec<String>) {
    let number = |value: &Value| value.as_i64().unwrap_or(0);
    let id = part["id"].as_str().unwrap_or_default();
    match account.purchases.get_mut(id) {
        None => found.push(format!("a return of `{id}`, which was never bought")),
        Some(purchase) => {
            let own = purchase.give_back(&part["l"]);
            let told: Vec<i64> = part["cl"].as_array().into_iter().flatten().map(number).collect();
            let same = own == told || (told.is_empty() && own.iter().all(|points| *points == 0));
            if !same {
                found.push(format!("a return takes {told:?} of its lots, not {own:?}"));
            }
            if purchase.exceeds() {
                found.push(format!("more of `{id}` came back than was bought"));
            }
            // and what was given for steps and challenges that are not reached any more
            let steps = part["ms"].as_array().into_iter().flatten().map(|undone| number(&undone["p"]));
            let whole: i64 = own.iter().copied().chain(steps).sum();
            if whole != number(&part["p"]) + number(&part["fo"]) {
                found.push(format!("a return takes {} and forgives {}, not {whole}", part["p"], part["fo"]));
            }
        }
    }
    account.give_back(&taken(&part["bk"]), at);
    for taken in taken(&part["tk"]) {
        account.lower(taken.lot, taken.points, found);
    }
    account.debt += number(&part["ow"]);
}

/// All that a member has goes to another.
fn leave(account: &mut Account, parcels: &mut Parcels, (pk, reference): (&str, &str)) {
    let [active, pending, _, debt] = account.balances();
    parcels.note(pk, reference, 0, [active, pending, debt]);
    account.lots.clear();
    account.debt = 0;
}

/// What another had comes.
fn came(
    account: &mut Account,
    parcels: &mut Parcels,
    (pk, reference, seq): (&str, &str, u64),
    parcel: &Value,
) {
    let mut sums = [0, 0, parcel["de"].as_i64().unwrap_or(0)];
    for (index, lot) in parcel["lo"].as_array().into_iter().flatten().enumerate() {
        let left = lot["n"].as_i64().unwrap_or(0);
        let starts = lot["a"].as_i64();
        sums[usize::from(starts.is_some())] += left;
        let earned = lot["e"].as_i64().unwrap_or(0);
        let opened = Lot { left, earned, starts, ends: ends(&lot["x"], account.slides) };
        // what comes repays debt only with all that came: the entry says so
        account.lots.insert((seq, u64::try_from(index).unwrap_or(u64::MAX)), opened);
    }
    account.debt += sums[2];
    parcels.note(pk, reference, 1, sums);
}

/// What a return of before a merge leaves is found by: `g#<from>#p#<purchase>#r#<return>#`.
fn merged_reference(pk: &str, reference: &str) -> String {
    let member = pk.split('#').nth(3).unwrap_or_default();
    format!("g#{member}#{reference}")
}
