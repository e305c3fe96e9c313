story Spend the points, return the goods: what is missing is owed, and repaid by what comes next
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

rules mild:
  language 1

  programme mild {
    currency EUR
    timezone "Europe/Paris"
    expire never
    shortfall forgive
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols
2022-03-02 10:00  ana buys A1: coat 100.00 EUR
  earns 100
2022-03-02 11:00  ana redeems R1: 80 points
  redeems 80, balance 20
2022-03-03 10:00  ana returns A1 as B1: everything
  claws 100, owes 80, balance 0, debt 80
2022-03-03 10:05  ana redeems R2: 1 point
  refused redeem.debt
2022-03-04 10:00  ana buys A2: hat 50.00 EUR
  earns 50, repays 50, balance 0, debt 30
2022-03-05 10:00  ana buys A3: hat 50.00 EUR
  earns 50, repays 30, balance 20, debt 0
2022-03-05 10:05  ana redeems R3: 5 points
  redeems 5, balance 15
# What earned the repayment can be returned as well.
2022-03-06 10:00  ana returns A2 as B2: everything
  claws 50, owes 35, balance 0, debt 35
2022-03-07 09:00  publish mild
2022-03-07 10:00  ana buys A4: coat 135.00 EUR
  earns 135, repays 35, balance 100, debt 0
2022-03-07 11:00  ana redeems R4: 90 points
  redeems 90, balance 10
2022-03-08 10:00  ana returns A4 as B4: everything
  claws 10, owes nothing, balance 0, debt 0
