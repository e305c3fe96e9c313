//! More faults, one at a time, in the parts that people have: surveys, standing, adjustments, merges, vouchers.

use crate::faults::{Fault, each_is_found, entry, item};
use crate::tamper::checksum;
use audit::{Invariant, Item, Value};
use domain::entry::{Award, By, Change, Given, Settlement, VoucherStage};
use domain::ids::{MemberId, Reference};
use dsl::effect::Effect;
use dsl::units::Moment;

const OLD: &str = "T#acme#M#old";
const HANDLED: &str = "T#acme#M#handled";
const COUNTERS: &str = "T#acme#C";

/// Changes the answer to a survey.
fn answer(
    items: &mut [Item],
    what: impl Fn(&mut Vec<(String, Given)>, &mut Option<String>, &mut Award) -> bool,
) -> Option<(String, Option<u64>)> {
    entry(items, |entry, _| match &mut entry.change {
        Change::Answered { answers, class, award, .. } => what(answers, class, award),
        _ => false,
    })
}

/// The fault is seen at the entry after the one that was changed.
fn next(found: Option<(String, Option<u64>)>) -> Option<(String, Option<u64>)> {
    found.map(|(pk, seq)| (pk, seq.map(|seq| seq + 1)))
}

fn somebody() -> MemberId {
    MemberId::parse("zoe").unwrap()
}

const SURVEYS: &[(&str, Invariant, Fault)] = &[
    ("a score out of range", Invariant::Award, |items| {
        answer(items, |answers, _, _| match answers.iter_mut().find(|(question, _)| question == "score") {
            Some((_, Given::Number(score))) if *score > 8 => {
                *score = 11;
                true
            }
            _ => false,
        })
    }),
    ("a class that does not follow from the score", Invariant::Award, |items| {
        answer(items, |_, class, _| class.replace("passive".to_owned()).is_some())
    }),
    ("no class", Invariant::Award, |items| answer(items, |_, class, _| class.take().is_some())),
    ("an answer to what was not asked", Invariant::Award, |items| {
        answer(items, |answers, _, _| {
            answers.push(("income".to_owned(), Given::Number(3)));
            true
        })
    }),
    ("a question answered twice", Invariant::Award, |items| {
        answer(items, |answers, _, _| {
            answers.push(answers[0].clone());
            true
        })
    }),
    ("a choice nobody offered", Invariant::Award, |items| {
        answer(items, |answers, _, _| {
            let reason = answers.iter_mut().find(|(question, _)| question == "reason");
            reason.map(|(_, answer)| *answer = Given::Choice("weather".to_owned())).is_some()
        })
    }),
    ("a tag that was not kept", Invariant::Award, |items| {
        answer(items, |_, _, award| {
            let kept = award.effects.len();
            award.effects.retain(|effect| !matches!(effect, Effect::Tag(_)));
            award.effects.len() < kept
        })
    }),
    ("a survey that nobody asks", Invariant::Award, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Answered { survey, .. } => {
                "other".clone_into(survey);
                true
            }
            _ => false,
        })
    }),
    ("an answer under another survey's reference", Invariant::Reference, |items| {
        entry(items, |entry, _| {
            let answered = matches!(entry.change, Change::Answered { .. });
            entry.reference = Reference::survey("other");
            answered
        })
    }),
    ("a survey answered a second time", Invariant::Reference, |items| {
        entry(items, |entry, _| {
            let answered = entry.reference == Reference::survey("visit_rated");
            entry.reference = Reference::survey("nps");
            answered
        })
    }),
    ("an answer that is not counted", Invariant::Counters, |items| {
        let promoters = item(items, "survey:nps/promoter")?;
        promoters.attributes.insert("used".to_owned(), Value::Number("0".to_owned()));
        Some((COUNTERS.to_owned(), None))
    }),
    ("an answer counted under another class", Invariant::Counters, |items| {
        "survey:nps/passive".clone_into(&mut item(items, "survey:nps/promoter")?.sk);
        Some((COUNTERS.to_owned(), None))
    }),
    ("words without an answer", Invariant::Profiles, |items| {
        let words = items.iter_mut().find(|item| item.sk == "V#nps" && item.pk.contains("#M#"))?;
        "V#visit".clone_into(&mut words.sk);
        checksum(words);
        Some((words.pk.clone(), None))
    }),
    ("words that are none", Invariant::Profiles, |items| {
        let words = items.iter_mut().find(|item| item.sk == "V#nps" && item.pk.contains("#M#"))?;
        words.attributes.insert("p".to_owned(), Value::Text("{\"comment\":7}".to_owned()));
        checksum(words);
        Some((words.pk.clone(), None))
    }),
];

