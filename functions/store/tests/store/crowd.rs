//! Many writers on one member: each request exactly once, in one chain without gaps.

use crate::bench::{Bench, chain, earn, member, purchase};
use std::sync::Arc;

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
            running
                .spawn(async move { earn(&store, &bench, &ann, &purchase(&format!("A{n}"))).await.unwrap() });
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
