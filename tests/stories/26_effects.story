story Rules tag, open cases, prompt and emit events, and later rules read the tags
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
  }

  event visit {
    field stars number
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule big_spender "Big spenders are known" {
    on purchase
    when basket.paid at least 200.00 EUR
    tag member "big_spender"
    emit event "vip.alert"
    limit 1 time per member per programme
  }

  rule thanks "Double points for big spenders" {
    on purchase
    when member.tags has any of [big_spender]
    multiply points by 2
  }

  rule press {
    on purchase
    when member.tags has all of [press, big_spender]
    give 7 points
  }

  rule unhappy {
    on visit
    when visit.stars at most 2
    open case "unhappy visitor"
    limit 1 time per member per day
  }

  rule happy {
    on visit
    when visit.stars at least 4
    give 5 points
    prompt for review
    prompt for referral
    limit 1 time per member per month
  }

  rule gone {
    on visit
    when visit.stars is 1
    untag member "big_spender"
    untag member "press"
  }

  test "a visitor is asked, or helped" {
    event visit at 2022-03-02 10:00 {
      visit.stars is 5
    }
    event visit at 2022-03-03 10:00 {
      visit.stars is 1
    }
    event purchase at 2022-03-04 10:00 {
      basket.paid is 250.00 EUR
    }
    event purchase at 2022-03-05 10:00 {
      basket.paid is 10.00 EUR
    }
    expect rule unhappy fires
    expect prompt for review
    expect open case "unhappy visitor"
    expect tag member "big_spender"
    expect 10 points from thanks
    expect 275 points
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana enrols with tags press
  does nothing else
2022-03-02 10:00  ana buys A1: coat 100.00 EUR
  earns 100, does nothing else
# The tag is not seen by the event that gives it, and by all that follow.
2022-03-02 10:01  ana buys A2: coat 250.00 EUR
  earns 250, does tag member "big_spender", does emit event "vip.alert"
2022-03-02 10:02  ana shows the card
  tagged big_spender, balance 350
2022-03-02 10:03  ana buys A3: coat 300.00 EUR
  earns 607, does nothing else
2022-03-02 10:04  ana repeats A2
  replayed, earns 250, does tag member "big_spender"
2022-03-03 10:00  ana sends V1: visit with stars 5
  earns 5, does prompt for review, does prompt for referral
2022-03-03 10:01  ana sends V2: visit with stars 5
  earns nothing, does nothing else
2022-03-03 10:02  ana sends V3: visit with stars 2
  earns nothing, does open case "unhappy visitor"
2022-03-03 10:03  ana sends V4: visit with stars 1
  does untag member "big_spender"
# What the profile says, a rule does not take away.
2022-03-03 10:04  ana buys A4: cake 3.00 EUR
  earns 3
# What rules did is not undone by a return.
2022-03-03 10:05  ana returns A2 as B2: everything
  claws 250, does nothing else
2022-03-03 10:06  ana is erased for request
  does nothing else
2022-03-03 10:07  ana shows the card
  erased
