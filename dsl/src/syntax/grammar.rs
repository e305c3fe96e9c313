//! The generated parser and its one door: a rule, a text, and the call limit that bounds every parse.

#![allow(missing_docs, unreachable_pub)] // generated: one variant per grammar rule

use pest::Parser as _;
use pest::error::Error;
use pest::iterators::Pairs;
use std::num::NonZeroUsize;
use std::sync::{Mutex, Once, PoisonError};

#[derive(pest_derive::Parser)]
#[grammar = "grammar/tokens.pest"]
#[grammar = "grammar/clauses.pest"]
#[grammar = "grammar/mistakes.pest"]
pub(crate) struct Merit;

/// Steps one parse may take. A 64 KiB file that parses needs under 2 million; a pathological one stops here.
pub(crate) const CALLS_MAX: usize = 4_000_000;

static LIMIT: Once = Once::new();

/// Parses `text` from its start by `rule`.
pub(crate) fn parse(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Box<Error<Rule>>> {
    LIMIT.call_once(|| pest::set_call_limit(NonZeroUsize::new(CALLS_MAX)));
    Merit::parse(rule, text).map_err(Box::new)
}

/// How far a parse came.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The furthest byte that was looked at and did not fit.
    pub(crate) at: usize,
    /// Words of the language that would have fitted there.
    pub(crate) expected: Vec<String>,
}

/// One at a time: the parser's detail switch belongs to the whole process.
static DETAIL: Mutex<()> = Mutex::new(());

/// Parses again to learn where and why it failed. Slower than [`parse`]; only for texts that do not parse.
pub(crate) fn failure(rule: Rule, text: &str) -> Failure {
    let guard = DETAIL.lock().unwrap_or_else(PoisonError::into_inner);
    pest::set_error_detail(true);
    let result = parse(rule, text);
    pest::set_error_detail(false);
    drop(guard);
    let Err(error) = result else { return Failure { at: 0, expected: Vec::new() } };
    let Some(attempts) = error.parse_attempts() else { return Failure { at: 0, expected: Vec::new() } };
    let words = attempts.expected_tokens().into_iter().map(|token| token.to_string());
    let words = words.filter(|token| !token.is_empty() && token.chars().all(|c| c.is_ascii_alphabetic()));
    Failure { at: attempts.max_position, expected: words.collect() }
}
