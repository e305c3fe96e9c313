story Members are asked twice a week and never at night; what is left out takes no points with it
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  attention {
    limit 2 times per member per week
    quiet between 21:00 and 08:00
    events [spring_mail]
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
    prompt for review
  }

  rule mail {
    on purchase
    when basket.paid at least 50.00 EUR
    emit event "spring_mail"
    give 5 points
  }

  rule desk {
    on purchase
    when basket.paid at least 200.00 EUR
    emit event "vip_alert"
  }

2022-03-07 09:00  publish club
2022-03-07 09:00  ana enrols
# monday morning: one is left after it
2022-03-07 09:01  ana buys A1: coat 10.00 EUR
  earns 10, does prompt for review
# at night nobody is addressed, and nothing is counted
2022-03-07 23:00  ana buys A2: coat 60.00 EUR
  earns 65, does nothing else
# the prompt comes before the event: there is room for one
2022-03-08 08:00  ana buys A3: coat 60.00 EUR
  earns 65, does prompt for review
2022-03-09 12:00  ana buys A4: coat 60.00 EUR
  earns 65, does nothing else
# what is for the shop's own tools is never held back
2022-03-10 12:00  ana buys A5: coat 200.00 EUR
  earns 205, does emit event "vip_alert"
# another week
2022-03-14 12:00  ana buys A6: coat 60.00 EUR
  earns 65, does prompt for review, does emit event "spring_mail"
2022-03-14 12:01  ana buys A7: coat 60.00 EUR
  earns 65, does nothing else
