//! Names of a file: declared once, found by everyone. Collected before anything else is checked, so that order in
//! the file never matters.

use super::literal::{self, Literals};
use super::report::{Report, suggest};
use crate::calendar::Zone;
use crate::diagnostic::{Diagnostic, code};
use crate::event::BUILT_IN;
use crate::model::{Catalogue, EventType, Field, FieldKind, Levels};
use crate::survey::Survey;
use crate::syntax::ast::{Clause, FieldType, Item, Kind, List, Literal, What, Word};
use crate::units::Currency;
use crate::vocabulary::{Word as Entry, words};

/// Letters a name may have.
pub(super) const NAME_MAX: usize = 64;

/// Entries a list may have.
pub(super) const LIST_MAX: usize = 1_000;

/// First words of paths that the language itself owns.
const OWNED: &[&str] = &[
    "basket",
    "line",
    "member",
    "purchase",
    "enrolment",
    "birthday",
    "anniversary",
    "referral",
    "date",
    "time",
    "day",
    "channel",
    "store",
    "event",
    "absence",
    "schedule",
    "streak",
    "level",
    "experiment",
];

/// Words that would read as something else where a name stands.
pub(super) const RESERVED: &[&str] =
    &["yes", "no", "known", "unknown", "not", "and", "is", "in", "downgrade", "grace", "floor"];

/// Everything a name can mean.
#[derive(Debug)]
pub(super) struct Names<'s> {
    pub(super) literals: Literals,
    pub(super) zone: Option<Zone>,
    /// True when a point's worth is declared.
    pub(super) worth: bool,
    pub(super) tiers: Vec<&'s str>,
    pub(super) groups: Vec<&'s str>,
    pub(super) budgets: Vec<&'s str>,
    pub(super) rules: Vec<&'s str>,
    pub(super) rewards: Vec<&'s str>,
    pub(super) segments: Vec<&'s str>,
    pub(super) experiments: Vec<&'s str>,
    /// The arms of each experiment.
    pub(super) arms: Vec<Vec<String>>,
    pub(super) calendars: Vec<&'s str>,
    /// Sets of levels.
    pub(super) levels: Vec<Levels>,
    /// Their names.
    level_sets: Vec<&'s str>,
    pub(super) streaks: Vec<&'s str>,
    /// What each streak is of: `week`.
    pub(super) streak_words: Vec<&'s str>,
    /// Kinds of event that time is, for tests.
    pub(super) timers: Vec<String>,
    pub(super) events: Vec<EventType>,
    pub(super) surveys: Vec<Survey>,
    pub(super) catalogue: Catalogue,
    pub(super) words: Vec<Entry>,
    /// Events, surveys and levels of which some did not parse: what seems to be missing may be that.
    pub(super) torn: Vec<&'s str>,
    /// Kinds of which an item did not parse: its name may be the one that seems to be missing.
    pub(super) incomplete: Vec<Kind>,
}

/// Which list of the catalogue a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aisle {
    Categories,
    Brands,
    Channels,
    Stores,
    Tags,
    Badges,
}

impl Aisle {
    const fn one(self) -> &'static str {
        match self {
            Self::Categories => "category",
            Self::Brands => "brand",
            Self::Channels => "channel",
            Self::Stores => "store",
            Self::Tags => "tag",
            Self::Badges => "badge",
        }
    }
    const fn many(self) -> &'static str {
        match self {
            Self::Categories => "categories",
            Self::Brands => "brands",
            Self::Channels => "channels",
            Self::Stores => "stores",
            Self::Tags => "tags",
            Self::Badges => "badges",
        }
    }
}

