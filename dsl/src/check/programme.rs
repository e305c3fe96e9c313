//! Settings, tiers, groups and budgets.

use super::literal::{self, Literals, choose};
use super::names::Names;
use super::report::Report;
use super::timers;
use crate::diagnostic::code;
use crate::facts::{Metric, WindowedSum};
use crate::model::{
    Active, Budget, BudgetTotal, Downgrade, Expiry, Group, Limit, LimitPeriod, LimitUnit, Refund, Shortfall,
    Take, Threshold, Tier, UnknownMember, WhenSpent,
};
use crate::syntax::ast::{self, Clause, Expire, Item, Kind, Quantity, What, Word};
use crate::units::{Rounding, Span, SpanUnit};

/// What the programme item sets.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) worth_micro_minor: Option<i64>,
    pub(super) rounding: Rounding,
    pub(super) expiry: Expiry,
    pub(super) remind: Option<Span>,
    pub(super) pending: Option<Span>,
    pub(super) refund: Refund,
    pub(super) shortfall: Shortfall,
    pub(super) unknown_member: UnknownMember,
    pub(super) tolerance: Span,
    pub(super) limits: Vec<Limit>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            worth_micro_minor: None,
            rounding: Rounding::default(),
            expiry: Expiry::Never,
            remind: None,
            pending: None,
            refund: Refund::default(),
            shortfall: Shortfall::default(),
            unknown_member: UnknownMember::default(),
            tolerance: Span { count: 7, unit: SpanUnit::Day },
            limits: Vec::new(),
        }
    }
}

/// Tiers and what their review does.
#[derive(Debug, Default)]
pub(super) struct Ladder {
    pub(super) tiers: Vec<Tier>,
    pub(super) downgrade: Downgrade,
    pub(super) grace: Option<Span>,
    pub(super) floor: Option<usize>,
}

