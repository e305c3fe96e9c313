//! The first floor: the domain's decisions alone. Entries and states are folded in memory; there is no store, no HTTP
//! and no clock.

mod jobs;
mod merge;
mod referral;

use super::Floor;
use crate::story::{self, Act, Action, Answering, Finish, How, Step, Story, What};
use crate::transcript::{Answer, Balances, Card, Challenge, Outcome, Written, standing};
use domain::celebrate::birthday_locked_until;
use domain::decision::Decision;
use domain::entry::{Account, By, Change, Entry};
use domain::ids::{EventId, MemberId, Reference, VoucherId};
use domain::refusal::Refusal;
use domain::request::{
    Adjust, Enrol, Erase, Freeze, Head, Occurrence, ProfileFacts, Purchase, Redeem, Redeemable, Return,
    ReturnLine, Snapshot, Stamp, Update, VoucherStep,
};
use domain::state::State;
use domain::{
    adjust, answer, cancel, capture, card, chain, earn, enrol, erase, freeze, give_back, occur, redeem,
    release, update, voucher,
};
use dsl::effect::Effect;
use dsl::plan::Rulebook;
use dsl::survey::QuestionKind;
use dsl::units::{Day, Moment};
use std::collections::{BTreeMap, BTreeSet};

/// Members' chains and programme-wide counters, in memory.
#[derive(Default)]
pub struct Pure {
    published: BTreeMap<String, Rulebook>,
    active: Option<String>,
    /// The first publication.
    since: Option<Moment>,
    members: BTreeMap<String, Chain>,
    counters: BTreeMap<String, i64>,
    /// Until which day each occasion has been celebrated.
    celebrated: BTreeMap<&'static str, Day>,
    /// Dates of rules that rank members, as far as they were dealt with.
    ranked: BTreeSet<(String, Day)>,
    /// What was sent under (member, id), and when: to be repeated.
    sent: BTreeMap<(String, String), (Act, Moment)>,
    /// Until when each member's newest token to a survey is good.
    tokens: BTreeMap<(String, String), Moment>,
}

#[derive(Default)]
struct Chain {
    entries: Vec<(Entry, State)>,
    hash: [u8; 32],
    profile: ProfileFacts,
    /// Devices she was seen with.
    devices: Vec<String>,
    has_code: bool,
}

/// A request made ready: how it is found again, and how it is decided.
struct Ready {
    reference: Reference,
    fingerprint: String,
    paid_with: bool,
    /// The entry that issued the voucher at hand.
    origin: Option<Reference>,
    decide: Decide,
}

impl Floor for Pure {
    fn name(&self) -> String {
        "the domain".to_owned()
    }

    fn step(&mut self, story: &Story, step: &Step) -> Result<Answer, String> {
        match &step.action {
            Action::Publish { rules, activate } => {
                self.since = self.since.or(Some(step.at));
                self.publish(story, rules, *activate)
            }
            Action::Activate { rules } => {
                if !self.published.contains_key(rules) {
                    return Err(format!("`{rules}` was never published"));
                }
                self.active = Some(rules.clone());
                Ok(first(Outcome::Rules { active: true }))
            }
            Action::Job(run) => self.run(run, step.at),
            Action::Member { member, act: Act::Card } => self.card(member, step.at),
            Action::Member { member, act: Act::Newest } => {
                let chain = self.members.get(member).ok_or("nobody")?;
                let (entry, state) = chain.entries.last().ok_or("no entry yet")?;
                Ok(first(written(entry, state, self.book_of(entry)?)))
            }
            Action::Member { member, act: Act::Invite { survey } } => self.invite(member, survey, step.at),
            Action::Member { member, act: Act::Code } => self.code(member),
            Action::Member { member, act: Act::Repeat { id } } => {
                let key = (member.clone(), id.clone());
                let (act, at) =
                    self.sent.get(&key).cloned().ok_or_else(|| format!("nothing was sent as `{id}`"))?;
                self.send(member, &act, at)
            }
            Action::Member { member, act } => {
                let id = act.id().unwrap_or_default().to_owned();
                self.sent.entry((member.clone(), id)).or_insert_with(|| (act.clone(), step.at));
                self.send(member, act, step.at)
            }
        }
    }
}

