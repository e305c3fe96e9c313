//! `/v1/members/{id}/referral-code`, `/v1/referrals`, `/v1/members/{id}/referrals`: who brings whom.
//!
//! What it never does: pay. Both sides are paid by the job of due dates, in one transaction.

use crate::App;
use crate::as_of::as_of;
use crate::codes::coded;
use crate::http::body::{Sheet, query};
use crate::http::call::{Call, Commit};
use crate::http::problem::{Problem, Reply, refused};
use crate::http::respond::Answer;
use crate::identity;
use crate::lots::lots;
use crate::shapes::referral::JOIN;
use domain::ids::{EventId, MemberId, Reference, TenantId};
use domain::mature::needed_counters;
use domain::refusal::Refusal;
use domain::request::{Join, Refer};
use domain::state::{Brought, Stage, State};
use domain::{Due, due, referral_code, shown};
use dsl::plan::Rulebook;
use dsl::units::Moment;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::ledger::{Applied, ApplyError, Needs, Write};
use store::profile::ProfileWrite;

/// Codes tried for one member before it is given up: two members with the same 40 bits are one in a million millions.
const CODES_MAX: u32 = 4;

/// How often joining is tried on a profile that others change at the same time.
const CHANGES_MAX: u32 = 4;

/// `POST /v1/members/{id}/referral-code`: made of the member and the secret, so that a repeat makes the same.
pub(crate) async fn code(call: &Call<'_>) -> Reply<Answer> {
    let member = call.path_member()?;
    let rulebook = call.rulebook().await?;
    if rulebook.programme().referral.is_none() {
        return Err(refused(&Refusal::ReferralNone, &rulebook));
    }
    let (_, state) = newest(call, &member, &rulebook).await?;
    if state.standing.erased {
        return Err(refused(&Refusal::MemberErased, &rulebook));
    }
    for attempt in 0..CODES_MAX {
        let code = made(call, &member, attempt);
        let (owner, meter) = call.app.store.keep_code(&call.claims.tenant, &code, &member).await?;
        call.spent(meter);
        if owner == member {
            return Ok(Answer::ok(json!({"member_id": member.as_str(), "code": code})));
        }
    }
    Err(Problem::internal("a member's codes are all taken"))
}

fn made(call: &Call<'_>, member: &MemberId, attempt: u32) -> String {
    let mac = call
        .app
        .secret
        .mac("referral", &[call.claims.tenant.as_str(), member.as_str(), &attempt.to_string()]);
    let mut bits = [0; 5];
    for (bit, byte) in bits.iter_mut().zip(mac) {
        *bit = byte;
    }
    referral_code::of(bits)
}

async fn newest(call: &Call<'_>, member: &MemberId, rulebook: &Rulebook) -> Reply<(Moment, State)> {
    let newest = crate::as_of::page(call, member, None, 1).await?.entries.into_iter().next();
    newest.map(|(entry, state)| (entry.at, state)).ok_or_else(|| refused(&Refusal::MemberUnknown, rulebook))
}

#[derive(Deserialize)]
struct Body {
    event_id: EventId,
    code: String,
    device: Option<String>,
    payment: Option<String>,
}

/// What of a request may be known for ever: never what tells one person from another.
fn proof(body: &Map<String, Value>) -> Value {
    let known = ["event_id", "member_id", "code", "occurred_at"];
    body.iter()
        .filter(|(name, _)| known.contains(&name.as_str()))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect()
}

/// Parse, load, evaluate, commit, respond: the entry, and what tells one person from another, in one transaction.
pub(crate) async fn join(call: &Call<'_>) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let mut sheet = Sheet::read(call, &JOIN)?.keyed().timed(&rulebook);
    let typed = sheet.get("code").and_then(Value::as_str).map(str::to_owned);
    let code = typed.as_deref().and_then(referral_code::read);
    if typed.is_some() && code.is_none() {
        sheet.wrong(
            "/code",
            "not_a_code",
            "is no code; it has 8 characters and a check, such as 7K3M-9QXT-F",
        );
    }
    let (body, stamp) = sheet.stamped_by::<Body>(proof)?;
    debug_assert!(!body.code.is_empty(), "an empty code is none");
    let (store, tenant) = (&call.app.store, &call.claims.tenant);
    let (referrer, meter) = store.referrer(tenant, &code.unwrap_or_default()).await?;
    call.spent(meter);
    let known = match referrer {
        Some(referrer) => as_of(call, &referrer, Moment(i64::MAX)).await?.map(|(_, state)| (referrer, state)),
        None => None,
    };
    // whoever asks learns no more of a member who is gone than of one who never was
    let Some((referrer, state)) = known.filter(|(_, state)| !state.standing.erased) else {
        // only a repeat has an answer
        let commit = Commit::of(Reference::joining(&body.event_id), &stamp, &rulebook, Vec::new());
        let applied = call.commit(commit, |_| Err(Refusal::ReferralCodeUnknown)).await?;
        return call.written(&applied, &rulebook).await;
    };
    let prints = identity::prints(call, body.device.as_deref(), body.payment.as_deref());
    let theirs = store.profile(tenant, &referrer).await?.unwrap_or_default();
    let mut tries = 0;
    loop {
        let (mut profile, read) = store.profile_to_change(tenant, &stamp.member).await?;
        let changed = identity::add(&mut profile, &prints);
        let request = Join {
            stamp: stamp.clone(),
            id: body.event_id.clone(),
            referrer: referrer.clone(),
            referrer_enrolled_at: state.enrolled_at,
            same_person: identity::same_person(&profile, &theirs),
        };
        let mut commit = Commit::of(Reference::joining(&request.id), &request.stamp, &rulebook, Vec::new());
        commit.profile = changed.then_some(ProfileWrite::Replace { profile: &profile, read });
        tries += 1;
        match call.commit(commit, |snapshot| domain::join::join(snapshot, &request, &rulebook)).await {
            Ok(applied) => return call.written(&applied, &rulebook).await,
            Err(problem) if problem.code == "store.conflict" && tries < CHANGES_MAX => {}
            Err(problem) => return Err(problem),
        }
    }
}

