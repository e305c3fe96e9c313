//! From a story's text to a [`Story`]. Every mistake names its line; nothing is guessed.

use super::words::Words;
use super::{
    Act, Action, Answering, Buy, Change, Finish, How, JOBS, Redeem, Return, ReturnLine, Run, Send, Step,
    Story, Times, VoucherStep, What, expect,
};
use crate::clock::Wall;
use dsl::event::{FieldValue, Line};
use dsl::units::{Currency, Day, Moment};
use std::collections::BTreeMap;

/// Reads a story; `file` gives the text of rules that the story takes from a file. Errors begin with `LINE: `.
pub fn story(text: &str, file: &dyn Fn(&str) -> Result<String, String>) -> Result<Story, String> {
    let mut reader = Reader { title: None, wall: None, rules: BTreeMap::new(), steps: Vec::new() };
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, raw)) = lines.next() {
        let number = index + 1;
        let line = raw.trim_end();
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let at = |error: String| format!("{number}: {error}");
        if let Some(head) = line.strip_prefix("rules ") {
            if let Some(name) = head.strip_suffix(':') {
                let mut body = String::new();
                while let Some((_, inner)) = lines.next_if(|(_, l)| l.starts_with(' ') || l.trim().is_empty())
                {
                    body.push_str(inner.strip_prefix("  ").unwrap_or(inner.trim_start()));
                    body.push('\n');
                }
                reader.rules.insert(name.trim().to_owned(), format!("{}\n", body.trim_end()));
            } else {
                let mut w = Words::of(head);
                let name = w.take("the rules' name").map_err(at)?;
                w.must("from").map_err(at)?;
                let source = file(w.take("a file").map_err(at)?).map_err(at)?;
                reader.rules.insert(name.to_owned(), source);
            }
        } else {
            reader.line(number, line).map_err(at)?;
        }
    }
    reader.finish()
}

struct Reader {
    title: Option<String>,
    wall: Option<Wall>,
    rules: BTreeMap<String, String>,
    steps: Vec<Step>,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        if let Some(title) = line.strip_prefix("story ") {
            self.title = Some(title.trim().to_owned());
            return Ok(());
        }
        if let Some(zone) = line.strip_prefix("zone ") {
            self.wall = Some(Wall::find(zone.trim())?);
            return Ok(());
        }
        let wall = self.wall.as_ref().ok_or("a story says its `zone` before anything happens")?;
        if line.starts_with(' ') {
            let step = self.steps.last_mut().ok_or("an expectation without a step before it")?;
            step.expects.extend(expect::read(line, wall)?);
            return Ok(());
        }
        let (day, rest) = line.split_once(' ').ok_or("a step begins with a day and a time")?;
        let (time, text) = rest.trim_start().split_once(' ').ok_or("a step says what happens")?;
        let at = wall.read(day, time)?;
        if self.steps.last().is_some_and(|previous| previous.at > at) {
            return Err(
                "time never runs backwards in a story; write `dated` for what was sent late".to_owned()
            );
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let action = action(&text, wall)?;
        if let Action::Publish { rules, .. } | Action::Activate { rules } = &action
            && !self.rules.contains_key(rules)
        {
            return Err(format!("the story has no rules named `{rules}`"));
        }
        self.steps.push(Step { line: number, text, at, action, expects: Vec::new() });
        Ok(())
    }

    fn finish(self) -> Result<Story, String> {
        Ok(Story {
            title: self.title.ok_or("1: a story begins with `story` and its title")?,
            wall: self.wall.ok_or("1: a story says its `zone`")?,
            rules: self.rules,
            steps: self.steps,
        })
    }
}

