story Enrolments, visits, redemptions, returns and erasures all meet the programme's counters
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  budget gifts "Gifts" {
    total 27 points
    when spent stop
  }

  event check_in {
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule welcome {
    on enrolment
    give 10 points
    from budget gifts
  }

  rule hello {
    on check_in
    give 5 points
    from budget gifts
  }

  rule press {
    on check_in
    when member.tags has any of [press]
    give 1 point
  }

  reward palette "Two pieces only" {
    costs 100 points
    gives item "palette"
    stock 2
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols
  earns 10
2022-03-02 09:01  bea enrols with tags press
  earns 10
2022-03-02 10:00  ana sends E1: check_in
  earns 5
# 25 of 27 are gone: what remains is given, and then nothing. The press has a point beside the budget.
2022-03-02 10:01  bea sends E2: check_in
  earns 3
2022-03-02 10:02  cem enrols
  earns nothing
2022-03-02 11:00  ana buys A1: coat 300.00 EUR, hat 20.00 EUR
  earns 320, balance 335
2022-03-02 11:01  bea buys B1: 200.00 EUR
  earns 200, balance 213
2022-03-02 11:02  dan enrols
  earns nothing
2022-03-02 11:03  dan buys D1: 150.00 EUR
  earns 150, balance 150
2022-03-02 12:00  ana holds R1 for 15 minutes: reward palette
  balance 235, held 100
2022-03-02 12:00  dan holds R5 for 15 minutes: reward palette
  balance 50, held 100
2022-03-02 12:01  bea redeems R2: reward palette
  refused redeem.out_of_stock
# A return finds that the hold ran out: the points come back, and the piece with them. So does an erasure.
2022-03-02 12:30  ana returns A1 as Z1: line 2
  claws 20, balance 315, held 0
2022-03-02 12:31  dan is erased for request
  balance 150, held 0
2022-03-02 12:32  bea redeems R3: reward palette
  redeems 100, balance 113
2022-03-02 12:33  bea redeems R4: reward palette
  redeems 100, balance 13
2022-03-02 12:34  ana redeems R6: reward palette
  refused redeem.out_of_stock