#[derive(Deserialize)]
struct Wanted {
    limit: u32,
    after: Option<MemberId>,
}

/// `GET /v1/members/{id}/referrals`: writes nothing.
pub(crate) async fn referrals(call: &Call<'_>) -> Reply<Answer> {
    let member = call.path_member()?;
    let Wanted { limit, after } = query(call)?;
    let rulebook = call.rulebook().await?;
    let (at, state) = newest(call, &member, &rulebook).await?;
    let at = call.now.max(at);
    let (store, tenant) = (&call.app.store, &call.claims.tenant);
    let mut own = None;
    for attempt in 0..CODES_MAX {
        let code = made(call, &member, attempt);
        let (owner, meter) = store.referrer(tenant, &code).await?;
        call.spent(meter);
        // another's code: hers is a later one
        if owner.as_ref().is_none_or(|owner| *owner == member) {
            own = owner.map(|_| code);
            break;
        }
    }
    let page = store.friends(tenant, &member, after.as_ref(), limit).await?;
    call.spent(page.meter);
    let friends: Vec<Value> = page
        .friends
        .iter()
        .filter_map(|(friend, newest, state)| {
            let brought = state.referral.brought.as_ref()?;
            Some(told(friend, brought, at.max(*newest), &rulebook))
        })
        .collect();
    let count = |word: &str| friends.iter().filter(|friend| friend["state"] == word).count();
    Ok(Answer::ok(json!({
        "member_id": member.as_str(),
        "at": rulebook.zone().show(at),
        "code": own,
        "friends_rewarded": state.referral.friends_rewarded,
        "brought_by": state.referral.brought.as_ref().map(|brought| told(&brought.by, brought, at, &rulebook)),
        "counts": {
            "joined": count("joined"),
            "qualified": count("qualified"),
            "matured": count("matured"),
            "rewarded": count("rewarded"),
            "rejected": count("rejected"),
            "reversed": count("reversed"),
        },
        "friends": friends,
        "next_after": page.after.as_ref().map(MemberId::as_str),
    })))
}

/// How far a referral is.
fn told(other: &MemberId, brought: &Brought, at: Moment, rulebook: &Rulebook) -> Value {
    let show = |moment: Moment| rulebook.zone().show(moment);
    let (state, reason) = shown(brought, at);
    let counting = match &brought.stage {
        Stage::Qualified(counting) | Stage::Rewarded(counting) | Stage::Revoked { counting, .. } => {
            Some(counting)
        }
        Stage::Joined | Stage::Reversed | Stage::Rejected(_) => None,
    };
    json!({
        "member_id": other.as_str(),
        "state": state,
        "reason": reason,
        "joined_at": show(brought.joined_at),
        "until": show(brought.until),
        "purchase_id": counting.map(|counting| counting.purchase.as_str()),
        "matures_at": counting.map(|counting| show(counting.terms.matures_at)),
    })
}

/// Settles what is due of a friend's referral up to a moment: both entries in one transaction, or none. `None` when
/// nothing was due, or another settled it first.
pub(crate) async fn settle(
    app: &App,
    (tenant, rulebook): (&TenantId, &Rulebook),
    friend: &MemberId,
    state: &State,
    now: Moment,
) -> Result<Option<[Applied; 2]>, ApplyError> {
    let (referrer, reverses) = match due(state, now) {
        None => return Ok(None),
        Some(Due::Maturity(referrer)) => (referrer.clone(), false),
        Some(Due::Reversal(referrer)) => (referrer.clone(), true),
    };
    let reference = if reverses { Reference::reversal(friend) } else { Reference::maturity(friend) };
    let fingerprint = domain::chain::fingerprint(&reference);
    let needs = |(role, member)| Needs {
        profile: rulebook.reads_profile() && !reverses,
        counters: if reverses { Vec::new() } else { needed_counters(role, rulebook) },
        // of a household's counter the commit itself says what was used, where that is too much
        households: Vec::new(),
        paid_with: false,
        origin: None,
        lots: lots(&app.secret, tenant, member, rulebook),
    };
    let sides = [(domain::entry::Role::Friend, friend), (domain::entry::Role::Referrer, &referrer)];
    let [of_friend, of_referrer] = sides.map(needs);
    let clock = (app.clock)().max(now);
    let write = |member, needs| Write {
        tenant,
        member,
        reference: &reference,
        fingerprint: &fingerprint,
        needs,
        profile: None,
        now: clock,
    };
    let request = Refer { friend, referrer: &referrer, now };
    let mut none = false;
    let applied = app.store.apply_both(
        [write(friend, &of_friend), write(&referrer, &of_referrer)],
        |of_friend, of_referrer| {
            let decided = if reverses {
                domain::revoke::revoke(of_friend, of_referrer, &request, rulebook)?
            } else {
                domain::mature::mature(of_friend, of_referrer, &request, rulebook)?
            };
            none = decided.is_none();
            let [friends, referrers] = decided.ok_or(Refusal::MemberUnknown)?;
            Ok([coded(app, tenant, friend, friends), coded(app, tenant, &referrer, referrers)])
        },
    );
    match applied.await {
        Ok(applied) => Ok(Some(applied)),
        Err(ApplyError::Refused(_)) if none => Ok(None),
        Err(error) => Err(error),
    }
}
