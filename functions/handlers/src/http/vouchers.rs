//! Rendering of vouchers. The code is derived by who calls; nothing here knows the secret.

use domain::entry::{Entry, Issued, VoucherStage};
use domain::ids::VoucherId;
use domain::state::Voucher;
use dsl::explain::gives;
use dsl::model::RewardKind;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use serde_json::{Value, json};

/// What is shown of a voucher beside its code.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) reward: String,
    pub(crate) state: VoucherStage,
    pub(crate) choice: Option<String>,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) reserved_until: Option<Moment>,
}

impl Shown {
    /// As it was issued.
    pub(crate) fn of_issued(issued: &Issued) -> Self {
        Self {
            reward: issued.reward.clone(),
            state: VoucherStage::Issued,
            choice: issued.choice.clone(),
            expires_at: issued.expires_at,
            reserved_until: None,
        }
    }

    /// As it stands in the state.
    pub(crate) fn of_open(open: &Voucher) -> Self {
        Self {
            reward: open.reward.clone(),
            state: if open.reserved_until.is_some() { VoucherStage::Reserved } else { VoucherStage::Issued },
            choice: open.choice.clone(),
            expires_at: open.expires_at,
            reserved_until: open.reserved_until,
        }
    }
}

/// A voucher, by the rulebook that is at hand.
pub(crate) fn voucher(id: VoucherId, code: &str, shown: &Shown, rulebook: &Rulebook) -> Value {
    let programme = rulebook.programme();
    let reward = programme.rewards.iter().find(|reward| reward.name == shown.reward);
    let show = |moment: Option<Moment>| moment.map(|at| rulebook.zone().show(at));
    let options = reward.map(|reward| options(&reward.gives, rulebook)).filter(|_| shown.choice.is_none());
    json!({
        "voucher_id": id.to_string(),
        "code": code,
        "state": shown.state.word(),
        "reward": shown.reward,
        "label": reward.and_then(|reward| reward.label.as_deref()),
        "gives": reward.map(|reward| gives(&reward.gives, programme)),
        "choice": shown.choice,
        "options": options.unwrap_or_default(),
        "expires_at": show(shown.expires_at),
        "reserved_until": show(shown.reserved_until),
    })
}

/// The rewards a choice is among.
pub(crate) fn options(kind: &RewardKind, rulebook: &Rulebook) -> Vec<String> {
    let RewardKind::OneOf(options) = kind else { return Vec::new() };
    let rewards = &rulebook.programme().rewards;
    options.iter().filter_map(|index| rewards.get(*index)).map(|reward| reward.name.clone()).collect()
}

/// The vouchers an entry issued.
pub(crate) fn issued(entry: &Entry) -> Vec<(VoucherId, &Issued)> {
    let ids = (0..=u8::MAX).map(|index| VoucherId(entry.seq, index));
    ids.zip(entry.change.issued()).collect()
}
