//! Regorus: one package, a partial set of the rules that hold, compiled for that entry point.

use super::{Asked, Engine, quoted};
use crate::merchant::sparse::{DAYS, TIERS, When};
use regorus::{CompiledPolicy, Value};
use std::fmt::Write as _;

pub struct Rego {
    policy: CompiledPolicy,
    input: Value,
}

impl Rego {
    pub fn of(asked: &Asked) -> Self {
        let mut text = "package bench\n\nimport rego.v1\n".to_owned();
        for (at, campaign) in asked.campaigns.iter().enumerate() {
            let when = match &campaign.when {
                When::Time(from, until) => format!("input.minute >= {from}\n  input.minute < {until}"),
                When::Days(days) => {
                    format!("input.day in {{{}}}", quoted(days.iter().map(|at| DAYS[*at])))
                }
            };
            writeln!(
                text,
                "\nfired contains {at} if {{\n  input.tier == \"{}\"\n  input.paid >= {}\n  {when}\n  some category in [{}]\n  category in input.categories\n}}",
                TIERS[campaign.tier],
                campaign.at_least_minor,
                quoted(super::categories(campaign)),
            )
            .unwrap();
        }
        let mut engine = regorus::Engine::new();
        engine.add_policy("bench.rego".to_owned(), text).unwrap();
        let policy = engine.compile_with_entrypoint(&"data.bench.fired".into()).unwrap();
        let input = serde_json::json!({
            "tier": asked.tier,
            "paid": asked.paid,
            "minute": asked.minute,
            "day": asked.day,
            "categories": asked.categories,
        });
        Self { policy, input: Value::from_json_str(&input.to_string()).unwrap() }
    }

    fn found(&self) -> Value {
        self.policy.eval_with_input(self.input.clone()).unwrap()
    }
}

impl Engine for Rego {
    fn decide(&mut self) -> usize {
        self.found().as_set().map_or(0, |found| found.len())
    }

    fn fired(&mut self) -> Vec<usize> {
        let found = self.found();
        let mut found: Vec<usize> = found
            .as_set()
            .unwrap()
            .iter()
            .map(|one| usize::try_from(one.as_u64().unwrap()).unwrap())
            .collect();
        found.sort_unstable();
        found
    }
}
