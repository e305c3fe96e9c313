//! Answers that are lost: one entry and the right answer, whatever became of the request.

use crate::bench::{Bench, chain, earn, member, purchase};
use crate::wire::{Fault, Wire};
use store::error::StoreError;
use store::ledger::ApplyError;

const LOST: [Fault; 3] = [Fault::TimeoutAfter, Fault::ResetAfter, Fault::Error500After];

#[tokio::test]
async fn the_sdk_sends_again_and_meets_its_own_write() {
    for fault in LOST {
        let bench = Bench::new().await;
        let wire = Wire::new();
        let store = bench.store_over(&wire);
        let ann = member("ann");
        earn(&bench.store(), &bench, &ann, &purchase("A0")).await.unwrap();
        wire.plan("PutItem", fault.clone(), 1);
        let applied = earn(&store, &bench, &ann, &purchase("A1")).await.unwrap();
        assert_eq!((applied.entry.seq, applied.replayed), (2, false), "{fault:?}");
        assert_eq!(wire.answered("PutItem"), 2, "{fault:?}");
        assert_eq!(chain(&bench, &ann).await, ["p#A0#", "p#A1#"], "{fault:?}");
    }
}

#[tokio::test]
async fn no_answer_at_all_is_resolved_by_reading() {
    for fault in LOST {
        let bench = Bench::new().await;
        let wire = Wire::new();
        let store = bench.store_over(&wire);
        let ann = member("ann");
        // it landed, and nothing is heard of it, nor of the SDK's own repetitions
        wire.plan("PutItem", fault.clone(), 1);
        wire.plan("PutItem", Fault::ResetBefore, 2);
        let applied = earn(&store, &bench, &ann, &purchase("A1")).await.unwrap();
        assert_eq!((applied.entry.seq, applied.replayed), (1, false), "{fault:?}");
        assert_eq!(wire.answered("PutItem"), 1, "{fault:?}");
        assert_eq!(wire.answered("family"), 2, "{fault:?}: resolved by one strong read");
        assert_eq!(chain(&bench, &ann).await, ["p#A1#"], "{fault:?}");
    }
}

#[tokio::test]
async fn a_write_that_never_landed_is_written() {
    let bench = Bench::new().await;
    let wire = Wire::new();
    let store = bench.store_over(&wire);
    wire.plan("PutItem", Fault::ResetBefore, 3);
    let applied = earn(&store, &bench, &member("ann"), &purchase("A1")).await.unwrap();
    assert_eq!((applied.entry.seq, applied.replayed), (1, false));
    assert_eq!(chain(&bench, &member("ann")).await, ["p#A1#"]);
}

#[tokio::test]
async fn what_cannot_be_known_is_not_claimed() {
    let bench = Bench::new().await;
    let wire = Wire::new();
    let store = bench.store_over(&wire);
    let ann = member("ann");
    wire.plan("PutItem", Fault::TimeoutAfter, 1);
    wire.plan("PutItem", Fault::ResetBefore, 2);
    // the first read is the load; those that would resolve it are all cut
    wire.plan("family", Fault::Hold(std::sync::Arc::new(tokio::sync::Semaphore::new(1))), 1);
    wire.plan("family", Fault::ResetBefore, 3);
    let answer = earn(&store, &bench, &ann, &purchase("A1")).await;
    assert!(matches!(answer, Err(ApplyError::Store(StoreError::Unavailable(_)))), "{answer:?}");
    // the client repeats with the same key: the first answer, once
    let repeat = earn(&store, &bench, &ann, &purchase("A1")).await.unwrap();
    assert!(repeat.replayed);
    assert_eq!(chain(&bench, &ann).await, ["p#A1#"]);
}

#[tokio::test]
async fn throttling_says_so_and_leaves_nothing() {
    let bench = Bench::new().await;
    let wire = Wire::new();
    let store = bench.store_over(&wire);
    wire.plan("PutItem", Fault::Throttle, 1_000);
    let answer = earn(&store, &bench, &member("ann"), &purchase("A1")).await;
    assert_eq!(answer, Err(ApplyError::Store(StoreError::Throttled)));
    assert!(chain(&bench, &member("ann")).await.is_empty());
}
