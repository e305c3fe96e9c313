story A return gives spent points back to where they came from, with the end they had
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire after 12 months
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

2022-01-10 09:00  publish club
2022-01-10 09:00  ana enrols
2022-01-10 10:00  ana buys A1: 100.00 EUR
  earns 100
2022-06-01 10:00  ana redeems R1: 60 points
  redeems 60, balance 40
2022-06-01 10:01  ana buys A2 paid with R1: shoes 30.00 EUR, socks 10.00 EUR
  earns 40, balance 80
# A quarter of the price, a quarter of the points it was paid with.
2022-06-05 10:00  ana returns A2 as B1: line 2
  claws 10, gives back 15, balance 85
2022-06-05 10:01  ana shows the card
  balance 85, next expiry 55 points at 2023-01-10 10:00
# After the first points have ended, what comes back to them ends at once.
2023-01-11 10:00  ana returns A2 as B2: everything
  claws 30, gives back 45, expires 100, balance 0, debt 0
2023-01-11 10:01  ana shows the card
  balance 0, nothing expires
