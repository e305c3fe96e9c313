//! Entries of two members in one transaction: both or neither, under every loss on the wire and in every race.

use crate::bench::{Bench, NOW, chain, credit, earn, member, purchase};
use crate::wire::{Fault, Wire};
use domain::decision::Draw;
use domain::ids::{EventId, MemberId, Reference};
use domain::request::Snapshot;
use std::sync::Arc;
use store::Store;
use store::error::StoreError;
use store::ledger::{Applied, ApplyError, Needs, Write};
use tokio::sync::Semaphore;

fn pair(id: &str) -> Reference {
    Reference::event(&EventId::parse(id).unwrap())
}

/// Credits both under one reference, drawing 7 from a budget of 100.
async fn both_as(
    store: &Store,
    bench: &Bench,
    (ann, bob): (&MemberId, &MemberId),
    reference: &Reference,
    fingerprint: &str,
) -> Result<[Applied; 2], ApplyError> {
    let needs = Needs::default();
    let write = |member| Write {
        tenant: &bench.tenant,
        member,
        reference,
        fingerprint,
        needs: &needs,
        profile: None,
        now: NOW,
    };
    let draw = || vec![Draw { counter: "budget:winter".to_owned(), amount: 7, most: Some(100) }];
    let decide = |one: &Snapshot, other: &Snapshot| {
        Ok([credit(one, reference, fingerprint, draw()), credit(other, reference, fingerprint, Vec::new())])
    };
    store.apply_both([write(ann), write(bob)], decide).await
}

async fn both(store: &Store, bench: &Bench, id: &str) -> Result<[Applied; 2], ApplyError> {
    both_as(store, bench, (&member("ann"), &member("bob")), &pair(id), "f0").await
}

async fn used(bench: &Bench) -> i64 {
    let needs = Needs { counters: vec!["budget:winter".to_owned()], ..Needs::default() };
    let read = bench.store().snapshot(&bench.tenant, &member("nobody"), &purchase("A1"), &needs).await;
    read.unwrap().0.counters["budget:winter"]
}

async fn chains(bench: &Bench) -> [Vec<String>; 2] {
    [chain(bench, &member("ann")).await, chain(bench, &member("bob")).await]
}

