story Two cards of one person become one: nothing is lost, and the old card says where to go
zone Europe/Paris

rules kaffa:
  language 1

  programme kaffa {
    currency EUR
    timezone "Europe/Paris"
    expire after 6 months
  }

  tiers {
    guest  always
    silver from 100.00 EUR spent in 12 months
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

2022-03-02 10:00  publish kaffa
2022-03-02 10:00  ana enrols
2022-03-02 10:00  anna enrols
2022-03-02 10:05  ana buys A1: coat 60.00 EUR
  earns 60, balance 60
2022-03-03 10:05  anna buys B1: coat 70.00 EUR
  earns 70, balance 70
2022-03-04 10:00  anna holds R1 for 15 minutes: 20 points
2022-03-04 10:05  ana takes in anna as G1 for duplicate
  refused merge.open_holds
2022-03-04 10:06  anna releases R1 as L1
  balance 70
# Points keep their own dates; what both spent counts for one tier.
2022-03-04 10:07  ana takes in anna as G2 for duplicate
  balance 130, tier silver
2022-03-04 10:07  ana repeats G2
  replayed, balance 130
2022-03-04 10:08  ana shows the card
  balance 130, next expiry 60 points at 2022-09-02 10:05
2022-03-04 10:09  anna buys B2: coat 10.00 EUR
  refused member.merged
2022-03-04 10:10  ana takes in anna as G3 for duplicate
  refused member.merged
2022-03-04 10:11  ana redeems R2: 130 points
  redeems 130, balance 0
