//! Transactions: programme-wide counters that are never overdrawn, and profiles that come with their chain.

use crate::bench::{Bench, NOW, chain, credit, earn, member, purchase};
use crate::wire::{Fault, Wire};
use domain::decision::Draw;
use domain::ids::{MemberId, Reference};
use domain::request::Snapshot;
use dsl::units::Day;
use std::sync::Arc;
use store::Store;
use store::error::StoreError;
use store::ledger::{Applied, ApplyError, Needs, Write};
use store::profile::{Profile, ProfileWrite};

const MOST: i64 = 100;

/// Draws 7 from a budget of 100 as long as it lasts, then credits without.
async fn draw(
    store: &Store,
    bench: &Bench,
    member: &MemberId,
    reference: &Reference,
) -> Result<Applied, ApplyError> {
    let needs = Needs { counters: vec!["budget:winter".to_owned()], ..Needs::default() };
    let write = Write {
        tenant: &bench.tenant,
        member,
        reference,
        fingerprint: "f0",
        needs: &needs,
        profile: None,
        now: NOW,
    };
    let decide = |snapshot: &Snapshot| {
        let used = snapshot.counters["budget:winter"];
        let draws = if used + 7 <= MOST {
            vec![Draw { counter: "budget:winter".to_owned(), amount: 7, most: Some(MOST) }]
        } else {
            Vec::new()
        };
        Ok(credit(snapshot, reference, "f0", draws))
    };
    store.apply(write, decide).await
}

async fn used(bench: &Bench) -> i64 {
    let needs = Needs { counters: vec!["budget:winter".to_owned()], ..Needs::default() };
    let (snapshot, _) =
        bench.store().snapshot(&bench.tenant, &member("nobody"), &purchase("A1"), &needs).await.unwrap();
    snapshot.counters["budget:winter"]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_budget_is_never_overdrawn() {
    let bench = Arc::new(Bench::new().await);
    let store = bench.store();
    let mut running = tokio::task::JoinSet::new();
    for n in 0..30 {
        let (bench, store) = (bench.clone(), store.clone());
        running.spawn(async move {
            let member = member(&format!("m{}", n % 10));
            draw(&store, &bench, &member, &purchase(&format!("A{n}"))).await.unwrap().meter.write_units_tenths
        });
    }
    let costs: Vec<u64> = running.join_all().await;
    assert_eq!(used(&bench).await, 98);
    let mut entries = 0;
    for n in 0..10 {
        entries += chain(&bench, &member(&format!("m{n}"))).await.len();
    }
    assert_eq!(entries, 30);
    assert_eq!(
        costs.iter().filter(|units| **units > 20).count(),
        14,
        "as many transactions as draws: {costs:?}"
    );
}

#[tokio::test]
async fn a_lost_transaction_draws_once() {
    for fault in [Fault::TimeoutAfter, Fault::ResetAfter, Fault::Error500After] {
        let bench = Bench::new().await;
        let wire = Wire::new();
        let store = bench.store_over(&wire);
        let ann = member("ann");
        wire.plan("TransactWriteItems", fault.clone(), 1);
        draw(&store, &bench, &ann, &purchase("A1")).await.unwrap();
        wire.plan("TransactWriteItems", fault.clone(), 1);
        wire.plan("TransactWriteItems", Fault::ResetBefore, 2);
        draw(&store, &bench, &ann, &purchase("A2")).await.unwrap();
        assert_eq!(used(&bench).await, 14, "{fault:?}");
        assert_eq!(chain(&bench, &ann).await, ["p#A1#", "p#A2#"], "{fault:?}");
    }
}

#[tokio::test]
async fn a_profile_comes_with_its_chain() {
    let bench = Bench::new().await;
    let store = bench.store();
    let ann = member("ann");
    let profile = Profile {
        name: Some("Ann".to_owned()),
        birthday: Some(Day(9_000)),
        tags: vec!["vip".to_owned()],
        ..Profile::default()
    };
    let reference = Reference::enrolment();
    let needs = Needs::default();
    let write = || Write {
        tenant: &bench.tenant,
        member: &ann,
        reference: &reference,
        fingerprint: "f0",
        needs: &needs,
        profile: Some(ProfileWrite::Create(&profile)),
        now: NOW,
    };
    let decide = |snapshot: &Snapshot| Ok(credit(snapshot, &reference, "f0", Vec::new()));
    assert!(!store.apply(write(), decide).await.unwrap().replayed);
    assert!(store.apply(write(), decide).await.unwrap().replayed);
    assert_eq!(store.profile(&bench.tenant, &ann).await.unwrap(), Some(profile.clone()));
    assert_eq!(store.profile(&bench.tenant, &member("bob")).await.unwrap(), None);
    let needs = Needs { profile: true, ..Needs::default() };
    let (snapshot, meter) = store.snapshot(&bench.tenant, &ann, &purchase("A1"), &needs).await.unwrap();
    assert_eq!(
        (snapshot.profile.birthday, snapshot.profile.tags),
        (Some(Day(9_000)), vec!["vip".to_owned()])
    );
    assert_eq!((meter.round_trips, meter.requests), (1, 3));
}

#[tokio::test]
async fn a_profile_without_a_chain_is_for_a_person_to_see() {
    let bench = Bench::new().await;
    let store = bench.store();
    let ann = member("ann");
    let needs = Needs::default();
    let profile = Profile::default();
    let reference = Reference::enrolment();
    earn(&store, &bench, &ann, &purchase("A1")).await.unwrap();
    let write = Write {
        tenant: &bench.tenant,
        member: &ann,
        reference: &reference,
        fingerprint: "f0",
        needs: &needs,
        profile: Some(ProfileWrite::Create(&profile)),
        now: NOW,
    };
    let decide = |snapshot: &Snapshot| Ok(credit(snapshot, &reference, "f0", Vec::new()));
    store.apply(write, decide).await.unwrap();
    let sdk = bench.sdk();
    for seq in 1..=2 {
        use aws_sdk_dynamodb::types::AttributeValue::S;
        let key = S(format!("E#{seq:012}"));
        sdk.delete_item()
            .table_name(&bench.table)
            .key("pk", S("T#acme#M#ann".into()))
            .key("sk", key)
            .send()
            .await
            .unwrap();
    }
    let write = Write {
        tenant: &bench.tenant,
        member: &ann,
        reference: &reference,
        fingerprint: "f0",
        needs: &needs,
        profile: Some(ProfileWrite::Create(&profile)),
        now: NOW,
    };
    let answer = store.apply(write, decide).await;
    assert!(
        matches!(&answer, Err(ApplyError::Store(StoreError::Corrupt(key))) if key.contains("T#acme#M#ann")),
        "{answer:?}"
    );
}
