story An erased member leaves her ledger, and nothing but time goes on
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
2022-03-02 09:00  ana enrols born 1990-02-28
2022-03-02 10:00  ana buys A1: coat 100.00 EUR
  earns 100, balance 100
2022-03-02 10:01  ana holds H1 for 15 minutes: 40 points
  held 40
2022-03-02 10:02  ana is erased for request
  balance 60, held 40, entry 4
2022-03-02 10:03  ana shows the card
  erased, balance 60, held 40
2022-03-02 10:04  ana repeats erasure
  replayed, entry 4
2022-03-02 10:05  ana buys A2: coat 10.00 EUR
  refused member.erased
2022-03-02 10:06  ana redeems R1: 10 points
  refused member.erased
2022-03-02 10:07  ana returns A1 as B1: everything
  refused member.erased
2022-03-02 10:08  ana is given 10 points as J1 for goodwill
  refused member.erased
2022-03-02 10:09  ana captures H1 as C1
  refused member.erased
# What was answered before is answered for ever.
2022-03-02 10:10  ana repeats A1
  replayed, earns 100
2022-03-02 10:16  ana shows the card
  erased, balance 100, held 0
2023-03-02 10:00  ana shows the card
  erased, balance 0
