story A programme of several files, and the same cut anew
zone Europe/Brussels

rules garden from dsl/examples/garden

# what changed stands in one file: the others are as they were, but in another order
rules later:
  file "visits/workshops.merit"
  event workshop "An evening at the potting bench" {
    field topic one of [sowing, pruning, composting]
  }

  rule came "Whoever comes gets more than before" {
    on workshop
    give 30 points
    limit 1 time per member per week
  }
  file "points.merit"
  rule base "A point for every euro" {
    on purchase
    give 1 point per 1.00 EUR of basket.paid
  }

  reward gloves "A pair of gloves" {
    costs 150 points
    gives item "gardening gloves"
  }
  file "club.merit"
  language 1

  programme garden "The Potting Shed" {
    currency EUR
    timezone "Europe/Brussels"
    point worth 0.01 EUR
    rounding down
    expire after 18 months
    refund reverse
    unknown member enrol
  }

  tiers {
    seedling always
    orchard  from 300.00 EUR spent in 12 months
  }

2022-03-01 09:00  publish garden
2022-03-01 10:00  ana enrols
  tier seedling
2022-03-01 10:05  ana buys A1: plants 40.00 EUR
  earns 40, balance 40
# an evening counts, and makes her one for whom plants count twice
2022-03-02 18:30  ana sends W1: workshop with topic pruning
  earns 20, balance 60
2022-03-03 18:30  ana sends W2: workshop with topic sowing
  earns 0, balance 60
2022-03-04 10:00  ana buys A2: plants 40.00 EUR, tools 10.00 EUR
  earns 100, balance 160
2022-03-04 10:05  ana redeems R1: reward gloves
  redeems 150, balance 10

2022-03-05 09:00  publish later
# what was counted under the rules of before is counted
2022-03-05 18:30  ana sends W3: workshop with topic sowing
  earns 0, balance 10
2022-03-09 18:30  ana sends W4: workshop with topic sowing
  earns 30, balance 40
2022-03-10 10:00  ana buys A3: plants 40.00 EUR
  earns 40, balance 80
# a return goes by the rules that gave
2022-03-11 10:00  ana returns A2 as B1: line 1
  claws 80, balance 0
2022-03-12 09:00  activate garden
2022-03-12 10:00  ana buys A4: plants 40.00 EUR
  earns 80, balance 80
