//! Events out: every entry of every story reaches the bus at least once, in order per member, over the embedded
//! table's own stream and through what goes wrong on the way; and the same again by replay.

use handlers::cloud::Cloud;
use handlers::cloud::bus::Bus;
use handlers::cloud::queue::Queue;
use handlers::events_out::schema;
use handlers::jobs;
use handlers::jobs::relay::{self, Out};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store::stream::{News, read};
use tests::account::{Account, BUS, Mishap};
use tests::desk::Desk;
use tests::floor::function::binary;
use tests::floor::play;
use tests::floor::served::{Plan, Served};
use tests::runtime_api::{Function, Reply};
use tests::story;
use tests::world::{TABLE, World};

fn out(account: &Account) -> Out {
    let environment = account.environment();
    let cloud = Cloud::from_env(|name| environment.get(name).cloned()).unwrap();
    Out { bus: Bus::new(cloud.clone(), BUS.to_owned()), failures: Queue::new(cloud, account.queue_url()) }
}

/// The streams of all stories, one after the other, as the source of Lambda's events filters them: entries and the
/// deciding rulebook. Each story has a table of its own, for a stream of the embedded one is slow when it is long.
fn stream_of_all_stories() -> Vec<Value> {
    let mut records = Vec::new();
    for file in story::files().unwrap() {
        let world = World::with_stream().unwrap();
        let mut floor = Served::start(&world, Plan::Calm).unwrap();
        play(&story::load(&file).unwrap(), &mut floor);
        records.extend(world.database.records(TABLE).unwrap().into_iter().filter(|record| {
            let keys = &record["dynamodb"]["Keys"];
            let (pk, sk) = (keys["pk"]["S"].as_str().unwrap(), keys["sk"]["S"].as_str().unwrap());
            sk.starts_with("E#") || (pk.ends_with("#R") && sk == "A")
        }));
    }
    records
}

/// Numbers from a seed: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

/// Hands a stream to the relay as Lambda's poller does: batch by batch, again from the first record that is named.
fn poll(out: &Out, records: &[Value], dice: &mut Dice, account: Option<&Account>) -> u32 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut from, mut batches) = (0, 0);
    while from < records.len() {
        // many small batches where something goes wrong, so that every kind of mishap meets many
        let largest = if account.is_some() { 12 } else { 100 };
        let size = 1 + usize::try_from(dice.below(largest)).unwrap();
        let batch = &records[from..(from + size).min(records.len())];
        if let Some(account) = account {
            let places = u16::try_from(dice.below(1 << 10)).unwrap();
            account.mishaps((0..=dice.below(3)).map(|n| match (places >> n) & 7 {
                0 => Mishap::Failed,
                1 => Mishap::Lost,
                2 => Mishap::Throttled,
                _ => Mishap::Some(places),
            }));
        }
        let event = json!({ "Records": batch });
        let relayed = runtime.block_on(relay::relayed(out, &event, &|| false)).unwrap();
        assert_eq!(relayed.unreadable, 0);
        let again = relayed.answer()["batchItemFailures"][0]["itemIdentifier"].as_str().map(str::to_owned);
        from = match again {
            None => from + batch.len(),
            Some(sequence) => {
                let at =
                    batch.iter().position(|record| record["dynamodb"]["SequenceNumber"] == sequence.as_str());
                from + at.expect("a record of the batch")
            }
        };
        batches += 1;
        assert!(batches < 100_000, "it does not get on");
    }
    batches
}

/// Every entry of the stream: (tenant, member, sequence), in the stream's order.
fn entries(records: &[Value]) -> Vec<(String, String, u64)> {
    let entry = |record| match read(record).unwrap() {
        News::Entry(new) => Some((new.tenant.to_string(), new.member.to_string(), new.entry.seq)),
        _ => None,
    };
    records.iter().filter_map(entry).collect()
}

