story The best guests of a month are rewarded once, and who has as much shares a rank
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    unknown member refuse
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule podium "The best guests of the month" {
    on schedule every month on day 3 at 09:00
    rank 1 to 3 by member.spent last month
    give 100 points
  }

  rule winner "The best guest of the month" {
    on schedule every month on day 3 at 09:00
    rank 1 by member.purchases last month
    give badge "guest-of-the-month"
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols
2022-03-02 09:01  bea enrols
2022-03-02 09:02  cleo enrols
2022-03-02 09:03  dora enrols
2022-03-02 09:04  eve enrols
# The first date is that of March, the day after: nobody had bought in February.
2022-03-03 09:05  the due job runs
  nothing happens
2022-03-04 10:00  ana buys A1: coat 50.00 EUR
  earns 50
2022-03-05 10:00  bea buys B1: coat 90.00 EUR
  earns 90
2022-03-06 10:00  cleo buys C1: coat 50.00 EUR
  earns 50
2022-03-07 10:00  dora buys D1: coat 40.00 EUR
  earns 40
2022-03-31 23:59  eve buys E1: tea 1.00 EUR
  earns 1
2022-03-31 23:59  eve buys E2: tea 1.00 EUR
  earns 1
# In April, and so of April.
2022-04-01 00:01  dora buys D2: coat 500.00 EUR
  earns 500
# What comes back before the date is not ranked: bea has 30.00 EUR left of March.
2022-04-02 10:00  bea returns B1 as R1: 0 of line 1 for 60.00 EUR
  claws 60, balance 30
2022-04-03 08:55  the due job runs
  nothing happens
2022-04-03 09:05  the due job runs twice at once
  for ana: earns 100, balance 150
  for cleo: earns 100, balance 150
  for dora: earns 100, balance 640
  for eve: earns 0, balance 2
2022-04-03 09:06  eve shows the card
  badge guest-of-the-month
# Afterwards it changes no rank, and a month is rewarded once.
2022-04-04 10:00  cleo returns C1 as R2: everything
  claws 50
2022-05-02 10:00  the due job runs
  nothing happens
# Late by a fortnight: April had one guest.
2022-05-17 10:00  the due job runs
  for dora: earns 100, balance 740
