//! The table of sentences: by which word each begins, in which item it stands, an example, and what it means.
//! Diagnostics, completion, hover and the reference read this table; how a sentence is spelt is in the grammar.

use crate::syntax::ast::Kind;

/// One form of a sentence.
#[derive(Debug, Clone, Copy)]
pub struct Sentence {
    /// The item it stands in.
    pub item: Kind,
    /// Its first word; several rows may share one, and the first of them is the usual form.
    pub first: &'static str,
    /// A whole sentence of this form.
    pub example: &'static str,
    /// One sentence for merchants, in lower case.
    pub meaning: &'static str,
}

/// Sentences that begin with a name.
#[rustfmt::skip] // one form per line: it is a table
pub const NAMED: &[Sentence] = &[
    s(Kind::Tiers, "always", "guest always", "the lowest tier, which everybody has"),
    s(Kind::Tiers, "from", "gold from 350.00 EUR spent in 12 months", "a tier and what opens it: money spent, points earned or purchases, over a window"),
    s(Kind::Tiers, "keep", "rouge from 1000.00 EUR spent in 12 months keep for 12 months", "the same, and how long it is held once reached"),
];

const fn s(item: Kind, first: &'static str, example: &'static str, meaning: &'static str) -> Sentence {
    Sentence { item, first, example, meaning }
}