/// What the bus took must hold every entry, in order per member at first telling, and fit the schema.
fn check(taken: &[(String, Value)], entries: &[(String, String, u64)]) -> usize {
    let mut seen = BTreeSet::new();
    let mut last: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut told: BTreeSet<(String, String, u64)> = BTreeSet::new();
    let schema = schema::schema();
    for (kind, event) in taken {
        assert_eq!(event["type"], kind.as_str());
        let wrong = schema_differences(&schema, event);
        assert!(wrong.is_empty(), "{event:#}\n{wrong:#?}");
        if !seen.insert(event["id"].as_str().unwrap().to_owned()) {
            continue; // told again
        }
        let Some(member) = event["member_id"].as_str() else { continue };
        let key = (event["tenant"].as_str().unwrap().to_owned(), member.to_owned());
        let seq = event["seq"].as_u64().unwrap();
        let before = last.insert(key.clone(), seq).unwrap_or(0);
        assert!(seq == before || seq == before + 1, "{key:?}: {seq} after {before}");
        told.insert((key.0, key.1, seq));
    }
    let all: BTreeSet<_> = entries.iter().cloned().collect();
    assert_eq!(told, all);
    seen.len()
}

/// What differs from the schema: the kind is found by the event's type.
fn schema_differences(schema: &Value, event: &Value) -> Vec<String> {
    let name = event["type"].as_str().unwrap_or_default().trim_start_matches("merit.");
    match schema["$defs"].get(name) {
        Some(kind) => differences(schema, kind, event, name),
        None => vec![format!("{name} is no kind of event")],
    }
}

