story Rewards have a price, a date, a limit and a last piece
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

  reward coffee "Any coffee" {
    costs 50 points
    gives item "coffee"
    limit 1 time per member per day
  }

  reward palette "Two pieces only" {
    costs 100 points
    gives item "palette"
    active from 2022-03-10
    stock 2
  }

  reward ten_off "10 EUR off" {
    costs 20 points
    gives 10.00 EUR off basket.total
    when basket.paid at least 30.00 EUR
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols
2022-03-02 09:00  bea enrols
2022-03-02 10:00  ana buys A1: 1000.00 EUR
  earns 1000
2022-03-02 10:00  bea buys B1: 1000.00 EUR
  earns 1000
2022-03-02 11:00  ana redeems R1: reward coffee
  redeems 50, balance 950
2022-03-02 12:00  ana redeems R2: reward coffee
  refused redeem.limit_reached
2022-03-03 00:00  ana redeems R3: reward coffee
  redeems 50, balance 900
2022-03-03 10:00  ana redeems R4: reward palette
  refused redeem.reward_inactive
2022-03-03 10:01  ana redeems R5: reward pallete
  refused redeem.reward_unknown
2022-03-10 10:00  ana redeems R6: reward palette
  redeems 100
2022-03-10 10:01  bea holds R7 for 15 minutes: reward palette
  balance 900, held 100
2022-03-10 10:02  ana redeems R8: reward palette
  refused redeem.out_of_stock
# The piece comes back with the hold.
2022-03-10 10:03  bea releases R7 as L7
  balance 1000, held 0
2022-03-10 10:04  ana redeems R9: reward palette
  redeems 100, balance 700
2022-03-10 10:05  bea redeems R10: reward palette
  refused redeem.out_of_stock
2022-03-10 11:00  bea redeems R11: reward ten_off on coat 29.00 EUR
  refused redeem.reward_unmet
2022-03-10 11:01  bea redeems R12: reward ten_off on coat 29.00 EUR, hat 1.00 EUR
  redeems 20, balance 980
