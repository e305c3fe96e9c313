//! What a simulation found, as numbers: for a program as JSON, and for the table and the page that people read.

use super::course::most;
use super::tally::{OfGroup, OfMember, Tally};
use crate::history::Left;
use domain::{budget_counter, stock_counter};
use dsl::calendar::show_day;
use dsl::model::BudgetTotal;
use dsl::plan::Rulebook;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Micro-minor units to a minor unit.
const MICRO: i128 = 1_000_000;

/// How many members are named of those who gain, and of those who lose.
const NAMED: usize = 10;

/// Bars on either side of none in the spread of differences.
const BARS: i64 = 6;

/// What a simulation found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) history: HistoryRead,
    pub(crate) candidate: Side,
    /// What the rules in force would have given, where they were named.
    pub(crate) live: Option<Side>,
    pub(crate) difference: Option<Difference>,
    pub(crate) threshold: Option<Threshold>,
    /// What was not simulated, or assumed, in sentences.
    pub(crate) assumed: Vec<String>,
}

/// What the file held.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryRead {
    /// The history, or the ledger.
    pub(crate) file: String,
    /// Rows, or entries.
    pub(crate) read: u64,
    pub(crate) left_out: BTreeMap<String, u64>,
    pub(crate) members: u64,
    /// Local days of the first and last event, in the candidate's zone.
    pub(crate) from: String,
    pub(crate) until: String,
}

/// What one rule file gave.
#[derive(Debug, Serialize)]
pub(crate) struct Side {
    pub(crate) file: String,
    pub(crate) version: String,
    pub(crate) currency: String,
    pub(crate) purchases: i64,
    pub(crate) returns: i64,
    /// Entries that time made: absences, anniversaries, dates.
    pub(crate) by_time: i64,
    pub(crate) refused: BTreeMap<String, i64>,
    /// What was paid, net of returns, in minor units.
    pub(crate) turnover_minor: i64,
    pub(crate) issued_points: i64,
    pub(crate) clawed_points: i64,
    pub(crate) expired_points: i64,
    pub(crate) redeemed_points: i64,
    /// Spendable, pending and held at the end.
    pub(crate) open_points: i64,
    pub(crate) debt_points: i64,
    /// Issued less clawed, at the point's worth, rounded half away from zero; none where the file declares no worth.
    pub(crate) cost_minor: Option<i64>,
    /// The cost as a share of the turnover, in hundredths of a percent, rounded down.
    pub(crate) cost_of_turnover: Option<i64>,
    /// Open points at the point's worth.
    pub(crate) liability_minor: Option<i64>,
    pub(crate) rules: Vec<RuleGave>,
    pub(crate) rewards: BTreeMap<String, i64>,
    pub(crate) tiers: Vec<Group>,
    pub(crate) segments: Vec<Group>,
    /// By experiment and arm.
    pub(crate) arms: Vec<Group>,
    pub(crate) budgets: Vec<Drawn>,
    pub(crate) months: Vec<MonthGave>,
}

/// What a rule gave.
#[derive(Debug, Serialize)]
pub(crate) struct RuleGave {
    pub(crate) rule: String,
    pub(crate) times: i64,
    pub(crate) points: i64,
}

/// A tier or a segment, at the end.
#[derive(Debug, Serialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) members: i64,
    pub(crate) net_points: i64,
    pub(crate) open_points: i64,
    pub(crate) liability_minor: Option<i64>,
}

/// A budget or a stock.
#[derive(Debug, Serialize)]
pub(crate) struct Drawn {
    pub(crate) name: String,
    /// `points`, `money` (minor units) or `pieces`.
    pub(crate) unit: &'static str,
    pub(crate) used: i64,
    pub(crate) total: i64,
    /// The local day on which nothing was left.
    pub(crate) ran_out_on: Option<String>,
}

