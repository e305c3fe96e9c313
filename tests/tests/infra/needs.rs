//! What each function needs of IAM and of the secret, observed: on the wire while the stories are played, and while what
//! no story does is done once.
//!
//! What it never does: read the template. The tests beside compare.

use dsl::units::Moment;
use handlers::cloud::Cloud;
use handlers::cloud::bucket::Bucket;
use handlers::cloud::bus::Bus;
use handlers::cloud::queue::Queue;
use handlers::{App, jobs};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tests::account::{Account, BUCKET, BUS};
use tests::desk::{Answer, Desk, MORNING};
use tests::floor::play;
use tests::floor::served::{Plan, Served};
use tests::iam::Need;
use tests::story;
use tests::world::World;

/// With what no story does.
const ONCE: &str = r#"language 1

programme p {
  currency EUR
  timezone "Europe/Paris"
}

budget gifts {
  total 10 points
}

experiment spring {
  holdout 50%
  arm cup     50%
}

survey nps {
  question score number 0 to 10
  nps of score
}

event visit {
}

rule arm {
  on purchase
  when experiment.spring is cup
  give 1 point
}

rule press {
  on purchase
  when member.tags has any of [press]
  give 1 point
  from budget gifts
}

rule treat {
  on visit
  give reward cup
}

rule best {
  on schedule every month on day 1 at 09:00
  rank 1 by member.spent last month
  give 1 point
}

rule thanks {
  on nps.answered
  give reward cup
}

reward cup {
  gives item "cup"
}
"#;

/// With what a month brings.
const MONTH: &str = r#"language 1

programme club {
  currency EUR
  timezone "Europe/Paris"
  expire after 10 days
}

budget gifts {
  total 1000 points
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule gift {
  on birthday
  give 50 points
  give reward cake
  from budget gifts
}

rule first_year {
  on anniversary
  give 50 points
}

rule comeback {
  on absence of 7 days
  give 5 points
  from budget gifts
}

rule weekly {
  on schedule every week on monday at 09:00
  draw 1 members
  give 5 points
  give reward cake
  from budget gifts
}

reward cake {
  gives item "cake"
}

reward palette {
  costs 10 points
  gives item "palette"
  stock 1
}

referral friends {
  join within 7 days
  qualify on purchase of at least 5.00 EUR within 7 days
  mature after 7 days
}

rule for_bringing {
  on referral.referrer
  give 5 points
  give reward cake
  from budget gifts
}

rule for_coming {
  on referral.friend
  give 5 points
}
"#;

/// What the functions need.
#[derive(Default)]
pub(super) struct Needs {
    /// Of IAM.
    pub(super) actions: BTreeMap<&'static str, BTreeSet<Need>>,
    /// Of other services, by action.
    pub(super) outside: BTreeMap<&'static str, BTreeSet<String>>,
    /// Functions that need the secret.
    pub(super) secret: BTreeSet<&'static str>,
}

/// What the functions need when every story is played, and what no story does is done once.
pub(super) fn needs() -> Needs {
    let mut needs = Needs::default();
    let world = World::start().unwrap();
    for file in story::files().unwrap() {
        let story = story::load(&file).unwrap();
        // Jobs visit all merchants: a story with jobs has a table of its own.
        let own = story.has_jobs().then(|| World::start().unwrap());
        let mut floor = Served::start(own.as_ref().unwrap_or(&world), Plan::Calm).unwrap();
        play(&story, &mut floor);
        for (function, seen) in floor.needs() {
            needs.actions.entry(function).or_default().extend(seen.iter().cloned());
        }
        needs
            .secret
            .extend(floor.derived().iter().filter(|(_, times)| **times > 0).map(|(function, _)| function));
    }
    let desk = Desk::open(ONCE).unwrap();
    desk.enrol("ana").unwrap();
    desk.wire.take_needs();
    let purchase = json!({"currency": "EUR", "lines": [{"amount_minor": 100}]});
    let preview = json!({"member_id": "ana", "purchase": purchase});
    let mut derived = desk.app().secret.derived();
    let mut done = |function, answer: Result<Answer, String>| {
        let answer = answer.unwrap();
        assert!(matches!(answer.status, 200 | 201), "{function}: {}", answer.body);
        needs.actions.entry(function).or_default().extend(desk.wire.take_needs());
        if desk.app().secret.derived() > derived {
            needs.secret.insert(function);
        }
        derived = desk.app().secret.derived();
        answer.body
    };
    done("previews", desk.post("/v1/previews", &preview));
    done("referral", desk.get("/v1/members/ana/referrals"));
    done("survey", desk.get("/v1/surveys/nps"));
    let asked = done("survey", desk.post("/v1/surveys/nps/tokens", &json!({"member_id": "ana"})));
    let answers = json!({"token": asked["token"], "answers": {"score": 9}});
    done("survey", desk.post("/v1/surveys/nps/answers", &answers));
    done("events", desk.post("/v1/events", &json!({"event_id": "V1", "member_id": "ana", "kind": "visit"})));
    done("rewards", desk.get("/v1/rewards?member_id=ana"));
    done("rewards", desk.get("/v1/members/ana/vouchers"));
    done("rules", desk.get("/v1/rules"));
    done("rules", desk.get("/v1/leaderboards/best"));
    done("about", desk.get("/v1/health"));
    done("about", desk.get("/openapi.json"));
    for job in jobs::JOBS {
        let (actions, derived) = a_month_of(job);
        needs.actions.entry(job).or_default().extend(actions);
        if derived {
            needs.secret.insert(job);
        }
    }
    for (function, actions, outside) in woken() {
        needs.actions.insert(function, actions);
        needs.outside.insert(function, outside);
    }
    needs
}

/// What the functions need that other services wake: of the table, and of others.
fn woken() -> Vec<(&'static str, BTreeSet<Need>, BTreeSet<String>)> {
    let rules = |points: u32| {
        format!(
            "language 1\n\nprogramme p {{\n  currency EUR\n  timezone \"Europe/Paris\"\n}}\n\nrule base {{\n  on purchase\n  give {points} points\n}}\n"
        )
    };
    let (desk, account) = (Desk::open(&rules(1)).unwrap(), Account::start().unwrap());
    desk.enrol("ana").unwrap();
    desk.wire.take_needs();
    let environment = account.environment();
    let cloud = Cloud::from_env(|name| environment.get(name).cloned()).unwrap();
    let bus = Bus::new(cloud.clone(), BUS.to_owned());
    let uploads =
        jobs::publish::Uploads { bucket: Bucket::new(cloud.clone(), BUCKET.to_owned()), bus: bus.clone() };
    for text in [rules(2), rules(3), "nonsense".to_owned()] {
        let event = account.upload("desk/a.merit", text.as_bytes());
        desk.runtime.block_on(jobs::publish::run(desk.app(), &uploads, &event)).unwrap();
    }
    let publish = ("publish", desk.wire.take_needs(), account.actions());

    let account = Account::start().unwrap();
    let environment = account.environment();
    let cloud = Cloud::from_env(|name| environment.get(name).cloned()).unwrap();
    let failures = Queue::new(cloud.clone(), account.queue_url());
    let out = jobs::relay::Out { bus: Bus::new(cloud, BUS.to_owned()), failures };
    let event = json!({"replay": {"tenant": "desk"}});
    desk.runtime.block_on(jobs::relay::run(desk.app(), &out, &event, &|| false)).unwrap();
    let keys = json!({"pk": {"S": "T#desk#M#ana"}, "sk": {"S": "E#000000000001"}});
    let poison =
        json!({"eventName": "INSERT", "dynamodb": {"Keys": keys, "NewImage": keys, "SequenceNumber": "1"}});
    let event = json!({ "Records": [poison] });
    let answer = desk.runtime.block_on(jobs::relay::run(desk.app(), &out, &event, &|| false)).unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}), "the queue took it");
    vec![publish, ("relay", desk.wire.take_needs(), account.actions())]
}

