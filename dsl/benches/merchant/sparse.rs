//! Rules as a merchant with many campaigns has them: for a tier, from an amount on, for some categories, at some times;
//! points or a multiplier. About one in fifty fires. As data, so that other engines can be given the same.

/// What is sold.
pub const CATEGORIES: [&str; 40] = [
    "coffee",
    "bakery",
    "beans",
    "tea",
    "cups",
    "gifts",
    "skincare",
    "makeup",
    "fragrance",
    "haircare",
    "bath",
    "tools",
    "wellness",
    "nails",
    "sun",
    "minis",
    "snacks",
    "merch",
    "seasonal",
    "salads",
    "juice",
    "dairy",
    "frozen",
    "produce",
    "toys",
    "books",
    "garden",
    "sports",
    "shoes",
    "kids",
    "pets",
    "audio",
    "phones",
    "laptops",
    "games",
    "office",
    "lighting",
    "kitchen",
    "travel",
    "outdoor",
];

/// Days of the week, Monday first.
pub const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Tiers, lowest first.
pub const TIERS: [&str; 3] = ["guest", "regular", "insider"];

/// A rule.
pub struct Campaign {
    /// The tier it is for, by index.
    pub tier: usize,
    /// From which basket on, minor units.
    pub at_least_minor: i64,
    /// One of which must be in the basket, by index.
    pub categories: Vec<usize>,
    /// When.
    pub when: When,
    /// What it gives.
    pub gives: Gives,
}

/// When a campaign runs.
pub enum When {
    /// Between two minutes of the day, the second excluded.
    Time(u32, u32),
    /// On days of the week, by index.
    Days(Vec<usize>),
}

/// What a campaign gives.
pub enum Gives {
    /// Points.
    Points(i64),
    /// So many tenths of the base, of which the best one counts: 15 is x1.5.
    Tenths(i64),
}

/// A fixed sequence of numbers (splitmix64): the same rules on every machine.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut drawn = self.0;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (drawn ^ (drawn >> 31)) % most
    }

    fn index(&mut self, most: usize) -> usize {
        usize::try_from(self.below(u64::try_from(most).unwrap_or(1))).unwrap_or(0)
    }

    fn some(&mut self, count: usize, of: usize) -> Vec<usize> {
        let mut found = Vec::new();
        while found.len() < count {
            let one = self.index(of);
            if !found.contains(&one) {
                found.push(one);
            }
        }
        found.sort_unstable();
        found
    }
}

/// So many campaigns.
pub fn campaigns(count: usize) -> Vec<Campaign> {
    const FROM_MINOR: [i64; 10] = [500, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 7_500, 10_000];
    let mut draw = Draw(42);
    let mut one = || {
        let tier = draw.index(TIERS.len());
        let at_least_minor = FROM_MINOR[draw.index(FROM_MINOR.len())];
        let kinds = 1 + draw.index(3);
        let categories = draw.some(kinds, CATEGORIES.len());
        let when = if draw.below(10) < 6 {
            let hours = 6 + u32::try_from(draw.below(7)).unwrap_or(0);
            let start = 420 + 30 * u32::try_from(draw.below(8)).unwrap_or(0);
            When::Time(start, start + hours * 60)
        } else {
            let days = 3 + draw.index(3);
            When::Days(draw.some(days, 7))
        };
        let gives = if draw.below(4) < 3 {
            Gives::Points(5 * (1 + i64::try_from(draw.below(40)).unwrap_or(0)))
        } else {
            Gives::Tenths(11 + i64::try_from(draw.below(20)).unwrap_or(0))
        };
        Campaign { tier, at_least_minor, categories, when, gives }
    };
    (0..count).map(|_| one()).collect()
}

/// The top of a rule file of campaigns: limits, tiers, a group of which the best multiplier counts, the base rate.
pub fn head() -> String {
    format!(
        "language 1

programme bench {{
  currency EUR
  timezone \"Europe/Paris\"
  point worth 0.01 EUR
  limit 50000 points per member per day
}}

catalogue {{
  categories [{}]
  channels [online, counter]
}}

tiers {{
  guest   always
  regular from 300 points earned in 12 months
  insider from 900 points earned in 12 months
}}

group boosters {{
  take best
  limit 20000 points per member per week
}}

rule base {{
  on purchase
  give 1 point per 0.10 EUR of basket.paid
}}
",
        CATEGORIES.join(", ")
    )
}

/// A campaign as a rule.
pub fn rule(at: usize, campaign: &Campaign) -> String {
    let named =
        |names: &[&str], which: &[usize]| which.iter().map(|one| names[*one]).collect::<Vec<_>>().join(", ");
    let clock = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
    let when = match &campaign.when {
        When::Time(from, until) => format!("time between {} and {}", clock(*from), clock(*until)),
        When::Days(days) => format!("day in [{}]", named(&DAYS, days)),
    };
    let gives = match campaign.gives {
        Gives::Points(points) => format!("give {points} points\n  limit 1000 points per member per month"),
        Gives::Tenths(tenths) => {
            format!("multiply points by {}.{}\n  in group boosters", tenths / 10, tenths % 10)
        }
    };
    format!(
        "\nrule campaign_{at} {{\n  on purchase\n  when member.tier is {}\n  and  basket.paid at least {}.00 EUR\n  and  basket.categories has any of [{}]\n  and  {when}\n  {gives}\n}}\n",
        TIERS[campaign.tier],
        campaign.at_least_minor / 100,
        named(&CATEGORIES, &campaign.categories),
    )
}
