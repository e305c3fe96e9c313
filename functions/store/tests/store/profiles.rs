//! Profiles that change or go with an entry, when answers are lost and writers race: both or neither, once.

use crate::bench::{Bench, NOW, chain, credit, member, purchase};
use crate::wire::{Fault, Wire};
use domain::ids::{MemberId, Reference};
use domain::request::Snapshot;
use store::Store;
use store::error::StoreError;
use store::ledger::{Applied, ApplyError, Needs, Write};
use store::profile::{Profile, ProfileWrite};

const LOST: [Fault; 3] = [Fault::TimeoutAfter, Fault::ResetAfter, Fault::Error500After];

fn named(name: &str) -> Profile {
    Profile { name: Some(name.to_owned()), ..Profile::default() }
}

async fn write(
    store: &Store,
    bench: &Bench,
    member: &MemberId,
    reference: &Reference,
    profile: ProfileWrite<'_>,
) -> Result<Applied, ApplyError> {
    let needs = Needs::default();
    let write = Write {
        tenant: &bench.tenant,
        member,
        reference,
        fingerprint: "f0",
        needs: &needs,
        profile: Some(profile),
        now: NOW,
    };
    store.apply(write, |snapshot: &Snapshot| Ok(credit(snapshot, reference, "f0", Vec::new()))).await
}

/// A member with a profile.
async fn enrolled(bench: &Bench) -> MemberId {
    let ann = member("ann");
    let profile = named("Ann");
    write(&bench.store(), bench, &ann, &Reference::enrolment(), ProfileWrite::Create(&profile))
        .await
        .unwrap();
    ann
}

#[tokio::test]
async fn a_lost_answer_changes_a_profile_once() {
    for fault in LOST {
        let bench = Bench::new().await;
        let wire = Wire::new();
        let store = bench.store_over(&wire);
        let ann = enrolled(&bench).await;
        for (round, (id, name)) in [("U1", "Anna"), ("U2", "Anne")].into_iter().enumerate() {
            let (_, read) = store.profile_to_change(&bench.tenant, &ann).await.unwrap();
            let profile = named(name);
            wire.plan("TransactWriteItems", fault.clone(), 1);
            // the second time nothing is heard of it at all: resolved by reading
            wire.plan("TransactWriteItems", Fault::ResetBefore, 2 * round);
            let change = ProfileWrite::Replace { profile: &profile, read };
            let applied = write(&store, &bench, &ann, &purchase(id), change).await.unwrap();
            assert_eq!(
                (applied.replayed, store.profile(&bench.tenant, &ann).await.unwrap()),
                (false, Some(profile))
            );
        }
        assert_eq!(chain(&bench, &ann).await, ["m#", "p#U1#", "p#U2#"], "{fault:?}");
    }
}

#[tokio::test]
async fn a_change_that_never_arrived_leaves_both_as_they_were() {
    let bench = Bench::new().await;
    let wire = Wire::new();
    let store = bench.store_over(&wire);
    let ann = enrolled(&bench).await;
    let (_, read) = store.profile_to_change(&bench.tenant, &ann).await.unwrap();
    let profile = named("Anna");
    wire.plan("TransactWriteItems", Fault::Throttle, 1_000);
    let answer =
        write(&store, &bench, &ann, &purchase("U1"), ProfileWrite::Replace { profile: &profile, read }).await;
    assert_eq!(answer, Err(ApplyError::Store(StoreError::Throttled)));
    assert_eq!(store.profile(&bench.tenant, &ann).await.unwrap(), Some(named("Ann")));
    assert_eq!(chain(&bench, &ann).await, ["m#"]);
}

#[tokio::test]
async fn of_two_who_read_the_same_profile_one_writes_it() {
    let bench = Bench::new().await;
    let store = bench.store();
    let ann = enrolled(&bench).await;
    let (_, read) = store.profile_to_change(&bench.tenant, &ann).await.unwrap();
    let (first, second) = (named("Anna"), named("Anne"));
    let change = ProfileWrite::Replace { profile: &first, read };
    write(&store, &bench, &ann, &purchase("U1"), change).await.unwrap();
    let late =
        write(&store, &bench, &ann, &purchase("U2"), ProfileWrite::Replace { profile: &second, read }).await;
    assert!(late.is_err(), "what it replaces is not what it read: {late:?}");
    assert_eq!(store.profile(&bench.tenant, &ann).await.unwrap(), Some(first));
    assert_eq!(chain(&bench, &ann).await, ["m#", "p#U1#"], "no entry without its profile");
}

#[tokio::test]
async fn a_lost_answer_erases_once_and_nothing_comes_back() {
    for fault in LOST {
        let bench = Bench::new().await;
        let wire = Wire::new();
        let store = bench.store_over(&wire);
        let ann = enrolled(&bench).await;
        let (_, read) = store.profile_to_change(&bench.tenant, &ann).await.unwrap();
        wire.plan("TransactWriteItems", fault.clone(), 1);
        wire.plan("TransactWriteItems", Fault::ResetBefore, 2);
        let erased =
            write(&store, &bench, &ann, &Reference::erasure(), ProfileWrite::Erase(&[])).await.unwrap();
        assert!(!erased.replayed, "{fault:?}");
        assert_eq!(store.profile(&bench.tenant, &ann).await.unwrap(), None, "{fault:?}");
        let again =
            write(&store, &bench, &ann, &Reference::erasure(), ProfileWrite::Erase(&[])).await.unwrap();
        assert!(again.replayed, "{fault:?}");
        // a change that had read the profile before it went does not bring it back
        let profile = named("Anna");
        let late =
            write(&store, &bench, &ann, &purchase("U1"), ProfileWrite::Replace { profile: &profile, read })
                .await;
        assert!(late.is_err(), "{late:?}");
        assert_eq!(store.profile(&bench.tenant, &ann).await.unwrap(), None, "{fault:?}");
        assert_eq!(chain(&bench, &ann).await.len(), 2, "{fault:?}");
    }
}
