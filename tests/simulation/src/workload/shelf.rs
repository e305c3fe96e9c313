//! What members did that later requests may refer to.

use fastrand::Rng;
use std::collections::BTreeMap;

/// What one member did.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    /// Purchases, each with how many lines it has.
    pub(super) purchases: Vec<(String, usize)>,
    pub(super) redemptions: Vec<String>,
    pub(super) holds: Vec<String>,
}

/// The members of a merchant.
#[derive(Debug)]
pub(super) struct Shelf {
    people: BTreeMap<String, Person>,
    /// `m0`, `m1`: those who come for years.
    pub(super) regulars: u64,
    /// `f0`, `f1`: those whom somebody may have brought.
    pub(super) friends: u64,
}

impl Shelf {
    pub(super) fn new(regulars: u64) -> Self {
        let people = (0..regulars).map(|member| (format!("m{member}"), Person::default())).collect();
        Self { people, regulars, friends: 0 }
    }

    /// Somebody new.
    pub(super) fn welcome(&mut self, friend: &str) {
        self.friends += 1;
        self.people.insert(friend.to_owned(), Person::default());
    }

    /// A member: mostly one of the regulars.
    pub(super) fn somebody(&self, random: &mut Rng) -> String {
        if self.friends > 0 && random.u32(..10) < 3 {
            format!("f{}", random.u64(..self.friends))
        } else {
            format!("m{}", random.u64(..self.regulars))
        }
    }

    pub(super) fn person(&mut self, member: &str) -> Option<&mut Person> {
        self.people.get_mut(member)
    }
}