const STANDING: &[(&str, Invariant, Fault)] = &[
    ("bought while earning was frozen", Invariant::Standing, |items| {
        next(entry(items, |entry, state| match &mut entry.change {
            // the last word before she bought
            Change::Frozen { earning, spending, .. } if !*earning && !*spending => {
                *earning = true;
                state.standing.earning_frozen = true;
                true
            }
            _ => false,
        }))
    }),
    ("a freeze that did nothing", Invariant::State, |items| {
        entry(items, |entry, state| {
            state.standing.earning_frozen = false;
            matches!(&entry.change, Change::Frozen { earning: true, .. })
        })
    }),
    ("set free by nobody", Invariant::State, |items| {
        entry(items, |entry, state| {
            let frozen = state.standing.spending_frozen;
            state.standing.spending_frozen = false;
            frozen && matches!(entry.change, Change::Frozen { .. })
        })
    }),
    ("an erasure that did nothing", Invariant::State, |items| {
        entry(items, |_, state| std::mem::take(&mut state.standing.erased))
    }),
    ("something after an erasure", Invariant::Standing, |items| {
        next(entry(items, |entry, state| {
            state.standing.erased = true;
            matches!(entry.change, Change::Updated { .. })
        }))
    }),
    ("the profile of an erased member", Invariant::Profiles, |items| {
        let mut profile = items.iter().find(|item| item.sk == "P")?.clone();
        HANDLED.clone_into(&mut profile.pk);
        checksum(&mut profile);
        let place = items.iter().rposition(|item| item.pk == HANDLED)?;
        items.insert(place + 1, profile);
        Some((HANDLED.to_owned(), None))
    }),
    ("words of an erased member", Invariant::Profiles, |items| {
        let mut words = items.iter().find(|item| item.sk == "V#nps" && item.pk.contains("#M#"))?.clone();
        HANDLED.clone_into(&mut words.pk);
        checksum(&mut words);
        let place = items.iter().rposition(|item| item.pk == HANDLED)?;
        items.insert(place + 1, words);
        Some((HANDLED.to_owned(), None))
    }),
    ("more by hand than may be at once", Invariant::Adjustments, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Adjusted { points, .. } if *points == 100_000 => {
                *points += 1;
                true
            }
            _ => false,
        })
    }),
    ("more by hand than may be in a day", Invariant::Adjustments, |items| {
        next(entry(items, |entry, state| match (&entry.change, &mut state.standing.adjusted) {
            (Change::Adjusted { points: 90_000, .. }, Some(day)) => {
                day.points = 199_990;
                true
            }
            _ => false,
        }))
    }),
    ("what was given by hand that day is forgotten", Invariant::State, |items| {
        entry(items, |entry, state| {
            state.standing.adjusted = None;
            matches!(entry.change, Change::Adjusted { .. })
        })
    }),
    ("points by hand that live longer", Invariant::Award, |items| {
        entry(items, |entry, state| match &mut entry.change {
            Change::Adjusted { expires_at: Some(at), .. } => {
                at.0 += 1;
                let later = *at;
                for lot in state.lots.iter_mut().filter(|lot| lot.id.0 == entry.seq) {
                    lot.expires_at = Some(later);
                }
                true
            }
            _ => false,
        })
    }),
    ("points taken by hand from another lot", Invariant::SpendOrder, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Adjusted { taken, .. } if !taken.is_empty() => {
                taken[0].lot.1 = 9;
                true
            }
            _ => false,
        })
    }),
];

