story What falls due is written by the due job, late, twice or at once, and no balance waits for it
zone Europe/Paris

rules lumiere:
  language 1

  programme lumiere {
    currency EUR
    timezone "Europe/Paris"
    expire after 60 days
    pending for 14 days
  }

  tiers {
    guest  always
    silver from 300.00 EUR spent in 12 months keep for 30 days
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

2022-03-02 09:00  publish lumiere
2022-03-02 09:00  ana enrols
2022-03-02 09:00  bea enrols
2022-03-02 10:00  ana buys A1: coat 100.00 EUR
  earns 100, pending 100
2022-03-02 10:00  the due job runs
  nothing happens
# Activation, to the minute.
2022-03-16 09:59  the due job runs
  nothing happens
2022-03-16 10:00  the due job runs twice at once
  for ana: earns nothing, balance 100, pending 0, entry 3
2022-03-16 10:15  the due job runs
  nothing happens
# A hold that nobody finishes.
2022-03-16 12:00  ana holds R1 for 2 hours: 40 points
  held 40, balance 60
2022-03-16 13:45  the due job runs
  nothing happens
2022-03-16 14:00  the due job runs
  for ana: held 0, balance 100
# A hold that was finished leaves nothing due, and what comes later is still found.
2022-03-16 15:00  ana holds R2 for 2 hours: 30 points
2022-03-16 15:10  ana captures R2 as C2
  redeems 30, balance 70
2022-03-16 17:00  the due job runs
  nothing happens
# Expiry, three days late: judged on read when it fell due, written when somebody comes.
2022-05-01 09:59  ana shows the card
  balance 70, next expiry 70 points at 2022-05-01 10:00
2022-05-01 10:00  ana shows the card
  balance 0, nothing expires
2022-05-04 10:00  the due job runs twice
  for ana: expires 70, balance 0
# A tier that is not kept.
2022-05-05 10:00  bea buys B1: coat 400.00 EUR
  tier silver
2022-05-19 10:15  the due job runs
  for bea: balance 400, pending 0
# A review that the tier stands writes nothing, and the next one is found.
2022-06-04 10:15  the due job runs
  nothing happens
2022-06-04 10:16  bea shows the card
  tier silver
2023-06-30 10:15  the due job runs
  for bea: expires 400, tier guest
2023-06-30 10:30  the due job runs
  nothing happens