fn first(outcome: Outcome) -> Answer {
    Answer { outcome, replayed: false }
}

fn refused(code: &str) -> Answer {
    first(Outcome::Refused { code: code.to_owned(), numbers: Vec::new() })
}

impl Pure {
    fn publish(&mut self, story: &Story, rules: &str, activate: bool) -> Result<Answer, String> {
        let text = story.rules.get(rules).ok_or_else(|| format!("no rules `{rules}`"))?;
        let checked = dsl::check::check(text.as_bytes(), None);
        let Some(programme) = checked.programme else { return Ok(refused("rules.invalid")) };
        let rulebook = Rulebook::compile(programme);
        if dsl::testing::run(&rulebook).iter().any(|test| !test.failures.is_empty()) {
            return Ok(refused("rules.tests_failed"));
        }
        self.published.insert(rules.to_owned(), rulebook);
        if activate {
            self.active = Some(rules.to_owned());
        }
        Ok(first(Outcome::Rules { active: activate }))
    }

    fn rulebook(&self) -> Result<&Rulebook, String> {
        self.active
            .as_ref()
            .and_then(|name| self.published.get(name))
            .ok_or_else(|| "no rules in force".to_owned())
    }

    /// A member's lots in the experiments. This floor has no secret, and every other a merchant's id of its own: no story
    /// may tell which arm she is in.
    /// The rulebook that decided an entry.
    fn book_of(&self, entry: &Entry) -> Result<&Rulebook, String> {
        let own = self.published.values().find(|rulebook| rulebook.id() == entry.rulebook);
        own.map_or_else(|| self.rulebook(), Ok)
    }

    fn lots(member: &str, rulebook: &Rulebook) -> BTreeMap<String, u32> {
        let number =
            member.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        let experiments = rulebook.programme().experiments.iter();
        experiments.map(|one| (one.name.clone(), number % dsl::model::LOTS)).collect()
    }

    fn card(&self, member: &str, now: Moment) -> Result<Answer, String> {
        let rulebook = self.rulebook()?;
        let Some((_, state)) = self.members.get(member).and_then(|chain| chain.entries.last()) else {
            return Ok(refused("member.unknown"));
        };
        let card = card::card(state, now, rulebook);
        Ok(first(Outcome::Card(Card {
            balances: Balances {
                active: card.balance_points,
                pending: card.pending_points,
                held: card.held_points,
                debt: card.debt_points,
                tier: card.tier.as_ref().map(|t| t.name.clone()),
            },
            expiring: card.expiring_next.map(|e| (e.points, e.at)),
            review_at: card.tier.as_ref().and_then(|t| t.review_at),
            next: card.tier.and_then(|t| t.next).map(|n| (n.name, n.missing)),
            standing: standing(
                card.standing.earning_frozen,
                card.standing.spending_frozen,
                card.standing.erased,
            ),
            badges: card.badges,
            levels: card.levels.into_iter().map(|level| (level.set, level.name)).collect(),
            challenges: card
                .challenges
                .into_iter()
                .map(|one| Challenge {
                    name: one.name,
                    completed: one.completed,
                    goals: one.goals.into_iter().map(|goal| (goal.name, goal.have, goal.need)).collect(),
                })
                .collect(),
            tags: card.tags,
            vouchers: card.vouchers.iter().map(held_voucher).collect(),
        })))
    }

