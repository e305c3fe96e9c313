//! States that a run of many seeds must reach: what was never reached was never attacked.

use serde_json::Value;
use std::collections::BTreeMap;

/// States, each with how it is told from an entry; [`States::entry`] counts them.
#[derive(Debug, Default)]
pub struct States {
    /// How often each occurred.
    pub reached: BTreeMap<String, u64>,
}

/// Operations from which on a run must have reached everything: the rarest comes once in some five thousand.
pub const ENOUGH_OPERATIONS: u64 = 50_000;

/// Operations of each seed from which on: what takes months needs a seed that lasts so long.
pub const ENOUGH_OF_A_SEED: u64 = 80;

/// What must occur in a run of [`ENOUGH_OPERATIONS`].
pub const MUST_OCCUR: &[&str] = &[
    "an award held to the text of its rules",
    "entry enrolled",
    "entry purchased",
    "entry occurred",
    "entry returned",
    "entry held",
    "entry redeemed",
    "entry captured",
    "entry released",
    "entry cancelled",
    "entry settled",
    "entry refused",
    "entry celebrated",
    "entry scheduled",
    "entry adjusted",
    "entry frozen",
    "entry updated",
    "entry erased",
    "entry merged_into",
    "entry merged_from",
    "entry voucher_moved",
    "entry answered",
    "entry joined",
    "entry referral_paid",
    "entry referral_reversed",
    "due activated",
    "due expired",
    "due timed_out",
    "due reviewed",
    "due lift_ended",
    "due voucher_freed",
    "due voucher_expired",
    "debt is owed",
    "debt is repaid by an award",
    "debt is repaid by what came back",
    "a shortfall is forgiven",
    "a purchase enrols",
    "a purchase qualifies a friend",
    "a return undoes a friend's purchase",
    "a return after a reward",
    "points come back to lots that are over",
    "a redemption takes from two lots",
    "a capture in part",
    "a limit cuts",
    "a budget is drawn on",
    "a reward is given by a rule",
    "a reward cannot be given",
    "a voucher is issued for points",
    "a voucher is fulfilled",
    "a voucher is reserved",
    "a voucher is cancelled",
    "a tier rises",
    "a tier falls",
    "a tier is lifted",
    "a lift falls with what brought it",
    "other rules than the entry before",
    "happened before it was told",
    "an absence is answered",
    "a draw is won",
    "a rank is rewarded",
    "a rank is shared",
    "a household's limit is used",
    "a tag by a rule",
    "a goal comes nearer",
    "a challenge is completed",
    "a goal goes back",
    "a case is opened",
    "refused: insufficient_points",
    "refused: out_of_stock",
    "refused: members_reached",
    "refused: limit_reached",
    "refused: in_debt",
    "refused: not_held",
    "refused: exceeds_line",
    "refused: voucher_not_open",
    "refused: choice_needed",
    "refused: referral_ring",
    "refused: earning_frozen",
    "refused: spending_frozen",
];

