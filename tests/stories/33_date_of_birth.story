story A date of birth that is edited earns no second birthday, and then stays for a year
zone Europe/Paris

rules club:
  language 1

  programme club {
    currency EUR
    timezone "Europe/Paris"
    expire never
  }

  rule gift {
    on birthday
    give 50 points
  }

2022-03-01 09:00  publish club
2022-03-01 09:00  ana enrols born 1990-03-05
2022-03-01 09:00  bea enrols
2022-03-01 09:05  the birthday job runs
2022-03-05 00:05  the birthday job runs
  for ana: earns 50, balance 50
# One mistake may be mended; her next birthday is in the summer, and this year she had one.
2022-03-06 10:00  ana changes U1: born 1990-07-05
2022-07-05 00:05  the birthday job runs
  nothing happens
2022-07-05 10:00  ana changes U2: born 1990-12-05
  refused member.birthday_locked
2022-07-05 10:01  ana changes U3: born 1990-07-05, tags vip
  entry 4
2022-07-05 10:02  ana repeats U1
  replayed, entry 3
2022-12-05 00:05  the birthday job runs
  nothing happens
2023-03-05 00:05  the birthday job runs
  nothing happens
2023-07-05 00:05  the birthday job runs
  for ana: earns 50, balance 100
# A year after the change she may change it again. Thirty days must lie between saying it and having it.
2023-07-06 10:00  ana changes U4: born 1990-08-01
2023-08-01 00:05  the birthday job runs
  nothing happens
2024-08-01 00:05  the birthday job runs
  for ana: earns 50, balance 150
2024-08-01 09:00  bea changes U5: born 1984-08-20
2024-08-20 00:05  the birthday job runs
  nothing happens
2025-08-20 00:05  the birthday job runs
  for ana: earns 50, balance 200
  for bea: earns 50, balance 50
