story A tier for a while: it ends by itself, with what brought it, or stays; what is earned goes on beside it
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
    accept events up to 30 days late
  }

  tiers {
    guest  always
    silver from 100.00 EUR spent in 12 months
    gold   from 300.00 EUR spent in 12 months
  }

  event match {
    field proven truth
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule more_for_gold {
    on purchase
    when member.tier is gold
    give 10 points
  }

  rule welcome {
    on enrolment
    lift tier to silver for 1 month
  }

  rule matched "Gold as elsewhere" {
    on match
    when match.proven is yes
    lift tier to gold for 90 days
    limit 1 time per member per year
  }

  rule large "A large order is tried out as gold" {
    on purchase
    when basket.paid at least 80.00 EUR
    and  basket.categories has any of [coat]
    lift tier to gold for 2 weeks
  }

  rule larger {
    on purchase
    when basket.paid at least 80.00 EUR
    and  basket.categories has any of [sofa]
    lift tier to gold for 2 weeks
    refund keep
  }

  reward cup {
    costs 50 points
    costs 20 points for gold
    gives item "cup"
  }

  test "lifted, and then not any more" {
    event purchase at 2022-05-01 10:00 {
      line 90.00 EUR { category coat }
    }
    event purchase at 2022-05-10 10:00 {
      basket.paid is 10.00 EUR
    }
    event purchase at 2022-05-15 10:00 {
      basket.paid is 5.00 EUR
    }
    expect 115 points
    expect tier silver
  }

2022-03-02 10:00  publish club
2022-03-02 10:00  ana enrols
  tier silver, does lift tier to silver for 1 month
2022-03-02 10:05  ana shows the card
  tier silver, lacks 10000 to silver, no review
# A higher lift counts from the next event on; the lower one goes on beneath it.
2022-03-10 10:00  ana buys A1: coat 80.00 EUR
  earns 80, tier gold, does lift tier to gold for 2 weeks
2022-03-11 10:00  ana buys A2: tea 10.00 EUR
  earns 20, tier gold
# A gold member's price.
2022-03-11 10:05  ana redeems D1: reward cup
  redeems 20, balance 80
# What brought it comes back whole: gold ends, the welcome stays.
2022-03-12 10:00  ana returns A1 as R1: everything
  claws 80, balance 0, tier silver
2022-03-12 10:01  ana buys A3: tea 10.00 EUR
  earns 10, tier silver
# The month ended a minute later than that.
2022-04-02 09:59  ana shows the card
  tier silver
2022-04-02 10:00  ana shows the card
  tier guest, lacks 8000 to silver
# With `refund keep` it stays.
2022-04-03 10:00  ana buys A4: sofa 80.00 EUR
  earns 80, tier gold
# Silver is earned meanwhile, beneath it.
2022-04-03 10:00  ana shows the card
  tier gold, no review, lacks 20000 to gold
2022-04-04 10:00  ana returns A4 as R4: everything
  claws 80, tier gold
2022-04-17 09:59  ana shows the card
  tier gold
2022-04-17 10:00  ana shows the card
  tier guest
# Time is told by the due job, and by whatever comes next.
2022-04-18 10:00  ana sends E1: match with proven yes
  tier gold, does lift tier to gold for 90 days
2022-04-18 10:01  ana sends E2: match with proven yes
  tier gold, does nothing else
2022-04-18 10:02  ana repeats E1
  replayed, tier gold
2022-07-17 10:00  the due job runs
  for ana: tier guest
# One that is over before it is told lifts nobody.
2022-08-01 10:00  ana buys A5 dated 2022-07-18 10:00: coat 90.00 EUR
  tier silver
# Two cards: the lift goes along.
2022-09-01 10:00  ben enrols
2022-09-01 10:01  ben buys B1: coat 90.00 EUR
  tier gold
2022-09-02 10:00  ana takes in ben as G1 for duplicate
  tier gold
2022-09-15 10:01  ana shows the card
  tier silver
