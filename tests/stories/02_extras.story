story Twice and three times make four times, and the first of a list wins
zone Europe/Paris

rules sums:
  language 1

  programme sums {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  group extras {
    take sum of extras
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.eligible
  }

  rule double {
    on purchase
    when basket.categories has any of [coffee]
    multiply points by 2
    in group extras
  }

  rule triple {
    on purchase
    when basket.paid at least 50.00 EUR
    multiply points by 3
    in group extras
  }

rules firsts:
  language 1

  programme firsts {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  group extras {
    take first of [double, triple]
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.eligible
  }

  rule double {
    on purchase
    when basket.categories has any of [coffee]
    multiply points by 2
    in group extras
  }

  rule triple {
    on purchase
    when basket.paid at least 50.00 EUR
    multiply points by 3
    in group extras
  }

2022-03-02 09:00  publish sums
2022-03-02 09:00  ana enrols
2022-03-02 09:01  ana buys A1: tea 10.00 EUR
  earns 10
2022-03-02 09:02  ana buys A2: coffee 10.00 EUR
  earns 20
2022-03-02 09:03  ana buys A3: tea 60.00 EUR
  earns 180
2022-03-02 09:04  ana buys A4: coffee 60.00 EUR
  earns 240
# A gift card never earns, but it is paid for.
2022-03-02 09:05  ana buys A5: tea 10.00 EUR, card 50.00 EUR never earns
  earns 30, balance 480
2022-03-02 09:10  publish firsts
2022-03-02 09:11  ana buys A6: coffee 60.00 EUR
  earns 120
2022-03-02 09:12  ana buys A7: tea 60.00 EUR
  earns 180, balance 780
