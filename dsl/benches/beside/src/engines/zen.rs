//! ZEN: one decision table, every row that holds is collected; compiled ahead.

use super::{Asked, Engine, quoted};
use crate::merchant::sparse::{DAYS, TIERS, When};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::runtime::Runtime;
use zen_engine::Decision;

pub struct Zen {
    decision: Decision,
    purchase: zen_engine::Variable,
    /// The engine answers as a future.
    runtime: Runtime,
}

impl Zen {
    pub fn of(asked: &Asked) -> Self {
        let rows: Vec<Value> = asked
            .campaigns
            .iter()
            .enumerate()
            .map(|(at, campaign)| {
                let (minute, day) = match &campaign.when {
                    When::Time(from, until) => (format!("[{from}..{until})"), String::new()),
                    When::Days(days) => (String::new(), quoted(days.iter().map(|at| DAYS[*at]))),
                };
                json!({
                    "_id": at.to_string(),
                    "tier": format!("\"{}\"", TIERS[campaign.tier]),
                    "paid": format!(">= {}", campaign.at_least_minor),
                    "categories": format!("some(categories, # in [{}])", quoted(super::categories(campaign))),
                    "minute": minute,
                    "day": day,
                    "rule": at.to_string(),
                })
            })
            .collect();
        let column = |name: &str| json!({ "id": name, "name": name, "field": name });
        let content = serde_json::from_value(json!({
            "nodes": [
                { "id": "in", "name": "in", "type": "inputNode", "content": {} },
                { "id": "table", "name": "table", "type": "decisionTableNode", "content": {
                    "hitPolicy": "collect",
                    "inputs": [
                        column("tier"),
                        column("paid"),
                        { "id": "categories", "name": "categories" },
                        column("minute"),
                        column("day"),
                    ],
                    "outputs": [column("rule")],
                    "rules": rows,
                } },
                { "id": "out", "name": "out", "type": "outputNode", "content": {} },
            ],
            "edges": [
                { "id": "a", "sourceId": "in", "targetId": "table" },
                { "id": "b", "sourceId": "table", "targetId": "out" },
            ],
        }));
        let mut decision = Decision::from(Arc::new(content.unwrap()));
        decision.compile();
        let purchase = json!({
            "tier": asked.tier,
            "paid": asked.paid,
            "categories": asked.categories,
            "minute": asked.minute,
            "day": asked.day,
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self { decision, purchase: purchase.into(), runtime }
    }

    fn found(&self) -> Value {
        let answer = self.runtime.block_on(self.decision.evaluate(self.purchase.clone())).unwrap();
        answer.result.into()
    }
}

impl Engine for Zen {
    fn decide(&mut self) -> usize {
        let answer = self.runtime.block_on(self.decision.evaluate(self.purchase.clone())).unwrap();
        answer.result.as_array().map_or(0, |found| found.borrow().len())
    }

    fn fired(&mut self) -> Vec<usize> {
        let found = self.found();
        let rows = found.as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| usize::try_from(row["rule"].as_u64().unwrap()).unwrap()).collect()
    }
}
