//! What wakes a function: an upload, a schedule. Changed events are refused as such, or do what they say and no more.

use crate::odd;
use crate::shop::{DESK, NOON, OTHER, Shop, shop};
use domain::ids::TenantId;
use dsl::units::Moment;
use handlers::cloud::Cloud;
use handlers::cloud::bucket::Bucket;
use handlers::cloud::bus::Bus;
use handlers::jobs::publish::Uploads;
use handlers::jobs::{self, JobError, publish};
use reference::generate::{self, Dice};
use serde_json::{Value, json};
use std::rc::Rc;
use tests::account::{Account, BUCKET, BUS};

thread_local! {
    /// The bucket and the bus, which live as long as the thread.
    static OFFICE: Rc<(Account, Uploads)> = Rc::new(office());
}

fn office() -> (Account, Uploads) {
    let account = Account::start().unwrap();
    let environment = account.environment();
    let cloud = Cloud::from_env(|name| environment.get(name).cloned()).unwrap();
    let bucket = Bucket::new(cloud.clone(), BUCKET.to_owned());
    (account, Uploads { bucket, bus: Bus::new(cloud, BUS.to_owned()) })
}

fn active(shop: &Shop, tenant: &str) -> Option<String> {
    let tenant = TenantId::parse(tenant).unwrap();
    let active = shop.runtime.block_on(shop.app.store.active(&tenant)).unwrap();
    active.map(|active| active.id)
}

/// S3's event of an upload: only what lies in a merchant's own folder ever decides there.
pub fn s3_event(dice: &mut Dice, bytes: &[u8]) {
    let shop = shop();
    let (account, uploads) = &*OFFICE.with(Rc::clone);
    let key = dice.word(&[
        "desk/spring.merit",
        "desk/spring.merit",
        "desk/autumn sale.merit",
        "desk/notes.txt",
        "nobody/a.merit",
    ]);
    let text = if dice.chance(50) { generate::world(dice).text } else { "rule {".to_owned() };
    let mut event = account.upload(key, text.as_bytes());
    if dice.chance(20)
        && let Ok(kept) = serde_json::from_slice::<Value>(bytes)
    {
        event = kept;
    }
    for _ in 0..=dice.below(3) {
        let part =
            dice.word(&["/Records/0/s3/object/key", "/Records/0/s3/object/sequencer", "/Records/0/s3", ""]);
        match event.pointer_mut(part) {
            Some(Value::String(name)) => *name = odd::text(dice, name),
            Some(part) => odd::json(dice, part),
            None => odd::json(dice, &mut event),
        }
    }
    let before = active(&shop, OTHER);
    let outcomes = shop.runtime.block_on(publish::run(&shop.app, uploads, &event));
    match &outcomes {
        Ok(outcomes) => assert!(outcomes.len() <= 1_001, "{event}"),
        Err(JobError::Unreadable(why)) => assert!(!why.is_empty() && why.len() < 500, "{event}: {why}"),
        Err(other) => panic!("{event}: {other}"),
    }
    assert_eq!(active(&shop, OTHER), before, "{event}");
    assert!(active(&shop, DESK).is_some());
    // what is left in the bucket would only grow
    account.purge(key);
    account.purge(&format!("{key}.report.json"));
}

/// A schedule's event: work up to a moment, done once however often it comes; never beyond our own clock.
pub fn schedule_event(dice: &mut Dice, bytes: &[u8]) {
    let shop = shop();
    let job = dice.word(&jobs::JOBS);
    let day = 24 * 3_600 * 1_000;
    let late = if dice.chance(3) { dice.between(0, 90) } else { dice.between(0, 20) };
    let now = Moment(NOON.0 + late * day + dice.between(0, day));
    shop.set_clock(now);
    let at = dsl::calendar::Zone::utc().show(Moment(now.0 - dice.between(-400_000, 3 * day)));
    let mut event = json!({ "job": job, "at": at });
    if dice.chance(30)
        && let Ok(kept) = serde_json::from_slice::<Value>(bytes)
    {
        event = kept;
    }
    if dice.chance(70) {
        odd::json(dice, &mut event);
    }
    let run = || shop.runtime.block_on(jobs::run(&shop.app, job, &event, &|| false));
    match run() {
        Err(JobError::Unreadable(why)) => assert!(!why.is_empty(), "{event}"),
        Err(JobError::Early(at)) => assert!(at > now, "{event}"),
        Err(other) => panic!("{job} {event}: {other}"),
        Ok(report) => {
            assert!(
                report.finished && report.failed == 0 && report.tenants_failed == 0,
                "{event}: {report:?}"
            );
            let again = run().unwrap();
            assert_eq!(again.written, 0, "{event}: done twice: {report:?}, {again:?}");
        }
    }
    shop.set_clock(NOON);
}
