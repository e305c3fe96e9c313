//! From text to syntax tree. Strict and fast first; an item that does not parse is read again sentence by sentence
//! by a tolerant reader that knows the common mistakes. All mistakes of a file are found in one run.
//!
//! It resolves no names and knows no types: see `check`.

pub mod ast;
mod build;
mod characters;
pub(crate) mod grammar;
mod head;
mod mistakes;
pub(crate) mod scan;
mod tolerant;
mod unexpected;

use crate::diagnostic::{Diagnostic, code};
use crate::files::Files;
use ast::{Clause, Item, Kind, What, Word};
use build::Builder;
pub(crate) use build::place;
use grammar::Rule;
use pest::iterators::Pair;
use scan::{Chunk, Scan};

/// Items of a programme that are worth checking against each other.
const ITEMS_MAX: usize = 1_500;

/// A parsed file: the items that could be read, and what could not.
#[derive(Debug)]
pub struct Parsed<'s> {
    /// In the order of the text.
    pub items: Vec<Item<'s>>,
    /// What could not be read.
    pub diagnostics: Vec<Diagnostic>,
    /// Kinds of which something did not parse and was reported.
    pub(crate) incomplete: Vec<Kind>,
    /// False when nothing was parsed at all.
    pub readable: bool,
}

/// Parses a file of at most 64 KiB, or the text of several, of at most 192 KiB.
pub fn parse(source: &str) -> Parsed<'_> {
    let Scan { chunks, mut diagnostics, readable } = scan::scan(source);
    let files = Files::of(source);
    diagnostics.extend(files.mistakes());
    let mut parsed = Parsed { items: Vec::new(), diagnostics, incomplete: Vec::new(), readable };
    if !readable {
        return parsed;
    }
    // True while what follows is explained by an item that opened badly or closed too early.
    let mut excused = false;
    let mut file = 0;
    for chunk in chunks {
        let own = files.at(place(chunk.start, chunk.start).start).map_or(0, |file| file.start);
        // another file explains nothing of this one
        excused &= own == file;
        file = own;
        if parsed.diagnostics.len() > tolerant::MISTAKES_MAX {
            break;
        }
        if parsed.items.len() >= ITEMS_MAX {
            let here = place(chunk.start, chunk.start.saturating_add(1));
            let help = format!("a programme has at most {ITEMS_MAX} items");
            let error = Diagnostic::error(code::TOO_MANY, here, "this programme has too many items");
            parsed.diagnostics.push(error.help(help));
            break;
        }
        if chunk.refused {
            parsed.incomplete.extend(chunk.kind);
            excused = true;
            continue;
        }
        let text = source.get(chunk.start..chunk.end).unwrap_or_default();
        if let Some(item) = strict(chunk, text) {
            parsed.items.push(item);
            excused = false;
            continue;
        }
        let word = scan::first_word(text);
        let kind = chunk.kind.or_else(|| outside(chunk, text, word, &mut excused, &mut parsed.diagnostics));
        if let Some(kind) = kind {
            let (item, opened) = tolerant::read(source, chunk, kind, word, &mut parsed.diagnostics);
            let whole = place(chunk.start, chunk.end);
            if !parsed.diagnostics.iter().any(|found| scan::overlap(found.place, whole)) {
                // What the strict grammar refuses is never taken without a word.
                let message = format!("this {} does not read as one", kind.word());
                let error = Diagnostic::error(code::UNEXPECTED, item.keyword, message);
                parsed
                    .diagnostics
                    .push(error.help("write one sentence on a line, in the order of the guide"));
            }
            let nameless = item.name.is_none() && !matches!(kind, Kind::Test | Kind::Check);
            if nameless || kind == Kind::Event {
                parsed.incomplete.push(kind);
            }
            excused = !opened && kind != Kind::Language;
            if kind != Kind::Language {
                parsed.items.push(item);
            }
        }
    }
    parsed
}

