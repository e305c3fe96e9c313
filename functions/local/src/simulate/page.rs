//! The report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.
//!
//! Charts are drawn as SVG, each with its numbers in a table beside it or as a title on the bar, so that nothing is
//! told by colour alone. What it never does: interpret; every figure is the report's.

use super::report::{Difference, Group, MemberDiffers, Report, Side};
use super::show::{self, grouped, money, percent, signed, used};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5c6675; --line: #d8dde5; --paper: #ffffff; --card: #f6f7f9;
  --live: #8a97a8; --candidate: #1f6feb; --more: #1a7f4b; --less: #b3402a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf2; --soft: #9aa5b4; --line: #333b47; --paper: #12161c;
  --card: #1b212a; --live: #7d8897; --candidate: #58a0ff; --more: #4cc38a; --less: #ef8a72; } }
* { box-sizing: border-box } body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif } main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem } .soft { color: var(--soft) }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.25rem 0 }
.card { background: var(--card); border-radius: .6rem; padding: .8rem 1rem } .card b { display: block; font-size: 1.35rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums } th, td { padding: .3rem .5rem;
  border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap } th:first-child, td:first-child {
  text-align: left } th { font-weight: 600; color: var(--soft) } .wide { overflow-x: auto }
.more { color: var(--more) } .less { color: var(--less) } svg { width: 100%; height: auto; display: block }
svg text { fill: var(--soft); font: 11px system-ui, sans-serif } svg text.small { font-size: 9px } .live { fill: var(--live) }
.candidate { fill: var(--candidate) } .gain { fill: var(--more) } .lose { fill: var(--less) } .axis { stroke: var(--line) }
.key::before { content: ''; display: inline-block; width: .7rem; height: .7rem; border-radius: .15rem;
  margin: 0 .35rem 0 .8rem; background: var(--live) } .key.new::before { background: var(--candidate) }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(27rem, 1fr)); gap: 0 2rem }
.two > div { overflow-x: auto }
";

/// The page.
pub(super) fn page(report: &Report) -> String {
    let mut body = String::new();
    let history = &report.history;
    let title = format!("{} on {}", report.candidate.file, history.file);
    let _ = write!(
        body,
        "<h1>{}</h1><p class=soft>{} members, {} to {}{}</p>",
        escape(&title),
        grouped(i64::try_from(history.members).unwrap_or(i64::MAX)),
        history.from,
        history.until,
        report.live.as_ref().map(|live| format!(", beside {}", escape(&live.file))).unwrap_or_default(),
    );
    cards(&mut body, report);
    if let Some(threshold) = &report.threshold {
        let (class, word) = if threshold.held { ("more", "kept") } else { ("less", "not kept") };
        let _ = write!(body, "<p>At most {} more: <b class={class}>{word}</b>.</p>", percent(threshold.most));
    }
    figures(&mut body, report);
    months(&mut body, report);
    if let Some(difference) = &report.difference {
        differs(&mut body, difference);
    }
    for side in report.live.iter().chain([&report.candidate]) {
        details(&mut body, side);
    }
    let _ = write!(body, "<h2>What was assumed</h2><ul>");
    for sentence in &report.assumed {
        let _ = write!(body, "<li>{}</li>", escape(sentence));
    }
    for (why, count) in &history.left_out {
        let _ = write!(body, "<li>{count} rows of the file were left out: {}.</li>", escape(why));
    }
    let _ = write!(body, "</ul>");
    format!(
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{}</title><style>{STYLE}</style><main>{body}</main></html>\n",
        escape(&title)
    )
}

fn cards(body: &mut String, report: &Report) {
    let side = &report.candidate;
    let mut card = |value: String, what: &str, class: &str| {
        let _ = write!(body, "<div class=card><b class=\"{class}\">{value}</b>{what}</div>");
    };
    card(grouped(side.net_points()), "points, net of returns", "");
    if let Some(cost) = side.cost_minor {
        let share = side.cost_of_turnover.map(|share| format!(", {} of turnover", percent(share)));
        card(money(side, cost), &format!("cost{}", share.unwrap_or_default()), "");
    }
    if let Some(difference) = &report.difference {
        let share =
            difference.net_share.map_or_else(String::new, |s| format!(" ({})", signed(percent(s), s)));
        let what = format!("points beside the rules in force{share}");
        card(
            signed(grouped(difference.net_points), difference.net_points),
            &what,
            way(difference.net_points),
        );
        let who =
            format!("{} gain, {} lose", grouped(difference.members_gain), grouped(difference.members_lose));
        card(
            grouped(difference.members_gain + difference.members_lose),
            &format!("members differ: {who}"),
            "",
        );
    }
    *body = body.replacen("<div class=card>", "<div class=cards><div class=card>", 1);
    body.push_str("</div>");
}

