//! A sound file, and the table of what can be wrong in it: one mistake per row.

/// A file that is in order, to break in one place at a time.
pub(crate) const SOUND: &str = r#"language 1

programme club "The Club" {
  currency EUR
  timezone "Europe/Paris"
  point worth 0.01 EUR
}

catalogue {
  categories [coffee, bakery]
  tags [regular]
}

tiers {
  guest always
  gold  from 350.00 EUR spent in 12 months
}

group boosters {
  take best
}

budget winter {
  total 8000 points
}

event check_in {
  field stars number
  field mood one of [good, bad]
}

rule base {
  on purchase
  when basket.paid at least 5.00 EUR
  and  member.tier is gold
  give 1 point per 1.00 EUR of basket.paid
  limit 2 times per member per day
  from budget winter
}

rule boost {
  on purchase
  when basket.categories has any of [coffee]
  multiply points by 2
  in group boosters
}

rule stars {
  on check_in
  when check_in.stars at least 3
  give 5 points
  limit 1 time per member per day
}

rule few {
  on check_in
  when check_in.stars at most 2
  tag member "regular"
  open case "few stars"
  prompt for review
  emit event "few.stars"
  limit 1 time per member per day
}

reward cup "A cup" {
  costs 100 points
  gives item "cup"
}

test "coffee" {
  given member.tier is gold
  event purchase at 2026-11-23 08:10 {
    basket.paid is 7.00 EUR
    basket.categories in [coffee]
  }
  expect 14 points
}
"#;

