//! Conditions: names to facts, literals to values of the fact's type, predicates to those the type knows.

use super::literal::{self, Literals};
use super::names::{Aisle, Names};
use super::report::{Report, or, short};
use super::survey::Said;
use super::timers::{SEGMENT, ago};
use crate::diagnostic::{Diagnostic, code};
use crate::event::{PURCHASE, REFERRAL_REFERRER};
use crate::facts::{Metric, Window, WindowedSum};
use crate::model::{Clause, Condition, Fact, FieldKind, Predicate};
use crate::nearest::nearest;
use crate::syntax::ast::{self, Cond, Literal, Sentence, Subject, WindowKind, Word};
use crate::units::Period;
use crate::vocabulary::{SUMS, Source, Type, predicates};

/// What may be spoken of where a condition stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The event kind, where there is one; `None` where it is not known (it did not check).
    pub(super) event: Option<&'a str>,
    /// Whether a basket may be at hand: purchases, rewards.
    pub(super) basket: bool,
    /// Inside `where`: only facts of one line.
    pub(super) line: bool,
    /// The rule's event did not check: fields of any event may be meant.
    pub(super) lost: bool,
}

impl<'a> Scope<'a> {
    /// Conditions of a rule on an event kind.
    pub(super) fn rule(event: Option<&'a str>) -> Self {
        Self { event, basket: event.is_none_or(|kind| kind == PURCHASE), line: false, lost: event.is_none() }
    }
    /// Conditions of a reward.
    /// Whether it is that of a rule on this kind of event.
    pub(super) fn is_of(self, kind: &str) -> bool {
        self.event == Some(kind)
    }

    /// Whether only one line is spoken of.
    pub(super) const fn is_line(self) -> bool {
        self.line
    }

    /// Whether the event did not parse, and was reported.
    pub(super) const fn is_lost(self) -> bool {
        self.lost
    }

    pub(super) const fn reward() -> Self {
        Self { event: None, basket: true, line: false, lost: false }
    }
}

/// A fact found, with what its type allows.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) fact: Fact,
    pub(super) kind: Type,
    /// The list of the catalogue its values come from.
    pub(super) aisle: Option<Aisle>,
    /// The declared choices of a field.
    pub(super) one_of: Option<Vec<String>>,
}

/// Words people write for a fact, and the fact.
const ALIASES: &[(&str, &str)] = &[
    ("basket.total", "basket.paid"),
    ("basket.amount", "basket.paid"),
    ("basket.sum", "basket.paid"),
    ("basket.value", "basket.paid"),
    ("basket.price", "basket.paid"),
    ("basket", "basket.paid"),
    ("purchase.total", "basket.paid"),
    ("purchase.amount", "basket.paid"),
    ("order.paid", "basket.paid"),
    ("basket.count", "basket.items"),
    ("basket.quantity", "basket.items"),
    ("basket.category", "basket.categories"),
    ("basket.brand", "basket.brands"),
    ("basket.sku", "basket.skus"),
    ("basket.tag", "basket.tags"),
    ("line.price", "line.amount"),
    ("line.paid", "line.amount"),
    ("line.tag", "line.tags"),
    ("event.date", "date"),
    ("event.time", "time"),
    ("event.day", "day"),
    ("weekday", "day"),
    ("today", "date"),
    ("tier", "member.tier"),
    ("birthday", "member.birthday"),
    ("member.points", "member.balance"),
    ("balance", "member.balance"),
    ("customer.tier", "member.tier"),
    ("member.level", "member.tier"),
    ("member.birthdate", "member.birthday"),
    ("member.joined", "member.enrolled"),
    ("category", "line.category"),
    ("brand", "line.brand"),
    ("member.orders", "member.purchases"),
    ("member.visits", "member.purchases"),
    ("member.zip", "member.postcode"),
    ("member.postal_code", "member.postcode"),
    ("member.years", "member.age"),
    ("member.average", "member.average_basket"),
    ("purchase.count", "purchase.number"),
    ("shop", "store"),
];