    fn answer_ready(
        &self,
        member: &str,
        answering: &Answering,
        at: Moment,
        rulebook: &Rulebook,
    ) -> Result<Ready, String> {
        let Answering { survey, answers } = answering;
        let key = (member.to_owned(), survey.clone());
        let expires_at =
            *self.tokens.get(&key).ok_or_else(|| format!("{member} has no token to `{survey}`"))?;
        let words = |question: &str| {
            let asked = answer::find(survey, rulebook).and_then(|survey| survey.question(question));
            asked.is_some_and(|asked| asked.kind == QuestionKind::Text)
        };
        let fingerprint = format!("{answering:?}");
        let stamp = Stamp {
            member: MemberId::parse(member).ok_or_else(|| format!("`{member}` is no id"))?,
            fingerprint: fingerprint.clone(),
            now: at,
            occurred_at: at,
        };
        let answers = answers.iter().filter(|(question, _)| !words(question));
        let request = domain::request::Answer {
            stamp,
            survey: survey.clone(),
            expires_at,
            answers: answers.map(|(question, value)| (question.clone(), value.clone())).collect(),
        };
        let reference = Reference::survey(survey);
        let decide: Decide = Box::new(move |s, r| answer::answer(s, &request, r));
        Ok(Ready { reference, fingerprint, paid_with: false, origin: None, decide })
    }

    fn invite(&mut self, member: &str, name: &str, now: Moment) -> Result<Answer, String> {
        let rulebook = self.rulebook()?;
        let Some(survey) = answer::find(name, rulebook) else { return Ok(refused("survey.unknown")) };
        let until = rulebook.zone().plus(now, survey.within);
        match self.members.get(member).and_then(|chain| chain.entries.last()) {
            None => return Ok(refused("member.unknown")),
            Some((_, state)) if state.standing.erased => return Ok(refused("member.erased")),
            Some(_) => {}
        }
        self.tokens.insert((member.to_owned(), name.to_owned()), until);
        Ok(first(Outcome::Invited(until)))
    }

    fn send(&mut self, member: &str, act: &Act, at: Moment) -> Result<Answer, String> {
        if let Act::Merge { id, from, reason } = act {
            return self.merge((member, from), (id, reason), at);
        }
        let rulebook = self.rulebook()?.clone();
        let ready = match act {
            Act::Join { .. } => match self.joining(member, act, at)? {
                Ok(ready) => ready,
                Err(answer) => return Ok(answer),
            },
            Act::Answer(answering) => self.answer_ready(member, answering, at, &rulebook)?,
            Act::Voucher(step) => self.voucher_ready(member, step, at)?,
            act => ready(member, act, at)?,
        };
        let chain = self.members.get(member);
        let entries: &[(Entry, State)] = chain.map_or(&[], |c| &c.entries);
        if let Some((entry, state)) = entries.iter().find(|(entry, _)| entry.reference == ready.reference) {
            if entry.fingerprint != ready.fingerprint {
                let answered = matches!(act, Act::Answer(_));
                return Ok(refused(if answered { "survey.answered" } else { "key_reused" }));
            }
            return Ok(Answer { outcome: told(entry, state, self.book_of(entry)?), replayed: true });
        }
        let mut snapshot = Snapshot {
            head: entries.last().map(|(entry, state)| Head {
                seq: entry.seq,
                at: entry.at,
                hash: chain.map(|c| c.hash).unwrap_or_default(),
                state: state.clone(),
            }),
            family: family(entries, ready.reference.family()),
            paid_with: Vec::new(),
            profile: chain.map(|c| c.profile.clone()).unwrap_or_default(),
            counters: self.counters.clone(),
            lots: Pure::lots(member, &rulebook),
        };
        if let Some(origin) = &ready.origin {
            snapshot.paid_with = family(entries, origin.family());
        }
        if ready.paid_with
            && let Some(redemption) = snapshot.family.iter().find_map(paid_with)
        {
            snapshot.paid_with = family(entries, Reference::redemption(&redemption).as_str());
        }
        match (ready.decide)(&snapshot, &rulebook) {
            Err(refusal) => Ok(first(refusal_outcome(&refusal))),
            Ok(decision) => {
                let answer = self.commit(member, act, decision)?;
                self.reverse(member, &rulebook)?;
                Ok(answer)
            }
        }
    }

