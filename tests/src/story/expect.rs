//! What a story expects of a step: short phrases, each checked against the answer that all floors gave.

use super::words::Words;
use crate::clock::Wall;
use crate::transcript::{Answer, Outcome};
use dsl::units::Moment;

/// One expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// As written.
    pub text: String,
    /// Whose entries, where a job touched several members.
    pub whose: Option<String>,
    /// What it asks for.
    pub what: Expected,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// A posting, or 0: `earns 12`, `claws 4`, `redeems 500`, `expires 20`, `gives back 30`, `repays 5`, `owes 5`.
    Moved {
        /// The account, as the API names it.
        account: &'static str,
        /// What must be posted on it.
        points: i64,
    },
    /// `balance 8`, `pending 0`, `held 0`, `debt 0`.
    Has {
        /// Which.
        which: Balance,
        /// How many points.
        points: i64,
    },
    /// `tier gold`, `no tier`.
    Tier(Option<String>),
    /// `refused redeem.insufficient_points`.
    Refused(String),
    /// `replayed`.
    Replayed,
    /// `entry 3`: the sequence number.
    Entry(u64),
    /// `next expiry 12 points at 2027-03-02 10:05`, `nothing expires`.
    NextExpiry(Option<(i64, Moment)>),
    /// `badge spring`.
    Badge(String),
    /// `level explorer scout`.
    Level(String, String),
    /// `challenge spring done`, `challenge spring open`.
    Challenge(String, bool),
    /// `goal spring visits 3 of 5`.
    Goal(String, String, i64, i64),
    /// `thanked with 50`: the points a member is told her answer earned.
    Thanked(i64),
    /// `asked for review`, `asked for nothing`: what she is told she is asked for next.
    AskedFor(Option<String>),
    /// `until 2022-04-01 10:00`: a token's time.
    Until(Moment),
    /// `tagged promoter`: the card shows the tag, and that a rule gave it.
    Tagged(String),
    /// `does open case "unhappy member"`: among the effects of the entry, as a rule says it; `does nothing else`:
    /// there are none.
    Does(Option<String>),
    /// `lacks 4000 to gold`: what is missing to the next tier, in its threshold's unit.
    Lacks(i64, String),
    /// `free to earn and spend`, `earning frozen`, `spending frozen`, `earning and spending frozen`, `erased`: the
    /// card's word for it.
    Standing(&'static str),
    /// `grants coffee`, `withholds palette`.
    Reward(String),
    /// `voucher coffee issued`, `voucher sweet (cake) reserved until 2027-03-02 10:05`, `no voucher`: on a card.
    Voucher(Option<(String, Option<Moment>)>),
    /// `review at 2027-03-02 10:05`, `no review`.
    Review(Option<Moment>),
    /// `nothing happens`: a job wrote nothing.
    NothingHappens,
}

/// Which balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Balance {
    Active,
    Pending,
    Held,
    Debt,
}

/// Reads a line of expectations, separated by commas.
pub(super) fn read(text: &str, wall: &Wall) -> Result<Vec<Expect>, String> {
    let (whose, text) = match text.trim().strip_prefix("for ").and_then(|rest| rest.split_once(": ")) {
        Some((member, rest)) => (Some(member.to_owned()), rest),
        None => (None, text),
    };
    text.split(',')
        .map(|phrase| {
            let (text, what) = (phrase.trim().to_owned(), one(phrase, wall)?);
            Ok(Expect { text, whose: whose.clone(), what })
        })
        .collect()
}

/// What a card shows of badges, levels and challenges.
fn shown(first: &str, w: &mut Words<'_>) -> Result<Expected, String> {
    Ok(match first {
        "badge" => Expected::Badge(w.take("a badge")?.to_owned()),
        "level" => Expected::Level(w.take("a set")?.to_owned(), w.take("a level")?.to_owned()),
        "challenge" => {
            let name = w.take("a challenge")?.to_owned();
            let done = w.eat("done");
            if !done {
                w.must("open")?;
            }
            Expected::Challenge(name, done)
        }
        _ => {
            let (challenge, goal) = (w.take("a challenge")?.to_owned(), w.take("a goal")?.to_owned());
            let have = w.number("what is done")?;
            w.must("of")?;
            Expected::Goal(challenge, goal, have, w.number("what is asked for")?)
        }
    })
}

