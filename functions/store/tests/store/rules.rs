//! Rulebooks: immutable, published once by content, the pointer believed for ten seconds.

use crate::bench::{Bench, NOW};
use crate::wire::{Fault, Wire};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue::{B, S};
use dsl::plan::Rulebook;
use dsl::units::Moment;
use store::error::StoreError;

fn text(points: u32) -> String {
    format!(
        "language 1\n\nprogramme club {{\n  currency EUR\n  timezone \"UTC\"\n}}\n\nrule base {{\n  on purchase\n  give {points} points\n}}\n"
    )
}

fn compiled(text: &str) -> Rulebook {
    Rulebook::compile(dsl::check::check(text.as_bytes(), None).programme.unwrap())
}

const fn later(seconds: i64) -> Moment {
    Moment(NOW.0 + seconds * 1_000)
}

#[tokio::test]
async fn published_once_by_content_and_rolled_back() {
    let bench = Bench::new().await;
    let (store, tenant) = (bench.store(), &bench.tenant);
    assert_eq!(store.active(tenant).await.unwrap(), None);
    assert!(store.current(tenant, NOW).await.unwrap().is_none());
    let (one, two) = (compiled(&text(1)), compiled(&text(2)));
    let (version, active) = store.publish(tenant, &text(1), &one, "ann", NOW, true).await.unwrap();
    assert_eq!((version.number, version.id.as_str(), version.programme.as_str()), (1, one.id(), "club"));
    let active = active.unwrap();
    assert_eq!((active.activation, active.id.as_str(), active.since), (1, one.id(), NOW));
    // the same content again, by another at another time: nothing new
    let again = store.publish(tenant, &text(1), &one, "bob", later(5), true).await.unwrap();
    assert_eq!(again, (version.clone(), Some(active)));
    let (second, none) = store.publish(tenant, &text(2), &two, "ann", later(6), false).await.unwrap();
    assert_eq!((second.number, none), (2, None));
    assert_eq!(store.versions(tenant).await.unwrap(), [second.clone(), version.clone()]);
    assert_eq!(store.source(tenant, two.id()).await.unwrap(), Some(text(2)));
    assert_eq!(store.source(tenant, "0000000000000000").await.unwrap(), None);
    // to the second, and back
    assert_eq!(store.activate(tenant, two.id(), "ann", later(7)).await.unwrap().unwrap().activation, 2);
    assert_eq!(store.activate(tenant, one.id(), "ann", later(8)).await.unwrap().unwrap().activation, 3);
    assert_eq!(store.activate(tenant, "0000000000000000", "ann", later(9)).await.unwrap(), None);
    assert_eq!(store.current(tenant, later(9)).await.unwrap().unwrap().id(), one.id());
    // another merchant sees none of it
    let other = domain::ids::TenantId::parse("other").unwrap();
    assert!(store.rulebook(&other, one.id()).await.unwrap().is_none());
    assert!(store.versions(&other).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_pointer_is_believed_for_ten_seconds() {
    let bench = Bench::new().await;
    let tenant = &bench.tenant;
    let wire = Wire::new();
    let store = bench.store_over(&wire);
    let (one, two) = (compiled(&text(1)), compiled(&text(2)));
    bench.store().publish(tenant, &text(1), &one, "ann", NOW, true).await.unwrap();
    assert_eq!(store.current(tenant, NOW).await.unwrap().unwrap().id(), one.id());
    assert_eq!(wire.answered("GetItem"), 2);
    bench.store().publish(tenant, &text(2), &two, "ann", NOW, true).await.unwrap();
    assert_eq!(store.current(tenant, later(10)).await.unwrap().unwrap().id(), one.id());
    assert_eq!(wire.answered("GetItem"), 2, "believed without asking");
    assert_eq!(store.current(tenant, later(11)).await.unwrap().unwrap().id(), two.id());
    assert_eq!(store.current(tenant, later(21)).await.unwrap().unwrap().id(), two.id());
    assert_eq!(wire.answered("GetItem"), 4);
    // a clock that went back asks again; the version itself never
    assert_eq!(store.current(tenant, later(0)).await.unwrap().unwrap().id(), two.id());
    assert_eq!(wire.answered("GetItem"), 5);
}

#[tokio::test]
async fn a_version_that_does_not_load_leaves_the_previous_one() {
    let bench = Bench::new().await;
    let (store, tenant) = (bench.store(), &bench.tenant);
    let (one, two) = (compiled(&text(1)), compiled(&text(2)));
    store.publish(tenant, &text(1), &one, "ann", NOW, true).await.unwrap();
    assert_eq!(store.current(tenant, NOW).await.unwrap().unwrap().id(), one.id());
    store.publish(tenant, &text(2), &two, "ann", NOW, true).await.unwrap();
    let mut bytes = two.to_bytes();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let damaged = bench.sdk().update_item().table_name(&bench.table);
    let damaged = damaged.key("pk", S("T#acme#R".into())).key("sk", S(format!("V#{}", two.id())));
    let damaged = damaged.update_expression("SET #b = :b").expression_attribute_names("#b", "bytes");
    damaged.expression_attribute_values(":b", B(Blob::new(bytes))).send().await.unwrap();
    assert_eq!(store.current(tenant, later(60)).await.unwrap().unwrap().id(), one.id());
    // a process that has none serves none
    let cold = bench.store().current(tenant, later(60)).await.map(|_| ());
    assert!(matches!(&cold, Err(StoreError::Corrupt(key)) if key.starts_with("T#acme#R V#")), "{cold:?}");
}

#[tokio::test]
async fn lost_answers_publish_and_activate_once() {
    for fault in [Fault::TimeoutAfter, Fault::ResetAfter, Fault::Error500After] {
        let bench = Bench::new().await;
        let tenant = &bench.tenant;
        let wire = Wire::new();
        let store = bench.store_over(&wire);
        for operation in ["TransactWriteItems", "PutItem"] {
            wire.plan(operation, fault.clone(), 1);
            wire.plan(operation, Fault::ResetBefore, 2);
        }
        let one = compiled(&text(1));
        let (version, active) = store.publish(tenant, &text(1), &one, "ann", NOW, true).await.unwrap();
        assert_eq!((version.number, active.unwrap().activation), (1, 1), "{fault:?}");
        assert_eq!(store.versions(tenant).await.unwrap().len(), 1, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publications_at_once_are_numbered_without_gaps() {
    let bench = std::sync::Arc::new(Bench::new().await);
    let mut running = tokio::task::JoinSet::new();
    for points in 1..=4 {
        let bench = bench.clone();
        running.spawn(async move {
            let rulebook = compiled(&text(points));
            bench
                .store()
                .publish(&bench.tenant, &text(points), &rulebook, "ann", NOW, true)
                .await
                .unwrap()
                .0
                .number
        });
    }
    let mut numbers = running.join_all().await;
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(bench.store().active(&bench.tenant).await.unwrap().unwrap().activation, 4);
}
