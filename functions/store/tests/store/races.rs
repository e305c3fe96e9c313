//! Commits that land between the two parallel reads, and just before our own.

use crate::bench::{Bench, NOW, chain, credit, earn, member, purchase};
use crate::wire::{Fault, Wire};
use domain::ids::{EventId, Reference};
use std::sync::Arc;
use store::ledger::{Needs, Write};
use tokio::sync::Semaphore;

fn closed() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(0))
}

/// The index is read first; then the same request commits elsewhere, and others after it; then the head is read.
#[tokio::test]
async fn a_commit_between_the_reads_is_seen() {
    let bench = Bench::new().await;
    let (wire, gate, ann) = (Wire::new(), closed(), member("ann"));
    let store = bench.store_over(&wire);
    wire.plan("head", Fault::Hold(gate.clone()), 1);
    let elsewhere = async {
        wire.until_answered("family", 1).await;
        for id in ["A1", "A2", "A3", "A4"] {
            earn(&bench.store(), &bench, &ann, &purchase(id)).await.unwrap();
        }
        gate.add_permits(1);
    };
    let reference = purchase("A1");
    let (applied, ()) = tokio::join!(earn(&store, &bench, &ann, &reference), elsewhere);
    let applied = applied.unwrap();
    assert_eq!((applied.entry.seq, applied.replayed), (1, true));
    assert_eq!(wire.answered("family"), 2);
    assert_eq!(chain(&bench, &ann).await, ["p#A1#", "p#A2#", "p#A3#", "p#A4#"]);
}

/// More commits than the head remembers: only the time that passed tells.
#[tokio::test]
async fn slow_reads_are_repeated() {
    let bench = Bench::new().await;
    let (wire, gate, ann) = (Wire::new(), closed(), member("ann"));
    let store = bench.ticking_store_over(&wire);
    wire.plan("head", Fault::Hold(gate.clone()), 1);
    let elsewhere = async {
        wire.until_answered("family", 1).await;
        for n in 1..=20 {
            earn(&bench.store(), &bench, &ann, &purchase(&format!("A{n}"))).await.unwrap();
        }
        tokio::time::sleep(store::limits::JOINED_READS_MAX).await;
        gate.add_permits(1);
    };
    let reference = purchase("A1");
    let (applied, ()) = tokio::join!(earn(&store, &bench, &ann, &reference), elsewhere);
    let applied = applied.unwrap();
    assert_eq!((applied.entry.seq, applied.replayed), (1, true));
    assert_eq!(chain(&bench, &ann).await.len(), 20);
}

/// Two returns of one purchase: the second must see the first, or both would claw the same share.
#[tokio::test]
async fn a_sibling_between_the_reads_is_seen() {
    let bench = Bench::new().await;
    let (wire, gate, ann) = (Wire::new(), closed(), member("ann"));
    let id = |text: &str| EventId::parse(text).unwrap();
    earn(&bench.store(), &bench, &ann, &purchase("A1")).await.unwrap();
    let store = bench.store_over(&wire);
    wire.plan("head", Fault::Hold(gate.clone()), 1);
    let elsewhere = async {
        wire.until_answered("family", 1).await;
        let first = Reference::purchase_return(&id("A1"), &id("R1"));
        earn(&bench.store(), &bench, &ann, &first).await.unwrap();
        earn(&bench.store(), &bench, &ann, &purchase("A2")).await.unwrap();
        gate.add_permits(1);
    };
    let second = Reference::purchase_return(&id("A1"), &id("R2"));
    let mut seen = Vec::new();
    let needs = Needs::default();
    let write = Write {
        tenant: &bench.tenant,
        member: &ann,
        reference: &second,
        fingerprint: "f0",
        needs: &needs,
        profile: None,
        now: NOW,
    };
    let applied = store.apply(write, |snapshot| {
        seen = snapshot.family.iter().map(|entry| entry.reference.to_string()).collect();
        Ok(credit(snapshot, &second, "f0", Vec::new()))
    });
    let (applied, ()) = tokio::join!(applied, elsewhere);
    assert_eq!(applied.unwrap().entry.seq, 4);
    assert_eq!(seen, ["p#A1#", "p#A1#r#R1#"]);
}

