story Members are told what they are about to lose, once for each day, and nobody has to come for it
zone Europe/Paris

rules quiet:
  language 1

  programme lumiere {
    currency EUR
    timezone "Europe/Paris"
    expire after 60 days
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }
rules telling:
  language 1

  programme lumiere {
    currency EUR
    timezone "Europe/Paris"
    expire after 60 days
    remind 14 days before expiry
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

2022-03-02 09:00  publish quiet
2022-03-02 09:00  ana enrols
2022-03-02 09:00  bea enrols
2022-03-02 10:00  ana buys A1: coat 100.00 EUR
  earns 100
2022-03-02 18:00  ana buys A2: hat 20.00 EUR
  balance 120
2022-03-02 18:30  bea buys B1: coat 50.00 EUR
# Published later: the next run sees to it that the index names everybody who is to be told.
2022-03-20 09:00  publish telling
2022-03-20 09:15  the due job runs
  nothing happens
2022-04-16 23:45  the due job runs
  nothing happens
# Both of 2 March expire on 1 May; a day is told of once.
2022-04-17 00:15  the due job runs twice at once
  for ana: entry 4, earns nothing, balance 120
  for bea: entry 3, balance 50
2022-04-17 00:30  the due job runs
  nothing happens
# Spent in time.
2022-04-20 10:00  bea redeems R1: 50 points
  balance 0
2022-05-02 00:00  the due job runs
  for ana: expires 120, balance 0, entry 5
