story Points wait two weeks before they can be spent, and a return in between costs nothing else
zone Europe/Paris

rules lumiere:
  language 1

  programme lumiere {
    currency EUR
    timezone "Europe/Paris"
    expire after 12 months
    pending for 14 days
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

2022-03-20 09:00  publish lumiere
2022-03-20 09:00  ana enrols
2022-03-20 10:00  ana buys A1: cream 100.00 EUR
  earns 100, balance 0, pending 100
2022-03-20 10:01  ana redeems R1: 50 points
  refused redeem.insufficient_points
# Two weeks on the wall, over the change to summer time.
2022-04-03 09:59  ana shows the card
  balance 0, pending 100, nothing expires
2022-04-03 10:00  ana shows the card
  balance 100, pending 0, next expiry 100 points at 2023-03-20 10:00
2022-04-03 10:00  ana redeems R2: 50 points
  redeems 50, balance 50, pending 0
2022-04-10 10:00  ana buys A2: cream 40.00 EUR, soap 10.00 EUR
  earns 50, balance 50, pending 50
# What comes back is taken from what has not arrived yet.
2022-04-11 10:00  ana returns A2 as B2: line 2
  claws 10, balance 50, pending 40
2022-04-24 10:00  ana shows the card
  balance 90, pending 0
