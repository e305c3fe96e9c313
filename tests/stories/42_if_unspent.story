story What a gift brought is taken back as far as it is unspent, and what was spent of it is forgiven
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

  rule gift {
    on purchase
    when basket.paid at least 50.00 EUR
    give 30 points
    points valid for 30 days
    refund revoke if unspent
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols
2022-03-01 09:01  ana buys A1: coat 40.00 EUR, hat 60.00 EUR
  earns 130
# the gift expires first, and is spent first
2022-03-01 09:02  ana redeems D1: 20 points
  redeems 20, balance 110
# six tenths come back: 60 of the rate; 18 of the gift, of which 10 are left
2022-03-01 09:03  ana returns A1 as R1: 1 of line 2
  claws 70, balance 40
# the rest: 40 of the rate, nothing of the gift
2022-03-01 09:04  ana returns A1 as R2: everything
  claws 40, balance 0
