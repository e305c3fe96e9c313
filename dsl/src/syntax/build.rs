//! From matched grammar to syntax tree. Every function takes the pair of one grammar rule and the byte offset of the
//! parsed text within the file; `None` cannot happen on a match and is treated as "did not parse".

use super::ast::{
    Asked, Assign, Clause, Cond, Counts, Effect, Every, Expect, Expire, FieldType, From, Give, Gives, Goal,
    Happening, List, Literal, Predicate, Quantity, Schedule, Sentence, Set, SetTo, Subject, Take, What,
    Window, WindowKind, Word,
};
use super::grammar::Rule;
use crate::model::Place;
use pest::iterators::{Pair, Pairs};

/// Turns pairs into tree at an offset of the file.
#[derive(Clone, Copy)]
pub(crate) struct Builder {
    /// Byte offset of the parsed text within the file.
    pub(crate) base: usize,
}

/// A place from byte offsets; texts are at most 192 KiB, so it saturates only in theory.
pub(crate) fn place(start: usize, end: usize) -> Place {
    let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Place { start: narrow(start), end: narrow(end) }
}

impl Builder {
    pub(crate) fn place(self, pair: &Pair<'_, Rule>) -> Place {
        let span = pair.as_span();
        place(self.base.saturating_add(span.start()), self.base.saturating_add(span.end()))
    }

