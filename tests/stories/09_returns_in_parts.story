story Piece by piece, a return takes back what the purchase gave, to the point
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
2022-03-02 10:00  ana buys A1: 3 x mug 10.00 EUR, cake 5.00 EUR
  earns 15, balance 15
# A third of ten points: kept points round down, so the first piece costs four.
2022-03-03 10:00  ana returns A1 as B1: 1 of line 1
  claws 4, balance 11
2022-03-03 10:01  ana repeats B1
  replayed, claws 4, balance 11
2022-03-04 10:00  ana returns A1 as B2: 1 of line 1
  claws 3, balance 8
2022-03-04 10:01  ana returns A1 as B3: 2 of line 1
  refused return.exceeds_line
2022-03-04 10:02  ana returns A1 as B4: line 3
  refused return.line_unknown
2022-03-04 10:03  ana returns A9 as B5: everything
  refused return.purchase_unknown
2022-03-05 10:00  ana returns A1 as B6: 1 of line 1
  claws 3, balance 5
# Half of the cake's price back, no cake.
2022-03-06 10:00  ana returns A1 as B7: 0 of line 2 for 2.50 EUR
  claws 3, balance 2
2022-03-07 10:00  ana returns A1 as B8: everything
  claws 2, balance 0, debt 0
2022-03-07 10:01  ana returns A1 as B9: 1 of line 2
  refused return.exceeds_line
