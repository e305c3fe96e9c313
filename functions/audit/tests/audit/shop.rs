//! A shop whose members do everything there is to do, in an order that a seed decides, through the store into a real
//! `DynamoDB` implementation.

use audit::{Auditor, Item, Report};
use domain::chain::fingerprint;
use domain::decision::Decision;
use domain::entry::{Change, VoucherStage};
use domain::ids::{EventId, MemberId, Reference, TenantId, VoucherId};
use domain::refusal::Refusal;
use domain::request::{
    Enrol, Occurrence, Purchase, Redeem, Redeemable, Return, ReturnLine, Snapshot, Stamp, Step, VoucherStep,
};
use domain::{budget_counter, stock_counter};
use domain::{cancel, capture, earn, enrol, give_back, occur, redeem, release, sweep, voucher};
use dsl::event::Line;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use embedded::Embedded;
use std::collections::BTreeMap;
use store::Store;
use store::config::Config;
use store::ledger::{ApplyError, Needs, Write};
use store::profile::{Profile, ProfileWrite};
use tokio::sync::OnceCell;

pub(crate) const HOUR: i64 = 3_600_000;

/// Two rulebooks, one after the other: expiry with and without extension, pending, tiers, limits, a budget, a stock.
const FIRST: &str = r#"language 1

programme club {
  currency EUR
  timezone "Europe/Paris"
  point worth 0.01 EUR
  expire after 3 months at end of month
  remind 20 days before expiry
  unknown member enrol
  limit 900 points per member per month
}

tiers {
  guest   always
  regular from 400 points earned in 6 months
  insider from 900.00 EUR spent this year
  grace 10 days
}

budget winter "Winter" {
  total 700 points
  when spent stop
}

event check_in "A visit" {
  field stars number
}

rule base "One per euro" {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule late "Later" {
  on purchase
  when basket.items at least 3
  give 40 points
  pending for 9 days
}

rule winter_extra "From the budget" {
  on purchase
  when basket.paid at least 50.00 EUR
  give 25 points
  from budget winter
}

rule visit "A visit" {
  on check_in
  give 7 points
  limit 3 times per member per week
}

rule welcome "Welcome" {
  on enrolment
  give 30 points
  points valid for 20 days
}

rule first_badge "Badge" {
  on purchase
  when purchase.number is 1
  give badge "first"
  tag member "buyer"
  prompt for review
}

rule tried "A taste of more" {
  on purchase
  when basket.paid at least 60.00 EUR
  lift tier to regular for 9 days
}

rule sticker "A sticker" {
  on purchase
  when basket.paid at least 90.00 EUR
  give reward sticker
}

survey nps "How likely are you to recommend us?" {
  question score number 0 to 10
  question reason one of [price, service]
  question comment text
  nps of score
  keep reason as tag
}

survey visit_rated "How was your visit?" {
  question stars number 1 to 5
  csat of stars
}

rule thanks "Thank you for answering" {
  on nps.answered
  give 5 points
}

reward coffee "A coffee" {
  costs 20 points
  gives item "coffee"
  limit 2 times per member per month
  stock 12
}

reward sticker "A sticker" {
  gives item "sticker"
  for the first 3 members
  stock 9
  valid for 6 days
}

reward snack "A coffee or a sticker" {
  costs 10 points
  gives one of [coffee, sticker]
  valid for 20 days
}
"#;

const SECOND: &str = r#"language 1

programme club {
  currency EUR
  timezone "Europe/Paris"
  point worth 0.01 EUR
  expire after 2 months without purchase
  remind 20 days before expiry
  pending for 3 days
  shortfall forgive
  unknown member enrol
}

tiers {
  guest   always
  regular from 8 purchases in 2 months keep for 20 days
  insider from 9000.00 EUR spent in total
  downgrade one step
}

event check_in "A visit" {
  field stars number
}

rule base "One and a half per euro" {
  on purchase
  give 1.5 points per 1.00 EUR of basket.paid
}

rule visit "A visit" {
  on check_in
  give 7 points
}

reward coffee "A coffee" {
  costs 20 points
  gives item "coffee"
  stock 12
}
"#;

/// Small, seeded, good enough to shuffle a shop.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    /// From 0 to below so many.
    pub(crate) fn below(&mut self, sides: i64) -> i64 {
        i64::try_from(self.roll() % sides.unsigned_abs()).unwrap()
    }
    /// A place in a list of this length.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(length).unwrap()).unwrap()
    }
    /// Mostly one of the newest.
    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() {
            return None;
        }
        let among = if self.below(4) == 0 { of.len() } else { of.len().min(2) };
        of.get(of.len() - 1 - self.place(among))
    }
}

