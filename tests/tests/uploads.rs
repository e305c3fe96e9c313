//! Rule files by upload: the real job over the real store, and an S3 that checks signatures and keeps versions.

use handlers::cloud::Cloud;
use handlers::cloud::bucket::Bucket;
use handlers::cloud::bus::Bus;
use handlers::jobs::JobError;
use handlers::jobs::publish::{Outcome, Uploads, run};
use serde_json::{Value, json};
use tests::account::{Account, BUCKET, BUS, Mishap};
use tests::desk::Desk;
use tests::floor::function::binary;
use tests::runtime_api::{Function, Reply};
use tests::world::TABLE;

fn rules(points: u32) -> String {
    format!(
        "language 1\n\nprogramme club {{\n  currency EUR\n  timezone \"Europe/Paris\"\n}}\n\nrule base {{\n  on purchase\n  give {points} points\n}}\n"
    )
}

struct Office {
    desk: Desk,
    account: Account,
    uploads: Uploads,
}

impl Office {
    fn open() -> Self {
        let (desk, account) = (Desk::open(&rules(1)).unwrap(), Account::start().unwrap());
        let environment = account.environment();
        let cloud = Cloud::from_env(|name| environment.get(name).cloned()).unwrap();
        let bucket = Bucket::new(cloud.clone(), BUCKET.to_owned());
        let uploads = Uploads { bucket, bus: Bus::new(cloud, BUS.to_owned()) };
        Self { desk, account, uploads }
    }

    fn wake(&self, event: &Value) -> Result<Outcome, JobError> {
        self.desk.runtime.block_on(run(self.desk.app(), &self.uploads, event)).map(|mut done| done.remove(0))
    }

    fn upload(&self, key: &str, text: &str) -> Value {
        self.account.upload(key, text.as_bytes())
    }

    fn report(&self, key: &str) -> Option<Value> {
        let content = self.account.content(&format!("{key}.report.json"))?;
        Some(serde_json::from_slice(&content).unwrap())
    }

    /// How many points a purchase earns now.
    fn earns(&self) -> i64 {
        let answer = self.desk.get("/v1/rules").unwrap().body;
        let id = answer["active"]["id"].as_str().unwrap().to_owned();
        let source =
            self.desk.get(&format!("/v1/rules/{id}")).unwrap().body["source"].as_str().unwrap().to_owned();
        let given = source.lines().find_map(|line| line.trim().strip_prefix("give ")).unwrap().to_owned();
        given.split(' ').next().unwrap().parse().unwrap()
    }
}

#[test]
fn an_upload_is_published_with_a_report_beside_it() {
    let office = Office::open();
    let key = "desk/spring sale ä.merit";
    let event = office.upload(key, &rules(5));
    assert_eq!(office.wake(&event).unwrap(), Outcome::Published);
    assert_eq!(office.earns(), 5);
    let report = office.report(key).unwrap();
    assert_eq!(report["outcome"], "published");
    assert_eq!(report["version"]["active"], true);
    assert_eq!(report["version"]["published_by"], "AWS:AIDATESTS");
    assert_eq!(report["upload"]["version_id"], "v1");
    assert!(report["text"].as_str().unwrap().contains("it decides from now on"), "{report}");
    assert_eq!(office.account.taken(), [], "that it decides, the table's stream tells");
    // S3 may send it twice, and Lambda again
    assert_eq!(office.wake(&event).unwrap(), Outcome::Unchanged);
    assert_eq!(office.earns(), 5);
    assert_eq!(office.account.refused(), Vec::<String>::new());
    office.desk.enrol("ana").unwrap();
    office.desk.world.audit().unwrap();
}

#[test]
fn an_older_upload_never_overtakes_a_newer() {
    // every order of three uploads of one name and one of another, each delivered twice
    for order in orders(4) {
        let office = Office::open();
        let events: Vec<Value> =
            [(2, "desk/a.merit"), (3, "desk/a.merit"), (4, "desk/b.merit"), (5, "desk/a.merit")]
                .into_iter()
                .map(|(points, key)| office.upload(key, &rules(points)))
                .collect();
        for place in order.iter().chain(&order) {
            let outcome = office.wake(&events[*place]).unwrap();
            assert!(outcome != Outcome::Refused && outcome != Outcome::Gone, "{order:?}: {outcome:?}");
        }
        assert_eq!(office.earns(), 5, "{order:?}");
        let report = office.report("desk/a.merit").unwrap();
        assert_eq!(report["upload"]["version_id"], "v4", "{order:?}: the report of the newest");
        assert_eq!(office.wake(&events[0]).unwrap(), Outcome::Overtaken);
        assert_eq!(office.earns(), 5);
        office.desk.enrol("ana").unwrap();
        office.desk.world.audit().unwrap();
    }
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(count - 1);
    let with = |order: &Vec<usize>| {
        let order = order.clone();
        (0..count).map(move |at| {
            let mut longer = order.clone();
            longer.insert(at, count - 1);
            longer
        })
    };
    shorter.iter().flat_map(with).collect()
}

