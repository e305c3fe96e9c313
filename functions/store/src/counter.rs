//! Programme-wide counters: what budgets and stocks have used, moved only inside the transaction of an entry.

use crate::Store;
use crate::call::{n, s, together};
use crate::error::StoreError;
use crate::item::{Item, number};
use crate::key::{self, PK, SK};
use crate::meter::Meter;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, Update};
use domain::decision::Draw;
use domain::ids::TenantId;
use std::collections::BTreeMap;

const USED: &str = "used";

impl Store {
    /// What the counters have used, read strongly and at the same time; 0 for one never drawn on.
    pub(crate) async fn counters(
        &self,
        tenant: &TenantId,
        names: &[String],
    ) -> Result<(BTreeMap<String, i64>, Meter), StoreError> {
        let pk = key::counters(tenant);
        let read = together(names.iter().map(|name| self.get("counter", &pk, name, &[])).collect()).await;
        let mut counters = BTreeMap::new();
        let mut meter = Meter::default();
        for (name, result) in names.iter().zip(read) {
            let (item, cost) = result?;
            meter = meter.beside(cost);
            counters.insert(name.clone(), item.as_ref().map_or(Ok(0), used)?);
        }
        Ok((counters, meter))
    }

    /// What the counters have used, for reports.
    pub async fn counted(
        &self,
        tenant: &TenantId,
        names: &[String],
    ) -> Result<BTreeMap<String, i64>, StoreError> {
        Ok(self.counters(tenant, names).await?.0)
    }

    /// The update of a draw: on the condition that the counter never passes its most, and never falls below 0.
    pub(crate) fn draw(&self, tenant: &TenantId, draw: &Draw) -> Result<Update, BuildError> {
        let update = Update::builder()
            .table_name(&self.table)
            .key(PK, s(key::counters(tenant)))
            .key(SK, s(&draw.counter))
            .update_expression("ADD #u :a")
            .expression_attribute_names("#u", USED)
            .expression_attribute_values(":a", n(draw.amount))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match draw.most {
            // the first draw meets no counter: it counts as 0
            Some(most) if draw.amount >= 0 && draw.amount <= most => update
                .condition_expression("attribute_not_exists(#u) OR #u <= :room")
                .expression_attribute_values(":room", n(most.saturating_sub(draw.amount))),
            Some(most) if draw.amount >= 0 => update
                .condition_expression("#u <= :room")
                .expression_attribute_values(":room", n(most.saturating_sub(draw.amount))),
            None if draw.amount >= 0 => update,
            _ => update
                .condition_expression("#u >= :back")
                .expression_attribute_values(":back", n(draw.amount.saturating_neg())),
        }
        .build()
    }
}

/// What a counter's item has used.
pub(crate) fn used(item: &Item) -> Result<i64, StoreError> {
    number(item, USED)
}

/// Draws by counter, each once: DynamoDB refuses a transaction that names an item twice.
pub(crate) fn merged(draws: &[Draw]) -> Vec<Draw> {
    let mut merged: Vec<Draw> = Vec::new();
    for draw in draws {
        match merged.iter_mut().find(|d| d.counter == draw.counter) {
            Some(same) => {
                same.amount = same.amount.saturating_add(draw.amount);
                same.most = same.most.min(draw.most).or(same.most).or(draw.most);
            }
            None => merged.push(draw.clone()),
        }
    }
    merged
}
