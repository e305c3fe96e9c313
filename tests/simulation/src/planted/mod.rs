//! Wrong code to find: the harness's own test. Each bug is made at the edge of the real code, as wrong code would have
//! asked the table, as a wrong domain would have sealed an entry, or as a wrong gateway would have answered.
//!
//! What it never does: reach into product code, or be on in a run that was not asked for it.

mod forged;
pub mod front;
mod wire;

use serde_json::Value;

macro_rules! plants {
    ($($name:ident $about:literal;)*) => {
        /// A planted bug.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Plant {
            $(#[doc = $about] $name,)*
        }

        /// All plants.
        pub const PLANTS: &[Plant] = &[$(Plant::$name),*];

        impl Plant {
            /// Its name, as `--plant` takes it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// What the wrong code does.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$name => $about),* }
            }
        }
    };
}

plants! {
    UnconditionalEntry "an entry is put without the condition that its place is free";
    NoLookUp "the look-up by reference finds nothing";
    ForgetfulLookUp "the look-up by reference forgets after ten minutes";
    ForgetfulAfterADay "the look-up by reference forgets after a day";
    ReferenceLost "entries are written without the reference they are found by";
    StaleHead "the newest entry is read as it was a read ago";
    SilenceIsSuccess "a write without an answer is taken for done";
    UnconditionalCounter "counters are drawn without looking at what is left";
    CounterLeftOut "counters are no part of the transaction";
    CounterPerEnvironment "every environment counts for itself";
    UnconditionalPointer "the pointer to the deciding rules moves without looking";
    OldRulesForEver "the pointer to the deciding rules is read once and believed for ever";
    VersionOverwritten "a published version takes the place of another";
    NoTenant "keys of members leave the merchant out";
    NoDueItem "a member who falls due is not told to the index";
    IndexCut "a job looks at the first member of a day only";
    CheckpointAhead "a job says it is done with days to come";
    UnconditionalProfile "a profile is put over whatever is there";
    ProfileKept "an erasure leaves the profile";
    WordsKept "an erasure leaves what was written in words";
    PersonalDataCopied "a name goes into the ledger";
    RefusalForgotten "refusals that depend on state are not kept";
    TokenByKey "the token of a transaction is that of its request, whatever was decided";
    HalfTransaction "of a transaction only the first item is written";
    TransactionInPieces "a transaction is written item by item, and may stop in between";
    CodeForgotten "the code of a voucher is not written down";
    FriendForgotten "whom a member brought is not written down";
    OldEntriesDropped "entries older than the newest five are deleted";
    AwardTooHigh "a purchase earns a point more than its rules give";
    ClawbackShort "a return takes back a point too little";
    ExpiryForgotten "lots never expire";
    NewestLotFirst "points are taken from the lot that expires last";
    DebtForgotten "debt is not remembered";
    TierTooHigh "whoever is in a tier gets into the highest";
    LiftForEver "a tier that is lifted stays for a year longer";
    RankOfTheNext "whoever is ranked is told the rank behind hers";
    HouseholdUntold "entries do not say what they used of a household's limits";
    ChainBroken "an entry does not hang on the one before it";
    TimeRunsBack "an entry is dated a day before it was decided";
    HoldForgotten "held points stay spendable";
    FreshKeyOnRetry "the gateway gives a repeated request a key of its own";
    UnknownIsRefused "an unknown outcome is answered with a refusal";
    UnknownIsDone "an unknown outcome is answered as done";
    ReplayShowsNow "a repeat is answered with today's balance";
    AnswerByKeyAlone "a repeat is answered by its key, whatever its body";
    CardOfAnother "reads are cached by path, whoever asks";
    ClockStopped "an environment's clock stands still from its start on";
    ClockAhead "an environment's clock is three days ahead";
    BirthdayNeverRuns "the birthday job is never run";
}

impl Plant {
    /// The plant of a name.
    pub fn named(name: &str) -> Option<Self> {
        PLANTS.iter().copied().find(|plant| plant.name().eq_ignore_ascii_case(name))
    }

    /// True for a bug of the domain: the entry is sealed wrong, and clients are told what it should have been.
    pub const fn is_sealed(self) -> bool {
        matches!(
            self,
            Self::AwardTooHigh
                | Self::ClawbackShort
                | Self::ExpiryForgotten
                | Self::NewestLotFirst
                | Self::DebtForgotten
                | Self::TierTooHigh
                | Self::LiftForEver
                | Self::RankOfTheNext
                | Self::HouseholdUntold
                | Self::ChainBroken
                | Self::TimeRunsBack
                | Self::HoldForgotten
        )
    }

    /// The token that a transaction is sent with.
    pub(crate) fn token(self, body: &Value, token: &mut String) {
        if self == Self::TokenByKey {
            let items = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
            let reference = items.iter().find_map(|item| item["Put"]["Item"]["ref"]["S"].as_str());
            if let Some(reference) = reference {
                reference.clone_into(token);
            }
        }
    }
}
