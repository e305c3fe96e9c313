//! The generated parser and its one door: a rule, a text, and the call limit that bounds every parse.

#![allow(missing_docs, unreachable_pub)] // generated: one variant per grammar rule

use pest::Parser as _;
use pest::error::Error;
use pest::iterators::Pairs;
use std::num::NonZeroUsize;
use std::sync::Once;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/tokens.pest"]
#[grammar = "grammar/clauses.pest"]
pub(crate) struct Merit;

/// Steps one parse may take. A 64 KiB file that parses needs under 2 million; a pathological one stops here.
pub(crate) const CALLS_MAX: usize = 8_000_000;

static LIMIT: Once = Once::new();

/// Parses `text` from its start by `rule`.
pub(crate) fn parse(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Box<Error<Rule>>> {
    LIMIT.call_once(|| pest::set_call_limit(NonZeroUsize::new(CALLS_MAX)));
    Merit::parse(rule, text).map_err(Box::new)
}