fn figures(body: &mut String, report: &Report) {
    let sides: Vec<&Side> = report.live.iter().chain([&report.candidate]).collect();
    let _ = write!(body, "<h2>Figures</h2><div class=wide><table><tr><th>");
    for side in &sides {
        let _ = write!(body, "<th>{}", escape(&side.file));
    }
    for (what, values) in show::figures(&sides) {
        let _ = write!(body, "<tr><td>{what}");
        for value in values {
            let _ = write!(body, "<td>{value}");
        }
    }
    body.push_str("</table></div>");
}

/// Points issued by month, both beside each other.
fn months(body: &mut String, report: &Report) {
    let sides: Vec<&Side> = report.live.iter().chain([&report.candidate]).collect();
    let names: BTreeSet<&str> =
        sides.iter().flat_map(|side| &side.months).map(|month| month.month.as_str()).collect();
    let of = |side: &Side, name: &str| {
        side.months.iter().find(|month| month.month == name).map_or(0, |month| month.issued_points)
    };
    let most =
        names.iter().flat_map(|name| sides.iter().map(|side| of(side, name))).max().unwrap_or(0).max(1);
    let _ = write!(body, "<h2>Points issued by month");
    if sides.len() == 2 {
        let _ = write!(body, "<span class=key>in force</span><span class=\"key new\">candidate</span>");
    }
    let _ = write!(body, "</h2><svg viewBox=\"0 0 960 240\" role=img aria-label=\"Points issued by month\">");
    grid(body, most);
    let count = i64::try_from(names.len()).unwrap_or(1).max(1);
    let (step, wide) = (880 / count, (880 / count * 4 / 5 / i64::try_from(sides.len()).unwrap_or(1)).max(1));
    let every = (count + 11) / 12;
    for (place, name) in (0_i64..).zip(&names) {
        let left = 70 + place * step;
        for (nth, side) in (0_i64..).zip(&sides) {
            let class = if sides.len() == 2 && nth == 0 { "live" } else { "candidate" };
            let points = of(side, name);
            let high = scaled(points, most, 190);
            let _ = write!(
                body,
                "<rect class={class} x={} y={} width={wide} height={high}><title>{name}: {} points</title></rect>",
                left + nth * wide,
                210 - high,
                grouped(points)
            );
        }
        if place % every == 0 {
            let _ = write!(body, "<text x={left} y=228>{name}</text>");
        }
    }
    body.push_str("</svg>");
}

/// Lines at nothing, half and the most.
fn grid(body: &mut String, most: i64) {
    for (y, value) in [(210, 0), (115, most / 2), (20, most)] {
        let _ = write!(
            body,
            "<line class=axis x1=66 x2=956 y1={y} y2={y} /><text x=60 y={} text-anchor=end>{}</text>",
            y + 4,
            grouped(value)
        );
    }
}