impl States {
    /// Counts what an entry shows, after the entries before it.
    pub fn entry(&mut self, entry: &Value, before: &[Value], balances: [i64; 4]) {
        let (kind, part) = match &entry["ch"] {
            Value::Object(change) => {
                change.iter().next().map_or(("", &Value::Null), |(name, part)| (name.as_str(), part))
            }
            Value::String(name) => (name.as_str(), &Value::Null),
            _ => ("", &Value::Null),
        };
        self.note(&format!("entry {kind}"));
        for due in entry["due"].as_array().into_iter().flatten() {
            if let Some(name) = due.as_object().and_then(|due| due.keys().next()) {
                self.note(&format!("due {name}"));
            }
        }
        let award = if kind == "enrolled" { part } else { &part["aw"] };
        let many = |value: &Value| value.as_array().map_or(0, Vec::len);
        let some = |value: &Value| value.as_i64().is_some_and(|number| number > 0);
        let last = before.last();
        for (name, is) in [
            ("debt is owed", balances[3] > 0),
            ("debt is repaid by an award", some(&award["rp"])),
            ("debt is repaid by what came back", many(&entry["rd"]) > 0),
            ("a shortfall is forgiven", some(&part["fo"])),
            ("a purchase enrols", kind == "purchased" && entry["n"] == 1),
            ("a purchase qualifies a friend", kind == "purchased" && part["rf"].is_object()),
            ("a return undoes a friend's purchase", part["rf"] == "reopened" || part["rf"] == "rejected"),
            ("a return after a reward", part["rf"] == "revoked"),
            ("points come back to lots that are over", came_back_late(entry, part)),
            ("a redemption takes from two lots", kind == "redeemed" && many(&part["tk"]) > 1),
            ("a capture in part", kind == "captured" && many(&part["rl"]) > 0),
            ("a limit cuts", many(&award["li"]) > 0),
            ("a budget is drawn on", many(&award["bu"]) > 0),
            ("a reward is given by a rule", many(&award["rw"]) > 0),
            ("a reward cannot be given", many(&award["wh"]) > 0),
            ("a voucher is issued for points", part["vo"].is_object()),
            ("a voucher is fulfilled", kind == "voucher_moved" && part["to"] == "fulfilled"),
            ("a voucher is reserved", kind == "voucher_moved" && part["to"] == "reserved"),
            ("a voucher is cancelled", kind == "voucher_moved" && part["to"] == "cancelled"),
            ("a tier rises", entry["ti"].is_object() && kind == "purchased" && entry["n"] != 1),
            ("a tier falls", falls(entry)),
            ("a tier is lifted", award["fx"].to_string().contains("lift")),
            ("a lift falls with what brought it", many(&part["lf"]) > 0),
            ("other rules than the entry before", last.is_some_and(|last| last["rb"] != entry["rb"])),
            ("happened before it was told", kind == "purchased" && entry["on"].is_i64()),
            ("an absence is answered", timer(part).starts_with("absence.")),
            ("a household's limit is used", many(&award["hl"]) > 0),
            ("a rank is rewarded", some(&part["pl"]["r"])),
            ("a draw is won", timer(part) == "schedule.raffle"),
            ("a goal comes nearer", award["li"].to_string().contains("goal:")),
            ("a challenge is completed", award["li"].to_string().contains("challenge:")),
            ("a goal goes back", part["ms"].to_string().contains("goal:")),
            ("a tag by a rule", award["fx"].to_string().contains("tag")),
            ("a case is opened", award["fx"].to_string().contains("case")),
        ] {
            if is {
                self.note(name);
            }
        }
        if kind == "refused" {
            let name = match part {
                Value::Object(refusal) => refusal.keys().next().map(String::as_str),
                other => other.as_str(),
            };
            self.note(&format!("refused: {}", name.unwrap_or_default()));
        }
    }

    fn note(&mut self, name: &str) {
        *self.reached.entry(name.to_owned()).or_default() += 1;
    }
}

/// What should have occurred and did not; nothing for a run that is too short to tell.
pub fn missing(reached: &BTreeMap<String, u64>) -> Vec<&'static str> {
    MUST_OCCUR.iter().copied().filter(|name| !reached.contains_key(*name)).collect()
}

fn timer(part: &Value) -> &str {
    part["k"].as_str().unwrap_or_default()
}

fn falls(entry: &Value) -> bool {
    entry["due"].as_array().into_iter().flatten().any(|due| due["reviewed"].is_object())
}

/// Points that came back to a lot whose time was over.
fn came_back_late(entry: &Value, part: &Value) -> bool {
    let at = entry["at"].as_i64().unwrap_or(0);
    let back = part["bk"].as_array().or_else(|| part["rl"].as_array());
    back.into_iter().flatten().any(|back| back["x"].as_i64().is_some_and(|ends| ends <= at))
}