/// One mistake each: what stands in the sound file, what is written instead, and code, underline, help or fix.
#[rustfmt::skip] // a table
pub(crate) const ONE: &[(&str, &str, &str, &str, &str)] = &[
    // names
    ("basket.paid at least 5", "basket.pay at least 5", "E0101", "basket.pay", "did you mean `basket.paid`?"),
    ("basket.paid at least 5", "basket.total at least 5", "E0101", "basket.total", "write `basket.paid`"),
    ("rule boost", "rule base", "E0102", "base", "give one of them another name"),
    ("on check_in", "on checkin", "E0103", "checkin", "did you mean `check_in`?"),
    ("rule boost", "rule Boost", "E0104", "Boost", "write `boost`"),
    ("rule boost", "rule my-boost", "E0104", "my-boost", "write `my_boost`"),
    ("rule boost", "rule yes", "E0104", "yes", "give the rule another name"),
    ("in group boosters", "in group booster", "E0105", "booster", "did you mean `boosters`?"),
    ("from budget winter", "from budget summer", "E0106", "summer", ""),
    ("tier is gold\n  give", "tier is gld\n  give", "E0107", "gld", "did you mean `gold`?"),
    ("expect 14 points", "expect reward cap", "E0108", "cap", "did you mean `cup`?"),
    ("expect 14 points", "expect rule bas fires", "E0109", "bas", "did you mean `base`?"),
    ("any of [coffee]", "any of [cofee]", "E0110", "cofee", "did you mean `coffee`?"),
    ("check_in.stars at", "check_in.star at", "E0111", "check_in.star", "did you mean `check_in.stars`?"),
    (
        "\"Europe/Paris\"",
        "\"Paris\"",
        "E0112",
        "\"Paris\"",
        "write a region and a city, such as `\"Europe/Paris\"`",
    ),
    ("currency EUR", "currency eur", "E0113", "eur", "did you mean `EUR`?"),
    ("currency EUR", "currency EUX", "E0113", "EUX", "did you mean `EUR`?"),
    ("take best", "take bst", "E0114", "bst", "did you mean `best`?"),
    // literals
    ("at least 5.00 EUR", "at least EUR 5", "E0210", "EUR 5", "write `5.00 EUR`"),
    ("at least 5.00 EUR", "at least 5 EUR", "E0211", "5 EUR", "write `5.00 EUR`"),
    ("at least 5.00 EUR", "at least 5.001 EUR", "E0211", "5.001 EUR", "write `5.00 EUR`"),
    ("at least 5.00 EUR", "at least 5.00 USD", "E0212", "USD", "write the amount in EUR"),
    ("at least 5.00 EUR", "at least €5", "E0213", "€5", "write `5.00 EUR`"),
    ("at least 5.00 EUR", "at least 5,50 EUR", "E0214", "5,50", "write `5.50`"),
    ("at least 5.00 EUR", "at least 1,000.00 EUR", "E0214", "1,000.00", "write `1000.00`"),
    ("basket.paid at least 5.00 EUR", "date is 24/12/2026", "E0215", "24/12/2026", "write `2026-12-24`"),
    ("basket.paid at least 5.00 EUR", "date is 2026-1-5", "E0215", "2026-1-5", "write `2026-01-05`"),
    ("basket.paid at least 5.00 EUR", "time between 8pm and 22:00", "E0216", "8pm", "write `20:00`"),
    (
        "basket.paid at least 5.00 EUR",
        "date is 2026-02-29",
        "E0217",
        "2026-02-29",
        "did you mean `2026-02-28`?",
    ),
    (
        "basket.paid at least 5.00 EUR",
        "time between 10:00 and 24:00",
        "E0218",
        "24:00",
        "midnight is `00:00`",
    ),
    ("give 5 points", "give 5 % of basket.paid as points", "E0219", "5 %", "write `5%`"),
    ("at least 5.00 EUR", "at least 12345678901234.00 EUR", "E0220", "12345678901234.00", ""),
    ("at least 5.00 EUR", "at least 5.00", "E0221", "5.00", "write `5.00 EUR`"),
    ("give 5 points", "give 5", "E0221", "5", "write such as `5 points`"),
    ("limit 2 times per", "limit 2 per", "E0221", "2", "write such as `2 times`"),
    ("at least 5.00 EUR", "at least 5.00EUR", "E0221", "5.00EUR", "write `5.00 EUR`"),
    ("item \"cup\"", "item 'cup'", "E0222", "'cup'", "write `\"cup\"`"),
    ("reward cup \"A cup\"", "reward cup «A cup»", "E0222", "«A cup»", "write `\"A cup\"`"),
    ("item \"cup\"", "item \"cup", "E0223", "\"cup", "write `\"` where the text ends"),
    ("give 5 points", "give 0 points", "E0224", "0 points", "write how many points it gives"),
    (
        "gives item \"cup\"",
        "gives 0.00 EUR off basket.total",
        "E0224",
        "0.00 EUR",
        "write such as `25.00 EUR`",
    ),
    ("total 8000 points", "total 0 points", "E0224", "0 points", ""),
    (
        "given member.tier is gold",
        "given member.balance is 5.5 points",
        "E0226",
        "5.5 points",
        "leave out the decimals",
    ),
    ("  on check_in\n", "  formerly x\n  formerly x\n  on check_in\n", "E0102", "x", ""),
    ("costs 100 points", "costs 100.5 points", "E0226", "100.5", "write `100`"),
    ("costs 100 points", "costs 100 days", "E0227", "100 days", "write `100 points`"),
    // structure
    ("tier is gold\n  give", "tier = gold\n  give", "E0301", "=", "write `is`"),
    ("tier is gold\n  give", "tier == gold\n  give", "E0301", "==", "write `is`"),
    ("tier is gold\n  give", "tier != gold\n  give", "E0301", "!=", "write `is not`"),
    ("5.00 EUR\n  and  ", "5.00 EUR && ", "E0301", "&&", "begin a new line with `and`"),
    (
        "5.00 EUR\n  and  ",
        "5.00 EUR || ",
        "E0301",
        "||",
        "write `any of {`, each alternative on its own line, and `}`",
    ),
    ("at least 5.00 EUR", ">= 5.00 EUR", "E0301", ">=", "write `at least`"),
    ("at least 5.00 EUR", "at lest 5.00 EUR", "E0302", "lest", "did you mean `least`?"),
    ("at least 5.00 EUR", "atleast 5.00 EUR", "E0302", "atleast", "did you mean `at least`?"),
    (
        "limit 2 times per member per day",
        "limit 2 tims per member per day",
        "E0302",
        "tims",
        "did you mean `times`?",
    ),
    (
        "limit 2 times per member per day",
        "limit 2 times per member pr day",
        "E0302",
        "pr",
        "did you mean `per`?",
    ),
    (
        "limit 2 times per member per day",
        "limit 2 times per member per day daily",
        "E0302",
        "daily",
        "such as `limit 2 times per member per day`",
    ),
    ("multiply points by 2", "multply points by 2", "E0302", "multply", "did you mean `multiply`?"),
    ("rule boost", "ruel boost", "E0302", "ruel", "did you mean `rule`?"),
    ("when basket.paid", "if basket.paid", "E0302", "if", "did you mean `when`?"),
    (
        "costs 100 points\n  gives item \"cup\"",
        "gives item \"cup\"\n  costs 100 points",
        "E0303",
        "costs",
        "",
    ),
    ("  timezone \"Europe/Paris\"\n", "", "E0304", "club", "add such as `timezone \"Europe/Paris\"`"),
    ("  on check_in\n  when check_in.stars at least 3\n", "", "E0304", "stars", "add such as `on purchase`"),
    ("  take best\n", "  take best\n  take all\n", "E0305", "take", "leave one out"),
    (
        "  in group boosters\n}\n",
        "  in group boosters\n",
        "E0306",
        "{",
        "write `}` on a line of its own where the block ends",
    ),
    (
        "rule boost {",
        "rule boost",
        "E0306",
        "boost",
        "write `{` at the end of this line, and `}` where it ends",
    ),
    ("in group boosters\n}\n", "in group boosters\n}\n}\n", "E0307", "}", "delete it"),
    ("reward cup", "journey x {\n}\n\nreward cup", "E0308", "journey", "leave it out"),
    ("language 1", "language 2", "E0315", "2", "write `1`"),
    ("language 1\n", "", "E0315", "", "begin it with `language 1`"),
    ("any of [coffee]", "any of []", "E0317", "[]", "name at least one"),
    ("rule boost {", "give 5 points\n\nrule boost {", "E0318", "give", ""),
    ("  multiply", "  // twice\n  multiply", "E0319", "// twice", "write `#` instead"),
    ("give 5 points", "give 5 points;", "E0320", ";", "delete it"),
    ("give 5 points", "give 5 points\n  costs 5 points", "E0321", "costs", "it belongs in a reward"),
    ("currency EUR", "curren\u{441}y EUR", "E0313", "\u{441}", "write `c`"),
    ("currency EUR", "currency\u{a0}EUR", "E0312", "\u{a0}", "write an ordinary space"),
    ("rule boost", "rule bo\u{202e}ost", "E0312", "\u{202e}", "delete it"),
    ("rule boost", "rule b\u{f6}ost", "E0314", "\u{f6}", ""),
    // meaning
    ("at least 5.00 EUR", "at least 5 points", "E0401", "5 points", "write such as `25.00 EUR`"),
    ("at least 5.00 EUR", "has any of [coffee]", "E0402", "has any of", ""),
    ("basket.paid at least 5.00 EUR", "line.category is coffee", "E0403", "line.category", ""),
    (
        "when check_in.stars at least 3",
        "when basket.paid at least 3.00 EUR",
        "E0403",
        "basket.paid",
        "only rules with `on purchase` may use it",
    ),
    (
        "guest always\n  gold  from 350.00 EUR spent in 12 months",
        "gold always\n  guest always",
        "E0404",
        "guest always",
        "",
    ),
    ("per member per day\n  from", "per member\n  from", "E0406", "limit 2 times per member", ""),
    (
        "  take best",
        "  take first of [boost, base]",
        "E0407",
        "base",
        "add `in group boosters` to the rule, or leave it out here",
    ),
    ("basket.paid at least", "member.spent at least", "E0408", "member.spent", ""),
    ("of basket.paid", "of basket.lines", "E0409", "basket.lines", ""),
    ("given member.tier is gold", "given basket.paid is 5.00 EUR", "E0403", "basket.paid", ""),
    ("given member.tier is gold", "given date is 2026-01-01", "E0410", "date", ""),
    // surveys, each put before the first rule
    ("rule base {", "survey nps {\n  question score number 0 to 9\n  nps of score\n}\n\nrule base {", "E0440", "score", "ask `question score number 0 to 10`"),
    ("rule base {", "survey nps {\n  question score number\n}\n\nrule base {", "E0440", "number", "write such as `number 0 to 10`"),
    ("rule base {", "survey nps {\n  question score number 10 to 0\n}\n\nrule base {", "E0440", "10 to 0", ""),
    ("rule base {", "survey nps {\n  question score numbr 0 to 10\n}\n\nrule base {", "E0302", "0", ""),
    ("rule base {", "survey nps {\n  question said text\n  keep said as tag\n}\n\nrule base {", "E0440", "said", "leave this out"),
    ("rule base {", "survey nps {\n  question said text\n  csat of sad\n}\n\nrule base {", "E0111", "sad", "did you mean `said`?"),
    ("rule base {", "survey nps {\n  question class truth\n}\n\nrule base {", "E0104", "class", "give the question another name"),
    ("rule base {", "survey nps {\n  nps of score\n  question score number 0 to 10\n}\n\nrule base {", "E0303", "question", ""),
    ("rule base {", "survey member {\n  question said text\n}\n\nrule base {", "E0104", "member", "give the survey another name, such as `nps`"),
    ("rule base {", "survey nps {\n}\n\nrule base {", "E0304", "nps", "add such as `question score number 0 to 10`"),
    ("rule boost {", "survey nps {\n  question said text\n}\n\nrule said {\n  on nps.answered\n  when nps.said is good\n  open case \"x\"\n}\n\nrule boost {", "E0403", "nps.said", "ask with `one of [..]` for what a rule should know"),
    ("rule boost {", "survey nps {\n  question good truth\n}\n\nrule good {\n  on purchase\n  when nps.good is yes\n  open case \"x\"\n}\n\nrule boost {", "E0403", "nps.good", "only rules with `on nps.answered` may use it"),
    ("rule boost {", "survey nps {\n  question good truth\n}\n\nrule good {\n  on nps.answerd\n  give 5 points\n}\n\nrule boost {", "E0103", "nps.answerd", "did you mean `nps.answered`?"),
    ("rule boost {", "survey nps {\n  question good truth\n}\n\nrule good {\n  on nps.answered\n  when nps.good is yes\n  give badge \"x\"\n}\n\nrule boost {", "E0441", "nps.good is yes", ""),
    // effects
    ("tag member \"regular\"", "lift tier to glod for 30 days", "E0107", "glod", "did you mean `gold`?"),
    ("tag member \"regular\"", "lift tier to guest for 30 days", "E0404", "guest", "lift to a tier above it"),
    ("tag member \"regular\"", "lift tier to gold for 30 EUR", "E0227", "30 EUR", "write such as `30 days` or `12 months`"),
    ("tag member \"regular\"", "lift tier gold for 30 days", "E0302", "gold", "write `to gold`"),
    ("tag member \"regular\"", "lift member to gold for 30 days", "E0302", "member", "such as `lift tier to gold for 30 days`"),
    ("tag member \"regular\"", "tag member \"regulr\"", "E0110", "\"regulr\"", "did you mean `regular`?"),
    ("tag member \"regular\"", "tag member regular", "E0302", "regular", "such as `tag member \"promoter\"`"),
    ("tag member \"regular\"", "tag \"regular\"", "E0302", "\"regular\"", "write `member \"regular\"`"),
    ("open case \"few stars\"", "open case \" \"", "E0317", "\" \"", ""),
    (
        "\"few stars\"",
        "\"a subject that goes on and on until nobody in support would read it all\"",
        "E0225",
        "\"a subject that goes on and on until nobody in support would read it all\"",
        "write at most 64 letters",
    ),
    ("prompt for review", "prompt for revew", "E0114", "revew", "did you mean `review`?"),
    ("prompt for review", "ask for review", "E0302", "ask", "did you mean `prompt`?"),
    ("emit event \"few.stars\"", "emit event \"Few stars\"", "E0104", "\"Few stars\"", "write `\"few_stars\"`"),
    ("emit event \"few.stars\"", "emit event few.stars", "E0302", "few.stars", "such as `emit event \"vip_alert\"`"),
    (
        "  emit event \"few.stars\"\n  limit 1 time per member per day\n",
        "  limit 1 time per member per day\n  emit event \"few.stars\"\n",
        "E0303",
        "emit",
        "",
    ),
    ("stars at most 2\n  tag", "stars at most 2\n  tag member \"regular\"\n  tga", "E0302", "tga", "did you mean `tag`?"),
];