    /// A step of the voucher that a request issued.
    fn voucher_ready(&self, member: &str, step: &story::VoucherStep, at: Moment) -> Result<Ready, String> {
        let event = |text: &str| EventId::parse(text).ok_or_else(|| format!("`{text}` is no id"));
        let of = |entry: &&Entry| entry.reference.as_str().split('#').skip(1).any(|part| part == step.of);
        let entries = self.members.get(member).map(|chain| chain.entries.as_slice()).unwrap_or_default();
        let origin = entries.iter().map(|(entry, _)| entry).filter(of).find(|entry| {
            let voucher = VoucherId(entry.seq, 0);
            domain::voucher::issued(std::slice::from_ref(entry), voucher).is_some()
        });
        let origin = origin.ok_or_else(|| format!("`{}` issued no voucher", step.of))?;
        let request = VoucherStep {
            stamp: Stamp {
                member: MemberId::parse(member).ok_or_else(|| format!("`{member}` is no id"))?,
                fingerprint: format!("{step:?}"),
                now: at,
                occurred_at: at,
            },
            voucher: VoucherId(origin.seq, 0),
            id: event(&step.id)?,
            until: step.seconds.map(|seconds| Moment(at.0 + seconds * 1_000)),
            choice: step.choice.clone(),
        };
        let decide = match step.how {
            "reserve" => voucher::reserve,
            "release" => voucher::release,
            "fulfil" => voucher::fulfil,
            _ => voucher::cancel,
        };
        Ok(Ready {
            reference: Reference::voucher_step(request.voucher, &request.id),
            fingerprint: request.stamp.fingerprint.clone(),
            paid_with: false,
            origin: Some(origin.reference.clone()),
            decide: Box::new(move |s, r| decide(s, &request, r)),
        })
    }

    fn commit(&mut self, member: &str, act: &Act, decision: Decision) -> Result<Answer, String> {
        let chain = self.members.entry(member.to_owned()).or_default();
        let Decision { entry, state, draws, .. } = decision;
        let next = u64::try_from(chain.entries.len()).map_err(|e| e.to_string())? + 1;
        if entry.seq != next {
            return Err(format!("the decision is entry {}, after {} entries", entry.seq, next - 1));
        }
        let sum: i64 = entry.postings.iter().map(|posting| posting.1).sum();
        if sum != 0 {
            return Err(format!("postings sum to {sum}: {:?}", entry.postings));
        }
        for draw in draws {
            let used = self.counters.entry(draw.counter.clone()).or_default();
            *used += draw.amount;
            if draw.most.is_some_and(|most| *used > most) {
                return Err(format!("`{}` is drawn beyond its {:?}", draw.counter, draw.most));
            }
        }
        if let Act::Enrol { device: Some(device), .. } | Act::Join { device: Some(device), .. } = act {
            chain.devices.push(device.clone());
        }
        if let Act::Enrol { birthday, tags, .. } = act {
            chain.profile =
                ProfileFacts { birthday: *birthday, tags: tags.clone(), ..ProfileFacts::default() };
        }
        if let Act::Change(change) = act {
            let profile = &mut chain.profile;
            if change.birthday.is_some() && change.birthday != profile.birthday {
                (profile.birthday, profile.birthday_set_at) = (change.birthday, Some(entry.at));
            }
            let set = |own: &mut Option<String>, new: &Option<String>| {
                *own = new.clone().or_else(|| own.take());
            };
            set(&mut profile.home.country, &change.home.country);
            set(&mut profile.home.postcode, &change.home.postcode);
            set(&mut profile.home.city, &change.home.city);
            profile.tags = change.tags.clone().unwrap_or_else(|| profile.tags.clone());
        }
        if matches!(act, Act::Erase { .. }) {
            chain.profile = ProfileFacts::default();
        }
        let (text, bytes) = (chain::entry_to_text(&entry), chain::state_to_bytes(&state));
        let read = (chain::entry_from_text(&text), chain::state_from_bytes(&bytes));
        if read != (Ok(entry.clone()), Ok(state.clone())) {
            return Err(format!("an entry or its state is not what is read back: {text}"));
        }
        chain.hash = chain::hash(&chain.hash, member, entry.seq, &text, &bytes);
        chain.entries.push((entry.clone(), state.clone()));
        Ok(first(told(&entry, &state, self.book_of(&entry)?)))
    }
}

