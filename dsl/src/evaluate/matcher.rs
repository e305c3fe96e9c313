//! Which rules fire, and which condition stopped each of the others. Knows no points.
//!
//! Rows of bits over the rules of the kind ([`crate::plan::index`]) are met with one another; what they leave open is
//! asked of the rules that are left. Why a rule did not fire is found when somebody asks ([`unmet`]), never on the way.

use super::truth::{Truth, truth};
use super::values::{OfEvent, Values};
use crate::outcome::Verdict;
use crate::plan::tables::{KindPlan, RuleRow, size};

/// Rows of bits at work.
#[derive(Debug, Default)]
pub(super) struct Hits {
    /// Rules that are left.
    left: Vec<u64>,
    /// One column's answer, where it has to be put together.
    column: Vec<u64>,
}

/// Hands on the rows that fire, in row order.
pub(super) fn fire(plan: &KindPlan, values: &Values, hits: &mut Hits, mut fired: impl FnMut(&RuleRow)) {
    let index = &plan.index;
    let Hits { left, column } = hits;
    left.clear();
    left.extend_from_slice(&index.all);
    for ranked in &index.ranked {
        meet(left, ranked.row(values.key(ranked.key)));
    }
    for listed in &index.listed {
        column.clear();
        column.extend_from_slice(&listed.base);
        values.each_symbol(listed.set, |symbol| listed.join(symbol, column));
        meet(left, column);
    }
    let look = OfEvent { plan, values };
    for (at, word) in left.iter().enumerate() {
        let mut word = *word;
        while word != 0 {
            let row = at.wrapping_mul(64).wrapping_add(size(word.trailing_zeros()));
            word &= word.wrapping_sub(1);
            let holds = |node: &u32| truth(&plan.program, *node, &look) == Truth::Yes;
            if index.asks(row).iter().all(holds)
                && let Some(row) = plan.rows.get(row)
            {
                fired(row);
            }
        }
    }
}

fn meet(left: &mut [u64], row: &[u64]) {
    for (left, row) in left.iter_mut().zip(row) {
        *left &= row;
    }
}

/// Why a rule that did not fire did not.
pub(super) fn unmet(plan: &KindPlan, values: &Values, row: &RuleRow) -> Verdict {
    let today = values.today();
    if today < row.from || today > row.until {
        return Verdict::Inactive;
    }
    let look = OfEvent { plan, values };
    let fails = |node: &u32| truth(&plan.program, *node, &look) != Truth::Yes;
    row.when.of(&plan.whens).iter().position(fails).map_or(Verdict::Nothing, Verdict::Unmet)
}