impl<'s> Names<'s> {
    /// Collects what the items declare.
    pub(super) fn collect(items: &[Item<'s>], incomplete: Vec<Kind>, report: &mut Report) -> Self {
        let mut names = Self {
            literals: Literals { currency: None },
            zone: None,
            worth: false,
            tiers: Vec::new(),
            groups: Vec::new(),
            budgets: Vec::new(),
            rules: Vec::new(),
            rewards: Vec::new(),
            segments: Vec::new(),
            experiments: Vec::new(),
            arms: Vec::new(),
            calendars: Vec::new(),
            levels: Vec::new(),
            level_sets: Vec::new(),
            streaks: Vec::new(),
            streak_words: Vec::new(),
            timers: Vec::new(),
            events: Vec::new(),
            surveys: Vec::new(),
            catalogue: Catalogue::default(),
            words: words(),
            torn: Vec::new(),
            incomplete,
        };
        for item in items {
            match item.kind {
                Kind::Programme => names.settings(item, report),
                Kind::Catalogue => names.aisles(item, report),
                Kind::Tiers => {
                    for clause in &item.body {
                        if let What::Tier { name, .. } = &clause.what {
                            declare(&mut names.tiers, *name, "tier", report);
                        }
                    }
                }
                _ => {}
            }
            if item.broken && matches!(item.kind, Kind::Event | Kind::Survey | Kind::Levels) {
                names.torn.extend(item.name.map(|name| name.text));
            }
            if item.kind == Kind::Rule {
                names.note_timer(item);
            }
            if item.kind == Kind::Experiment {
                names.arms.push(super::experiments::arms_of(item));
            }
            if item.kind == Kind::Streak {
                let every = item.body.iter().find_map(|clause| match &clause.what {
                    What::Every(word) => Some(word.text),
                    _ => None,
                });
                names.streak_words.push(every.unwrap_or("week"));
            }
            let list = match item.kind {
                Kind::Group => &mut names.groups,
                Kind::Budget => &mut names.budgets,
                Kind::Segment => &mut names.segments,
                Kind::Levels => &mut names.level_sets,
                Kind::Experiment => &mut names.experiments,
                Kind::Calendar => &mut names.calendars,
                Kind::Streak => &mut names.streaks,
                Kind::Rule => &mut names.rules,
                Kind::Reward => &mut names.rewards,
                Kind::Event => {
                    names.event(item, report);
                    continue;
                }
                Kind::Survey => {
                    names.survey(item, report);
                    continue;
                }
                _ => continue,
            };
            match item.name {
                Some(name) => declare(list, name, item.kind.word(), report),
                // keeps positions aligned with items
                None => list.push(""),
            }
        }
        // what a challenge gives is told and expected as that of a rule: one name for each
        for item in items.iter().filter(|item| item.kind == Kind::Challenge) {
            match item.name {
                Some(name) => declare(&mut names.rules, name, "rule", report),
                None => names.rules.push(""),
            }
        }
        names
    }

    fn settings(&mut self, item: &Item<'s>, report: &mut Report) {
        if let Some(name) = item.name {
            declare(&mut Vec::new(), name, "programme", report);
        }
        for clause in &item.body {
            match &clause.what {
                What::Currency(word) if self.literals.currency.is_none() => {
                    self.literals.currency = currency(*word, report);
                }
                What::Zone(word) if self.zone.is_none() => {
                    let name = literal::text(*word, report);
                    self.zone = name.and_then(Zone::find);
                    if let (Some(name), None) = (name, &self.zone) {
                        report.error(
                            code::UNKNOWN_ZONE,
                            word.place,
                            format!("there is no time zone `{}`", super::report::short(name)),
                            "write a region and a city, such as `\"Europe/Paris\"`",
                        );
                    }
                }
                What::Worth(_) => self.worth = true,
                _ => {}
            }
        }
    }

    fn aisles(&mut self, item: &Item<'s>, report: &mut Report) {
        for clause in &item.body {
            let What::Names { which, names } = &clause.what else { continue };
            let found = plain_names(names, which.text, report);
            let aisle = match which.text {
                "categories" => &mut self.catalogue.categories,
                "brands" => &mut self.catalogue.brands,
                "channels" => &mut self.catalogue.channels,
                "stores" => &mut self.catalogue.stores,
                "badges" => &mut self.catalogue.badges,
                _ => &mut self.catalogue.tags,
            };
            aisle.extend(found);
        }
    }

    fn event(&mut self, item: &Item<'s>, report: &mut Report) {
        let Some(name) = item.name else {
            self.incomplete.push(Kind::Event);
            return;
        };
        let taken: Vec<String> = self.events.iter().map(|event| event.name.clone()).collect();
        let mut taken: Vec<&str> = taken.iter().map(String::as_str).collect();
        let head = name.text.split('.').next().unwrap_or_default();
        if OWNED.contains(&head) {
            report.error(
                code::BAD_NAME,
                name.place,
                format!("`{}` is a word of the language", super::report::short(name.text)),
                "give the event another name, such as `check_in`",
            );
        } else {
            declare(&mut taken, name, "event", report);
        }
        let mut fields: Vec<Field> = Vec::new();
        for clause in &item.body {
            let What::Field { name, kind } = &clause.what else { continue };
            let before: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
            let mut before: Vec<&str> = before.iter().map(String::as_str).collect();
            declare(&mut before, *name, "field", report);
            if let Some(kind) = field_kind(kind, clause, report) {
                fields.push(Field { name: name.text.to_owned(), kind });
            }
        }
        self.events.push(EventType { name: name.text.to_owned(), fields });
    }

    fn survey(&mut self, item: &Item<'s>, report: &mut Report) {
        let Some(name) = item.name else {
            self.incomplete.push(Kind::Event);
            return;
        };
        let taken: Vec<String> = self.surveys.iter().map(|survey| survey.name.clone()).collect();
        let mut taken: Vec<&str> = taken.iter().map(String::as_str).collect();
        if OWNED.contains(&name.text) {
            report.error(
                code::BAD_NAME,
                name.place,
                format!("`{}` is a word of the language", super::report::short(name.text)),
                "give the survey another name, such as `nps`",
            );
        } else {
            declare(&mut taken, name, "survey", report);
        }
        self.note_survey(item, report);
    }

    /// True when a missing name of this kind may be one that did not parse.
    pub(super) fn forgiven(&self, kind: Kind) -> bool {
        self.incomplete.contains(&kind)
    }

    fn find(list: &[&str], word: Word<'_>) -> Option<usize> {
        list.iter().position(|name| *name == word.text)
    }

    pub(super) fn tier(&self, word: Word<'_>, report: &mut Report) -> Option<usize> {
        let found = Self::find(&self.tiers, word);
        if found.is_none() && !self.forgiven(Kind::Tiers) {
            report.unknown(code::UNKNOWN_TIER, "tier", "tiers", word, &self.tiers);
        }
        found
    }

    pub(super) fn group(&self, word: Word<'_>, report: &mut Report) -> Option<usize> {
        let found = Self::find(&self.groups, word);
        if found.is_none() && !self.forgiven(Kind::Group) {
            report.unknown(code::UNKNOWN_GROUP, "group", "groups", word, &self.groups);
        }
        found
    }

    pub(super) fn budget(&self, word: Word<'_>, report: &mut Report) -> Option<usize> {
        let found = Self::find(&self.budgets, word);
        if found.is_none() && !self.forgiven(Kind::Budget) {
            report.unknown(code::UNKNOWN_BUDGET, "budget", "budgets", word, &self.budgets);
        }
        found
    }

    pub(super) fn rule(&self, word: Word<'_>, report: &mut Report) -> Option<usize> {
        let found = Self::find(&self.rules, word);
        if found.is_none() && !self.forgiven(Kind::Rule) {
            report.unknown(code::UNKNOWN_RULE, "rule", "rules", word, &self.rules);
        }
        found
    }

    pub(super) fn reward(&self, word: Word<'_>, report: &mut Report) -> Option<usize> {
        let found = Self::find(&self.rewards, word);
        if found.is_none() && !self.forgiven(Kind::Reward) {
            report.unknown(code::UNKNOWN_REWARD, "reward", "rewards", word, &self.rewards);
        }
        found
    }

    pub(super) fn segment(&self, word: Word<'_>, report: &mut Report) -> Option<usize> {
        let found = Self::find(&self.segments, word);
        if found.is_none() && !self.forgiven(Kind::Segment) {
            report.unknown(code::UNKNOWN_SEGMENT, "segment", "segments", word, &self.segments);
        }
        found
    }

    pub(super) fn calendar(&self, word: Word<'_>, report: &mut Report) -> Option<usize> {
        let found = Self::find(&self.calendars, word);
        if found.is_none() && !self.forgiven(Kind::Calendar) {
            report.unknown(code::UNKNOWN_CALENDAR, "calendar", "calendars", word, &self.calendars);
        }
        found
    }

    /// The declared event of a kind; none for the built-in ones.
    pub(super) fn declared(&self, kind: &str) -> Option<&EventType> {
        self.events.iter().find(|event| event.name == kind)
    }

    /// Whether a word names an event; reports it where not.
    pub(super) fn event_kind(&self, word: Word<'_>, report: &mut Report) -> bool {
        let answered = self.surveys.iter().any(|survey| survey.is_kind(word.text));
        if BUILT_IN.contains(&word.text) || answered || self.declared(word.text).is_some() {
            return true;
        }
        if matches!(word.text, "absence" | "schedule") {
            let (message, help) = if word.text == "absence" {
                ("an absence says how long", "write such as `on absence of 60 days`")
            } else {
                ("a schedule says when", "write such as `on schedule every week on monday at 09:00`")
            };
            report.error(code::TIMER, word.place, message, help);
            return false;
        }
        if !self.forgiven(Kind::Event) {
            let mut all = BUILT_IN.to_vec();
            all.extend(self.events.iter().map(|event| event.name.as_str()));
            let answered: Vec<String> = self.surveys.iter().map(Survey::kind).collect();
            all.extend(answered.iter().map(String::as_str));
            report.unknown(code::UNKNOWN_EVENT, "event", "events", word, &all);
        }
        false
    }

    /// Whether the catalogue knows a name; an undeclared list knows every name.
    pub(super) fn stocked(&self, aisle: Aisle, word: Word<'_>, name: &str, report: &mut Report) -> bool {
        let list = match aisle {
            Aisle::Categories => &self.catalogue.categories,
            Aisle::Brands => &self.catalogue.brands,
            Aisle::Channels => &self.catalogue.channels,
            Aisle::Stores => &self.catalogue.stores,
            Aisle::Tags => &self.catalogue.tags,
            Aisle::Badges => &self.catalogue.badges,
        };
        if self.is_kept_tag(aisle, name) {
            return true;
        }
        if list.is_empty() || list.iter().any(|known| known == name) || self.forgiven(Kind::Catalogue) {
            return true;
        }
        let all: Vec<&str> = list.iter().map(String::as_str).collect();
        let what = format!("{} in the catalogue called", aisle.one());
        let shown = Word { text: name, place: word.place };
        report.unknown(code::NOT_IN_CATALOGUE, &what, aisle.many(), shown, &all);
        false
    }
}

fn currency(word: Word<'_>, report: &mut Report) -> Option<Currency> {
    let found = Currency::parse(word.text).filter(|_| super::currencies::known(word.text));
    if found.is_none() {
        let upper = word.text.to_ascii_uppercase();
        let message = format!("there is no currency `{}`", super::report::short(word.text));
        let error = Diagnostic::error(code::UNKNOWN_CURRENCY, word.place, message);
        let near = if super::currencies::known(&upper) {
            error.help(format!("did you mean `{upper}`?")).fix(word.place, upper)
        } else {
            match suggest(error, word, super::currencies::CODES) {
                error if error.help.is_some() => error,
                error => error.help("write three capital letters, such as `EUR`"),
            }
        };
        report.push(near);
    }
    found
}

/// Declares a name once, in the form names have.
fn declare<'s>(list: &mut Vec<&'s str>, word: Word<'s>, what: &str, report: &mut Report) {
    if word.text.len() > NAME_MAX {
        report.error(
            code::BAD_NAME,
            word.place,
            "this name is too long",
            format!("names have at most {NAME_MAX} letters"),
        );
    } else if RESERVED.contains(&word.text) || Kind::ALL.iter().any(|kind| kind.word() == word.text) {
        report.error(
            code::BAD_NAME,
            word.place,
            format!("`{}` is a word of the language", word.text),
            format!("give the {what} another name"),
        );
    } else if list.contains(&word.text) {
        report.error(
            code::DUPLICATE,
            word.place,
            match what {
                "levels" => format!("there are two sets of levels called `{}`", word.text),
                what => format!("there are two {what}s called `{}`", word.text),
            },
            "give one of them another name",
        );
    }
    list.push(word.text);
}

