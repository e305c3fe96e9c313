//! What can be listed for a place: declared names, events, facts, values, chosen words, units.

use super::super::expect::Expected;
use super::super::read::COUNTS;
use super::super::slots::Sort;
use super::super::{Document, Mention};
use super::{Asked, Suggested};
use crate::event::PURCHASE;
use crate::model::Fact;
use crate::survey::CLASS;
use crate::syntax::ast::Kind;
use crate::vocabulary::{CHOICES, OCCASIONS, SUMS, Source, Type, UNITS, Unit, Word, items, words};

/// Items that are facts by their names: `streak.weekly`, a number.
const COUNTED: [&str; 1] = ["streak"];

impl Asked<'_, '_> {
    /// Declared names of a sort.
    pub(super) fn names(&mut self, sort: Sort, scope: &str) {
        let mut known: Vec<(String, String)> = self
            .document
            .declared(sort, scope)
            .map(|known| (known.text.clone(), self.document.label_of(known)))
            .collect();
        if known.is_empty() && sort.quotable() {
            // a list that the catalogue does not have: what is used elsewhere
            let used =
                self.document.mentions().iter().filter(|known| known.sort == sort && known.scope == scope);
            known = used.map(|known| (known.text.clone(), String::new())).collect();
        }
        for (name, label) in known {
            let quotes = sort.quotable() && !self.spot.quoted && !plain(&name);
            let name = if quotes { format!("\"{name}\"") } else { name };
            self.add(&name, Suggested::Name(sort), sort.word(), label);
        }
    }

    /// Kinds of event: the language's, the declared, answers to surveys, and in tests what time is.
    pub(super) fn events(&mut self, kind: Kind) {
        for (name, meaning) in OCCASIONS {
            self.add(name, Suggested::Event, "event", *meaning);
        }
        self.names(Sort::Item(Kind::Event), "");
        for survey in self.declared_names(Sort::Item(Kind::Survey)) {
            let meaning = format!("a member answers the survey `{survey}`");
            self.add(&format!("{survey}.answered"), Suggested::Event, "event", meaning);
        }
        if kind == Kind::Test {
            let timed: Vec<String> = self.document.scheduled().map(str::to_owned).collect();
            for rule in timed {
                let meaning = format!("the moment of the rule `{rule}`");
                self.add(&format!("schedule.{rule}"), Suggested::Event, "event", meaning);
            }
        }
    }

    fn declared_names(&self, sort: Sort) -> Vec<String> {
        self.document.declared(sort, "").map(|known| known.text.clone()).collect()
    }

    /// What a condition, an award or a test may speak of here.
    pub(super) fn subjects(&mut self, kind: Kind, expected: &Expected) {
        let within = |rule: &str| expected.stack.contains(&rule);
        let line = within("where");
        let amount = within("g_rate") || within("g_share");
        let date = within("p_within");
        let said = within("a_set").then(|| self.spot.said_event().unwrap_or_default().to_owned());
        let on = match &said {
            Some(event) => Some(event.clone()),
            None => self.document.part(self.spot.place.start).and_then(|part| part.on.clone()),
        };
        let purchase = on.as_deref().is_none_or(|on| on == PURCHASE);
        for word in words() {
            let fits = match (kind, &said) {
                _ if line => word.source == Source::Line,
                _ if date => word.kind == Type::Date,
                _ if amount => word.source == Source::Basket && word.kind == Type::Money,
                (Kind::Test, Some(_)) => {
                    word.source == Source::Basket && purchase && sayable(&word)
                        || matches!(word.fact, Fact::Channel | Fact::Store)
                }
                (Kind::Test, None) => matches!(word.source, Source::Member | Source::Profile),
                (Kind::Segment, _) => matches!(word.source, Source::Event | Source::Member | Source::Profile),
                _ => word.source != Source::Line && (word.source != Source::Basket || purchase),
            };
            if fits {
                let known = if word.optional { "; may be unknown" } else { "" };
                self.add(word.path, Suggested::Fact, format!("{}{known}", word.kind.word()), word.meaning);
            }
        }
        if line || date || amount {
            return;
        }
        if said.is_none() {
            let counts = purchase && kind != Kind::Segment;
            for sum in SUMS {
                let detail = format!("{} in 12 months, this year, in total", sum.kind.word());
                self.add(sum.path, Suggested::Fact, detail, sum.meaning);
            }
            for name in self.declared_names(Sort::Item(Kind::Experiment)) {
                let what = Suggested::Name(Sort::Item(Kind::Experiment));
                let meaning = items::meaning(Kind::Experiment);
                self.add(&format!("experiment.{name}"), what, "one of its arms", meaning);
            }
            for event in self.declared_names(Sort::Item(Kind::Event)) {
                let meaning = "how often it happened; over a time, such as `in 30 days`";
                self.add(&format!("{COUNTS}{event}"), Suggested::Fact, Type::Number.word(), meaning);
            }
            for survey in self.declared_names(Sort::Item(Kind::Survey)) {
                let meaning = "how often it was answered; over a time, such as `in total`";
                self.add(
                    &format!("{COUNTS}{survey}.answered"),
                    Suggested::Fact,
                    Type::Number.word(),
                    meaning,
                );
            }
            for kind in Kind::ALL.into_iter().filter(|kind| COUNTED.contains(&kind.word()) && counts) {
                for name in self.declared_names(Sort::Item(kind)) {
                    let path = format!("{}.{name}", kind.word());
                    self.add(
                        &path,
                        Suggested::Name(Sort::Item(kind)),
                        Type::Number.word(),
                        items::meaning(kind),
                    );
                }
            }
            for name in self.declared_names(Sort::Item(Kind::Levels)) {
                let sort = Suggested::Name(Sort::Item(Kind::Levels));
                self.add(&format!("level.{name}"), sort, Type::Tier.word(), items::meaning(Kind::Levels));
            }
            // no segment refers to another, and a test says what segments look at
            let told = !matches!(kind, Kind::Segment | Kind::Test);
            if told && self.document.declared(Sort::Item(Kind::Segment), "").next().is_some() {
                self.add("member", Suggested::Fact, "in segment …", "whether the member is in a segment");
            }
        }
        if let Some(on) = on {
            self.fields(&on, said.is_some());
        }
    }

