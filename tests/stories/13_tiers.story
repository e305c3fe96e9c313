story Up at once, kept for a year, a month of grace, and one step down
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  tiers {
    guest  always
    silver from 100.00 EUR spent in 12 months keep for 12 months
    gold   from 300.00 EUR spent in 12 months keep for 12 months
    downgrade one step
    grace 30 days
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule gold_bonus {
    on purchase
    when member.tier is gold
    multiply points by 2
  }

2022-01-10 09:00  publish club
2022-01-10 09:00  ana enrols
  tier guest
2022-01-10 09:01  ana shows the card
  tier guest, no review, lacks 10000 to silver
2022-01-10 10:00  ana buys A1: 80.00 EUR
  tier guest
2022-01-10 10:01  ana shows the card
  lacks 2000 to silver
2022-02-10 10:00  ana buys A2: 30.00 EUR
  earns 30, tier silver
2022-02-10 10:01  ana shows the card
  tier silver, review at 2023-02-10 10:00, lacks 19000 to gold
2022-02-11 10:00  ana buys A3: 200.00 EUR
  earns 200, tier gold
2022-02-12 10:00  ana buys A4: 10.00 EUR
  earns 20, tier gold
# Spending points lowers no tier.
2022-02-12 11:00  ana redeems R1: 300 points
  tier gold, balance 30
2023-02-11 10:00  ana shows the card
  tier gold, review at 2023-03-13 10:00
2023-03-13 09:59  ana shows the card
  tier gold
2023-03-13 10:00  ana shows the card
  tier silver
2023-03-14 10:00  ana buys A5: 10.00 EUR
  earns 10, tier silver
