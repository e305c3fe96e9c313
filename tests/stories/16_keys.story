story The same key gets the same answer for ever, another request under it gets none
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

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols
2022-03-02 10:00  ana buys A1: coat 100.00 EUR
  earns 100, entry 2
2022-03-02 10:01  ana buys A1: coat 99.00 EUR
  refused key_reused
2022-03-02 10:02  ana redeems R1: 500 points
  refused redeem.insufficient_points
2022-03-02 10:03  ana buys A2: coat 900.00 EUR
  earns 900, balance 1000
# Enough by now; but this question has been answered.
2022-03-02 10:04  ana repeats R1
  replayed, refused redeem.insufficient_points
2022-03-02 10:05  ana redeems R1: 400 points
  refused key_reused
2022-03-02 10:06  ana redeems R2: 500 points
  redeems 500, balance 500
2023-03-02 10:07  ana repeats A1
  replayed, earns 100, balance 100, entry 2
# Keys are a member's own, and each kind of request has its own.
2023-03-02 10:08  bea enrols
2023-03-02 10:09  bea buys A1: coat 10.00 EUR
  earns 10, entry 2
2023-03-02 10:10  ana redeems A1: 100 points
  redeems 100, balance 400
