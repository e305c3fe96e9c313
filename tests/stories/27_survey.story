story A survey is answered once, rewarded whatever was said, and followed up
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    unknown member enrol
  }

  survey nps "How likely are you to recommend us?" {
    question score number 0 to 10
    question reason one of [price, service, quality]
    question again truth
    question comment text
    nps of score
    answer within 10 days
    keep reason as tag
  }

  survey box "Was the box whole?" {
    question whole truth
    question how text
  }

  rule thanks "Thank you for answering" {
    on nps.answered
    give 50 points
  }

  rule unhappy {
    on nps.answered
    when nps.class is detractor
    open case "unhappy member"
  }

  rule happy {
    on nps.answered
    when nps.class is promoter
    tag member "promoter"
    prompt for referral
  }

  rule service "They care for service" {
    on purchase
    when member.tags has any of ["nps.reason.service"]
    give 7 points
  }

  rule reviews "Everybody is asked" {
    on nps.answered
    prompt for review
  }

  test "a detractor gets as much as anybody, and a case" {
    event nps.answered at 2022-03-02 10:00 {
      nps.score is 3
      nps.reason is price
    }
    expect rule unhappy fires
    expect rule happy stays silent
    expect open case "unhappy member"
    expect 50 points
  }

2022-03-02 09:00  publish club
2022-03-02 09:00  ana is invited to nps
  refused member.unknown
2022-03-02 09:00  ana enrols
2022-03-02 09:00  ben enrols
2022-03-02 09:00  cleo enrols
2022-03-02 09:00  dora enrols
2022-03-02 09:00  eve enrols
2022-03-02 10:00  ana is invited to nps
  until 2022-03-12 10:00
2022-03-02 10:00  ana is invited to box
  until 2022-04-01 10:00
2022-03-02 10:00  ana is invited to csat
  refused survey.unknown
2022-03-02 10:00  ben is invited to nps
2022-03-02 10:00  cleo is invited to nps
2022-03-02 10:00  dora is invited to nps
2022-03-02 10:00  eve is invited to nps
2022-03-03 10:00  ana answers nps: score 9, reason service, comment quick
  thanked with 50, asked for referral, asked for review
2022-03-03 10:00  ana shows the newest entry
  earns 50, balance 50, does tag member "promoter", does tag member "nps.reason.service", does prompt for review
2022-03-03 10:01  ana repeats nps
  replayed, thanked with 50
# Once, whatever she would say now, and with any token.
2022-03-03 10:02  ana answers nps: score 2
  refused survey.answered
2022-03-03 10:03  ana is invited to nps
2022-03-03 10:04  ana answers nps: score 10, reason service, comment quick
  refused survey.answered
2022-03-03 10:05  ana buys A1: coat 10.00 EUR
  earns 7
2022-03-03 10:06  ana answers box: whole no, how crushed
  thanked with 0, asked for nothing
2022-03-03 10:07  ana shows the card
  balance 57, tagged promoter, tagged nps.reason.service
2022-03-03 11:00  ben answers nps: score 0, reason price
  thanked with 50, asked for review
2022-03-03 11:00  ben shows the newest entry
  earns 50, does open case "unhappy member"
2022-03-03 12:00  cleo answers nps: score 7
  thanked with 50, asked for review
2022-03-03 12:00  cleo shows the newest entry
  earns 50, does prompt for review
2022-03-03 13:00  eve is frozen from earning as Z1 for fraud
2022-03-03 13:01  eve answers nps: score 8
  refused member.earning_frozen
2022-03-03 13:02  eve is set free as Z2 for cleared
2022-03-03 13:03  eve answers nps: score 8
  thanked with 50
2022-03-03 13:04  eve is erased for request
2022-03-03 13:05  eve shows the card
  erased, balance 50
2022-03-03 13:06  eve is invited to nps
  refused member.erased
# A day after its time a token is good for nothing, but for the answer given before.
2022-03-12 10:00  dora answers nps: score 9
  refused survey.token_expired
2022-03-12 10:01  dora is invited to nps
2022-03-12 10:02  dora answers nps: score 9
  thanked with 50
2022-04-13 10:00  ben repeats nps
  replayed, thanked with 50