/// The purchase is written between the read of the head and that of the family: no decision is made on a head that does
/// not know it yet.
#[tokio::test]
async fn a_head_older_than_the_family_is_read_again() {
    let bench = Bench::new().await;
    let (wire, gate, ann) = (Wire::new(), closed(), member("ann"));
    let id = |text: &str| EventId::parse(text).unwrap();
    earn(&bench.store(), &bench, &ann, &purchase("A0")).await.unwrap();
    let store = bench.store_over(&wire);
    wire.plan("family", Fault::Hold(gate.clone()), 1);
    let elsewhere = async {
        wire.until_answered("head", 1).await;
        earn(&bench.store(), &bench, &ann, &purchase("A1")).await.unwrap();
        gate.add_permits(1);
    };
    let back = Reference::purchase_return(&id("A1"), &id("R1"));
    let mut seen = Vec::new();
    let needs = Needs::default();
    let write = Write {
        tenant: &bench.tenant,
        member: &ann,
        reference: &back,
        fingerprint: "f0",
        needs: &needs,
        profile: None,
        now: NOW,
    };
    let applied = store.apply(write, |snapshot| {
        seen.push((snapshot.head.as_ref().map(|head| head.seq), snapshot.family.len()));
        Ok(credit(snapshot, &back, "f0", Vec::new()))
    });
    let (applied, ()) = tokio::join!(applied, elsewhere);
    assert_eq!(applied.unwrap().entry.seq, 3);
    assert_eq!(seen, [(Some(2), 1)]);
}

/// A sibling wins the race for the next place: the second attempt decides with it in the family, without reading.
#[tokio::test]
async fn the_winner_joins_the_family() {
    let bench = Bench::new().await;
    let (wire, gate, ann) = (Wire::new(), closed(), member("ann"));
    let id = |text: &str| EventId::parse(text).unwrap();
    earn(&bench.store(), &bench, &ann, &purchase("A1")).await.unwrap();
    let store = bench.store_over(&wire);
    wire.plan("PutItem", Fault::Hold(gate.clone()), 1);
    let elsewhere = async {
        wire.until_answered("head", 1).await;
        let first = Reference::purchase_return(&id("A1"), &id("R1"));
        earn(&bench.store(), &bench, &ann, &first).await.unwrap();
        gate.add_permits(1);
    };
    let second = Reference::purchase_return(&id("A1"), &id("R2"));
    let mut seen = Vec::new();
    let needs = Needs::default();
    let write = Write {
        tenant: &bench.tenant,
        member: &ann,
        reference: &second,
        fingerprint: "f0",
        needs: &needs,
        profile: None,
        now: NOW,
    };
    let applied = store.apply(write, |snapshot| {
        seen.push(snapshot.family.len());
        assert_eq!(snapshot.head.as_ref().map(|head| head.at), Some(NOW));
        Ok(credit(snapshot, &second, "f0", Vec::new()))
    });
    let (applied, ()) = tokio::join!(applied, elsewhere);
    let applied = applied.unwrap();
    assert_eq!((applied.entry.seq, applied.state.active_points), (3, 30));
    assert_eq!((applied.meter.conflicts, applied.meter.round_trips), (1, 3));
    assert_eq!(seen, [1, 2]);
    assert_eq!((wire.answered("head"), wire.answered("family"), wire.answered("PutItem")), (1, 1, 2));
}

/// The same request wins the race: its answer is ours.
#[tokio::test]
async fn the_winner_may_be_our_twin() {
    let bench = Bench::new().await;
    let (wire, gate, ann) = (Wire::new(), closed(), member("ann"));
    let store = bench.store_over(&wire);
    wire.plan("PutItem", Fault::Hold(gate.clone()), 1);
    let reference = purchase("A1");
    let elsewhere = async {
        wire.until_answered("family", 1).await;
        wire.until_answered("head", 1).await;
        let needs = Needs::default();
        let write = Write {
            tenant: &bench.tenant,
            member: &ann,
            reference: &reference,
            fingerprint: "f0",
            needs: &needs,
            profile: None,
            now: NOW,
        };
        let later = |snapshot: &domain::request::Snapshot| {
            let mut decision = credit(snapshot, &reference, "f0", Vec::new());
            decision.entry.at.0 += 1;
            Ok(decision)
        };
        bench.store().apply(write, later).await.unwrap();
        gate.add_permits(1);
    };
    let (applied, ()) = tokio::join!(earn(&store, &bench, &ann, &reference), elsewhere);
    let applied = applied.unwrap();
    assert_eq!((applied.entry.seq, applied.entry.at.0, applied.replayed), (1, NOW.0 + 1, true));
    assert_eq!(chain(&bench, &ann).await, ["p#A1#"]);
}