/// A month of the programme's calendar.
#[derive(Debug, Serialize)]
pub(crate) struct MonthGave {
    /// `2026-11`.
    pub(crate) month: String,
    pub(crate) issued_points: i64,
    pub(crate) clawed_points: i64,
}

/// The candidate beside the rules in force; positive where the candidate gives more.
#[derive(Debug, Serialize)]
pub(crate) struct Difference {
    pub(crate) net_points: i64,
    /// In hundredths of a percent of what the rules in force give, away from zero; none where they give nothing.
    pub(crate) net_share: Option<i64>,
    pub(crate) cost_minor: Option<i64>,
    pub(crate) open_points: i64,
    pub(crate) members_gain: i64,
    pub(crate) members_lose: i64,
    pub(crate) members_same: i64,
    pub(crate) gain_most: Vec<MemberDiffers>,
    pub(crate) lose_most: Vec<MemberDiffers>,
    /// Members by difference.
    pub(crate) spread: Vec<Bar>,
    /// By the tier that the rules in force lead to.
    pub(crate) tiers: Vec<TierDiffers>,
    /// Members whose tier at the end is another.
    pub(crate) moves: Vec<Move>,
}

/// One member under both.
#[derive(Debug, Serialize)]
pub(crate) struct MemberDiffers {
    pub(crate) member: String,
    pub(crate) live_points: i64,
    pub(crate) candidate_points: i64,
}

/// Members whose difference lies from `from` to `to` points, both included.
#[derive(Debug, Serialize)]
pub(crate) struct Bar {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) members: i64,
}

/// A tier under both.
#[derive(Debug, Serialize)]
pub(crate) struct TierDiffers {
    pub(crate) tier: String,
    pub(crate) members: i64,
    pub(crate) live_points: i64,
    pub(crate) candidate_points: i64,
}

/// Members who end in another tier.
#[derive(Debug, Serialize)]
pub(crate) struct Move {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) members: i64,
}

/// How much more the candidate may give.
#[derive(Debug, Serialize)]
pub(crate) struct Threshold {
    /// In hundredths of a percent.
    pub(crate) most: i64,
    /// Whether the candidate keeps to it.
    pub(crate) held: bool,
}

/// The left-out rows by why.
pub(super) fn left_out(left: &Left) -> BTreeMap<String, u64> {
    left.iter().map(|(why, count)| (why.to_owned(), count)).collect()
}

/// Points at the point's worth in minor units, half away from zero.
fn worth(rules: &Rulebook, points: i64) -> Option<i64> {
    let micro = i128::from(points) * i128::from(rules.programme().point_worth_micro_minor?);
    i64::try_from((micro + micro.signum() * MICRO / 2) / MICRO).ok()
}

impl Side {
    pub(super) fn of(file: String, rules: &Rulebook, tally: &Tally) -> Self {
        let programme = rules.programme();
        let net = tally.issued - tally.clawed;
        let cost_minor = worth(rules, net);
        let group = |(name, group): (&String, &OfGroup)| Group {
            name: name.clone(),
            members: group.members,
            net_points: group.net,
            open_points: group.open,
            liability_minor: worth(rules, group.open),
        };
        let tiers = programme.tiers.iter().filter_map(|tier| tally.tiers.get_key_value(&tier.name));
        let rules_gave = programme.rules.iter().map(|rule| {
            let gave = tally.rules.get(&rule.name).copied().unwrap_or_default();
            RuleGave { rule: rule.name.clone(), times: gave.times, points: gave.points }
        });
        Self {
            file,
            version: rules.id().to_owned(),
            currency: programme.currency.code().to_owned(),
            purchases: tally.purchases,
            returns: tally.returns,
            by_time: tally.by_time,
            refused: tally.refused.clone(),
            turnover_minor: tally.turnover_minor,
            issued_points: tally.issued,
            clawed_points: tally.clawed,
            expired_points: tally.expired,
            redeemed_points: tally.redeemed,
            open_points: tally.open,
            debt_points: tally.debt,
            cost_minor,
            cost_of_turnover: cost_minor.filter(|_| tally.turnover_minor > 0).and_then(|cost| {
                i64::try_from(i128::from(cost) * 10_000 / i128::from(tally.turnover_minor)).ok()
            }),
            liability_minor: worth(rules, tally.open),
            rules: rules_gave.collect(),
            rewards: tally.rewards.clone(),
            tiers: tiers.map(group).collect(),
            segments: tally.segments.iter().map(group).collect(),
            arms: tally.arms.iter().map(group).collect(),
            budgets: used(rules, tally),
            months: tally
                .months
                .iter()
                .map(|(month, sums)| MonthGave {
                    month: format!("{:04}-{:02}", month.0, month.1),
                    issued_points: sums.issued,
                    clawed_points: sums.clawed,
                })
                .collect(),
        }
    }

