//! The merchants' rules: two programmes in two versions each, with everything that can run out, fall due or be undone.

/// A merchant of a run.
#[derive(Debug, Clone, Copy)]
pub struct Merchant {
    /// Its id, and its programme's name.
    pub tenant: &'static str,
    /// The versions of its rules that take turns.
    pub versions: [&'static str; 2],
    /// Tiers of its programme, and of no other's.
    pub tiers: &'static [&'static str],
    /// The zone its days are of.
    pub zone: &'static str,
    /// The highest score its survey takes.
    pub score_max: u64,
}

/// Editions of a merchant's rules: what takes turns.
pub const EDITIONS: usize = 4;

impl Merchant {
    /// The text of an edition, counted from 0: the later ones say the same as earlier ones in a file of their own, so that
    /// two activations at the same time may differ from what decides and from each other.
    pub fn edition(&self, number: usize) -> String {
        let text = self.versions[number % self.versions.len()];
        match number / self.versions.len() {
            0 => text.to_owned(),
            round => format!("{text}# edited {round}\n"),
        }
    }
}

/// Merchants of a run.
pub const MERCHANTS: [Merchant; 2] = [
    Merchant {
        tenant: "corner",
        versions: [include_str!("../rules/corner.merit"), include_str!("../rules/corner_generous.merit")],
        tiers: &["guest", "regular", "insider"],
        zone: "Europe/Paris",
        score_max: 10,
    },
    Merchant {
        tenant: "lane",
        versions: [include_str!("../rules/lane.merit"), include_str!("../rules/lane_strict.merit")],
        tiers: &["reader", "scholar"],
        zone: "America/New_York",
        score_max: 5,
    },
];

/// The merchant of a name.
pub fn merchant(tenant: &str) -> Option<&'static Merchant> {
    MERCHANTS.iter().find(|merchant| merchant.tenant == tenant)
}
