//! Seeded mistakes of merchants, with the table's more than two hundred: each told on the right word, most with the
//! right fix. A fix is right when the file it leaves is in order; a row of the table has one when it names what to write.

use crate::mistakes::underlined;
use crate::table;
use dsl::check::check;
use dsl::diagnostic::{Diagnostic, Severity, render};

/// A file with a little of everything, in order.
const FULL: &str = r#"language 1

programme club "The Club" {
  currency EUR
  timezone "Europe/Paris"
  point worth 0.01 EUR
  rounding half_even
  expire after 12 months without purchase
  remind 14 days before expiry
  pending for 15 days
  refund reverse
  shortfall debt
  unknown member enrol
  accept events up to 7 days late
  limit 500 points per member per day
}

catalogue {
  categories [coffee, bakery]
  brands     [acme, rosa_lab]
  channels   [online, till]
  tags       [own_cup]
}

tiers {
  guest  always
  silver from 100.00 EUR spent in 12 months
  gold   from 350.00 EUR spent in 12 months keep for 18 months
  downgrade one step
  grace 30 days
  floor silver
}

group boosters "Multipliers" {
  take sum of extras
  limit 300 points per event
}

budget winter {
  total 8000.00 EUR
  active from 2026-11-01 until 2026-12-31
  when spent stop
}

event check_in {
  field stars number
  field mood one of [good, bad]
}

attention {
  limit 2 times per member per week
  quiet between 21:00 and 08:00
  events [spring_mail]
}

experiment spring "Does double pay?" {
  active from 2026-04-01 until 2026-04-30
  holdout 10%
  arm plain 45%
  arm double 45%
}

calendar holidays {
  christmas 2026-12-24 to 2026-12-26
  new_year  2027-01-01
}

streak weekly {
  on purchase
  every week
  freeze 1 per 30 days
}

levels explorer {
  newcomer always
  scout from 500 points earned in total
  ranger from 2000 points earned in total
}

challenge spring {
  every month
  goal visits 5 times on purchase where basket.paid at least 2.00 EUR
  goal cake 40.00 EUR of basket.lines where line.category is bakery
  needs any 1 goal
  give 300 points
}

segment lapsed {
  when member.last_purchase at least 60 days ago
  and  member.spent in 24 months more than 50.00 EUR
}

segment regulars "Wine lovers of the third, of age by law" {
  when member.average_basket in 12 months at least 40.00 EUR
  and  member.events.check_in in 30 days at least 2
  and  member.age at least 18
  and  member.postcode starts with "75"
}

survey nps {
  question score number 0 to 10
  question reason one of [price, service]
  nps of score
  answer within 21 days
  keep reason as tag
}

rule base "A point per euro" {
  on purchase
  when basket.paid at least 5.00 EUR
  give 1 point per 1.00 EUR of basket.paid
}

rule cup {
  on purchase
  when basket.tags has any of [own_cup]
  and  time between 07:00 and 09:30
  and  day in [monday, tuesday]
  give 16 points
  limit 2 times per member per day
  points valid for 90 days
}

rule boost {
  on purchase
  when any of {
    member.tier is gold
    member.birthday within 3 days of date
  }
  multiply points by 2.5
  in group boosters
  from budget winter
}

rule back {
  on schedule every month on day 1 at 09:00 for members in segment lapsed
  draw 20 members
  give reward coffee
}

rule podium {
  on schedule every month on day 3 at 09:00
  rank 1 to 3 by member.earned last quarter
  give 500 points
  limit 1 time per household per month
}

rule next_fifty {
  on purchase
  when purchase.number is every 3rd
  and  date in calendar holidays
  and  streak.weekly at least 2
  and  level.explorer at least scout
  and  member.badges has none of [regular]
  and  experiment.spring is double
  give 17 points every 50.00 EUR spent this year
}

rule mail {
  on purchase
  emit event "spring_mail"
}

rule tens {
  on purchase
  when member in segment regulars
  give 3 points every 10.00 EUR of basket.eligible
  refund revoke if unspent
}

rule stars {
  on check_in
  when check_in.mood is good
  give 6 points
  limit 1 time per member per week
  refund keep
}

rule thanks {
  on nps.answered
  give 11 points
}

rule sorry {
  on nps.answered
  when nps.score at most 6
  open case "unhappy"
}

reward coffee "Any coffee" {
  costs 600 points
  costs 400 points for gold
  gives item "coffee"
  valid for 45 days
}

reward off {
  costs 1000 points
  gives 10.00 EUR off basket.total
  when basket.paid at least 20.00 EUR
  limit 1 time per member per month
  stock 1500
}

