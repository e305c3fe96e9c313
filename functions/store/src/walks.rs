//! How far a job has come that looks at every member of a merchant: one item per walk, moving forward only.
//!
//! A walk may choose members on its way, as a draw does: who is first at its end says who was chosen, for good.

use crate::Store;
use crate::call::{n, note, s};
use crate::error::StoreError;
use crate::item::{Item, name, number, sealed, text};
use crate::key::{self, PK, SK};
use crate::meter::Meter;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use domain::ids::{MemberId, TenantId};
use dsl::calendar::{parse_day, show_day};
use dsl::facts::Metric;
use dsl::units::Day;

const AFTER: &str = "after";
const PHASE: &str = "phase";
const CHOSEN: &str = "chosen";
const SCORES: &str = "scores";
const BY: &str = "by";

/// Where a walk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Phase {
    /// Members are looked at, one after another.
    #[default]
    Walking,
    /// All were; who was chosen stands for good.
    Chosen,
    /// All is done.
    Done,
}

impl Phase {
    const fn number(self) -> u8 {
        match self {
            Self::Walking => 0,
            Self::Chosen => 1,
            Self::Done => 2,
        }
    }
}

/// A sum that ranks members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// What is added up.
    pub metric: Metric,
    /// From this local day on ...
    pub first: Day,
    /// ... to before this one.
    pub end: Day,
}

/// A walk over the members of a merchant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Walk {
    /// Where it is.
    pub phase: Phase,
    /// Everyone up to this place was looked at.
    pub after: String,
    /// Whom it has chosen so far, the best first.
    pub chosen: Vec<MemberId>,
    /// By which sum members are ranked; none where nobody is.
    pub by: Option<Sum>,
    /// What each of the chosen was ranked by; nothing where nobody is ranked.
    pub scores: Vec<i64>,
}

impl Store {
    /// A walk by its name, read strongly; none before it began.
    pub async fn walk(&self, tenant: &TenantId, walk: &str) -> Result<(Option<Walk>, Meter), StoreError> {
        let (item, meter) = self.get("walk", &key::jobs(tenant), &key::walk(walk), &[]).await?;
        Ok((item.as_ref().map(decode).transpose()?, meter))
    }

    /// The last walk, by name, of those whose names begin so; and what follows in its name.
    pub async fn last_walk(
        &self,
        tenant: &TenantId,
        begins: &str,
    ) -> Result<(Option<(String, Walk)>, Meter), StoreError> {
        let (found, meter) = self.last_walks(tenant, begins, 1).await?;
        Ok((found.into_iter().next(), meter))
    }

    /// The last walks whose names begin so, at most so many, the last first; each with what follows in its name.
    pub async fn last_walks(
        &self,
        tenant: &TenantId,
        begins: &str,
        most: i32,
    ) -> Result<(Vec<(String, Walk)>, Meter), StoreError> {
        let (from, to) = (key::walk(begins), format!("{}~", key::walk(begins)));
        let found = self.newest("walk", &key::jobs(tenant), (&from, &to), most).await?;
        let walks = found.items.iter().map(|item| {
            let rest = text(item, SK)?.strip_prefix(&from).unwrap_or_default().to_owned();
            Ok((rest, decode(item)?))
        });
        Ok((walks.collect::<Result<_, StoreError>>()?, found.meter))
    }

    /// Keeps a walk, unless one is kept that is further.
    pub async fn keep_walk(&self, tenant: &TenantId, walk: &str, at: &Walk) -> Result<Meter, StoreError> {
        let (pk, sk) = (key::jobs(tenant), key::walk(walk));
        let chosen: Vec<&str> = at.chosen.iter().map(MemberId::as_str).collect();
        let mut item = Item::from([
            (PK.to_owned(), s(&pk)),
            (SK.to_owned(), s(&sk)),
            (PHASE.to_owned(), n(at.phase.number())),
            (AFTER.to_owned(), s(&at.after)),
            // ids have no space
            (CHOSEN.to_owned(), s(chosen.join(" "))),
        ]);
        if let Some(Sum { metric, first, end }) = at.by {
            item.insert(BY.to_owned(), s(format!("{} {} {}", metric.word(), show_day(first), show_day(end))));
            let scores: Vec<String> = at.scores.iter().map(i64::to_string).collect();
            item.insert(SCORES.to_owned(), s(scores.join(" ")));
        }
        let item = sealed(item);
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(
                "attribute_not_exists(pk) OR #p < :p OR (#p = :p AND #p = :walking AND #a <= :a)",
            )
            .expression_attribute_names("#p", PHASE)
            .expression_attribute_names("#a", AFTER)
            .expression_attribute_values(":p", n(at.phase.number()))
            .expression_attribute_values(":walking", n(Phase::Walking.number()))
            .expression_attribute_values(":a", s(&at.after))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let units = result.as_ref().ok().and_then(|o| o.consumed_capacity()?.capacity_units());
        note("PutItem", "walk", &result, units);
        let Err(error) = result else { return Ok(Meter::write(units)) };
        if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) {
            return Ok(Meter::write(None));
        }
        // it may have landed: what is there says so
        let (kept, mut meter) = self.walk(tenant, walk).await?;
        let further = kept.is_some_and(|kept| {
            kept.phase > at.phase
                || (kept.phase == at.phase && (at.phase != Phase::Walking || kept.after >= at.after))
        });
        if further {
            meter.then(Meter::write(None));
            return Ok(meter);
        }
        Err(StoreError::of("PutItem", &error))
    }
}

fn decode(item: &Item) -> Result<Walk, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("{}: {what}", name(item)));
    let phase = match number::<u8>(item, PHASE)? {
        0 => Phase::Walking,
        1 => Phase::Chosen,
        2 => Phase::Done,
        _ => return Err(corrupt("no phase of a walk")),
    };
    let chosen = text(item, CHOSEN)?.split(' ').filter(|id| !id.is_empty()).map(MemberId::parse);
    let chosen = chosen.collect::<Option<Vec<_>>>().ok_or_else(|| corrupt("no list of members"))?;
    let scores = item.contains_key(SCORES).then(|| text(item, SCORES)).transpose()?.unwrap_or_default();
    let scores = scores.split(' ').filter(|score| !score.is_empty()).map(str::parse);
    let scores = scores.collect::<Result<Vec<i64>, _>>().map_err(|_| corrupt("no scores"))?;
    let by = item.contains_key(BY).then(|| text(item, BY)).transpose()?;
    let by = by.map(|by| sum_of(by).ok_or_else(|| corrupt("no sum"))).transpose()?;
    Ok(Walk { phase, after: text(item, AFTER)?.to_owned(), chosen, by, scores })
}

fn sum_of(text: &str) -> Option<Sum> {
    let mut words = text.split(' ');
    let metric = words.next()?;
    let metric = Metric::ALL.into_iter().find(|known| known.word() == metric)?;
    Some(Sum { metric, first: parse_day(words.next()?)?, end: parse_day(words.next()?)? })
}