fn action(text: &str, wall: &Wall) -> Result<Action, String> {
    let (head, tail) = match text.split_once(": ") {
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    };
    let mut w = Words::of(head);
    let first = w.take("who does something")?;
    let action = match first {
        "publish" => {
            let rules = w.take("the rules' name")?.to_owned();
            Action::Publish { rules, activate: !w.eat("without activating it") }
        }
        "activate" => Action::Activate { rules: w.take("the rules' name")?.to_owned() },
        "the" => Action::Job(run(&mut w, wall)?),
        member => Action::Member { member: member.to_owned(), act: act(&mut w, tail, wall)? },
    };
    w.end()?;
    Ok(action)
}

/// `birthday job runs`, `due job of 2022-03-04 06:00 runs twice at once`
fn run(w: &mut Words<'_>, wall: &Wall) -> Result<Run, String> {
    let job = w.take("a job's name")?.to_owned();
    if !JOBS.contains(&job.as_str()) {
        return Err(format!("there is no job `{job}`; there are {}", JOBS.join(", ")));
    }
    w.must("job")?;
    let scheduled = if w.eat("of") {
        let day = w.take("a day")?;
        Some(wall.read(day, w.take("a time")?)?)
    } else {
        None
    };
    w.must("runs")?;
    let times = if w.eat("twice at once") {
        Times::TwiceAtOnce
    } else if w.eat("twice") {
        Times::Twice
    } else {
        Times::Once
    };
    Ok(Run { job, scheduled, times })
}

#[allow(clippy::too_many_lines, reason = "one verb after the other: it is a table")]
fn act(w: &mut Words<'_>, tail: Option<&str>, wall: &Wall) -> Result<Act, String> {
    let verb = w.take("what she does")?;
    let no_tail = |act: Act| {
        if tail.is_some() { Err(format!("`{verb}` takes nothing after a colon")) } else { Ok(act) }
    };
    match verb {
        "enrols" => {
            let birthday = if w.eat("born") { Some(day(w.take("a day of birth")?)?) } else { None };
            let device = device(w)?;
            let mut tags = Vec::new();
            if w.eat("with tags") || w.eat("with tag") {
                while w.peek().is_some() {
                    tags.push(w.take("a tag")?.to_owned());
                }
            }
            no_tail(Act::Enrol { birthday, tags, device })
        }
        "buys" => buy(w, tail.ok_or("`buys` says what after a colon: `buys A1: 12.00 EUR`")?, wall),
        "returns" => {
            let purchase = w.take("the purchase's id")?.to_owned();
            w.must("as")?;
            let id = w.take("the return's id")?.to_owned();
            let tail = tail.ok_or("`returns` says what after a colon: `everything`, or `line 1`")?;
            let lines = if tail == "everything" { Vec::new() } else { each(tail, return_line)? };
            Ok(Act::Return(Return { purchase, id, lines }))
        }
        "redeems" | "holds" => {
            let id = w.take("the redemption's id")?.to_owned();
            let hold_seconds = if verb == "holds" { Some(seconds(w)?) } else { None };
            let tail =
                tail.ok_or("what is redeemed stands after a colon: `500 points`, or `reward ten_off`")?;
            let (tail, lines) = match tail.split_once(" on ") {
                Some((what, basket)) => {
                    (what, each(basket, line)?.into_iter().map(|(line, _)| line).collect())
                }
                None => (tail, Vec::new()),
            };
            let (tail, choice) = match tail.split_once(" choosing ") {
                Some((what, choice)) => (what, Some(choice.trim().to_owned())),
                None => (tail, None),
            };
            Ok(Act::Redeem(Redeem { id, what: what(tail)?, hold_seconds, lines, choice }))
        }
        "reserves" | "releases" | "uses" | "cancels" if w.eat("the voucher of") => no_tail(voucher(w, verb)?),
        "captures" | "releases" | "cancels" => {
            let how = match verb {
                "captures" => How::Capture,
                "releases" => How::Release,
                _ => How::Cancel,
            };
            let redemption = w.take("the redemption's id")?.to_owned();
            w.must("as")?;
            let id = w.take("the step's own id")?.to_owned();
            let points = match tail.map(what).transpose()? {
                Some(What::Points(points)) => Some(points),
                Some(What::Reward(_)) => return Err("only points are captured".to_owned()),
                None => None,
            };
            Ok(Act::Finish(Finish { how, redemption, id, points }))
        }
        "sends" => send(w, tail.ok_or("`sends` says what after a colon: `sends E1: check_in`")?, wall),
        "is" if w.eat("invited to") => {
            let survey = w.take("a survey")?.to_owned();
            no_tail(Act::Invite { survey })
        }
        "answers" => {
            let survey = w.take("a survey")?.to_owned();
            let tail = tail.ok_or("what is answered stands after a colon: `score 9, reason price`")?;
            let answers = each(tail, field)?.into_iter().collect();
            Ok(Act::Answer(Answering { survey, answers }))
        }
        "is" => no_tail(by_hand(w)?),
        "takes" => {
            w.must("in")?;
            let from = w.take("who becomes her")?.to_owned();
            w.must("as")?;
            let id = w.take("the merge's id")?.to_owned();
            w.must("for")?;
            no_tail(Act::Merge { id, from, reason: w.take("a reason")?.to_owned() })
        }
        "changes" => {
            let id = w.take("the change's id")?.to_owned();
            change(id, tail.ok_or("`changes` says what after a colon: `born 1990-03-06, tags vip`")?)
        }
        "gets" => {
            w.must("her code")?;
            no_tail(Act::Code)
        }
        "joins" => {
            w.must("through")?;
            let referrer = w.take("who brought her")?.to_owned();
            w.must("as")?;
            let id = w.take("the joining's id")?.to_owned();
            no_tail(Act::Join { id, referrer, device: device(w)? })
        }
        "repeats" => {
            let id = w.take("the id of the request")?.to_owned();
            no_tail(Act::Repeat { id })
        }
        "shows" if w.eat("the newest entry") => no_tail(Act::Newest),
        "shows" => {
            w.must("the card")?;
            no_tail(Act::Card)
        }
        other => Err(format!("nobody knows how to `{other}`; see tests/stories/README.md")),
    }
}

