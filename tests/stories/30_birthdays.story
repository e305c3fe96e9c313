story A birthday is celebrated once a year on the member's own day, also when nobody came
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire after 12 months
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule gift "Many happy returns" {
    on birthday
    give 50 points
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols born 1990-03-05
2022-03-02 09:01  bea enrols born 1984-03-06
2022-03-02 09:02  cleo enrols
2022-03-02 09:03  dora enrols born 1992-02-29
# The job's first run: a schedule comes every hour, and most hours nothing happens.
2022-03-02 09:05  the birthday job runs
  nothing happens
2022-03-04 23:05  the birthday job runs
  nothing happens
2022-03-05 00:05  the birthday job runs twice
  for ana: earns 50, balance 50, entry 2
2022-03-05 01:05  the birthday job runs
  nothing happens
2022-03-05 10:00  ana buys A1: coat 10.00 EUR
  earns 10, balance 60
# Nobody came on the 6th: on the 8th it is caught up, as of the day itself.
2022-03-08 00:05  the birthday job runs twice at once
  for bea: earns 50, balance 50
2022-03-08 00:06  bea shows the card
  balance 50, next expiry 50 points at 2023-03-06 00:00
# The event of a day before, and one of last year, delivered late.
2022-03-08 01:05  the birthday job of 2022-03-05 00:05 runs
  nothing happens
2022-03-08 01:06  the birthday job of 2021-03-05 00:05 runs
  nothing happens
# 29 February comes on the 28th in a year without that day.
2023-02-27 00:05  the birthday job runs
  nothing happens
2023-02-28 00:05  the birthday job runs
  for dora: earns 50
2023-03-01 00:05  the birthday job runs
  nothing happens
# A year later. What was given last year has expired by then, to the minute; the same entry says so.
2023-03-05 00:05  the birthday job runs
  for ana: earns 50, expires 50, balance 60
2023-03-06 00:05  the birthday job runs
  for bea: earns 50, expires 50, balance 50
2024-02-28 00:05  the birthday job runs
  nothing happens
2024-02-29 00:05  the birthday job runs
  for dora: earns 50, expires 50, balance 50
