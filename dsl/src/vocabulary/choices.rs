//! The closed choices of words: which sentence asks for them, and what each means. The checker turns them into
//! values; a test holds it to this table.

/// A closed choice.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// The grammar's name of the sentence or part that asks.
    pub slot: &'static str,
    /// What it is called in the reference.
    pub what: &'static str,
    /// The words, and what each means.
    pub words: &'static [(&'static str, &'static str)],
}

const PERIODS: &[(&str, &str)] = &[
    ("day", "a day of the calendar"),
    ("week", "a week, from monday"),
    ("month", "a month of the calendar"),
    ("quarter", "a quarter of the year"),
    ("half year", "half a year, from January or July"),
    ("year", "a year of the calendar"),
];
const DAYS: &[(&str, &str)] = &[
    ("monday", ""),
    ("tuesday", ""),
    ("wednesday", ""),
    ("thursday", ""),
    ("friday", ""),
    ("saturday", ""),
    ("sunday", ""),
];

const fn c(slot: &'static str, what: &'static str, words: &'static [(&'static str, &'static str)]) -> Choice {
    Choice { slot, what, words }
}

/// All of them, by the grammar's name of what asks.
#[rustfmt::skip] // it is a table
pub const CHOICES: &[Choice] = &[
    c("c_rounding", "rounding", &[("down", "to whole points below"), ("up", "to whole points above"), ("half_even", "to the nearest; a half to the even one")]),
    c("c_refund", "refund of a programme", &[("reverse", "a return takes back its share of the points"), ("keep", "a return leaves them")]),
    c("c_revoke", "refund of a rule", &[("revoke", "a return takes back its share of the points"), ("revoke if unspent", "a return takes back what is left of its share, and forgives what was spent"), ("keep", "a return leaves them")]),
    c("c_refund", "refund of a challenge", &[("revoke", "a return of what completed it takes back what it gave"), ("keep", "a return leaves that")]),
    c("c_refund", "refund of a reward", &[("revoke", "an unused voucher is cancelled"), ("keep", "it stays good")]),
    c("c_revoke", "refund of a referral", &[("revoke", "takes back what both got"), ("revoke if unspent", "takes back what is left of it"), ("keep", "takes back nothing")]),
    c("c_shortfall", "shortfall", &[("debt", "the next points repay them"), ("forgive", "they are dropped")]),
    c("c_unknown_member", "unknown member", &[("refuse", "the purchase is refused"), ("enrol", "she is enrolled")]),
    c("c_take", "take", &[("all", "all awards count"), ("best", "the one that gives most"), ("sum of extras", "two times and three times make four times"), ("first of [..]", "the first of these rules that fires")]),
    c("c_spent", "when spent", &[("stop", "awards are cut to what is left"), ("warn", "awards are given, and the entry says so")]),
    c("c_field", "type of a field", &[("number", "a number"), ("money", "money in the programme's currency"), ("text", "any text"), ("truth", "`yes` or `no`"), ("one of [..]", "one of these names")]),
    c("c_question", "type of a question", &[("number 0 to 10", "a whole number in a range"), ("one of [..]", "one of these names"), ("truth", "`yes` or `no`"), ("text", "own words, which no rule reads")]),
    c("v_off", "what a discount is off", &[("basket.total", "the whole basket")]),
    c("c_rank", "by, of a ranking", &[("member.spent", "what the member paid, net of returns"), ("member.earned", "points the member earned, net of returns"), ("member.purchases", "how often the member bought, net of returns")]),
    c("e_prompt", "prompt for", &[("review", "a review"), ("referral", "bringing a friend")]),
    c("scope", "per", &[("member", "each member for herself"), ("household", "all members of a household together; who is in none, for herself"), ("event", "one event"), ("day", "a day of the calendar"), ("week", "a week, from monday"), ("month", "a month of the calendar"), ("year", "a year of the calendar"), ("programme", "for ever")]),
    c("period", "period", PERIODS),
    c("o_week", "day of the week", DAYS),
    c("weekday", "value of `day`", DAYS),
    c("c_every", "every, of a streak", &[("day", "a day of the calendar"), ("week", "a week, from monday"), ("month", "a month of the calendar")]),
    c("c_every", "every, of a challenge", &[("day", "a day of the calendar"), ("week", "a week, from monday"), ("month", "a month of the calendar"), ("year", "a year of the calendar")]),
    c("truth", "truth", &[("yes", "it is so"), ("no", "it is not so")]),
    c("line_field", "what is said of a line in a test", &[("category", "its category"), ("brand", "its brand"), ("sku", "its article"), ("quantity", "pieces; 1 where nothing is said"), ("tags", "its tags, as a list"), ("eligible", "`no` for what may not earn")]),
];
