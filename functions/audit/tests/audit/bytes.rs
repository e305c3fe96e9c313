//! One altered byte anywhere: in a key or an attribute, of any item.

use crate::shop::{Dice, Shop, audit};
use audit::{Item, Value};

/// Another character of the same length.
fn alter_text(text: &mut String, dice: &mut Dice) {
    let place = dice.place(text.len());
    let mut bytes = std::mem::take(text).into_bytes();
    bytes[place] ^= 1;
    *text = String::from_utf8(bytes).unwrap();
}

fn alter(item: &mut Item, attribute: &str, dice: &mut Dice) {
    match (attribute, item.attributes.get_mut(attribute)) {
        ("pk", _) => alter_text(&mut item.pk, dice),
        ("sk", _) => alter_text(&mut item.sk, dice),
        (_, Some(Value::Text(text) | Value::Number(text))) => alter_text(text, dice),
        (_, Some(Value::Bytes(bytes))) => {
            let place = dice.place(bytes.len());
            bytes[place] ^= 1 << dice.below(8);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_altered_byte_anywhere_is_found() {
    let good = Shop::busy(3, 2, 60, 14).await.dump().await;
    assert!(audit(&good).is_clean());
    let mut dice = Dice::new(7);
    let mut tried = 0;
    for place in 0..good.len() {
        // a rulebook comes twice; its second coming is passed over
        if good[..place].contains(&good[place]) {
            continue;
        }
        let mut attributes: Vec<&str> = good[place].attributes.keys().map(String::as_str).collect();
        attributes.extend(["pk", "sk"]);
        for attribute in attributes {
            let mut items = good.clone();
            alter(&mut items[place], attribute, &mut dice);
            let (pk, sk) = (items[place].pk.clone(), items[place].sk.clone());
            let report = audit(&items);
            let at = |pk: &str, sk: &str| {
                report.violations.iter().any(|v| v.pk == pk && (v.sk == sk || v.sk.is_empty()))
            };
            let found = at(&pk, &sk) || at(&good[place].pk, &good[place].sk);
            assert!(found, "{attribute} of {} {} altered\n{report}", good[place].pk, good[place].sk);
            tried += 1;
        }
    }
    assert!(tried > 300, "only {tried}");
}
