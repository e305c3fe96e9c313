story Points end with the month, a year after they were earned, whoever looks
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire after 12 months at end of month
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule flash "Quick points" {
    on purchase
    when basket.tags has any of [flash]
    give 10 points
    points valid for 30 days
  }

2022-01-15 09:00  publish club
2022-01-15 09:00  ana enrols
2022-01-15 10:00  ana buys A1: 100.00 EUR
  earns 100
2022-02-10 10:00  ana buys A2: 50.00 EUR
  earns 50
2022-02-10 10:05  ana shows the card
  balance 150, next expiry 100 points at 2023-02-01 00:00
# The points that end first are spent first, whenever they came.
2022-03-01 10:00  ana buys A3: 5.00 EUR tagged flash
  earns 15, balance 165
2022-03-01 10:05  ana shows the card
  next expiry 10 points at 2022-03-31 10:00
2022-03-02 10:00  ana redeems R1: 15 points
  redeems 15, balance 150
2022-03-02 10:05  ana shows the card
  balance 150, next expiry 95 points at 2023-02-01 00:00
2023-01-31 23:59  ana shows the card
  balance 150
# Nobody has swept; the card counts no point that has ended.
2023-02-01 00:00  ana shows the card
  balance 55, next expiry 50 points at 2023-03-01 00:00
2023-02-01 00:00  ana redeems R2: 60 points
  refused redeem.insufficient_points
2023-02-02 12:00  ana buys A4: 10.00 EUR
  earns 10, balance 65
2023-03-01 08:00  ana redeems R3: 15 points
  redeems 15, expires 50, balance 0
2023-03-01 08:01  ana shows the card
  balance 0, nothing expires
