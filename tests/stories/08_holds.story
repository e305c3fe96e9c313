story Two checkouts never spend the same points: holds are captured, released, or time out
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
2022-03-02 10:00  ana buys A1: 100.00 EUR
  earns 100
2022-03-02 11:00  ana holds R1 for 15 minutes: 70 points
  balance 30, held 70
2022-03-02 11:01  ana holds R2 for 15 minutes: 70 points
  refused redeem.insufficient_points
2022-03-02 11:02  ana captures R1 as C0: 80 points
  refused redemption.capture_exceeds_hold
2022-03-02 11:05  ana captures R1 as C1: 50 points
  redeems 50, balance 50, held 0
2022-03-02 11:06  ana captures R1 as C2
  refused redemption.not_held
2022-03-02 11:07  ana repeats C1
  replayed, redeems 50, balance 50
2022-03-02 12:00  ana holds R3 for 15 minutes: 50 points
  balance 0, held 50
2022-03-02 12:05  ana releases R3 as L3
  balance 50, held 0, redeems nothing
2022-03-02 12:06  ana captures R3 as C3
  refused redemption.not_held
2022-03-02 13:00  ana holds R4 for 15 minutes: 20 points
  balance 30, held 20
2022-03-02 13:14  ana shows the card
  balance 30, held 20
# At a quarter past, the points are back, swept or not.
2022-03-02 13:15  ana shows the card
  balance 50, held 0
2022-03-02 13:16  ana captures R4 as C4
  refused redemption.not_held
2022-03-02 13:20  ana shows the card
  balance 50, held 0
2022-03-02 13:21  ana captures R9 as C9
  refused redemption.unknown
