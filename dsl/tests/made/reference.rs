//! `guide/reference.md`: every item, sentence, fact, predicate, event, choice and unit, from the tables.

use crate::hold;
use dsl::syntax::ast::Kind;
use dsl::vocabulary::{
    CHOICES, NAMED, OCCASIONS, PREDICATES, SENTENCES, SUMS, Source, Type, UNITS, WINDOWS, items, words,
};

fn where_from(source: Source) -> &'static str {
    match source {
        Source::Event => "the event",
        Source::Basket => "a purchase's basket",
        Source::Line => "one line, after `where`",
        Source::Member => "the member's ledger",
        Source::Profile => "the member's profile",
    }
}

/// A row of a table; `|` would end a cell.
fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "))
}

fn table(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut out = row(heads);
    out.push_str(&row(&vec!["---"; heads.len()]));
    for cells in rows {
        out.push_str(&row(&cells.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default() + letters.as_str()
}

#[allow(clippy::too_many_lines)] // a page, from its top to its end
fn page() -> String {
    let code = |text: &str| format!("`{text}`");
    let mut out = String::from(
        "# The language, for reference\n\nMade of the tables that the checker and the editor read: this page is what there is. \
         How to use it is told in the [guide](language.md); how sentences are spelt is drawn in [grammar.html](grammar.html).\n\n## Items\n\n\
         A file begins with `language 1` and holds items, in any order. In the text of [several files](language.md#several-files) \
         a line such as `file \"rules/summer.merit\"` begins each.\n\n",
    );
    let kinds = || Kind::ALL.into_iter().filter(|kind| *kind != Kind::Language);
    out.push_str(&table(
        &["item", "what it is"],
        kinds().map(|kind| vec![format!("[`{0}`](#{0})", kind.word()), items::meaning(kind).to_owned()]),
    ));
    for kind in kinds() {
        out.push_str(&format!("\n### {}\n\n", kind.word()));
        out.push_str(&format!("{}: `{} … }}`\n\n", capital(items::meaning(kind)), items::head(kind)));
        let own = |known: &&dsl::vocabulary::Sentence| known.item == kind;
        let sentences = NAMED.iter().filter(own).chain(SENTENCES.iter().filter(own));
        out.push_str(&table(
            &["sentence", "what it says"],
            sentences.map(|known| vec![code(known.example.trim_end_matches(" {")), known.meaning.to_owned()]),
        ));
    }
    out.push_str("\n## What may be asked about\n\n`?` marks what may be unknown: then no condition on it matches but `is unknown`.\n\n");
    out.push_str(&table(
        &["fact", "type", "known from", "meaning"],
        words().iter().map(|word| {
            let name = format!("`{}`{}", word.path, if word.optional { " ?" } else { "" });
            vec![
                name,
                word.kind.word().to_owned(),
                where_from(word.source).to_owned(),
                word.meaning.to_owned(),
            ]
        }),
    ));
    out.push_str(
        "\nFields of a declared event are facts too: `check_in.stars`, in rules `on check_in`; and answers of a survey: \
         `nps.score`, `nps.class`, in rules `on nps.answered`; the arm of an experiment, `experiment.spring`; the length of a \
         streak, `streak.weekly`.\n\n### Sums over time\n\n",
    );
    out.push_str(&table(
        &["sum", "type", "meaning"],
        SUMS.iter().map(|sum| vec![code(sum.path), sum.kind.word().to_owned(), sum.meaning.to_owned()]),
    ));
    out.push_str(
        "\nDeclared events are counted too, a number: `member.events.check_in`, and answers to a survey: \
         `member.events.nps.answered`.\n\nEach says over which time:\n\n",
    );
    out.push_str(&table(
        &["window", "meaning"],
        WINDOWS.iter().map(|(form, meaning)| vec![code(form), (*meaning).to_owned()]),
    ));
    out.push_str("\n## What may be asked\n\n");
    out.push_str(&table(
        &["asked", "of", "it holds when"],
        PREDICATES.iter().map(|known| {
            let types: Vec<&str> = known.types.iter().map(|kind| kind.word()).collect();
            let of = if types.is_empty() { "`member`".to_owned() } else { types.join(", ") };
            vec![code(known.form), of, known.meaning.to_owned()]
        }),
    ));
    out.push_str("\nSeveral conditions stand in `any of { … }`, `all of { … }` or `none of { … }`, one on a line.\n\n## Events\n\n");
    out.push_str(&table(
        &["event", "when"],
        OCCASIONS.iter().map(|(name, meaning)| vec![code(name), (*meaning).to_owned()]).chain([
            vec!["`check_in`, as declared".to_owned(), "an event of your own".to_owned()],
            vec!["`nps.answered`".to_owned(), "a member answers the survey `nps`".to_owned()],
            vec!["`absence of 60 days`".to_owned(), "a member has not bought for so long".to_owned()],
            vec![
                "`schedule …`".to_owned(),
                "a moment of the calendar; in tests `schedule.` and the rule's name".to_owned(),
            ],
        ]),
    ));
    out.push_str("\n## Words to choose from\n");
    for choice in CHOICES {
        out.push_str(&format!("\n**{}**: ", capital(choice.what)));
        let words: Vec<String> = choice
            .words
            .iter()
            .map(
                |(word, meaning)| {
                    if meaning.is_empty() { code(word) } else { format!("`{word}` ({meaning})") }
                },
            )
            .collect();
        out.push_str(&format!("{}.\n", words.join(", ")));
    }
    out.push_str("\n## Literals and units\n\n");
    let literal = |what: Type, example: &str| vec![what.word().to_owned(), example.to_owned()];
    out.push_str(&table(
        &["type", "written"],
        [
            literal(Type::Money, "`25.00 EUR`, with all its decimals"),
            literal(Type::Points, "`120 points`"),
            literal(Type::Number, "`3`, `1.5`"),
            vec!["share".to_owned(), "`5%`".to_owned()],
            literal(Type::Date, "`2026-12-24`"),
            literal(Type::Time, "`08:30`"),
            vec!["moment".to_owned(), "`2026-11-23 08:10`, in tests".to_owned()],
            literal(Type::Weekday, "`monday`"),
            literal(Type::Truth, "`yes`, `no`"),
            literal(Type::Text, "`coffee`, `\"Home & Garden\"`"),
            literal(Type::TextSet, "`[coffee, bakery]`"),
            literal(Type::Tier, "its name"),
        ]
        .into_iter(),
    ));
    out.push('\n');
    out.push_str(&table(
        &["unit", "of"],
        UNITS
            .iter()
            .map(|unit| vec![format!("`{}`, `{}`", unit.one, unit.many), unit.meaning.to_owned()])
            .chain([vec![
                "`EUR`, `GBP`, …".to_owned(),
                "money, in the currency of the programme".to_owned(),
            ]]),
    ));
    out
}

#[test]
fn the_reference_is_that_of_the_tables() {
    hold("guide/reference.md", &page());
}
