//! What an event earned: lots, trace, limits, budgets, badges, and the member's history with it.

use super::{Context, Fold, history, tiers};
use crate::checks::Invariant;
use domain::entry::{Account, Award, Bought, Change, Entry, LotId, OpenedLot, TierChange};
use domain::state::{Lot, State, Sums, TAGS_MAX};
use dsl::effect::Effect;
use dsl::model::{BudgetTotal, Expiry, Give, Rule, WhenSpent};
use dsl::plan::Rulebook;
use dsl::units::{Moment, Span};

impl Fold {
    /// An enrolment or a declared event.
    pub(super) fn earned(
        &mut self,
        entry: &Entry,
        award: &Award,
        stored: &State,
        cx: &mut Context<'_>,
    ) -> Option<TierChange> {
        self.earned_with(entry, award, &[], stored, cx)
    }

    /// The same with tags that no rule gave.
    pub(super) fn earned_with(
        &mut self,
        entry: &Entry,
        award: &Award,
        kept: &[String],
        stored: &State,
        cx: &mut Context<'_>,
    ) -> Option<TierChange> {
        self.award(entry, (award, 0), (0, kept), stored, cx);
        // what enrolling gave, also where a purchase enrolled
        let welcome = matches!(entry.change, Change::Enrolled(_) | Change::Purchased { .. });
        self.lifted(entry, award, welcome, cx);
        let day = cx.rulebook.zone().local(entry.occurred_at).day;
        history::add(&mut self.state, day, Sums { earned_points: award.points, ..Sums::default() });
        tiers::rise(&mut self.state, entry.occurred_at, entry.at, cx.rulebook)
    }

    /// A purchase; its lots are numbered from `first` on.
    pub(super) fn purchased(
        &mut self,
        entry: &Entry,
        bought: &Bought,
        (award, first): (&Award, usize),
        stored: &State,
        cx: &mut Context<'_>,
    ) -> Option<TierChange> {
        self.award(entry, (award, first), (bought.lines.len(), &[]), stored, cx);
        self.lifted(entry, award, false, cx);
        check_goals(award, bought, cx);
        let zone = cx.rulebook.zone();
        cx.checks.equal(
            Invariant::State,
            "the day of the purchase",
            &bought.day,
            &zone.local(entry.occurred_at).day,
        );
        let spent_minor = bought.lines.iter().map(|line| line.amount_minor).fold(0, i64::saturating_add);
        history::add(
            &mut self.state,
            bought.day,
            Sums { spent_minor, earned_points: award.points, purchases: 1 },
        );
        self.state.last_purchase_at = self.state.last_purchase_at.max(Some(entry.occurred_at));
        let extended = |expires_at: &mut Option<Moment>, slides: Option<Span>| {
            if let (Some(expiry), Some(span)) = (*expires_at, slides) {
                *expires_at = Some(expiry.max(zone.plus(entry.occurred_at, span)));
            }
        };
        for lot in &mut self.state.lots {
            extended(&mut lot.expires_at, lot.slides);
        }
        self.state.lots.sort_by_key(super::lots::order);
        for allocation in self.state.holds.iter_mut().flat_map(|hold| &mut hold.taken) {
            extended(&mut allocation.expires_at, allocation.slides);
        }
        tiers::rise(&mut self.state, entry.occurred_at, entry.at, cx.rulebook)
    }

    fn award(
        &mut self,
        entry: &Entry,
        (award, first): (&Award, usize),
        (lines, kept): (usize, &[String]),
        stored: &State,
        cx: &mut Context<'_>,
    ) {
        check_sums(award, lines, cx);
        check_policies(award, cx);
        let held = tiers::held(&self.state, cx.rulebook.programme()).filter(|tier| *tier > 0);
        let own = held.and_then(|tier| cx.rulebook.programme().tiers.get(tier)).map(|tier| tier.name.clone());
        cx.checks.equal(Invariant::Award, "the tier before", &award.tier_before, &own);
        let mut repaid = 0_i64;
        for (index, opened) in (first..).zip(&award.lots) {
            let index = u8::try_from(index).unwrap_or(u8::MAX);
            let lot = opened_lot(LotId(entry.seq, index), opened, entry, stored);
            check_dates(&lot, opened, entry, cx);
            if lot.activates_at.is_some() {
                self.shift(Account::Issuer, Account::Pending, lot.remaining);
                self.open(lot);
            } else {
                repaid = repaid.saturating_add(self.activate(Account::Issuer, lot));
            }
        }
        cx.checks.equal(Invariant::Award, "what repaid debt", &award.repaid, &repaid);
        self.granted(entry, award, cx);
        let counts_at = history::counts_at(entry, cx.rulebook);
        for (key, amount) in &award.limits {
            let known = history::use_limit(&mut self.state, key, *amount, counts_at, cx.rulebook);
            cx.checks.expect(Invariant::Award, known, || format!("limit `{key}` is not in the rulebook"));
        }
        for (name, amount) in &award.household {
            self.of_household(name, *amount, entry, cx);
        }
        for (name, amount) in &award.budgets {
            let budget = cx.rulebook.programme().budgets.iter().find(|budget| budget.name == *name);
            cx.checks.expect(Invariant::Award, budget.is_some(), || {
                format!("budget `{name}` is not in the rulebook")
            });
            let most =
                budget.filter(|budget| budget.when_spent == WhenSpent::Stop).map(|budget| {
                    match budget.total {
                        BudgetTotal::Points(most) | BudgetTotal::Money(most) => most,
                    }
                });
            cx.counters.drawn(cx.tenant, &format!("budget:{name}"), *amount, most);
        }
        self.effects(award, kept, cx);
        self.exposed(entry, award, cx);
        for badge in &award.badges {
            if !self.state.badges.contains(badge) {
                self.state.badges.push(badge.clone());
            }
        }
    }
}