referral friends {
  join within 8 days
  qualify on purchase of at least 25.00 EUR within 31 days
  mature after 16 days
  limit 10 times per member per month
}

rule bringing {
  on referral.referrer
  give 500 points
}

test "a cup in the morning" {
  given member.tier is silver
  event purchase at 2026-11-23 08:10 {
    line 7.00 EUR { category coffee tags [own_cup] }
  }
  expect rule cup fires
  expect 23 points
}
"#;

/// What stands in the file, what is written instead, and the word it is told on.
#[rustfmt::skip] // a table
const SEEDED: &[(&str, &str, &str)] = &[
    // slips of the finger
    ("currency EUR", "curency EUR", "curency"),
    ("timezone \"", "timezome \"", "timezome"),
    ("rounding half_even", "rounding half_evn", "half_evn"),
    ("rounding half_even", "ronding half_even", "ronding"),
    ("expire after", "expire aftr", "aftr"),
    ("expire after", "expires after", "expires"),
    ("without purchase", "wihtout purchase", "wihtout"),
    ("refund reverse", "refund revers", "revers"),
    ("shortfall debt", "shortfall dept", "dept"),
    ("unknown member enrol", "unknown member enroll", "enroll"),
    ("categories [", "catagories [", "catagories"),
    ("channels   [", "chanels   [", "chanels"),
    ("guest  always", "guest  alway", "alway"),
    ("spent in 12 months keep", "spend in 12 months keep", "spend"),
    ("downgrade one step", "downgrad one step", "downgrad"),
    ("take sum of extras", "tke sum of extras", "tke"),
    ("take sum of extras", "take sum of extra", "extra"),
    ("total 8000.00 EUR", "totl 8000.00 EUR", "totl"),
    ("when spent stop", "when spent stp", "stp"),
    ("field stars number", "field stars numbr", "numbr"),
    ("field mood", "feild mood", "feild"),
    ("question score", "qestion score", "qestion"),
    ("nps of score", "nps of scor", "scor"),
    ("keep reason", "keep reasn", "reasn"),
    ("answer within", "answr within", "answr"),
    ("segment lapsed {", "segmnt lapsed {", "segmnt"),
    ("in segment lapsed", "in segment lapse", "lapse"),
    ("member.last_purchase at", "member.last_purchas at", "member.last_purchas"),
    ("member.spent in", "member.spend in", "member.spend"),
    ("day in [monday", "day in [mondy", "mondy"),
    ("[monday, tuesday]", "[monday, tue]", "tue"),
    ("time between", "time betwen", "betwen"),
    ("basket.tags has any", "basket.tag has any", "basket.tag"),
    ("has any of [own_cup]", "has any of [own_cups]", "own_cups"),
    ("give 16 points", "give 16 ponts", "ponts"),
    ("give 16 points", "giv 16 points", "giv"),
    ("limit 2 times per member", "limt 2 times per member", "limt"),
    ("per member per week", "per member per wek", "wek"),
    ("points valid for 90", "points vald for 90", "vald"),
    ("multiply points by 2.5", "multiply point by 2.5", "point"),
    ("in group boosters", "in grup boosters", "grup"),
    ("in group boosters", "in group bosters", "bosters"),
    ("from budget winter", "from budgt winter", "budgt"),
    ("from budget winter", "from budget winer", "winer"),
    ("draw 20 members", "drw 20 members", "drw"),
    ("rank 1 to 3 by", "rnk 1 to 3 by", "rnk"),
    ("per household per month", "per houshold per month", "houshold"),
    ("by member.earned last", "by member.eaned last", "member.eaned"),
    ("member.earned last quarter", "member.earned last quater", "quater"),
    ("on schedule every", "on schedule evry", "evry"),
    ("give reward coffee", "give reward cofee", "cofee"),
    ("check_in.mood is good", "check_in.mood is goood", "goood"),
    ("check_in.mood is", "check_in.moood is", "check_in.moood"),
    ("on nps.answered\n  give", "on nps.answerd\n  give", "nps.answerd"),
    ("nps.score at", "nps.scor at", "nps.scor"),
    ("open case \"", "opn case \"", "opn"),
    ("for gold", "for gld", "gld"),
    ("gives item", "gives itm", "itm"),
    ("costs 600 points", "cost 600 points", "cost"),
    ("off basket.total", "off basket.totl", "basket.totl"),
    ("join within", "joins within", "joins"),
    ("qualify on purchase", "qualify on purchas", "purchas"),
    ("mature after", "matures after", "matures"),
    ("on referral.referrer", "on referral.referer", "referral.referer"),
    ("given member.tier", "givn member.tier", "givn"),
    ("is silver", "is sliver", "sliver"),
    ("category coffee", "catgory coffee", "catgory"),
    ("expect rule cup fires", "expect rule cup fire", "fire"),
    ("expect 23 points", "expct 23 points", "expct"),
    ("budget winter {", "budgt winter {", "budgt"),
    ("reward off {", "rewrd off {", "rewrd"),
    ("survey nps {", "survy nps {", "survy"),
    ("referral friends {", "referal friends {", "referal"),
    ("is every 3rd", "is every 3th", "3th"),
    ("floor silver", "floor sliver", "sliver"),
    ("floor silver", "flor silver", "flor"),
    ("revoke if unspent", "revoke if unspnt", "unspnt"),
    ("week\n  refund keep", "week\n  refund kep", "kep"),
    ("in calendar holidays", "in calendar holiday", "holiday"),
    ("in calendar holidays", "in calender holidays", "calender"),
    ("calendar holidays {", "calender holidays {", "calender"),
    ("2026-12-24 to", "24.12.2026 to", "24.12.2026"),
    ("2027-01-01\n", "2027-02-30\n", "2027-02-30"),
    ("streak.weekly at", "streak.weekl at", "streak.weekl"),
    ("streak weekly {", "streek weekly {", "streek"),
    ("every week\n", "every wek\n", "wek"),
    ("levels explorer {", "levls explorer {", "levls"),
    ("scout from 500", "scout frm 500", "frm"),
    ("scout from 500 points earned", "scout from 500 points ernd", "ernd"),
    ("500 points earned in total", "500 points in total", "500 points"),
    ("2000 points earned in total", "2000 points earned this year", "2000 points"),
    ("2000 points earned in", "200 points earned in", "200 points"),
    ("level.explorer at", "level.explorr at", "level.explorr"),
    ("at least scout", "at least scuot", "scuot"),
    ("challenge spring {", "chalenge spring {", "chalenge"),
    ("goal visits", "gaol visits", "gaol"),
    ("5 times on purchase where", "5 times on purchse where", "purchse"),
    ("5 times on purchase where", "5 times in purchase where", "in"),
    ("5 times on purchase where", "5 purchases on purchase where", "5 purchases"),
    ("where basket.paid at least 2.00", "where basket.payd at least 2.00", "basket.payd"),
    ("40.00 EUR of basket.lines where line.category is bakery", "40.00 EUR of basket.lines where line.category is bakry", "bakry"),
    ("goal cake 40.00 EUR", "goal cake EUR 40.00", "EUR 40.00"),
    ("needs any 1 goal", "needs any 3 goals", "3"),
    ("needs any 1 goal", "need any 1 goal", "need"),
    ("every month\n  goal", "every mont\n  goal", "mont"),
    ("experiment spring \"", "experment spring \"", "experment"),
    ("attention {", "atention {", "atention"),
    ("quiet between 21:00", "quit between 21:00", "quit"),
    ("quiet between 21:00", "quiet between 9pm", "9pm"),
    ("and 08:00\n", "and 21:00\n", "21:00"),
    ("limit 2 times per member per week\n  quiet", "limit 2 times per member per wek\n  quiet", "wek"),
    ("limit 2 times per member per week\n  quiet", "limit 20 points per member per week\n  quiet", "20 points"),
    ("events [spring_mail]", "event [spring_mail]", "event"),
    ("holdout 10%", "holdut 10%", "holdut"),
    ("holdout 10%", "holdout 10 percent", "10 percent"),
    ("holdout 10%", "holdout 12%", "45%"),
    ("arm plain 45%", "arm holdout 45%", "arm holdout 45%"),
    ("arm plain 45%", "arm plain 45 %", "45 %"),
    ("experiment.spring is double", "experiment.spring = double", "="),
    ("member.age at least 18", "member.age >= 18", ">="),
    ("member.events.check_in in 30 days", "member.events.check_in in 30days", "30days"),
    ("arm plain 45%", "arms plain 45%", "arms"),
    ("experiment.spring is double", "experiment.sprng is double", "experiment.sprng"),
    ("experiment.spring is double", "experiment.spring is duble", "duble"),
    ("member.average_basket in", "member.average_baskt in", "member.average_baskt"),
    ("member.average_basket in 12 months at", "member.average_basket at", "member.average_basket"),
    ("member.average_basket in", "member.average in", "member.average"),
    ("member.events.check_in in", "member.events.chek_in in", "member.events.chek_in"),
    ("member.events.check_in in 30 days", "member.events.check_in", "member.events.check_in"),
    ("member.age at", "member.agee at", "member.agee"),
    ("member.postcode starts", "member.zip starts", "member.zip"),
    ("starts with \"75\"", "starts wit \"75\"", "wit"),
    ("starts with \"75\"", "starts with 75", "75"),
    ("starts with \"75\"", "starts with \"\"", "\"\""),
    ("starts with \"75\"", "strats with \"75\"", "strats"),
    ("freeze 1 per 30 days", "freze 1 per 30 days", "freze"),
    ("member.badges has", "member.badge has", "member.badge"),
    ("50.00 EUR spent this", "50.00 EUR spnt this", "spnt"),
    ("50.00 EUR spent this", "50.00 EUR this", "50.00 EUR"),
    ("50.00 EUR spent this", "50.00 EUR of member.spent this", "50.00 EUR of member.spent this year"),
    ("spent this year\n}", "spent this yer\n}", "yer"),
    ("3 points every 10.00", "3 points evry 10.00", "evry"),
    // other languages' and other programmes' ways
    ("timezone \"", "zone \"", "zone"),
    ("at least 5.00 EUR\n", "at least 5 euros\n", "5 euros"),
    ("at least 5.00 EUR\n", "at least 5.00 €\n", "5.00 €"),
    ("at least 20.00 EUR", "at least 20 EUR", "20 EUR"),
    ("per 1.00 EUR of", "per 1 EUR of", "1 EUR"),
    ("give 16 points", "give 16 pts", "16 pts"),
    ("give 16 points", "earn 16 points", "earn"),
    ("give 6 points", "award 6 points", "award"),
    ("limit 300 points per event", "max 300 points per event", "max"),
    ("until 2026-12-31", "until 31.12.2026", "31.12.2026"),
    ("from 2026-11-01", "from 2026/11/01", "2026/11/01"),
    ("between 07:00 and", "between 7:00 and", "7:00"),
    ("between 07:00 and", "between 7am and", "7am"),
    ("and 09:30", "and 9h30", "9h30"),
    ("by 2.5", "by 2,5", "2,5"),
    ("nps.score at most 6", "nps.score <= 6", "<="),
    ("member.tier is gold", "tier is gold", "tier"),
    ("basket.paid at least 5.00", "basket.amount at least 5.00", "basket.amount"),
    ("more than 50.00 EUR", "> 50.00 EUR", ">"),
    ("item \"coffee\"", "item “coffee”", "“coffee”"),
    ("\"a cup in the morning\"", "'a cup in the morning'", "'a cup in the morning'"),
    ("give 11 points", "give 11points", "11points"),
    ("stock 1500", "stock 1,500", "1,500"),
];

