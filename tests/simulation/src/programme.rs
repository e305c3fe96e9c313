//! The merchants' rules: two programmes in two versions each, with everything that can run out, fall due or be undone.

/// Merchants of a run, and the versions of their rules that take turns.
pub const MERCHANTS: [(&str, [&str; 2]); 2] =
    [("corner", [CORNER, CORNER_GENEROUS]), ("lane", [LANE, LANE_STRICT])];

/// Points a member holds for long, a budget that runs out soon, rewards of which there are few.
const CORNER: &str = r#"language 1

programme corner "Corner Shop" {
  currency EUR
  timezone "Europe/Paris"
  point worth 0.01 EUR
  expire after 12 months without purchase
  unknown member enrol
  limit 900 points per member per day
}

tiers {
  guest   always
  regular from 300 points earned in 6 months
  insider from 900 points earned in 6 months keep for 6 months
  downgrade one step
  grace 14 days
}

budget spring {
  total 1500 points
  when spent stop
}

event check_in { field stars number }

rule base {
  on purchase
  give 1 point per 0.10 EUR of basket.paid
}

rule spring_extra {
  on purchase
  give 40 points
  from budget spring
}

rule first {
  on purchase
  when purchase.number is 1
  give 50 points
}

rule rating {
  on check_in
  give 5 points
  limit 1 time per member per day
}

rule cake {
  on birthday
  give 100 points
  points valid for 30 days
}

rule loyal {
  on anniversary
  give 70 points
}

rule welcome {
  on enrolment
  give 25 points
}

reward coffee {
  costs 60 points
  gives item "coffee"
  limit 3 times per member per month
}

reward mug {
  costs 90 points
  gives item "mug"
  stock 7
}
"#;

const CORNER_GENEROUS: &str = r#"language 1

programme corner "Corner Shop" {
  currency EUR
  timezone "Europe/Paris"
  point worth 0.01 EUR
  expire after 9 months without purchase
  unknown member enrol
  limit 1200 points per member per day
}

tiers {
  guest   always
  regular from 200 points earned in 6 months
  insider from 900 points earned in 6 months keep for 3 months
}

budget spring {
  total 1500 points
  when spent stop
}

event check_in { field stars number }

rule base {
  on purchase
  give 1.5 points per 0.10 EUR of basket.paid
}

rule spring_extra {
  on purchase
  give 60 points
  from budget spring
}

rule rating {
  on check_in
  give 7 points
  limit 1 time per member per day
}

rule cake {
  on birthday
  give 120 points
}

rule loyal {
  on anniversary
  give 70 points
}

rule welcome {
  on enrolment
  give 30 points
}

reward coffee {
  costs 50 points
  gives item "coffee"
  limit 3 times per member per month
}

reward mug {
  costs 80 points
  gives item "mug"
  stock 7
}
"#;

/// Points that wait a fortnight and expire by month's end; shortfalls are forgiven.
const LANE: &str = r#"language 1

programme lane "Lane Books" {
  currency EUR
  timezone "America/New_York"
  point worth 0.02 EUR
  rounding half_even
  expire after 2 months at end of month
  pending for 14 days
  shortfall forgive
}

tiers {
  reader  always
  scholar from 150.00 EUR spent this year
}

event check_in { field stars number }

rule base {
  on purchase
  give 2 points per 1.00 EUR of basket.eligible
}

rule scholars {
  on purchase
  when member.tier is scholar
  multiply points by 1.5
}

rule rating {
  on check_in
  give 5 points
  pending for 2 days
  limit 1 time per member per week
}

rule cake {
  on birthday
  give 40 points
}

rule loyal {
  on anniversary
  give 20 points
}

reward coffee {
  costs 30 points
  gives item "coffee"
}

reward mug {
  costs 60 points
  gives item "mug"
  stock 5
}
"#;

const LANE_STRICT: &str = r#"language 1

programme lane "Lane Books" {
  currency EUR
  timezone "America/New_York"
  point worth 0.02 EUR
  rounding down
  expire after 1 month at end of month
  pending for 7 days
  shortfall debt
}

tiers {
  reader  always
  scholar from 150.00 EUR spent this year
}

event check_in { field stars number }

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.eligible
}

rule rating {
  on check_in
  give 5 points
  limit 1 time per member per week
}

rule cake {
  on birthday
  give 40 points
}

rule loyal {
  on anniversary
  give 20 points
}

reward coffee {
  costs 35 points
  gives item "coffee"
}

reward mug {
  costs 60 points
  gives item "mug"
  stock 5
}
"#;
