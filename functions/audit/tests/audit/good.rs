//! Good tables pass, and were worth looking at.

use crate::shop::{Shop, audit, counters};
use audit::{Invariant, Item, Value};

#[tokio::test]
async fn an_empty_table_is_clean() {
    let report = audit(&[]);
    assert!(report.is_clean());
    assert_eq!(report.to_string().lines().last(), Some("0 violations"));
}

#[tokio::test]
async fn busy_shops_are_clean() {
    let (items, mut seen) = Shop::shared().await.clone();
    let other = Shop::busy(2, 3, 250, 60).await;
    for (items, seed) in [(items, 1), (other.dump().await, 2)] {
        let report = audit(&items);
        assert!(report.is_clean(), "seed {seed}\n{report}");
        assert_eq!(report.counts.members, 9);
        assert_eq!(report.counts.rulebooks, 2);
        for name in counters() {
            assert!(items.iter().any(|item| item.sk == name), "no {name}");
        }
        for invariant in [
            Invariant::HashChain,
            Invariant::SpendOrder,
            Invariant::Expiry,
            Invariant::Returns,
            Invariant::Restored,
            Invariant::Holds,
            Invariant::Tier,
            Invariant::Budgets,
            Invariant::Vouchers,
            Invariant::Standing,
            Invariant::Adjustments,
            Invariant::Transfers,
            Invariant::Profiles,
        ] {
            assert!(
                report.checked.get(&invariant).is_some_and(|times| *times > 1),
                "{invariant:?} never checked"
            );
        }
    }
    for (what, times) in &other.seen {
        *seen.entry(what).or_insert(0) += times;
    }
    for what in [
        "enrolled",
        "purchased",
        "occurred",
        "returned",
        "held",
        "redeemed",
        "captured",
        "released",
        "cancelled",
        "settled",
        "refused",
        "activated",
        "expired",
        "timed out",
        "tier changed",
        "tier reviewed",
        "repaid",
        "owed",
        "forgiven",
        "restored",
        "welcomed by a purchase",
        "drew on the budget",
        "refused, not recorded",
        "voucher reserved",
        "voucher released",
        "voucher fulfilled",
        "voucher cancelled",
        "voucher expired",
        "reservation timed out",
        "lift ended",
        "lowered",
        "answered",
        "adjusted",
        "frozen",
        "updated",
        "erased",
    ] {
        assert!(seen.get(what).is_some_and(|times| *times > 0), "never {what}: {seen:?}");
    }
}

#[tokio::test]
async fn lines_are_read_back_as_they_were_and_nothing_else_is() {
    let (items, _) = Shop::shared().await;
    for item in items {
        assert_eq!(Item::from_line(&item.to_line()).as_ref(), Ok(item));
    }
    // rulebooks come twice in a dump, and come first in order
    let lines = items.iter().rev().map(|item| Item::from_line(&item.to_line()).unwrap());
    assert!(audit(&Item::in_order(lines.collect())).is_clean());
    for bytes in [0, 1, 2, 3, 4, 255] {
        let value = Value::Bytes((0..bytes).collect());
        let item = Item {
            pk: "T#a#J".to_owned(),
            sk: "x \" y".to_owned(),
            attributes: [("b".to_owned(), value)].into(),
        };
        assert_eq!(Item::from_line(&item.to_line()), Ok(item));
    }
    let wrong = [
        "",
        "{}",
        "[]",
        "{\"pk\":{\"S\":\"T#a#J\"}}",
        "{\"pk\":\"T#a#J\",\"sk\":\"x\"}",
        "{\"pk\":{\"S\":\"T#a#J\"},\"sk\":{\"S\":\"x\"},\"b\":{\"B\":\"AA\"}}",
        "{\"pk\":{\"S\":\"T#a#J\"},\"sk\":{\"S\":\"x\"},\"b\":{\"B\":\"AB==\"}}",
        "{\"pk\":{\"S\":\"T#a#J\"},\"sk\":{\"S\":\"x\"},\"b\":{\"B\":\"=AAA\"}}",
        "{\"pk\":{\"S\":\"T#a#J\"},\"sk\":{\"S\":\"x\"}",
    ];
    for line in wrong {
        assert!(Item::from_line(line).is_err(), "{line}");
    }
}
