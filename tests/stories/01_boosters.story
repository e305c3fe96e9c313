story Boosters compete: only the best one counts, and a gift is never multiplied
zone Europe/Paris

rules kaffa:
  language 1

  programme kaffa "Kaffa Coffee Club" {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  group boosters "Multipliers" {
    take best
  }

  rule base "One bean per 10 cents" {
    on purchase
    give 1 point per 0.10 EUR of basket.paid
  }

  rule breakfast "Double beans before work" {
    on purchase
    when time between 07:00 and 09:30
    multiply points by 2
    in group boosters
  }

  rule web "Half as much again online" {
    on purchase
    when channel is online
    multiply points by 1.5
    in group boosters
  }

  rule own_cup "Thank you for bringing your cup" {
    on purchase
    when basket.tags has any of [own_cup]
    give 15 points
  }

2022-03-02 07:59  publish kaffa
2022-03-02 08:00  ana enrols
  earns nothing, entry 1, balance 0, no tier
2022-03-02 08:10  ana buys A1: coffee 7.40 EUR
  earns 148, balance 148
2022-03-02 08:20  ana buys A2 online: coffee 10.00 EUR
  earns 200
2022-03-02 09:29  ana buys A3: coffee 1.00 EUR tagged own_cup
  earns 35
# Half open: at half past nine breakfast is over.
2022-03-02 09:30  ana buys A4: coffee 1.00 EUR
  earns 10
2022-03-02 10:00  ana buys A5 online: coffee 10.00 EUR
  earns 150
# 5.5 beans and half as much again are 8.25: one rounding, at the end, down.
2022-03-02 10:05  ana buys A6 online: coffee 0.55 EUR
  earns 8, balance 551, entry 7
