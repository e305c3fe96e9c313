//! What can happen to entries as items: dropped, doubled, moved, altered byte by byte, cut short.

use super::table::{Table, checksum, entry_key, is_entry, read, seq_of};
use super::{Dice, Kind, kind};
use audit::Invariant::{
    Attributes, Days, Encoding, HashChain, Keys, LotsEqualBalances, Reference, Rulebooks, Sequence, State,
    Time,
};
use audit::Value;

pub(super) const KINDS: &[Kind] = &[
    kind("entry dropped", &[Sequence], |table, dice| {
        table.inner_entry(dice).map(|place| table.items.remove(place)).is_some()
    }),
    kind("first entry dropped", &[Sequence, Days], |table, dice| {
        let is_first = |item: &audit::Item| is_entry(item) && seq_of(item) == 1;
        table.place(dice, is_first).map(|place| table.items.remove(place)).is_some()
    }),
    kind("entry doubled", &[Sequence, Reference], |table, dice| {
        table.place(dice, is_entry).is_some_and(|place| append(table, place, None))
    }),
    kind("entry of another member", &[Sequence, Reference, State, Time, LotsEqualBalances], |table, dice| {
        let Some(place) = table.place(dice, is_entry) else { return false };
        let pk = table.items[place].pk.clone();
        let other = table.place(dice, |item| is_entry(item) && item.pk != pk);
        let other = other.map(|other| table.items[other].pk.clone());
        other.is_some_and(|other| append(table, place, Some(other)))
    }),
    kind("entries swapped", &[HashChain], |table, dice| {
        let Some(place) = table.inner_entry(dice) else { return false };
        let first = table.items[place].attributes.clone();
        let second = std::mem::replace(&mut table.items[place + 1].attributes, first);
        table.items[place].attributes = second;
        true
    }),
    kind("sequence gap", &[Sequence], |table, dice| {
        let Some(place) = table.place(dice, is_entry) else { return false };
        let pk = table.items[place].pk.clone();
        let last = table.items.iter().rposition(|item| item.pk == pk && is_entry(item));
        let Some(last) = last.and_then(|last| table.items.get_mut(last)) else { return false };
        last.sk = entry_key(seq_of(last) + 1);
        table.seal(&pk);
        true
    }),
    kind("hash altered", &[HashChain], |table, dice| flip(table, dice, "h")),
    kind("text altered", &[HashChain], |table, dice| flip(table, dice, "e")),
    kind("state altered", &[HashChain], |table, dice| flip(table, dice, "s")),
    kind("sealed under another member's key", &[HashChain], |table, dice| {
        let Some(item) = table.item(dice, is_entry) else { return false };
        let pk = item.pk.clone();
        let stray = format!("{pk}x");
        for item in table.items.iter_mut().filter(|item| item.pk == pk) {
            item.pk.clone_from(&stray);
        }
        table.seal(&stray);
        for item in table.items.iter_mut().filter(|item| item.pk == stray) {
            item.pk.clone_from(&pk);
        }
        true
    }),
    kind("entry at a foreign tenant", &[Sequence, HashChain], |table, dice| {
        table.item(dice, is_entry).map(|item| item.pk = foreign(&item.pk)).is_some()
    }),
    kind("member at a foreign tenant", &[Rulebooks], |table, dice| {
        let Some(item) = table.item(dice, is_entry) else { return false };
        let (pk, away) = (item.pk.clone(), foreign(&item.pk));
        for item in table.items.iter_mut().filter(|item| item.pk == pk) {
            item.pk.clone_from(&away);
            if !is_entry(item) {
                checksum(item);
            }
        }
        table.seal(&away);
        true
    }),
    kind("reference altered", &[Reference], |table, dice| {
        table.item(dice, is_entry).is_some_and(|item| match item.attributes.get_mut("ref") {
            Some(Value::Text(reference)) => {
                reference.push('x');
                true
            }
            _ => false,
        })
    }),
    kind("format altered", &[Encoding], |table, dice| set(table, dice, "fmt", Value::Number("2".to_owned()))),
    kind("personal data in an entry", &[Attributes], |table, dice| {
        set(table, dice, "email", Value::Text("ann@example.org".to_owned()))
    }),
    kind("attribute missing", &[Attributes], |table, dice| {
        table.item(dice, is_entry).is_some_and(|item| item.attributes.remove("h").is_some())
    }),
    kind("index attribute moved", &[Days], |table, dice| {
        let told = |item: &audit::Item| is_entry(item) && item.attributes.contains_key("gsk");
        table.item(dice, told).is_some_and(|item| {
            let gpk = Value::Text("T#acme#D#2001-01-01".to_owned());
            item.attributes.insert("gpk".to_owned(), gpk).is_some()
        })
    }),
    kind("index attributes missing", &[Days], |table, dice| {
        let told = |item: &audit::Item| is_entry(item) && item.attributes.contains_key("gsk");
        table.item(dice, told).is_some_and(|item| {
            item.attributes.remove("gpk").is_some() && item.attributes.remove("gsk").is_some()
        })
    }),
    kind("index attributes where nothing is due", &[Days], |table, dice| {
        let silent = |item: &audit::Item| is_entry(item) && !item.attributes.contains_key("gsk");
        table.item(dice, silent).is_some_and(|item| {
            let keys = [("gpk", "T#acme#D#2030-01-01"), ("gsk", "10:00#ann")];
            let keys = keys.map(|(name, text)| (name.to_owned(), Value::Text(text.to_owned())));
            item.attributes.extend(keys);
            true
        })
    }),
    kind("state truncated", &[Encoding], |table, dice| {
        rewrite(table, dice, |_, state| state.truncate(state.len() - 1))
    }),
    kind("state with bytes too many", &[Encoding], |table, dice| {
        rewrite(table, dice, |_, state| state.push(0))
    }),
    kind("state emptied", &[Encoding], |table, dice| rewrite(table, dice, |_, state| state.clear())),
    kind("text truncated", &[Encoding], |table, dice| {
        rewrite(table, dice, |text, _| text.truncate(text.len() - 1))
    }),
    kind("text with a field nobody knows", &[Encoding], |table, dice| {
        rewrite(table, dice, |text, _| *text = text.replacen('{', "{\"email\":\"ann@example.org\",", 1))
    }),
    kind("text in another layout", &[Encoding], |table, dice| {
        rewrite(table, dice, |text, _| *text = text.replacen(',', ", ", 1))
    }),
    kind("stray item in a chain", &[Keys], |table, dice| {
        let Some(place) = table.place(dice, is_entry) else { return false };
        let mut stray = table.items[place].clone();
        stray.sk = stray.sk.replacen("E#", "X#", 1);
        table.items.push(stray);
        true
    }),
];

