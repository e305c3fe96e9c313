//! A dump to corrupt: entries and states can be read and written, chains sealed, checksums made anew.

use super::Dice;
use audit::{Item, Value};
use domain::chain;
use domain::entry::Entry;
use domain::state::State;
use ring::digest::{Context, SHA256};

/// The items of a dump, each rulebook once.
#[derive(Debug)]
pub struct Table {
    /// The items, in the order of their keys.
    pub items: Vec<Item>,
}

/// What stands around an entry in its chain.
#[derive(Debug)]
pub(super) struct Around {
    /// The state before it; none before the first.
    pub(super) before: Option<State>,
    /// When the entry before it was decided.
    pub(super) before_at: i64,
    /// The references before it.
    pub(super) references: Vec<String>,
}

pub(super) fn is_entry(item: &Item) -> bool {
    item.pk.contains("#M#") && item.sk.starts_with("E#")
}

pub(super) fn seq_of(item: &Item) -> u64 {
    item.sk.get(2..).and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

pub(super) fn entry_key(seq: u64) -> String {
    format!("E#{seq:012}")
}

/// Entry and state of an item; none for any other item.
pub(super) fn read(item: &Item) -> Option<(Entry, State)> {
    let (Value::Text(text), Value::Bytes(state)) = (item.attributes.get("e")?, item.attributes.get("s")?)
    else {
        return None;
    };
    Some((chain::entry_from_text(text).ok()?, chain::state_from_bytes(state).ok()?))
}

impl Table {
    /// A copy of a dump.
    pub fn new(good: &[Item]) -> Self {
        let mut items = good.to_vec();
        items.sort_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
        items.dedup_by(|a, b| (&a.pk, &a.sk) == (&b.pk, &b.sk));
        Self { items }
    }

    /// The items, in the order of their keys.
    pub fn into_items(mut self) -> Vec<Item> {
        self.items.sort_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
        self.items
    }

    /// One of the places whose items are such.
    pub(super) fn place(&self, dice: &mut Dice, is: impl Fn(&Item) -> bool) -> Option<usize> {
        let places: Vec<usize> =
            self.items.iter().enumerate().filter(|(_, item)| is(item)).map(|(place, _)| place).collect();
        dice.pick(&places).copied()
    }

    /// One of the items that are such.
    pub(super) fn item(&mut self, dice: &mut Dice, is: impl Fn(&Item) -> bool) -> Option<&mut Item> {
        let place = self.place(dice, is)?;
        self.items.get_mut(place)
    }

    /// The same for an entry that is not the newest of its chain.
    pub(super) fn inner_entry(&self, dice: &mut Dice) -> Option<usize> {
        let follows = |place: usize| {
            let (this, next) = (self.items.get(place)?, self.items.get(place + 1)?);
            (is_entry(this) && is_entry(next) && this.pk == next.pk).then_some(place)
        };
        let places: Vec<usize> = (0..self.items.len()).filter_map(follows).collect();
        dice.pick(&places).copied()
    }

    /// Changes the first entry, from a chance place on, that `change` accepts, and seals its chain again.
    pub(super) fn edit(
        &mut self,
        dice: &mut Dice,
        change: impl Fn(&mut Entry, &mut State, &Around) -> bool,
    ) -> bool {
        let mut found: Vec<(usize, Entry, State, Around)> = Vec::new();
        let mut references: Vec<String> = Vec::new();
        let mut before: Option<(String, i64, State)> = None;
        for (place, item) in self.items.iter().enumerate().filter(|(_, item)| is_entry(item)) {
            let Some((entry, state)) = read(item) else { continue };
            let (at, reference) = (entry.at.0, entry.reference.to_string());
            let own = before.take().filter(|(pk, ..)| *pk == item.pk);
            if own.is_none() {
                references.clear();
            }
            let around = Around {
                before_at: own.as_ref().map_or(i64::MIN, |(_, at, _)| *at),
                before: own.map(|(.., state)| state),
                references: references.clone(),
            };
            before = Some((item.pk.clone(), at, state.clone()));
            references.push(reference);
            found.push((place, entry, state, around));
        }
        let first = dice.place(found.len()).min(found.len().saturating_sub(1));
        found.rotate_left(first);
        for (place, mut entry, mut state, around) in found {
            if change(&mut entry, &mut state, &around) {
                self.write(place, &entry, &state);
                return true;
            }
        }
        false
    }

    /// The same for an entry alone.
    pub(super) fn edit_entry(&mut self, dice: &mut Dice, change: impl Fn(&mut Entry) -> bool) -> bool {
        self.edit(dice, |entry, _, _| change(entry))
    }

    /// The same for a state alone, with the one before it.
    pub(super) fn edit_state(
        &mut self,
        dice: &mut Dice,
        change: impl Fn(&mut State, &State) -> bool,
    ) -> bool {
        self.edit(dice, |_, state, around| around.before.as_ref().is_some_and(|before| change(state, before)))
    }

    /// Writes an entry and its state, and seals the chain again.
    pub(super) fn write(&mut self, place: usize, entry: &Entry, state: &State) {
        let Some(item) = self.items.get_mut(place) else { return };
        let set = [
            ("ref", Value::Text(entry.reference.to_string())),
            ("e", Value::Text(chain::entry_to_text(entry))),
            ("s", Value::Bytes(chain::state_to_bytes(state))),
        ];
        item.attributes.extend(set.map(|(name, value)| (name.to_owned(), value)));
        let pk = item.pk.clone();
        self.seal(&pk);
    }

    /// Computes the hashes of a chain anew, as long as its entries can be read as bytes.
    pub fn seal(&mut self, pk: &str) {
        let mut hash = [0; 32];
        for item in self.items.iter_mut().filter(|item| item.pk == pk && is_entry(item)) {
            let seq = seq_of(item);
            let (Some(Value::Text(text)), Some(Value::Bytes(state))) =
                (item.attributes.get("e"), item.attributes.get("s"))
            else {
                return;
            };
            hash = chain::hash(&hash, pk, seq, text, state);
            item.attributes.insert("h".to_owned(), Value::Bytes(hash.to_vec()));
        }
    }
}

/// Writes the checksum of an item outside the chains anew: SHA-256 over name, type and value of every attribute but
/// itself, in the order of names, each of the three preceded by its length.
pub(super) fn checksum(item: &mut Item) {
    let mut all = item.attributes.clone();
    all.remove("h");
    all.insert("pk".to_owned(), Value::Text(item.pk.clone()));
    all.insert("sk".to_owned(), Value::Text(item.sk.clone()));
    let mut digest = Context::new(&SHA256);
    for (name, value) in &all {
        let (kind, value): (&[u8], &[u8]) = match value {
            Value::Text(text) => (b"S", text.as_bytes()),
            Value::Number(number) => (b"N", number.as_bytes()),
            Value::Bytes(bytes) => (b"B", bytes),
            Value::Other => (b"M", &[]),
        };
        for bytes in [name.as_bytes(), kind, value] {
            digest.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(bytes);
        }
    }
    item.attributes.insert("h".to_owned(), Value::Bytes(digest.finish().as_ref().to_vec()));
}
