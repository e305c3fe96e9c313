story A till that was offline sends late: rules as of the purchase, the ledger as of now
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire after 12 months
    accept events up to 7 days late
    limit 100 points per member per day
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule opening "Opening days" {
    on purchase
    active from 2022-03-07 until 2022-03-08
    give 20 points
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols
2022-03-10 10:00  ana buys A1: 10.00 EUR
  earns 10
# A minute before the opening days ended; it counts still.
2022-03-10 10:00  ana buys A2 dated 2022-03-08 23:59: 10.00 EUR
  earns 30, balance 40
2022-03-10 10:00  ana shows the card
  balance 40, next expiry 30 points at 2023-03-08 23:59
2022-03-10 10:00  ana buys A3 dated 2022-03-09 00:00: 10.00 EUR
  earns 10, balance 50
# The limit is that of the day it happened.
2022-03-10 10:00  ana buys A4: 90.00 EUR
  earns 90
2022-03-10 10:00  ana buys A5: 10.00 EUR
  earns nothing
2022-03-10 10:00  ana buys A6 dated 2022-03-09 12:00: 95.00 EUR
  earns 90, balance 230
