story Who buys keeps her points: six months without a purchase, and they are gone
zone Europe/Paris

rules kaffa:
  language 1

  programme kaffa {
    currency EUR
    timezone "Europe/Paris"
    expire after 6 months without purchase
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

2022-01-10 09:00  publish kaffa
2022-01-10 09:00  ana enrols
2022-01-10 10:00  ana buys A1: 20.00 EUR
  earns 20
2022-01-10 10:00  ana shows the card
  next expiry 20 points at 2022-07-10 10:00
2022-05-10 10:00  ana buys A2: 10.00 EUR
  earns 10, balance 30
2022-05-10 10:00  ana shows the card
  next expiry 30 points at 2022-11-10 10:00
# Spending is no purchase.
2022-08-10 10:00  ana redeems R1: 5 points
  redeems 5, balance 25
2022-11-10 09:59  ana shows the card
  balance 25
2022-11-10 10:00  ana shows the card
  balance 0
2022-12-01 10:00  ana buys A3: 7.00 EUR
  expires 25, balance 7

# What is held is extended by a purchase, what was spent is not; once both are back, their lot has the later date.
2023-01-10 10:00  ana buys A4: 3.00 EUR
  earns 3, balance 10
2023-01-10 10:10  ana redeems R2: 4 points
  redeems 4, balance 6
2023-01-10 10:20  ana holds H1 for 2 hours: 3 points
  balance 3
2023-01-10 11:00  ana buys A5: 1.00 EUR
  earns 1, balance 4
2023-01-10 11:10  ana cancels R2 as X2
  balance 8
2023-01-10 12:30  ana shows the card
  next expiry 11 points at 2023-07-10 11:00
2023-07-10 10:30  ana shows the card
  balance 11
