story The day of joining comes round each year, beside a birthday on the same day, and not for whoever is frozen or gone
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
    limit 60 points per member per year
  }

  rule gift {
    on birthday
    give 50 points
  }

  rule loyal {
    on anniversary
    give 20 points
  }

  rule vip_loyal {
    on anniversary
    when member.tags has any of [vip]
    give 5 points
  }

rules plain:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

2022-03-05 23:30  publish club
# Half past midnight in Paris on the 6th is still the 5th in Greenwich: her day is that of the programme.
2022-03-06 00:30  ana enrols born 1990-03-06 with tags vip
2022-03-06 09:00  bea enrols
2022-03-06 09:00  cleo enrols
2022-03-06 09:00  dora enrols
2022-03-06 09:05  the birthday job runs
  nothing happens
2023-03-05 00:05  the birthday job runs
  nothing happens
2023-03-05 09:00  cleo is frozen from earning as Z1 for fraud
2023-03-05 09:00  dora is erased for request
# Ana: 50 for her birthday, and 10 of the 25 for her anniversary until the year's limit is reached.
2023-03-06 00:05  the birthday job runs
  for ana: earns 60, balance 60, entry 3
  for bea: earns 20, balance 20
2023-03-07 09:00  cleo is set free as Z2 for cleared
2023-03-07 09:05  the birthday job runs
  nothing happens
# A programme that gives nothing for it writes nothing, and what it did not give is not owed when it does again.
2024-03-01 09:00  publish plain
2024-03-01 09:05  the birthday job runs
  nothing happens
2024-03-06 00:05  the birthday job runs
  nothing happens
2024-03-10 00:05  the birthday job runs
  nothing happens
2024-03-10 09:00  publish club
2024-03-10 09:05  the birthday job runs
  nothing happens
2025-03-06 00:05  the birthday job runs
  for ana: earns 60
  for bea: earns 20
  for cleo: earns 20, balance 20
