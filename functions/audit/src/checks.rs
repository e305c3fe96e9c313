//! What must hold, each with the name the report uses, and the notebook in which checks are counted.

use std::collections::BTreeMap;

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// Keys are those of a member, a rulebook or a counter.
    Keys,
    /// An item has exactly the attributes of its kind; personal data is in profiles only.
    Attributes,
    /// Entry and state are written as this format writes them, to the byte.
    Encoding,
    /// Sequences run from 1 without a gap.
    Sequence,
    /// The hash of an entry covers the one before it, its key, its text and its state.
    HashChain,
    /// Time never runs back along a chain, and nothing happened before the enrolment.
    Time,
    /// A reference occurs once, and is that of what happened.
    Reference,
    /// Postings sum to zero, at most one per account.
    PostingsBalance,
    /// Postings are what the settlements and the change moved, and nothing else.
    PostingsExplained,
    /// What fell due was recorded when it was due, in order, and completely.
    Settlements,
    /// A lot expires once, at its time, with exactly what is left of it.
    Expiry,
    /// Points are taken in spend order: expiry, then earning, then lot.
    SpendOrder,
    /// No points are taken from a lot that has expired or is pending.
    Spendable,
    /// Balances are what open lots and holds add up to.
    LotsEqualBalances,
    /// Nothing is negative but the debt account, and nobody owes while points can be spent.
    NotNegative,
    /// An award is the sum of its lots, its rules and its lines, with the dates and policies of its rulebook.
    Award,
    /// A hold is opened once and closed once, for what it held.
    Holds,
    /// Returns claw each line's share, cumulatively exact, and never more than the award.
    Returns,
    /// Spent points come back to their own lots, never more than were spent.
    Restored,
    /// The tier is what the history earns under the rulebook that decided.
    Tier,
    /// The stored state is the fold of the entries.
    State,
    /// Programme-wide counters are the sum of what entries drew.
    Counters,
    /// Programme-wide counters never passed what there may be.
    Budgets,
    /// Rulebooks are there, and their bytes are what their names say.
    Rulebooks,
    /// An item outside the chains is as it was written.
    Checksum,
    /// A profile belongs to a chain.
    Profiles,
    /// A voucher is issued as its reward says, goes its way one step at a time, and is found by one code.
    Vouchers,
    /// Members are where jobs look for them: by birthday, by enrolment, and by when they fall due.
    Days,
    /// Nobody earns or spends while that is frozen, and nothing but time happens to an erased member.
    Standing,
    /// Points given or taken by hand stay within the engine's caps, at once and per day.
    Adjustments,
    /// Both sides of a referral say the same; who brings was there before; nobody is brought twice, nor in a ring.
    Referral,
    /// What left one chain by a merge came to the member she became, no more and no less.
    Transfers,
    /// Who was ranked has a rank that was rewarded, and those of one date stand in the order of their scores.
    Places,
}

impl Invariant {
    /// The name: `hash_chain`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Attributes => "attributes",
            Self::Encoding => "encoding",
            Self::Sequence => "sequence",
            Self::HashChain => "hash_chain",
            Self::Time => "time",
            Self::Reference => "reference",
            Self::PostingsBalance => "postings_balance",
            Self::PostingsExplained => "postings_explained",
            Self::Settlements => "settlements",
            Self::Expiry => "expiry",
            Self::SpendOrder => "spend_order",
            Self::Spendable => "spendable",
            Self::LotsEqualBalances => "lots_equal_balances",
            Self::NotNegative => "not_negative",
            Self::Award => "award",
            Self::Holds => "holds",
            Self::Returns => "returns",
            Self::Restored => "restored",
            Self::Tier => "tier",
            Self::State => "state",
            Self::Counters => "counters",
            Self::Budgets => "budgets",
            Self::Rulebooks => "rulebooks",
            Self::Checksum => "checksum",
            Self::Profiles => "profiles",
            Self::Vouchers => "vouchers",
            Self::Days => "days",
            Self::Standing => "standing",
            Self::Adjustments => "adjustments",
            Self::Referral => "referral",
            Self::Transfers => "transfers",
            Self::Places => "places",
        }
    }
}

/// Counts checks, and notes those that failed for the item at hand.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    pub(crate) done: BTreeMap<Invariant, u64>,
    pub(crate) failed: Vec<(Invariant, String)>,
}

impl Checks {
    /// Counts one check; `detail` says what is wrong, if it is. Hands `holds` back.
    pub(crate) fn expect(
        &mut self,
        invariant: Invariant,
        holds: bool,
        detail: impl FnOnce() -> String,
    ) -> bool {
        let done = self.done.entry(invariant).or_default();
        *done = done.saturating_add(1);
        if !holds {
            self.failed.push((invariant, detail()));
        }
        holds
    }

    /// The same for two values that must be equal.
    pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(
        &mut self,
        invariant: Invariant,
        what: &str,
        stored: &T,
        own: &T,
    ) -> bool {
        self.expect(invariant, stored == own, || format!("{what} is {stored:?}, should be {own:?}"))
    }
}
