//! What the common requests cost, counted on the wire and as the table bills it.

use crate::bench::{Bench, earn, earn_as, member, purchase};
use crate::wire::Wire;
use store::ledger::ApplyError;

#[tokio::test]
async fn an_earn_is_two_round_trips_and_two_write_units() {
    let bench = Bench::new().await;
    let wire = Wire::new();
    let store = bench.store_over(&wire);
    let ann = member("ann");
    for n in 1..=3_u64 {
        let applied = earn(&store, &bench, &ann, &purchase(&format!("A{n}"))).await.unwrap();
        assert_eq!((applied.entry.seq, applied.replayed), (n, false));
        assert_eq!(applied.meter.round_trips, 2);
        assert_eq!(applied.meter.requests, 3);
        assert_eq!(applied.meter.write_units_tenths, 20);
        assert!(
            applied.meter.read_units_tenths <= 25,
            "{} tenths of a read unit",
            applied.meter.read_units_tenths
        );
    }
    assert_eq!((wire.answered("head"), wire.answered("family"), wire.answered("PutItem")), (3, 3, 3));
    assert_eq!(wire.answered("TransactWriteItems"), 0);
}

#[tokio::test]
async fn a_repeat_writes_nothing() {
    let bench = Bench::new().await;
    let wire = Wire::new();
    let store = bench.store_over(&wire);
    let ann = member("ann");
    let first = earn(&store, &bench, &ann, &purchase("A1")).await.unwrap();
    // at once, as most are: the head is the answer
    let repeat = earn(&store, &bench, &ann, &purchase("A1")).await.unwrap();
    assert!(repeat.replayed);
    assert_eq!((&repeat.entry, &repeat.state), (&first.entry, &first.state));
    assert_eq!((repeat.meter.round_trips, repeat.meter.requests, repeat.meter.write_units_tenths), (1, 2, 0));
    // at any age: one more read, for the index knows keys only
    for n in 2..40 {
        earn(&store, &bench, &ann, &purchase(&format!("A{n}"))).await.unwrap();
    }
    let puts = wire.answered("PutItem");
    let repeat = earn(&store, &bench, &ann, &purchase("A1")).await.unwrap();
    assert!(repeat.replayed);
    assert_eq!((repeat.entry, repeat.state), (first.entry, first.state));
    assert_eq!((repeat.meter.round_trips, repeat.meter.requests, repeat.meter.write_units_tenths), (2, 3, 0));
    assert_eq!(wire.answered("PutItem"), puts);
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    let bench = Bench::new().await;
    let store = bench.store();
    let ann = member("ann");
    earn_as(&store, &bench, &ann, &purchase("A1"), "f1").await.unwrap();
    assert_eq!(earn_as(&store, &bench, &ann, &purchase("A1"), "f2").await, Err(ApplyError::KeyReused));
    // the same key of another member is another key
    earn_as(&store, &bench, &member("bob"), &purchase("A1"), "f2").await.unwrap();
}
