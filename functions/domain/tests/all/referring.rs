//! Referrals to the instant and the cent: which purchase counts, when it is due, what a return does before and after.

use crate::support::*;
use domain::entry::{Entry, Rejection};
use domain::ids::{MemberId, Reference};
use domain::join::join;
use domain::mature::mature;
use domain::request::{Join, Refer};
use domain::revoke::revoke;
use domain::state::Stage;
use domain::sweep::next_due;
use domain::{Due, due};
use dsl::units::Moment;

pub(crate) const FRIENDS: &str = "referral friends {
  join within 7 days
  qualify on purchase of at least 25.00 EUR within 30 days
  mature after 14 days
  limit 2 times per member per year
}

rule brought {
  on referral.referrer
  give 500 points
}

rule came {
  on referral.friend
  give 200 points
}

rule hello {
  on purchase
  give 1 point
  limit 1 time per member per programme
}
";

fn member(name: &str) -> MemberId {
    MemberId::parse(name).unwrap()
}

/// Ana, whom bea brought on 2 March at nine: what she buys until 1 April at nine may count.
pub(crate) fn friend(items: &str) -> Till {
    let mut till = Till::enrolled(programme("  expire never", items), "2026-03-01 09:00");
    till.at("2026-03-02 09:00");
    let request = Join {
        stamp: till.stamp(till.now),
        id: id("F1"),
        referrer: member("bea"),
        referrer_enrolled_at: utc("2026-02-01 09:00"),
        same_person: false,
    };
    let decided = join(&till.snapshot(&Reference::joining(&request.id)), &request, &till.rulebook);
    till.write(decided).unwrap();
    till
}

pub(crate) fn referrer(friend: &Till) -> Till {
    let mut till = Till::enrolled(friend.rulebook.clone(), "2026-02-01 09:00");
    // her own limit is used up: that of the referral is another
    till.buy("A1", vec![line(100)]).unwrap();
    till
}

fn stage(till: &Till) -> Stage {
    till.state.referral.brought.clone().unwrap().stage
}

fn qualifies(till: &Till) -> bool {
    matches!(stage(till), Stage::Qualified(_))
}

/// Settles what is due of the friend's referral with her referrer: both entries.
pub(crate) fn settle(friend: &mut Till, referrer: &mut Till, now: Moment) -> Option<(Entry, Entry)> {
    let (ana, bea) = (member("ana"), member("bea"));
    let request = Refer { friend: &ana, referrer: &bea, now };
    let decided = match due(&friend.state, now)? {
        Due::Maturity(_) => {
            let of = |till: &Till| till.snapshot(&Reference::maturity(&ana));
            mature(&of(friend), &of(referrer), &request, &friend.rulebook)
        }
        Due::Reversal(_) => {
            let of = |till: &Till| till.snapshot(&Reference::reversal(&ana));
            revoke(&of(friend), &of(referrer), &request, &friend.rulebook)
        }
    };
    let [one, other] = decided.unwrap().unwrap();
    (friend.now, referrer.now) = (now, now);
    Some((friend.write(Ok(one)).unwrap(), referrer.write(Ok(other)).unwrap()))
}

#[test]
fn what_was_bought_from_joining_to_the_last_instant_counts_and_at_least_the_amount() {
    let bought = |at: &str, minor: i64| {
        let mut till = friend(FRIENDS);
        till.at("2026-04-01 10:00").buy_with("A1", vec![line(minor)], utc(at), None).unwrap();
        qualifies(&till)
    };
    for (at, counts) in [
        ("2026-03-02 08:59", false),
        ("2026-03-02 09:00", true),
        ("2026-04-01 08:59", true),
        ("2026-04-01 09:00", false),
    ] {
        assert_eq!(bought(at, 2_500), counts, "{at}");
    }
    assert!(!bought("2026-03-05 10:00", 2_499));
    // only the first that counts is the one
    let mut till = friend(FRIENDS);
    till.buy("A1", vec![line(2_500)]).unwrap();
    let first = stage(&till);
    till.wait(DAY).buy("A2", vec![line(9_000)]).unwrap();
    assert_eq!(stage(&till), first);
    // a condition of the referral's own
    let online = FRIENDS.replace("  mature after", "  when channel is online\n  mature after");
    let mut till = friend(&online);
    till.buy("A1", vec![line(9_000)]).unwrap();
    assert!(!qualifies(&till), "bought in a shop");
}

