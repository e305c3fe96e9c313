story A person gives and takes points by hand, each with a reason
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire after 12 months
  }

  event visit {
    field stars number
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule visits {
    on visit
    give 5 points
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols
2022-03-02 10:00  ana is given 500 points as J1 for goodwill
  adjusts 500, balance 500, earns 0
2022-03-02 10:01  ana repeats J1
  replayed, adjusts 500, entry 2
2022-03-02 10:02  ana is given 400 points as J1 for goodwill
  refused key_reused
2022-03-02 11:00  ana is docked 200 points as J2 for correction
  adjusts -200, balance 300
2022-03-02 11:01  ana is docked 301 points as J3 for correction
  refused adjust.insufficient_points
2022-03-02 11:02  ana redeems R1: 300 points
  redeems 300, balance 0
# Points given by hand expire like others.
2022-03-03 10:00  ana is given 7 points as J4 for goodwill
  balance 7
2022-03-03 10:01  ana shows the card
  next expiry 7 points at 2023-03-03 10:00
2023-03-03 10:00  ana is given 1 point as J5 for ticket-4711
  expires 7, adjusts 1, balance 1
# Debt is repaid first.
2023-03-04 10:00  bea enrols
2023-03-04 10:01  bea buys B1: coat 50.00 EUR
  earns 50
2023-03-04 10:02  bea redeems R2: 50 points
  balance 0
2023-03-04 10:03  bea returns B1 as B2: everything
  owes 50, debt 50
2023-03-04 10:04  bea is given 80 points as J6 for goodwill
  repays 50, debt 0, balance 30
