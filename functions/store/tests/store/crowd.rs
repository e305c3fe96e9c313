//! Many writers on one member: each request exactly once, in one chain without gaps.

use crate::bench::{Bench, chain, earn, member, purchase};
use domain::ids::{MemberId, Reference};
use std::sync::Arc;
use store::Store;
use store::error::StoreError;
use store::ledger::{Applied, ApplyError};

/// What a client does when a busy machine times its request out: the same again. Nothing else is forgiven.
async fn until_answered(store: &Store, bench: &Bench, member: &MemberId, reference: &Reference) -> Applied {
    for _ in 0..20 {
        match earn(store, bench, member, reference).await {
            Err(ApplyError::Store(StoreError::Unavailable(why))) => println!("{reference} again: {why}"),
            answer => return answer.unwrap(),
        }
    }
    panic!("{reference} is never answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_writers_on_one_member_each_once() {
    let bench = Arc::new(Bench::new().await);
    let store = bench.store();
    let ann = member("ann");
    // every request twice at once, as impatient clients do
    let mut running = tokio::task::JoinSet::new();
    for n in 0..50 {
        for _ in 0..2 {
            let (bench, store, ann) = (bench.clone(), store.clone(), ann.clone());
            let reference = purchase(&format!("A{n}"));
            running.spawn(async move { until_answered(&store, &bench, &ann, &reference).await });
        }
    }
    let mut seqs = Vec::new();
    while let Some(applied) = running.join_next().await {
        seqs.push(applied.unwrap().entry.seq);
    }
    seqs.sort_unstable();
    let twice: Vec<u64> = (1..=50).flat_map(|seq| [seq, seq]).collect();
    assert_eq!(seqs, twice);
    let mut references = chain(&bench, &ann).await;
    references.sort();
    references.dedup();
    assert_eq!(references.len(), 50);
}