/// `T#acme#M#ann` at somebody else.
fn foreign(pk: &str) -> String {
    let rest = pk.split_once("#M#").map_or("", |(_, member)| member);
    format!("T#evil#M#{rest}")
}

/// Puts a copy of an entry at the end of its own chain, or of another one, and seals that again.
fn append(table: &mut Table, place: usize, other: Option<String>) -> bool {
    let mut copy = table.items[place].clone();
    copy.pk = other.unwrap_or(copy.pk);
    let last = table.items.iter().rposition(|item| item.pk == copy.pk && is_entry(item));
    let Some(last) = last else { return false };
    copy.sk = entry_key(seq_of(&table.items[last]) + 1);
    let pk = copy.pk.clone();
    table.items.insert(last + 1, copy);
    table.seal(&pk);
    true
}

/// Alters a byte of an attribute of an entry, and leaves the hashes as they are.
fn flip(table: &mut Table, dice: &mut Dice, attribute: &str) -> bool {
    let chance = dice.roll();
    let place = |length: usize| usize::try_from(chance).unwrap_or_default() % length.max(1);
    table.item(dice, is_entry).is_some_and(|item| match item.attributes.get_mut(attribute) {
        Some(Value::Bytes(bytes)) if !bytes.is_empty() => {
            let place = place(bytes.len());
            bytes[place] ^= 1 << ((chance >> 60) % 8);
            true
        }
        Some(Value::Text(text)) => {
            let digits: Vec<usize> =
                text.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
            let at = digits[place(digits.len())];
            let other = if text[at..].starts_with('1') { "2" } else { "1" };
            text.replace_range(at..=at, other);
            true
        }
        _ => false,
    })
}

fn set(table: &mut Table, dice: &mut Dice, attribute: &str, value: Value) -> bool {
    let item = table.item(dice, is_entry);
    item.map(|item| item.attributes.insert(attribute.to_owned(), value)).is_some()
}

/// Rewrites the bytes of an entry, and seals its chain over them.
fn rewrite(table: &mut Table, dice: &mut Dice, how: impl Fn(&mut String, &mut Vec<u8>)) -> bool {
    let Some(item) = table.item(dice, |item| read(item).is_some()) else { return false };
    let (text, state) = (item.attributes.remove("e"), item.attributes.remove("s"));
    let (Some(Value::Text(mut text)), Some(Value::Bytes(mut state))) = (text, state) else { return false };
    how(&mut text, &mut state);
    item.attributes.insert("e".to_owned(), Value::Text(text));
    item.attributes.insert("s".to_owned(), Value::Bytes(state));
    let pk = item.pk.clone();
    table.seal(&pk);
    true
}
