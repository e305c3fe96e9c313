//! Pages of entries, and the dump.

use crate::bench::{Bench, earn, member, purchase};

#[tokio::test]
async fn pages_are_newest_first_and_meet() {
    let bench = Bench::new().await;
    let store = bench.store();
    let ann = member("ann");
    for n in 1..=7 {
        earn(&store, &bench, &ann, &purchase(&format!("A{n}"))).await.unwrap();
    }
    let mut before = None;
    let mut pages: Vec<Vec<u64>> = Vec::new();
    loop {
        let (page, meter) = store.page(&bench.tenant, &ann, before, 3).await.unwrap();
        assert!(meter.requests <= 1);
        pages.push(page.entries.iter().map(|(entry, _)| entry.seq).collect());
        match page.before_seq {
            Some(seq) => before = Some(seq),
            None => break,
        }
    }
    assert_eq!(pages, [vec![7, 6, 5], vec![4, 3, 2], vec![1]]);
    let (page, _) = store.page(&bench.tenant, &ann, Some(1), 3).await.unwrap();
    assert!(page.entries.is_empty() && page.before_seq.is_none());
    let (page, _) = store.page(&bench.tenant, &member("bob"), None, 3).await.unwrap();
    assert!(page.entries.is_empty() && page.before_seq.is_none());
}

#[tokio::test]
async fn a_dump_has_every_item_partition_by_partition() {
    let bench = Bench::new().await;
    let store = bench.store();
    for n in 0..40 {
        earn(&store, &bench, &member(&format!("m{}", n % 5)), &purchase(&format!("A{n}"))).await.unwrap();
    }
    let mut keys = Vec::new();
    let mut items = store.items();
    while let Some(page) = items.next_page().await.unwrap() {
        keys.extend(page.into_iter().map(|item| (item.pk, item.sk)));
    }
    assert_eq!(keys.len(), 40);
    let mut partitions: Vec<&str> = keys.iter().map(|(pk, _)| pk.as_str()).collect();
    partitions.dedup();
    assert_eq!(partitions.len(), 5, "each partition in one piece");
    assert!(keys.windows(2).all(|w| w[0].0 != w[1].0 || w[0].1 < w[1].1), "in the order of the sort key");
}