fn differs(body: &mut String, difference: &Difference) {
    let most = difference.spread.iter().map(|bar| bar.members).max().unwrap_or(0).max(1);
    let _ = write!(
        body,
        "<h2>Members by what they would have more or less</h2>\
         <svg viewBox=\"0 0 960 240\" role=img aria-label=\"Members by difference in points\">"
    );
    grid(body, most);
    for (place, bar) in (0_i64..).zip(&difference.spread) {
        let (left, high) = (70 + place * 68, scaled(bar.members, most, 190));
        let class = match bar.to.signum() + bar.from.signum() {
            1.. => "gain",
            0 => "live",
            _ => "lose",
        };
        let last = difference.spread.len() - 1;
        let range = match (bar.from, usize::try_from(place)) {
            (0, _) => "the same".to_owned(),
            (_, Ok(0)) => format!("{} and less", grouped(bar.to)),
            (from, Ok(place)) if place == last => format!("+{} and more", grouped(from)),
            (from, _) if from > 0 => format!("to +{}", grouped(bar.to)),
            (from, _) => format!("to {}", grouped(from)),
        };
        let _ = write!(
            body,
            "<rect class={class} x={left} y={} width=56 height={high}><title>{} members</title></rect>\
             <text x={} y={} text-anchor=middle>{}</text><text x={} y=228 text-anchor=middle class=small>{range}</text>",
            210 - high,
            grouped(bar.members),
            left + 28,
            206 - high,
            grouped(bar.members),
            left + 28
        );
    }
    body.push_str("</svg>");
    let _ = write!(
        body,
        "<div class=two><div><h2>By tier</h2><table><tr><th>tier in force<th>members<th>in force<th>candidate<th>"
    );
    for tier in &difference.tiers {
        let change = tier.candidate_points - tier.live_points;
        let _ = write!(
            body,
            "<tr><td>{}<td>{}<td>{}<td>{}<td class={}>{}",
            escape(&tier.tier),
            grouped(tier.members),
            grouped(tier.live_points),
            grouped(tier.candidate_points),
            way(change),
            signed(grouped(change), change)
        );
    }
    body.push_str("</table></div>");
    if !difference.moves.is_empty() {
        let _ = write!(body, "<div><h2>Another tier at the end</h2><table><tr><th>from<th>to<th>members");
        for moved in &difference.moves {
            let (from, to) = (escape(&moved.from), escape(&moved.to));
            let _ = write!(body, "<tr><td>{from}<td>{to}<td>{}", grouped(moved.members));
        }
        body.push_str("</table></div>");
    }
    for (title, members) in [("Gain most", &difference.gain_most), ("Lose most", &difference.lose_most)] {
        if members.is_empty() {
            continue;
        }
        let _ = write!(body, "<div><h2>{title}</h2><table><tr><th>member<th>in force<th>candidate<th>");
        for MemberDiffers { member, live_points, candidate_points } in members {
            let change = candidate_points - live_points;
            let _ = write!(
                body,
                "<tr><td>{}<td>{}<td>{}<td class={}>{}",
                escape(member),
                grouped(*live_points),
                grouped(*candidate_points),
                way(change),
                signed(grouped(change), change)
            );
        }
        body.push_str("</table></div>");
    }
    body.push_str("</div>");
}

fn details(body: &mut String, side: &Side) {
    let _ =
        write!(body, "<h2>{}</h2><p class=soft>version {}</p>", escape(&side.file), escape(&side.version));
    for budget in &side.budgets {
        let _ = write!(body, "<p>{}</p>", escape(&used(side, budget)));
    }
    let _ = write!(body, "<div class=two><div><table><tr><th>rule<th>times<th>points");
    for rule in &side.rules {
        let (times, points) = (grouped(rule.times), grouped(rule.points));
        let _ = write!(body, "<tr><td>{}<td>{times}<td>{points}", escape(&rule.rule));
    }
    for (reward, count) in &side.rewards {
        let _ = write!(body, "<tr><td>reward {}<td>{}<td>", escape(reward), grouped(*count));
    }
    body.push_str("</table></div>");
    for (what, groups) in [("tier", &side.tiers), ("segment", &side.segments), ("experiment", &side.arms)] {
        if !groups.is_empty() {
            group_table(body, side, what, groups);
        }
    }
    body.push_str("</div>");
}

fn group_table(body: &mut String, side: &Side, what: &str, groups: &[Group]) {
    let _ = write!(body, "<div><table><tr><th>{what} at the end<th>members<th>points<th>open");
    for group in groups {
        let open = group.liability_minor.map(|minor| format!(" ({})", money(side, minor)));
        let _ = write!(
            body,
            "<tr><td>{}<td>{}<td>{}<td>{}{}",
            escape(&group.name),
            grouped(group.members),
            grouped(group.net_points),
            grouped(group.open_points),
            open.unwrap_or_default()
        );
    }
    body.push_str("</table></div>");
}

fn way(change: i64) -> &'static str {
    match change.signum() {
        1 => "more",
        -1 => "less",
        _ => "soft",
    }
}

fn scaled(value: i64, most: i64, high: i64) -> i64 {
    let scaled = i128::from(value.max(0)) * i128::from(high) / i128::from(most);
    i64::try_from(scaled).unwrap_or(high)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
