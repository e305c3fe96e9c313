story Adjustments by hand have a cap, each and by the day
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
2022-03-02 10:00  ana is given 100001 points as J1 for goodwill
  refused adjust.too_large
2022-03-02 10:01  ana is given 100000 points as J2 for goodwill
  adjusts 100000, balance 100000
# Taking counts like giving.
2022-03-02 10:02  ana is docked 99999 points as J3 for correction
  adjusts -99999, balance 1
2022-03-02 10:03  ana is given 2 points as J4 for goodwill
  refused adjust.day_cap
2022-03-02 10:04  ana is given 1 point as J5 for goodwill
  adjusts 1, balance 2
2022-03-02 23:59  ana is docked 1 point as J6 for correction
  refused adjust.day_cap
# The day is the programme's own.
2022-03-03 00:00  ana is docked 1 point as J7 for correction
  adjusts -1, balance 1
2022-03-03 00:01  ana repeats J6
  replayed, refused adjust.day_cap
# Every member has a day of her own.
2022-03-03 00:02  bea enrols
2022-03-03 00:03  bea is given 100000 points as J1 for goodwill
  balance 100000