/// `R1 as V1`, `R1 as V1 for 15 minutes choosing cake`.
fn voucher(w: &mut Words<'_>, verb: &str) -> Result<Act, String> {
    let how = match verb {
        "reserves" => "reserve",
        "releases" => "release",
        "uses" => "fulfil",
        _ => "cancel",
    };
    let of = w.take("the id of what issued the voucher")?.to_owned();
    w.must("as")?;
    let id = w.take("the step's own id")?.to_owned();
    let seconds = if how == "reserve" { Some(seconds(w)?) } else { None };
    let choice = if w.eat("choosing") { Some(w.take("what is picked")?.to_owned()) } else { None };
    Ok(Act::Voucher(VoucherStep { how, of, id, seconds, choice }))
}

/// `on device d1`
fn device(w: &mut Words<'_>) -> Result<Option<String>, String> {
    if w.eat("on device") { Ok(Some(w.take("a device")?.to_owned())) } else { Ok(None) }
}

/// `given 500 points as J1 for goodwill`, `frozen from earning as Z1 for fraud`, `erased for request`.
fn by_hand(w: &mut Words<'_>) -> Result<Act, String> {
    let verb = w.take("what is done to her")?;
    let mut points = 0;
    let (mut earning, mut spending) = (false, false);
    match verb {
        "given" | "docked" => {
            points = w.number("how many points")?;
            if !w.eat("points") {
                w.must("point")?;
            }
            points *= if verb == "docked" { -1 } else { 1 };
        }
        "frozen" => {
            w.must("from")?;
            earning = w.eat("earning");
            if !earning || w.eat("and") {
                w.must("spending")?;
                spending = true;
            }
        }
        "set" => w.must("free")?,
        "erased" => {
            w.must("for")?;
            return Ok(Act::Erase { reason: w.take("a reason")?.to_owned() });
        }
        other => return Err(format!("nobody is `{other}`; see tests/stories/README.md")),
    }
    w.must("as")?;
    let id = w.take("the step's own id")?.to_owned();
    w.must("for")?;
    let reason = w.take("a reason")?.to_owned();
    Ok(match verb {
        "given" | "docked" => Act::Adjust { id, points, reason },
        _ => Act::Freeze { id, earning, spending, reason },
    })
}