/// Names or texts of a list, without repeats; reports anything else.
pub(super) fn plain_names(list: &List<'_>, what: &str, report: &mut Report) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if list.items.is_empty() {
        report.error(
            code::EMPTY,
            list.place,
            format!("this list of {what} is empty"),
            "name at least one, or leave the line out",
        );
    }
    if list.items.len() > LIST_MAX {
        report.error(
            code::TOO_MANY,
            list.place,
            "this list is too long",
            format!("a list has at most {LIST_MAX} entries"),
        );
        return found;
    }
    for entry in &list.items {
        let (name, word) = match entry {
            Literal::Name(word) if word.text.len() <= NAME_MAX && !word.text.contains('.') => {
                (Some(word.text), *word)
            }
            Literal::Text(word) => (literal::text(*word, report), *word),
            other => {
                report.error(
                    code::TYPES,
                    other.place(),
                    format!("{what} are names, and {}", literal::described(other)),
                    "write a name such as `coffee`, or any text between quotes",
                );
                continue;
            }
        };
        let Some(name) = name else { continue };
        if found.iter().any(|known| known == name) {
            let message = format!("`{}` stands here twice", super::report::short(name));
            report.push(Diagnostic::warning(code::REPEATED_NAME, word.place, message).help("leave one out"));
        } else {
            found.push(name.to_owned());
        }
    }
    found
}

fn field_kind(kind: &FieldType<'_>, clause: &Clause<'_>, report: &mut Report) -> Option<FieldKind> {
    match kind {
        FieldType::OneOf(list) => {
            let names = plain_names(list, "choices", report);
            (!names.is_empty()).then_some(FieldKind::OneOf(names))
        }
        FieldType::Word(word) => {
            let found = match word.text {
                "number" => Some(FieldKind::Number),
                "money" => Some(FieldKind::Money),
                "text" => Some(FieldKind::Text),
                "truth" => Some(FieldKind::Truth),
                _ => None,
            };
            if found.is_none() {
                report.choice(
                    *word,
                    "the type of a field",
                    &["number", "money", "text", "truth", "one of [..]"],
                );
            }
            let _ = clause;
            found
        }
    }
}