pub(crate) fn rulebook(text: &str) -> Rulebook {
    let checked = dsl::check::check(text.as_bytes(), None);
    Rulebook::compile(checked.programme.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)))
}

/// One member's doings, to refer back to.
#[derive(Default)]
struct Doings {
    purchases: Vec<EventId>,
    redemptions: Vec<EventId>,
}

pub(crate) struct Shop {
    _database: Embedded,
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
    pub(crate) rulebook: Rulebook,
    pub(crate) now: Moment,
    next_id: u64,
    doings: BTreeMap<String, Doings>,
    /// What issued the voucher of the next step.
    origin: Option<Reference>,
    /// What happened how often, to see that a run was not vacuous.
    pub(crate) seen: BTreeMap<&'static str, u64>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let database = Embedded::start(None).unwrap();
        let store = Store::connect(Config::local(&database.endpoint, "merit")).unwrap();
        store.create_table().await.unwrap();
        let mut shop = Self {
            _database: database,
            store,
            tenant: TenantId::parse("acme").unwrap(),
            rulebook: rulebook(FIRST),
            now: dsl::calendar::parse_moment("2026-01-05T10:00:00Z").unwrap(),
            next_id: 0,
            origin: None,
            doings: BTreeMap::new(),
            seen: BTreeMap::new(),
        };
        shop.publish(FIRST).await;
        shop
    }

    async fn publish(&mut self, text: &str) {
        self.rulebook = rulebook(text);
        self.store.publish(&self.tenant, text, &self.rulebook, "operator", self.now, true).await.unwrap();
    }

    /// A shop of three members after 450 requests, made once for all tests.
    pub(crate) async fn shared() -> &'static (Vec<Item>, BTreeMap<&'static str, u64>) {
        static SHARED: OnceCell<(Vec<Item>, BTreeMap<&'static str, u64>)> = OnceCell::const_new();
        let made = SHARED.get_or_init(|| async {
            let shop = Self::busy(1, 3, 450, 14).await;
            (shop.dump().await, shop.seen)
        });
        made.await
    }

    /// A shop after so many requests, at most so many hours apart; the rules change half way.
    pub(crate) async fn busy(seed: u64, members: i64, requests: i64, hours: i64) -> Self {
        let mut shop = Self::open().await;
        let mut dice = Dice::new(seed);
        shop.debtor().await;
        shop.guest().await;
        shop.people().await;
        for n in 0..requests {
            if n == requests / 2 {
                shop.publish(SECOND).await;
            }
            shop.now.0 += dice.below(hours) * HOUR + dice.below(999);
            let member = format!("m{}", dice.below(members));
            shop.anything(&mut dice, &member).await;
        }
        shop
    }

    /// A member who returns what she bought while its points are held: what comes back from the hold repays her debt.
    async fn debtor(&mut self) {
        let id = |text: &str| EventId::parse(text).unwrap();
        let now = self.now;
        let stamp = |n: u8| Stamp {
            member: MemberId::parse("debtor").unwrap(),
            fingerprint: format!("{n:032x}"),
            now,
            occurred_at: now,
        };
        let lines = vec![Line { amount_minor: 4_000, quantity: 1, eligible: true, ..Line::default() }];
        let bought =
            Purchase { stamp: stamp(1), id: id("b"), lines, channel: None, store: None, redemption: None };
        self.write(&stamp(1), &Reference::purchase(&id("b")), None, earn::needed_counters, |s, r| {
            earn::earn(s, &bought, r)
        })
        .await;
        let hold_until = Some(Moment(now.0 + HOUR));
        let held = Redeem {
            stamp: stamp(2),
            id: id("h"),
            what: Redeemable::Points(60),
            hold_until,
            lines: Vec::new(),
            choice: None,
        };
        self.write(
            &stamp(2),
            &Reference::redemption(&id("h")),
            None,
            |_| Vec::new(),
            |s, r| redeem::redeem(s, &held, r),
        )
        .await;
        let back = Return { stamp: stamp(3), purchase: id("b"), id: id("r"), lines: Vec::new() };
        let reference = Reference::purchase_return(&id("b"), &id("r"));
        self.write(&stamp(3), &reference, None, |_| Vec::new(), |s, r| give_back::give_back(s, &back, r))
            .await;
        let step = Step { stamp: stamp(4), redemption: id("h"), id: id("l"), points: None };
        let reference = Reference::release(&id("h"), &id("l"));
        self.write(&stamp(4), &reference, None, |_| Vec::new(), |s, r| release::release(s, &step, r)).await;
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each thing a member can do")]
    async fn anything(&mut self, dice: &mut Dice, member: &str) {
        let known = self.doings.remove(member);
        // every other member is enrolled by name, the rest by the first purchase
        let enrols = known.is_none() && member.ends_with(['0', '2']);
        let mut doings = known.unwrap_or_default();
        let now = self.now;
        // most things happened just now; some are told late
        let occurred_at = Moment(now.0 - if dice.below(6) == 0 { dice.below(50) * HOUR } else { 0 });
        self.next_id += 1;
        let id = EventId::parse(&format!("x{}", self.next_id)).unwrap();
        let stamp = Stamp {
            member: MemberId::parse(member).unwrap(),
            fingerprint: format!("{:032x}", self.next_id),
            now,
            occurred_at,
        };
        let line = |dice: &mut Dice| Line {
            amount_minor: dice.below(9_000),
            quantity: 1 + dice.below(3),
            eligible: true,
            ..Line::default()
        };
        match if enrols { 0 } else { dice.below(100) } {
            0..=2 => {
                let profile = Profile { name: Some("Ann".to_owned()), ..Profile::default() };
                let request = Enrol { stamp: stamp.clone() };
                self.write(
                    &stamp,
                    &Reference::enrolment(),
                    Some(&profile),
                    enrol::needed_counters,
                    |s, r| enrol::enrol(s, &request, r),
                )
                .await;
            }
            3..=45 => {
                let lines = (0..=dice.below(3)).map(|_| line(dice)).collect();
                let redemption =
                    if dice.below(3) == 0 { dice.pick(&doings.redemptions).cloned() } else { None };
                let request = Purchase {
                    stamp: stamp.clone(),
                    id: id.clone(),
                    lines,
                    channel: None,
                    store: None,
                    redemption,
                };
                doings.purchases.push(id.clone());
                self.write(&stamp, &Reference::purchase(&id), None, earn::needed_counters, |s, r| {
                    earn::earn(s, &request, r)
                })
                .await;
            }
            46..=52 => {
                let request = Occurrence {
                    stamp: stamp.clone(),
                    id: id.clone(),
                    kind: "check_in".to_owned(),
                    fields: BTreeMap::new(),
                    channel: None,
                    store: None,
                };
                self.write(
                    &stamp,
                    &Reference::event(&id),
                    None,
                    |r| occur::needed_counters("check_in", r),
                    |s, r| occur::occur(s, &request, r),
                )
                .await;
            }
            53..=67 => {
                let Some(purchase) = dice.pick(&doings.purchases).cloned() else {
                    return self.keep(member, doings);
                };
                let lines = if dice.below(3) == 0 {
                    Vec::new()
                } else {
                    let quantity = dice.below(2);
                    let amount_minor = (quantity == 0 || dice.below(2) == 0).then(|| 1 + dice.below(1_500));
                    vec![ReturnLine { line: dice.place(3), quantity, amount_minor }]
                };
                let reference = Reference::purchase_return(&purchase, &id);
                let request = Return { stamp: stamp.clone(), purchase, id, lines };
                self.write(
                    &stamp,
                    &reference,
                    None,
                    |_| Vec::new(),
                    |s, r| give_back::give_back(s, &request, r),
                )
                .await;
            }
            68..=82 => {
                let (page, _) = self.store.page(&self.tenant, &stamp.member, None, 1).await.unwrap();
                let all = page.entries.first().map_or(1, |(_, state)| state.active_points.max(1));
                let what = match dice.below(3) {
                    0 => Redeemable::Reward("coffee".to_owned()),
                    1 => Redeemable::Points(all),
                    _ => Redeemable::Points(1 + dice.below(120)),
                };
                let hold_until = (dice.below(2) == 0).then(|| Moment(now.0 + (1 + dice.below(200)) * HOUR));
                let request = Redeem {
                    stamp: stamp.clone(),
                    id: id.clone(),
                    what: what.clone(),
                    hold_until,
                    lines: Vec::new(),
                    choice: None,
                };
                doings.redemptions.push(id.clone());
                self.write(
                    &stamp,
                    &Reference::redemption(&id),
                    None,
                    |r| redeem::needed_counters(&what, r),
                    |s, r| redeem::redeem(s, &request, r),
                )
                .await;
            }
            83..=95 => {
                let Some(redemption) = dice.pick(&doings.redemptions).cloned() else {
                    return self.keep(member, doings);
                };
                let points = (dice.below(2) == 0).then(|| dice.below(60));
                let request =
                    Step { stamp: stamp.clone(), redemption: redemption.clone(), id: id.clone(), points };
                match dice.below(3) {
                    0 => {
                        self.write(
                            &stamp,
                            &Reference::capture(&redemption, &id),
                            None,
                            |_| Vec::new(),
                            |s, r| capture::capture(s, &request, r),
                        )
                        .await;
                    }
                    1 => {
                        self.write(
                            &stamp,
                            &Reference::release(&redemption, &id),
                            None,
                            |_| Vec::new(),
                            |s, r| release::release(s, &request, r),
                        )
                        .await;
                    }
                    _ => {
                        self.write(
                            &stamp,
                            &Reference::cancellation(&redemption, &id),
                            None,
                            |_| Vec::new(),
                            |s, r| cancel::cancel(s, &request, r),
                        )
                        .await;
                    }
                }
            }
            _ => self.sweep(&stamp).await,
        }
        self.keep(member, doings);
    }

    fn keep(&mut self, member: &str, doings: Doings) {
        self.doings.insert(member.to_owned(), doings);
    }

    /// A member to whom everything happens that can happen to a voucher.
    async fn guest(&mut self) {
        let id = |text: &str| EventId::parse(text).unwrap();
        self.guest_buys("v1").await;
        self.guest_redeems("s1", "snack").await;
        self.guest_does("w1", voucher::reserve, None).await;
        self.guest_does("w2", voucher::release, None).await;
        self.guest_does("w3", voucher::reserve, None).await;
        self.now.0 += 2 * HOUR;
        self.guest_does("w4", voucher::reserve, Some("sticker")).await;
        self.guest_does("w5", voucher::fulfil, None).await;
        self.guest_redeems("s2", "snack").await;
        self.guest_does("w6", voucher::cancel, None).await;
        self.guest_redeems("s3", "coffee").await;
        self.guest_does("w7", voucher::fulfil, None).await;
        let back =
            Return { stamp: self.guest_stamp("r1"), purchase: id("v1"), id: id("r1"), lines: Vec::new() };
        let reference = Reference::purchase_return(&back.purchase, &back.id);
        let stamp = back.stamp.clone();
        self.write(&stamp, &reference, None, |_| Vec::new(), |s, r| give_back::give_back(s, &back, r)).await;
        self.guest_buys("v2").await;
        self.now.0 += 7 * 24 * HOUR;
        let stamp = self.guest_stamp("x1");
        self.sweep(&stamp).await;
    }

    fn guest_stamp(&self, event: &str) -> Stamp {
        Stamp {
            member: MemberId::parse("guest").unwrap(),
            fingerprint: format!("{event:0>32}"),
            now: self.now,
            occurred_at: self.now,
        }
    }

    async fn guest_buys(&mut self, event: &str) {
        let id = EventId::parse(event).unwrap();
        let lines = vec![Line { amount_minor: 9_500, quantity: 1, eligible: true, ..Line::default() }];
        let stamp = self.guest_stamp(event);
        let request =
            Purchase { stamp: stamp.clone(), id, lines, channel: None, store: None, redemption: None };
        let reference = Reference::purchase(&request.id);
        self.write(&stamp, &reference, None, earn::needed_counters, |s, r| earn::earn(s, &request, r)).await;
    }

    async fn guest_redeems(&mut self, event: &str, reward: &str) {
        let id = EventId::parse(event).unwrap();
        let stamp = self.guest_stamp(event);
        let what = Redeemable::Reward(reward.to_owned());
        let lines = Vec::new();
        let request = Redeem { stamp: stamp.clone(), id, what, hold_until: None, lines, choice: None };
        let reference = Reference::redemption(&request.id);
        let counters = |r: &Rulebook| redeem::needed_counters(&request.what, r);
        self.write(&stamp, &reference, None, counters, |s, r| redeem::redeem(s, &request, r)).await;
    }

    /// A step of the newest voucher.
    async fn guest_does(
        &mut self,
        event: &str,
        decide: fn(&Snapshot, &VoucherStep, &Rulebook) -> Result<Decision, Refusal>,
        choice: Option<&str>,
    ) {
        let stamp = self.guest_stamp(event);
        let (page, _) = self.store.page(&self.tenant, &stamp.member, None, 1).await.unwrap();
        let open = page.entries[0].1.vouchers.last().unwrap().id;
        let (page, _) = self.store.page(&self.tenant, &stamp.member, Some(open.0 + 1), 1).await.unwrap();
        self.origin = Some(page.entries[0].0.reference.clone());
        let until = Some(Moment(stamp.now.0 + HOUR));
        let id = EventId::parse(event).unwrap();
        let choice = choice.map(str::to_owned);
        let step = VoucherStep { stamp: stamp.clone(), voucher: open, id, until, choice };
        let reference = Reference::voucher_step(step.voucher, &step.id);
        let counters = |r: &Rulebook| voucher::needed_counters(step.choice.as_deref(), r);
        self.write(&stamp, &reference, None, counters, |s, r| decide(s, &step, r)).await;
    }

    async fn sweep(&mut self, stamp: &Stamp) {
        let (page, _) = self.store.page(&self.tenant, &stamp.member, None, 1).await.unwrap();
        let Some((newest, _)) = page.entries.first() else { return };
        let reference = Reference::sweep(newest.seq);
        let stamp = Stamp { fingerprint: fingerprint(&reference), ..stamp.clone() };
        self.write(
            &stamp,
            &reference,
            None,
            |_| Vec::new(),
            |s, r| sweep::sweep(s, stamp.now, r)?.ok_or(Refusal::MemberUnknown),
        )
        .await;
    }

    pub(crate) async fn write(
        &mut self,
        stamp: &Stamp,
        reference: &Reference,
        profile: Option<&Profile>,
        counters: impl Fn(&Rulebook) -> Vec<String>,
        decide: impl Fn(&Snapshot, &Rulebook) -> Result<Decision, Refusal> + Send + Sync,
    ) {
        self.write_as(stamp, reference, profile.map(ProfileWrite::Create), counters, decide).await;
    }

    pub(crate) async fn write_as(
        &mut self,
        stamp: &Stamp,
        reference: &Reference,
        profile: Option<ProfileWrite<'_>>,
        counters: impl Fn(&Rulebook) -> Vec<String>,
        decide: impl Fn(&Snapshot, &Rulebook) -> Result<Decision, Refusal> + Send + Sync,
    ) {
        let counters = counters(&self.rulebook);
        let needs = Needs {
            profile: false,
            counters,
            paid_with: true,
            origin: self.origin.take(),
            ..Needs::default()
        };
        let write = Write {
            tenant: &self.tenant,
            member: &stamp.member,
            reference,
            fingerprint: &stamp.fingerprint,
            needs: &needs,
            profile,
            now: stamp.now,
        };
        let rulebook = self.rulebook.clone();
        let decide = |snapshot: &Snapshot| {
            let code = |voucher: VoucherId| {
                let voucher = voucher.to_string();
                let hash = domain::chain::hash(&[0; 32], stamp.member.as_str(), 0, &voucher, &[]);
                hash.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
            };
            decide(snapshot, &rulebook).map(|decision| decision.coded(code))
        };
        let what = match self.store.apply(write, decide).await {
            Ok(applied) => {
                self.count_entry(&applied.entry);
                kind(&applied.entry.change)
            }
            Err(ApplyError::Refused(Refusal::Broken { invariant })) => panic!("broken: {invariant}"),
            // a second enrolment is another request under the reference of the first
            Err(ApplyError::Refused(_) | ApplyError::KeyReused) => "refused, not recorded",
            Err(other) => panic!("{reference}: {other:?}"),
        };
        *self.seen.entry(what).or_default() += 1;
    }

    fn count_entry(&mut self, entry: &domain::entry::Entry) {
        use domain::entry::Settlement;
        for settlement in &entry.settled {
            let what = match settlement {
                Settlement::Activated { .. } => "activated",
                Settlement::Expired { .. } => "expired",
                Settlement::TimedOut { .. } => "timed out",
                Settlement::Repaid { .. } => "repaid on time-out",
                Settlement::Reviewed { .. } => "tier reviewed",
                Settlement::VoucherFreed { .. } => "reservation timed out",
                Settlement::VoucherExpired { .. } => "voucher expired",
                Settlement::ExpiringSoon { .. } => "expiring soon",
                Settlement::LiftEnded { .. } => "lift ended",
            };
            *self.seen.entry(what).or_default() += 1;
        }
        let more = [
            ("tier changed", entry.tier.is_some()),
            ("repaid", !entry.repaid.is_empty()),
            ("owed", matches!(&entry.change, Change::Returned(r) if r.owed > 0)),
            ("lowered", matches!(&entry.change, Change::Returned(r) if !r.lowered.is_empty())),
            ("forgiven", matches!(&entry.change, Change::Returned(r) if r.forgiven > 0)),
            ("restored", matches!(&entry.change, Change::Returned(r) if !r.restored.is_empty())),
            ("welcomed by a purchase", matches!(&entry.change, Change::Purchased { welcome: Some(_), .. })),
            (
                "drew on the budget",
                matches!(&entry.change, Change::Purchased { award, .. } if !award.budgets.is_empty()),
            ),
        ];
        for (what, _) in more.into_iter().filter(|(_, happened)| *happened) {
            *self.seen.entry(what).or_default() += 1;
        }
    }

    /// The whole table, as the auditor is given it.
    pub(crate) async fn dump(&self) -> Vec<Item> {
        let mut items = Vec::new();
        let mut pages = self.store.items();
        while let Some(page) = pages.next_page().await.unwrap() {
            items.extend(page);
        }
        items
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
        Change::VoucherMoved { to, .. } => match to {
            VoucherStage::Issued => "voucher released",
            VoucherStage::Reserved => "voucher reserved",
            VoucherStage::Fulfilled => "voucher fulfilled",
            VoucherStage::Cancelled => "voucher cancelled",
            VoucherStage::Expired => "voucher released after its time",
        },
        Change::Answered { .. } => "answered",
        Change::Joined { .. } => "joined",
        Change::ReferralPaid { .. } => "referral_paid",
        Change::ReferralRejected { .. } => "referral_rejected",
        Change::ReferralReversed { .. } => "referral_reversed",
    }
}

pub(crate) fn audit(items: &[Item]) -> Report {
    let mut auditor = Auditor::new();
    for item in items {
        auditor.feed(item);
    }
    auditor.finish()
}

/// The counters a shop of ours has.
pub(crate) fn counters() -> [String; 2] {
    [budget_counter("winter"), stock_counter("coffee")]
}