fn errors(text: &str) -> Vec<Diagnostic> {
    let found = check(text.as_bytes(), None).diagnostics;
    found.into_iter().filter(|found| found.severity == Severity::Error).collect()
}

/// The text with a fix applied.
fn fixed(text: &str, found: &Diagnostic) -> Option<String> {
    let fix = found.fix.as_ref()?;
    let mut text = text.to_owned();
    let at = |offset: u32| usize::try_from(offset).unwrap();
    text.replace_range(at(fix.place.start)..at(fix.place.end), &fix.text);
    Some(text)
}

#[test]
fn the_full_file_is_in_order() {
    let found = errors(FULL);
    assert!(found.is_empty(), "{}", render("full", FULL, &found));
}

#[test]
fn two_hundred_mistakes_are_told_on_the_word_and_most_with_their_fix() {
    let (mut on_word, mut with_fix, mut shown) = (0, 0, String::new());
    for (right, wrong, word) in SEEDED {
        assert!(FULL.contains(right), "{right}");
        let text = FULL.replacen(right, wrong, 1);
        let found = errors(&text);
        let first = found.first().unwrap_or_else(|| panic!("{wrong} is not told"));
        let told = underlined(&text, first) == *word && found.len() == 1;
        let right_fix = fixed(&text, first).is_some_and(|text| errors(&text).is_empty());
        on_word += usize::from(told);
        with_fix += usize::from(right_fix);
        if !told || !right_fix {
            shown.push_str(&format!("-- {wrong:?} ({word}):\n{}", render("full", &text, &found)));
        }
    }
    // Of the table, each row's word is asserted beside it, and its help is what to write, where there is one to write.
    on_word += table::ONE.len();
    with_fix += table::ONE.iter().filter(|(.., help)| !help.is_empty()).count();
    let all = SEEDED.len() + table::ONE.len();
    println!("{all} mistakes: {on_word} on the word, {with_fix} with the fix\n{shown}");
    assert!(all >= 200, "{all}");
    assert_eq!(on_word, all, "{shown}");
    // What has none has no one thing to write, or says it in words only.
    assert!(with_fix * 100 >= all * 90, "{with_fix} of {all} with the right fix\n{shown}");
}
