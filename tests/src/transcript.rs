//! The transcript of a story: one line per step, rendered from what a floor answered, so that floors can be compared
//! byte for byte. Nothing of a floor's own (times of day, hashes, headers) enters it.

use crate::clock::Wall;
use crate::story::Step;
use dsl::units::Moment;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a floor answered to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The answer.
    pub outcome: Outcome,
    /// True when the floor said that the request had been answered before. Only shown where the story repeats.
    pub replayed: bool,
}

/// The answer itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An entry was written (or had been).
    Entry(Written),
    /// Refused.
    Refused {
        /// The stable code.
        code: String,
        /// Its numbers, by name; sorted.
        numbers: Vec<(String, i64)>,
    },
    /// The member's card.
    Card(Card),
    /// A token was made: until when it can be answered with.
    Invited(Moment),
    /// An answer to a survey was taken: what the member herself is told.
    Thanked {
        /// Points it earned.
        points: i64,
        /// What she is asked for next.
        prompts: Vec<String>,
    },
    /// Rules were published or activated; the activation they lead to.
    Rules {
        /// Whether these rules decide now.
        active: bool,
    },
    /// She has a code.
    Code,
    /// A job ran: the entries it left, each with its member, in the order of members and sequences.
    Ran(Vec<(String, Written)>),
}

/// An entry, as far as every floor shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Sequence number.
    pub seq: u64,
    /// `purchased`, `returned` and so on.
    pub kind: String,
    /// Postings by account, sorted; the API's words.
    pub postings: Vec<(String, i64)>,
    /// Balances after it.
    pub balances: Balances,
    /// What it made happen beside points, each as a rule says it.
    pub effects: Vec<String>,
    /// `grants coffee`, `withholds palette`: rewards its rules gave.
    pub rewards: Vec<String>,
}

/// Balances and tier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Balances {
    pub active: i64,
    pub pending: i64,
    pub held: i64,
    pub debt: i64,
    pub tier: Option<String>,
}

/// A card, as far as every floor shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Card {
    /// Balances and tier.
    pub balances: Balances,
    /// Points that expire next, and when.
    pub expiring: Option<(i64, Moment)>,
    /// When the tier is reviewed.
    pub review_at: Option<Moment>,
    /// The next tier and what is missing to it.
    pub next: Option<(String, i64)>,
    /// Badges.
    pub badges: Vec<String>,
    /// The level of each set of levels.
    pub levels: Vec<(String, String)>,
    /// Challenges: whether each is completed, and its goals with what is done and asked.
    pub challenges: Vec<Challenge>,
    /// Tags that rules gave.
    pub tags: Vec<String>,
    /// Vouchers that can still be used, each with its state, and until when.
    pub vouchers: Vec<(String, Option<Moment>)>,
    /// What is frozen, or `erased`; empty for a member who is free to earn and spend.
    pub standing: &'static str,
}

/// A challenge on a card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Challenge {
    /// Its name.
    pub name: String,
    /// Whether it is completed.
    pub completed: bool,
    /// Its goals: name, done, asked.
    pub goals: Vec<(String, i64, i64)>,
}

/// The word for what the merchant has decided about a member.
pub const fn standing(earning_frozen: bool, spending_frozen: bool, erased: bool) -> &'static str {
    match (earning_frozen, spending_frozen, erased) {
        (_, _, true) => "erased",
        (true, true, false) => "earning and spending frozen",
        (true, false, false) => "earning frozen",
        (false, true, false) => "spending frozen",
        (false, false, false) => "",
    }
}

impl Answer {
    /// What was posted on an account: 0 where nothing was; none where there is no entry.
    pub fn posted(&self, account: &str) -> Option<i64> {
        let Outcome::Entry(entry) = &self.outcome else { return None };
        Some(entry.postings.iter().find(|(name, _)| name == account).map_or(0, |(_, points)| *points))
    }

    /// Balances, where the answer has any.
    pub const fn balances(&self) -> Option<&Balances> {
        match &self.outcome {
            Outcome::Entry(entry) => Some(&entry.balances),
            Outcome::Card(card) => Some(&card.balances),
            Outcome::Invited(_)
            | Outcome::Thanked { .. }
            | Outcome::Refused { .. }
            | Outcome::Rules { .. }
            | Outcome::Code
            | Outcome::Ran(_) => None,
        }
    }

    /// What a job did to a member, as one entry: the last, with all postings; none where it did nothing.
    pub fn of(&self, member: &str) -> Option<Self> {
        let Outcome::Ran(entries) = &self.outcome else { return None };
        let hers: Vec<&Written> =
            entries.iter().filter(|(m, _)| m == member).map(|(_, entry)| entry).collect();
        let mut entry = (*hers.last()?).clone();
        let mut postings: BTreeMap<String, i64> = BTreeMap::new();
        for (account, points) in hers.iter().flat_map(|entry| &entry.postings) {
            *postings.entry(account.clone()).or_default() += points;
        }
        entry.postings = postings.into_iter().collect();
        Some(Self { outcome: Outcome::Entry(entry), replayed: self.replayed })
    }