/// `coffee issued`, `sweet (cake) reserved`, and until when.
fn held_voucher(voucher: &domain::state::Voucher) -> (String, Option<Moment>) {
    let picked = voucher.choice.as_ref().map(|choice| format!(" ({choice})")).unwrap_or_default();
    let state = if voucher.reserved_until.is_some() { "reserved" } else { "issued" };
    (format!("{}{picked} {state}", voucher.reward), voucher.expires_at)
}

fn family(entries: &[(Entry, State)], prefix: &str) -> Vec<Entry> {
    entries
        .iter()
        .map(|(entry, _)| entry)
        .filter(|e| e.reference.as_str().starts_with(prefix))
        .cloned()
        .collect()
}

fn paid_with(entry: &Entry) -> Option<EventId> {
    if let Change::Purchased { bought, .. } = &entry.change { bought.redemption.clone() } else { None }
}

/// What the sender of a request is told: of an answer to a survey, what the member herself is.
fn told(entry: &Entry, state: &State, rulebook: &Rulebook) -> Outcome {
    let Change::Answered { award, .. } = &entry.change else {
        return written(entry, state, rulebook);
    };
    let prompts = award.effects.iter().filter_map(|effect| match effect {
        Effect::Prompt(prompt) => Some(prompt.word().to_owned()),
        _ => None,
    });
    Outcome::Thanked { points: award.points, prompts: prompts.collect() }
}

fn written(entry: &Entry, state: &State, rulebook: &Rulebook) -> Outcome {
    if let Change::Refused(refusal) = &entry.change {
        return refusal_outcome(refusal);
    }
    let mut postings: Vec<(String, i64)> =
        entry.postings.iter().map(|posting| (account(posting.0).to_owned(), posting.1)).collect();
    postings.sort();
    Outcome::Entry(Written {
        seq: entry.seq,
        kind: kind(&entry.change).to_owned(),
        postings,
        balances: Balances {
            active: state.active_points,
            pending: state.pending_points,
            held: state.held_points,
            debt: state.debt_points,
            tier: domain::name_in_force(state, rulebook.programme()).map(str::to_owned),
        },
        effects: entry.change.effects().map(ToString::to_string).collect(),
        rewards: rewards(&entry.change),
    })
}

/// What its rules gave, and what of it could not be had.
fn rewards(change: &Change) -> Vec<String> {
    let awards = || change.awards().last().into_iter();
    let granted = awards().flat_map(|award| &award.rewards).map(|issued| format!("grants {}", issued.reward));
    let withheld = awards().flat_map(|award| &award.withheld);
    granted.chain(withheld.map(|withheld| format!("withholds {}", withheld.reward))).collect()
}

const fn account(account: Account) -> &'static str {
    match account {
        Account::Issuer => "issuer",
        Account::Active => "active",
        Account::Pending => "pending",
        Account::Held => "held",
        Account::Debt => "debt",
        Account::Redeemed => "redeemed",
        Account::Expired => "expired",
        Account::Clawed => "clawed",
        Account::Adjusted => "adjusted",
        Account::Transferred => "transferred",
    }
}

const fn kind(change: &Change) -> &'static str {
    match change {
        Change::Enrolled(_) => "enrolled",
        Change::Purchased { .. } => "purchased",
        Change::Occurred { .. } => "occurred",
        Change::Returned(_) => "returned",
        Change::Held { .. } => "held",
        Change::Redeemed { .. } => "redeemed",
        Change::Captured { .. } => "captured",
        Change::Released { .. } => "released",
        Change::Cancelled { .. } => "cancelled",
        Change::Settled => "settled",
        Change::Refused(_) => "refused",
        Change::Celebrated { .. } => "celebrated",
        Change::Scheduled { .. } => "scheduled",
        Change::MergedInto { .. } => "merged_into",
        Change::MergedFrom { .. } => "merged_from",
        Change::Adjusted { .. } => "adjusted",
        Change::Frozen { .. } => "frozen",
        Change::Updated { .. } => "updated",
        Change::Erased { .. } => "erased",
        Change::VoucherMoved { .. } => "voucher_moved",
        Change::Answered { .. } => "answered",
        Change::Joined { .. } => "joined",
        Change::ReferralPaid { .. } => "referral_paid",
        Change::ReferralRejected { .. } => "referral_rejected",
        Change::ReferralReversed { .. } => "referral_reversed",
    }
}