/// `born 1990-03-06, tags vip press, consents email, terms 2022-05`
fn change(id: String, tail: &str) -> Result<Act, String> {
    let mut change = Change { id, ..Change::default() };
    for part in tail.split(", ") {
        let mut w = Words::of(part);
        let what = w.take("what changes")?;
        let mut rest = Vec::new();
        while w.peek().is_some() {
            rest.push(w.take("a word")?.to_owned());
        }
        match (what, rest.as_slice()) {
            ("born", [on]) => change.birthday = Some(day(on)?),
            ("country", [country]) => change.home.country = Some(country.clone()),
            ("postcode", [postcode]) => change.home.postcode = Some(postcode.clone()),
            ("city", _) => change.home.city = Some(rest.join(" ")),
            ("household", [household]) => change.household = Some(household.clone()),
            ("terms", [terms]) => change.terms = Some(terms.clone()),
            ("tags", _) => change.tags = Some(rest),
            ("consents", _) => change.consents = Some(rest),
            _ => return Err(format!("nobody changes `{part}`; see tests/stories/README.md")),
        }
    }
    Ok(Act::Change(change))
}

fn buy(w: &mut Words<'_>, tail: &str, wall: &Wall) -> Result<Act, String> {
    let mut buy = Buy {
        id: w.take("the purchase's id")?.to_owned(),
        dated: None,
        currency: String::new(),
        channel: None,
        store: None,
        paid_with: None,
        lines: Vec::new(),
    };
    while w.peek().is_some() {
        if w.eat("online") {
            buy.channel = Some("online".to_owned());
        } else if w.eat("through") {
            buy.channel = Some(w.take("a channel")?.to_owned());
        } else if w.eat("in store") {
            buy.store = Some(w.take("a store")?.to_owned());
        } else if w.eat("paid with") {
            buy.paid_with = Some(w.take("a redemption's id")?.to_owned());
        } else {
            buy.dated = Some(dated(w, wall)?);
        }
    }
    for (line, currency) in each(tail, line)? {
        buy.currency = currency;
        buy.lines.push(line);
    }
    Ok(Act::Buy(buy))
}

fn send(w: &mut Words<'_>, tail: &str, wall: &Wall) -> Result<Act, String> {
    let id = w.take("the event's id")?.to_owned();
    let dated = if w.peek().is_some() { Some(dated(w, wall)?) } else { None };
    let (kind, rest) = tail.split_once(" with ").map_or((tail, None), |(kind, rest)| (kind, Some(rest)));
    let fields = match rest {
        Some(rest) => each(rest, field)?.into_iter().collect(),
        None => BTreeMap::new(),
    };
    Ok(Act::Send(Send { id, kind: kind.trim().to_owned(), dated, fields }))
}

fn dated(w: &mut Words<'_>, wall: &Wall) -> Result<Moment, String> {
    w.must("dated")?;
    let day = w.take("a day")?;
    wall.read(day, w.take("a time")?)
}

fn each<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    text.split(", ").map(|part| read(part.trim())).collect()
}

/// `2 x coffee 7.00 EUR brand kaffa sku K1 tagged own_cup never earns`
fn line(text: &str) -> Result<(Line, String), String> {
    let mut w = Words::of(text);
    let mut line = Line { quantity: 1, eligible: true, ..Line::default() };
    let mut word = w.take("an amount such as `12.00 EUR`")?;
    if w.eat("x") {
        line.quantity = word.parse().map_err(|_| format!("`{word}` is no number of pieces"))?;
        word = w.take("a category, or an amount")?;
    }
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        line.category = Some(word.to_owned());
        word = w.take("an amount such as `12.00 EUR`")?;
    }
    let code = w.take("a currency")?;
    line.amount_minor = money(word, code)?;
    while w.peek().is_some() {
        if w.eat("brand") {
            line.brand = Some(w.take("a brand")?.to_owned());
        } else if w.eat("sku") {
            line.sku = Some(w.take("an article")?.to_owned());
        } else if w.eat("tagged") {
            line.tags.push(w.take("a tag")?.to_owned());
        } else {
            w.must("never earns")?;
            line.eligible = false;
        }
    }
    Ok((line, code.to_owned()))
}

