story A voucher's way: reserved, used, cancelled, expired
zone Europe/Paris

rules shop:
  language 1

  programme kaffa {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  tiers {
    guest always
    gold  from 100.00 EUR spent in total
  }

  rule base {
    on purchase
    give 10 points per 1.00 EUR of basket.paid
  }

  reward coffee "Any coffee" {
    costs 100 points
    costs 60 points for gold
    gives item "coffee"
    limit 2 times per member per year
    stock 3
    valid for 30 days
  }

  reward credit {
    costs 200 points
    gives 2.00 EUR credit
  }

2022-03-01 09:00  publish shop
2022-03-01 09:01  ana enrols
2022-03-01 09:02  ana buys A1: 50.00 EUR
  earns 500, balance 500

# what a reward costs comes off at once; the voucher says it can be had
2022-03-01 10:00  ana redeems R1: reward coffee
  redeems 100, balance 400
2022-03-01 10:01  ana shows the card
  voucher coffee issued until 2022-03-31 10:00

# a till reserves it, and no other till can; time gives it back
2022-03-01 11:00  ana reserves the voucher of R1 as V1 for 15 minutes
2022-03-01 11:01  ana reserves the voucher of R1 as V2 for 15 minutes
  refused voucher.reserved
2022-03-01 11:02  ana shows the card
  voucher coffee reserved
2022-03-01 11:15  ana shows the card
  voucher coffee issued
2022-03-01 11:20  ana releases the voucher of R1 as V3
  refused voucher.not_reserved
2022-03-01 11:21  ana reserves the voucher of R1 as V4 for 15 minutes
2022-03-01 11:22  ana releases the voucher of R1 as V5
2022-03-01 11:23  ana reserves the voucher of R1 as V6 for 15 minutes
2022-03-01 11:24  ana uses the voucher of R1 as V7
  balance 400
2022-03-01 11:25  ana shows the card
  no voucher

# used is used, for every way
2022-03-01 11:26  ana uses the voucher of R1 as V8
  refused voucher.not_open
2022-03-01 11:27  ana cancels the voucher of R1 as V9
  refused voucher.not_open
2022-03-01 11:28  ana cancels R1 as X1
  refused voucher.not_open
2022-03-01 11:29  ana repeats V7
  replayed
2022-03-01 11:30  ana repeats V8
  refused voucher.not_open, replayed

# cancelled, everything comes back: the points, the time of the year, the piece
2022-03-02 10:00  ana redeems R2: reward coffee
  redeems 100, balance 300
2022-03-02 10:01  ana redeems R3: reward coffee
  refused redeem.limit_reached
2022-03-02 10:02  ana cancels the voucher of R2 as V10
  gives back 100, balance 400
2022-03-02 10:03  ana cancels R2 as X2
  refused redemption.not_captured
2022-03-02 10:04  ana redeems R4: reward coffee
  redeems 100, balance 300
2022-03-02 10:05  ana cancels R4 as X3
  gives back 100, balance 400
2022-03-02 10:06  ana uses the voucher of R4 as V11
  refused voucher.not_open

# gold pays less
2022-03-03 10:00  ana buys A2: 60.00 EUR
  earns 600, tier gold, balance 1000
2022-03-03 10:01  ana redeems R5: reward coffee
  redeems 60, balance 940

# a voucher expires, but not under a reservation; what it cost is gone
2022-04-02 09:55  ana reserves the voucher of R5 as V12 for 15 minutes
2022-04-02 10:05  ana shows the card
  voucher coffee reserved
2022-04-02 10:10  ana shows the card
  no voucher, balance 940
2022-04-02 10:11  ana uses the voucher of R5 as V13
  refused voucher.not_open

# three pieces there were: one used, one expired, one left
2022-04-03 10:00  ben enrols
2022-04-03 10:01  ben buys B1: 40.00 EUR
  earns 400
2022-04-03 10:02  ben redeems S1: reward coffee
  redeems 100
2022-04-03 10:03  ben redeems S2: reward coffee
  refused redeem.out_of_stock
2022-04-03 10:04  ben cancels the voucher of S1 as W1
  gives back 100
2022-04-03 10:05  ben redeems S3: reward coffee
  redeems 100

# what helps to pay is used; returned, it is points again, and no voucher
2022-04-04 10:00  ana redeems R6: reward credit
  redeems 200, balance 740
2022-04-04 10:01  ana buys A3 paid with R6: 10.00 EUR
  earns 100, balance 840
2022-04-04 10:02  ana shows the card
  no voucher
2022-04-04 10:03  ana uses the voucher of R6 as V14
  refused voucher.not_open
2022-04-04 10:04  ana returns A3 as T1: everything
  claws 100, gives back 200, balance 940
2022-04-04 10:05  ana cancels the voucher of R6 as V15
  refused voucher.not_open

# held, captured, and only then a voucher
2022-04-05 10:00  ana holds R7 for 15 minutes: reward credit
  held 200, balance 740
2022-04-05 10:01  ana shows the card
  no voucher
2022-04-05 10:02  ana captures R7 as C1
  redeems 200, held 0
2022-04-05 10:03  ana shows the card
  voucher credit issued
2022-04-05 10:04  ana uses the voucher of C1 as V16

# frozen, nothing new goes to a till; what a till has is finished
2022-04-06 10:00  ana redeems R8: reward credit
2022-04-06 10:01  ana redeems R9: reward credit
2022-04-06 10:02  ana reserves the voucher of R8 as V17 for 60 minutes
2022-04-06 10:03  ana is frozen from spending as Z1 for fraud
2022-04-06 10:04  ana uses the voucher of R9 as V18
  refused member.spending_frozen
2022-04-06 10:05  ana uses the voucher of R8 as V19
2022-04-06 10:06  ana shows the card
  voucher credit issued, spending frozen
