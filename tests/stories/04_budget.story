story A campaign's budget is spent to the last point, and not beyond
zone Europe/Paris

rules launch:
  language 1

  programme launch {
    currency EUR
    timezone "Europe/Paris"
    point worth 0.01 EUR
    expire never
  }

  budget gifts "Launch gifts" {
    total 50 points
    when spent stop
  }

  budget winter "Winter money" {
    total 1.00 EUR
    active from 2022-03-03 until 2022-03-31
    when spent stop
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule gift {
    on purchase
    when channel is online
    give 30 points
    from budget gifts
  }

  rule snow {
    on purchase
    active from 2022-03-03 until 2022-03-31
    when channel is store
    give 60 points
    from budget winter
  }

2022-03-02 09:00  publish launch
2022-03-02 09:00  ana enrols
2022-03-02 09:00  bea enrols
2022-03-02 09:00  cem enrols
2022-03-02 10:00  ana buys A1 online: 10.00 EUR
  earns 40
2022-03-02 10:01  bea buys B1 online: 10.00 EUR
  earns 30
2022-03-02 10:02  cem buys C1 online: 10.00 EUR
  earns 10
# A repeated purchase draws on no budget.
2022-03-02 10:03  ana repeats A1
  replayed, earns 40, balance 40
2022-03-03 10:00  ana buys A2 through store: 10.00 EUR
  earns 70
2022-03-03 10:01  bea buys B2 through store: 10.00 EUR
  earns 50
2022-03-03 10:02  cem buys C2 through store: 10.00 EUR
  earns 10, balance 20
