//! A member as she was: the newest entry at or before an instant, found by halving, for sequences have no gap and
//! their moments never go back.

use crate::http::call::Call;
use crate::http::problem::Reply;
use domain::entry::Entry;
use domain::ids::MemberId;
use domain::state::{Standing, State};
use dsl::units::Moment;
use store::ledger::Page;

/// The newest entry decided at or before `at`, with the state after it; `None` when the member was unknown then.
pub(crate) async fn as_of(call: &Call<'_>, member: &MemberId, at: Moment) -> Reply<Option<(Entry, State)>> {
    let Some(newest) = before(call, member, None).await? else { return Ok(None) };
    if newest.0.at <= at {
        return Ok(Some(newest));
    }
    // All before `low` are not too late; all from `high` on are.
    let (mut low, mut high) = (1, newest.0.seq);
    let mut found = None;
    while low < high {
        let middle = low + (high - low) / 2;
        match before(call, member, Some(middle.saturating_add(1))).await? {
            Some(entry) if entry.0.at <= at => {
                low = middle.saturating_add(1);
                found = Some(entry);
            }
            _ => high = middle,
        }
    }
    Ok(found)
}

/// What a member may do by now; none where she never was.
pub(crate) async fn standing(call: &Call<'_>, member: &MemberId) -> Reply<Option<Standing>> {
    let newest = as_of(call, member, Moment(i64::MAX)).await?;
    Ok(newest.map(|(_, state)| state.standing))
}

async fn before(call: &Call<'_>, member: &MemberId, before: Option<u64>) -> Reply<Option<(Entry, State)>> {
    Ok(page(call, member, before, 1).await?.entries.into_iter().next())
}

/// A page of a member's entries, newest first.
pub(crate) async fn page(call: &Call<'_>, member: &MemberId, before: Option<u64>, limit: u32) -> Reply<Page> {
    call.about(member);
    let (page, meter) = call.app.store.page(&call.claims.tenant, member, before, limit).await?;
    call.spent(meter);
    Ok(page)
}
