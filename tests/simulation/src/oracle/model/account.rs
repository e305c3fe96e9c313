//! What a member has: lots, holds and debt, moved by hand.

use serde_json::Value;
use std::collections::BTreeMap;

/// A lot: the entry that opened it, and which of its credits.
pub(super) type LotId = (u64, u64);

/// When a lot ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Never.
    Never,
    /// At a moment.
    At(i64),
    /// Purchases may have extended it: at a moment or later.
    NotBefore(i64),
}

/// A lot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lot {
    pub(super) left: i64,
    pub(super) earned: i64,
    /// When it becomes spendable; none once it has.
    pub(super) starts: Option<i64>,
    pub(super) ends: Ends,
}

/// Points taken from, or given back to, one lot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) lot: LotId,
    pub(super) points: i64,
    earned: i64,
    ends: Option<i64>,
}

/// Points reserved by a redemption.
#[derive(Debug, Clone)]
pub(super) struct Hold {
    pub(super) until: i64,
    pub(super) taken: Vec<Taken>,
}

/// What a member has.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(super) lots: BTreeMap<LotId, Lot>,
    pub(super) holds: BTreeMap<String, Hold>,
    pub(super) debt: i64,
    /// Points by purchase, for returns.
    pub(super) purchases: BTreeMap<String, super::returns::Purchase>,
    /// True where purchases keep points alive.
    pub(super) slides: bool,
    pub(super) at: i64,
}

/// `[7, 0]`.
pub(super) fn lot_id(value: &Value) -> LotId {
    (value[0].as_u64().unwrap_or(0), value[1].as_u64().unwrap_or(0))
}

/// Allocations of a list.
pub(super) fn taken(list: &Value) -> Vec<Taken> {
    let of = |value: &Value| Taken {
        lot: lot_id(&value["l"]),
        points: value["n"].as_i64().unwrap_or(0),
        earned: value["e"].as_i64().unwrap_or(0),
        ends: value["x"].as_i64(),
    };
    list.as_array().into_iter().flatten().map(of).collect()
}

/// Points in a list of allocations.
pub(super) fn points(list: &[Taken]) -> i64 {
    list.iter().map(|taken| taken.points).sum()
}

impl Account {
    /// Active, pending, held, debt.
    pub(crate) fn balances(&self) -> [i64; 4] {
        let of = |pending: bool| {
            let lots = self.lots.values().filter(|lot| lot.starts.is_some() == pending);
            lots.map(|lot| lot.left).sum::<i64>()
        };
        let held = self.holds.values().map(|hold| points(&hold.taken)).sum();
        [of(false), of(true), held, self.debt]
    }

    /// A new lot: pending, or spendable, which repays debt first. What repaid it.
    pub(super) fn open(&mut self, id: LotId, mut lot: Lot) -> i64 {
        let mut repaid = 0;
        if lot.starts.is_none() {
            repaid = lot.left.min(self.debt);
            self.debt -= repaid;
            lot.left -= repaid;
        }
        if lot.left > 0 {
            self.lots.insert(id, lot);
        }
        repaid
    }

    /// Takes points from a lot, whatever its stage.
    pub(super) fn lower(&mut self, id: LotId, points: i64, found: &mut Vec<String>) {
        match self.lots.get_mut(&id) {
            Some(lot) if lot.left >= points => lot.left -= points,
            other => found.push(format!("takes {points} from lot {id:?}, of which there is {other:?}")),
        }
        self.lots.retain(|_, lot| lot.left > 0);
    }

    /// Takes spendable points, which must be the first in spend order as far as that is known.
    pub(super) fn spend(&mut self, list: &[Taken], at: i64, found: &mut Vec<String>) {
        for taken in list {
            let spendable = self.lots.get(&taken.lot).is_some_and(|lot| lot.is_spendable(at));
            if !spendable {
                found.push(format!(
                    "spends lot {:?}, which is not spendable: {:?}",
                    taken.lot,
                    self.lots.get(&taken.lot)
                ));
            }
        }
        if let Some(first) = self.first(points(list), at) {
            let own: Vec<(LotId, i64)> = list.iter().map(|taken| (taken.lot, taken.points)).collect();
            if own != first {
                found.push(format!("spends {own:?}, in spend order {first:?}"));
            }
        }
        for taken in list {
            self.lower(taken.lot, taken.points, found);
        }
    }

    /// The first so many spendable points in spend order; none where that cannot be said.
    fn first(&self, points: i64, at: i64) -> Option<Vec<(LotId, i64)>> {
        let mut open: Vec<(LotId, &Lot)> =
            self.lots.iter().filter(|(_, lot)| lot.is_spendable(at)).map(|(id, lot)| (*id, lot)).collect();
        if open.iter().any(|(_, lot)| matches!(lot.ends, Ends::NotBefore(_))) {
            return None;
        }
        open.sort_by_key(|(id, lot)| match lot.ends {
            Ends::At(at) => (false, at, lot.earned, *id),
            _ => (true, 0, lot.earned, *id),
        });
        let mut left = points;
        let mut first = Vec::new();
        for (id, lot) in open {
            let here = lot.left.min(left);
            if here > 0 {
                first.push((id, here));
                left -= here;
            }
        }
        Some(first)
    }

