//! What a reward gives, as the file says it.

use crate::model::{Programme, RewardKind};

/// `10.00 EUR off`, `item "coffee"`, `one of cake, cocoa`.
pub fn gives(kind: &RewardKind, programme: &Programme) -> String {
    let money = |minor: &i64| programme.currency.show(*minor);
    match kind {
        RewardKind::MoneyOff(minor) => format!("{} off", money(minor)),
        RewardKind::ShareOff(ratio) => format!("{} off", percent(*ratio)),
        RewardKind::Item(what) => format!("item \"{what}\""),
        RewardKind::Access(what) => format!("access \"{what}\""),
        RewardKind::Experience(what) => format!("experience \"{what}\""),
        RewardKind::Shipping => "free shipping".to_owned(),
        RewardKind::GiftCard(minor) => format!("gift card {}", money(minor)),
        RewardKind::Donation { minor, to } => format!("donation {} to \"{to}\"", money(minor)),
        RewardKind::Credit(minor) => format!("{} credit", money(minor)),
        RewardKind::OneOf(options) => {
            let rewards = options.iter().filter_map(|index| programme.rewards.get(*index));
            let names: Vec<&str> = rewards.map(|reward| reward.name.as_str()).collect();
            format!("one of {}", names.join(", "))
        }
    }
}

/// A ratio in 1/10 000 as `5%` or `2.5%`.
fn percent(ratio: i64) -> String {
    let (whole, part) = (ratio.div_euclid(100), ratio.rem_euclid(100));
    if part == 0 {
        return format!("{whole}%");
    }
    let text = format!("{whole}.{part:02}");
    format!("{}%", text.trim_end_matches('0'))
}