impl Names<'_> {
    /// All conditions of a `when`.
    pub(super) fn conditions(
        &self,
        conds: &[Cond<'_>],
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Vec<Condition> {
        conds.iter().filter_map(|cond| self.condition(cond, scope, report)).collect()
    }

    fn condition(&self, cond: &Cond<'_>, scope: Scope<'_>, report: &mut Report) -> Option<Condition> {
        match cond {
            Cond::Block { word, conds, .. } => {
                let inner = self.conditions(conds, scope, report);
                Some(match word.text {
                    "any" => Condition::Any(inner),
                    "all" => Condition::All(inner),
                    _ => Condition::NoneOf(inner),
                })
            }
            Cond::Sentence(sentence) => match &sentence.predicate {
                ast::Predicate::InSegment(word) | ast::Predicate::NotInSegment(word) => {
                    self.in_segment(sentence, *word, scope, report)
                }
                _ => match self.level(sentence, scope, report) {
                    Some(asked) => asked,
                    None => self.sentence(sentence, scope, report).map(Condition::Test),
                },
            },
        }
    }

    fn in_segment(
        &self,
        sentence: &Sentence<'_>,
        word: Word<'_>,
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Option<Condition> {
        let subject = &sentence.subject;
        if subject.path.text != "member" || subject.window.is_some() || subject.filter.is_some() {
            report.rewrite(code::PREDICATE, subject.place, "members are in segments, nothing else", "member");
            return None;
        }
        if scope.line {
            not_in_line(subject.path, report);
            return None;
        }
        if scope.event == Some(SEGMENT) {
            report.error(
                code::NOT_HERE,
                sentence.place,
                "a segment does not refer to segments",
                "write the conditions of the other segment here",
            );
            return None;
        }
        let segment = self.segment(word, report)?;
        let inside = matches!(sentence.predicate, ast::Predicate::InSegment(_));
        Some(Condition::Segment { segment, inside, place: sentence.place })
    }

    /// The conditions of a `where`: `all of` is the same as several.
    pub(super) fn filter(&self, cond: &Cond<'_>, report: &mut Report) -> Vec<Condition> {
        let scope = Scope { event: Some(PURCHASE), basket: true, line: true, lost: false };
        match cond {
            Cond::Block { word, conds, .. } if word.text == "all" => self.conditions(conds, scope, report),
            one => self.condition(one, scope, report).into_iter().collect(),
        }
    }

    fn sentence(&self, sentence: &Sentence<'_>, scope: Scope<'_>, report: &mut Report) -> Option<Clause> {
        let known = self.subject(&sentence.subject, scope, report)?;
        let predicate = self.predicate(sentence, &known, scope, report)?;
        let clause = Clause { fact: known.fact, predicate, place: sentence.place };
        self.reach(sentence, &clause, report);
        Some(clause)
    }

    /// Finds what a sentence is about.
    pub(super) fn subject(
        &self,
        subject: &Subject<'_>,
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Option<Known> {
        let path = subject.path;
        if let Some(sum) = SUMS.iter().find(|sum| sum.path == path.text) {
            return Self::sum(subject, sum.metric, sum.kind, scope, report);
        }
        if let Some(kind) = path.text.strip_prefix(super::segments::EVENTS) {
            return self.happened(subject, kind, scope, report);
        }
        let strange = !self.words.iter().any(|entry| entry.path == path.text);
        let sums = || SUMS.iter().map(|sum| sum.path);
        let theirs = ALIASES.iter().find(|(theirs, _)| *theirs == path.text).map(|(_, ours)| *ours);
        let near =
            theirs.filter(|ours| sums().any(|sum| sum == *ours)).or_else(|| nearest(path.text, sums()));
        if let (Some(_), true, Some(near)) = (&subject.window, strange, near) {
            let message = format!("there is nothing called `{}`", short(path.text));
            let error = Diagnostic::error(code::UNKNOWN_FACT, path.place, message);
            report.push(error.help(format!("did you mean `{near}`?")).fix(path.place, near));
            return None;
        }
        if let Some(window) = &subject.window {
            report.error(
                code::WINDOW,
                window.place,
                format!("`{}` is not added up over time", short(path.text)),
                format!(
                    "leave this out; {} are added up",
                    or(&SUMS.iter().map(|sum| sum.path).collect::<Vec<_>>())
                ),
            );
            return None;
        }
        let known = self.path(path, scope, report)?;
        match (&known.fact, &subject.filter) {
            (Fact::BasketLines(_), Some(filter)) => {
                let fact = Fact::BasketLines(self.filter(filter, report));
                Some(Known { fact, ..known })
            }
            (Fact::BasketLines(_), None) => {
                report.error(
                    code::AMOUNT,
                    path.place,
                    "`basket.lines` needs to know which lines",
                    "write `basket.lines where line.category is …`, or `basket.paid` for all of them",
                );
                None
            }
            (_, Some(filter)) => {
                let (start, path) = (subject.place.start, short(path.text));
                let place = crate::model::Place { start, end: filter.place().start };
                report.error(
                    code::AMOUNT,
                    place,
                    format!("`where` cannot follow `{path}`"),
                    "write `basket.lines where …`",
                );
                None
            }
            (_, None) => Some(known),
        }
    }

    fn sum(
        subject: &Subject<'_>,
        metric: Option<Metric>,
        kind: Type,
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Option<Known> {
        let path = subject.path;
        if scope.line {
            not_in_line(path, report);
            return None;
        }
        let window = Self::over(subject, report)?;
        let fact = match metric {
            Some(metric) => Fact::Windowed(WindowedSum { metric, window }),
            None => Fact::Average(window),
        };
        Some(Known { fact, kind, aisle: None, one_of: None })
    }

    /// The window of a sum, which must have one.
    pub(super) fn over(subject: &Subject<'_>, report: &mut Report) -> Option<Window> {
        let path = subject.path;
        let Some(window) = &subject.window else {
            let message = format!("`{}` needs to know over which time", path.text);
            let help = format!("write `{0} in 12 months`, `{0} this year` or `{0} in total`", path.text);
            report.push(
                Diagnostic::error(code::WINDOW, path.place, message)
                    .help(help)
                    .fix(path.place, format!("{} in 12 months", path.text)),
            );
            return None;
        };
        Self::window(window, report)
    }

    /// A window of a sum.
    pub(super) fn window(window: &ast::Window<'_>, report: &mut Report) -> Option<Window> {
        Some(match &window.what {
            WindowKind::In(quantity) => Window::Rolling(Literals::span(quantity, report)?),
            WindowKind::Total => Window::Lifetime,
            WindowKind::This(word) => Window::Calendar(literal::period(*word, report)?),
            WindowKind::Today => Window::Calendar(Period::Day),
        })
    }

    /// A path to a fact of the vocabulary or to a field of the event.
    pub(super) fn path(&self, path: Word<'_>, scope: Scope<'_>, report: &mut Report) -> Option<Known> {
        if let Some(entry) = self.words.iter().find(|entry| entry.path == path.text) {
            return self.entry(entry, path, scope, report);
        }
        let said = self.streak(path, scope, report).or_else(|| self.experiment(path, scope, report));
        match said.or_else(|| self.answer(path, scope, report)) {
            Some(Said::Known(known)) => return Some(known),
            Some(Said::Wrong) => return None,
            None => {}
        }
        let (head, field) = path.text.rsplit_once('.').unwrap_or((path.text, ""));
        let declared =
            self.events.iter().find(|event| Some(event.name.as_str()) == scope.event).filter(|event| {
                event.name == head || event.name.split('.').next() == path.text.split('.').next()
            });
        if let Some(event) = declared {
            if let Some(found) = event.fields.iter().find(|known| event.name == head && known.name == field) {
                return Some(field_of(&found.name, &found.kind));
            }
            if self.torn.contains(&event.name.as_str()) {
                return None;
            }
            let paths: Vec<String> =
                event.fields.iter().map(|known| format!("{}.{}", event.name, known.name)).collect();
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            report.unknown(
                code::UNKNOWN_FIELD,
                &format!("field of `{}` called", event.name),
                "fields",
                path,
                &paths,
            );
            return None;
        }
        if scope.lost
            && path.text.contains('.')
            && !self.words.iter().any(|entry| entry.path.split('.').next() == Some(head))
        {
            return None; // which event it belongs to was reported already
        }
        if let Some(event) = self.events.iter().find(|event| event.name == head) {
            report.error(
                code::NOT_HERE,
                path.place,
                format!("`{}` is a field of the event `{}`", short(path.text), event.name),
                format!("only rules with `on {}` may use it", event.name),
            );
            return None;
        }
        let error = Diagnostic::error(
            code::UNKNOWN_FACT,
            path.place,
            format!("there is nothing called `{}`", short(path.text)),
        );
        let words = self.words.iter().map(|entry| entry.path).chain(SUMS.iter().map(|sum| sum.path));
        let theirs = || ALIASES.iter().map(|(theirs, _)| *theirs);
        let near = theirs().find(|known| *known == path.text);
        let near = near.or_else(|| nearest(path.text, words)).or_else(|| nearest(path.text, theirs()));
        let alias =
            near.and_then(|near| ALIASES.iter().find(|(theirs, _)| *theirs == near)).map(|(_, ours)| *ours);
        report.push(match alias {
            Some(ours) => error.help(format!("write `{ours}`")).fix(path.place, ours),
            None => match near {
                Some(near) => error.help(format!("did you mean `{near}`?")).fix(path.place, near),
                None => error.help("the language guide lists the facts a rule may use"),
            },
        });
        None
    }

    fn entry(
        &self,
        entry: &crate::vocabulary::Word,
        path: Word<'_>,
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Option<Known> {
        if scope.line && entry.source != Source::Line {
            not_in_line(path, report);
            return None;
        }
        match entry.source {
            Source::Line if !scope.line => {
                let help = match entry.path {
                    "line.category" => {
                        "write `basket.categories has any of [..]`, or `basket.lines where line.category is …`"
                    }
                    "line.brand" => {
                        "write `basket.brands has any of [..]`, or `basket.lines where line.brand is …`"
                    }
                    "line.sku" => {
                        "write `basket.skus has any of [..]`, or `basket.lines where line.sku is …`"
                    }
                    "line.tags" => {
                        "write `basket.tags has any of [..]`, or `basket.lines where line.tags has any of [..]`"
                    }
                    _ => "write `basket.lines where …`",
                };
                report.error(
                    code::NOT_HERE,
                    path.place,
                    format!("`{}` is about one line of a basket", entry.path),
                    help,
                );
                return None;
            }
            Source::Basket if !scope.basket => {
                let message = match scope.event.unwrap_or_default() {
                    SEGMENT => {
                        format!("`{}` is of one purchase, and this speaks of the member alone", entry.path)
                    }
                    PURCHASE => format!("`{}` is not given, it happens", entry.path),
                    kind => format!("`{}` needs a basket, and `{kind}` has none", entry.path),
                };
                let help = match scope.event {
                    Some(PURCHASE) => "write it between the braces of `event purchase`",
                    _ => "only rules with `on purchase` may use it",
                };
                report.error(code::NOT_HERE, path.place, message, help);
                return None;
            }
            _ => {}
        }
        if entry.fact == Fact::ReferralNumber
            && !scope.lost
            && scope.event.is_none_or(|kind| kind != REFERRAL_REFERRER)
        {
            report.error(
                code::NOT_HERE,
                path.place,
                "`referral.number` needs a friend who was brought",
                "only rules with `on referral.referrer` may use it",
            );
            return None;
        }
        if entry.fact == Fact::PurchaseNumber && scope.event.is_some_and(|kind| kind != PURCHASE) {
            report.error(
                code::NOT_HERE,
                path.place,
                "`purchase.number` needs a purchase",
                "only rules with `on purchase` may use it",
            );
            return None;
        }
        let counter = matches!(entry.fact, Fact::Channel | Fact::Store);
        let elsewhere = |kind: &&str| {
            ![PURCHASE, SEGMENT].contains(kind) && self.events.iter().all(|event| event.name != **kind)
        };
        if counter && scope.event.as_ref().is_some_and(elsewhere) {
            report.error(
                code::NOT_HERE,
                path.place,
                format!("`{}` is never known here: this happens at no till and in no shop", entry.path),
                "only rules with `on purchase`, or on an event of your own, may use it",
            );
            return None;
        }
        let aisle = match entry.fact {
            Fact::Channel => Some(Aisle::Channels),
            Fact::Store => Some(Aisle::Stores),
            Fact::BasketCategories | Fact::LineCategory => Some(Aisle::Categories),
            Fact::BasketBrands | Fact::LineBrand => Some(Aisle::Brands),
            Fact::BasketTags | Fact::LineTags => Some(Aisle::Tags),
            Fact::MemberBadges => Some(Aisle::Badges),
            _ => None,
        };
        Some(Known { fact: entry.fact.clone(), kind: entry.kind, aisle, one_of: None })
    }

    fn predicate(
        &self,
        sentence: &Sentence<'_>,
        known: &Known,
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Option<Predicate> {
        use ast::Predicate as P;
        let name = sentence.subject.path.text;
        let (written, allowed) = form(&sentence.predicate, known.kind);
        if !allowed {
            wrong_predicate(sentence, written, known.kind, report);
            return None;
        }
        let mut value = |literal: &Literal<'_>| self.value(literal, known, name, report);
        Some(match &sentence.predicate {
            P::Between(from, to) => {
                let (from, to) = (value(from), value(to));
                Predicate::Between(from?, to?)
            }
            P::AtLeast(v) => Predicate::AtLeast(value(v)?),
            P::AtMost(v) => Predicate::AtMost(value(v)?),
            P::More(v) => Predicate::MoreThan(value(v)?),
            P::Less(v) => Predicate::LessThan(value(v)?),
            P::Is(v) => Predicate::Is(value(v)?),
            P::IsNot(v) => Predicate::IsNot(value(v)?),
            P::In(list) => Predicate::In(self.values(list, known, name, report)?),
            P::NotIn(list) => Predicate::NotIn(self.values(list, known, name, report)?),
            P::HasAny(list) => Predicate::HasAny(self.values(list, known, name, report)?),
            P::HasAll(list) => Predicate::HasAll(self.values(list, known, name, report)?),
            P::HasNone(list) => Predicate::HasNone(self.values(list, known, name, report)?),
            P::Within(span, of) => {
                let span = Literals::span(span, report);
                let other = self.path(*of, scope, report);
                let (span, other) = (span?, other?);
                if other.kind != Type::Date {
                    report.error(
                        code::TYPES,
                        of.place,
                        format!("`{}` is not a date", of.text),
                        "write `date` or `member.birthday`, `member.enrolled`, `member.last_purchase`",
                    );
                    return None;
                }
                Predicate::Within(span, Box::new(other.fact))
            }
            P::LeastAgo(span) => Predicate::AtLeastAgo(ago(span, report)?),
            P::MostAgo(span) => Predicate::AtMostAgo(ago(span, report)?),
            P::Nth(word) => Predicate::Nth(super::steps::ordinal(*word, report)?),
            P::InCalendar(word) => self.in_calendar(*word, true, known, report)?,
            P::NotInCalendar(word) => self.in_calendar(*word, false, known, report)?,
            P::InSegment(_) | P::NotInSegment(_) => return None,
            P::StartsWith(word) => Predicate::StartsWith(super::segments::beginning(*word, report)?),
            P::Known => Predicate::Known,
            P::Unknown => Predicate::Unknown,
        })
    }
}

pub(super) fn field_of(name: &str, kind: &FieldKind) -> Known {
    let (kind, one_of) = match kind {
        FieldKind::Number => (Type::Number, None),
        FieldKind::Money => (Type::Money, None),
        FieldKind::Text => (Type::Text, None),
        FieldKind::Truth => (Type::Truth, None),
        FieldKind::OneOf(choices) => (Type::Text, Some(choices.clone())),
    };
    Known { fact: Fact::Field(name.to_owned()), kind, aisle: None, one_of }
}

pub(super) fn not_in_line(path: Word<'_>, report: &mut Report) {
    report.error(
        code::NOT_HERE,
        path.place,
        format!("after `where`, only one line is spoken of, and `{}` is not of a line", short(path.text)),
        "use `line.category`, `line.brand`, `line.sku`, `line.tags`, `line.amount`, `line.quantity` or `line.eligible`",
    );
}

/// The words a predicate begins with, and whether a type knows it.
pub(super) fn form(predicate: &ast::Predicate<'_>, kind: Type) -> (&'static str, bool) {
    use ast::Predicate as P;
    let (words, form) = match predicate {
        P::Between(..) => ("between", "between … and …"),
        P::AtLeast(_) => ("at least", "at least …"),
        P::AtMost(_) => ("at most", "at most …"),
        P::More(_) => ("more than", "more than …"),
        P::Less(_) => ("less than", "less than …"),
        P::Is(_) => ("is", "is …"),
        P::IsNot(_) => ("is not", "is not …"),
        P::In(_) => ("in", "in [..]"),
        P::NotIn(_) => ("not in", "not in [..]"),
        P::HasAny(_) => ("has any of", "has any of [..]"),
        P::HasAll(_) => ("has all of", "has all of [..]"),
        P::HasNone(_) => ("has none of", "has none of [..]"),
        P::Within(..) => ("within", "within 30 days of …"),
        P::LeastAgo(_) => ("at least", "at least 60 days ago"),
        P::MostAgo(_) => ("at most", "at most 1 year ago"),
        P::Nth(_) => ("is every", "is every 10th"),
        P::InCalendar(_) => ("in calendar", "in calendar …"),
        P::NotInCalendar(_) => ("not in calendar", "not in calendar …"),
        P::InSegment(_) => ("in segment", "in segment …"),
        P::NotInSegment(_) => ("not in segment", "not in segment …"),
        P::StartsWith(_) => ("starts with", "starts with …"),
        P::Known => ("is known", "is known"),
        P::Unknown => ("is unknown", "is unknown"),
    };
    (words, predicates::fits(form, kind))
}

pub(super) fn wrong_predicate(sentence: &Sentence<'_>, written: &str, kind: Type, report: &mut Report) {
    let start = sentence.predicate_place.start;
    let end = start.saturating_add(u32::try_from(written.len()).unwrap_or(0));
    let place = crate::model::Place { start, end: end.min(sentence.predicate_place.end) };
    let (what, help) = match kind {
        Type::TextSet => {
            ("may hold several", "write `has any of [..]`, `has all of [..]` or `has none of [..]`")
        }
        Type::Text => ("is a name", "write `is`, `is not`, `in [..]` or `not in [..]`"),
        Type::Place => ("is a text", "write `is`, `in [..]`, or `starts with \"75\"`"),
        Type::Truth => ("is `yes` or `no`", "write `is yes` or `is no`"),
        Type::Weekday => ("is a day of the week", "write `is monday` or `in [monday, tuesday]`"),
        Type::Tier if sentence.subject.path.text.starts_with("level.") => {
            ("is a level", "write `is`, `in [..]`, or `at least` for this level and those above")
        }
        Type::Tier => ("is a tier", "write `is`, `in [..]`, or `at least` for this tier and those above"),
        Type::Date => (
            "is a date",
            "write `between … and …`, `at least`, `at most`, `at least 60 days ago` or `within 30 days of …`",
        ),
        _ => ("is an amount", "write `at least`, `at most`, `more than`, `less than` or `between … and …`"),
    };
    let name = sentence.subject.path.text;
    report.error(code::PREDICATE, place, format!("`{written}` does not fit: `{name}` {what}"), help);
}
