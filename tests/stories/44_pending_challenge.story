story What a challenge gave waits, and goes where it waits
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
    shortfall forgive
  }

  challenge pair "Twice a month" {
    every month
    goal visits 2 times on purchase
    give 25 points
    pending for 14 days
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols
2022-03-02 10:00  ana buys A0: 10.00 EUR
2022-03-03 10:00  ana buys A1: 10.00 EUR
  earns 25, balance 0
# The older purchase comes back: what the challenge gave waits with the newer one, and is taken there.
2022-03-04 10:00  ana returns A0 as Z0: everything
  claws 25, balance 0
# So it is worth nothing to complete it again and again.
2022-03-05 10:00  ana buys A2: 10.00 EUR
  earns 25, balance 0
2022-03-06 10:00  ana returns A1 as Z1: everything
  claws 25, balance 0
2022-03-07 10:00  ana buys A3: 10.00 EUR
  earns 25, balance 0
2022-04-10 10:00  ana shows the card
  balance 25