impl Fold {
    /// Effects are those of rules that gave, in order, each once; tags follow from them.
    fn effects(&mut self, award: &Award, kept: &[String], cx: &mut Context<'_>) {
        let ordered =
            [&award.effects, &award.muted].iter().all(|all| all.is_sorted_by(|one, next| one < next));
        cx.checks.expect(Invariant::Award, ordered, || "effects out of order, or twice".to_owned());
        let rules = &cx.rulebook.programme().rules;
        let gave = |name: &str| award.rules.iter().any(|(rule, _)| rule == name);
        for muted in &award.muted {
            let given = Give::Effect(muted.clone());
            let attention = cx.rulebook.programme().attention.as_ref();
            let known = rules.iter().any(|rule| gave(&rule.name) && rule.gives.contains(&given));
            let counted = attention.is_some_and(|attention| attention.counts(muted));
            let told = award.effects.contains(muted);
            cx.checks.expect(Invariant::Award, known && counted && !told, || {
                format!("left out, and why: {muted}")
            });
        }
        for effect in &award.effects {
            let given = Give::Effect(effect.clone());
            let by_rule = rules.iter().any(|rule| gave(&rule.name) && rule.gives.contains(&given));
            let known = by_rule || matches!(effect, Effect::Tag(tag) if kept.contains(tag));
            cx.checks.expect(Invariant::Award, known, || format!("no rule that gave says: {effect}"));
            match effect {
                Effect::Tag(tag) => {
                    if !self.state.tags.contains(tag) {
                        self.state.tags.push(tag.clone());
                    }
                }
                Effect::Untag(tag) => self.state.tags.retain(|known| known != tag),
                Effect::Case(_) | Effect::Prompt(_) | Effect::Signal(_) | Effect::Lift(_) => {}
            }
        }
        while self.state.tags.len() > TAGS_MAX {
            self.state.tags.remove(0);
        }
    }
}

fn check_sums(award: &Award, lines: usize, cx: &mut Context<'_>) {
    let lots = award.lots.iter().map(|lot| lot.points).fold(0, i64::saturating_add);
    cx.checks.equal(Invariant::Award, "the award", &award.points, &lots);
    let rules = award.rules.iter().map(|rule| rule.1).fold(0, i64::saturating_add);
    cx.checks.equal(Invariant::Award, "the sum over rules", &rules, &award.points);
    for (rule, _) in &award.rules {
        let known = cx.rulebook.programme().rules.iter().any(|other| other.name == *rule);
        cx.checks.expect(Invariant::Award, known, || format!("rule `{rule}` is not in the rulebook"));
    }
    // what belongs to no line of a purchase: steps of a sum, and what returns leave
    let apart = |rule: &Rule| {
        rule.keeps
            || rule.gives.iter().any(|give| matches!(give, Give::Milestone { .. } | Give::Challenge(_)))
    };
    let of_rules: Vec<&str> = cx
        .rulebook
        .programme()
        .rules
        .iter()
        .filter(|rule| apart(rule))
        .map(|rule| rule.name.as_str())
        .collect();
    let of_rules = award.rules.iter().filter(|(rule, _)| of_rules.contains(&rule.as_str()));
    let of_rules = of_rules.map(|(_, points)| *points).fold(0, i64::saturating_add);
    let apart = award.lots.iter().filter(|lot| lines > 0 && lot.line_points.is_empty());
    let apart = apart.map(|lot| lot.points).fold(0, i64::saturating_add);
    cx.checks.expect(Invariant::Award, lines == 0 || apart == of_rules, || {
        format!("{apart} points belong to no line, and {of_rules} were given by rules whose do not")
    });
    // those that are taken back only as far as they are unspent are of rules that say so
    let spared = award.lots.iter().filter(|lot| lot.if_unspent).map(|lot| lot.points).sum::<i64>();
    let sparing = |name: &str| {
        let rules = &cx.rulebook.programme().rules;
        rules.iter().any(|rule| rule.name == name && rule.if_unspent)
    };
    let by_rules =
        award.rules.iter().filter(|(rule, _)| sparing(rule)).map(|(_, points)| *points).sum::<i64>();
    cx.checks.equal(Invariant::Award, "points taken back if unspent", &spared, &by_rules);
    for lot in &award.lots {
        cx.checks.expect(Invariant::Award, lot.points > 0, || format!("a lot of {} points", lot.points));
        let shares = lot.line_points.iter().copied().fold(0, i64::saturating_add);
        let fits = if lines == 0 || lot.line_points.is_empty() {
            lot.line_points.is_empty()
        } else {
            lot.line_points.len() == lines && shares == lot.points
        };
        cx.checks.expect(Invariant::Award, fits, || {
            format!("a lot of {} points with line shares {:?}", lot.points, lot.line_points)
        });
    }
}