impl Names<'_> {
    /// The programme's settings; what is wrong is reported and left at its default.
    pub(super) fn programme(&self, item: &Item<'_>, report: &mut Report) -> Settings {
        let mut set = Settings::default();
        for clause in &item.body {
            match &clause.what {
                What::Worth(quantity) => set.worth_micro_minor = self.literals.worth(quantity, report),
                What::Rounding(word) => {
                    let choices =
                        [("down", Rounding::Down), ("up", Rounding::Up), ("half_even", Rounding::HalfEven)];
                    set.rounding = choose(*word, "rounding", &choices, report).unwrap_or_default();
                }
                What::Expire(expire) => set.expiry = Self::expiry(expire, report).unwrap_or(Expiry::Never),
                What::Remind(quantity) => set.remind = timers::lead(quantity, report),
                What::Pending(quantity) => set.pending = Literals::span(quantity, report),
                What::Refund(word) => {
                    let choices = [("reverse", Refund::Reverse), ("keep", Refund::Keep)];
                    set.refund = choose(*word, "what a refund does", &choices, report).unwrap_or_default();
                }
                What::Shortfall(word) => {
                    let choices = [("debt", Shortfall::Debt), ("forgive", Shortfall::Forgive)];
                    set.shortfall =
                        choose(*word, "what a shortfall becomes", &choices, report).unwrap_or_default();
                }
                What::UnknownMember(word) => {
                    let choices = [("enrol", UnknownMember::Enrol), ("refuse", UnknownMember::Refuse)];
                    set.unknown_member = choose(*word, "what to do with an unknown member", &choices, report)
                        .unwrap_or_default();
                }
                What::Accept(quantity) => {
                    set.tolerance = Literals::span(quantity, report).unwrap_or(set.tolerance);
                }
                What::Limit { most, scopes } => {
                    set.limits.extend(self.limit(Kind::Programme, clause, most, scopes, report));
                }
                _ => {}
            }
        }
        set
    }

    fn expiry(expire: &Expire<'_>, report: &mut Report) -> Option<Expiry> {
        Some(match expire {
            Expire::Never => Expiry::Never,
            Expire::EndOf(word) => Expiry::EndOf { period: literal::period(*word, report)? },
            Expire::After { span, idle: true, .. } => Expiry::Idle { span: Literals::span(span, report)? },
            Expire::After { span, end_of, .. } => {
                let span = Literals::span(span, report);
                let to_end_of = match end_of {
                    Some(word) => Some(literal::period(*word, report)?),
                    None => None,
                };
                Expiry::After { span: span?, to_end_of }
            }
        })
    }

    /// A limit of a programme, group, rule or reward.
    pub(super) fn limit(
        &self,
        owner: Kind,
        clause: &Clause<'_>,
        most: &Quantity<'_>,
        scopes: &[Word<'_>],
        report: &mut Report,
    ) -> Option<Limit> {
        let per = limit_period(clause, most, scopes, report);
        let household = scopes.iter().find(|word| word.text == "household");
        if let Some(word) =
            household.filter(|_| matches!(owner, Kind::Reward | Kind::Referral | Kind::Attention))
        {
            report.error(
                code::LIMIT_SCOPE,
                word.place,
                format!(
                    "{} is limited per member",
                    if owner == Kind::Attention {
                        "attention".to_owned()
                    } else {
                        format!("a {}", owner.word())
                    }
                ),
                "write `per member`; rules, groups and the programme may be limited per household",
            );
            return None;
        }
        let unit = match most.unit.text {
            "time" | "times" if matches!(owner, Kind::Programme | Kind::Group) => {
                let help = "write points, or put the limit into each rule";
                report.error(
                    code::LIMIT_SCOPE,
                    most.unit.place,
                    format!("a {} is not limited in times", owner.word()),
                    help,
                );
                None
            }
            "time" | "times" => literal::whole(most.number, report, "a limit in times is a whole number")
                .map(LimitUnit::Times),
            _ if owner == Kind::Attention && Literals::is_points(most) => {
                let text = format!("{} times", most.number.text);
                report.rewrite(code::LIMIT_SCOPE, most.place, "attention is limited in times", text);
                None
            }
            _ if matches!(owner, Kind::Reward | Kind::Referral | Kind::Attention) => {
                report.error(
                    code::LIMIT_SCOPE,
                    most.place,
                    match owner {
                        Kind::Attention => "attention is limited in times".to_owned(),
                        _ => format!("a {} is limited in times", owner.word()),
                    },
                    "write such as `limit 1 time per member per year`",
                );
                None
            }
            _ if Literals::is_points(most) => Literals::points(most, report).map(LimitUnit::Points),
            _ if Literals::is_money(most) => {
                self.needs_worth(most, "a limit in money", report);
                self.literals.money(most, report).map(LimitUnit::Money)
            }
            _ => {
                let message = format!("a limit is in times, points or money, not `{}`", most.unit.text);
                report.error(
                    code::WRONG_UNIT,
                    most.unit.place,
                    message,
                    "write such as `2 times` or `500 points`",
                );
                None
            }
        };
        Some(Limit { most: unit?, per: per?, household: household.is_some() })
    }

    /// Reports what needs the worth of a point where none is declared.
    pub(super) fn needs_worth(&self, quantity: &Quantity<'_>, what: &str, report: &mut Report) {
        if !self.worth {
            report.error(
                code::NEEDS_WORTH,
                quantity.place,
                format!("{what} needs to know what a point is worth"),
                format!("add such as `point worth 0.01 {}` to the programme", self.literals.code()),
            );
        }
    }

    /// Validity by day.
    pub(super) fn active(
        from: Option<Word<'_>>,
        until: Option<Word<'_>>,
        clause: &Clause<'_>,
        report: &mut Report,
    ) -> Active {
        if from.is_none() && until.is_none() {
            report.error(
                code::MISSING,
                clause.place,
                "`active` needs a day",
                "write such as `active from 2026-12-01 until 2026-12-24`",
            );
        }
        let active = Active {
            from: from.and_then(|word| literal::day(word, report)),
            until: until.and_then(|word| literal::day(word, report)),
        };
        if let (Some(first), Some(last), Some(word)) = (active.from, active.until, until)
            && last < first
        {
            report.error(
                code::AMOUNT,
                word.place,
                "this ends before it begins",
                "`until` is the last day, `from` the first",
            );
        }
        active
    }

    /// The tiers of the file, lowest first.
    pub(super) fn ladder(&self, item: &Item<'_>, report: &mut Report) -> Ladder {
        let mut ladder = Ladder::default();
        for clause in &item.body {
            match &clause.what {
                What::Tier { name, from: None } => {
                    if !ladder.tiers.is_empty() {
                        report.error(
                            code::TIER_ORDER,
                            clause.place,
                            "only the first tier is `always`",
                            "tiers are written from the lowest to the highest; write `from …` here",
                        );
                    }
                    ladder.tiers.push(Tier { name: name.text.to_owned(), from: None, keep: None });
                }
                What::Tier { name, from: Some(from) } => {
                    if ladder.tiers.is_empty() && !item.broken {
                        report.error(
                            code::TIER_ORDER,
                            name.place,
                            "the first tier is the one everybody has",
                            format!(
                                "put a tier before it, such as `member always`, or write `{} always`",
                                name.text
                            ),
                        );
                    }
                    let keep = from.keep.as_ref().and_then(|keep| Literals::span(keep, report));
                    let threshold = self.threshold(from, report);
                    if let Some(threshold) = threshold
                        && let Some(lower) =
                            ladder.tiers.iter().filter_map(|tier| tier.from).rfind(|t| t.sum == threshold.sum)
                        && lower.at_least >= threshold.at_least
                    {
                        report.error(
                            code::TIER_ORDER,
                            from.least.place,
                            format!("`{}` asks for no more than a tier below it", name.text),
                            "tiers are written from the lowest to the highest",
                        );
                    }
                    ladder.tiers.push(Tier { name: name.text.to_owned(), from: threshold, keep });
                }
                What::Downgrade { one_step } => {
                    ladder.downgrade = if *one_step { Downgrade::OneStep } else { Downgrade::Reassess };
                }
                What::Floor(word) => ladder.floor = self.tier(*word, report),
                What::Grace(quantity) => ladder.grace = Literals::span(quantity, report),
                _ => {}
            }
        }
        ladder
    }

    pub(super) fn threshold(&self, from: &ast::From<'_>, report: &mut Report) -> Option<Threshold> {
        let window = Self::window(&from.window, report);
        let metric = from.metric.map(|word| word.text);
        let unit = from.least.unit;
        let (metric, at_least) = match (metric, unit.text) {
            (Some("earned"), _) => (Metric::Earned, Literals::points(&from.least, report)),
            (Some(_), _) => (Metric::Spent, self.literals.money(&from.least, report)),
            (None, "purchase" | "purchases") => {
                (Metric::Purchases, literal::whole(from.least.number, report, "purchases are whole"))
            }
            (None, _) => {
                let word = if Literals::is_points(&from.least) { "earned" } else { "spent" };
                let message = "a tier says what is counted";
                let text = format!("{} {} {word}", from.least.number.text, unit.text);
                report.rewrite(code::MISSING, from.least.place, message, text);
                return None;
            }
        };
        let at_least = at_least?;
        if at_least == 0 {
            report.error(
                code::ZERO,
                from.least.place,
                "everybody has this tier",
                "write `always` for the lowest tier, or an amount",
            );
            return None;
        }
        Some(Threshold { at_least, sum: WindowedSum { metric, window: window? } })
    }

    /// A group of competing rules.
    pub(super) fn group_item(&self, item: &Item<'_>, report: &mut Report) -> Group {
        let mut group =
            Group { name: name(item), label: label(item, report), take: Take::All, limits: Vec::new() };
        for clause in &item.body {
            match &clause.what {
                What::Take(ast::Take::Word(word)) => {
                    let choices = ["all", "best", "sum of extras", "first of [..]"];
                    match word.text {
                        "all" => group.take = Take::All,
                        "best" => group.take = Take::Best,
                        _ => report.choice(*word, "what a group takes", &choices),
                    }
                }
                What::Take(ast::Take::Sum) => group.take = Take::SumOfExtras,
                What::Take(ast::Take::First(list)) => {
                    let mut order = Vec::new();
                    for entry in &list.items {
                        match entry {
                            ast::Literal::Name(word) => order.extend(self.rule(*word, report)),
                            other => report.error(
                                code::TYPES,
                                other.place(),
                                format!("this list names rules, and {}", literal::described(other)),
                                "write names of rules of this group",
                            ),
                        }
                    }
                    group.take = Take::FirstOf(order);
                }
                What::Limit { most, scopes } => {
                    group.limits.extend(self.limit(Kind::Group, clause, most, scopes, report));
                }
                _ => {}
            }
        }
        group
    }

    /// A programme-wide budget.
    pub(super) fn budget_item(&self, item: &Item<'_>, report: &mut Report) -> Budget {
        let mut budget = Budget {
            name: name(item),
            label: label(item, report),
            total: BudgetTotal::Points(0),
            active: Active::default(),
            when_spent: WhenSpent::Stop,
        };
        for clause in &item.body {
            match &clause.what {
                What::Total(quantity) if quantity.number.text.chars().all(|c| c == '0' || c == '.') => {
                    let help = "write how much there is to give, such as `50000 points`";
                    report.error(code::ZERO, quantity.place, "this budget is empty", help);
                }
                What::Total(quantity) if Literals::is_points(quantity) => {
                    budget.total =
                        BudgetTotal::Points(Literals::points(quantity, report).unwrap_or_default());
                }
                What::Total(quantity) => {
                    self.needs_worth(quantity, "a budget in money", report);
                    budget.total =
                        BudgetTotal::Money(self.literals.money(quantity, report).unwrap_or_default());
                }
                What::Active { from, until } => budget.active = Self::active(*from, *until, clause, report),
                What::WhenSpent(word) => {
                    let choices = [("stop", WhenSpent::Stop), ("warn", WhenSpent::Warn)];
                    budget.when_spent = choose(*word, "what a spent budget does", &choices, report)
                        .unwrap_or(WhenSpent::Stop);
                }
                _ => {}
            }
        }
        budget
    }
}