    /// The fields of a declared event, or the answers of a survey; the class of an answer follows from what is `said`.
    fn fields(&mut self, event: &str, said: bool) {
        let (scope, sort) = match event.strip_suffix(".answered") {
            Some(survey) => (survey, Sort::Question),
            None => (event, Sort::Field),
        };
        let fields: Vec<String> =
            self.document.declared(sort, scope).map(|known| known.text.clone()).collect();
        for field in fields {
            let path = format!("{scope}.{field}");
            let detail = self.document.field_type(&path).map_or("", Type::word);
            self.add(&path, Suggested::Name(sort), detail, format!("a {} of `{scope}`", sort.word()));
        }
        if sort == Sort::Question && !said {
            self.add(
                &format!("{scope}.{CLASS}"),
                Suggested::Fact,
                Type::Text.word(),
                "how the answer is counted",
            );
        }
    }

    /// Values of what a sentence speaks of.
    pub(super) fn values(&mut self, subject: &str) {
        let path = subject.split([' ', '\t']).next().unwrap_or_default();
        if let Some(name) = path.strip_prefix("experiment.") {
            for arm in self.document.arms_of(name) {
                self.add(&arm, Suggested::Choice, "", "an arm of the experiment");
            }
            return;
        }
        match self.document.type_of(path) {
            Some(Type::Weekday) if !self.spot.quoted => return self.choices("weekday", Kind::Rule),
            Some(Type::Truth) if !self.spot.quoted => return self.choices("truth", Kind::Rule),
            _ => {}
        }
        if let Some((sort, scope)) = self.document.value_sort(path) {
            self.names(sort, &scope);
        }
    }

    /// The words of a closed choice.
    pub(super) fn choices(&mut self, asked: &str, kind: Kind) {
        let all = CHOICES.iter().filter(|known| known.slot == asked);
        let own = all.clone().find(|known| known.what.ends_with(kind.word()));
        for (word, meaning) in own.or_else(|| all.clone().next()).map_or(&[][..], |known| known.words) {
            if !word.contains("[..]") {
                self.add(word, Suggested::Choice, "", *meaning);
            }
        }
    }

