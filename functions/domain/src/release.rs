//! A hold is released.

use crate::capture::held;
use crate::decision::Decision;
use crate::entry::{Account, Change};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Snapshot, Step};
use crate::rules::rewards::{self, Use};
use dsl::plan::Rulebook;

/// Gives held points back to their own lots; those whose lot has expired expire at once.
pub fn release(snapshot: &Snapshot, request: &Step, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let stamp = &request.stamp;
    let mut draft = Draft::open(snapshot, stamp.now, rulebook)?;
    let reference = Reference::release(&request.redemption, &request.id);
    let hold = match held(&mut draft, snapshot, &request.redemption) {
        Ok(hold) => hold,
        Err(refusal) => return draft.refuse(stamp, reference, refusal),
    };
    draft.book.give_back(&hold.taken, Account::Held, draft.at);
    draft.repaid = draft.book.repay(draft.at);
    if let Some(used) = Use::of_hold(&hold) {
        let draws = rewards::give_back(&mut draft.book.state, used, rulebook);
        draft.draws.extend(draws);
    }
    let redemption = request.redemption.clone();
    draft.seal(stamp, reference, Change::Released { redemption, released: hold.taken })
}