/// The item's name; empty where its head did not parse.
pub(super) fn name(item: &Item<'_>) -> String {
    item.name.map(|word| word.text.to_owned()).unwrap_or_default()
}

/// The item's label.
pub(super) fn label(item: &Item<'_>, report: &mut Report) -> Option<String> {
    item.label.and_then(|word| literal::text(word, report)).map(str::to_owned)
}

fn limit_period(
    clause: &Clause<'_>,
    most: &Quantity<'_>,
    scopes: &[Word<'_>],
    report: &mut Report,
) -> Option<LimitPeriod> {
    const PERIODS: [(&str, LimitPeriod); 5] = [
        ("day", LimitPeriod::Day),
        ("week", LimitPeriod::Week),
        ("month", LimitPeriod::Month),
        ("year", LimitPeriod::Year),
        ("programme", LimitPeriod::Programme),
    ];
    const ALL: [&str; 8] = ["member", "household", "event", "day", "week", "month", "year", "programme"];
    if let Some(word) = scopes.iter().find(|word| !ALL.contains(&word.text)) {
        report.choice(*word, "a limit's scope", &ALL);
        return None;
    }
    let texts: Vec<&str> = scopes.iter().map(|word| word.text).collect();
    let limit = format!("limit {} {}", most.number.text, most.unit.text);
    match texts.as_slice() {
        ["event"] => Some(LimitPeriod::Event),
        [whose @ ("member" | "household"), period] => {
            if let Some((_, per)) = PERIODS.iter().find(|(name, _)| name == period) {
                return Some(*per);
            }
            report.rewrite(
                code::LIMIT_SCOPE,
                clause.place,
                format!("a limit per event needs no `per {whose}`"),
                format!("{limit} per event"),
            );
            None
        }
        [period] if PERIODS.iter().any(|(name, _)| name == period) => {
            let message = "a limit says that it is per member; for a limit over all members use a budget";
            report.rewrite(
                code::LIMIT_SCOPE,
                clause.place,
                message,
                format!("{limit} per member per {period}"),
            );
            None
        }
        [] | ["member" | "household"] => {
            report.error(
                code::LIMIT_SCOPE,
                clause.place,
                "a limit says over which time",
                format!(
                    "write such as `{limit} per member per month`, or `per member per programme` for all time"
                ),
            );
            None
        }
        _ => {
            report.error(
                code::LIMIT_SCOPE,
                clause.place,
                "a limit is per member or per household, and has one period",
                format!("write such as `{limit} per member per day`, or two limits on two lines"),
            );
            None
        }
    }
}
