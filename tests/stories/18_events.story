story The merchant's own events earn, as often as the rules allow
zone Europe/Paris

rules reviews:
  language 1

  programme reviews {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  event review.published {
    field stars number
    field verified truth
    field topic one of [coffee, cake]
  }

  event check_in {
  }

  rule review {
    on review.published
    when review.published.verified is yes
    and  review.published.topic is coffee
    give 30 points
    limit 1 time per member per month
  }

  rule hello {
    on check_in
    give 5 points
    limit 1 time per member per day
  }

2022-03-02 09:00  publish reviews
2022-03-02 09:00  ana enrols
2022-03-02 10:00  ana sends E1: check_in
  earns 5
2022-03-02 11:00  ana sends E2: check_in
  earns nothing, balance 5
2022-03-03 00:00  ana sends E3: check_in
  earns 5, balance 10
2022-03-03 10:00  ana sends E4: review.published with stars 4.5, verified yes, topic coffee
  earns 30
2022-03-03 10:01  ana sends E5: review.published with stars 5, verified no, topic coffee
  earns nothing
2022-03-03 10:02  ana sends E6: review.published with stars 5, verified yes, topic cake
  earns nothing
2022-03-03 10:03  ana sends E7: review.published with stars 5, verified yes, topic coffee
  earns nothing, balance 40
2022-04-01 00:00  ana sends E8: review.published with stars 1, verified yes, topic coffee
  earns 30, balance 70
2022-04-01 00:01  ana sends E9: dancing
  refused event.unknown
2022-04-01 00:02  ana repeats E8
  replayed, earns 30
