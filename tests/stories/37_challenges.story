story Challenges: goals of several kinds, any two of three, returns, once a month and once for ever
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
    shortfall debt
  }

  catalogue {
    categories [fragrance, care]
  }

  event review {
    field stars number
  }

  challenge spring "Spring challenge" {
    active from 2022-03-01 until 2022-05-31
    goal visits "Three visits" 3 times on purchase where basket.paid at least 5.00 EUR
    goal perfume "Fragrance" 100.00 EUR of basket.lines where line.category is fragrance
    goal word "Your review" 1 time on review where review.stars is known
    give 500 points
    give badge "spring"
  }

  challenge monthly {
    every month
    goal often 2 times on purchase
    goal much 50.00 EUR of basket.eligible
    needs any 1 goal
    give 20 points
  }

  challenge kept {
    goal first_review 1 time on review
    goal much 30.00 EUR of basket.paid
    give 7 points
    refund keep
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols
# 100.00 of the 120.00 count as fragrance; the month's goal is reached at once
2022-03-02 10:00  ana buys A1: fragrance 60.00 EUR, care 60.00 EUR
  earns 20, balance 20
2022-03-02 10:01  ana shows the card
  goal spring visits 1 of 3, goal spring perfume 6000 of 10000, goal spring word 0 of 1
  challenge monthly done, goal monthly often 1 of 2, challenge spring open
# too little for a visit
2022-03-03 10:00  ana buys A2: care 4.99 EUR
  earns nothing, balance 20
2022-03-04 10:00  ana sends W1: review with stars 4
  earns 7, balance 27
2022-03-05 10:00  ana buys A3: fragrance 40.00 EUR
  earns nothing
2022-03-06 10:00  ana buys A4: care 5.00 EUR
  earns 500, balance 527
2022-03-06 10:00  ana repeats A4
  replayed
2022-03-06 10:01  ana shows the card
  challenge spring done, badge spring, goal spring visits 3 of 3, goal spring perfume 10000 of 10000
2022-03-07 10:00  ana buys A5: fragrance 1.00 EUR, care 9.00 EUR
  earns nothing, balance 527
# One euro of fragrance too many: the line that came back does not matter.
2022-03-08 10:00  ana returns A1 as Z1: 0 of line 1 for 1.00 EUR
  claws nothing, balance 527
2022-03-08 11:00  ana returns A1 as Z2: line 2
  claws nothing, balance 527
# One more cent does: what it gave is taken back, and can be earned again.
2022-03-08 12:00  ana returns A1 as Z3: 0 of line 1 for 0.01 EUR
  claws 500, balance 27
2022-03-08 12:00  ana repeats Z3
  replayed
2022-03-08 12:01  ana shows the card
  challenge spring open, goal spring perfume 9999 of 10000, challenge monthly done
2022-03-09 10:00  ana buys A6: fragrance 0.01 EUR
  earns 500, balance 527
# Visits: A1, A3, A4 and A5 counted. With two of them gone two are left, and the month's goals are met all the same.
2022-03-10 10:00  ana returns A3 as Z4: everything
  claws 500, balance 27
2022-03-10 11:00  ana returns A4 as Z5: everything
  claws nothing, balance 27
# What is kept is kept: 30.00 are not paid any more. The month's other goal is still reached.
2022-03-10 12:00  ana returns A1 as Z6: everything
  claws nothing, balance 27
2022-03-10 12:01  ana shows the card
  goal kept much 1500 of 3000, challenge kept done, challenge monthly done, goal monthly much 1500 of 5000
2022-03-11 10:00  ana buys A7: 1.00 EUR
  earns nothing, balance 27
# A month later the month's begins anew; a return of the month before finds its own.
2022-04-01 10:00  ana buys B1: care 50.00 EUR
  earns 20, balance 47
2022-04-02 10:00  ana returns A7 as Z7: everything
  claws nothing, balance 47
2022-04-02 11:00  ana returns A2 as Z8: everything
  claws nothing, balance 47
2022-04-02 12:00  ana returns A5 as Z9: everything
  claws 20, balance 27
2022-04-02 13:00  ana shows the card
  challenge monthly done, goal monthly often 1 of 2
2022-04-03 10:00  ana shows the newest entry
