story Limits cut, they never reject: times a day, points a day, and a new day
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
    limit 100 points per member per day
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule own_cup {
    on purchase
    when basket.tags has any of [own_cup]
    give 15 points
    limit 2 times per member per day
  }

  rule treat {
    on purchase
    when basket.categories has any of [cake]
    give 1 point per 0.10 EUR of basket.lines where line.category is cake
    limit 20 points per event
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols
2022-03-02 09:00  bea enrols
2022-03-02 10:00  ana buys A1: coffee 30.00 EUR tagged own_cup
  earns 45
2022-03-02 11:00  ana buys A2: coffee 30.00 EUR tagged own_cup
  earns 45, balance 90
# The cup has been thanked for twice today, and ten of a hundred points are left.
2022-03-02 12:00  ana buys A3: coffee 30.00 EUR tagged own_cup
  earns 10, balance 100
2022-03-02 13:00  ana buys A4: coffee 30.00 EUR
  earns nothing, balance 100
2022-03-02 13:00  bea buys B1: coffee 30.00 EUR
  earns 30
# 23:59 is today in Paris, midnight is tomorrow.
2022-03-02 23:59  ana buys A5: coffee 30.00 EUR
  earns nothing
2022-03-03 00:00  ana buys A6: coffee 30.00 EUR tagged own_cup
  earns 45, balance 145
# 40 of cake would be 40 points; an event gives at most 20 for cake.
2022-03-03 08:00  ana buys A7: cake 4.00 EUR
  earns 24
