//! Merit itself, with everything it does.

use super::{Asked, Engine};
use crate::merchant;
use dsl::event::Event;
use dsl::facts::Facts;
use dsl::plan::{Rulebook, Work};

pub struct Merit {
    book: Rulebook,
    event: Event,
    facts: Facts,
    work: Work,
}

impl Merit {
    pub fn of(asked: &Asked) -> Self {
        let book = merchant::sparse(asked.rules);
        let facts = merchant::facts(&book);
        Self { book, event: merchant::event(), facts, work: Work::default() }
    }
}

impl Engine for Merit {
    fn decide(&mut self) -> usize {
        self.book.evaluate_into(&self.event, &self.facts, &mut self.work);
        self.work.answer().fired.len()
    }

    fn fired(&mut self) -> Vec<usize> {
        // the first rule is the base rate, which the others are not asked about
        let outcome = self.book.evaluate(&self.event, &self.facts);
        let holds = |verdict: &dsl::outcome::Verdict| {
            !matches!(verdict, dsl::outcome::Verdict::Unmet { .. } | dsl::outcome::Verdict::Inactive)
        };
        (1..outcome.verdicts.len()).filter(|at| holds(&outcome.verdicts[*at])).map(|at| at - 1).collect()
    }
}
