//! What can happen beside the chains: counters, profiles, codes, rulebooks, lists of friends; and between two chains.

use super::table::{Table, checksum, is_entry, seq_of};
use super::{Dice, Kind, kind};
use audit::Invariant::{
    Attributes, Checksum, Counters, Days, Keys, Profiles, Referral, Rulebooks, Transfers, Vouchers,
};
use audit::{Item, Value};
use domain::entry::Change;

pub(super) const KINDS: &[Kind] = &[
    kind("counter off by one", &[Counters], |table, dice| {
        let Some(item) = table.item(dice, is_counter) else { return false };
        let Some(Value::Number(used)) = item.attributes.get_mut("used") else { return false };
        *used = used.parse::<i64>().map_or_else(|_| "1".to_owned(), |used| (used + 1).to_string());
        true
    }),
    kind("counter dropped", &[Counters], |table, dice| {
        let used = |item: &Item| {
            is_counter(item) && item.attributes.get("used") != Some(&Value::Number("0".to_owned()))
        };
        table.place(dice, used).map(|place| table.items.remove(place)).is_some()
    }),
    kind("counter that is no number", &[Counters], |table, dice| {
        let item = table.item(dice, is_counter);
        item.map(|item| item.attributes.insert("used".to_owned(), Value::Number("1.5".to_owned()))).is_some()
    }),
    kind("counter of another name", &[Counters], |table, dice| {
        let used = |item: &Item| {
            is_counter(item) && item.attributes.get("used") != Some(&Value::Number("0".to_owned()))
        };
        table.item(dice, used).map(|item| item.sk.push('x')).is_some()
    }),
    kind("profile altered", &[Checksum], |table, dice| {
        table.item(dice, is_profile).is_some_and(|item| {
            item.attributes.insert("p".to_owned(), Value::Text("{\"name\":\"Bob\"}".to_owned())).is_some()
        })
    }),
    kind("profile that cannot be read", &[Profiles], |table, dice| {
        table.item(dice, |item| is_profile(item) && !item.attributes.contains_key("gsk")).is_some_and(
            |item| {
                item.attributes.insert("p".to_owned(), Value::Text("{\"name\":".to_owned()));
                checksum(item);
                true
            },
        )
    }),
    kind("profile of an erased member", &[Profiles], |table, dice| {
        let Some(place) = table.place(dice, is_profile) else { return false };
        let mut profile = table.items[place].clone();
        let erased =
            |item: &Item| item.attributes.get("ref") == Some(&Value::Text("x#".to_owned())) && is_entry(item);
        let Some(erased) = table.place(dice, erased) else { return false };
        profile.pk.clone_from(&table.items[erased].pk);
        profile.attributes.retain(|name, _| name == "p" || name == "h");
        profile.attributes.insert("p".to_owned(), Value::Text("{\"name\":\"Ann\"}".to_owned()));
        checksum(&mut profile);
        table.items.push(profile);
        true
    }),
    kind("profile without a chain", &[Profiles], |table, dice| {
        let Some(place) = table.place(dice, is_profile) else { return false };
        let mut profile = table.items[place].clone();
        profile.pk.push_str("-nobody");
        profile.attributes.retain(|name, _| name == "p" || name == "h");
        profile.attributes.insert("p".to_owned(), Value::Text("{\"name\":\"Ann\"}".to_owned()));
        checksum(&mut profile);
        table.items.push(profile);
        true
    }),
    kind("birthday found on another day", &[Days], |table, dice| {
        let born = |item: &Item| is_profile(item) && item.attributes.contains_key("gsk");
        moved(table, dice, born)
    }),
    kind("anniversary found on another day", &[Days], |table, dice| moved(table, dice, is_enrolment)),
    kind("anniversary that nobody finds", &[Days], |table, dice| {
        table.place(dice, is_enrolment).map(|place| table.items.remove(place)).is_some()
    }),
    kind("words without an answer", &[Profiles], |table, dice| {
        let words = |item: &Item| item.pk.contains("#M#") && item.sk.starts_with("V#");
        table.item(dice, words).is_some_and(|item| {
            item.sk.push('x');
            checksum(item);
            true
        })
    }),
    kind("code dropped", &[Vouchers], |table, dice| {
        table.place(dice, is_code).map(|place| table.items.remove(place)).is_some()
    }),
    kind("code twice", &[Vouchers], |table, dice| {
        let Some(place) = table.place(dice, is_code) else { return false };
        let mut code = table.items[place].clone();
        code.sk = "0".repeat(64);
        checksum(&mut code);
        table.items.push(code);
        true
    }),
    kind("code of another member", &[Vouchers], |table, dice| {
        table.item(dice, is_code).is_some_and(|item| {
            item.attributes.insert("member".to_owned(), Value::Text("somebody".to_owned()));
            checksum(item);
            true
        })
    }),
    kind("rulebook bytes altered", &[Rulebooks], |table, dice| {
        let middle = dice.roll();
        table.item(dice, is_rulebook).is_some_and(|item| {
            let Some(Value::Bytes(bytes)) = item.attributes.get_mut("bytes") else { return false };
            let place = usize::try_from(middle).unwrap_or_default() % bytes.len();
            bytes[place] ^= 1;
            checksum(item);
            true
        })
    }),
    kind("rulebook dropped", &[Rulebooks], |table, dice| {
        table.place(dice, is_rulebook).map(|place| table.items.remove(place)).is_some()
    }),
    kind("rulebook of another text", &[Checksum], |table, dice| {
        table.item(dice, is_rulebook).is_some_and(|item| match item.attributes.get_mut("source") {
            Some(Value::Text(source)) => {
                source.push('\n');
                true
            }
            _ => false,
        })
    }),
    kind("rulebook that is not listed", &[Rulebooks], |table, dice| {
        let listed = |item: &Item| item.pk.ends_with("#R") && item.sk.starts_with("N#");
        table.place(dice, listed).map(|place| table.items.remove(place)).is_some()
    }),
    kind("pointer to nowhere", &[Rulebooks], |table, dice| {
        let pointer = |item: &Item| item.pk.ends_with("#R") && item.sk == "A";
        table.item(dice, pointer).is_some_and(|item| {
            item.attributes.insert("id".to_owned(), Value::Text("0123456789abcdef".to_owned()));
            checksum(item);
            true
        })
    }),
    kind("friend that is not listed", &[Referral], |table, dice| {
        let listed = |item: &Item| item.pk.contains("#F#");
        table.place(dice, listed).map(|place| table.items.remove(place)).is_some()
    }),
    kind("friend that nobody brought", &[Referral], |table, dice| {
        let listed = |item: &Item| item.pk.contains("#F#");
        let Some(place) = table.place(dice, listed) else { return false };
        let mut friend = table.items[place].clone();
        friend.sk.push_str("-too");
        checksum(&mut friend);
        table.items.push(friend);
        true
    }),
    kind("one side of a referral unpaid", &[Referral], |table, dice| {
        let newest = |item: &Item| {
            let paid = item.attributes.get("ref");
            is_entry(item) && matches!(paid, Some(Value::Text(paid)) if paid.starts_with("fm#"))
        };
        let Some(place) = table.place(dice, newest) else { return false };
        let item = table.items[place].clone();
        let is_last =
            !table.items.iter().any(|o| o.pk == item.pk && is_entry(o) && seq_of(o) > seq_of(&item));
        is_last && table.items.remove(place).pk == item.pk
    }),
    kind("more came by a merge than left", &[Transfers], |table, dice| {
        table.edit_entry(dice, |entry| match &mut entry.change {
            Change::MergedFrom { parcel, .. } => parcel.lots.first_mut().map(|lot| lot.points += 1).is_some(),
            _ => false,
        })
    }),
    kind("debt lost by a merge", &[Transfers], |table, dice| {
        table.edit_entry(dice, |entry| match &mut entry.change {
            Change::MergedFrom { parcel, .. } => {
                parcel.debt += 1;
                true
            }
            _ => false,
        })
    }),
    kind("one side of a merge lost", &[Transfers], |table, dice| {
        let came = |item: &Item| {
            let text = item.attributes.get("e");
            matches!(text, Some(Value::Text(text)) if text.contains("\"merged_from\""))
        };
        let Some(place) = table.place(dice, came) else { return false };
        let pk = table.items[place].pk.clone();
        table.items.retain(|item| item.pk != pk);
        true
    }),
    kind("stray partition", &[Keys], |table, dice| {
        let Some(place) = table.place(dice, is_entry) else { return false };
        let mut stray = table.items[place].clone();
        stray.pk = stray.pk.replacen("#M#", "#X#", 1);
        table.items.push(stray);
        true
    }),
    kind("stray attribute beside a counter", &[Attributes], |table, dice| {
        let item = table.item(dice, is_counter);
        item.map(|item| item.attributes.insert("note".to_owned(), Value::Text("x".to_owned()))).is_some()
    }),
];

fn is_counter(item: &Item) -> bool {
    item.pk.starts_with("T#") && item.pk.ends_with("#C")
}

fn is_profile(item: &Item) -> bool {
    item.pk.contains("#M#") && item.sk == "P"
}

fn is_enrolment(item: &Item) -> bool {
    item.pk.contains("#M#") && item.sk == "A"
}

fn is_code(item: &Item) -> bool {
    item.pk.ends_with("#W")
}

fn is_rulebook(item: &Item) -> bool {
    item.pk.ends_with("#R") && item.sk.starts_with("V#")
}

/// A place in the index of days that is half a year away.
fn moved(table: &mut Table, dice: &mut Dice, is: impl Fn(&Item) -> bool) -> bool {
    table.item(dice, is).is_some_and(|item| {
        let Some(Value::Text(gpk)) = item.attributes.get_mut("gpk") else { return false };
        let month: u32 = gpk.get(gpk.len() - 5..gpk.len() - 3).and_then(|m| m.parse().ok()).unwrap_or(1);
        let other = (month + 5) % 12 + 1;
        *gpk = format!("{}{other:02}{}", &gpk[..gpk.len() - 5], &gpk[gpk.len() - 3..]);
        checksum(item);
        true
    })
}
