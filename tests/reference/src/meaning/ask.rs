//! Conditions, each asked of the event and the facts as they are. Unknown never matches, in either polarity.

use super::file::{Asked, File};
use super::literal::{self, MICRO};
use dsl::calendar::{Local, day_of, plus_civil, ymd};
use dsl::event::{Event, FieldValue, Line};
use dsl::facts::{Facts, Metric, Window, WindowedSum};
use dsl::plan::Rulebook;
use dsl::syntax::ast::{
    self, Cond, FieldType, From, Item, Kind, Literal, Predicate, Sentence, Subject, What, WindowKind, Word,
};
use dsl::units::{AMOUNT_MAX, Day, Moment, Period, Span, SpanUnit};

/// What a value is of: only values of one type are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Money,
    Points,
    Number,
    Date,
    Time,
    Weekday,
    Tier,
    Truth,
    Text,
    Texts,
}

/// A value in the smallest unit of its type, or as text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Count(i128),
    Text(String),
    Texts(Vec<String>),
}

/// A question to conditions: one event, and what is known of the member before it.
pub(super) struct Asking<'a, 's> {
    file: &'a File<'s>,
    book: &'a Rulebook,
    event: &'a Event,
    facts: &'a Facts,
    pub(super) now: Local,
}

impl<'a, 's> Asking<'a, 's> {
    pub(super) fn new(file: &'a File<'s>, book: &'a Rulebook, event: &'a Event, facts: &'a Facts) -> Self {
        Self { file, book, event, facts, now: file.zone.local(event.at) }
    }

    /// The first of the conditions that does not hold.
    pub(super) fn unmet(&self, conditions: &[Asked<'_, 's>]) -> Option<usize> {
        conditions.iter().position(|asked| match asked {
            Asked::Cond(cond) => self.holds(cond, None) != Some(true),
            Asked::Segment(name) => self.in_segment(name) != Some(true),
        })
    }

    /// What was paid for each line.
    pub(super) fn amounts(&self) -> Vec<i128> {
        self.event.lines.iter().map(paid).collect()
    }

    /// What was paid for each line that an amount is about; 0 for the others.
    pub(super) fn amount_by_line(&self, of: &Subject<'s>) -> Vec<i128> {
        let takes = |line: &Line| {
            (of.path.text != "basket.eligible" || line.eligible) && self.takes(of.filter.as_ref(), line)
        };
        self.event.lines.iter().map(|line| if takes(line) { paid(line) } else { 0 }).collect()
    }

    /// Steps of a sum that this purchase passes: of what the member's sum came to before it, and comes to with it.
    pub(super) fn steps(&self, rule: &Item<'s>, every: &From<'s>) -> i128 {
        let name = rule.name.expect("a name").text;
        let rules = self.book.programme();
        let mut known = self.book.milestones().iter().zip(&self.facts.milestones);
        let before = known.find(|(milestone, _)| rules.rules[milestone.rule].name == name);
        let before = before.map_or(0, |(_, sum)| i128::from(*sum));
        let (step, more) = match every.metric {
            Some(_) => (literal::money(&every.least), self.amounts().iter().sum()),
            None => (literal::whole(&every.least.number), 1),
        };
        ((before + more).div_euclid(step) - before.div_euclid(step)).max(0)
    }

    /// Whether what must hold of the event does.
    pub(super) fn fits(&self, filter: Option<&Cond<'s>>) -> bool {
        filter.is_none_or(|cond| self.holds(cond, None) == Some(true))
    }

    fn takes(&self, filter: Option<&Cond<'s>>, line: &Line) -> bool {
        filter.is_none_or(|cond| self.holds(cond, Some(line)) == Some(true))
    }

    /// Yes, no, or (`None`) not known.
    fn holds(&self, cond: &Cond<'s>, line: Option<&Line>) -> Option<bool> {
        match cond {
            Cond::Sentence(sentence) => self.says(sentence, line),
            Cond::Block { word, conds, .. } => {
                let each: Vec<Option<bool>> = conds.iter().map(|cond| self.holds(cond, line)).collect();
                match word.text {
                    "all" => all(&each),
                    "any" => any(&each),
                    _ => any(&each).map(|found| !found),
                }
            }
        }
    }