/// `line 1`, `2 of line 1`, `2 of line 1 for 5.00 EUR`, `0 of line 1 for 5.00 EUR`
fn return_line(text: &str) -> Result<ReturnLine, String> {
    let mut w = Words::of(text);
    let quantity = if w.peek() == Some("line") {
        1
    } else {
        let quantity = w.number("how many pieces")?;
        w.must("of")?;
        quantity
    };
    w.must("line")?;
    let line = usize::try_from(w.number("a line's number")?)
        .ok()
        .and_then(|n| n.checked_sub(1))
        .ok_or("lines of a receipt count from 1")?;
    let amount_minor = if w.eat("for") {
        let amount = w.take("an amount")?;
        Some(money(amount, w.take("a currency")?)?)
    } else {
        None
    };
    w.end()?;
    Ok(ReturnLine { line, quantity, amount_minor })
}

/// `500 points`, `reward ten_off`
fn what(text: &str) -> Result<What, String> {
    let mut w = Words::of(text);
    let what = if w.eat("reward") {
        What::Reward(w.take("a reward")?.to_owned())
    } else {
        let points = w.number("how many points")?;
        if !w.eat("points") {
            w.must("point")?;
        }
        What::Points(points)
    };
    w.end()?;
    Ok(what)
}

/// `for 15 minutes`
fn seconds(w: &mut Words<'_>) -> Result<i64, String> {
    w.must("for")?;
    let count = w.number("how long")?;
    let unit = match w.take("seconds, minutes, hours or days")? {
        "second" | "seconds" => 1,
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        other => return Err(format!("`{other}` is no length of a hold")),
    };
    count.checked_mul(unit).ok_or_else(|| "too long a hold".to_owned())
}

/// `score 9`, `spent 3.00 EUR`, `verified yes`, `text fine`
fn field(text: &str) -> Result<(String, FieldValue), String> {
    let mut w = Words::of(text);
    let name = w.take("a field")?.to_owned();
    let word = w.take("the field's value")?;
    let value = match (word, w.peek()) {
        ("yes", _) => FieldValue::Truth(true),
        ("no", _) => FieldValue::Truth(false),
        (amount, Some(_)) => FieldValue::Money(money(amount, w.take("a currency")?)?),
        (number, None) if number.starts_with(|c: char| c.is_ascii_digit()) => {
            FieldValue::Number(decimal(number, 6)?)
        }
        (text, None) => FieldValue::Text(text.to_owned()),
    };
    w.end()?;
    Ok((name, value))
}

/// An amount as written, in minor units.
fn money(amount: &str, code: &str) -> Result<i64, String> {
    let currency = Currency::parse(code).ok_or_else(|| format!("`{code}` is no currency"))?;
    decimal(amount, usize::from(currency.digits()))
}

/// A decimal number, scaled by 10 to the power of `digits`; more digits than that are refused.
fn decimal(text: &str, digits: usize) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no number with at most {digits} digits after the point");
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let all = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > digits || !all(whole) || !all(part) {
        return Err(wrong());
    }
    format!("{whole}{part:0<digits$}").parse().map_err(|_| wrong())
}

fn day(text: &str) -> Result<Day, String> {
    let wrong = |e: jiff::Error| format!("`{text}` is no day: {e}");
    let date: jiff::civil::Date = text.parse().map_err(wrong)?;
    let since = jiff::civil::date(1970, 1, 1).until(date).map_err(wrong)?;
    Ok(Day(since.get_days()))
}
