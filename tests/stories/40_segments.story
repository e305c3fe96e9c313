story Segments by address, by what a purchase comes to, by visits and by age
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  event check_in {
  }

  segment neighbours "The new shop opens in Lyon" {
    when member.postcode starts with "69"
    and  member.average_basket in 12 months at least 20.00 EUR
  }

  segment keen {
    when member.events.check_in in 30 days at least 2
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule opening {
    on purchase
    when member in segment neighbours
    give 100 points
  }

  rule visitor {
    on purchase
    when member in segment keen
    give 7 points
  }

  rule grown_up "Wine, from 18 by law" {
    on check_in
    when member.age at least 18
    give 3 points
    limit 1 time per member per day
  }

rules other:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  event check_in {
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols born 2004-03-10
# she lives nowhere known, and has not bought
2022-03-01 10:00  ana buys A1: coat 40.00 EUR
  earns 40
2022-03-01 10:01  ana changes U1: country FR, postcode 69003, city Lyon
  entry 3
# 40.00 and then 50.00 in two purchases: 25.00 each
2022-03-01 10:02  ana buys A2: hat 10.00 EUR
  earns 110
2022-03-01 10:03  ana buys A3: hat 10.00 EUR
  earns 110
# 60.00 in three is still enough
2022-03-01 10:04  ana buys A4: hat 4.00 EUR
  earns 104
# 64.00 in four is not
2022-03-01 10:05  ana buys A5: hat 10.00 EUR
  earns 10
# a hat comes back, and what it had brought
2022-03-01 10:06  ana returns A4 as R4: everything
  claws 104
# visits, below eighteen
2022-03-02 09:00  ana sends E1: check_in
  earns nothing
2022-03-02 09:01  ana buys A6: tea 5.00 EUR
  earns 5
2022-03-10 09:00  ana sends E2: check_in
  earns 3
# two visits in thirty days
2022-03-10 09:01  ana buys A7: tea 5.00 EUR
  earns 12
# under rules that do not ask, nothing is counted
2022-03-11 09:00  publish other
2022-03-11 09:01  ana sends E3: check_in
  earns nothing
2022-03-12 09:00  publish club
# the first visit is thirty days ago
2022-04-01 09:00  ana buys A8: tea 5.00 EUR
  earns 5
2022-04-01 09:01  ana sends E4: check_in
  earns 3
2022-04-01 09:02  ana buys A9: tea 5.00 EUR
  earns 12
# another postcode, and she is no neighbour any more
2022-04-01 09:03  ana changes U2: postcode 75003
  entry 17
# a visit on each of two cards of one person: two visits
2022-04-02 09:00  bea enrols
2022-04-02 09:00  carl enrols
2022-04-02 09:01  bea sends E5: check_in
2022-04-02 09:01  carl sends E6: check_in
2022-04-02 09:02  bea takes in carl as M1 for duplicate
2022-04-02 09:03  bea buys B1: tea 5.00 EUR
  earns 12