const MERGES: &[(&str, Invariant, Fault)] = &[
    ("more came than had left", Invariant::Transfers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::MergedFrom { by: Some(_), parcel, .. } => {
                parcel.lots[0].points += 1;
                true
            }
            _ => false,
        })?;
        Some((OLD.to_owned(), None))
    }),
    ("a lot came with another expiry", Invariant::Transfers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::MergedFrom { by: Some(_), parcel, .. } => {
                parcel.lots[0].expires_at = None;
                true
            }
            _ => false,
        })?;
        Some((OLD.to_owned(), None))
    }),
    ("a history that was lost on the way", Invariant::Transfers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::MergedFrom { by: Some(_), parcel, .. } => parcel.days.pop().is_some(),
            _ => false,
        })?;
        Some((OLD.to_owned(), None))
    }),
    ("a limit that was lost on the way", Invariant::Transfers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::MergedFrom { by: Some(_), parcel, .. } => parcel.counters.pop().is_some(),
            _ => false,
        })?;
        Some((OLD.to_owned(), None))
    }),
    ("nothing came", Invariant::Transfers, |items| {
        items.retain(|item| item.pk != "T#acme#M#new");
        Some((OLD.to_owned(), None))
    }),
    ("nothing left", Invariant::Transfers, |items| {
        items.retain(|item| item.pk != OLD);
        Some((OLD.to_owned(), None))
    }),
    ("it came from somebody else", Invariant::Transfers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::MergedFrom { from, by: Some(_), .. } => {
                *from = somebody();
                true
            }
            _ => false,
        })?;
        Some((OLD.to_owned(), None))
    }),
    ("it came to somebody else", Invariant::Transfers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::MergedInto { into, .. } => {
                *into = somebody();
                true
            }
            _ => false,
        })?;
        Some((OLD.to_owned(), None))
    }),
    ("points that left and are still there", Invariant::State, |items| {
        entry(items, |entry, state| {
            state.active_points = 1;
            matches!(entry.change, Change::MergedInto { .. })
        })
    }),
    ("a merged member who is not marked", Invariant::State, |items| {
        entry(items, |entry, state| {
            state.standing.merges.into = None;
            matches!(entry.change, Change::MergedInto { .. })
        })
    }),
    ("whom she took in is forgotten", Invariant::State, |items| {
        entry(items, |_, state| !std::mem::take(&mut state.standing.merges.absorbed).is_empty())
    }),
    ("merged while frozen", Invariant::Standing, |items| {
        let place = items.iter().position(|item| item.pk == OLD && item.sk == "E#000000000002")?;
        let mut of_old: Vec<Item> = items[place..].to_vec();
        let found = next(entry(&mut of_old, |_, state| {
            state.standing.spending_frozen = true;
            true
        }));
        items.truncate(place);
        items.extend(of_old);
        found
    }),
    ("something after a merge", Invariant::Standing, |items| {
        entry(items, |entry, _| {
            let after =
                matches!(&entry.change, Change::Returned(_)) && entry.reference.as_str() == "p#o1#r#gr#";
            let by = By { actor: "a".to_owned(), reason: "b".to_owned() };
            entry.change = Change::Frozen { earning: false, spending: false, by };
            after
        })
    }),
    ("a return of before that took too little after", Invariant::Transfers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::MergedFrom { by: None, parcel, .. } => {
                parcel.debt -= 1;
                true
            }
            _ => false,
        })?;
        Some((OLD.to_owned(), None))
    }),
    ("a return of before that stays in the history", Invariant::Transfers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::MergedFrom { by: None, parcel, .. } => parcel.back.take().is_some(),
            _ => false,
        })?;
        Some((OLD.to_owned(), None))
    }),
];

/// Changes a step of a voucher to this stage.
fn step(
    items: &mut [Item],
    of: VoucherStage,
    what: impl Fn(&mut Change) -> bool,
) -> Option<(String, Option<u64>)> {
    entry(items, |entry, _| {
        let is = matches!(&entry.change, Change::VoucherMoved { to, .. } if *to == of);
        is && what(&mut entry.change)
    })
}

/// Changes what time did to a voucher.
fn settled(items: &mut [Item], what: impl Fn(&mut Settlement) -> bool) -> Option<(String, Option<u64>)> {
    entry(items, |entry, _| entry.settled.iter_mut().any(&what))
}

