story Redeem and cancel never makes points younger
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire after 3 months
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

2022-01-31 09:00  publish club
2022-01-31 09:00  ana enrols
2022-01-31 10:00  ana buys A1: 100.00 EUR
  earns 100
2022-02-15 10:00  ana buys A2: 50.00 EUR
  earns 50
# Three months after 31 January is the last day of April.
2022-02-15 10:01  ana shows the card
  balance 150, next expiry 100 points at 2022-04-30 10:00
2022-04-01 10:00  ana redeems R1: 120 points
  redeems 120, balance 30
2022-04-02 10:00  ana cancels R1 as X1
  gives back 120, balance 150
2022-04-02 10:01  ana shows the card
  next expiry 100 points at 2022-04-30 10:00
2022-04-02 10:02  ana cancels R1 as X2
  refused redemption.not_captured
2022-04-29 10:00  ana redeems R2: 120 points
  redeems 120, balance 30
# The older hundred have ended meanwhile.
2022-05-01 10:00  ana cancels R2 as X3
  gives back 120, expires 100, balance 50
2022-05-15 10:00  ana shows the card
  balance 0