    /// Points issued less points clawed back.
    pub(crate) const fn net_points(&self) -> i64 {
        self.issued_points - self.clawed_points
    }
}

fn used(rules: &Rulebook, tally: &Tally) -> Vec<Drawn> {
    let (programme, most) = (rules.programme(), most(rules));
    let budgets = programme.budgets.iter().map(|budget| {
        let unit = if matches!(budget.total, BudgetTotal::Points(_)) { "points" } else { "money" };
        (budget.name.as_str(), unit, budget_counter(&budget.name))
    });
    let rewards = programme.rewards.iter().map(|r| (r.name.as_str(), "pieces", stock_counter(&r.name)));
    let used = |(name, unit, counter): (&str, &'static str, String)| {
        Some(Drawn {
            name: name.to_owned(),
            unit,
            used: tally.counters.get(&counter).copied().unwrap_or(0),
            total: *most.get(&counter)?,
            ran_out_on: tally.ran_out.get(&counter).map(|day| show_day(*day)),
        })
    };
    budgets.chain(rewards).filter_map(used).collect()
}

impl Difference {
    pub(super) fn of(live: &Tally, candidate: &Tally, live_side: &Side, side: &Side) -> Self {
        let none = OfMember::default();
        let names: BTreeSet<&String> = live.of_members.keys().chain(candidate.of_members.keys()).collect();
        let both = |name: &String| {
            let of = |tally: &Tally| tally.of_members.get(name).cloned().unwrap_or_else(|| none.clone());
            (of(live), of(candidate))
        };
        let mut members: Vec<(i64, MemberDiffers)> = Vec::with_capacity(names.len());
        let mut tiers: BTreeMap<String, (i64, i64, i64)> = BTreeMap::new();
        let mut moves: BTreeMap<(String, String), i64> = BTreeMap::new();
        for name in names {
            let (was, is) = both(name);
            let differs =
                MemberDiffers { member: name.clone(), live_points: was.net, candidate_points: is.net };
            members.push((is.net - was.net, differs));
            let tier = |member: &OfMember| member.tier.clone().unwrap_or_else(|| "no tier".to_owned());
            let sums = tiers.entry(tier(&was)).or_default();
            *sums = (sums.0 + 1, sums.1 + was.net, sums.2 + is.net);
            if was.tier != is.tier {
                *moves.entry((tier(&was), tier(&is))).or_default() += 1;
            }
        }
        let count = |sign: i64| {
            let of = members.iter().filter(|(difference, _)| difference.signum() == sign).count();
            i64::try_from(of).unwrap_or(i64::MAX)
        };
        let (gain, lose, same) = (count(1), count(-1), count(0));
        let differences: Vec<i64> = members.iter().map(|(difference, _)| *difference).collect();
        let spread = spread(&differences);
        let net = side.net_points() - live_side.net_points();
        members.sort_by_key(|(difference, _)| *difference); // stable: of equals, the first by name
        let losers = members.iter().take_while(|(difference, _)| *difference < 0).take(NAMED).count();
        let mut gain_most: Vec<_> = members.split_off(losers);
        gain_most.sort_by_key(|(difference, _)| -difference);
        gain_most.retain(|(difference, _)| *difference > 0);
        gain_most.truncate(NAMED);
        let only =
            |members: Vec<(i64, MemberDiffers)>| members.into_iter().map(|(_, member)| member).collect();
        Self {
            net_points: net,
            net_share: share(net, live_side.net_points()),
            cost_minor: side.cost_minor.zip(live_side.cost_minor).map(|(is, was)| is - was),
            open_points: side.open_points - live_side.open_points,
            members_gain: gain,
            members_lose: lose,
            members_same: same,
            gain_most: only(gain_most),
            lose_most: only(members),
            spread,
            tiers: tiers
                .into_iter()
                .map(|(tier, (members, live_points, candidate_points))| TierDiffers {
                    tier,
                    members,
                    live_points,
                    candidate_points,
                })
                .collect(),
            moves: moves.into_iter().map(|((from, to), members)| Move { from, to, members }).collect(),
        }
    }
}

