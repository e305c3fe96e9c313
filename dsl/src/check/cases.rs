//! Tests beside the rules: givens, events, expectations.

use super::condition::{Known, Scope};
use super::literal::{self, Literals};
use super::names::{Aisle, Names};
use super::programme::name;
use super::report::{Report, short};
use super::timers::kind_of;
use crate::diagnostic::code;
use crate::event::{Event, FieldValue, Line, PURCHASE, REFERRAL_REFERRER};
use crate::facts::{Facts, Metric, Window, WindowedSum};
use crate::model::{Expect, Expectation, Fact, Place, Test, Value};
use crate::syntax::ast::{self, Assign, Happening, Item, Literal, Quantity, Set, SetTo, What, Word};
use crate::units::{AMOUNT_MAX, Day, MICRO, Moment};
use crate::vocabulary::Type;
use std::collections::BTreeMap;

/// Lines a basket may have.
const LINES_MAX: usize = 1_000;

/// A basket said in sentences rather than in lines.
#[derive(Debug, Default)]
struct Basket {
    paid: Option<i64>,
    eligible: Option<i64>,
    categories: Vec<String>,
    brands: Vec<String>,
    skus: Vec<String>,
    tags: Vec<String>,
}

impl Names<'_> {
    /// A test; parts that are wrong are reported and left out.
    pub(super) fn test_item(&self, item: &Item<'_>, report: &mut Report) -> Test {
        let title = item.name.and_then(|word| literal::text(word, report)).map(str::to_owned);
        let mut test = Test {
            name: title.unwrap_or_else(|| name(item)),
            given: Facts { tier: (!self.tiers.is_empty()).then_some(0), ..Facts::default() },
            given_windows: Vec::new(),
            given_happened: Vec::new(),
            events: Vec::new(),
            expects: Vec::new(),
            place: item.place,
        };
        for clause in &item.body {
            match &clause.what {
                What::Given(set) => self.given(set, &mut test, report),
                What::Event(happening) => test.events.extend(self.happening(happening, report)),
                What::Expect(expect) => {
                    if let Some(what) = self.expectation(expect, report) {
                        test.expects.push(Expect { what, place: clause.place });
                    }
                }
                _ => {}
            }
        }
        test
    }

    fn given(&self, set: &Set<'_>, test: &mut Test, report: &mut Report) {
        let path = set.subject.path;
        let about = if path.text.starts_with("referral.") { REFERRAL_REFERRER } else { PURCHASE };
        let scope = Scope { event: Some(about), basket: false, line: false, lost: false };
        let Some(known) = self.subject(&set.subject, scope, report) else { return };
        let values = match (&set.to, known.kind) {
            (SetTo::Value(Literal::DateTime(at)), Type::Date) => {
                let Some(at) = self.moment(*at, report) else { return };
                match known.fact {
                    Fact::MemberEnrolled => test.given.enrolled_at = Some(at),
                    Fact::MemberLastPurchase => test.given.last_purchase_at = Some(at),
                    _ => not_given(path, report),
                }
                return;
            }
            (to, kind) => self.values_of(to, kind, &known, path, report),
        };
        let Some(values) = values else { return };
        let first = values.first().cloned();
        if let Some(Value::Points(micro) | Value::Number(micro)) = first
            && micro % MICRO != 0
        {
            let message = format!("`{}` is a whole number", short(path.text));
            report.error(code::WHOLE, set_place(&set.to), message, "leave out the decimals");
            return;
        }
        match (known.fact, first) {
            (Fact::MemberTier, Some(Value::Tier(tier))) => test.given.tier = Some(tier),
            (Fact::MemberBirthday, Some(Value::Date(day))) => test.given.birthday = Some(day),
            (Fact::MemberEnrolled, Some(Value::Date(day))) => test.given.enrolled_at = self.start_of(day),
            (Fact::MemberLastPurchase, Some(Value::Date(day))) => {
                test.given.last_purchase_at = self.start_of(day);
            }
            (Fact::MemberBalance, Some(Value::Points(micro))) => test.given.balance_points = micro / MICRO,
            (Fact::MemberTags, _) => test.given.tags = texts(values),
            (Fact::MemberBadges, _) => test.given.badges = texts(values),
            (Fact::Streak(at), Some(Value::Number(micro))) => {
                test.given.streaks.resize(self.streaks.len(), None);
                if let Some(slot) = test.given.streaks.get_mut(at) {
                    *slot = Some((micro / MICRO).max(1));
                }
            }
            (Fact::Experiment(at), Some(Value::Text(arm))) => {
                test.given.arms.resize(self.experiments.len(), None);
                if let Some(slot) = test.given.arms.get_mut(at) {
                    *slot = Some(arm);
                }
            }
            (Fact::PurchaseNumber, Some(Value::Number(micro))) => {
                let sum = WindowedSum { metric: Metric::Purchases, window: Window::Lifetime };
                test.given_windows.push((sum, (micro / MICRO).saturating_sub(1).max(0)));
            }
            (Fact::ReferralNumber, Some(Value::Number(micro))) => {
                test.given.friends_rewarded = (micro / MICRO).saturating_sub(1).max(0);
            }
            (Fact::Happened(happening), Some(Value::Number(micro))) => {
                test.given_happened.push((happening, micro / MICRO));
            }
            (Fact::MemberCountry, Some(Value::Text(name))) => test.given.home.country = Some(name),
            (Fact::MemberPostcode, Some(Value::Text(name))) => test.given.home.postcode = Some(name),
            (Fact::MemberCity, Some(Value::Text(name))) => test.given.home.city = Some(name),
            (Fact::Windowed(sum), Some(Value::Money(value))) => test.given_windows.push((sum, value)),
            (Fact::Windowed(sum), Some(Value::Points(micro) | Value::Number(micro))) => {
                test.given_windows.push((sum, micro / MICRO));
            }
            _ => not_given(path, report),
        }
    }

    /// The values something is set to: one, or a list for what may hold several.
    fn values_of(
        &self,
        to: &SetTo<'_>,
        kind: Type,
        known: &Known,
        path: Word<'_>,
        report: &mut Report,
    ) -> Option<Vec<Value>> {
        match (to, kind == Type::TextSet) {
            (SetTo::Value(literal), false) => Some(vec![self.value(literal, known, path.text, report)?]),
            (SetTo::List(list), true) => {
                list.items.iter().map(|item| self.value(item, known, path.text, report)).collect()
            }
            (SetTo::Value(literal), true) => {
                report.error(
                    code::TEST,
                    literal.place(),
                    format!("`{}` may hold several", path.text),
                    format!("write `{} in [..]`", path.text),
                );
                None
            }
            (SetTo::List(list), false) => {
                report.error(
                    code::TEST,
                    list.place,
                    format!("`{}` is one thing", path.text),
                    format!("write `{} is …`", path.text),
                );
                None
            }
        }
    }

    fn start_of(&self, day: Day) -> Option<Moment> {
        self.zone.as_ref().map(|zone| zone.start_of(day))
    }

    /// A date and a time of the programme's zone. A time that a change of clocks skips moves on by the gap.
    fn moment(&self, word: Word<'_>, report: &mut Report) -> Option<Moment> {
        let (day, time) = word.text.split_once(' ')?;
        let split = word.place.start.saturating_add(10);
        let day =
            literal::day(Word { text: day, place: Place { start: word.place.start, end: split } }, report);
        let place = Place { start: split.saturating_add(1), end: word.place.end };
        let time = literal::time(Word { text: time, place }, report);
        let (day, time) = (day?, time?);
        self.zone.as_ref().map(|zone| zone.moment_of(day, time))
    }

    fn happening(&self, happening: &Happening<'_>, report: &mut Report) -> Option<Event> {
        let kind = kind_of(happening.kind);
        let kind = kind.as_str();
        let known = self.timers.iter().any(|timer| timer == kind) || self.event_kind(happening.kind, report);
        let at = self.moment(happening.at, report);
        let mut event = Event {
            kind: kind.to_owned(),
            at: at.unwrap_or_default(),
            channel: None,
            store: None,
            lines: Vec::new(),
            fields: BTreeMap::new(),
        };
        let mut basket = Basket::default();
        let mut said = None;
        let lines = happening.body.iter().any(|assign| matches!(assign, Assign::Line { .. }));
        for assign in &happening.body {
            match assign {
                Assign::Line { amount, .. } if kind != PURCHASE && known => {
                    report.error(
                        code::NOT_HERE,
                        amount.place,
                        format!("`{}` has no basket", short(kind)),
                        "lines belong to `event purchase`",
                    );
                }
                Assign::Line { amount, fields } => event.lines.extend(self.line(amount, fields, report)),
                Assign::Set(set) => {
                    if set.subject.path.text.starts_with("basket.") {
                        said = Some(set.subject.path);
                    }
                    self.assign(set, known.then_some(kind), &mut event, &mut basket, report);
                }
            }
        }
        self.answered(happening, &mut event, report);
        if event.lines.len() > LINES_MAX {
            let help = format!("a basket has at most {LINES_MAX} lines");
            report.error(code::TOO_MANY, happening.kind.place, "this basket has too many lines", help);
        }
        if let (Some(path), false) = (said, event.lines.is_empty()) {
            report.error(
                code::TEST,
                path.place,
                "a basket is said in lines or in sentences, not both",
                "put it into the lines",
            );
        }
        if event.lines.is_empty() && kind == PURCHASE {
            event.lines = basket.lines();
            if event.lines.is_empty() && said.is_none() && !happening.broken && !lines {
                let help = format!("write `basket.paid is {}` or lines", self.literals.money_example());
                report.error(code::TEST, happening.kind.place, "this purchase has no basket", help);
            }
        }
        (known && at.is_some()).then_some(event)
    }

    fn assign(
        &self,
        set: &Set<'_>,
        kind: Option<&str>,
        event: &mut Event,
        basket: &mut Basket,
        report: &mut Report,
    ) {
        let path = set.subject.path;
        let scope = Scope::rule(kind);
        let Some(known) = self.subject(&set.subject, scope, report) else { return };
        let Some(values) = self.values_of(&set.to, known.kind, &known, path, report) else { return };
        let first = values.first().cloned();
        match (known.fact, first) {
            (Fact::BasketPaid, Some(Value::Money(minor))) => basket.paid = Some(minor),
            (Fact::BasketEligible, Some(Value::Money(minor))) => basket.eligible = Some(minor),
            (Fact::BasketCategories, _) => basket.categories = texts(values),
            (Fact::BasketBrands, _) => basket.brands = texts(values),
            (Fact::BasketSkus, _) => basket.skus = texts(values),
            (Fact::BasketTags, _) => basket.tags = texts(values),
            (Fact::Channel, Some(Value::Text(channel))) => event.channel = Some(channel),
            (Fact::Store, Some(Value::Text(store))) => event.store = Some(store),
            (Fact::Field(name), Some(value)) => {
                let value = match value {
                    Value::Number(micro) => FieldValue::Number(micro),
                    Value::Money(minor) => FieldValue::Money(minor),
                    Value::Truth(truth) => FieldValue::Truth(truth),
                    Value::Text(text) => FieldValue::Text(text),
                    _ => return,
                };
                event.fields.insert(name, value);
            }
            _ => {
                let field =
                    kind.filter(|kind| self.declared(kind).is_some()).map(|head| format!("`{head}.…`, "));
                let help = format!(
                    "say {}`channel`, `store`, or for a purchase `basket.paid`, `basket.categories` or lines; what is known of the member is `given`",
                    field.unwrap_or_default()
                );
                report.error(
                    code::TEST,
                    path.place,
                    format!("`{}` is not said of an event", short(path.text)),
                    help,
                );
            }
        }
        if basket.paid.or(basket.eligible).is_some_and(|minor| minor > AMOUNT_MAX) {
            report.error(
                code::TOO_LARGE,
                set.subject.place,
                "this basket is too large",
                format!("a basket goes up to {AMOUNT_MAX} minor units"),
            );
        }
        if let (Some(paid), Some(eligible)) = (basket.paid, basket.eligible)
            && eligible > paid
        {
            report.error(
                code::TEST,
                set.subject.place,
                "more is eligible than was paid",
                "`basket.eligible` is a part of `basket.paid`",
            );
        }
    }

    fn line(
        &self,
        amount: &Quantity<'_>,
        fields: &[(Word<'_>, SetTo<'_>)],
        report: &mut Report,
    ) -> Option<Line> {
        let minor = self.literals.small_money(amount, report);
        let mut line =
            Line { amount_minor: minor.unwrap_or_default(), quantity: 1, eligible: true, ..Line::default() };
        for (index, (word, to)) in fields.iter().enumerate() {
            if fields.iter().take(index).any(|(before, _)| before.text == word.text) {
                report.error(
                    code::REPEATED,
                    word.place,
                    format!("`{}` stands here twice", short(word.text)),
                    "leave one out",
                );
            }
            let aisle = match word.text {
                "category" => Some(Aisle::Categories),
                "brand" => Some(Aisle::Brands),
                "tags" => Some(Aisle::Tags),
                "quantity" | "sku" | "eligible" => None,
                _ => {
                    report.choice(
                        *word,
                        "what is said of a line",
                        &["category", "brand", "sku", "quantity", "tags", "eligible"],
                    );
                    continue;
                }
            };
            let (kind, path) = match word.text {
                "quantity" => (Type::Number, "line.quantity"),
                "eligible" => (Type::Truth, "line.eligible"),
                "tags" => (Type::TextSet, "line.tags"),
                other => (Type::Text, other),
            };
            let known = Known { fact: Fact::LineSku, kind, aisle, one_of: None };
            let Some(values) =
                self.values_of(to, kind, &known, Word { text: path, place: word.place }, report)
            else {
                continue;
            };
            match (word.text, values.first().cloned()) {
                ("category", Some(Value::Text(text))) => line.category = Some(text),
                ("brand", Some(Value::Text(text))) => line.brand = Some(text),
                ("sku", Some(Value::Text(text))) => line.sku = Some(text),
                ("eligible", Some(Value::Truth(truth))) => line.eligible = truth,
                ("tags", _) => line.tags = texts(values),
                ("quantity", Some(Value::Number(micro))) => {
                    let quantity = micro / MICRO;
                    if quantity > AMOUNT_MAX {
                        let help = format!("a line has at most {AMOUNT_MAX} pieces");
                        report.error(code::TOO_LARGE, word.place, "these are too many pieces", help);
                    } else if quantity < 1 || micro % MICRO != 0 {
                        report.error(
                            code::WHOLE,
                            word.place,
                            "a line has one or more whole pieces",
                            "write such as `quantity 2`",
                        );
                    }
                    line.quantity = quantity;
                }
                _ => {}
            }
        }
        minor.map(|_| line)
    }

    fn expectation(&self, expect: &ast::Expect<'_>, report: &mut Report) -> Option<Expectation> {
        Some(match expect {
            ast::Expect::Fires(word) => Expectation::Fires(self.rule(*word, report)?),
            ast::Expect::Silent(word) => Expectation::Silent(self.rule(*word, report)?),
            ast::Expect::NoPoints => Expectation::Points(0),
            ast::Expect::Points { points, from } => {
                if !Literals::is_points(points) {
                    Literals::points(points, report);
                    return None;
                }
                let count = Literals::points(points, report);
                match from {
                    None => Expectation::Points(count?),
                    Some(word) => {
                        let rule = self.rule(*word, report);
                        Expectation::PointsFrom(rule?, count?)
                    }
                }
            }
            ast::Expect::Reward(word) => Expectation::Reward(self.reward(*word, report)?),
            ast::Expect::Badge(word) => Expectation::Badge(self.badge(*word, report)?),
            ast::Expect::Effect(effect) => Expectation::Effect(self.effect(effect, report)?),
            ast::Expect::Tier(word) => Expectation::Tier(self.tier(*word, report)?),
        })
    }
}

