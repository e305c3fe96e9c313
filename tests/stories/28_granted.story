story Rewards that rules give: stock, the first members, choices, returns
zone Europe/Paris

rules shop:
  language 1

  programme kaffa {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule mug {
    on purchase
    when basket.paid at least 50.00 EUR
    give reward mug
  }

  rule pin {
    on purchase
    when basket.paid at least 50.00 EUR
    give reward pin
  }

  rule sweet {
    on purchase
    when basket.paid at least 100.00 EUR
    give reward sweet
  }

  rule welcome {
    on enrolment
    give reward drink
  }

  reward mug {
    gives item "mug"
    stock 2
  }

  reward pin {
    gives item "pin"
    for the first 1 members
    refund keep
  }

  reward drink {
    gives item "drink"
    active until 2022-06-30
    valid for 14 days
  }

  reward cake {
    gives item "cake"
    stock 1
  }

  reward cocoa {
    gives item "cocoa"
  }

  reward sweet "Cake or cocoa" {
    gives one of [cake, cocoa]
    limit 1 time per member per month
  }

  reward lunch "Cake or cocoa, for points" {
    costs 50 points
    gives one of [cake, cocoa]
  }

2022-03-01 09:00  publish shop
2022-03-01 09:01  ana enrols
  grants drink
2022-03-01 09:02  ana shows the card
  voucher drink issued until 2022-03-15 09:01
2022-03-01 10:00  ana buys A1: 50.00 EUR
  earns 50, grants mug, grants pin
2022-03-01 10:01  ana redeems R1: reward mug
  refused redeem.reward_not_sold

# the pin is for one member; one who has it may have it again
2022-03-01 11:00  ben enrols
2022-03-01 11:01  ben buys B1: 50.00 EUR
  earns 50, grants mug, withholds pin
2022-03-01 11:02  ana buys A2: 50.00 EUR
  earns 50, withholds mug, grants pin

# nothing is left of a purchase: its unused vouchers go, with their pieces; what is to be kept stays
2022-03-01 12:00  ana returns A1 as T1: everything
  claws 50
2022-03-01 12:01  ana shows the card
  voucher pin issued, voucher drink issued
2022-03-01 12:02  ana uses the voucher of A1 as V1
  refused voucher.not_open
2022-03-01 12:03  ben buys B2: 50.00 EUR
  grants mug, withholds pin

# what was used stays used
2022-03-01 12:04  ben uses the voucher of B2 as U1
2022-03-01 12:05  ben returns B2 as T2: everything
  claws 50
2022-03-01 12:06  ben buys B3: 50.00 EUR
  withholds mug

# a choice is picked once, at the latest when it is used
2022-03-02 10:00  cleo enrols
2022-03-02 10:01  cleo buys C1: 100.00 EUR
  earns 100, grants sweet, withholds mug
2022-03-02 10:02  cleo uses the voucher of C1 as K1
  refused voucher.choice_needed
2022-03-02 10:03  cleo reserves the voucher of C1 as K2 for 15 minutes choosing mug
  refused voucher.choice_unknown
2022-03-02 10:04  cleo reserves the voucher of C1 as K3 for 15 minutes choosing cake
2022-03-02 10:05  cleo shows the card
  voucher sweet (cake) reserved
2022-03-02 10:06  cleo uses the voucher of C1 as K4 choosing cocoa
  refused voucher.choice_unknown
2022-03-02 10:07  cleo uses the voucher of C1 as K5
2022-03-02 10:08  cleo buys C2: 100.00 EUR
  withholds sweet

# there was one cake
2022-03-03 10:00  ben buys B4: 120.00 EUR
  grants sweet
2022-03-03 10:01  ben uses the voucher of B4 as U2 choosing cake
  refused redeem.out_of_stock
2022-03-03 10:02  ben uses the voucher of B4 as U3 choosing cocoa

# picked with the redemption
2022-03-04 10:00  ana redeems R2: reward lunch choosing cake
  refused redeem.out_of_stock
2022-03-04 10:01  ana redeems R3: reward lunch choosing cocoa
  redeems 50
2022-03-04 10:02  ana shows the card
  voucher lunch (cocoa) issued

# over is over, also for gifts
2022-07-01 10:00  dora enrols
  withholds drink
2022-07-01 10:01  dora shows the card
  no voucher