    /// The card, where the answer is one.
    pub const fn card(&self) -> Option<&Card> {
        if let Outcome::Card(card) = &self.outcome { Some(card) } else { None }
    }
}

impl Outcome {
    /// What kind of answer it is, in short.
    pub fn kind(&self) -> String {
        match self {
            Self::Entry(entry) => format!("an entry `{}`", entry.kind),
            Self::Refused { code, .. } => format!("refused {code}"),
            Self::Card(_) => "a card".to_owned(),
            Self::Invited(_) => "a token".to_owned(),
            Self::Thanked { points, prompts } => format!("thanked with {points}, asked for {prompts:?}"),
            Self::Rules { .. } => "rules".to_owned(),
            Self::Code => "a code".to_owned(),
            Self::Ran(entries) => {
                let names: Vec<&str> = entries.iter().map(|(member, _)| member.as_str()).collect();
                format!("a job that touched [{}]", names.join(" "))
            }
        }
    }
}

/// One line of a transcript.
pub fn line(step: &Step, answer: &Answer, wall: &Wall) -> String {
    let mut line = format!("{} | {} | ", wall.show(step.at), step.text);
    let ok = match &answer.outcome {
        Outcome::Entry(entry) => entry_line(&mut line, entry),
        Outcome::Refused { code, numbers } => write!(line, "refused {code}")
            .and_then(|()| numbers.iter().try_for_each(|(name, value)| write!(line, " {name}={value}"))),
        Outcome::Card(card) => card_line(&mut line, card, wall),
        Outcome::Invited(until) => write!(line, "invited until {}", wall.show(*until)),
        Outcome::Thanked { points, prompts } => write!(line, "thanked with {points}")
            .and_then(|()| prompts.iter().try_for_each(|prompt| write!(line, " | asked for {prompt}"))),
        Outcome::Code => write!(line, "a code"),
        Outcome::Ran(entries) => ran_line(&mut line, entries),
        Outcome::Rules { active } => write!(line, "{}", if *active { "in force" } else { "kept aside" }),
    };
    debug_assert!(ok.is_ok(), "writing to a string never fails");
    if answer.replayed {
        line.push_str(" | replayed");
    }
    line
}

fn ran_line(line: &mut String, entries: &[(String, Written)]) -> std::fmt::Result {
    if entries.is_empty() {
        line.push_str("nothing happens");
    }
    entries.iter().enumerate().try_for_each(|(index, (member, entry))| {
        write!(line, "{}{member} ", if index == 0 { "" } else { "; " })?;
        entry_line(line, entry)
    })
}

fn entry_line(line: &mut String, entry: &Written) -> std::fmt::Result {
    write!(line, "#{} {} |", entry.seq, entry.kind)?;
    for (account, points) in &entry.postings {
        write!(line, " {account} {points:+}")?;
    }
    if entry.postings.is_empty() {
        line.push_str(" nothing moved");
    }
    line.push_str(" | ");
    balances_line(line, &entry.balances)?;
    let told = entry.rewards.iter().chain(&entry.effects);
    told.into_iter().try_for_each(|told| write!(line, " | {told}"))
}

fn balances_line(line: &mut String, b: &Balances) -> std::fmt::Result {
    write!(line, "balance {} pending {} held {} debt {}", b.active, b.pending, b.held, b.debt)?;
    b.tier.iter().try_for_each(|tier| write!(line, " tier {tier}"))
}

fn card_line(line: &mut String, card: &Card, wall: &Wall) -> std::fmt::Result {
    line.push_str("card | ");
    balances_line(line, &card.balances)?;
    if let Some((points, at)) = card.expiring {
        write!(line, " | {points} expire {}", wall.show(at))?;
    }
    if let Some(at) = card.review_at {
        write!(line, " | review {}", wall.show(at))?;
    }
    if let Some((tier, missing)) = &card.next {
        write!(line, " | {missing} to {tier}")?;
    }
    if !card.badges.is_empty() {
        write!(line, " | badges {}", card.badges.join(" "))?;
    }
    for (voucher, until) in &card.vouchers {
        write!(line, " | voucher {voucher}")?;
        until.iter().try_for_each(|at| write!(line, " until {}", wall.show(*at)))?;
    }
    if !card.tags.is_empty() {
        write!(line, " | tagged {}", card.tags.join(" "))?;
    }
    if !card.standing.is_empty() {
        write!(line, " | {}", card.standing)?;
    }
    Ok(())
}
