story A household shares its limits, and who is in none counts alone
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    unknown member refuse
    limit 200 points per household per month
  }

  event check_in "A visit" {
    field stars number
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule visit "A visit" {
    on check_in
    give 7 points
    limit 3 times per household per week
    limit 2 times per member per day
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols
2022-03-02 09:01  bob enrols
2022-03-02 09:02  cleo enrols
2022-03-02 09:03  ana changes H1: household h1
2022-03-02 09:04  bob changes H2: household h1
# A week from Wednesday: three visits of both together, two of each on a day.
2022-03-02 10:00  ana sends V1: check_in with stars 4
  earns 7
2022-03-02 10:01  ana sends V2: check_in with stars 4
  earns 7
2022-03-02 10:02  ana sends V3: check_in with stars 4
  earns 0
2022-03-02 10:03  bob sends V4: check_in with stars 4
  earns 7, balance 7
2022-03-02 10:04  bob sends V5: check_in with stars 4
  earns 0, balance 7
2022-03-02 10:05  bob repeats V5
  earns 0, replayed
# Cleo lives alone.
2022-03-02 10:06  cleo sends V6: check_in with stars 4
  earns 7
2022-03-02 10:07  cleo sends V7: check_in with stars 4
  earns 7
# A new week: a visit of the week before that is told late counts where it was.
2022-03-07 09:00  bob sends V8: check_in with stars 5
  earns 7
2022-03-07 09:01  ana sends V9 dated 2022-03-06 12:00: check_in with stars 5
  earns 0
# 200 points a month: 35 of them are gone.
2022-03-08 10:00  ana buys A1: coat 150.00 EUR
  earns 150
2022-03-08 10:01  bob buys B1: coat 150.00 EUR
  earns 22
# What is left of a purchase that was cut comes back with it; the limit stays used.
2022-03-08 10:02  ana returns A1 as R1: everything
  claws 150
2022-03-08 10:03  bob buys B2: coat 10.00 EUR
  earns 0
# Who leaves counts alone from then on.
2022-03-09 09:00  bob changes H3: household none
2022-03-09 09:01  bob buys B3: coat 10.00 EUR
  earns 10
2022-03-09 09:02  bob sends V10: check_in with stars 5
  earns 7
2022-03-09 09:03  ana is erased for request