    pub(crate) fn word<'s>(self, pair: &Pair<'s, Rule>) -> Word<'s> {
        Word { text: pair.as_str(), place: self.place(pair) }
    }

    fn next_word<'s>(self, pairs: &mut Pairs<'s, Rule>) -> Option<Word<'s>> {
        pairs.next().map(|pair| self.word(&pair))
    }

    fn quantity(self, pair: Pair<'_, Rule>) -> Option<Quantity<'_>> {
        let place = self.place(&pair);
        let mut inner = pair.into_inner();
        Some(Quantity { number: self.next_word(&mut inner)?, unit: self.next_word(&mut inner)?, place })
    }

    fn next_quantity<'s>(self, pairs: &mut Pairs<'s, Rule>) -> Option<Quantity<'s>> {
        pairs.next().and_then(|pair| self.quantity(pair))
    }

    fn literal(self, pair: Pair<'_, Rule>) -> Option<Literal<'_>> {
        let word = self.word(&pair);
        Some(match pair.as_rule() {
            Rule::quantity => Literal::Quantity(self.quantity(pair)?),
            Rule::percent => Literal::Percent(word),
            Rule::number | Rule::listed => Literal::Number(word),
            Rule::string => Literal::Text(word),
            Rule::date => Literal::Date(word),
            Rule::time => Literal::Time(word),
            Rule::datetime => Literal::DateTime(word),
            Rule::path => Literal::Name(word),
            _ => return None,
        })
    }

    fn list(self, pair: Pair<'_, Rule>) -> Option<List<'_>> {
        let place = self.place(&pair);
        let items = pair.into_inner().map(|item| self.literal(item)).collect::<Option<Vec<_>>>()?;
        Some(List { items, place })
    }

    /// A list of the catalogue.
    fn names<'s>(self, text: &'s str, place: Place, mut inner: Pairs<'s, Rule>) -> Option<What<'s>> {
        let word = text.split(|c: char| !c.is_ascii_alphabetic()).next()?;
        let start = usize::try_from(place.start).ok()?;
        let which = Word { text: word, place: self::place(start, start.saturating_add(word.len())) };
        Some(What::Names { which, names: self.list(inner.next()?)? })
    }

    /// One sentence of a body.
    pub(crate) fn clause(self, pair: Pair<'_, Rule>) -> Option<Clause<'_>> {
        let place = self.place(&pair);
        let rule = pair.as_rule();
        let text = pair.as_str();
        let mut inner = pair.into_inner();
        let what = match rule {
            Rule::c_currency => What::Currency(self.next_word(&mut inner)?),
            Rule::c_timezone => What::Zone(self.next_word(&mut inner)?),
            Rule::c_worth => What::Worth(self.next_quantity(&mut inner)?),
            Rule::c_rounding => What::Rounding(self.next_word(&mut inner)?),
            Rule::c_expire => What::Expire(self.expire(inner.next()?)?),
            Rule::c_pending => What::Pending(self.next_quantity(&mut inner)?),
            Rule::c_refund => What::Refund(self.next_word(&mut inner)?),
            Rule::c_shortfall => What::Shortfall(self.next_word(&mut inner)?),
            Rule::c_unknown_member => What::UnknownMember(self.next_word(&mut inner)?),
            Rule::c_remind => What::Remind(self.next_quantity(&mut inner)?),
            Rule::c_accept => What::Accept(self.next_quantity(&mut inner)?),
            Rule::c_limit => What::Limit {
                most: self.next_quantity(&mut inner)?,
                scopes: inner
                    .map(|scope| scope.into_inner().next().map(|w| self.word(&w)))
                    .collect::<Option<Vec<_>>>()?,
            },
            Rule::c_names => self.names(text, place, inner)?,
            Rule::c_tier
            | Rule::c_level
            | Rule::c_goal
            | Rule::c_needs
            | Rule::c_downgrade
            | Rule::c_grace
            | Rule::c_floor
            | Rule::c_days
            | Rule::c_every
            | Rule::c_freeze
            | Rule::c_holdout
            | Rule::c_quiet
            | Rule::c_addresses
            | Rule::c_keep
            | Rule::c_gating
            | Rule::c_question
            | Rule::c_classed
            | Rule::c_draw
            | Rule::c_field
            | Rule::c_rank
            | Rule::c_arm => self.word_first(rule, inner)?,
            Rule::c_take => What::Take(self.take(inner.next()?)?),
            Rule::c_total => What::Total(self.next_quantity(&mut inner)?),
            Rule::c_active => self.active(inner)?,
            Rule::c_spent => What::WhenSpent(self.next_word(&mut inner)?),
            Rule::c_answer => What::Answer(self.next_quantity(&mut inner)?),
            Rule::c_formerly => What::Formerly(self.next_word(&mut inner)?),
            Rule::c_on => self.on(inner.next()?)?,
            Rule::c_when => What::When(self.conds(inner)?),
            Rule::c_give => What::Give(self.give(inner.next()?)?),
            Rule::c_multiply => {
                let first = inner.next()?;
                if first.as_rule() == Rule::m_all {
                    What::Multiply { all: true, by: self.next_word(&mut inner)? }
                } else {
                    What::Multiply { all: false, by: self.word(&first) }
                }
            }
            Rule::c_effect => What::Effect(self.effect(inner.next()?)?),
            Rule::c_group => What::Group(self.next_word(&mut inner)?),
            Rule::c_budget => What::FromBudget(self.next_word(&mut inner)?),
            Rule::c_valid => What::Valid(self.next_quantity(&mut inner)?),
            Rule::c_costs => What::Costs {
                points: self.next_quantity(&mut inner)?,
                tier: inner.next().map(|tier| self.word(&tier)),
            },
            Rule::c_gives => What::Gives(self.gives(inner.next()?)?),
            Rule::c_first => What::First(self.next_word(&mut inner)?),
            Rule::c_stock => What::Stock(self.next_word(&mut inner)?),
            Rule::c_lasts => What::Lasts(self.next_quantity(&mut inner)?),
            Rule::c_join => What::Join(self.next_quantity(&mut inner)?),
            Rule::c_qualify => {
                let first = inner.next()?;
                let (least, within) = if first.as_rule() == Rule::q_least {
                    (self.next_quantity(&mut first.into_inner()), inner.next()?)
                } else {
                    (None, first)
                };
                What::Qualify { least, within: self.quantity(within)? }
            }
            Rule::c_mature => What::Mature(self.next_quantity(&mut inner)?),
            Rule::c_revoke => {
                let word = inner.next()?;
                What::Revoke((word.as_rule() != Rule::u_unspent).then(|| self.word(&word)))
            }
            Rule::c_given => What::Given(self.set(inner)?),
            Rule::c_event => What::Event(Happening {
                kind: self.next_word(&mut inner)?,
                at: self.next_word(&mut inner)?,
                body: inner.map(|pair| self.assign(pair)).collect::<Option<Vec<_>>>()?,
                broken: false,
            }),
            Rule::c_expect => What::Expect(self.expect(inner.next()?)?),
            _ => self.claim(rule, inner)?,
        };
        Some(Clause { what, place })
    }

    /// What a check says always holds.
    fn claim(self, rule: Rule, mut inner: Pairs<'_, Rule>) -> Option<What<'_>> {
        Some(match rule {
            Rule::c_share => {
                What::ShareAtMost { percent: self.next_word(&mut inner)?, of: self.next_word(&mut inner)? }
            }
            Rule::c_most => What::AtMost {
                most: self.next_quantity(&mut inner)?,
                scopes: inner
                    .map(|scope| scope.into_inner().next().map(|w| self.word(&w)))
                    .collect::<Option<Vec<_>>>()?,
            },
            Rule::c_never => What::NeverBoth(self.next_word(&mut inner)?, self.next_word(&mut inner)?),
            Rule::c_always => What::Always(self.next_word(&mut inner)?),
            _ => return None,
        })
    }

    /// Sentences that a word says most of: the floor of tiers, days of a calendar, what a streak is.
    fn word_first(self, rule: Rule, mut inner: Pairs<'_, Rule>) -> Option<What<'_>> {
        Some(match rule {
            Rule::c_days => What::Days {
                name: self.next_word(&mut inner)?,
                from: self.next_word(&mut inner)?,
                to: self.next_word(&mut inner),
            },
            Rule::c_tier | Rule::c_level => {
                What::Tier { name: self.next_word(&mut inner)?, from: self.tier_from(inner.next()?)? }
            }
            Rule::c_grace => What::Grace(self.next_quantity(&mut inner)?),
            Rule::c_downgrade => What::Downgrade { one_step: inner.next()?.as_rule() == Rule::d_one_step },
            Rule::c_goal => What::Goal(self.goal(inner)?),
            Rule::c_needs => What::Needs(self.next_word(&mut inner)?),
            Rule::c_field => {
                What::Field { name: self.next_word(&mut inner)?, kind: self.field(inner.next()?)? }
            }
            Rule::c_draw => What::Draw(self.next_word(&mut inner)?),
            Rule::c_rank => {
                let words: Vec<Word<'_>> = inner.map(|pair| self.word(&pair)).collect();
                match *words.as_slice() {
                    [from, by, last] => What::Rank { from, to: None, by, last },
                    [from, to, by, last] => What::Rank { from, to: Some(to), by, last },
                    _ => return None,
                }
            }
            Rule::c_floor => What::Floor(self.next_word(&mut inner)?),
            Rule::c_every => What::Every(self.next_word(&mut inner)?),
            Rule::c_quiet => {
                What::Quiet { from: self.next_word(&mut inner)?, to: self.next_word(&mut inner)? }
            }
            Rule::c_addresses => What::Addresses(self.list(inner.next()?)?),
            Rule::c_question => {
                What::Question { name: self.next_word(&mut inner)?, kind: self.asked(inner.next()?)? }
            }
            Rule::c_classed => {
                What::Classed { how: self.next_word(&mut inner)?, of: self.next_word(&mut inner)? }
            }
            Rule::c_keep => What::Keep(self.next_word(&mut inner)?),
            Rule::c_gating => What::Gating(self.next_word(&mut inner)?),
            Rule::c_holdout => What::Holdout(self.next_word(&mut inner)?),
            Rule::c_arm => {
                What::Arm { name: self.next_word(&mut inner)?, percent: self.next_word(&mut inner)? }
            }
            _ => What::Freeze { times: self.next_word(&mut inner)?, per: self.next_quantity(&mut inner)? },
        })
    }

    /// A goal of a challenge.
    fn goal(self, mut inner: Pairs<'_, Rule>) -> Option<Goal<'_>> {
        let name = self.next_word(&mut inner)?;
        let mut next = inner.next()?;
        let mut label = None;
        if next.as_rule() == Rule::string {
            label = Some(self.word(&next));
            next = inner.next()?;
        }
        let target = self.quantity(next)?;
        let counts = inner.next()?;
        let by_event = counts.as_rule() == Rule::l_on;
        let mut parts = counts.into_inner();
        let counts = if by_event {
            let kind = self.next_word(&mut parts)?;
            let filter = match parts.next() {
                Some(tail) => Some(self.cond(tail.into_inner().next()?)?),
                None => None,
            };
            Counts::On { kind, filter }
        } else {
            Counts::Of(self.subject(parts.next()?)?)
        };
        Some(Goal { name, label, target, counts })
    }

    /// What a rule answers: an event, or time.
    fn on(self, pair: Pair<'_, Rule>) -> Option<What<'_>> {
        let (word, rule) = (self.word(&pair), pair.as_rule());
        let mut inner = pair.into_inner();
        Some(match rule {
            Rule::o_absence => What::Absence(self.next_quantity(&mut inner)?),
            Rule::o_schedule => {
                let days = inner.next()?;
                let which = days.as_rule();
                let mut words = days.into_inner();
                let every = match which {
                    Rule::o_week => Every::Week(self.next_word(&mut words)?),
                    Rule::o_month => Every::Month(self.next_word(&mut words)?),
                    Rule::o_once => Every::Once(self.next_word(&mut words)?),
                    _ => Every::Day,
                };
                let at = self.next_word(&mut inner)?;
                let segment = inner.next().and_then(|part| self.next_word(&mut part.into_inner()));
                What::Schedule(Schedule { every, at, segment })
            }
            _ => What::On(word),
        })
    }

    fn expire(self, pair: Pair<'_, Rule>) -> Option<Expire<'_>> {
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        Some(match rule {
            Rule::x_never => Expire::Never,
            Rule::x_end => Expire::EndOf(self.next_word(&mut inner)?),
            _ => {
                let span = self.next_quantity(&mut inner)?;
                match inner.next() {
                    None => Expire::After { span, end_of: None, idle: false },
                    Some(tail) if tail.as_rule() == Rule::x_idle => {
                        Expire::After { span, end_of: None, idle: true }
                    }
                    Some(tail) => {
                        Expire::After { span, end_of: self.next_word(&mut tail.into_inner()), idle: false }
                    }
                }
            }
        })
    }

    fn window(self, pair: Pair<'_, Rule>) -> Option<Window<'_>> {
        let place = self.place(&pair);
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        let what = match rule {
            Rule::w_rolling => WindowKind::In(self.next_quantity(&mut inner)?),
            Rule::w_total => WindowKind::Total,
            Rule::w_this => WindowKind::This(self.next_word(&mut inner)?),
            _ => WindowKind::Today,
        };
        Some(Window { what, place })
    }

    /// Outer `None`: did not parse; inner `None`: the base tier.
    #[allow(clippy::option_option)] // the two say different things, see above
    fn tier_from(self, pair: Pair<'_, Rule>) -> Option<Option<From<'_>>> {
        if pair.as_rule() == Rule::t_always {
            return Some(None);
        }
        Some(Some(self.from(pair.into_inner())?))
    }

    /// A metric and how much of it, over which time.
    fn from(self, mut inner: Pairs<'_, Rule>) -> Option<From<'_>> {
        let least = self.next_quantity(&mut inner)?;
        let (mut metric, mut window, mut keep) = (None, None, None);
        for part in inner {
            match part.as_rule() {
                Rule::t_metric => metric = Some(self.word(&part)),
                Rule::t_keep => keep = self.next_quantity(&mut part.into_inner()),
                _ => window = self.window(part),
            }
        }
        Some(From { least, metric, window: window?, keep })
    }

    fn take(self, pair: Pair<'_, Rule>) -> Option<Take<'_>> {
        Some(match pair.as_rule() {
            Rule::k_first => Take::First(self.list(pair.into_inner().next()?)?),
            Rule::k_sum => Take::Sum,
            _ => Take::Word(self.word(&pair)),
        })
    }

    fn active(self, pairs: Pairs<'_, Rule>) -> Option<What<'_>> {
        let (mut from, mut until) = (None, None);
        for part in pairs {
            let is_from = part.as_rule() == Rule::a_from;
            let day = self.next_word(&mut part.into_inner())?;
            if is_from {
                from = Some(day);
            } else {
                until = Some(day);
            }
        }
        Some(What::Active { from, until })
    }

    fn field(self, pair: Pair<'_, Rule>) -> Option<FieldType<'_>> {
        Some(match pair.as_rule() {
            Rule::f_one_of => FieldType::OneOf(self.list(pair.into_inner().next()?)?),
            _ => FieldType::Word(self.word(&pair)),
        })
    }

    fn asked(self, pair: Pair<'_, Rule>) -> Option<Asked<'_>> {
        Some(match pair.as_rule() {
            Rule::q_number => {
                let mut inner = pair.into_inner();
                Asked::Number { from: self.next_word(&mut inner)?, to: self.next_word(&mut inner)? }
            }
            Rule::f_one_of => Asked::OneOf(self.list(pair.into_inner().next()?)?),
            _ => Asked::Word(self.word(&pair)),
        })
    }

    /// Conditions in a row.
    pub(crate) fn conds(self, pairs: Pairs<'_, Rule>) -> Option<Vec<Cond<'_>>> {
        pairs.map(|pair| self.cond(pair)).collect()
    }

    /// One condition; nesting is bounded before parsing.
    pub(crate) fn cond(self, pair: Pair<'_, Rule>) -> Option<Cond<'_>> {
        let place = self.place(&pair);
        if pair.as_rule() == Rule::block {
            let mut inner = pair.into_inner();
            let word = self.next_word(&mut inner)?;
            return Some(Cond::Block { word, conds: self.conds(inner)?, place });
        }
        let mut inner = pair.into_inner();
        let subject = self.subject(inner.next()?)?;
        let predicate = inner.next()?;
        let predicate_place = self.place(&predicate);
        let predicate = self.predicate(predicate)?;
        Some(Cond::Sentence(Box::new(Sentence { subject, predicate, predicate_place, place })))
    }

    fn subject(self, pair: Pair<'_, Rule>) -> Option<Subject<'_>> {
        let place = self.place(&pair);
        if pair.as_rule() == Rule::path {
            return Some(Subject { path: self.word(&pair), window: None, filter: None, place });
        }
        let mut inner = pair.into_inner();
        let path = self.next_word(&mut inner)?;
        let (mut window, mut filter) = (None, None);
        if let Some(tail) = inner.next() {
            if tail.as_rule() == Rule::r#where {
                filter = Some(self.cond(tail.into_inner().next()?)?);
            } else {
                window = Some(self.window(tail)?);
            }
        }
        Some(Subject { path, window, filter, place })
    }

    fn predicate(self, pair: Pair<'_, Rule>) -> Option<Predicate<'_>> {
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        let mut value = || inner.next().and_then(|pair| self.literal(pair));
        Some(match rule {
            Rule::p_between => Predicate::Between(value()?, value()?),
            Rule::p_at_least => Predicate::AtLeast(value()?),
            Rule::p_at_most => Predicate::AtMost(value()?),
            Rule::p_more => Predicate::More(value()?),
            Rule::p_less => Predicate::Less(value()?),
            Rule::p_known => Predicate::Known,
            Rule::p_unknown => Predicate::Unknown,
            Rule::p_is_not => Predicate::IsNot(value()?),
            Rule::p_is => Predicate::Is(value()?),
            Rule::p_not_in => Predicate::NotIn(self.list(inner.next()?)?),
            Rule::p_in => Predicate::In(self.list(inner.next()?)?),
            Rule::p_has_any => Predicate::HasAny(self.list(inner.next()?)?),
            Rule::p_has_all => Predicate::HasAll(self.list(inner.next()?)?),
            Rule::p_has_none => Predicate::HasNone(self.list(inner.next()?)?),
            Rule::p_ago_least => Predicate::LeastAgo(self.next_quantity(&mut inner)?),
            Rule::p_ago_most => Predicate::MostAgo(self.next_quantity(&mut inner)?),
            Rule::p_calendar => Predicate::InCalendar(self.next_word(&mut inner)?),
            Rule::p_not_calendar => Predicate::NotInCalendar(self.next_word(&mut inner)?),
            Rule::p_segment => Predicate::InSegment(self.next_word(&mut inner)?),
            Rule::p_not_segment => Predicate::NotInSegment(self.next_word(&mut inner)?),
            Rule::p_nth => Predicate::Nth(self.next_word(&mut inner)?),
            Rule::p_starts => Predicate::StartsWith(self.next_word(&mut inner)?),
            Rule::p_within => Predicate::Within(self.next_quantity(&mut inner)?, self.next_word(&mut inner)?),
            _ => return None,
        })
    }

    fn give(self, pair: Pair<'_, Rule>) -> Option<Give<'_>> {
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        Some(match rule {
            Rule::g_reward => Give::Reward(self.next_word(&mut inner)?),
            Rule::g_badge => Give::Badge(self.next_word(&mut inner)?),
            Rule::g_share => {
                Give::Share { percent: self.next_word(&mut inner)?, of: self.subject(inner.next()?)? }
            }
            Rule::g_rate => Give::Rate {
                points: self.next_quantity(&mut inner)?,
                per: self.next_quantity(&mut inner)?,
                of: self.subject(inner.next()?)?,
            },
            Rule::g_steps => Give::Steps {
                points: self.next_quantity(&mut inner)?,
                every: self.next_quantity(&mut inner)?,
                of: self.subject(inner.next()?)?,
            },
            Rule::g_milestone => {
                Give::Milestone { points: self.next_quantity(&mut inner)?, every: self.from(inner)? }
            }
            _ => Give::Points(self.next_quantity(&mut inner)?),
        })
    }

    fn effect(self, pair: Pair<'_, Rule>) -> Option<Effect<'_>> {
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        let word = self.next_word(&mut inner)?;
        Some(match rule {
            Rule::e_tag => Effect::Tag(word),
            Rule::e_untag => Effect::Untag(word),
            Rule::e_case => Effect::Case(word),
            Rule::e_prompt => Effect::Prompt(word),
            Rule::e_emit => Effect::Emit(word),
            _ => Effect::Lift(word, self.next_quantity(&mut inner)?),
        })
    }

    fn gives(self, pair: Pair<'_, Rule>) -> Option<Gives<'_>> {
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        Some(match rule {
            Rule::v_item => Gives::Item(self.next_word(&mut inner)?),
            Rule::v_access => Gives::Access(self.next_word(&mut inner)?),
            Rule::v_experience => Gives::Experience(self.next_word(&mut inner)?),
            Rule::v_shipping => Gives::Shipping,
            Rule::v_gift_card => Gives::GiftCard(self.next_quantity(&mut inner)?),
            Rule::v_donation => Gives::Donation(self.next_quantity(&mut inner)?, self.next_word(&mut inner)?),
            Rule::v_choice => Gives::Choice(self.list(inner.next()?)?),
            Rule::v_credit => Gives::Credit(self.next_quantity(&mut inner)?),
            _ => Gives::Off(self.literal(inner.next()?)?, self.next_word(&mut inner)?),
        })
    }

    fn set_to(self, pair: Pair<'_, Rule>) -> Option<SetTo<'_>> {
        Some(match pair.as_rule() {
            Rule::p_is => SetTo::Value(self.literal(pair.into_inner().next()?)?),
            Rule::p_in => SetTo::List(self.list(pair.into_inner().next()?)?),
            Rule::list => SetTo::List(self.list(pair)?),
            _ => SetTo::Value(self.literal(pair)?),
        })
    }

    fn set(self, mut pairs: Pairs<'_, Rule>) -> Option<Set<'_>> {
        Some(Set { subject: self.subject(pairs.next()?)?, to: self.set_to(pairs.next()?)? })
    }

    /// What is said of a test's event.
    pub(crate) fn assign(self, pair: Pair<'_, Rule>) -> Option<Assign<'_>> {
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        if rule == Rule::a_set {
            return Some(Assign::Set(self.set(inner)?));
        }
        let amount = self.next_quantity(&mut inner)?;
        let mut fields = Vec::new();
        for field in inner {
            let mut parts = field.into_inner();
            fields.push((self.next_word(&mut parts)?, self.set_to(parts.next()?)?));
        }
        Some(Assign::Line { amount, fields })
    }

    fn expect(self, pair: Pair<'_, Rule>) -> Option<Expect<'_>> {
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        Some(match rule {
            Rule::c_effect => Expect::Effect(self.effect(inner.next()?)?),
            Rule::y_rule => {
                let name = self.next_word(&mut inner)?;
                if inner.next()?.as_rule() == Rule::y_fires {
                    Expect::Fires(name)
                } else {
                    Expect::Silent(name)
                }
            }
            Rule::y_none => Expect::NoPoints,
            Rule::y_reward => Expect::Reward(self.next_word(&mut inner)?),
            Rule::y_badge => Expect::Badge(self.next_word(&mut inner)?),
            Rule::y_tier => Expect::Tier(self.next_word(&mut inner)?),
            _ => Expect::Points {
                points: self.next_quantity(&mut inner)?,
                from: inner.next().and_then(|from| self.next_word(&mut from.into_inner())),
            },
        })
    }
}
