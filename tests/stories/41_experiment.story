story An experiment runs for a month; every arm of it is somebody's, and nobody's before and after
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  experiment spring "Does a gift pay?" {
    active from 2022-04-01 until 2022-04-30
    arm cup   50%
    arm cake  50%
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule either {
    on purchase
    when experiment.spring in [cup, cake]
    give 7 points
  }

  rule one {
    on purchase
    when experiment.spring is cup
    tag member "spring"
  }

  rule other {
    on purchase
    when experiment.spring is cake
    tag member "spring"
  }

  rule tagged {
    on purchase
    when member.tags has any of [spring]
    give 2 points
  }

  rule once_cup {
    on purchase
    when experiment.spring is cup
    give 2 points
    limit 1 time per member per programme
  }

  rule once_cake {
    on purchase
    when experiment.spring is cake
    give 2 points
    limit 1 time per member per programme
  }

  rule not_yet {
    on purchase
    when experiment.spring is unknown
    give 1 point
  }

# by these shares, every lot is in the other arm
rules swapped:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  experiment spring "Does a gift pay?" {
    active from 2022-04-01 until 2022-04-30
    arm cake  50%
    arm cup   50%
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule once_cup {
    on purchase
    when experiment.spring is cup
    give 2 points
    limit 1 time per member per programme
  }

  rule once_cake {
    on purchase
    when experiment.spring is cake
    give 2 points
    limit 1 time per member per programme
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols
2022-03-31 23:59  ana buys A1: coat 40.00 EUR
  earns 41
2022-04-01 00:00  ana buys A2: coat 40.00 EUR
  earns 49
# cleo has not been asked yet; dan has, and his arm comes with him
2022-04-02 09:00  cleo enrols
2022-04-02 09:00  dan enrols
2022-04-02 09:01  dan buys D1: coat 40.00 EUR
  earns 49
2022-04-02 09:02  cleo takes in dan as M1 for duplicate
  balance 49
# the arm that somebody was found in stands under other rules: in the other, there would be two points more
2022-04-10 09:00  publish swapped
2022-04-10 09:00  cleo buys C1: coat 40.00 EUR
  earns 40
2022-04-10 09:01  ana buys B1: coat 40.00 EUR
  earns 40
2022-04-10 10:00  publish club
# whichever arm it is, its rule has put the tag on
2022-04-30 23:59  ana buys A3: coat 40.00 EUR
  earns 49
2022-05-01 00:00  ana buys A4: coat 40.00 EUR
  earns 43
2022-05-01 00:01  ana returns A3 as R3: everything
  claws 49
