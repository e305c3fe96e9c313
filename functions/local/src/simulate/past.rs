//! What members did, whatever the rules: from a purchase history, or from the entries of a ledger.
//!
//! From a ledger only what people did is taken; what rules and time did is for the rules to do again. What it never
//! does: take over points, tiers or refusals of what was decided then.

use crate::history::{self, Deed, Document, Left};
use audit::{Item, Value};
use domain::chain;
use domain::entry::{By, Change, Entry, Occasion};
use domain::ids::{EventId, MemberId};
use domain::request::ReturnLine;
use dsl::event::Line;
use dsl::units::Moment;
use std::collections::BTreeMap;
use std::mem;

/// What happened to a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// She enrolled.
    Enrol,
    /// She bought.
    Buy {
        id: EventId,
        lines: Vec<Line>,
        channel: Option<String>,
        store: Option<String>,
        /// The redemption that helped to pay it.
        redemption: Option<EventId>,
    },
    /// Lines of a purchase came back.
    GiveBack { id: EventId, purchase: EventId, lines: Vec<ReturnLine> },
    /// She spent so many points.
    Redeem { id: EventId, points: i64 },
    /// Somebody gave or took points by hand.
    Adjust { id: EventId, points: i64, by: By },
    /// It was her birthday: the local day that began then.
    Birthday,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Happening {
    /// When it was decided.
    pub(super) at: Moment,
    /// The instant rules judge it at.
    pub(super) occurred_at: Moment,
    pub(super) what: What,
}

/// A member, and what happened to her, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) member: MemberId,
    pub(super) happenings: Vec<Happening>,
}

/// What all members did.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub(super) courses: Vec<Course>,
    /// Rows, or entries, that were read.
    pub(super) read: u64,
    /// What of it is not simulated.
    pub(super) left: Left,
    /// True where nothing came before: members are as they were.
    pub(super) is_whole: bool,
}

impl Past {
    /// A purchase history.
    pub(super) fn of_history(history: history::History) -> Self {
        let courses = history::courses(history.rows).members.into_iter();
        let course = |(member, deeds): (MemberId, Vec<Deed>)| {
            let happening =
                |deed: Deed| Happening { at: deed.at(), occurred_at: deed.at(), what: what(deed) };
            Course { member, happenings: deeds.into_iter().map(happening).collect() }
        };
        Self {
            courses: courses.map(course).collect(),
            read: history.rows_read,
            left: history.left,
            is_whole: false,
        }
    }

    /// The entries of one merchant's members, as a table or a dump of it has them: in the order of keys.
    pub(super) fn of_ledger(items: Vec<Item>, tenant: &str) -> Result<Self, String> {
        let prefix = format!("T#{tenant}#M#");
        let mut past = Self { is_whole: true, ..Self::default() };
        let mut entries: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for item in items {
            let (Some(member), Some(Value::Text(entry))) =
                (item.pk.strip_prefix(&prefix), item.attributes.get("e"))
            else {
                continue;
            };
            let entry = chain::entry_from_text(entry)
                .map_err(|error| format!("{} {} cannot be read: {error:?}", item.pk, item.sk))?;
            past.read += 1;
            entries.entry(member.to_owned()).or_default().push(entry);
        }
        for (member, mut entries) in entries {
            let member = MemberId::parse(&member).ok_or_else(|| format!("`{member}` is no member's id"))?;
            entries.sort_by_key(|entry| entry.seq);
            let happenings = happenings(entries, &mut past.left);
            past.courses.push(Course { member, happenings });
        }
        // Those with most first, as of a history: the last to finish is a short one.
        past.courses.sort_by_key(|course| std::cmp::Reverse(course.happenings.len()));
        Ok(past)
    }
}

