//! What the tests share: a table of their own, and the smallest decision there is, a credit.

use crate::wire::Wire;
use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use domain::chain::recent_hash;
use domain::decision::{Decision, Draw};
use domain::entry::{Account, Award, Change, Entry, OpenedLot, Posting};
use domain::ids::{EventId, MemberId, Reference, TenantId};
use domain::request::Snapshot;
use domain::state::{Lot, RECENT_REFERENCES};
use dsl::units::Moment;
use embedded::Embedded;
use std::sync::atomic::{AtomicU32, Ordering};
use store::Store;
use store::config::Config;
use store::ledger::{Applied, ApplyError, Needs, Write};

pub(crate) const NOW: Moment = Moment(1_780_000_000_000);

/// A fresh table: in a database of its own, or in the one whose endpoint `MERIT_DYNAMODB` names (`tests/conformance`).
pub(crate) struct Bench {
    /// The table's name.
    pub(crate) table: String,
    pub(crate) tenant: TenantId,
    endpoint: String,
    _database: Option<Embedded>,
}

/// Tables of this process in a database that others use too.
static TABLES: AtomicU32 = AtomicU32::new(0);

impl Bench {
    pub(crate) async fn new() -> Self {
        let given = std::env::var("MERIT_DYNAMODB").ok();
        let database = given.is_none().then(|| Embedded::start(None).unwrap());
        let endpoint = database.as_ref().map(|database| database.endpoint.clone()).or(given).unwrap();
        let place = TABLES.fetch_add(1, Ordering::Relaxed);
        let bench = Self {
            table: format!("merit-{}-{place}", std::process::id()),
            tenant: TenantId::parse("acme").unwrap(),
            endpoint,
            _database: database,
        };
        bench.store().create_table().await.unwrap();
        bench
    }

    fn config(&self) -> Config {
        Config::local(&self.endpoint, &self.table)
    }

    /// A store with its own connections and its own budget of retries. Its clock stands still, so that a busy machine
    /// does not make reads look slow.
    pub(crate) fn store(&self) -> Store {
        Store::connect(Config { time: Some(still()), ..self.config() }).unwrap()
    }

    /// A store whose wire is ours to cut.
    pub(crate) fn store_over(&self, wire: &Wire) -> Store {
        Store::connect(Config {
            http_client: Some(wire.client()),
            time: Some(still()),
            retry_partition: Some(wire.name()),
            ..self.config()
        })
        .unwrap()
    }

    /// The same with the host's clock: reads that take long are noticed.
    pub(crate) fn ticking_store_over(&self, wire: &Wire) -> Store {
        Store::connect(Config {
            http_client: Some(wire.client()),
            retry_partition: Some(wire.name()),
            ..self.config()
        })
        .unwrap()
    }

    /// The SDK itself, to alter items behind the store's back.
    pub(crate) fn sdk(&self) -> aws_sdk_dynamodb::Client {
        use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
            .endpoint_url(&self.endpoint)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }
}

fn still() -> SharedTimeSource {
    SharedTimeSource::new(StaticTimeSource::from_secs(1_780_000_000))
}

pub(crate) fn member(name: &str) -> MemberId {
    MemberId::parse(name).unwrap()
}

pub(crate) fn purchase(id: &str) -> Reference {
    Reference::purchase(&EventId::parse(id).unwrap())
}

/// Credits 10 points by a `check_in`; `draws` go with it.
pub(crate) fn credit(
    snapshot: &Snapshot,
    reference: &Reference,
    fingerprint: &str,
    draws: Vec<Draw>,
) -> Decision {
    let seq = snapshot.head.as_ref().map_or(1, |head| head.seq + 1);
    let mut state = snapshot.head.as_ref().map(|head| head.state.clone()).unwrap_or_default();
    let lot = Lot {
        id: domain::entry::LotId(seq, 0),
        remaining: 10,
        earned_at: NOW,
        activates_at: None,
        expires_at: None,
        slides: None,
    };
    if state.lots.len() < 4 {
        state.lots.push(lot);
    }
    state.active_points += 10;
    state.recent.push(recent_hash(reference));
    if state.recent.len() > RECENT_REFERENCES {
        state.recent.remove(0);
    }
    let award = Award {
        points: 10,
        lots: vec![OpenedLot {
            points: 10,
            activates_at: None,
            expires_at: None,
            line_points: Vec::new(),
            if_unspent: false,
        }],
        ..Award::default()
    };
    let entry = Entry {
        seq,
        reference: reference.clone(),
        fingerprint: fingerprint.to_owned(),
        at: NOW,
        occurred_at: NOW,
        rulebook: "00112233".to_owned(),
        settled: Vec::new(),
        change: Change::Occurred { kind: "check_in".to_owned(), award },
        postings: vec![Posting(Account::Issuer, -10), Posting(Account::Active, 10)],
        repaid: Vec::new(),
        tier: None,
    };
    Decision { entry, state, draws, vouchers: Vec::new() }
}

/// Applies a credit under this reference.
pub(crate) async fn earn(
    store: &Store,
    bench: &Bench,
    member: &MemberId,
    reference: &Reference,
) -> Result<Applied, ApplyError> {
    earn_as(store, bench, member, reference, "f0").await
}

/// The same with a fingerprint of its own.
pub(crate) async fn earn_as(
    store: &Store,
    bench: &Bench,
    member: &MemberId,
    reference: &Reference,
    fingerprint: &str,
) -> Result<Applied, ApplyError> {
    let needs = Needs::default();
    let write = Write {
        tenant: &bench.tenant,
        member,
        reference,
        fingerprint,
        needs: &needs,
        profile: None,
        now: NOW,
    };
    store.apply(write, |snapshot| Ok(credit(snapshot, reference, fingerprint, Vec::new()))).await
}

/// All entries of a member by reference, oldest first.
pub(crate) async fn chain(bench: &Bench, member: &MemberId) -> Vec<String> {
    let store = bench.store();
    let mut references = Vec::new();
    let mut before = None;
    loop {
        let (page, _) = store.page(&bench.tenant, member, before, 100).await.unwrap();
        references.extend(page.entries.into_iter().map(|(entry, _)| entry.reference.to_string()));
        match page.before_seq {
            Some(seq) => before = Some(seq),
            None => break,
        }
    }
    references.reverse();
    references
}