fn ready(member: &str, act: &Act, at: Moment) -> Result<Ready, String> {
    let event = |text: &str| EventId::parse(text).ok_or_else(|| format!("`{text}` is no id"));
    let fingerprint = format!("{act:?}");
    let stamp = Stamp {
        member: MemberId::parse(member).ok_or_else(|| format!("`{member}` is no id"))?,
        fingerprint: fingerprint.clone(),
        now: at,
        occurred_at: act.dated().unwrap_or(at),
    };
    let mut reads_payment = false;
    let (reference, decide): (_, Decide) = match act {
        Act::Enrol { .. } => {
            let request = Enrol { stamp };
            (Reference::enrolment(), Box::new(move |s, r| enrol::enrol(s, &request, r)))
        }
        Act::Buy(buy) => {
            let request = Purchase {
                stamp,
                id: event(&buy.id)?,
                lines: buy.lines.clone(),
                channel: buy.channel.clone(),
                store: buy.store.clone(),
                redemption: buy.paid_with.as_deref().map(event).transpose()?,
            };
            (Reference::purchase(&request.id), Box::new(move |s, r| earn::earn(s, &request, r)))
        }
        Act::Return(back) => {
            reads_payment = true;
            let line = |l: &crate::story::ReturnLine| ReturnLine {
                line: l.line,
                quantity: l.quantity,
                amount_minor: l.amount_minor,
            };
            let lines = back.lines.iter().map(line).collect();
            let request = Return { stamp, purchase: event(&back.purchase)?, id: event(&back.id)?, lines };
            let reference = Reference::purchase_return(&request.purchase, &request.id);
            (reference, Box::new(move |s, r| give_back::give_back(s, &request, r)))
        }
        Act::Redeem(asked) => {
            let request = Redeem {
                stamp,
                id: event(&asked.id)?,
                what: match &asked.what {
                    What::Points(points) => Redeemable::Points(*points),
                    What::Reward(reward) => Redeemable::Reward(reward.clone()),
                },
                hold_until: asked.hold_seconds.map(|seconds| Moment(at.0 + seconds * 1_000)),
                lines: asked.lines.clone(),
                choice: asked.choice.clone(),
            };
            (Reference::redemption(&request.id), Box::new(move |s, r| redeem::redeem(s, &request, r)))
        }
        Act::Finish(finish) => finish_ready(finish, stamp)?,
        Act::Send(sent) => {
            let request = Occurrence {
                stamp,
                id: event(&sent.id)?,
                kind: sent.kind.clone(),
                fields: sent.fields.clone(),
                channel: None,
                store: None,
            };
            (Reference::event(&request.id), Box::new(move |s, r| occur::occur(s, &request, r)))
        }
        Act::Adjust { .. } | Act::Freeze { .. } | Act::Change(_) | Act::Erase { .. } => {
            by_hand_ready(act, stamp)?
        }
        Act::Card
        | Act::Code
        | Act::Join { .. }
        | Act::Merge { .. }
        | Act::Newest
        | Act::Invite { .. }
        | Act::Answer(_)
        | Act::Repeat { .. }
        | Act::Voucher(_) => {
            return Err("is no request of its own".to_owned());
        }
    };
    Ok(Ready { reference, fingerprint, paid_with: reads_payment, origin: None, decide })
}

type Decide = Box<dyn Fn(&Snapshot, &Rulebook) -> Result<Decision, Refusal>>;

