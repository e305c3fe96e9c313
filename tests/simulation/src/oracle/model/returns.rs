//! What a return must take back: telescoping, so that parts add up exactly and nobody keeps a rounding.

use serde_json::Value;

/// A purchase, as far as returns need it.
#[derive(Debug, Default, Clone)]
pub(super) struct Purchase {
    /// Per lot, points per line.
    lots: Vec<Vec<i64>>,
    /// Per line: amount and quantity bought, amount and quantity returned.
    lines: Vec<[i64; 4]>,
    /// False where returns take nothing back.
    claws: bool,
}

impl Purchase {
    /// Of a `purchased` entry.
    pub(super) fn of(bought: &Value, award: &Value) -> Self {
        let number = |value: &Value| value.as_i64().unwrap_or(0);
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        Self {
            lots: list(&award["lo"]).iter().map(|lot| list(&lot["s"]).iter().map(number).collect()).collect(),
            lines: list(&bought["l"])
                .iter()
                .map(|line| [number(&line["a"]), number(&line["q"]), 0, 0])
                .collect(),
            claws: award["rf"].is_null(),
        }
    }

    /// Lines came back: what each lot must lose by it.
    pub(super) fn give_back(&mut self, lines: &Value) -> Vec<i64> {
        let before: Vec<i64> = self.lost();
        for line in lines.as_array().into_iter().flatten() {
            let index =
                line["i"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or(usize::MAX);
            if let Some(own) = self.lines.get_mut(index) {
                own[2] += line["a"].as_i64().unwrap_or(0);
                own[3] += line["q"].as_i64().unwrap_or(0);
            }
        }
        self.lost().iter().zip(before).map(|(after, before)| after - before).collect()
    }

    /// True when more came back than was bought.
    pub(super) fn exceeds(&self) -> bool {
        self.lines.iter().any(|[amount, quantity, back, pieces]| back > amount || pieces > quantity)
    }

    /// What each lot has lost so far: of every line's points the returned share, rounded up.
    fn lost(&self) -> Vec<i64> {
        let of_line = |points: &i64, line: &[i64; 4]| {
            let [amount, quantity, back, pieces] = line.map(i128::from);
            let (share, whole) = if amount > 0 { (back, amount) } else { (pieces, quantity.max(1)) };
            let lost = (i128::from(*points) * share + whole - 1) / whole;
            i64::try_from(lost).unwrap_or(i64::MAX)
        };
        let of_lot = |lot: &Vec<i64>| {
            if self.claws {
                lot.iter().zip(&self.lines).map(|(points, line)| of_line(points, line)).sum()
            } else {
                0
            }
        };
        self.lots.iter().map(of_lot).collect()
    }
}