#[test]
fn it_matures_to_the_instant_and_what_was_sent_late_with_the_next() {
    let mut till = friend(FRIENDS);
    let mut bea = referrer(&till);
    till.at("2026-03-03 10:00").buy("A1", vec![line(2_500)]).unwrap();
    let matures = utc("2026-03-17 10:00");
    assert_eq!(next_due(&till.state), Some(matures));
    assert_eq!(due(&till.state, Moment(matures.0 - 1)), None);
    assert_eq!(settle(&mut till, &mut bea, Moment(matures.0 - 1)), None);
    assert_eq!(due(&till.state, matures), Some(Due::Maturity(&member("bea"))));
    let (ana, brought) = settle(&mut till, &mut bea, matures).unwrap();
    assert_eq!((award(&ana).points, award(&brought).points), (200, 500));
    assert!(matches!(stage(&till), Stage::Rewarded(_)));
    assert_eq!((next_due(&till.state), bea.state.referral.friends_rewarded), (None, 1));
    assert_eq!(settle(&mut till, &mut bea, matures), None, "once");

    let mut late = friend(FRIENDS);
    late.at("2026-04-20 09:00").buy_with("A1", vec![line(2_500)], utc("2026-03-03 10:00"), None).unwrap();
    assert_eq!(next_due(&late.state), Some(Moment(late.now.0 + 1)));
}

#[test]
fn a_return_before_it_matured_opens_it_again_or_ends_it() {
    let buys = || {
        let mut till = friend(FRIENDS);
        till.buy("A0", vec![line(500)]).unwrap();
        till.at("2026-03-25 10:00").buy("A1", vec![line(2_500), line(1_000)]).unwrap();
        assert!(qualifies(&till));
        till
    };
    let mut till = buys();
    till.give_back("A0", "B0", &[]).unwrap();
    assert!(qualifies(&till), "another purchase");
    till.give_back("A1", "B1", &[(1, 1, None)]).unwrap();
    assert!(qualifies(&till), "25.00 EUR are left");
    till.at("2026-04-01 08:59").give_back("A1", "B2", &[(0, 0, Some(1))]).unwrap();
    assert_eq!(stage(&till), Stage::Joined, "another may count");
    till.buy("A2", vec![line(2_500)]).unwrap();
    assert!(qualifies(&till));

    let mut over = buys();
    over.at("2026-04-01 09:00").give_back("A1", "B1", &[]).unwrap();
    assert_eq!(stage(&over), Stage::Rejected(Rejection::Returned));
    assert_eq!(next_due(&over.state), None);

    // where any purchase counts, it counts as long as something of it is left
    let any = FRIENDS.replace(" of at least 25.00 EUR", "");
    let mut till = friend(&any);
    till.buy("A1", vec![line(0), line(100)]).unwrap();
    till.give_back("A1", "B1", &[(1, 1, None)]).unwrap();
    assert!(qualifies(&till), "a gift is left");
    till.give_back("A1", "B2", &[]).unwrap();
    assert_eq!(stage(&till), Stage::Joined);
}

#[test]
fn a_return_after_it_both_lose_it_with_the_next_instant_unless_they_keep_it() {
    let rewarded = |items: &str| {
        let mut till = friend(items);
        let mut bea = referrer(&till);
        till.at("2026-03-03 10:00").buy("A1", vec![line(2_500)]).unwrap();
        settle(&mut till, &mut bea, utc("2026-03-17 10:00")).unwrap();
        (till, bea)
    };
    let (mut till, mut bea) = rewarded(FRIENDS);
    assert_eq!((till.state.lifetime.earned_points, bea.state.lifetime.earned_points), (201, 501));
    till.at("2026-03-20 10:00").give_back("A1", "B1", &[(0, 0, Some(1))]).unwrap();
    let soon = Moment(till.now.0 + 1);
    assert!(matches!(stage(&till), Stage::Revoked { due_at, .. } if due_at == soon));
    assert_eq!((due(&till.state, till.now), next_due(&till.state)), (None, Some(soon)));
    assert_eq!(due(&till.state, soon), Some(Due::Reversal(&member("bea"))));
    settle(&mut till, &mut bea, soon).unwrap();
    assert_eq!(stage(&till), Stage::Reversed);
    // a cent of the purchase came back: what is kept of its one point rounds down
    assert_eq!((till.balances().0, bea.balances().0), (0, 1));
    assert_eq!((till.state.lifetime.earned_points, bea.state.lifetime.earned_points), (0, 1));
    let earned = |till: &Till| till.state.days.iter().map(|day| day.sums.earned_points).sum::<i64>();
    assert_eq!((earned(&till), earned(&bea)), (0, 1));

    let keep = FRIENDS.replace("per year\n", "per year\n  refund keep\n");
    let (mut till, _) = rewarded(&keep);
    till.at("2026-03-20 10:00").give_back("A1", "B1", &[]).unwrap();
    assert!(matches!(stage(&till), Stage::Rewarded(_)));
}
