story A floor among the tiers, and what a return leaves
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
    shortfall debt
  }

  tiers {
    guest  always
    silver from 100.00 EUR spent in 12 months
    gold   from 300.00 EUR spent in 12 months
    floor silver
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule thanks "Thirty for the first purchase, whatever becomes of it" {
    on purchase
    give 30 points
    limit 1 time per member per programme
    refund keep
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols
  tier guest
2022-03-01 09:00  ben enrols
2022-03-01 09:00  cleo enrols
2022-03-01 09:00  dora enrols
2022-03-02 10:00  ana buys A1: 300.00 EUR
  earns 330, balance 330, tier gold
2022-03-02 10:00  ben buys B1: 150.00 EUR
  earns 180, balance 180, tier silver
# What the first rule gave goes with its line, the thirty stay; they are given once.
2022-03-02 10:00  cleo buys C1: coat 40.00 EUR, hat 10.00 EUR
  earns 80, balance 80, tier guest
2022-03-03 10:00  cleo returns C1 as Z1: line 2
  claws 10, balance 70
2022-03-03 11:00  cleo returns C1 as Z2: everything
  claws 40, balance 30
2022-03-03 11:00  cleo repeats Z2
  replayed
2022-03-04 10:00  cleo buys C2: 10.00 EUR
  earns 10, balance 40
# The floor holds at reviews; a rise that a return undoes never was one.
2022-03-04 10:00  dora buys D1: 150.00 EUR
  earns 180, tier silver
2022-03-05 10:00  dora returns D1 as Z3: everything
  claws 150, balance 30, tier guest
2023-03-02 10:01  ana shows the card
  tier silver, review at 2024-03-02 10:00, lacks 30000 to gold
2023-03-02 10:01  ben shows the card
  tier silver, review at 2024-03-02 10:00
2024-03-02 10:01  ana shows the card
  tier silver, review at 2025-03-02 10:00
2024-03-02 10:01  cleo shows the card
  tier guest, no review
2024-03-02 10:02  ana buys A2: 1.00 EUR
  earns 1, balance 331, tier silver
2024-03-02 10:03  ana shows the newest entry
