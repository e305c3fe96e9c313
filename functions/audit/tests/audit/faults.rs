//! One fault at a time in a good table: found under its own name, at its own entry.

use crate::shop::{Shop, audit};
use crate::tamper::{change, read, seal};
use audit::{Invariant, Item, Value};
use domain::entry::{Account, Change, Entry, Issued, Posting, Settlement, VoucherStage};
use domain::ids::VoucherId;
use domain::state::{State, Voucher};
use dsl::effect::Effect;
use dsl::units::Moment;

/// What is done to the table; the partition and, for entries, the sequence number where it must be found.
pub(crate) type Fault = fn(&mut Vec<Item>) -> Option<(String, Option<u64>)>;

pub(crate) fn entry(
    items: &mut [Item],
    what: impl Fn(&mut Entry, &mut State) -> bool,
) -> Option<(String, Option<u64>)> {
    change(items, what).map(|(pk, seq)| (pk, Some(seq)))
}

/// The first item whose sort key is this.
pub(crate) fn item<'a>(items: &'a mut [Item], sk: &str) -> Option<&'a mut Item> {
    items.iter_mut().find(|item| item.sk.starts_with(sk))
}

const FAULTS: &[(&str, Invariant, Fault)] = &[
    ("an entry is missing", Invariant::Sequence, |items| {
        let place = items.iter().position(|item| item.sk == "E#000000000003")?;
        let pk = items.remove(place).pk;
        Some((pk, Some(4)))
    }),
    ("the first entry is missing", Invariant::Sequence, |items| {
        let place = items.iter().position(|item| item.sk == "E#000000000001")?;
        let pk = items.remove(place).pk;
        Some((pk, Some(2)))
    }),
    ("two entries changed places", Invariant::HashChain, |items| {
        let place = items
            .windows(2)
            .position(|pair| pair[0].sk == "E#000000000004" && pair[1].sk == "E#000000000005")?;
        let (a, b) = (items[place].attributes.clone(), items[place + 1].attributes.clone());
        items[place].attributes = b;
        items[place + 1].attributes = a;
        Some((items[place].pk.clone(), Some(4)))
    }),
    ("a hash is another", Invariant::HashChain, |items| {
        let found = item(items, "E#000000000005")?;
        found.attributes.insert("h".to_owned(), Value::Bytes(vec![7; 32]));
        Some((found.pk.clone(), Some(5)))
    }),
    ("an entry twice", Invariant::Reference, |items| {
        let first = items.iter().find(|item| item.sk == "E#000000000002")?.clone();
        let reference = read(&first)?.0.reference;
        entry(items, |entry, _| {
            let later = entry.seq > 2;
            entry.reference = reference.clone();
            later
        })
    }),
    ("an effect that no rule has", Invariant::Award, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Purchased { award, .. } if !award.effects.is_empty() => {
                award.effects.push(Effect::Signal("vip".to_owned()));
                true
            }
            _ => false,
        })
    }),
    ("an effect twice", Invariant::Award, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Purchased { award, .. } if !award.effects.is_empty() => {
                award.effects.insert(0, award.effects[0].clone());
                true
            }
            _ => false,
        })
    }),
    ("a tag that no rule gave", Invariant::State, |items| {
        entry(items, |entry, state| {
            state.tags.push("vip".to_owned());
            entry.seq > 3
        })
    }),
    ("a tag that is forgotten", Invariant::State, |items| {
        entry(items, |_, state| {
            let had = !state.tags.is_empty();
            state.tags.clear();
            had
        })
    }),
    ("a reference of another kind", Invariant::Reference, |items| {
        entry(items, |entry, _| {
            entry.reference = domain::ids::Reference::sweep(1);
            matches!(entry.change, Change::Purchased { .. }) && entry.seq > 3
        })
    }),
    ("postings that sum to one", Invariant::PostingsBalance, |items| {
        entry(items, |entry, _| entry.postings.first_mut().map(|posting| posting.1 += 1).is_some())
    }),
    ("postings that move what nothing moved", Invariant::PostingsExplained, |items| {
        entry(items, |entry, _| {
            let empty = entry.postings.is_empty();
            entry.postings = vec![Posting(Account::Issuer, -5), Posting(Account::Adjusted, 5)];
            empty
        })
    }),
    ("a lot with one more point", Invariant::LotsEqualBalances, |items| {
        entry(items, |_, state| state.lots.first_mut().map(|lot| lot.remaining += 1).is_some())
    }),
    ("a lot and the balance with one more point", Invariant::State, |items| {
        entry(items, |_, state| {
            state.active_points += 1;
            state
                .lots
                .iter_mut()
                .find(|lot| lot.activates_at.is_none())
                .map(|lot| lot.remaining += 1)
                .is_some()
        })
    }),
    ("lots out of order", Invariant::SpendOrder, |items| {
        entry(items, |_, state| {
            state.lots.reverse();
            state.lots.len() > 1
        })
    }),
    ("an expiry put off", Invariant::State, |items| {
        entry(items, |_, state| {
            state.lots.last_mut().and_then(|lot| lot.expires_at.as_mut()).map(|at| at.0 += 1).is_some()
        })
    }),
    ("a lot opened with another expiry", Invariant::Award, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Purchased { award, .. } => award
                .lots
                .first_mut()
                .and_then(|lot| lot.expires_at.as_mut())
                .map(|at| at.0 += 86_400_000)
                .is_some(),
            _ => false,
        })
    }),
    ("points taken from another lot", Invariant::SpendOrder, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Redeemed { taken, .. } | Change::Held { taken, .. } => {
                taken.first_mut().map(|a| a.lot.0 += 1).is_some()
            }
            _ => false,
        })
    }),
    ("points taken from a lot that is not open", Invariant::Spendable, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Redeemed { taken, .. } | Change::Held { taken, .. } => {
                taken.first_mut().map(|a| a.lot.1 = 200).is_some()
            }
            _ => false,
        })
    }),
    ("an expiry not recorded", Invariant::Expiry, |items| {
        entry(items, |entry, _| {
            let before = entry.settled.len();
            entry.settled.retain(|settlement| !matches!(settlement, Settlement::Expired { .. }));
            entry.settled.len() < before
        })
    }),
    ("an expiry twice", Invariant::Expiry, |items| {
        entry(items, |entry, _| {
            let expired =
                entry.settled.iter().rev().find(|s| matches!(s, Settlement::Expired { .. })).cloned();
            entry.settled.extend(expired.clone());
            expired.is_some()
        })
    }),
    ("an expiry of one point less", Invariant::Expiry, |items| {
        entry(items, |entry, _| {
            entry.settled.iter_mut().any(|settlement| match settlement {
                Settlement::Expired { points, .. } => {
                    *points -= 1;
                    true
                }
                _ => false,
            })
        })
    }),
    ("a reminder not recorded", Invariant::Settlements, |items| {
        entry(items, |entry, _| {
            let before = entry.settled.len();
            entry.settled.retain(|settlement| !matches!(settlement, Settlement::ExpiringSoon { .. }));
            entry.settled.len() < before
        })
    }),
    ("a reminder twice", Invariant::Settlements, |items| {
        entry(items, |entry, _| {
            let told =
                entry.settled.iter().rev().find(|s| matches!(s, Settlement::ExpiringSoon { .. })).cloned();
            entry.settled.extend(told.clone());
            told.is_some()
        })
    }),
    ("a reminder of a point too many", Invariant::Settlements, |items| {
        entry(items, |entry, _| {
            entry.settled.iter_mut().any(|settlement| match settlement {
                Settlement::ExpiringSoon { points, .. } => {
                    *points += 1;
                    true
                }
                _ => false,
            })
        })
    }),
    ("a reminder too soon", Invariant::Settlements, |items| {
        entry(items, |entry, _| {
            entry.settled.iter_mut().any(|settlement| match settlement {
                Settlement::ExpiringSoon { at, .. } => {
                    at.0 -= 1;
                    true
                }
                _ => false,
            })
        })
    }),
    ("an activation before its time", Invariant::Settlements, |items| {
        entry(items, |entry, _| {
            entry.settled.iter_mut().any(|settlement| match settlement {
                Settlement::Activated { at, .. } => {
                    at.0 -= 1;
                    true
                }
                _ => false,
            })
        })
    }),
    ("a hold that never timed out", Invariant::Holds, |items| {
        entry(items, |entry, _| {
            let before = entry.settled.len();
            entry.settled.retain(|settlement| !matches!(settlement, Settlement::TimedOut { .. }));
            entry.settled.len() < before
        })
    }),
    ("a hold captured for more", Invariant::Holds, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Captured { points, .. } => {
                *points += 1;
                true
            }
            _ => false,
        })
    }),
    ("a negative balance", Invariant::NotNegative, |items| {
        entry(items, |_, state| {
            state.debt_points = -3;
            true
        })
    }),
    ("an award of one more point", Invariant::Award, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Purchased { award, .. } => {
                award.points += 1;
                award.points > 1
            }
            _ => false,
        })
    }),
    ("an award by a rule that is not there", Invariant::Award, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Purchased { award, .. } => {
                award.rules.first_mut().map(|rule| "ghost".clone_into(&mut rule.0)).is_some()
            }
            _ => false,
        })
    }),
    ("a return that clawed one point less", Invariant::Returns, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Returned(returned) => returned
                .clawed_by_lot
                .iter_mut()
                .find(|points| **points > 0)
                .map(|points| *points -= 1)
                .is_some(),
            _ => false,
        })
    }),
    ("a return of more than was bought", Invariant::Returns, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Returned(returned) => {
                returned.lines.first_mut().map(|line| line.quantity += 100).is_some()
            }
            _ => false,
        })
    }),
    ("spent points that came back twice", Invariant::Restored, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Cancelled { restored, .. } => restored.first_mut().map(|a| a.points *= 2).is_some(),
            _ => false,
        })
    }),
    ("a tier one too high", Invariant::Tier, |items| {
        entry(items, |_, state| {
            state
                .tier
                .as_mut()
                .filter(|hold| hold.name == "guest")
                .map(|hold| "insider".clone_into(&mut hold.name))
                .is_some()
        })
    }),
    ("a review put off", Invariant::Tier, |items| {
        entry(items, |_, state| {
            state.tier.as_mut().and_then(|hold| hold.review_at.as_mut()).map(|at| at.0 += 1).is_some()
        })
    }),
    ("a day with more spent", Invariant::State, |items| {
        entry(items, |_, state| state.days.last_mut().map(|day| day.sums.spent_minor += 1).is_some())
    }),
    ("a limit with less used", Invariant::State, |items| {
        entry(items, |_, state| state.counters.first_mut().map(|counter| counter.used -= 1).is_some())
    }),
    ("a forgotten reference", Invariant::State, |items| {
        entry(items, |_, state| state.recent.pop().is_some())
    }),
    ("time that runs back", Invariant::Time, |items| {
        entry(items, |entry, _| {
            let later = entry.seq > 5 && entry.settled.is_empty();
            entry.at = Moment(1);
            later
        })
    }),
    ("a text with a field that nobody knows", Invariant::Encoding, |items| {
        let found = item(items, "E#000000000002")?;
        let Some(Value::Text(text)) = found.attributes.get_mut("e") else { return None };
        *text = text.replacen('{', "{\"email\":\"ann@example.org\",", 1);
        let pk = found.pk.clone();
        seal(items, &pk);
        Some((pk, Some(2)))
    }),
    ("personal data in an entry", Invariant::Attributes, |items| {
        let found = item(items, "E#000000000002")?;
        found.attributes.insert("email".to_owned(), Value::Text("ann@example.org".to_owned()));
        Some((found.pk.clone(), Some(2)))
    }),
    ("a profile that was altered", Invariant::Checksum, |items| {
        let found = item(items, "P")?;
        found.attributes.insert("p".to_owned(), Value::Text("{\"name\":\"Bob\"}".to_owned()));
        Some((found.pk.clone(), None))
    }),
    ("a profile without a chain", Invariant::Profiles, |items| {
        let pk = item(items, "P")?.pk.clone();
        items.retain(|item| item.pk != pk || item.sk == "P");
        Some((pk, None))
    }),
    ("a counter of one more", Invariant::Counters, |items| {
        let found = item(items, "budget:")?;
        let Some(Value::Number(used)) = found.attributes.get_mut("used") else { return None };
        *used = (used.parse::<i64>().ok()? + 1).to_string();
        Some((found.pk.clone(), None))
    }),
    ("a budget overdrawn", Invariant::Budgets, |items| {
        item(items, "budget:")?.attributes.insert("used".to_owned(), Value::Number("701".to_owned()));
        Some(("T#acme#C".to_owned(), None))
    }),
    ("a counter that is not there", Invariant::Counters, |items| {
        items.retain(|item| !item.sk.starts_with("budget:"));
        Some(("T#acme#C".to_owned(), None))
    }),
    ("a voucher that nobody issued", Invariant::Vouchers, |items| {
        entry(items, |entry, state| {
            let more = state.vouchers.last().cloned().map(|last| Voucher { id: VoucherId(99, 0), ..last });
            state.vouchers.extend(more.clone());
            entry.seq > 2 && more.is_some()
        })
    }),
    ("a voucher that was used and is still open", Invariant::Vouchers, |items| {
        let mut before: Option<State> = None;
        let mut kept: Option<Voucher> = None;
        for item in items.iter() {
            let Some((entry, state)) = read(item) else { continue };
            if let Change::VoucherMoved { voucher, to: VoucherStage::Fulfilled, .. } = &entry.change {
                let open = before.iter().flat_map(|state| &state.vouchers).find(|open| open.id == *voucher);
                kept = kept.or(open.cloned());
            }
            before = Some(state);
        }
        let kept = kept?;
        entry(items, |entry, state| {
            let used = matches!(&entry.change, Change::VoucherMoved { voucher, to: VoucherStage::Fulfilled, .. } if *voucher == kept.id);
            if used {
                state.vouchers.insert(0, kept.clone());
            }
            used
        })
    }),
    ("a voucher that lives longer than its reward says", Invariant::Vouchers, |items| {
        entry(items, |entry, state| {
            let Change::Redeemed { voucher: Some(issued), .. } = &mut entry.change else { return false };
            let later = issued.expires_at.map(|at| Moment(at.0 + 1));
            issued.expires_at = later;
            if let Some(open) = state.vouchers.last_mut() {
                open.expires_at = later;
            }
            later.is_some()
        })
    }),
    ("a reward that no rule gave", Invariant::Award, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Purchased { award, .. } if award.rewards.is_empty() => {
                let reward = "coffee".to_owned();
                award.rewards.push(Issued { reward, expires_at: None, choice: None, keeps: false });
                true
            }
            _ => false,
        })
    }),
    ("points back for a voucher that had not cost them", Invariant::Restored, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::VoucherMoved { to: VoucherStage::Cancelled, restored, .. } if !restored.is_empty() => {
                restored[0].points += 1;
                true
            }
            _ => false,
        })
    }),
    ("a code that is not there", Invariant::Vouchers, |items| {
        let place = items.iter().position(|item| item.pk == "T#acme#W")?;
        let Some(Value::Text(member)) = items.remove(place).attributes.remove("member") else { return None };
        Some((format!("T#acme#M#{member}"), None))
    }),
    ("a second code for a voucher", Invariant::Vouchers, |items| {
        let mut code = items.iter().find(|item| item.pk == "T#acme#W")?.clone();
        code.sk = "0".repeat(64);
        let Some(Value::Text(member)) = code.attributes.get("member").cloned() else { return None };
        items.push(code);
        Some((format!("T#acme#M#{member}"), None))
    }),
    ("a code that was altered", Invariant::Checksum, |items| {
        let code = items.iter_mut().find(|item| item.pk == "T#acme#W")?;
        code.attributes.insert("member".to_owned(), Value::Text("bob".to_owned()));
        Some((code.pk.clone(), None))
    }),
    ("a stock overdrawn", Invariant::Budgets, |items| {
        item(items, "stock:")?.attributes.insert("used".to_owned(), Value::Number("99".to_owned()));
        Some(("T#acme#C".to_owned(), None))
    }),
    ("a rulebook whose bytes are others", Invariant::Rulebooks, |items| {
        let id = item(items, "V#")?.sk.clone();
        for item in items.iter_mut().filter(|item| item.sk == id) {
            let Some(Value::Bytes(bytes)) = item.attributes.get_mut("bytes") else { return None };
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }
        Some(("T#acme#R".to_owned(), None))
    }),
    ("a rulebook that is not there", Invariant::Rulebooks, |items| {
        let id = item(items, "V#")?.sk.clone();
        items.retain(|item| item.sk != id);
        Some(("T#acme#R".to_owned(), None))
    }),
    ("a pointer to nowhere", Invariant::Rulebooks, |items| {
        let pointer = items.iter_mut().find(|item| item.pk == "T#acme#R" && item.sk == "A")?;
        pointer.attributes.insert("id".to_owned(), Value::Text("0000000000000000".to_owned()));
        Some(("T#acme#R".to_owned(), None))
    }),
    ("an upload that brought what is not there", Invariant::Rulebooks, |items| {
        let mut upload = items.iter().find(|item| item.pk == "T#acme#R" && item.sk == "A")?.clone();
        "U#spring.merit".clone_into(&mut upload.sk);
        upload.attributes.retain(|name, _| name == "at" || name == "h");
        upload.attributes.insert("sequencer".to_owned(), Value::Text("0065".to_owned()));
        upload.attributes.insert("id".to_owned(), Value::Text("0000000000000000".to_owned()));
        items.push(upload);
        Some(("T#acme#R".to_owned(), None))
    }),
    ("a member is looked for on another day", Invariant::Days, |items| {
        let found =
            items.iter_mut().find(|item| item.sk.starts_with("E#") && item.attributes.contains_key("gsk"))?;
        let gpk = Value::Text("T#acme#D#2022-01-01".to_owned());
        found.attributes.insert("gpk".to_owned(), gpk);
        Some((found.pk.clone(), found.sk[2..].parse().ok()))
    }),
    ("nobody looks for a member when she falls due", Invariant::Days, |items| {
        let found =
            items.iter_mut().find(|item| item.sk.starts_with("E#") && item.attributes.contains_key("gsk"))?;
        found.attributes.remove("gpk");
        found.attributes.remove("gsk");
        Some((found.pk.clone(), found.sk[2..].parse().ok()))
    }),
    ("nobody looks for a member's anniversaries", Invariant::Days, |items| {
        let place = items.iter().position(|item| item.sk == "A" && item.pk.contains("#M#"))?;
        Some((items.remove(place).pk, None))
    }),
    ("an item nobody knows", Invariant::Keys, |items| {
        let mut stray = item(items, "E#")?.clone();
        "T#acme#X#ann".clone_into(&mut stray.pk);
        items.push(stray);
        Some(("T#acme#X#ann".to_owned(), None))
    }),
];

#[tokio::test]
async fn every_fault_is_found_and_named() {
    each_is_found(FAULTS).await;
}

/// Plants each fault alone in the shared shop.
pub(crate) async fn each_is_found(faults: &[(&str, Invariant, Fault)]) {
    let (good, _) = Shop::shared().await;
    assert!(audit(good).is_clean());
    for (what, invariant, fault) in faults {
        let mut items = good.clone();
        let (pk, seq) = fault(&mut items).unwrap_or_else(|| panic!("nothing to tamper with for: {what}"));
        let report = audit(&items);
        let named = report
            .violations
            .iter()
            .any(|v| v.invariant == *invariant && v.pk == pk && (seq.is_none() || v.seq == seq));
        assert!(named, "{what}: not {} at {pk} {seq:?}\n{report}", invariant.name());
    }
}