/// All of them, item by item, in the order they are best written.
#[rustfmt::skip] // one form per line: it is a table
pub const SENTENCES: &[Sentence] = &[
    s(Kind::Programme, "currency", "currency EUR", "the currency of all money; must be there"),
    s(Kind::Programme, "timezone", "timezone \"Europe/Paris\"", "the clock that days and times are judged by; must be there"),
    s(Kind::Programme, "point", "point worth 0.01 EUR", "what a point is worth; shares, and limits and budgets in money, need it"),
    s(Kind::Programme, "rounding", "rounding down", "how an award becomes whole points, once per event"),
    s(Kind::Programme, "expire", "expire after 12 months without purchase", "every purchase keeps all points alive for so long"),
    s(Kind::Programme, "expire", "expire after 12 months", "each point expires so long after it was earned"),
    s(Kind::Programme, "expire", "expire after 12 months at end of month", "the same, moved to the end of that period"),
    s(Kind::Programme, "expire", "expire at end of year", "all points of a period expire when it ends"),
    s(Kind::Programme, "expire", "expire never", "points do not expire"),
    s(Kind::Programme, "remind", "remind 14 days before expiry", "the shop hears what a member is about to lose"),
    s(Kind::Programme, "pending", "pending for 14 days", "points can be spent only after this"),
    s(Kind::Programme, "refund", "refund reverse", "what a return does to the points it brought"),
    s(Kind::Programme, "shortfall", "shortfall debt", "what happens where points to be taken back are spent already"),
    s(Kind::Programme, "unknown", "unknown member enrol", "what happens with a purchase by somebody unknown"),
    s(Kind::Programme, "accept", "accept events up to 7 days late", "how far back a till may date a purchase"),
    s(Kind::Programme, "limit", "limit 500 points per member per day", "at most so many points from all rules together"),
    s(Kind::Catalogue, "categories", "categories [coffee, bakery]", "the categories of articles; one that is not listed is an error"),
    s(Kind::Catalogue, "brands", "brands [rosa_lab]", "the brands"),
    s(Kind::Catalogue, "channels", "channels [online, store]", "the channels"),
    s(Kind::Catalogue, "stores", "stores [paris_1]", "the stores"),
    s(Kind::Catalogue, "tags", "tags [own_cup]", "the tags of lines and of members"),
    s(Kind::Tiers, "downgrade", "downgrade one step", "who falls short at a review falls one tier; `downgrade reassess`: to the tier she has earned by then"),
    s(Kind::Tiers, "grace", "grace 30 days", "how long who falls short at a review keeps the tier"),
    s(Kind::Group, "take", "take best", "which awards of the group's rules count"),
    s(Kind::Group, "take", "take sum of extras", "two times and three times make four times: one, and one more, and two more"),
    s(Kind::Group, "take", "take first of [a, b]", "the first of these rules that fires"),
    s(Kind::Group, "limit", "limit 3000 points per event", "at most so many points from the group's rules together"),
    s(Kind::Budget, "total", "total 80000.00 EUR", "what all members together get at most, in points or in money"),
    s(Kind::Budget, "active", "active from 2026-11-20 until 2026-12-31", "the days on which it pays, both included"),
    s(Kind::Budget, "when", "when spent stop", "what happens once it is spent"),
    s(Kind::Event, "field", "field stars number", "something every such event says"),
    s(Kind::Event, "field", "field mood one of [good, bad]", "a field with a closed choice"),
    s(Kind::Survey, "question", "question score number 0 to 10", "a question answered by a number"),
    s(Kind::Survey, "question", "question reason one of [price, service]", "a question with a closed choice"),
    s(Kind::Survey, "question", "question comment text", "a question answered in own words (`text`), or by `yes` or `no` (`truth`)"),
    s(Kind::Survey, "nps", "nps of score", "counts answers from 0 to 10 as promoter (9 and 10), passive (7 and 8) or detractor"),
    s(Kind::Survey, "csat", "csat of stars", "counts answers from 1 to 5 as satisfied (4 and 5), neutral (3) or dissatisfied"),
    s(Kind::Survey, "answer", "answer within 30 days", "how long the token for an answer is good"),
    s(Kind::Survey, "keep", "keep reason as tag", "what was answered becomes a tag on the member"),
    s(Kind::Survey, "allow", "allow review gating \"checked with our lawyer\"", "silences the warning of review gating, and says why"),
    s(Kind::Segment, "when", "when member.last_purchase at least 60 days ago", "who is in it: of whom all conditions hold"),
    s(Kind::Segment, "and", "and  member.tier is gold", "one more condition that must hold"),
    s(Kind::Rule, "formerly", "formerly old_name", "what the rule was called before; it keeps the counts of that name"),
    s(Kind::Rule, "on", "on purchase", "the event the rule answers"),
    s(Kind::Rule, "on", "on absence of 60 days", "when a member has not bought for so long"),
    s(Kind::Rule, "on", "on schedule every month on day 1 at 09:00 for members in segment vip", "at moments of the calendar: `every day`, `every week on monday`, `every month on day 1`, `once on 2026-12-24`"),
    s(Kind::Rule, "active", "active from 2026-12-01 until 2026-12-24", "the days on which it holds, both included; either may be left out"),
    s(Kind::Rule, "when", "when basket.paid at least 25.00 EUR", "a condition that must hold"),
    s(Kind::Rule, "and", "and  member.tier is gold", "one more condition that must hold"),
    s(Kind::Rule, "draw", "draw 20 members", "of all members the rule could fire for, so many are drawn"),
    s(Kind::Rule, "give", "give 1 point per 1.00 EUR of basket.paid", "points in exact proportion to an amount, not in steps"),
    s(Kind::Rule, "give", "give 50 points", "a gift of points"),
    s(Kind::Rule, "give", "give 5% of basket.paid as points", "points worth this share of an amount"),
    s(Kind::Rule, "give", "give reward cup", "a reward of this programme"),
    s(Kind::Rule, "give", "give badge \"spring-27\"", "a badge"),
    s(Kind::Rule, "multiply", "multiply points by 2", "adds as much again as was given per amount; gifts are not multiplied"),
    s(Kind::Rule, "multiply", "multiply all points by 2", "the same, gifts too"),
    s(Kind::Rule, "tag", "tag member \"promoter\"", "puts a tag on the member, which later rules read in `member.tags`"),
    s(Kind::Rule, "untag", "untag member \"promoter\"", "takes a tag away that a rule gave"),
    s(Kind::Rule, "open", "open case \"unhappy member\"", "a case for your support, by its subject"),
    s(Kind::Rule, "prompt", "prompt for review", "the member is to be asked for it"),
    s(Kind::Rule, "emit", "emit event \"vip_alert\"", "an event for your other tools"),
    s(Kind::Rule, "limit", "limit 2 times per member per day", "how often it fires at most"),
    s(Kind::Rule, "limit", "limit 500 points per member per month", "how many points it gives at most; money counts by what a point is worth"),
    s(Kind::Rule, "in", "in group boosters", "the group that decides which of its rules' awards count"),
    s(Kind::Rule, "from", "from budget winter", "the budget that pays"),
    s(Kind::Rule, "points", "points valid for 60 days", "when these points expire, instead of the programme's expiry"),
    s(Kind::Rule, "pending", "pending for 14 days", "these points can be spent only after this"),
    s(Kind::Reward, "costs", "costs 500 points", "its price; without one it cannot be bought"),
    s(Kind::Reward, "costs", "costs 400 points for gold", "the price for a tier, and for those above that have none of their own"),
    s(Kind::Reward, "gives", "gives 10.00 EUR off basket.total", "a discount, in money or as a share"),
    s(Kind::Reward, "gives", "gives item \"coffee\"", "a thing"),
    s(Kind::Reward, "gives", "gives 10.00 EUR credit", "money on the member's account"),
    s(Kind::Reward, "gives", "gives free shipping", "free shipping"),
    s(Kind::Reward, "gives", "gives gift card 25.00 EUR", "a gift card"),
    s(Kind::Reward, "gives", "gives access \"drop-0303\"", "being let in"),
    s(Kind::Reward, "gives", "gives experience \"roastery tour\"", "something that happens"),
    s(Kind::Reward, "gives", "gives donation 5.00 EUR to \"Sea Rescue\"", "money for others"),
    s(Kind::Reward, "gives", "gives one of [cake, cocoa]", "the member picks one of these rewards"),
    s(Kind::Reward, "active", "active from 2026-12-01 until 2026-12-24", "the days on which it can be had, both included; either may be left out"),
    s(Kind::Reward, "when", "when member.tier is gold", "a condition, asked of who buys it"),
    s(Kind::Reward, "and", "and  basket.paid at least 25.00 EUR", "one more condition that must hold"),
    s(Kind::Reward, "limit", "limit 1 time per member per year", "how often a member can have it"),
    s(Kind::Reward, "for", "for the first 100 members", "so many different members can have it"),
    s(Kind::Reward, "stock", "stock 1500", "how many there are"),
    s(Kind::Reward, "valid", "valid for 60 days", "how long its voucher is good"),
    s(Kind::Reward, "refund", "refund keep", "what happens to an unused voucher once nothing is left of the purchase that brought it"),
    s(Kind::Referral, "join", "join within 7 days", "how long after enrolling a friend can name who brought her"),
    s(Kind::Referral, "qualify", "qualify on purchase of at least 25.00 EUR within 30 days", "the first purchase that counts, and how soon it must come"),
    s(Kind::Referral, "when", "when channel is online", "a condition on that purchase"),
    s(Kind::Referral, "and", "and  basket.items at least 2", "one more condition that must hold"),
    s(Kind::Referral, "mature", "mature after 14 days", "when both sides are rewarded, counted from that purchase"),
    s(Kind::Referral, "limit", "limit 10 times per member per month", "for how many friends a member is rewarded at most"),
    s(Kind::Referral, "refund", "refund revoke", "what a later return does to both rewards: `revoke`, `revoke if unspent` or `keep`"),
    s(Kind::Test, "given", "given member.tier is gold", "what is known of the member before"),
    s(Kind::Test, "event", "event purchase at 2026-11-23 08:10 {", "what happens; several follow each other"),
    s(Kind::Test, "expect", "expect 120 points", "what all events together must give"),
    s(Kind::Test, "expect", "expect 60 points from base", "what one rule must give"),
    s(Kind::Test, "expect", "expect no points", "nothing may be given"),
    s(Kind::Test, "expect", "expect rule base fires", "a rule must fire"),
    s(Kind::Test, "expect", "expect rule base stays silent", "a rule must not fire"),
    s(Kind::Test, "expect", "expect reward cup", "a reward must be given"),
    s(Kind::Test, "expect", "expect badge \"spring-27\"", "a badge must be given"),
    s(Kind::Test, "expect", "expect tier gold", "the tier the member must have afterwards"),
    s(Kind::Test, "expect", "expect open case \"few stars\"", "what must happen beside points, as the rule says it"),
];