#[test]
fn uploads_at_the_same_moment_leave_the_newest() {
    for _ in 0..5 {
        let office = Office::open();
        let events: Vec<Value> = (2..8).map(|points| office.upload("desk/a.merit", &rules(points))).collect();
        office.desk.runtime.block_on(async {
            let woken: Vec<_> = events
                .iter()
                .map(|event| {
                    let (app, uploads, event) =
                        (office.desk.app().clone(), office.uploads.clone(), event.clone());
                    tokio::spawn(async move { run(&app, &uploads, &event).await })
                })
                .collect();
            for one in woken {
                // a conflict that lasts is Lambda's to try again
                let _ = one.await.unwrap();
            }
        });
        for event in &events {
            let _ = office.wake(event).unwrap();
        }
        assert_eq!(office.earns(), 7);
        assert_eq!(office.report("desk/a.merit").unwrap()["upload"]["version_id"], "v6");
    }
}

#[test]
fn mistakes_and_failing_tests_are_reported_and_told() {
    let office = Office::open();
    let wrong = rules(5).replace("give", "gvie");
    let failing =
        format!("{}\ntest \"too much\" {{\n  given purchase of 10.00 EUR\n  expect 7 points\n}}\n", rules(5));
    for (text, code) in [(wrong.as_str(), "rules.invalid"), (failing.as_str(), ""), ("", "rules.invalid")] {
        let event = office.upload("desk/a.merit", text);
        assert_eq!(office.wake(&event).unwrap(), Outcome::Refused, "{text}");
        let report = office.report("desk/a.merit").unwrap();
        assert_eq!(report["outcome"], "refused");
        assert!(code.is_empty() || report["problem"]["code"] == code, "{report}");
        assert!(!report["text"].as_str().unwrap().is_empty());
        let (kind, told) = office.account.taken().pop().unwrap();
        assert_eq!(kind, "merit.programme_refused");
        assert_eq!(told["data"]["code"], report["problem"]["code"]);
        let before = office.account.taken().len();
        assert_eq!(office.wake(&event).unwrap(), Outcome::Refused);
        let again = office.account.taken();
        assert_eq!(
            (again.len(), &again[before].1["id"]),
            (before + 1, &told["id"]),
            "told again under its id"
        );
        assert_eq!(office.earns(), 1);
    }
    // what was refused holds nothing up: an older one that is right may still come late
    let right = office.upload("desk/b.merit", &rules(9));
    let wrong = office.upload("desk/b.merit", "nonsense");
    assert_eq!(office.wake(&wrong).unwrap(), Outcome::Refused);
    assert_eq!(office.wake(&right).unwrap(), Outcome::Published);
    assert_eq!(office.earns(), 9);
    assert_eq!(office.report("desk/b.merit").unwrap()["outcome"], "refused", "of the newest");
}

#[test]
fn a_huge_object_is_never_fetched() {
    let office = Office::open();
    let event = office.account.upload("desk/a.merit", &vec![b'#'; 5_000_000]);
    assert_eq!(office.wake(&event).unwrap(), Outcome::Refused);
    assert_eq!(office.account.fetched_bytes(), 0);
    assert_eq!(office.report("desk/a.merit").unwrap()["problem"]["code"], "rules.too_large");
    let (_, told) = office.account.taken().pop().unwrap();
    assert!(told["data"]["detail"].as_str().unwrap().contains("5000000 bytes"), "{told}");
    // the largest there may be, and one byte more
    for (bytes, outcome) in [(65_536, Outcome::Published), (65_537, Outcome::Refused)] {
        let text = rules(5);
        let filled = format!("{text}{}", "#".repeat(bytes - text.len()));
        let event = office.upload("desk/a.merit", &filled);
        assert_eq!(office.wake(&event).unwrap(), outcome, "{bytes}");
    }
}

#[test]
fn several_files_are_uploaded_as_one_and_a_mistake_names_its_own() {
    let office = Office::open();
    let (head, rest) = (rules(8), "rule gift {\n  on purchase\n  give 3 points\n}\n");
    let joined = |rest: &str| format!("file \"gifts/gift.merit\"\n{rest}file \"shop.merit\"\n{head}");
    let event = office.upload("desk/shop.merit", &joined(rest));
    assert_eq!(office.wake(&event).unwrap(), Outcome::Published);
    assert_eq!(office.earns(), 3);
    let event = office.upload("desk/shop.merit", &joined(&rest.replace("give", "gvie")));
    assert_eq!(office.wake(&event).unwrap(), Outcome::Refused);
    let report = office.report("desk/shop.merit").unwrap();
    assert!(report["text"].as_str().unwrap().contains("┌─ gifts/gift.merit:3:3\n"), "{report}");
    assert_eq!(report["problem"]["diagnostics"][0]["file"], "gifts/gift.merit");
    // the largest there may be, and one byte more; each file has its own bound besides
    for (bytes, outcome) in [(196_608, Outcome::Published), (196_609, Outcome::Refused)] {
        let mut text = joined(&rest.replace("give 3", "give 4"));
        for name in ["t", "u", "v", "w"] {
            text = format!("{text}file \"{name}.merit\"\n");
            text += &"\n".repeat((bytes - text.len()).min(48 * 1024));
        }
        assert_eq!(text.len(), bytes);
        let event = office.upload("desk/shop.merit", &text);
        assert_eq!(office.wake(&event).unwrap(), outcome, "{bytes}");
    }
    assert_eq!(office.report("desk/shop.merit").unwrap()["problem"]["code"], "rules.too_large");
    assert_eq!(office.earns(), 4);
}

