//! What proves who speaks: tokens that answer a survey, signatures of webhooks. Changed in any way, neither is good.

use crate::odd;
use crate::shop::{MEMBERS, event, shop};
use handlers::events_out::signature::{TOLERANCE_SECONDS, sign, verify};
use reference::generate::Dice;
use serde_json::json;

/// A token, changed, cut, or made of two: none but those that were given out is ever taken.
pub fn survey_token(dice: &mut Dice, bytes: &[u8]) {
    let shop = shop();
    let kept = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = kept.lines().collect();
    let (one, other) = (dice.pick(&shop.tokens).clone(), dice.pick(&shop.tokens).clone());
    let token = match dice.below(8) {
        0 => one,
        1 => (*dice.pick(&lines)).to_owned(),
        2 => {
            let (payload, mac) = (one.split('.').next().unwrap(), other.split('.').nth(1).unwrap());
            format!("{payload}.{mac}")
        }
        3 => {
            // another letter of the alphabet it is written in
            let at = dice.below(one.len());
            let letter = *dice.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.");
            let mut letters = one.into_bytes();
            letters[at] = letter;
            String::from_utf8(letters).unwrap()
        }
        _ => odd::text(dice, &one),
    };
    let survey = if dice.chance(90) { "nps" } else { "other" };
    let body = json!({ "token": token, "answers": { "score": 9 } }).to_string();
    let answer = shop.ask(&event("POST", &format!("/v1/surveys/{survey}/answers"), "", &body, None));
    answer.check(&token);
    if survey == "nps" && shop.tokens.contains(&token) {
        // erased or merged members of other inputs answer no more: that is told to whoever has their token
        assert_ne!(answer.code(), "survey.token_invalid", "{token}");
    } else if token.len() > 60_000 {
        assert!(matches!(answer.status, 403 | 413), "{}", answer.text);
    } else {
        assert_eq!((answer.status, answer.code()), (403, "survey.token_invalid"), "{token}: {}", answer.text);
    }
    assert_eq!(shop.tokens.len(), 2 * MEMBERS);
}

/// A signed body, its header or itself changed: good only as it was signed, within its time.
pub fn webhook_sig(dice: &mut Dice, bytes: &[u8]) {
    let secrets: [&[u8]; 3] =
        [b"the secret of this receiver, 32 b", b"the one after it, for a rotation", b"of nobody"];
    let at = dice.between(0, 4_000_000_000);
    let body = if dice.chance(50) { bytes.to_vec() } else { odd::bytes(dice, bytes) };
    let signing = &secrets[..=dice.below(2)];
    let header = sign(signing, at, &body);
    assert!(verify(&secrets[..1], &header, &body, at), "{header}");
    assert!(!verify(&secrets[2..], &header, &body, at), "by a secret of nobody: {header}");

    let kept = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = kept.lines().collect();
    let other_header = match dice.below(6) {
        0 => header.clone(),
        1 if !lines.is_empty() => (*dice.pick(&lines)).to_owned(),
        2 => header.replace(',', ", "),
        3 => format!("{header},v2=00"),
        _ => odd::text(dice, &header),
    };
    let other_body = if dice.chance(50) { body.clone() } else { odd::bytes(dice, &body) };
    let now = at.saturating_add(*dice.pick(&[0, 1, -1, 299, 300, 301, -300, -301, i64::MAX, i64::MIN]));
    let good = verify(&secrets[..1], &other_header, &other_body, now);
    // what was signed: the second as it is written, and every byte
    let near = now.abs_diff(at) <= TOLERANCE_SECONDS.unsigned_abs();
    let mac = header.split(',').nth(1).unwrap();
    let parts: Vec<&str> = other_header.split(',').map(str::trim).collect();
    let whole = parts[0] == format!("t={at}") && parts[1..].contains(&mac);
    if good {
        assert!(near && whole && body == other_body, "{other_header} at {now} of {header}");
    }
    if near && whole && body == other_body && parts.len() < 8 {
        assert!(good, "{other_header} at {now} of {header}");
    }
}