fn differences(all: &Value, rule: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (keyword, rule_of) in rule.as_object().unwrap() {
        let fits = match keyword.as_str() {
            "$ref" => {
                let name = rule_of.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                wrong.extend(differences(all, &all["$defs"][name], value, at));
                true
            }
            "const" => value == rule_of,
            "enum" => rule_of.as_array().unwrap().contains(value),
            "type" => match rule_of.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_i64() || value.is_u64(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                other => panic!("type {other}"),
            },
            "anyOf" => {
                rule_of.as_array().unwrap().iter().any(|one| differences(all, one, value, at).is_empty())
            }
            "minimum" => value.as_i64().is_none_or(|n| n >= rule_of.as_i64().unwrap()),
            "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= rule_of.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|list| list.len() as u64 <= rule_of.as_u64().unwrap()),
            "items" => {
                for (place, one) in value.as_array().into_iter().flatten().enumerate() {
                    wrong.extend(differences(all, rule_of, one, &format!("{at}/{place}")));
                }
                true
            }
            "required" => {
                rule_of.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "properties" => {
                for (name, one) in value.as_object().into_iter().flatten() {
                    match rule_of.get(name) {
                        Some(rule) => wrong.extend(differences(all, rule, one, &format!("{at}/{name}"))),
                        None => wrong.push(format!("{at}: there is no `{name}`")),
                    }
                }
                true
            }
            "format" => match rule_of.as_str().unwrap() {
                "date-time" => value.as_str().is_some_and(|text| dsl::calendar::parse_moment(text).is_some()),
                _ => true,
            },
            "pattern" => value.as_str().is_some_and(domain::ids::is_id),
            "description" | "additionalProperties" | "default" => true,
            other => panic!("{other} is not checked here"),
        };
        if !fits {
            wrong.push(format!("{at}: {value} does not fit {keyword} {rule_of}"));
        }
    }
    wrong
}

#[test]
fn every_entry_of_every_story_reaches_the_bus_in_order_through_every_mishap() {
    let records = stream_of_all_stories();
    let entries = entries(&records);
    assert!(entries.len() > 200, "{} entries", entries.len());
    let calm = Account::start().unwrap();
    let batches = poll(&out(&calm), &records, &mut Dice(7), None);
    let events = check(&calm.taken(), &entries);
    assert_eq!(events, calm.taken().len(), "without mishaps, nothing is told twice");
    assert_eq!(calm.refused(), Vec::<String>::new());
    println!("{} records, {} entries: {events} events in {batches} batches", records.len(), entries.len());
    let kinds: BTreeSet<String> = calm.taken().into_iter().map(|(kind, _)| kind).collect();
    let told = |kind: &str| kinds.contains(&format!("merit.{kind}")) || ELSEWHERE.contains(&kind);
    let untold: Vec<_> = schema::kinds().filter(|kind| !told(kind)).collect();
    assert!(untold.is_empty(), "kinds that no story tells: {untold:?}");

    // Over a part of the stories for each seed: every request costs its time.
    let mut again = 0;
    for seed in 1..=3 {
        let of_seed = |record: &&Value| part(record) % 9 == seed;
        let some: Vec<Value> = records.iter().filter(of_seed).cloned().collect();
        let ids = some.iter().flat_map(|record| relay::events_of(record).unwrap()).map(|event| event.id);
        let events = ids.collect::<BTreeSet<String>>().len();
        let account = Account::start().unwrap();
        let batches = poll(&out(&account), &some, &mut Dice(seed * 0x9E37_79B9), Some(&account));
        assert_eq!(check(&account.taken(), &self::entries(&some)), events, "seed {seed}");
        again += account.taken().len() - events;
        println!("seed {seed}: {events} events, told {} times in {batches} batches", account.taken().len());
    }
    assert!(again > 0, "nothing went wrong");
}

/// The number of a record's merchant: every story has one of its own.
fn part(record: &Value) -> u64 {
    let pk = record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap();
    pk.split('#').nth(1).and_then(|tenant| tenant.trim_start_matches('t').parse().ok()).unwrap_or(0)
}

/// Told by no story: they have tests of their own, here, among the uploads, and beside the code.
const ELSEWHERE: &[&str] = &["badge_granted", "debt_repaid", "profile_updated", "programme_refused"];

#[test]
fn a_replay_tells_the_same_events_under_the_same_ids() {
    let desk = desk();
    let (live, account) = (Account::start().unwrap(), Account::start().unwrap());
    poll(&out(&live), &desk.world.database.records(TABLE).unwrap(), &mut Dice(3), None);
    let id = |(_, event): &(String, Value)| event["id"].as_str().unwrap().to_owned();
    let told: BTreeMap<String, Value> = live.taken().iter().map(|one| (id(one), one.1.clone())).collect();
    let replay = |wanted: Value| {
        let event = json!({ "replay": wanted });
        desk.runtime.block_on(relay::run(desk.app(), &out(&account), &event, &|| false)).unwrap()
    };
    let answer = replay(json!({ "tenant": "desk" }));
    assert_eq!((&answer["events"], &answer["next"]), (&json!(told.len()), &Value::Null));
    let again: BTreeMap<String, Value> = account.taken().iter().map(|one| (id(one), one.1.clone())).collect();
    assert_eq!(again, told);

    let before = account.taken().len();
    let answer = replay(json!({ "tenant": "desk", "member_id": "bob" }));
    let of_bob = told.keys().filter(|id| id.starts_with("desk/members/bob/")).count();
    assert_eq!(answer["events"], of_bob);
    assert!(account.taken()[before..].iter().all(|(_, event)| event["member_id"] == "bob"));
    assert_eq!(replay(json!({ "tenant": "desk", "from": "2022-03-02T10:00:00.001Z" }))["events"], 0);
    assert_eq!(replay(json!({ "tenant": "desk", "until": "2022-03-02T10:00:00Z" }))["events"], 0);
    assert_eq!(replay(json!({ "tenant": "other" }))["events"], 0);
}

#[test]
fn a_replay_that_is_out_of_time_is_gone_on_with() {
    let desk = desk();
    let account = Account::start().unwrap();
    let mut wanted = json!({ "replay": { "tenant": "desk" } });
    let (mut taken, mut runs) = (0, 0);
    loop {
        let answer =
            desk.runtime.block_on(relay::run(desk.app(), &out(&account), &wanted, &|| true)).unwrap();
        taken += answer["events"].as_u64().unwrap();
        runs += 1;
        if answer["next"].is_null() {
            break;
        }
        wanted = answer["next"].clone();
        assert!(runs < 1_000, "it does not get on");
    }
    assert!(runs > 3, "{runs}");
    let ids: BTreeSet<_> = account.taken().iter().map(|(_, event)| event["id"].to_string()).collect();
    assert_eq!(u64::try_from(ids.len()).unwrap(), taken);
}

fn desk() -> Desk {
    let desk = Desk::with_stream(RULES).unwrap();
    for member in ["ana", "bob", "cleo"] {
        desk.enrol(member).unwrap();
        for n in 0..3 {
            assert_eq!(desk.sell(member, &format!("A{n}"), 1_000).unwrap().status, 201);
        }
    }
    desk
}

const RULES: &str = r#"language 1

programme club {
  currency EUR
  timezone "Europe/Paris"
  expire after 10 days
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}
"#;

#[test]
fn a_relay_that_is_out_of_time_names_what_is_left() {
    let desk = desk();
    let records = desk.world.database.records(TABLE).unwrap();
    let account = Account::start().unwrap();
    let (mut from, mut runs) = (0, 0);
    while from < records.len() {
        let event = json!({ "Records": &records[from..] });
        let relayed = desk.runtime.block_on(relay::relayed(&out(&account), &event, &|| true)).unwrap();
        let first = relayed.again.first().map(|sequence| {
            records
                .iter()
                .position(|record| record["dynamodb"]["SequenceNumber"] == sequence.as_str())
                .unwrap()
        });
        let next = first.unwrap_or(records.len());
        assert!(next > from, "every run gets on");
        (from, runs) = (next, runs + 1);
    }
    assert!(runs > 2, "{runs}");
    check(&account.taken(), &entries(&records));
}

#[test]
fn a_poison_record_is_kept_and_passed_over() {
    let desk = desk();
    let mut records = desk.world.database.records(TABLE).unwrap();
    let of_ana = |record: &Value| {
        record["dynamodb"]["Keys"]["sk"]["S"] == "E#000000000002"
            && record["dynamodb"]["Keys"]["pk"]["S"] == "T#desk#M#ana"
    };
    let place = records.iter().position(of_ana).unwrap();
    for (what, poison) in [
        ("no JSON", json!({ "S": "{" })),
        ("no text", json!({ "NULL": true })),
        ("another sequence", records.last().unwrap()["dynamodb"]["NewImage"]["e"].clone()),
    ] {
        records[place]["dynamodb"]["NewImage"]["e"] = poison;
        let account = Account::start().unwrap();
        let event = json!({ "Records": &records });
        let relayed = desk.runtime.block_on(relay::relayed(&out(&account), &event, &|| false)).unwrap();
        assert_eq!((relayed.unreadable, relayed.again.len()), (1, 0), "{what}");
        let kept = account.queue();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0]["keys"]["pk"]["S"], "T#desk#M#ana");
        assert!(kept[0].get("NewImage").is_none(), "only its name is kept");
        let seqs: Vec<u64> = account
            .taken()
            .iter()
            .filter(|(_, event)| event["member_id"] == "ana")
            .map(|(_, event)| event["seq"].as_u64().unwrap())
            .collect();
        assert_eq!(seqs, [1, 3, 4], "{what}");
    }
}