#[tokio::test]
async fn both_at_once_and_a_repeat_is_the_first_answer() {
    let bench = Bench::new().await;
    let wire = Wire::new();
    let store = bench.store_over(&wire);
    earn(&bench.store(), &bench, &member("ann"), &purchase("A0")).await.unwrap();
    let first = both(&store, &bench, "X1").await.unwrap();
    assert_eq!(first.clone().map(|side| (side.entry.seq, side.replayed)), [(2, false), (1, false)]);
    assert_eq!(first[0].meter.round_trips, 2);
    assert_eq!((wire.answered("TransactWriteItems"), wire.answered("PutItem")), (1, 0));
    earn(&bench.store(), &bench, &member("bob"), &purchase("B9")).await.unwrap();
    let repeat = both(&store, &bench, "X1").await.unwrap();
    assert!(repeat.iter().all(|side| side.replayed));
    assert_eq!(repeat.map(|side| (side.entry, side.state)), first.map(|side| (side.entry, side.state)));
    assert_eq!(wire.answered("TransactWriteItems"), 1);
    assert_eq!(used(&bench).await, 7);
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_both_once() {
    for fault in [Fault::TimeoutAfter, Fault::ResetAfter, Fault::Error500After] {
        let bench = Bench::new().await;
        let wire = Wire::new();
        let store = bench.store_over(&wire);
        // the SDK sends again and meets its own write
        wire.plan("TransactWriteItems", fault.clone(), 1);
        assert!(both(&store, &bench, "X1").await.unwrap().iter().all(|side| !side.replayed), "{fault:?}");
        // nothing is heard of it, nor of the SDK's own repetitions: resolved by reading
        wire.plan("TransactWriteItems", fault.clone(), 1);
        wire.plan("TransactWriteItems", Fault::ResetBefore, 2);
        assert!(both(&store, &bench, "X2").await.unwrap().iter().all(|side| !side.replayed), "{fault:?}");
        assert_eq!(chains(&bench).await, [["e#X1#", "e#X2#"], ["e#X1#", "e#X2#"]], "{fault:?}");
        assert_eq!(used(&bench).await, 14, "{fault:?}");
    }
}

#[tokio::test]
async fn a_request_that_never_arrived_leaves_none_and_is_sent_again() {
    let bench = Bench::new().await;
    let wire = Wire::new();
    let store = bench.store_over(&wire);
    wire.plan("TransactWriteItems", Fault::ResetBefore, 3);
    both(&store, &bench, "X1").await.unwrap();
    assert_eq!(chains(&bench).await, [["e#X1#"], ["e#X1#"]]);
    wire.plan("TransactWriteItems", Fault::Throttle, 1_000);
    assert_eq!(both(&store, &bench, "X2").await, Err(ApplyError::Store(StoreError::Throttled)));
    assert_eq!(chains(&bench).await, [["e#X1#"], ["e#X1#"]]);
    assert_eq!(used(&bench).await, 7);
}

/// Somebody else writes to one of them in between: nothing of the pair lands, both are read anew.
#[tokio::test]
async fn a_lost_race_on_one_side_reloads_both() {
    for rival in ["ann", "bob"] {
        let bench = Bench::new().await;
        let (wire, gate) = (Wire::new(), Arc::new(Semaphore::new(0)));
        let store = bench.store_over(&wire);
        wire.plan("TransactWriteItems", Fault::Hold(gate.clone()), 1);
        let elsewhere = async {
            wire.until_answered("head", 2).await;
            wire.until_answered("family", 2).await;
            earn(&bench.store(), &bench, &member(rival), &purchase("R1")).await.unwrap();
            gate.add_permits(1);
        };
        let (applied, ()) = tokio::join!(both(&store, &bench, "X1"), elsewhere);
        let applied = applied.unwrap();
        assert_eq!(applied[0].meter.conflicts, 1, "{rival}");
        assert_eq!(wire.answered("head"), 4, "{rival}");
        for (name, side) in ["ann", "bob"].into_iter().zip(&applied) {
            assert_eq!(side.entry.seq, if name == rival { 2 } else { 1 }, "{rival}");
        }
    }
}

/// Twins and rivals at once, some the other way round, with others writing to one side: each pair once on both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_pairs_leaves_each_once_on_both() {
    let bench = Arc::new(Bench::new().await);
    let mut running = tokio::task::JoinSet::new();
    for n in 0..24_usize {
        let bench = bench.clone();
        running.spawn(async move {
            let (store, ann, bob) = (bench.store(), member("ann"), member("bob"));
            let order = if n % 2 == 0 { (&ann, &bob) } else { (&bob, &ann) };
            let reference = pair(&format!("X{}", n / 3));
            if n % 8 == 7 {
                earn(&store, &bench, &ann, &purchase(&format!("R{n}"))).await.unwrap();
            }
            loop {
                match both_as(&store, &bench, order, &reference, "f0").await {
                    Err(ApplyError::Store(StoreError::Unavailable(_) | StoreError::Conflict)) => {}
                    answer => break answer.unwrap(),
                }
            }
        });
    }
    while let Some(applied) = running.join_next().await {
        applied.unwrap();
    }
    let pairs: Vec<String> = (0..8).map(|n| format!("e#X{n}#")).collect();
    for mut side in chains(&bench).await {
        side.retain(|reference| reference.starts_with("e#"));
        side.sort();
        assert_eq!(side, pairs);
    }
    assert_eq!(used(&bench).await, 8 * 7);
}

#[tokio::test]
async fn a_key_belongs_to_one_pair() {
    let bench = Bench::new().await;
    let store = bench.store();
    let (ann, bob, cid) = (member("ann"), member("bob"), member("cid"));
    both(&store, &bench, "X1").await.unwrap();
    let other = both_as(&store, &bench, (&ann, &bob), &pair("X1"), "f1").await;
    assert_eq!(other, Err(ApplyError::KeyReused));
    let third = both_as(&store, &bench, (&ann, &cid), &pair("X1"), "f1").await;
    assert_eq!(third, Err(ApplyError::KeyReused));
    assert!(chain(&bench, &cid).await.is_empty());
}

#[tokio::test]
async fn half_a_pair_is_for_a_person_to_see() {
    let bench = Bench::new().await;
    let store = bench.store();
    earn(&store, &bench, &member("ann"), &pair("X1")).await.unwrap();
    let answer = both(&store, &bench, "X1").await;
    assert!(
        matches!(&answer, Err(ApplyError::Store(StoreError::Corrupt(what))) if what.contains("only one of e#X1#")),
        "{answer:?}"
    );
    let twice = both_as(&store, &bench, (&member("ann"), &member("ann")), &pair("X2"), "f0").await;
    assert!(matches!(twice, Err(ApplyError::Refused(_))), "{twice:?}");
}