    fn in_segment(&self, name: &Word<'_>) -> Option<bool> {
        let segment = self.file.of(Kind::Segment).nth(self.file.place(Kind::Segment, name)).unwrap();
        let each: Vec<Option<bool>> = File::when(segment)
            .iter()
            .map(|asked| match asked {
                Asked::Cond(cond) => self.holds(cond, None),
                Asked::Segment(_) => panic!("a segment has no schedule"),
            })
            .collect();
        all(&each)
    }

    fn in_calendar(&self, name: &Word<'_>, day: Day) -> bool {
        let calendar = self.file.of(Kind::Calendar).nth(self.file.place(Kind::Calendar, name)).unwrap();
        calendar.body.iter().any(|clause| match &clause.what {
            What::Days { from, to, .. } => {
                let (from, until) = (literal::day(from.text), literal::day(to.unwrap_or(*from).text));
                (from..=until).contains(&day)
            }
            _ => false,
        })
    }

    /// What is asked of the level a member has: the highest whose sum is reached.
    fn level(&self, set: &str, asked: &Predicate<'s>) -> bool {
        let mut sets = self.file.of(Kind::Levels);
        let set = sets.find(|item| item.name.is_some_and(|name| name.text == set)).expect("a set of levels");
        let steps: Vec<(&str, bool)> = set
            .body
            .iter()
            .filter_map(|clause| match &clause.what {
                What::Tier { name, from } => {
                    Some((name.text, from.as_ref().is_none_or(|from| self.opened(from))))
                }
                _ => None,
            })
            .collect();
        let own = steps.iter().rposition(|(_, open)| *open).expect("the first is open to all");
        let place = |literal: &Literal<'s>| match literal {
            Literal::Name(word) => steps.iter().position(|(name, _)| *name == word.text).expect("a level"),
            other => panic!("no level: {other:?}"),
        };
        match asked {
            Predicate::AtLeast(level) => own >= place(level),
            Predicate::AtMost(level) => own <= place(level),
            Predicate::More(level) => own > place(level),
            Predicate::Less(level) => own < place(level),
            Predicate::Is(level) => own == place(level),
            Predicate::IsNot(level) => own != place(level),
            Predicate::Between(from, to) => (place(from)..=place(to)).contains(&own),
            Predicate::In(list) => list.items.iter().any(|level| place(level) == own),
            Predicate::NotIn(list) => list.items.iter().all(|level| place(level) != own),
            Predicate::Known => true,
            Predicate::Unknown => false,
            other => panic!("not asked of a level: {other:?}"),
        }
    }

    /// Whether the sum behind a level comes to it.
    fn opened(&self, from: &From<'s>) -> bool {
        let (metric, least) = match from.metric.map(|word| word.text) {
            Some("earned") => (Metric::Earned, literal::whole(&from.least.number)),
            Some(_) => (Metric::Spent, literal::money(&from.least)),
            None => (Metric::Purchases, literal::whole(&from.least.number)),
        };
        self.window(metric, window_of(&from.window)) >= least
    }

    fn says(&self, sentence: &Sentence<'s>, line: Option<&Line>) -> Option<bool> {
        let subject = &sentence.subject;
        if let Some(set) = subject.path.text.strip_prefix("level.") {
            return Some(self.level(set, &sentence.predicate));
        }
        match &sentence.predicate {
            Predicate::InSegment(name) => return self.in_segment(name),
            Predicate::NotInSegment(name) => return self.in_segment(name).map(|inside| !inside),
            Predicate::Within(quantity, other) => {
                return self.within(subject.path.text, other.text, literal::span(quantity));
            }
            Predicate::LeastAgo(quantity) => {
                return Some(self.before(subject, literal::span(quantity))? <= self.now.day);
            }
            Predicate::InCalendar(name) => {
                return Some(self.in_calendar(name, self.day_of(subject.path.text)?));
            }
            Predicate::NotInCalendar(name) => {
                return Some(!self.in_calendar(name, self.day_of(subject.path.text)?));
            }
            Predicate::MostAgo(quantity) => {
                return Some(self.now.day <= self.before(subject, literal::span(quantity))?);
            }
            _ => {}
        }
        if let Predicate::StartsWith(with) = &sentence.predicate {
            let (_, Some(Value::Text(text))) = self.look(subject, line) else { return None };
            return Some(text.find(&literal::unquoted(with)) == Some(0));
        }
        let (kind, value) = self.look(subject, line);
        match &sentence.predicate {
            Predicate::Known => return Some(value.is_some()),
            Predicate::Unknown => return Some(value.is_none()),
            _ => {}
        }
        let read = |literal: &Literal<'s>| self.literal(kind, literal);
        match value? {
            Value::Texts(texts) => {
                let (Predicate::HasAny(list) | Predicate::HasAll(list) | Predicate::HasNone(list)) =
                    &sentence.predicate
                else {
                    panic!("a set has any, all or none of")
                };
                let mut has = list.items.iter().map(|item| match read(item) {
                    Value::Text(text) => texts.contains(&text),
                    other => panic!("no text: {other:?}"),
                });
                Some(match &sentence.predicate {
                    Predicate::HasAny(_) => has.any(|has| has),
                    Predicate::HasAll(_) => has.all(|has| has),
                    _ => !has.any(|has| has),
                })
            }
            Value::Text(text) => {
                // A field that holds another type than its event declares says nothing.
                let wrong = !matches!(kind, Type::Text);
                (!wrong).then(|| equal(&sentence.predicate, &Value::Text(text), &read))
            }
            Value::Count(count) => {
                if kind == Type::Text {
                    return None;
                }
                if let Predicate::Nth(word) = &sentence.predicate {
                    let n: i128 = word.text.trim_end_matches(char::is_alphabetic).parse().unwrap();
                    return Some(count > 0 && count % (n * MICRO) == 0);
                }
                let than = |literal: &Literal<'s>| match read(literal) {
                    Value::Count(other) => count.cmp(&other),
                    other => panic!("no number: {other:?}"),
                };
                Some(match &sentence.predicate {
                    Predicate::AtLeast(low) => than(low).is_ge(),
                    Predicate::AtMost(high) => than(high).is_le(),
                    Predicate::More(low) => than(low).is_gt(),
                    Predicate::Less(high) => than(high).is_lt(),
                    Predicate::Between(from, to) if kind == Type::Time => {
                        let (Value::Count(from), Value::Count(to)) = (read(from), read(to)) else { panic!() };
                        // Half open, and past midnight where it ends before it begins: so many minutes from then on.
                        let length = if from == to { 1440 } else { (to - from).rem_euclid(1440) };
                        (count - from).rem_euclid(1440) < length
                    }
                    Predicate::Between(low, high) => than(low).is_ge() && than(high).is_le(),
                    other => equal(other, &Value::Count(count), &read),
                })
            }
        }
    }

    /// A literal as a value of the type it is compared with.
    fn literal(&self, kind: Type, literal: &Literal<'s>) -> Value {
        let count = match (kind, literal) {
            (Type::Text | Type::Texts, Literal::Name(word)) => return Value::Text(word.text.to_owned()),
            (Type::Text | Type::Texts, Literal::Text(word)) => return Value::Text(literal::unquoted(word)),
            (Type::Money, Literal::Quantity(quantity)) => literal::money(quantity),
            (Type::Points, Literal::Quantity(quantity)) => literal::micro(&quantity.number),
            (Type::Number, Literal::Number(word)) => literal::micro(word),
            (Type::Date, Literal::Date(word)) => i128::from(literal::day(word.text).0),
            (Type::Time, Literal::Time(word)) => literal::minute(word.text),
            (Type::Weekday, Literal::Name(word)) => literal::weekday(word.text),
            (Type::Tier, Literal::Name(word)) => i128::try_from(self.file.tier(word.text)).unwrap(),
            (Type::Truth, Literal::Name(word)) => i128::from(word.text == "yes"),
            other => panic!("no value: {other:?}"),
        };
        Value::Count(count)
    }

    /// What a subject is of, and its value; none where it is not known.
    fn look(&self, subject: &Subject<'s>, line: Option<&Line>) -> (Type, Option<Value>) {
        let lines = &self.event.lines;
        let basket = |value: Value| Some(value).filter(|_| !lines.is_empty());
        let sum = |takes: &dyn Fn(&Line) -> bool| {
            basket(Value::Count(lines.iter().filter(|line| takes(line)).map(paid).sum()))
        };
        let names = |pick: &dyn Fn(&Line) -> Option<&String>| {
            basket(Value::Texts(lines.iter().filter_map(pick).cloned().collect()))
        };
        let text = |text: Option<&String>| text.cloned().map(Value::Text);
        let count = |number: i128| Some(Value::Count(number));
        let day = |day: Option<Day>| day.map(|day| Value::Count(i128::from(day.0)));
        let path = subject.path.text;
        match path {
            "date" => (Type::Date, day(Some(self.now.day))),
            "time" => (Type::Time, count(i128::from(self.now.minute.0))),
            "day" => (Type::Weekday, count(literal::weekday(self.now.weekday.word()))),
            "channel" => (Type::Text, text(self.event.channel.as_ref())),
            "store" => (Type::Text, text(self.event.store.as_ref())),
            "basket.paid" => (Type::Money, sum(&|_| true)),
            "basket.eligible" => (Type::Money, sum(&|line| line.eligible)),
            "basket.lines" => (Type::Money, sum(&|line| self.takes(subject.filter.as_ref(), line))),
            "basket.items" => (Type::Number, basket(Value::Count(lines.iter().map(pieces).sum()))),
            "basket.categories" => (Type::Texts, names(&|line| line.category.as_ref())),
            "basket.brands" => (Type::Texts, names(&|line| line.brand.as_ref())),
            "basket.skus" => (Type::Texts, names(&|line| line.sku.as_ref())),
            "basket.tags" => {
                let tags = lines.iter().flat_map(|line| line.tags.clone()).collect();
                (Type::Texts, basket(Value::Texts(tags)))
            }
            "line.category" => (Type::Text, text(line.unwrap().category.as_ref())),
            "line.brand" => (Type::Text, text(line.unwrap().brand.as_ref())),
            "line.sku" => (Type::Text, text(line.unwrap().sku.as_ref())),
            "line.tags" => (Type::Texts, Some(Value::Texts(line.unwrap().tags.clone()))),
            "line.amount" => (Type::Money, count(paid(line.unwrap()))),
            "line.quantity" => (Type::Number, count(pieces(line.unwrap()))),
            "line.eligible" => (Type::Truth, count(i128::from(line.unwrap().eligible))),
            "purchase.number" => {
                let before = self.window(Metric::Purchases, Window::Lifetime);
                (Type::Number, count((before + 1) * MICRO))
            }
            "referral.number" => (Type::Number, count((i128::from(self.facts.friends_rewarded) + 1) * MICRO)),
            "member.tier" => {
                (Type::Tier, self.facts.tier.map(|tier| Value::Count(i128::try_from(tier).unwrap())))
            }
            "member.birthday" | "member.enrolled" | "member.last_purchase" => {
                (Type::Date, day(self.day_of(path)))
            }
            "member.balance" => (Type::Points, count(i128::from(self.facts.balance_points) * MICRO)),
            "member.tags" => (Type::Texts, Some(Value::Texts(self.facts.tags.clone()))),
            "member.badges" => (Type::Texts, Some(Value::Texts(self.facts.badges.clone()))),
            _ if path.starts_with("streak.") => {
                let names = self.file.of(Kind::Streak).map(|item| item.name.expect("a name").text);
                let at = names.into_iter().position(|name| path == format!("streak.{name}"));
                let length = self.facts.streaks.get(at.expect("a streak")).copied().flatten();
                (Type::Number, length.map(|length| Value::Count(i128::from(length) * MICRO)))
            }
            "member.age" => (Type::Number, self.age().map(|years| Value::Count(years * MICRO))),
            "member.country" => (Type::Text, text(self.facts.home.country.as_ref())),
            "member.postcode" => (Type::Text, text(self.facts.home.postcode.as_ref())),
            "member.city" => (Type::Text, text(self.facts.home.city.as_ref())),
            "member.average_basket" => {
                let (spent, times) =
                    (self.windowed(Metric::Spent, subject), self.windowed(Metric::Purchases, subject));
                (Type::Money, (times > 0).then(|| Value::Count(spent.div_euclid(times))))
            }
            _ if path.starts_with("experiment.") => {
                let is_it =
                    |item: &&Item<'_>| path == format!("experiment.{}", item.name.expect("a name").text);
                let at = self.file.of(Kind::Experiment).position(|item| is_it(&item)).expect("an experiment");
                let runs = File::active(self.file.of(Kind::Experiment).nth(at).unwrap(), self.now.day);
                let arm = self.facts.arms.get(at).and_then(Option::as_ref).filter(|_| runs);
                (Type::Text, text(arm))
            }
            _ if path.starts_with("member.events.") => {
                let window = window_of(subject.window.as_ref().expect("a count has a window"));
                let asked = |one: &dsl::facts::Happening| {
                    path == format!("member.events.{}", one.kind) && one.window == window
                };
                let at = self.book.happenings().iter().position(asked).expect("a count that is asked for");
                let times = self.facts.happened.get(at).copied().unwrap_or(0);
                (Type::Number, count(i128::from(times) * MICRO))
            }
            "member.spent" => (Type::Money, count(self.windowed(Metric::Spent, subject))),
            "member.earned" => (Type::Points, count(self.windowed(Metric::Earned, subject) * MICRO)),
            "member.purchases" => (Type::Number, count(self.windowed(Metric::Purchases, subject) * MICRO)),
            _ => self.field(path),
        }
    }

    /// A field of the declared event, or an answer to the survey, and its type as declared.
    fn field(&self, path: &str) -> (Type, Option<Value>) {
        let (head, name) = match self.event.kind.strip_suffix(".answered") {
            Some(survey) if !path.starts_with(&format!("{}.", self.event.kind)) => {
                (survey, path.strip_prefix(&format!("{survey}.")))
            }
            _ => (self.event.kind.as_str(), path.strip_prefix(&format!("{}.", self.event.kind))),
        };
        let name = name.unwrap_or_else(|| panic!("{path} of {head}"));
        let declared = self.file.items.iter().filter(|item| {
            matches!(item.kind, Kind::Event | Kind::Survey) && item.name.is_some_and(|own| own.text == head)
        });
        let kind = declared.flat_map(|item| &item.body).find_map(|clause| match &clause.what {
            What::Field { name: own, kind } if own.text == name => Some(match kind {
                FieldType::OneOf(_) => Type::Text,
                FieldType::Word(word) => type_of(word.text),
            }),
            What::Question { name: own, kind } if own.text == name => Some(match kind {
                dsl::syntax::ast::Asked::Number { .. } => Type::Number,
                dsl::syntax::ast::Asked::OneOf(_) => Type::Text,
                dsl::syntax::ast::Asked::Word(word) => type_of(word.text),
            }),
            What::Classed { .. } if name == "class" => Some(Type::Text),
            _ => None,
        });
        let kind = kind.unwrap_or_else(|| panic!("{head} declares no {name}"));
        let Some(value) = self.event.fields.get(name) else { return (kind, None) };
        let (came, value) = match value {
            FieldValue::Number(micro) => (Type::Number, count_of(*micro)),
            FieldValue::Money(minor) => (Type::Money, count_of(*minor)),
            FieldValue::Truth(truth) => (Type::Truth, count_of(i64::from(*truth))),
            FieldValue::Text(text) => (Type::Text, Value::Text(text.clone())),
        };
        (as_declared(kind, came), Some(value))
    }

    fn windowed(&self, metric: Metric, subject: &Subject<'s>) -> i128 {
        self.window(metric, window_of(subject.window.as_ref().expect("a sum has a window")))
    }

    /// Birthdays since the first; one of 29 February is on the 28th in other years.
    fn age(&self) -> Option<i128> {
        let born = self.facts.birthday?;
        if self.now.day < born {
            return None;
        }
        let had =
            (1..1_000).take_while(|years| plus_civil(born, *years, SpanUnit::Year) <= self.now.day).last();
        Some(i128::from(had.unwrap_or(0)))
    }

    fn window(&self, metric: Metric, window: Window) -> i128 {
        let sum = WindowedSum { metric, window };
        let at = self.book.windows().iter().position(|known| *known == sum).expect("a sum that is asked for");
        self.facts.windows.get(at).copied().map_or(0, i128::from)
    }

    fn moment(&self, path: &str) -> Option<Moment> {
        match path {
            "date" => Some(self.event.at),
            "member.enrolled" => self.facts.enrolled_at,
            "member.last_purchase" => self.facts.last_purchase_at,
            _ => None,
        }
    }

    fn day_of(&self, path: &str) -> Option<Day> {
        match path {
            "member.birthday" => self.facts.birthday,
            _ => self.moment(path).map(|at| self.file.zone.local(at).day),
        }
    }

    /// The day so long after the subject's.
    fn before(&self, subject: &Subject<'s>, span: Span) -> Option<Day> {
        Some(plus_civil(self.day_of(subject.path.text)?, i64::from(span.count), span.unit))
    }

    /// No further than the span away, on either side. Minutes and hours are of instants, where there are two.
    fn within(&self, left: &str, right: &str, span: Span) -> Option<bool> {
        let unit_ms = match span.unit {
            SpanUnit::Minute => Some(60_000),
            SpanUnit::Hour => Some(3_600_000),
            _ => None,
        };
        if let (Some(unit_ms), Some(left), Some(right)) = (unit_ms, self.moment(left), self.moment(right)) {
            let apart = (i128::from(left.0) - i128::from(right.0)).abs();
            return Some(apart <= i128::from(span.count) * unit_ms);
        }
        let (of_left, of_right) = (self.day_of(left)?, self.day_of(right)?);
        let near = |day: Day, base: Day| {
            let count = i64::from(span.count);
            plus_civil(base, -count, span.unit) <= day && day <= plus_civil(base, count, span.unit)
        };
        Some(if right == "member.birthday" {
            birthdays(of_right, of_left).into_iter().any(|birthday| near(of_left, birthday))
        } else if left == "member.birthday" {
            birthdays(of_left, of_right).into_iter().any(|birthday| near(birthday, of_right))
        } else {
            near(of_left, of_right)
        })
    }
}