/// Text that opens no item: says so, and answers the kind that was meant, if one is close.
fn outside(
    chunk: Chunk,
    text: &str,
    word: &str,
    excused: &mut bool,
    found: &mut Vec<Diagnostic>,
) -> Option<Kind> {
    let length = if word.is_empty() { text.chars().next().map_or(1, char::len_utf8) } else { word.len() };
    let here = place(chunk.start, chunk.start.saturating_add(length));
    if found.iter().any(|known| scan::overlap(known.place, here)) {
        return None;
    }
    let sentence = unexpected::begins_sentence(word) || word == "and";
    if *excused && (sentence || word.is_empty()) {
        return None;
    }
    *excused = sentence;
    let shown = crate::check::report::short(word);
    let items = "a file holds `programme`, `catalogue`, `tiers`, `levels`, `group`, `budget`, `attention`, `event`, `segment`, `experiment`, `calendar`, `streak`, `challenge`, `survey`, `rule`, `reward`, `referral`, `check` and `test`";
    let error = if text.starts_with('}') {
        Diagnostic::error(code::STRAY_CLOSE, here, "this `}` closes nothing").help("delete it").fix(here, "")
    } else if sentence {
        Diagnostic::error(code::OUTSIDE, here, format!("`{shown}` stands outside of any braces"))
            .help("put it between the `{` and the `}` of what it belongs to")
    } else if word == "file" {
        Diagnostic::error(code::FILE_LINE, here, "this `file` line does not name a file").help(
            "write `file` at the start of a line, then a name between quotes, such as `file \"club.merit\"`",
        )
    } else if matches!(word, "leaderboard" | "ranking") {
        Diagnostic::error(code::UNEXPECTED, here, format!("nothing in a file begins with `{shown}`"))
            .help("who ranks best is a rule's: `on schedule every month on day 1 at 09:00`, then `rank 1 to 3 by member.spent last month`")
    } else if matches!(word, "journey" | "draw") {
        Diagnostic::error(code::NOT_YET, here, format!("`{shown}` is not in language 1 yet"))
            .help("leave it out")
    } else if let Some(near) = crate::nearest::nearest(word, Kind::ALL.iter().map(|kind| kind.word())) {
        found.push(
            Diagnostic::error(code::UNEXPECTED, here, format!("nothing in a file begins with `{shown}`"))
                .help(format!("did you mean `{near}`?"))
                .fix(here, near),
        );
        return Kind::ALL.into_iter().find(|kind| kind.word() == near);
    } else {
        Diagnostic::error(
            code::UNEXPECTED,
            here,
            format!(
                "nothing in a file begins with `{}`",
                if word.is_empty() { text.get(..length).unwrap_or_default() } else { &shown }
            ),
        )
        .help(items)
    };
    found.push(error);
    None
}

/// The grammar rules of an item: whole, head, one sentence.
pub(crate) const fn rules(kind: Kind) -> (Rule, Rule, Rule) {
    match kind {
        Kind::Language => (Rule::language, Rule::language, Rule::language),
        Kind::Programme => (Rule::programme, Rule::programme_head, Rule::programme_clause),
        Kind::Catalogue => (Rule::catalogue, Rule::catalogue_head, Rule::catalogue_clause),
        Kind::Tiers => (Rule::tiers, Rule::tiers_head, Rule::tiers_clause),
        Kind::Levels => (Rule::levels, Rule::levels_head, Rule::levels_clause),
        Kind::Group => (Rule::group, Rule::group_head, Rule::group_clause),
        Kind::Budget => (Rule::budget, Rule::budget_head, Rule::budget_clause),
        Kind::Attention => (Rule::attention, Rule::attention_head, Rule::attention_clause),
        Kind::Event => (Rule::event, Rule::event_head, Rule::event_clause),
        Kind::Segment => (Rule::segment, Rule::segment_head, Rule::segment_clause),
        Kind::Experiment => (Rule::experiment, Rule::experiment_head, Rule::experiment_clause),
        Kind::Calendar => (Rule::calendar, Rule::calendar_head, Rule::calendar_clause),
        Kind::Streak => (Rule::streak, Rule::streak_head, Rule::streak_clause),
        Kind::Challenge => (Rule::challenge, Rule::challenge_head, Rule::challenge_clause),
        Kind::Survey => (Rule::survey, Rule::survey_head, Rule::survey_clause),
        Kind::Rule => (Rule::rule_, Rule::rule_head, Rule::rule_clause),
        Kind::Reward => (Rule::reward, Rule::reward_head, Rule::reward_clause),
        Kind::Referral => (Rule::referral, Rule::referral_head, Rule::referral_clause),
        Kind::Check => (Rule::check, Rule::check_head, Rule::check_clause),
        Kind::Test => (Rule::test, Rule::test_head, Rule::test_clause),
    }
}

/// Reads a chunk by the strict grammar.
fn strict(chunk: Chunk, text: &str) -> Option<Item<'_>> {
    let kind = chunk.kind?;
    if chunk.unclosed {
        return None;
    }
    let builder = Builder { base: chunk.start };
    let keyword = place(chunk.start, chunk.start.saturating_add(kind.word().len()));
    let whole = grammar::parse(rules(kind).0, text).ok()?.next()?;
    let end = chunk.start.saturating_add(text.trim_end().len());
    let mut item = Item {
        kind,
        keyword,
        name: None,
        label: None,
        body: Vec::new(),
        place: place(chunk.start, end),
        broken: false,
    };
    let mut inner = whole.into_inner();
    if kind == Kind::Language {
        let edition = builder.word(&inner.next()?);
        item.place.end = edition.place.end;
        item.body.push(Clause { what: What::Language(edition), place: item.place });
        return Some(item);
    }
    (item.name, item.label) = head_words(builder, inner.next()?);
    for pair in inner {
        if pair.as_rule() == Rule::EOI {
            break;
        }
        item.body.push(builder.clause(pair)?);
    }
    Some(item)
}

/// Name and label of a head; a test's title counts as its name.
fn head_words(builder: Builder, pair: Pair<'_, Rule>) -> (Option<Word<'_>>, Option<Word<'_>>) {
    let is_test = matches!(pair.as_rule(), Rule::test_head | Rule::check_head);
    let (mut name, mut label) = (None, None);
    for part in pair.into_inner() {
        let word = builder.word(&part);
        if part.as_rule() == Rule::string && !is_test {
            label = Some(word);
        } else {
            name = Some(word);
        }
    }
    (name, label)
}
