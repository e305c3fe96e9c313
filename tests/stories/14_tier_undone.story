story A tier that a returned purchase had lifted falls back, but never below what was held before
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
    silver from 100.00 EUR spent in 12 months keep for 24 months
    gold   from 300.00 EUR spent in 12 months keep for 12 months
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

2022-01-10 09:00  publish club
2022-01-10 09:00  ana enrols
2022-01-10 10:00  ana buys A1: 120.00 EUR
  tier silver
2022-01-20 10:00  ana buys A2: 200.00 EUR
  tier gold
2022-01-25 10:00  ana returns A2 as B2: everything
  claws 200, tier silver
2022-01-26 10:00  ana shows the card
  tier silver, lacks 18000 to gold
2022-01-27 10:00  ana returns A1 as B1: everything
  claws 120, tier guest, balance 0
# More than a year later the first spending no longer counts; silver is kept for two.
2022-02-01 10:00  ana buys A3: 100.00 EUR
  tier silver
2023-03-01 10:00  ana buys A4: 300.00 EUR
  tier gold
2023-03-02 10:00  ana returns A4 as B4: everything
  tier silver