const VOUCHERS: &[(&str, Invariant, Fault)] = &[
    ("a voucher reserved for longer than was said", Invariant::Vouchers, |items| {
        entry(items, |_, state| {
            let reserved = state.vouchers.iter_mut().find_map(|voucher| voucher.reserved_until.as_mut());
            reserved.map(|until| until.0 += 1).is_some()
        })
    }),
    ("a voucher reserved without an end", Invariant::Vouchers, |items| {
        step(items, VoucherStage::Reserved, |change| match change {
            Change::VoucherMoved { until, .. } => until.take().is_some(),
            _ => false,
        })
    }),
    ("a reserved voucher reserved again", Invariant::Vouchers, |items| {
        step(items, VoucherStage::Issued, |change| match change {
            Change::VoucherMoved { to, until, .. } => {
                (*to, *until) = (VoucherStage::Reserved, Some(Moment(i64::MAX)));
                true
            }
            _ => false,
        })
    }),
    ("a voucher released that nobody had reserved", Invariant::Vouchers, |items| {
        step(items, VoucherStage::Cancelled, |change| match change {
            Change::VoucherMoved { to, .. } => {
                *to = VoucherStage::Issued;
                true
            }
            _ => false,
        })
    }),
    ("a voucher that expired by hand before its time", Invariant::Vouchers, |items| {
        step(items, VoucherStage::Issued, |change| match change {
            Change::VoucherMoved { to, .. } => {
                *to = VoucherStage::Expired;
                true
            }
            _ => false,
        })
    }),
    ("a choice that was never made", Invariant::Vouchers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::VoucherMoved { choice, .. } => choice.take().is_some(),
            _ => false,
        })
    }),
    ("a choice nobody could make", Invariant::Vouchers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::VoucherMoved { choice: Some(choice), .. } => {
                "car".clone_into(choice);
                true
            }
            _ => false,
        })
    }),
    ("another reward than the voucher's", Invariant::Vouchers, |items| {
        step(items, VoucherStage::Fulfilled, |change| match change {
            Change::VoucherMoved { reward, .. } => {
                "car".clone_into(reward);
                true
            }
            _ => false,
        })
    }),
    ("a step of a voucher that is not open", Invariant::Vouchers, |items| {
        step(items, VoucherStage::Fulfilled, |change| match change {
            Change::VoucherMoved { voucher, .. } => {
                voucher.1 = 200;
                true
            }
            _ => false,
        })
    }),
    ("a reservation that ended too early", Invariant::Vouchers, |items| {
        settled(items, |settlement| match settlement {
            Settlement::VoucherFreed { at, .. } => {
                at.0 -= 1;
                true
            }
            _ => false,
        })
    }),
    ("a voucher that expired too early", Invariant::Vouchers, |items| {
        settled(items, |settlement| match settlement {
            Settlement::VoucherExpired { at, .. } => {
                at.0 -= 1;
                true
            }
            _ => false,
        })
    }),
    ("a voucher that never expired", Invariant::Vouchers, |items| {
        entry(items, |entry, _| {
            let before = entry.settled.len();
            entry.settled.retain(|settlement| !matches!(settlement, Settlement::VoucherExpired { .. }));
            entry.settled.len() < before
        })
    }),
    ("a cancelled voucher that gave nothing back", Invariant::Restored, |items| {
        step(items, VoucherStage::Cancelled, |change| match change {
            Change::VoucherMoved { restored, .. } => !std::mem::take(restored).is_empty(),
            _ => false,
        })
    }),
    ("a voucher whose piece nobody counted", Invariant::Vouchers, |items| {
        entry(items, |_, state| {
            let stocked = state.vouchers.iter_mut().find(|voucher| voucher.stocked);
            stocked.map(|voucher| voucher.stocked = false).is_some()
        })
    }),
    ("a voucher of a reward that was not bought", Invariant::Vouchers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Redeemed { voucher: Some(issued), .. } => {
                "sticker".clone_into(&mut issued.reward);
                true
            }
            _ => false,
        })
    }),
    ("a reward that was bought and not given", Invariant::Vouchers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Redeemed { voucher, .. } => voucher.take().is_some(),
            _ => false,
        })
    }),
    ("what was revoked is not told", Invariant::Vouchers, |items| {
        entry(items, |entry, _| match &mut entry.change {
            Change::Returned(returned) => !std::mem::take(&mut returned.revoked).is_empty(),
            _ => false,
        })
    }),
];

#[tokio::test]
async fn faults_of_surveys_are_found_and_named() {
    each_is_found(SURVEYS).await;
}

#[tokio::test]
async fn faults_of_standing_and_of_what_people_do_are_found_and_named() {
    each_is_found(STANDING).await;
}

#[tokio::test]
async fn faults_of_merges_are_found_on_both_sides_and_named() {
    each_is_found(MERGES).await;
}

#[tokio::test]
async fn faults_of_vouchers_are_found_and_named() {
    each_is_found(VOUCHERS).await;
}