#[test]
fn what_is_gone_is_passed_over_and_what_was_hidden_was_still_uploaded() {
    let office = Office::open();
    let event = office.upload("desk/a.merit", &rules(5));
    office.account.purge("desk/a.merit");
    assert_eq!(office.wake(&event).unwrap(), Outcome::Gone);
    assert_eq!((office.earns(), office.report("desk/a.merit")), (1, None));
    let event = office.upload("desk/b.merit", &rules(6));
    office.account.delete("desk/b.merit");
    assert_eq!(office.wake(&event).unwrap(), Outcome::Published);
    assert_eq!(office.earns(), 6);
}

#[test]
fn other_merchants_other_keys_and_other_buckets() {
    let office = Office::open();
    // a folder of nobody: reported, told, and no merchant comes to be
    let event = office.upload("elsewhere/a.merit", &rules(5));
    assert_eq!(office.wake(&event).unwrap(), Outcome::Refused);
    let report = office.report("elsewhere/a.merit").unwrap();
    assert_eq!(report["problem"]["code"], "rules.merchant_unknown");
    assert_eq!(office.account.taken().pop().unwrap().1["tenant"], "elsewhere");
    let tenants = office.desk.runtime.block_on(office.desk.store.tenants(None)).unwrap().0;
    assert_eq!(tenants.len(), 1, "{tenants:?}");
    for key in [
        "a.merit",
        "desk/2026/a.merit",
        "desk/../elsewhere/a.merit",
        "desk/a.txt",
        "desk/a.merit.report.json",
    ] {
        let event = office.upload(key, &rules(5));
        assert_eq!(office.wake(&event).unwrap(), Outcome::NotOurs, "{key}");
        assert_eq!(office.report(key), None);
    }
    let mut event = office.upload("desk/a.merit", &rules(5));
    event["Records"][0]["s3"]["bucket"]["name"] = json!("somebody-elses");
    assert_eq!(office.wake(&event).unwrap(), Outcome::NotOurs);
    assert_eq!(office.earns(), 1);
}

#[test]
fn swapped_between_event_and_read_the_uploaded_version_is_what_counts() {
    let office = Office::open();
    let first = office.upload("desk/a.merit", &rules(5));
    office.upload("desk/a.merit", &rules(6));
    assert_eq!(office.wake(&first).unwrap(), Outcome::Published);
    assert_eq!(office.earns(), 5);
}

#[test]
fn a_bus_that_does_not_answer_is_tried_again_later() {
    let office = Office::open();
    let event = office.upload("desk/a.merit", "nonsense");
    office.account.mishaps([Mishap::Some(1)]);
    assert!(matches!(office.wake(&event), Err(JobError::Outside(_))));
    assert_eq!(office.report("desk/a.merit"), None);
    office.account.mishaps([Mishap::Lost, Mishap::Failed]);
    assert_eq!(office.wake(&event).unwrap(), Outcome::Refused);
    assert_eq!(office.account.taken().len(), 2, "told twice under one id: an answer was lost");
}

#[test]
fn the_function_binary_takes_the_event_of_s3() {
    let office = Office::open();
    let mut environment: Vec<(&str, String)> = office.account.environment().into_iter().collect();
    environment.push(("AWS_ENDPOINT_URL_DYNAMODB", office.desk.world.database.endpoint.clone()));
    environment.push(("MERIT_TABLE", TABLE.to_owned()));
    let function = Function::start(binary().unwrap(), "publish", &environment).unwrap();
    let invoke = |event: &Value| match function.invoke(event.to_string().as_bytes()).unwrap() {
        Reply::Response(answer) => Ok(serde_json::from_slice::<Value>(&answer).unwrap()),
        Reply::Error(error) => Err(String::from_utf8_lossy(&error).into_owned()),
    };
    assert_eq!(invoke(&office.upload("desk/a.merit", &rules(5))), Ok(json!(["published"])));
    assert_eq!(invoke(&json!({ "Event": "s3:TestEvent" })), Ok(json!([])));
    assert!(invoke(&json!({ "Records": "none" })).unwrap_err().contains("S3"));
    assert_eq!(office.earns(), 5);
    let actions: Vec<String> = office.account.actions().into_iter().collect();
    assert_eq!(actions, ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]);
}
