story Earning and spending are frozen apart, and set free again
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire after 12 months
  }

  event visit {
    field stars number
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule visits {
    on visit
    give 5 points
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols
2022-03-02 10:00  ana buys A1: coat 100.00 EUR
  earns 100
2022-03-02 10:01  ana holds H1 for 2 hours: 10 points
  held 10, balance 90
2022-03-02 11:00  ana is frozen from spending as Z1 for fraud
  balance 90, held 10
2022-03-02 11:01  ana shows the card
  spending frozen
2022-03-02 11:02  ana redeems R1: 10 points
  refused member.spending_frozen
2022-03-02 11:03  ana holds R2 for 15 minutes: 10 points
  refused member.spending_frozen
# What was reserved before is the till's to finish, and she still earns.
2022-03-02 11:04  ana captures H1 as C1
  redeems 10, balance 90
2022-03-02 11:05  ana buys A2: coat 10.00 EUR
  earns 10, balance 100
2022-03-02 12:00  ana is frozen from earning and spending as Z2 for fraud
2022-03-02 12:01  ana shows the card
  earning and spending frozen
2022-03-02 12:02  ana buys A3: coat 10.00 EUR
  refused member.earning_frozen
2022-03-02 12:03  ana sends E1: visit with stars 5
  refused member.earning_frozen
# A purchase can come back at any time.
2022-03-02 12:04  ana returns A2 as B2: everything
  claws 10, balance 90
2022-03-02 13:00  ana is set free as Z3 for cleared
2022-03-02 13:01  ana shows the card
  free to earn and spend
# The question of that time has been answered; a new one gets a new answer.
2022-03-02 13:02  ana repeats A3
  replayed, refused member.earning_frozen
2022-03-02 13:03  ana buys A4: coat 10.00 EUR
  earns 10, balance 100
2022-03-02 13:04  ana redeems R3: 50 points
  redeems 50, balance 50
2022-03-02 13:05  ana is frozen from earning as Z4 for review
2022-03-02 13:06  ana redeems R4: 10 points
  redeems 10, balance 40
2022-03-02 13:07  ana shows the card
  earning frozen, balance 40
