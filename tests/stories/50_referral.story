story A friend is brought: both are paid when the purchase can no longer come back
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire after 12 months
  }

  rule base {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  rule for_bringing "For bringing a friend" {
    on referral.referrer
    give 500 points
  }

  rule second_friend "For the second friend" {
    on referral.referrer
    when referral.number is 2
    give 1000 points
  }

  rule for_coming "For coming" {
    on referral.friend
    give 200 points
  }

  referral friends "Bring a friend" {
    join within 7 days
    qualify on purchase of at least 25.00 EUR within 30 days
    mature after 14 days
    limit 2 times per member per month
    refund revoke
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols on device d1
2022-03-01 09:01  ana gets her code
2022-03-02 09:00  ben enrols
2022-03-02 09:01  ben joins through ana as F1
  earns nothing, balance 0
# Repeats are the first answer; another code comes too late for ever.
2022-03-02 09:02  ben repeats F1
  replayed
2022-03-02 09:03  cid enrols
2022-03-02 09:03  cid gets her code
2022-03-02 09:04  ben joins through cid as F2
  refused referral.already
# Too little, then enough.
2022-03-03 10:00  ben buys A1: 24.99 EUR
  earns 24
2022-03-04 10:00  ben buys A2: 25.00 EUR
  earns 25, balance 49
2022-03-18 08:00  the due job runs
  nothing happens
2022-03-18 10:00  the due job runs twice at once
  for ben: earns 200, balance 249
  for ana: earns 500, balance 500
2022-03-18 10:01  the due job runs
  nothing happens
# Nobody brings herself, nor by another name; nor does a newcomer bring who was there before.
2022-03-18 11:00  ana joins through ana as F3
  refused referral.self
2022-03-18 11:01  dan enrols on device d1
2022-03-18 11:02  dan joins through ana as F4
  refused referral.self
2022-03-18 11:03  ann enrols
2022-03-18 11:04  eva enrols
2022-03-18 11:04  eva gets her code
2022-03-18 11:05  ann joins through eva as F5
  refused referral.ring
2022-03-18 11:06  ann joins through zoe as F6
  refused referral.code_unknown
# The second friend of the month has a step; the third is one too many.
2022-03-19 09:00  fay enrols
2022-03-19 09:00  fay joins through ana as F7
2022-03-19 09:01  fay buys A3: 30.00 EUR
2022-03-19 09:02  gus enrols
2022-03-19 09:02  gus joins through ana as F8
2022-03-20 09:03  gus buys A4: 30.00 EUR
2022-04-03 12:00  the due job runs
  for fay: earns 200, balance 230
  for gus: earns nothing, balance 30
  for ana: earns 1500, balance 2000
# A friend who comes too late.
2022-04-03 12:01  hal enrols
2022-04-10 12:02  hal joins through ana as F9
  refused referral.too_late
2022-04-10 12:03  kim joins through ana as F10
  refused member.unknown