fn by_hand_ready(act: &Act, stamp: Stamp) -> Result<(Reference, Decide), String> {
    let event = |text: &str| EventId::parse(text).ok_or_else(|| format!("`{text}` is no id"));
    let by = |reason: &str| By { actor: "story".to_owned(), reason: reason.to_owned() };
    Ok(match act {
        Act::Adjust { id, points, reason } => {
            let request = Adjust { stamp, id: event(id)?, points: *points, by: by(reason) };
            (Reference::adjustment(&request.id), Box::new(move |s, r| adjust::adjust(s, &request, r)))
        }
        Act::Freeze { id, earning, spending, reason } => {
            let (earning, spending) = (*earning, *spending);
            let request = Freeze { stamp, id: event(id)?, earning, spending, by: by(reason) };
            (Reference::freeze(&request.id), Box::new(move |s, r| freeze::freeze(s, &request, r)))
        }
        Act::Change(change) => {
            let words = |on: bool, name: &str| on.then(|| name.to_owned());
            let fields = [
                words(change.birthday.is_some(), "birthday"),
                words(change.home.country.is_some(), "country"),
                words(change.home.postcode.is_some(), "postcode"),
                words(change.home.city.is_some(), "city"),
                words(change.tags.is_some(), "tags"),
                words(change.consents.is_some(), "consents"),
                words(change.terms.is_some(), "terms"),
                words(change.household.is_some(), "household"),
            ];
            let request = Update {
                id: event(&change.id)?,
                fields: fields.into_iter().flatten().collect(),
                consents: change.consents.clone(),
                terms: change.terms.clone(),
                household: change.household.clone().map(|it| if it == "none" { String::new() } else { it }),
                actor: "story".to_owned(),
                stamp,
            };
            let birthday = change.birthday;
            (
                Reference::update(&request.id),
                Box::new(move |s, r| {
                    let reborn = birthday.is_some() && birthday != s.profile.birthday;
                    let locked = birthday_locked_until(s.profile.birthday_set_at, request.stamp.now);
                    match locked.filter(|_| reborn) {
                        Some(until) => Err(Refusal::BirthdayLocked { until }),
                        None => update::update(s, &request, r),
                    }
                }),
            )
        }
        Act::Erase { reason } => {
            let request = Erase { stamp, by: by(reason) };
            (Reference::erasure(), Box::new(move |s, r| erase::erase(s, &request, r)))
        }
        _ => return Err("is nothing done by hand".to_owned()),
    })
}

fn finish_ready(finish: &Finish, stamp: Stamp) -> Result<(Reference, Decide), String> {
    let event = |text: &str| EventId::parse(text).ok_or_else(|| format!("`{text}` is no id"));
    let request = domain::request::Step {
        stamp,
        redemption: event(&finish.redemption)?,
        id: event(&finish.id)?,
        points: finish.points,
    };
    Ok(match finish.how {
        How::Capture => (
            Reference::capture(&request.redemption, &request.id),
            Box::new(move |s, r| capture::capture(s, &request, r)),
        ),
        How::Release => (
            Reference::release(&request.redemption, &request.id),
            Box::new(move |s, r| release::release(s, &request, r)),
        ),
        How::Cancel => (
            Reference::cancellation(&request.redemption, &request.id),
            Box::new(move |s, r| cancel::cancel(s, &request, r)),
        ),
    })
}

