//! What the ledger holds, summed over its entries as they are stored.

use super::report::Holdings;
use audit::Value;
use domain::chain;
use domain::entry::Account;
use domain::ids::TenantId;
use domain::state::State;
use dsl::plan::Rulebook;
use std::collections::BTreeMap;
use store::Store;

/// Sums of one merchant's members.
pub(super) async fn holdings(
    store: &Store,
    tenant: &TenantId,
    rulebook: &Rulebook,
) -> Result<Holdings, String> {
    let mut holdings = Holdings::default();
    let mut tiers: BTreeMap<String, u64> = BTreeMap::new();
    let prefix = format!("T#{tenant}#M#");
    // The newest state of a member is the last of its partition, and a partition comes in one piece.
    let mut newest: Option<(String, State)> = None;
    let mut items = store.items();
    while let Some(page) = items.next_page().await.map_err(|error| error.to_string())? {
        for item in page.into_iter().filter(|item| item.pk.starts_with(&prefix)) {
            let (Some(Value::Text(entry)), Some(Value::Bytes(state))) =
                (item.attributes.get("e"), item.attributes.get("s"))
            else {
                continue;
            };
            let unreadable = |error| format!("{} {} cannot be read: {error:?}", item.pk, item.sk);
            let entry = chain::entry_from_text(entry).map_err(unreadable)?;
            let state = chain::state_from_bytes(state).map_err(unreadable)?;
            holdings.entries += 1;
            holdings.by_other_rules += u64::from(entry.rulebook != rulebook.id());
            for posting in &entry.postings {
                let sum = match posting.0 {
                    Account::Issuer => &mut holdings.issued,
                    Account::Clawed => &mut holdings.clawed,
                    Account::Expired => &mut holdings.expired,
                    Account::Redeemed => &mut holdings.redeemed,
                    _ => continue,
                };
                *sum += posting.1;
            }
            if let Some((member, last)) = newest.replace((item.pk, state))
                && newest.as_ref().is_some_and(|(now, _)| *now != member)
            {
                count(&mut holdings, &mut tiers, &last);
            }
        }
    }
    if let Some((_, last)) = &newest {
        count(&mut holdings, &mut tiers, last);
    }
    holdings.issued = -holdings.issued;
    for tier in &rulebook.programme().tiers {
        holdings.tiers.push((tier.name.clone(), tiers.remove(&tier.name).unwrap_or_default()));
    }
    holdings.tiers.extend(tiers);
    Ok(holdings)
}

fn count(holdings: &mut Holdings, tiers: &mut BTreeMap<String, u64>, state: &State) {
    holdings.open += state.active_points + state.pending_points + state.held_points;
    holdings.debt += state.debt_points;
    holdings.members_in_debt += u64::from(state.debt_points > 0);
    let tier = state.tier.as_ref().map_or("no tier", |tier| tier.name.as_str());
    *tiers.entry(tier.to_owned()).or_default() += 1;
}