/// What a job needs in a month in which members are born, points expire, a piece comes back with its hold, somebody stays
/// away, another is drawn and a third has brought a friend, and whether it needs the secret.
fn a_month_of(job: &'static str) -> (BTreeSet<Need>, bool) {
    let desk = Desk::open(MONTH).unwrap();
    let posted = |path: &str, body: serde_json::Value| {
        let answer = desk.post(path, &body).unwrap();
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
    };
    posted("/v1/members", json!({"member_id": "ana", "birthday": "1990-03-05"}));
    posted("/v1/purchases", tests::desk::purchase("ana", "A1", 2_000));
    posted("/v1/members", json!({"member_id": "ben"}));
    let code = desk.post("/v1/members/ana/referral-code", &json!({})).unwrap().body["code"].clone();
    posted("/v1/referrals", json!({"event_id": "F1", "member_id": "ben", "code": code}));
    posted("/v1/purchases", tests::desk::purchase("ben", "B1", 2_000));
    posted(
        "/v1/redemptions",
        json!({"member_id": "ana", "event_id": "R1", "reward": "palette", "hold_seconds": 600}),
    );
    desk.wire.take_needs();
    let derived_before = desk.app().secret.derived();
    let mut written = 0;
    for day in 0..30 {
        let now = Moment(MORNING.0 + day * 86_400_000);
        desk.set_clock(now);
        let app = App { clock: std::sync::Arc::new(move || now), ..desk.app().clone() };
        let event = json!({"job": job, "at": dsl::calendar::Zone::utc().show(now)});
        written += desk.runtime.block_on(jobs::run(&app, job, &event, &|| false)).unwrap().written;
    }
    assert!(written > 0, "{job} found nothing to do");
    let seen = (desk.wire.take_needs(), desk.app().secret.derived() > derived_before);
    let vouchers = desk.get("/v1/members/ana/vouchers").unwrap().body["vouchers"].clone();
    if job == "due" {
        paid_who_brought_a_friend(&desk);
    }
    for voucher in vouchers.as_array().unwrap() {
        let code = voucher["code"].as_str().unwrap();
        assert_eq!(
            desk.get(&format!("/v1/vouchers/{code}")).unwrap().status,
            200,
            "{job}: no code: {voucher}"
        );
    }
    seen
}

/// Who brought a friend was paid, with a reward and from a budget: both are among what the job needed.
fn paid_who_brought_a_friend(desk: &Desk) {
    let brought = desk.get("/v1/members/ana/referrals").unwrap().body;
    assert_eq!(brought["friends"][0]["state"], "rewarded", "{brought}");
    let entries = desk.get("/v1/members/ana/entries?limit=100").unwrap().body["entries"].clone();
    let paid = entries.as_array().unwrap().iter().find(|e| e["entry"]["type"] == "referral_paid");
    let paid = paid.unwrap_or_else(|| panic!("no entry pays the referrer: {entries}"));
    assert_eq!(paid["entry"]["award"]["rewards"].as_array().map(Vec::len), Some(1), "{paid}");
    let drew = paid["entry"]["explanation"].to_string();
    assert!(drew.contains("budget gifts"), "{paid}");
}
