story New rules bind new points; what was earned keeps its rule and its end
zone Europe/Paris

rules spring:
  language 1

  programme spring {
    currency EUR
    timezone "Europe/Paris"
    expire after 12 months
  }

  rule base {
    on purchase
    give 2 points per 1.00 EUR of basket.paid
  }

rules autumn:
  language 1

  programme autumn {
    currency EUR
    timezone "Europe/Paris"
    expire after 1 month
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

rules broken:
  language 1

  programme broken {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  rule base {
    on purchase
    give 3 points per 1.00 EUR of basket.paid
  }

  test "ten euros are twenty points" {
    event purchase at 2022-11-23 08:10 {
      basket.paid is 10.00 EUR
    }
    expect 20 points
  }

2022-01-10 09:00  publish spring
2022-01-10 09:00  ana enrols
2022-01-10 10:00  ana buys A1: coat 50.00 EUR, hat 10.00 EUR
  earns 120
2022-06-01 09:00  publish autumn
2022-06-01 10:00  ana buys A2: 50.00 EUR
  earns 50, balance 170
2022-06-01 10:01  ana shows the card
  balance 170, next expiry 50 points at 2022-07-01 10:00
# By the record of the award, not by today's rule.
2022-06-02 10:00  ana returns A1 as B1: line 2
  claws 20, balance 150
2022-07-01 10:00  ana shows the card
  balance 100, next expiry 100 points at 2023-01-10 10:00
# Rules that fail their own tests change nothing.
2022-07-02 09:00  publish broken
  refused rules.tests_failed
2022-07-02 10:00  ana buys A3: 10.00 EUR
  earns 10, expires 50, balance 110
# Back to the first rules: for what comes, not for what was.
2022-07-03 09:00  activate spring
2022-07-03 10:00  ana buys A4: 10.00 EUR
  earns 20, balance 130
2022-07-03 10:01  ana shows the card
  next expiry 10 points at 2022-08-02 10:00
2022-07-04 09:00  publish autumn without activating it
2022-07-04 10:00  ana buys A5: 10.00 EUR
  earns 20, balance 150