/// The stable code of a refusal and its numbers, as the HTTP API documents them.
fn refusal_outcome(refusal: &Refusal) -> Outcome {
    let size = |n: &usize| i64::try_from(*n).unwrap_or(i64::MAX);
    let (code, numbers): (&str, Vec<(&str, i64)>) = match refusal {
        Refusal::MemberUnknown => ("member.unknown", vec![]),
        Refusal::MemberExists => ("member.exists", vec![]),
        Refusal::InsufficientPoints { asked, active } => {
            ("redeem.insufficient_points", vec![("active_points", *active), ("asked_points", *asked)])
        }
        Refusal::InDebt { debt } => ("redeem.debt", vec![("debt_points", *debt)]),
        Refusal::RewardUnknown { .. } => ("redeem.reward_unknown", vec![]),
        Refusal::RewardInactive { .. } => ("redeem.reward_inactive", vec![]),
        Refusal::RewardUnmet { condition, .. } => {
            ("redeem.reward_unmet", vec![("condition", size(condition) + 1)])
        }
        Refusal::LimitReached { most, .. } => ("redeem.limit_reached", vec![("most", *most)]),
        Refusal::OutOfStock { .. } => ("redeem.out_of_stock", vec![]),
        Refusal::RewardNotSold { .. } => ("redeem.reward_not_sold", vec![]),
        Refusal::MembersReached { most, .. } => ("redeem.members_reached", vec![("most", *most)]),
        Refusal::VoucherUnknown => ("voucher.unknown", vec![]),
        Refusal::VoucherNotOpen { .. } => ("voucher.not_open", vec![]),
        Refusal::VoucherReserved { .. } => ("voucher.reserved", vec![]),
        Refusal::VoucherNotReserved => ("voucher.not_reserved", vec![]),
        Refusal::ChoiceNeeded { .. } => ("voucher.choice_needed", vec![]),
        Refusal::ChoiceUnknown { .. } => ("voucher.choice_unknown", vec![]),
        Refusal::RedemptionUnknown => ("redemption.unknown", vec![]),
        Refusal::NotHeld { .. } => ("redemption.not_held", vec![]),
        Refusal::NotCaptured => ("redemption.not_captured", vec![]),
        Refusal::CaptureExceedsHold { asked, held } => {
            ("redemption.capture_exceeds_hold", vec![("asked_points", *asked), ("held_points", *held)])
        }
        Refusal::PurchaseUnknown => ("return.purchase_unknown", vec![]),
        Refusal::LineUnknown { line, lines } => {
            ("return.line_unknown", vec![("line", size(line)), ("lines", size(lines))])
        }
        Refusal::ExceedsLine { line, quantity_left, amount_left_minor } => (
            "return.exceeds_line",
            vec![
                ("amount_left_minor", *amount_left_minor),
                ("line", size(line)),
                ("quantity_left", *quantity_left),
            ],
        ),
        Refusal::EventUnknown { .. } => ("event.unknown", vec![]),
        Refusal::BeforeEnrolment { .. } => ("time.before_history", vec![]),
        Refusal::TooMuchOpen { most, .. } => ("programme.busy", vec![("most", size(most))]),
        Refusal::SurveyUnknown { .. } => ("survey.unknown", vec![]),
        Refusal::SurveyTokenExpired { .. } => ("survey.token_expired", vec![]),
        Refusal::SurveyAnswered => ("survey.answered", vec![]),
        Refusal::BirthdayLocked { .. } => ("member.birthday_locked", vec![]),
        Refusal::MemberErased => ("member.erased", vec![]),
        Refusal::MemberMerged { .. } => ("member.merged", vec![]),
        Refusal::MergeOpenVouchers { vouchers } => {
            ("merge.open_vouchers", vec![("vouchers", size(vouchers))])
        }
        Refusal::MergeOpenHolds { holds } => ("merge.open_holds", vec![("holds", size(holds))]),
        Refusal::EarningFrozen => ("member.earning_frozen", vec![]),
        Refusal::SpendingFrozen => ("member.spending_frozen", vec![]),
        Refusal::AdjustmentTooLarge { asked, most } => {
            ("adjust.too_large", vec![("asked_points", *asked), ("most", *most)])
        }
        Refusal::AdjustmentDayCap { asked, used, most } => {
            ("adjust.day_cap", vec![("asked_points", *asked), ("most", *most), ("used_points", *used)])
        }
        Refusal::AdjustmentExceeds { asked, active } => {
            ("adjust.insufficient_points", vec![("active_points", *active), ("asked_points", *asked)])
        }
        Refusal::ReferralNone => ("referral.none", vec![]),
        Refusal::ReferralCodeUnknown => ("referral.code_unknown", vec![]),
        Refusal::ReferralSelf => ("referral.self", vec![]),
        Refusal::ReferralRing => ("referral.ring", vec![]),
        Refusal::ReferralAlready => ("referral.already", vec![]),
        Refusal::ReferralTooLate { .. } => ("referral.too_late", vec![]),
        Refusal::Broken { .. } => ("internal.broken", vec![]),
    };
    let numbers = numbers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Outcome::Refused { code: code.to_owned(), numbers }
}