/// A part of a whole in hundredths of a percent, away from zero: a candidate never seems to keep a threshold by the
/// rounding.
fn share(part: i64, whole: i64) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    let (up, whole) = (i128::from(part) * 10_000, i128::from(whole));
    i64::try_from((up + up.signum() * (whole - 1)) / whole).ok()
}

/// Members by difference, in bars of one width of 1, 2 or 5 times a power of ten, with none in the middle. The width is
/// such that nine of ten fit; the outermost bars hold whoever is beyond.
fn spread(differences: &[i64]) -> Vec<Bar> {
    let mut sizes: Vec<i64> = differences.iter().map(|difference| difference.abs()).collect();
    sizes.sort_unstable();
    let largest = sizes.last().copied().unwrap_or(0);
    let most = sizes.get(sizes.len() * 9 / 10).copied().unwrap_or(largest);
    let widths = (0..18).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_i64.pow(power)));
    let width = widths.into_iter().find(|width| width.saturating_mul(BARS) >= most).unwrap_or(i64::MAX);
    let mut bars: BTreeMap<i64, i64> = (-BARS..=BARS).map(|bar| (bar, 0)).collect();
    for difference in differences {
        let bar = ((difference.abs() + width - 1) / width).min(BARS) * difference.signum();
        *bars.entry(bar).or_default() += 1;
    }
    let bar = |(bar, members): (i64, i64)| {
        let near = (bar.abs() - 1) * width + 1;
        let far = if bar.abs() == BARS { largest.max(BARS * width) } else { bar.abs() * width };
        match bar.signum() {
            1 => Bar { from: near, to: far, members },
            -1 => Bar { from: -far, to: -near, members },
            _ => Bar { from: 0, to: 0, members },
        }
    };
    bars.into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_away_from_zero() {
        assert_eq!(share(1, 3), Some(3_334));
        assert_eq!(share(-1, 3), Some(-3_334));
        assert_eq!(share(5, 100), Some(500));
        assert_eq!(share(0, 7), Some(0));
        assert_eq!(share(1, 0), None);
    }

    #[test]
    fn every_member_is_in_one_bar() {
        let bars = spread(&[0, 0, 1, 5, 6, -3, 30, -30]);
        let shown: Vec<(i64, i64, i64)> =
            bars.iter().filter(|b| b.members > 0).map(|b| (b.from, b.to, b.members)).collect();
        assert_eq!(shown, [(-30, -26, 1), (-5, -1, 1), (0, 0, 2), (1, 5, 2), (6, 10, 1), (26, 30, 1)]);
        assert_eq!(bars.len(), 13);
        // One of a hundred is far away: she does not press the others into one bar.
        let far: Vec<i64> = (1..=99).map(|n| n % 12).chain([100_000]).collect();
        let bars = spread(&far);
        assert_eq!(bars.iter().map(|bar| bar.members).sum::<i64>(), 100);
        assert!(bars.last().is_some_and(|bar| bar.to == 100_000 && bar.members < 20), "{bars:?}");
    }
}