    /// Units that fit what is counted or compared; all of them where nothing is known.
    pub(super) fn units(&mut self, expected: &Expected) {
        let (before, number) = self.spot.counted();
        let (one, before) = (number == "1", before.to_owned());
        let time = matches!(before.as_str(), "for" | "in" | "after" | "within" | "grace" | "remind" | "of")
            || expected.stack.contains(&"c_freeze");
        let (money, own): (bool, Option<&[&str]>) = match before.as_str() {
            _ if time => (false, None),
            "per" | "worth" | "card" | "donation" => (true, Some(&[])),
            "give" | "costs" => (false, Some(&["point"])),
            "limit" => (true, Some(&["point", "time"])),
            "every" => (true, Some(&["purchase"])),
            "from" => (true, Some(&["point", "purchase"])),
            _ => match self.document.type_of(&expected.subject) {
                None => (true, None),
                Some(Type::Money) => (true, Some(&[])),
                Some(Type::Points) => (false, Some(&["point"])),
                // so long ago
                Some(Type::Date) => (false, None),
                Some(_) => (false, Some(&[])),
            },
        };
        let spans = !money && own.is_none();
        if let Some(currency) = self.document.currency().map(str::to_owned).filter(|_| money) {
            self.add(&currency, Suggested::Unit, "the programme's currency", "");
        }
        let fits = |unit: &&Unit| match own {
            Some(own) => own.contains(&unit.one),
            None => !spans || unit.meaning.starts_with("a length of time"),
        };
        for unit in UNITS.iter().filter(fits) {
            self.add(if one { unit.one } else { unit.many }, Suggested::Unit, "", unit.meaning);
        }
    }

    pub(super) fn currencies(&mut self) {
        for code in crate::check::currency_codes() {
            self.add(code, Suggested::Unit, "currency", "");
        }
    }
}

/// What a basket of a test may say.
const fn sayable(word: &Word) -> bool {
    !matches!(word.fact, Fact::BasketItems | Fact::BasketLines(_))
}

/// True for a name that needs no quotes.
fn plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Document<'_> {
    /// Rules that the calendar fires.
    fn scheduled(&self) -> impl Iterator<Item = &str> {
        self.parts
            .iter()
            .filter(|part| part.on.as_deref() == Some("schedule"))
            .filter_map(|part| part.name)
            .map(|name| self.text(name))
    }

    /// The type of a field or question, by its path.
    pub(super) fn field_type(&self, path: &str) -> Option<Type> {
        let (scope, field) = path.rsplit_once('.')?;
        if scope == "level" {
            return Some(Type::Tier);
        }
        if COUNTED.contains(&scope) {
            return Some(Type::Number);
        }
        if scope == Kind::Experiment.word() {
            return Some(Type::Text);
        }
        let of = |sort| self.declared(sort, scope).find(|known| known.text == field);
        let line = self.sentence_of(of(Sort::Field).or_else(|| of(Sort::Question))?)?;
        Some(match line.split_whitespace().nth(2)? {
            "number" => Type::Number,
            "money" => Type::Money,
            "truth" => Type::Truth,
            _ => Type::Text,
        })
    }

    /// The arms of an experiment, as far as they are written.
    fn arms_of(&self, experiment: &str) -> Vec<String> {
        let is_it = |part: &&crate::editor::Part| {
            part.kind == Kind::Experiment && part.name.is_some_and(|name| self.text(name) == experiment)
        };
        let Some(part) = self.parts.iter().find(is_it) else { return Vec::new() };
        let inside =
            |place: crate::model::Place| part.place.start <= place.start && place.end <= part.place.end;
        let lines = self.lines.iter().filter(|line| inside(line.place)).map(|line| self.text(line.place));
        let arm = |line: &str| {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("holdout") => Some("holdout".to_owned()),
                Some("arm") => words.next().map(str::to_owned),
                _ => None,
            }
        };
        lines.filter_map(arm).collect()
    }

    /// The sentence that declares a name.
    pub(in super::super) fn sentence_of(&self, known: &Mention) -> Option<&str> {
        let line = self
            .lines
            .iter()
            .find(|line| line.place.start <= known.place.start && known.place.end <= line.place.end)?;
        Some(self.text(line.place))
    }

    /// The label of the item that declares a name, without quotes; empty for other names.
    pub(in super::super) fn label_of(&self, known: &Mention) -> String {
        let part = self.parts.iter().find(|part| part.name == Some(known.place));
        let label = part.and_then(|part| part.label).map(|label| self.text(label).trim_matches('"'));
        label.unwrap_or_default().to_owned()
    }

    /// The programme's currency.
    fn currency(&self) -> Option<&str> {
        let lines = self.lines.iter().filter(|line| line.kind == Kind::Programme);
        lines.map(|line| self.text(line.place)).find_map(|line| line.strip_prefix("currency")).map(str::trim)
    }
}
