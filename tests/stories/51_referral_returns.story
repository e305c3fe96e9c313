story What a return does to a referral, before it matured and after
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

  rule for_bringing {
    on referral.referrer
    give 500 points
  }

  rule for_coming {
    on referral.friend
    give 200 points
  }

  referral friends {
    qualify on purchase of at least 25.00 EUR within 30 days
    mature after 14 days
    limit 10 times per member per year
  }

rules gentle:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire after 12 months
  }

  rule for_bringing {
    on referral.referrer
    give 500 points
  }

  rule for_coming {
    on referral.friend
    give 200 points
  }

  referral friends {
    qualify on purchase of at least 25.00 EUR within 30 days
    mature after 14 days
    limit 10 times per member per year
    refund revoke if unspent
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols
2022-03-01 09:01  ana gets her code
# Before maturity: too little is left, another purchase may count.
2022-03-02 09:00  ben enrols
2022-03-02 09:01  ben joins through ana as F1
2022-03-03 10:00  ben buys A1: 40.00 EUR, 10.00 EUR
2022-03-04 10:00  ben returns A1 as B1: line 2
  claws 10
2022-03-05 10:00  ben returns A1 as B2: everything
  claws 40
2022-03-17 12:00  the due job runs
  nothing happens
2022-03-20 10:00  ben buys A2: 25.00 EUR
2022-04-03 12:00  the due job runs
  for ben: earns 200, balance 225
  for ana: earns 500, balance 500
# After maturity: both lose it at once; what was spent is owed.
2022-04-04 10:00  ana redeems R1: 300 points
  redeems 300, balance 200
2022-04-05 10:00  ben returns A2 as B3: everything
  claws 25, balance 200
2022-04-05 10:01  ben shows the card
  balance 0
2022-04-05 10:01  ana shows the card
  balance 0, debt 300
2022-04-05 10:02  the due job runs twice
  nothing happens
# Once reversed, for ever.
2022-04-06 10:00  ben buys A3: 50.00 EUR
2022-04-21 10:00  the due job runs
  nothing happens
# Too late for another purchase.
2022-05-01 09:00  cid enrols
2022-05-01 09:01  cid joins through ana as F2
2022-05-30 10:00  cid buys A4: 25.00 EUR
2022-06-01 10:00  cid returns A4 as B4: everything
2022-06-14 10:00  the due job runs
  nothing happens
# Frozen or erased when it matures: neither gets anything.
2022-06-15 09:00  dan enrols
2022-06-15 09:01  dan joins through ana as F3
2022-06-15 10:00  dan buys A5: 25.00 EUR
2022-06-15 11:00  eva enrols
2022-06-15 11:01  eva joins through ana as F4
2022-06-15 12:00  eva buys A6: 25.00 EUR
2022-06-20 10:00  eva is erased for request
2022-06-20 10:00  dan is frozen from earning as Z1 for review
2022-06-29 13:00  the due job runs
  for dan: earns nothing, balance 25
  for eva: earns nothing, balance 25
  for ana: earns nothing, debt 300
# Under a gentler policy what was spent stays spent.
2022-07-01 09:00  publish gentle
2022-07-01 09:00  fay enrols
2022-07-01 09:00  fay gets her code
2022-07-02 09:00  gus enrols
2022-07-02 09:01  gus joins through fay as F5
2022-07-02 10:00  gus buys A7: 25.00 EUR
2022-07-16 12:00  the due job runs
  for gus: earns 200, balance 200
  for fay: earns 500, balance 500
2022-07-17 10:00  fay redeems R2: 450 points
  balance 50
2022-07-18 10:00  gus returns A7 as B5: everything
  balance 200
2022-07-18 10:01  fay shows the card
  balance 0, debt 0
2022-07-18 10:01  gus shows the card
  balance 0, debt 0