#[test]
fn profiles_counters_and_the_index_are_no_news() {
    let desk = desk();
    let answer = desk.post(
        "/v1/members",
        &json!({ "member_id": "dora", "name": "Dora Canary", "birthday": "1990-03-05" }),
    );
    assert_eq!(answer.unwrap().status, 201);
    let records = desk.world.database.records(TABLE).unwrap();
    let text = |value: &Value| value.to_string();
    assert!(records.iter().any(|record| text(record).contains("Dora Canary")), "the stream has the profile");
    let account = Account::start().unwrap();
    poll(&out(&account), &records, &mut Dice(5), None);
    assert!(!account.taken().is_empty());
    assert!(account.taken().iter().all(|(_, event)| !text(event).contains("Canary")));
    assert!(account.queue().is_empty());
}

#[test]
fn the_function_binary_answers_a_stream_batch_and_names_what_failed() {
    let desk = desk();
    let records = desk.world.database.records(TABLE).unwrap();
    let account = Account::start().unwrap();
    let mut environment: Vec<(&str, String)> = account.environment().into_iter().collect();
    environment.push(("AWS_ENDPOINT_URL_DYNAMODB", desk.world.database.endpoint.clone()));
    environment.push(("MERIT_TABLE", TABLE.to_owned()));
    let function = Function::start(binary().unwrap(), "relay", &environment).unwrap();
    let invoke = |event: &Value| match function.invoke(event.to_string().as_bytes()).unwrap() {
        Reply::Response(answer) => serde_json::from_slice::<Value>(&answer).unwrap(),
        Reply::Error(error) => panic!("{}", String::from_utf8_lossy(&error)),
    };
    assert_eq!(invoke(&json!({ "Records": &records })), json!({ "batchItemFailures": [] }));
    check(&account.taken(), &entries(&records));
    // everything is refused: the first record that has an event is where Lambda goes on from
    account.mishaps(vec![Mishap::Some(u16::MAX); 100]);
    let answer = invoke(&json!({ "Records": &records }));
    let first = records.iter().find(|record| !matches!(read(record).unwrap(), News::Nothing)).unwrap();
    assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], first["dynamodb"]["SequenceNumber"]);
    let account_of_replay = invoke(&json!({ "replay": { "tenant": "desk", "member_id": "ana" } }));
    assert_eq!(account_of_replay["events"], 0, "still refused");
    assert!(account_of_replay["next"]["replay"].is_object());
}