/// What counts for a goal that asks for money is what was paid for lines that the award names.
fn check_goals(award: &Award, bought: &Bought, cx: &mut Context<'_>) {
    for (key, counted) in &award.limits {
        if !key.starts_with("goal:") || !key.contains("/money/") {
            continue;
        }
        let lines = award.goals.iter().filter(|(goal, _)| goal == key).flat_map(|(_, lines)| lines);
        let paid = lines.filter_map(|line| bought.lines.get(*line)).map(|line| line.amount_minor);
        let paid = paid.fold(0, i64::saturating_add);
        cx.checks.equal(Invariant::Award, "what counts for a goal", counted, &paid);
    }
    let known = award.goals.iter().all(|(goal, _)| award.limits.iter().any(|(key, _)| key == goal));
    cx.checks.expect(Invariant::Award, known, || "lines count for a goal that is not counted".to_owned());
}

/// The policies of the day are written into the award.
fn check_policies(award: &Award, cx: &mut Context<'_>) {
    let programme = cx.rulebook.programme();
    let stored = (award.refund, award.shortfall);
    cx.checks.equal(
        Invariant::Award,
        "refund and shortfall",
        &stored,
        &(programme.refund, programme.shortfall),
    );
}

/// The lot as opened. What it slides by stands in the state only, and is checked against the rulebook.
fn opened_lot(id: LotId, opened: &OpenedLot, entry: &Entry, stored: &State) -> Lot {
    Lot {
        id,
        remaining: opened.points,
        earned_at: entry.occurred_at,
        activates_at: opened.activates_at,
        expires_at: opened.expires_at,
        slides: stored.lots.iter().find(|lot| lot.id == id).and_then(|lot| lot.slides),
    }
}

/// Pending and expiry are those of the programme, or of a rule with its own.
fn check_dates(lot: &Lot, opened: &OpenedLot, entry: &Entry, cx: &mut Context<'_>) {
    let (programme, zone) = (cx.rulebook.programme(), cx.rulebook.zone());
    let after = |span: Span| zone.plus(entry.occurred_at, span);
    let of_rules = programme.rules.iter().filter_map(|rule| rule.valid).map(|span| Some(after(span)));
    let expiries: Vec<Option<Moment>> =
        of_rules.chain([programme_expiry(entry.occurred_at, cx.rulebook)]).collect();
    cx.checks.expect(Invariant::Award, expiries.contains(&opened.expires_at), || {
        format!("a lot expires at {:?}, by its rulebook at one of {expiries:?}", opened.expires_at)
    });
    let spans = programme.rules.iter().filter_map(|rule| rule.pending).chain(programme.pending);
    let pending = opened.activates_at.is_none_or(|at| at > entry.at && spans.map(after).any(|own| own == at));
    cx.checks.expect(Invariant::Award, pending, || format!("a lot activates at {:?}", opened.activates_at));
    let slides = match (lot.slides, programme.expiry) {
        (None, _) => true,
        (Some(span), Expiry::Idle { span: own }) => span == own,
        (Some(_), _) => false,
    };
    cx.checks.expect(Invariant::Award, slides, || format!("a lot slides by {:?}", lot.slides));
}

/// When points given by hand expire, and what extends them: as the programme has it.
pub(super) fn expiry(given_at: Moment, rulebook: &Rulebook) -> (Option<Moment>, Option<Span>) {
    let slides = match rulebook.programme().expiry {
        Expiry::Idle { span } => Some(span),
        _ => None,
    };
    (programme_expiry(given_at, rulebook), slides)
}

fn programme_expiry(earned_at: Moment, rulebook: &Rulebook) -> Option<Moment> {
    let zone = rulebook.zone();
    match rulebook.programme().expiry {
        Expiry::Never => None,
        Expiry::Idle { span } | Expiry::After { span, to_end_of: None } => Some(zone.plus(earned_at, span)),
        Expiry::EndOf { period } => Some(zone.start_of(zone.period_end(zone.local(earned_at).day, period))),
        Expiry::After { span, to_end_of: Some(period) } => {
            // the first start of a period that is not before the exact end
            let exact = zone.plus(earned_at, span);
            let day = zone.local(exact).day;
            let starts =
                [zone.period_start(day, period), zone.period_end(day, period)].map(|day| zone.start_of(day));
            starts.into_iter().find(|start| *start >= exact)
        }
    }
}
