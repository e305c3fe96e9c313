//! A common earn's item, as the domain decides it, is one write unit: at most 1 024 bytes, all attributes.

use crate::bench::{Bench, NOW};
use aws_sdk_dynamodb::types::AttributeValue::{self, B, N, S};
use domain::ids::{EventId, MemberId, Reference};
use domain::request::{Purchase, Stamp};
use dsl::event::Line;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use store::ledger::{Needs, Write};

/// Names and values, as DynamoDB counts them (a number: about half its digits, and one).
fn size(item: &std::collections::HashMap<String, AttributeValue>) -> usize {
    let value = |value: &AttributeValue| match value {
        S(text) => text.len(),
        B(bytes) => bytes.as_ref().len(),
        N(number) => number.len().div_ceil(2) + 1,
        other => panic!("{other:?}"),
    };
    item.iter().map(|(name, v)| name.len() + value(v)).sum()
}

#[tokio::test]
async fn a_common_earn_is_one_write_unit() {
    let bench = Bench::new().await;
    let store = bench.store();
    let text = include_str!("../../../../dsl/examples/coffee.merit");
    let rulebook = Rulebook::compile(dsl::check::check(text.as_bytes(), None).programme.unwrap());
    let member = MemberId::parse("m-0123456789").unwrap();
    let needs = Needs::default();
    let mut now = NOW;
    let enrolment = Stamp { member: member.clone(), fingerprint: "e".repeat(32), now, occurred_at: now };
    let reference = Reference::enrolment();
    let write = Write {
        tenant: &bench.tenant,
        member: &member,
        reference: &reference,
        fingerprint: &enrolment.fingerprint,
        needs: &needs,
        profile: None,
        now,
    };
    let request = domain::request::Enrol { stamp: enrolment.clone() };
    store.apply(write, |snapshot| domain::enrol::enrol(snapshot, &request, &rulebook)).await.unwrap();
    // a coffee and a roll every third day, for two months
    for visit in 0..20 {
        now = Moment(now.0 + 3 * 86_400_000);
        let id = EventId::parse(&format!("2026-{visit:06}")).unwrap();
        let line = |amount_minor, sku: &str, category: &str| Line {
            amount_minor,
            quantity: 1,
            sku: Some(sku.to_owned()),
            category: Some(category.to_owned()),
            eligible: true,
            ..Line::default()
        };
        let stamp = Stamp { member: member.clone(), fingerprint: "f".repeat(32), now, occurred_at: now };
        let request = Purchase {
            stamp,
            id: id.clone(),
            lines: vec![line(320, "flat-white", "coffee"), line(280, "croissant", "bakery")],
            channel: Some("store".to_owned()),
            store: Some("lyon-2".to_owned()),
            redemption: None,
        };
        let reference = Reference::purchase(&id);
        let write = Write {
            tenant: &bench.tenant,
            member: &member,
            reference: &reference,
            fingerprint: &request.stamp.fingerprint,
            needs: &needs,
            profile: None,
            now,
        };
        let applied =
            store.apply(write, |snapshot| domain::earn::earn(snapshot, &request, &rulebook)).await.unwrap();
        assert!(applied.entry.seq > 1);
        let key = [("pk", format!("T#acme#M#{member}")), ("sk", format!("E#{:012}", applied.entry.seq))];
        let key = key.map(|(name, value)| (name.to_owned(), S(value))).into();
        let item = bench
            .sdk()
            .get_item()
            .table_name(&bench.table)
            .set_key(Some(key))
            .send()
            .await
            .unwrap()
            .item
            .unwrap();
        println!("visit {visit}: {} bytes, {} open lots", size(&item), applied.state.lots.len());
        if visit < 5 {
            assert!(size(&item) <= 1_024, "visit {visit}: {} bytes", size(&item));
            assert_eq!(applied.meter.write_units_tenths, 20);
        }
    }
}