fn what(deed: Deed) -> What {
    match deed {
        Deed::Buy(Document { id, rows, .. }) => {
            let store = rows.first().and_then(|row| row.store.clone());
            let line = |row: history::Row| Line {
                amount_minor: row.amount_minor,
                quantity: row.quantity,
                sku: row.sku,
                category: row.category,
                brand: None,
                tags: Vec::new(),
                eligible: true,
            };
            let lines = rows.into_iter().map(line).collect();
            What::Buy { id, lines, channel: None, store, redemption: None }
        }
        Deed::GiveBack { id, purchase, lines, .. } => {
            let line = |(line, quantity, amount): (usize, i64, i64)| ReturnLine {
                line,
                quantity,
                amount_minor: Some(amount),
            };
            What::GiveBack { id, purchase, lines: lines.into_iter().map(line).collect() }
        }
    }
}

/// What people did to a member, of her entries in order.
fn happenings(entries: Vec<Entry>, left: &mut Left) -> Vec<Happening> {
    let cancelled: Vec<EventId> = entries
        .iter()
        .filter_map(|entry| match &entry.change {
            Change::Cancelled { redemption, .. } => Some(redemption.clone()),
            _ => None,
        })
        .collect();
    let mut happenings = Vec::with_capacity(entries.len());
    for mut entry in entries {
        let (at, occurred_at) = (entry.at, entry.occurred_at);
        let change = mem::replace(&mut entry.change, Change::Settled);
        // `p#A1#r#R7#`: kind and id by turns, the last id is its own.
        let own =
            || entry.reference.as_str().trim_end_matches('#').rsplit('#').next().and_then(EventId::parse);
        let what = match change {
            Change::Enrolled(_) => Some(What::Enrol),
            Change::Purchased { bought, .. } => own().map(|id| What::Buy {
                id,
                lines: bought.lines.into_iter().map(line).collect(),
                channel: bought.channel,
                store: bought.store,
                redemption: bought.redemption.filter(|paid| !cancelled.contains(paid)),
            }),
            Change::Returned(returned) => own().map(|id| What::GiveBack {
                id,
                purchase: returned.purchase,
                lines: returned
                    .lines
                    .into_iter()
                    .map(|l| ReturnLine {
                        line: l.line,
                        quantity: l.quantity,
                        amount_minor: Some(l.amount_minor),
                    })
                    .collect(),
            }),
            Change::Redeemed { points, .. } => own().map(|id| What::Redeem { id, points }),
            Change::Captured { redemption, points, .. } => Some(What::Redeem { id: redemption, points }),
            Change::Adjusted { points, by, .. } => own().map(|id| What::Adjust { id, points, by }),
            // judged at the midnight its day begins with
            Change::Celebrated { occasion: Occasion::Birthday, .. } => Some(What::Birthday),
            other => {
                if let Some(why) = not_simulated(&other) {
                    left.add(why);
                }
                None
            }
        };
        let what = what.filter(|what| match what {
            What::Redeem { id, points } => *points > 0 && !cancelled.contains(id),
            _ => true,
        });
        happenings.extend(what.map(|what| Happening { at, occurred_at, what }));
    }
    happenings
}

/// Why something that people did is left out; none for what rules and time did.
const fn not_simulated(change: &Change) -> Option<&'static str> {
    match change {
        Change::Occurred { .. } => {
            Some("an event of the merchant's own, of which the ledger keeps no fields")
        }
        Change::Answered { .. } => Some("an answer to a survey"),
        Change::Joined { .. } | Change::ReferralPaid { .. } => Some("a referral"),
        Change::MergedInto { .. } | Change::MergedFrom { .. } => Some("a merge of two members"),
        Change::Frozen { .. } => Some("a freeze"),
        Change::Erased { .. } => Some("an erasure"),
        _ => None,
    }
}

fn line(line: domain::entry::BoughtLine) -> Line {
    Line {
        amount_minor: line.amount_minor,
        quantity: line.quantity,
        sku: line.sku,
        category: line.category,
        brand: line.brand,
        tags: line.tags,
        eligible: !line.excluded,
    }
}