fn one(phrase: &str, wall: &Wall) -> Result<Expected, String> {
    let mut w = Words::of(phrase);
    let first = w.take("an expectation")?;
    let what = match first {
        "earns" => moved("issuer", -points(&mut w)?),
        "claws" => moved("clawed", points(&mut w)?),
        "redeems" => moved("redeemed", points(&mut w)?),
        "expires" => moved("expired", points(&mut w)?),
        "gives" => {
            w.must("back")?;
            moved("redeemed", -points(&mut w)?)
        }
        "repays" => moved("debt", points(&mut w)?),
        "owes" => moved("debt", -points(&mut w)?),
        "balance" => has(Balance::Active, w.number("a number of points")?),
        "pending" => has(Balance::Pending, w.number("a number of points")?),
        "held" => has(Balance::Held, w.number("a number of points")?),
        "debt" => has(Balance::Debt, w.number("a number of points")?),
        "tier" => Expected::Tier(Some(w.take("a tier")?.to_owned())),
        "no" if w.eat("tier") => Expected::Tier(None),
        "no" if w.eat("review") => Expected::Review(None),
        "no" if w.eat("voucher") => Expected::Voucher(None),
        "grants" | "withholds" => Expected::Reward(format!("{first} {}", w.take("a reward")?)),
        "voucher" => {
            let mut words = Vec::new();
            while w.peek().is_some_and(|word| word != "until") {
                words.push(w.take("a voucher")?);
            }
            let until = if w.eat("until") { Some(moment(&mut w, wall)?) } else { None };
            Expected::Voucher(Some((words.join(" "), until)))
        }
        "refused" => Expected::Refused(w.take("a code")?.to_owned()),
        "replayed" => Expected::Replayed,
        "entry" => {
            let word = w.take("a sequence number")?;
            Expected::Entry(word.parse().map_err(|_| format!("`{word}` is no sequence number"))?)
        }
        "next" => {
            w.must("expiry")?;
            let points = points(&mut w)?;
            w.must("at")?;
            Expected::NextExpiry(Some((points, moment(&mut w, wall)?)))
        }
        "nothing" if w.eat("happens") => Expected::NothingHappens,
        "nothing" => {
            w.must("expires")?;
            Expected::NextExpiry(None)
        }
        "adjusts" => moved("adjusted", -w.number("points given by hand, below 0 if taken")?),
        "free" => {
            w.must("to earn and spend")?;
            Expected::Standing("")
        }
        "earning" if w.eat("and spending frozen") => Expected::Standing("earning and spending frozen"),
        "earning" => {
            w.must("frozen")?;
            Expected::Standing("earning frozen")
        }
        "spending" => {
            w.must("frozen")?;
            Expected::Standing("spending frozen")
        }
        "erased" => Expected::Standing("erased"),
        "badge" | "level" | "challenge" | "goal" => shown(first, &mut w)?,
        "thanked" => {
            w.must("with")?;
            Expected::Thanked(w.number("points")?)
        }
        "asked" => {
            w.must("for")?;
            if w.eat("nothing") {
                Expected::AskedFor(None)
            } else {
                Expected::AskedFor(Some(w.take("what")?.to_owned()))
            }
        }
        "until" => Expected::Until(moment(&mut w, wall)?),
        "tagged" => Expected::Tagged(w.take("a tag")?.to_owned()),
        "does" if w.eat("nothing else") => Expected::Does(None),
        "does" => {
            let mut effect = w.take("an effect, as a rule says it")?.to_owned();
            while let Some(word) = w.peek() {
                effect.push(' ');
                effect.push_str(word);
                w.take("a word")?;
            }
            Expected::Does(Some(effect))
        }
        "lacks" => {
            let missing = w.number("what is missing")?;
            w.must("to")?;
            Expected::Lacks(missing, w.take("a tier")?.to_owned())
        }
        "review" => {
            w.must("at")?;
            Expected::Review(Some(moment(&mut w, wall)?))
        }
        other => return Err(format!("`{other}` begins no expectation; see tests/stories/README.md")),
    };
    w.end()?;
    Ok(what)
}

const fn moved(account: &'static str, points: i64) -> Expected {
    Expected::Moved { account, points }
}

const fn has(which: Balance, points: i64) -> Expected {
    Expected::Has { which, points }
}

/// `nothing`, `12`, `12 points`.
fn points(w: &mut Words<'_>) -> Result<i64, String> {
    if w.eat("nothing") {
        return Ok(0);
    }
    let points = w.number("a number of points")?;
    if !w.eat("points") {
        w.eat("point");
    }
    Ok(points)
}

fn moment(w: &mut Words<'_>, wall: &Wall) -> Result<Moment, String> {
    let day = w.take("a day")?;
    wall.read(day, w.take("a time")?)
}