impl Basket {
    /// One line carries the money, the first of each list and all tags; what is left gets lines of nothing.
    fn lines(self) -> Vec<Line> {
        let Some(first) = self.eligible.or(self.paid) else { return Vec::new() };
        let one = Line { quantity: 1, eligible: true, ..Line::default() };
        let mut lines = vec![Line { amount_minor: first, tags: self.tags, ..one.clone() }];
        let count = self.categories.len().max(self.brands.len()).max(self.skus.len());
        let (mut categories, mut brands, mut skus) =
            (self.categories.into_iter(), self.brands.into_iter(), self.skus.into_iter());
        for index in 0..count.max(1) {
            let (category, brand, sku) = (categories.next(), brands.next(), skus.next());
            match lines.get_mut(index) {
                Some(line) => (line.category, line.brand, line.sku) = (category, brand, sku),
                None => lines.push(Line { sku, category, brand, ..one.clone() }),
            }
        }
        if let (Some(paid), Some(eligible)) = (self.paid, self.eligible)
            && paid > eligible
        {
            lines.push(Line { amount_minor: paid.saturating_sub(eligible), eligible: false, ..one });
        }
        lines
    }
}

/// Where what something is set to stands.
fn set_place(to: &SetTo<'_>) -> Place {
    match to {
        SetTo::Value(literal) => literal.place(),
        SetTo::List(list) => list.place,
    }
}

fn not_given(path: Word<'_>, report: &mut Report) {
    let (why, help) = match path.text {
        "member.age" => ("follows from the birthday", "give `member.birthday`"),
        "member.average_basket" => {
            ("follows from sums", "give `member.spent` and `member.purchases` over the same time")
        }
        _ => (
            "happens",
            "given are the member's tier, balance, birthday, enrolled, last_purchase, tags and sums; say the rest of the event",
        ),
    };
    report.error(code::TEST, path.place, format!("`{}` is not given, it {why}", short(path.text)), help);
}

fn texts(values: Vec<Value>) -> Vec<String> {
    values
        .into_iter()
        .filter_map(|value| match value {
            Value::Text(text) => Some(text),
            _ => None,
        })
        .collect()
}
