story The first purchase, every third, and a birthday
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule first {
    on purchase
    when purchase.number is 1
    give 100 points
  }

  rule third {
    on purchase
    when purchase.number is 3
    give 30 points
  }

  rule loyal {
    on purchase
    when member.spent in 30 days at least 50.00 EUR
    give 7 points
  }

  rule birthday "Birthday week" {
    on purchase
    when date within 3 days of member.birthday
    multiply points by 2
  }

2022-02-20 09:00  publish club
2022-02-20 09:00  ana enrols born 1992-02-29
2022-02-20 09:00  bea enrols
2022-02-20 10:00  ana buys A1: 10.00 EUR
  earns 110
2022-02-20 11:00  ana buys A2: 10.00 EUR
  earns 10
2022-02-20 12:00  ana buys A3: 10.00 EUR
  earns 40, balance 160
# No 29 February this year: it falls on the 28th, and three days after that is 3 March.
2022-03-03 12:00  ana buys A4: 20.00 EUR
  earns 40
2022-03-04 12:00  ana buys A5: 10.00 EUR
  earns 17
2022-03-04 12:01  bea buys B1: 10.00 EUR
  earns 110
# History is net of returns: who returns her first purchase has made none.
2022-03-05 12:00  bea returns B1 as B2: everything
  claws 110, balance 0
2022-03-06 12:00  bea buys B3: 10.00 EUR
  earns 110
