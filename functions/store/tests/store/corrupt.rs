//! Items that are not what they must be: named, never read as if they were.

use crate::bench::{Bench, earn, member, purchase};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue::{self, B, N, S};
use store::error::StoreError;
use store::ledger::ApplyError;

#[tokio::test]
async fn a_corrupt_entry_is_named() {
    let bench = Bench::new().await;
    let store = bench.store();
    let ann = member("ann");
    earn(&store, &bench, &ann, &purchase("A1")).await.unwrap();
    let sdk = bench.sdk();
    let key = [("pk", S("T#acme#M#ann".into())), ("sk", S("E#000000000001".into()))];
    let get = sdk
        .get_item()
        .table_name(&bench.table)
        .set_key(Some(key.clone().map(|(k, v)| (k.to_owned(), v)).into()));
    let good = get.send().await.unwrap().item.unwrap();
    let text = good["e"].as_s().unwrap().clone();
    let bad: Vec<(&str, Option<AttributeValue>)> = vec![
        ("e", None),
        ("e", Some(S(text[..text.len() - 1].to_owned()))),
        ("e", Some(S(text.replace("\"n\":1,", "\"n\":2,")))),
        ("e", Some(S(text.replace("p#A1#", "p#A2#")))),
        ("s", None),
        ("s", Some(B(Blob::new([1, 0, 7])))),
        ("s", Some(S("state".to_owned()))),
        ("h", Some(B(Blob::new([0; 31])))),
        ("fmt", Some(N("2".to_owned()))),
        ("fmt", Some(N("0".to_owned()))),
        ("fmt", None),
    ];
    for (attribute, value) in bad {
        let mut item = good.clone();
        match &value {
            Some(value) => item.insert(attribute.to_owned(), value.clone()),
            None => item.remove(attribute),
        };
        sdk.put_item().table_name(&bench.table).set_item(Some(item)).send().await.unwrap();
        let answer = earn(&store, &bench, &ann, &purchase("A9")).await;
        let named = matches!(&answer, Err(ApplyError::Store(StoreError::Corrupt(what))) if what.starts_with("T#acme#M#ann E#000000000001: "));
        assert!(named, "{attribute} {value:?}: {answer:?}");
        assert!(matches!(store.page(&bench.tenant, &ann, None, 10).await, Err(StoreError::Corrupt(_))));
    }
    sdk.put_item().table_name(&bench.table).set_item(Some(good)).send().await.unwrap();
    assert_eq!(earn(&store, &bench, &ann, &purchase("A9")).await.unwrap().entry.seq, 2);
}