impl Expect {
    /// Whether the answer is as expected; the error says what it is instead.
    #[allow(clippy::too_many_lines, reason = "one arm per word: it is a table")]
    pub fn check(&self, answer: &Answer, wall: &Wall) -> Result<(), String> {
        let hers = match &self.whose {
            Some(member) => Some(answer.of(member).ok_or_else(|| format!("nothing for {member}"))?),
            None => None,
        };
        let answer = hers.as_ref().unwrap_or(answer);
        let is = |holds: bool, found: String| if holds { Ok(()) } else { Err(found) };
        match &self.what {
            Expected::Moved { account, points } => {
                let found = answer.posted(account);
                let text = found.map_or_else(|| answer.outcome.kind(), |n| format!("{n} on {account}"));
                is(found == Some(*points), text)
            }
            Expected::Has { which, points } => {
                let found = answer.balances().map(|b| match which {
                    Balance::Active => b.active,
                    Balance::Pending => b.pending,
                    Balance::Held => b.held,
                    Balance::Debt => b.debt,
                });
                is(found == Some(*points), found.map_or_else(|| answer.outcome.kind(), |n| n.to_string()))
            }
            Expected::Tier(tier) => is(
                answer.balances().is_some_and(|b| b.tier == *tier),
                format!("{:?}", answer.balances().map(|b| &b.tier)),
            ),
            Expected::Refused(code) => is(
                matches!(&answer.outcome, Outcome::Refused { code: found, .. } if found == code),
                answer.outcome.kind(),
            ),
            Expected::Replayed => is(answer.replayed, "answered for the first time".to_owned()),
            Expected::Entry(seq) => {
                let found = if let Outcome::Entry(entry) = &answer.outcome { Some(entry.seq) } else { None };
                is(found == Some(*seq), format!("{found:?}"))
            }
            Expected::NextExpiry(expected) => {
                let found = answer.card().map(|c| c.expiring);
                is(
                    found == Some(*expected),
                    found
                        .flatten()
                        .map_or_else(|| "none".to_owned(), |(n, at)| format!("{n} at {}", wall.show(at))),
                )
            }
            Expected::Standing(standing) => {
                let found = answer.card().map(|c| c.standing);
                is(found == Some(*standing), format!("{found:?}"))
            }
            Expected::Badge(badge) => is(
                answer.card().is_some_and(|c| c.badges.contains(badge)),
                format!("{:?}", answer.card().map(|c| &c.badges)),
            ),
            Expected::Level(set, level) => {
                let found = answer.card().map(|c| &c.levels);
                let wanted = (set.clone(), level.clone());
                is(found.is_some_and(|levels| levels.contains(&wanted)), format!("{found:?}"))
            }
            Expected::Challenge(name, done) => {
                let found = answer.card().and_then(|c| c.challenges.iter().find(|one| one.name == *name));
                is(found.map(|one| one.completed) == Some(*done), format!("{found:?}"))
            }
            Expected::Goal(name, goal, have, need) => {
                let found = answer.card().and_then(|c| c.challenges.iter().find(|one| one.name == *name));
                let asked = (goal.clone(), *have, *need);
                is(found.is_some_and(|one| one.goals.contains(&asked)), format!("{found:?}"))
            }
            Expected::Thanked(expected) => is(
                matches!(&answer.outcome, Outcome::Thanked { points, .. } if points == expected),
                answer.outcome.kind(),
            ),
            Expected::AskedFor(expected) => is(
                matches!(&answer.outcome, Outcome::Thanked { prompts, .. }
                    if expected.as_ref().map_or(prompts.is_empty(), |prompt| prompts.contains(prompt))),
                answer.outcome.kind(),
            ),
            Expected::Until(expected) => is(
                matches!(&answer.outcome, Outcome::Invited(until) if until == expected),
                answer.outcome.kind(),
            ),
            Expected::Tagged(tag) => is(
                answer.card().is_some_and(|c| c.tags.contains(tag)),
                format!("{:?}", answer.card().map(|c| &c.tags)),
            ),
            Expected::Does(effect) => {
                let Outcome::Entry(entry) = &answer.outcome else { return Err(answer.outcome.kind()) };
                let as_expected = match effect {
                    Some(effect) => entry.effects.contains(effect),
                    None => entry.effects.is_empty(),
                };
                is(as_expected, format!("{:?}", entry.effects))
            }
            Expected::Lacks(missing, tier) => {
                let found = answer.card().and_then(|c| c.next.clone());
                is(found.as_ref() == Some(&(tier.clone(), *missing)), format!("{found:?}"))
            }
            Expected::NothingHappens => {
                let nothing = matches!(&answer.outcome, Outcome::Ran(entries) if entries.is_empty());
                is(nothing, answer.outcome.kind())
            }
            Expected::Reward(told) => {
                let found =
                    if let Outcome::Entry(entry) = &answer.outcome { entry.rewards.as_slice() } else { &[] };
                is(found.contains(told), format!("{found:?}"))
            }
            Expected::Voucher(expected) => {
                let found = answer.card().map(|c| c.vouchers.as_slice()).unwrap_or_default();
                let as_expected = match expected {
                    None => answer.card().is_some() && found.is_empty(),
                    Some((voucher, until)) => {
                        found.iter().any(|(name, at)| name == voucher && (until.is_none() || until == at))
                    }
                };
                is(as_expected, format!("{found:?}"))
            }
            Expected::Review(expected) => {
                let found = answer.card().map(|c| c.review_at);
                is(
                    found == Some(*expected),
                    found.flatten().map_or_else(|| "none".to_owned(), |at| wall.show(at)),
                )
            }
        }
    }
}
