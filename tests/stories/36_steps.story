story Steps of a sum: passed, taken back by returns, passed again
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
    shortfall debt
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule hundreds "Fifty for every hundred euros of a year" {
    on purchase
    give 50 points every 100.00 EUR spent this year
  }

  rule fourth "Every fourth purchase, ever" {
    on purchase
    give 40 points every 4 purchases in total
    points valid for 60 days
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols
2022-03-02 10:00  ana buys A1: 99.00 EUR
  earns 99, balance 99
2022-03-03 10:00  ana buys A2: 1.00 EUR
  earns 51, balance 150
# The purchase that passed the step stays; the other one goes, and the step with it.
2022-03-04 10:00  ana returns A1 as Z1: everything
  claws 149, balance 1
2022-03-04 10:00  ana repeats Z1
  replayed
# Bought again, the step is passed again: once more than before, nothing is won.
2022-03-05 10:00  ana buys A3: 99.00 EUR
  earns 149, balance 150
2022-03-05 11:00  ana returns A3 as Z3: everything
  claws 149, balance 1
# Three steps at once, and back in parts.
2022-03-06 10:00  ana buys A4: coat 200.00 EUR, hat 100.00 EUR
  earns 450, balance 451
2022-03-07 10:00  ana returns A4 as Z4: 0 of line 1 for 5.00 EUR
  claws 55, balance 396
2022-03-07 11:00  ana returns A4 as Z5: line 2
  claws 150, balance 246
2022-03-07 12:00  ana returns A4 as Z6: line 1
  claws 245, balance 1
# Every fourth purchase counts net of those that came back: A2 is the first.
2022-03-08 10:00  ana buys A5: 1.00 EUR
  earns 1, balance 2
2022-03-08 11:00  ana buys A6: 1.00 EUR
  earns 1, balance 3
2022-03-08 12:00  ana buys A7: 1.00 EUR
  earns 41, balance 44
2022-03-08 13:00  ana redeems R1: 44 points
  redeems 44, balance 0
2022-03-08 14:00  ana returns A5 as Z7: everything
  claws 41, owes 41, balance 0, debt 41
2022-03-08 15:00  ana buys A8: 96.00 EUR
  earns 136, repays 41, balance 95, debt 0
2022-03-08 16:00  ana buys A9: 2.00 EUR
  earns 52, balance 147
# A return of another year finds the steps of its own year.
2023-02-01 10:00  ana buys B1: 99.00 EUR
  earns 99
2023-02-02 10:00  ana returns A8 as Z8: everything
  claws 146, balance 60
2023-02-02 11:00  ana buys B2: 1.00 EUR
  earns 51
2023-02-03 12:00  ana shows the newest entry
