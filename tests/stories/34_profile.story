story What a member agreed to and how she is tagged changes, and rules see it at once
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule vip {
    on purchase
    when member.tags has any of [vip]
    give 7 points
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols with tags press
2022-03-01 09:01  ana buys A1: coat 10.00 EUR
  earns 10
2022-03-01 09:02  ana changes U1: tags vip, consents email sms, terms 2022-03
  balance 10, entry 3
2022-03-01 09:03  ana buys A2: coat 10.00 EUR
  earns 17, balance 27
2022-03-01 09:04  ana changes U1: tags vip, consents email, terms 2022-03
  refused key_reused
2022-03-01 09:05  ana changes U2: consents, tags press
  entry 5
2022-03-01 09:06  ana buys A3: coat 10.00 EUR
  earns 10, balance 37
2022-03-01 09:07  ana repeats U1
  replayed, entry 3
2022-03-01 09:08  bea changes U1: terms 2022-03
  refused member.unknown
2022-03-01 09:09  ana is erased for request
2022-03-01 09:10  ana changes U3: tags vip
  refused member.erased