#[test]
fn the_page_and_the_schema_are_those_of_the_code() {
    let functions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    let mut schema = serde_json::to_string_pretty(&schema::schema()).unwrap();
    schema.push('\n');
    let page_file = functions.join("EVENTS.md");
    let page = std::fs::read_to_string(&page_file).unwrap();
    let (start, end) = ("<!-- made of the code: kinds -->\n\n", "\n<!-- end -->\n");
    let (before, rest) = page.split_once(start).expect("where the kinds begin");
    let (_, after) = rest.split_once(end).expect("where the kinds end");
    let made = format!("{before}{start}{}{end}{after}", schema::page());
    if std::env::var_os("MERIT_WRITE").is_some() {
        std::fs::write(&page_file, &made).unwrap();
        std::fs::write(functions.join("events.schema.json"), &schema).unwrap();
    }
    let again = "is old: run this test with MERIT_WRITE=1";
    assert!(std::fs::read_to_string(&page_file).unwrap() == made, "EVENTS.md {again}");
    let kept = std::fs::read_to_string(functions.join("events.schema.json")).unwrap();
    assert!(kept == schema, "events.schema.json {again}");
    for kind in schema::kinds() {
        let example = schema::example(kind).unwrap();
        let wrong = schema_differences(&schema::schema(), &example);
        assert!(wrong.is_empty(), "{kind}: {wrong:#?}");
    }
}

/// So that a job's name never hides that of a function that is woken.
#[test]
fn functions_that_are_woken_have_names_of_their_own() {
    let routed: BTreeSet<&str> = handlers::routes().iter().map(|route| route.function).collect();
    for name in jobs::WOKEN {
        assert!(!routed.contains(name) && !jobs::JOBS.contains(&name), "{name}");
    }
}
