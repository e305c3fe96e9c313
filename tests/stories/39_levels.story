story Several sets of levels beside the tiers: what the sums come to, down with a return
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
    shortfall debt
  }

  tiers {
    guest always
    gold  from 300.00 EUR spent in 12 months
  }

  levels explorer "Explorers" {
    newcomer always
    scout    from 100 points earned in total
    ranger   from 250 points earned in total
  }

  levels regular {
    now_and_then always
    often        from 3 purchases this year
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule scouts {
    on purchase
    when level.explorer at least scout
    and  level.explorer is not ranger
    give 10 points
  }

  rule rangers {
    on purchase
    when level.explorer is ranger
    and  level.regular is often
    multiply points by 2
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols
2022-03-01 09:01  ana shows the card
  level explorer newcomer, level regular now_and_then
# What is asked is what was so before the purchase.
2022-03-02 10:00  ana buys A1: 100.00 EUR
  earns 100, balance 100, tier guest
2022-03-02 10:01  ana shows the card
  level explorer scout, level regular now_and_then
2022-03-03 10:00  ana buys A2: 150.00 EUR
  earns 160
2022-03-04 10:00  ana buys A3: 10.00 EUR
  earns 10
2022-03-04 10:01  ana shows the card
  level explorer ranger, level regular often, tier guest
2022-03-05 10:00  ana buys A4: 50.00 EUR
  earns 100, tier gold
# Spending lowers no level; a return does, at once, and the tier falls for its own reasons.
2022-03-05 11:00  ana redeems R1: 300 points
  redeems 300, balance 70
2022-03-05 11:01  ana shows the card
  level explorer ranger
2022-03-06 10:00  ana returns A2 as Z1: everything
  claws 160, owes 90, debt 90, tier guest
2022-03-06 10:01  ana shows the card
  level explorer scout, level regular often
2022-03-07 10:00  ana buys A5: 1.00 EUR
  earns 11
# A new year counts its own purchases; what was earned in total stays.
2023-01-01 10:00  ana shows the card
  level explorer scout, level regular now_and_then
2023-01-02 10:00  ana shows the newest entry