fn all(each: &[Option<bool>]) -> Option<bool> {
    if each.contains(&Some(false)) {
        Some(false)
    } else if each.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn any(each: &[Option<bool>]) -> Option<bool> {
    if each.contains(&Some(true)) {
        Some(true)
    } else if each.contains(&None) {
        None
    } else {
        Some(false)
    }
}

fn equal<'s>(predicate: &Predicate<'s>, value: &Value, read: &dyn Fn(&Literal<'s>) -> Value) -> bool {
    match predicate {
        Predicate::Is(literal) => read(literal) == *value,
        Predicate::IsNot(literal) => read(literal) != *value,
        Predicate::In(list) => list.items.iter().any(|item| read(item) == *value),
        Predicate::NotIn(list) => !list.items.iter().any(|item| read(item) == *value),
        other => panic!("not asked of this: {other:?}"),
    }
}

fn type_of(word: &str) -> Type {
    match word {
        "number" => Type::Number,
        "money" => Type::Money,
        "text" => Type::Text,
        "truth" => Type::Truth,
        other => panic!("no type: {other}"),
    }
}

/// The declared type, as far as what came is of it. What came is compared as text with a number, or the other way
/// round, where it is not: that says nothing.
fn as_declared(declared: Type, came: Type) -> Type {
    match (declared == came, came) {
        (true, _) => declared,
        (false, Type::Text) => Type::Number,
        (false, _) => Type::Text,
    }
}

fn count_of(number: i64) -> Value {
    Value::Count(i128::from(number))
}

/// What was paid for a line: between nothing and the most an event carries.
fn paid(line: &Line) -> i128 {
    i128::from(line.amount_minor.clamp(0, AMOUNT_MAX))
}

/// Pieces of a line, in millionths.
fn pieces(line: &Line) -> i128 {
    i128::from(line.quantity.clamp(0, AMOUNT_MAX)) * MICRO
}

/// A birthday in the years around a day; one of 29 February is on the 28th in other years.
fn birthdays(born: Day, around: Day) -> Vec<Day> {
    let (_, month, day) = ymd(born);
    let (year, _, _) = ymd(around);
    (year - 1..=year + 1).map(|year| day_of(year, month, day).or(day_of(year, 2, 28)).unwrap()).collect()
}

fn window_of(window: &ast::Window<'_>) -> Window {
    match &window.what {
        WindowKind::In(quantity) => Window::Rolling(literal::span(quantity)),
        WindowKind::Total => Window::Lifetime,
        WindowKind::This(word) => Window::Calendar(literal::period(word.text)),
        WindowKind::Today => Window::Calendar(Period::Day),
    }
}
