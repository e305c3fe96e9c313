story A purchase by somebody unknown: refused by one programme, welcomed by another
zone Europe/Paris

rules closed:
  language 1

  programme closed {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

rules open:
  language 1

  programme open {
    currency EUR
    timezone "Europe/Paris"
    expire never
    unknown member enrol
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule welcome {
    on enrolment
    give 50 points
  }

2022-03-02 09:00  publish closed
2022-03-02 10:00  ana buys A1: 10.00 EUR
  refused member.unknown
2022-03-02 10:01  ana redeems R1: 10 points
  refused member.unknown
2022-03-02 10:02  ana shows the card
  refused member.unknown
# Nothing was written: the same key may be used once she is known.
2022-03-02 10:05  ana enrols
  entry 1, earns nothing
2022-03-02 10:06  ana buys A1: 10.00 EUR
  earns 10, entry 2
2022-03-02 11:00  publish open
2022-03-02 12:00  bea enrols
  earns 50, entry 1
2022-03-02 12:01  bea buys B1: 10.00 EUR
  earns 10, balance 60
# Enrolled by buying: one entry, with the welcome and the purchase.
2022-03-02 12:02  cem buys C1: 10.00 EUR
  entry 1, earns 60, balance 60
2022-03-02 12:03  cem redeems R1: 60 points
  redeems 60, balance 0, entry 2
2022-03-02 12:04  cem enrols
  refused member.exists