    /// Points go back to their lots; where a lot is closed and over, they are gone at once.
    pub(super) fn give_back(&mut self, list: &[Taken], at: i64) {
        for taken in list {
            if let Some(lot) = self.lots.get_mut(&taken.lot) {
                lot.left += taken.points;
                // the latest that any part of it was promised
                if let (true, Some(ends), Ends::At(own) | Ends::NotBefore(own)) =
                    (self.slides, taken.ends, lot.ends)
                {
                    lot.ends = Ends::NotBefore(own.max(ends));
                }
            } else if taken.ends.is_none_or(|ends| ends > at) {
                let ends = match taken.ends {
                    None => Ends::Never,
                    Some(ends) if self.slides => Ends::NotBefore(ends),
                    Some(ends) => Ends::At(ends),
                };
                self.lots
                    .insert(taken.lot, Lot { left: taken.points, earned: taken.earned, starts: None, ends });
            }
        }
    }

    /// A purchase may have extended all that has an end.
    pub(super) fn extend(&mut self) {
        if !self.slides {
            return;
        }
        for lot in self.lots.values_mut() {
            if let Ends::At(at) = lot.ends {
                lot.ends = Ends::NotBefore(at);
            }
        }
    }

    /// What time did, in the order it is told.
    pub(super) fn settle(&mut self, due: &Value, found: &mut Vec<String>) {
        let Some((kind, due)) = due.as_object().and_then(|due| due.iter().next()) else { return };
        let (lot, amount) = (lot_id(&due["lot"]), due["points"].as_i64().unwrap_or(0));
        let at = due["at"].as_i64().unwrap_or(0);
        match kind.as_str() {
            "activated" => {
                let Some(open) = self.lots.remove(&lot) else {
                    found.push(format!("lot {lot:?} becomes spendable and is not there"));
                    return;
                };
                if open.starts != Some(at) || open.left != amount {
                    found.push(format!("{amount} of lot {lot:?} become spendable at {at}: {open:?}"));
                }
                let repaid = self.open(lot, Lot { starts: None, ..open });
                if repaid != due["repaid"].as_i64().unwrap_or(0) {
                    found.push(format!("lot {lot:?} repays {} of debt, not {repaid}", due["repaid"]));
                }
            }
            "expired" => {
                let open = self.lots.remove(&lot);
                let fits = open.is_some_and(|open| {
                    let in_time = match open.ends {
                        Ends::Never => false,
                        Ends::At(ends) => ends == at,
                        Ends::NotBefore(ends) => ends <= at,
                    };
                    in_time && open.left == amount
                });
                if !fits {
                    found.push(format!("{amount} of lot {lot:?} expire at {at}: {open:?}"));
                }
            }
            "timed_out" => {
                let hold = self.holds.remove(due["redemption"].as_str().unwrap_or_default());
                match hold {
                    Some(hold) if hold.until == at && points(&hold.taken) == amount => {
                        // a lot that has ended meanwhile expires by a settlement of its own
                        self.give_back(&hold.taken, i64::MIN);
                        for taken in &hold.taken {
                            if let Some(Lot { ends: Ends::At(ends), .. }) = self.lots.get_mut(&taken.lot) {
                                *ends = at.max(*ends);
                            }
                        }
                    }
                    hold => found.push(format!("{amount} of a hold time out at {at}: {hold:?}")),
                }
            }
            "repaid" => {
                self.lower(lot, amount, found);
                self.debt -= amount;
            }
            _ => {}
        }
    }

    /// Nothing that was due is left, but for what this very entry opened of something long past.
    pub(super) fn overdue(&self, (seq, at): (u64, i64), found: &mut Vec<String>) {
        for (id, lot) in self.lots.iter().filter(|((opened_by, _), _)| *opened_by != seq) {
            if lot.starts.is_some_and(|starts| starts <= at) {
                found.push(format!("lot {id:?} was spendable before {at}, and waits: {lot:?}"));
            }
            if matches!(lot.ends, Ends::At(ends) if ends <= at) {
                found.push(format!("lot {id:?} was over before {at}, and is there: {lot:?}"));
            }
        }
        for (id, hold) in &self.holds {
            if hold.until <= at {
                found.push(format!("the hold `{id}` was over before {at}, and is there"));
            }
        }
        if self.debt < 0 || (self.debt > 0 && self.balances()[0] > 0) {
            found.push(format!("owes {} with {:?}", self.debt, self.balances()));
        }
    }

    /// At the end: the job has written all that fell due.
    pub(super) fn left_over(&self, settled_at: i64, found: &mut Vec<String>) {
        let mut left = Vec::new();
        self.overdue((0, settled_at.saturating_sub(3_600_000)), &mut left);
        found.extend(left.into_iter().map(|what| format!("the job of due dates left out: {what}")));
    }
}

impl Lot {
    fn is_spendable(&self, at: i64) -> bool {
        self.starts.is_none() && !matches!(self.ends, Ends::At(ends) if ends <= at)
    }
}
