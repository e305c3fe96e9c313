//! Webhooks: every event of a merchant is posted, signed, to one address; again with growing pauses while it is not
//! taken, and into a file of dead letters after the last attempt. Members do not wait for each other.
//!
//! What it never does: forget where it was. What was taken is kept in the data folder, and what was written while no
//! server ran is caught up from the table.

use domain::ids::{MemberId, TenantId};
use handlers::App;
use handlers::events_out::{Event, of_entry, programme_published, signature};
use handlers::jobs::replay::{self, Place, Replay};
use handlers::wire::{Asked, Wire};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::watch::Written;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

/// How long one request may take.
const WITHIN: Duration = Duration::from_secs(10);

/// Entries read at a time.
const PAGE: u32 = 20;

/// Where webhooks go, and what they are signed with.
#[derive(Clone)]
pub struct Target {
    /// `https://shop.example/merit`.
    pub url: String,
    /// One secret, or during a rotation both.
    pub secrets: Vec<Vec<u8>>,
    wire: Wire,
}

impl Target {
    /// An address and the file its secrets are in: one per line, the new one first.
    pub fn open(url: &str, secrets: &Path) -> Result<Self, String> {
        if !(url.starts_with("https://") || url.starts_with("http://")) {
            return Err(format!("`{url}` is no address such as https://shop.example/merit"));
        }
        let at = secrets.display();
        let text = fs::read_to_string(secrets).map_err(|error| format!("{at}: cannot be read: {error}"))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let secrets: Vec<Vec<u8>> = lines.map(|line| line.as_bytes().to_vec()).collect();
        if !(1..=2).contains(&secrets.len())
            || secrets.iter().any(|secret| secret.len() < handlers::secret::LENGTH_MIN)
        {
            return Err(format!(
                "{at}: holds one secret of at least {} characters, or two on two lines during a rotation",
                handlers::secret::LENGTH_MIN
            ));
        }
        Ok(Self { url: url.to_owned(), secrets, wire: Wire::default() })
    }

    /// Posts one event once; why it was not taken, if it was not.
    pub async fn post(&self, event: &Event, now_seconds: i64) -> Result<(), String> {
        let body = event.body().to_string().into_bytes();
        let secrets: Vec<&[u8]> = self.secrets.iter().map(Vec::as_slice).collect();
        let signed = signature::sign(&secrets, now_seconds, &body);
        let headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            (signature::HEADER.to_ascii_lowercase(), signed),
        ];
        let asked = Asked { method: "POST", url: self.url.clone(), headers, body };
        match self.wire.send(asked, WITHIN).await {
            Ok(answer) if answer.is_success() => Ok(()),
            Ok(answer) => Err(format!("answered with {}", answer.status)),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// How often an event is tried, and how long between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Attempts before an event is a dead letter.
    pub attempts_max: u32,
    /// The pause after the first failure; it doubles, and each is shortened by up to a half at random.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// What the random part is made of.
    pub seed: u64,
}

impl Default for Patience {
    /// Twelve attempts in about an hour and a half.
    fn default() -> Self {
        Self {
            attempts_max: 12,
            first: Duration::from_secs(2),
            longest: Duration::from_mins(20),
            seed: u64::from(std::process::id()),
        }
    }
}

impl Patience {
    /// The pause after so many failures of an event.
    pub fn pause(&self, failures: u32, event: &str) -> Duration {
        let whole = self.first.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(self.longest);
        // FNV-1a: of the seed, the event and the attempt, so that a run can be repeated
        let bytes = self.seed.to_le_bytes().into_iter().chain(event.bytes()).chain(failures.to_le_bytes());
        let mixed = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let shortened = u32::try_from(mixed >> 32 & 0xffff).unwrap_or(0);
        whole.saturating_sub(whole.saturating_mul(shortened) / 0x2_0000)
    }
}

/// Posts events one after the other, each until it is taken: for a replay. What was not taken ends it.
pub async fn deliver(
    target: &Target,
    events: &[Event],
    patience: Patience,
    now: &(dyn Fn() -> i64 + Sync),
) -> Result<(), String> {
    for event in events {
        let mut failures = 0;
        while let Err(why) = target.post(event, now()).await {
            failures += 1;
            if failures >= patience.attempts_max {
                return Err(format!("{} was not taken: {why}", event.id));
            }
            tokio::time::sleep(patience.pause(failures, &event.id)).await;
        }
    }
    Ok(())
}

/// Whose events these are: a member's, or the programme's.
type Lane = Option<MemberId>;

/// What waits to be sent of a lane.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    failures: u32,
    not_before: Instant,
}

/// Sends one merchant's events, and remembers what was taken.
pub struct Courier {
    app: App,
    tenant: TenantId,
    target: Target,
    patience: Patience,
    folder: PathBuf,
    /// Per lane: the last sequence number (of the programme: activation) that was taken or given up.
    sent: BTreeMap<Lane, u64>,
    waiting: BTreeMap<Lane, Waiting>,
}

impl Courier {
    /// The courier of a data folder. The first time, what is in the table counts as sent, unless `all` is asked for;
    /// later, what was written meanwhile is caught up. Call it before anything is written.
    pub async fn open(
        app: App,
        tenant: TenantId,
        target: Target,
        (folder, all): (&Path, bool),
        patience: Patience,
    ) -> Result<Self, String> {
        let kept = folder.join("webhook.sent");
        let known = kept.is_file();
        let mut courier = Self {
            app,
            tenant,
            target,
            patience,
            folder: folder.to_owned(),
            sent: if known { read(&kept)? } else { BTreeMap::new() },
            waiting: BTreeMap::new(),
        };
        let active = courier.app.store.active(&courier.tenant).await.map_err(|error| error.to_string())?;
        let programme = active.map_or(0, |active| active.activation);
        let mut newest = courier.newest().await?;
        newest.insert(None, programme);
        for (lane, seq) in newest {
            if !known && !all {
                courier.mark(&lane, seq)?;
            } else if seq > courier.sent.get(&lane).copied().unwrap_or(0) {
                courier.wake(lane);
            }
        }
        Ok(courier)
    }

    /// The newest entry of every member.
    async fn newest(&self) -> Result<BTreeMap<Lane, u64>, String> {
        let mut newest = BTreeMap::new();
        let mut place = Some(Place::default());
        while let Some(after) = place {
            let found = replay::next_member(&self.app, &self.tenant, &after).await;
            let Some((member, next)) = found.map_err(|error| error.to_string())? else { break };
            let page = self.app.store.page(&self.tenant, &member, None, 1).await;
            let (page, _) = page.map_err(|error| error.to_string())?;
            if let Some((entry, _)) = page.entries.first() {
                newest.insert(Some(member), entry.seq);
            }
            place = Some(next);
        }
        Ok(newest)
    }

    /// Sends until the writes' sender is gone.
    pub async fn run(mut self, mut written: UnboundedReceiver<Written>) -> Result<(), String> {
        loop {
            let now = Instant::now();
            let next = self.waiting.iter().min_by_key(|(_, waiting)| waiting.not_before);
            match next.map(|(lane, waiting)| (lane.clone(), waiting.not_before)) {
                Some((lane, at)) if at <= now => {
                    self.send(&lane).await?;
                    while let Ok(one) = written.try_recv() {
                        self.hear(one);
                    }
                }
                next => {
                    let until = next.map_or_else(|| now + Duration::from_hours(1), |(_, at)| at);
                    tokio::select! {
                        one = written.recv() => match one {
                            Some(one) => self.hear(one),
                            None => return Ok(()),
                        },
                        () = tokio::time::sleep_until(until) => {}
                    }
                }
            }
        }
    }

    fn hear(&mut self, written: Written) {
        match written {
            Written::Member(tenant, member, _) if tenant == self.tenant => self.wake(Some(member)),
            Written::Rules(tenant) if tenant == self.tenant => self.wake(None),
            _ => {}
        }
    }

    /// Something waits; a lane that has failed keeps its pause.
    fn wake(&mut self, lane: Lane) {
        self.waiting.entry(lane).or_insert_with(|| Waiting { failures: 0, not_before: Instant::now() });
    }

    /// Sends what waits of a lane, up to the first event that is not taken.
    async fn send(&mut self, lane: &Lane) -> Result<(), String> {
        let after = self.sent.get(lane).copied().unwrap_or(0);
        let steps = match self.steps(lane, after).await {
            Ok(steps) => steps,
            Err(why) => {
                tracing::warn!(why, "the table does not say what to send");
                self.postpone(lane, "table");
                return Ok(());
            }
        };
        if steps.is_empty() {
            self.waiting.remove(lane);
            return Ok(());
        }
        for (seq, events) in steps {
            for (place, event) in events.iter().enumerate() {
                let seconds = (self.app.clock)().0.div_euclid(1_000);
                let Err(why) = self.target.post(event, seconds).await else { continue };
                if self.postpone(lane, &event.id) < self.patience.attempts_max {
                    tracing::info!(event = event.id, why, "a webhook was not taken; it is tried again");
                    return Ok(());
                }
                tracing::error!(
                    event = event.id,
                    why,
                    "a webhook was given up: it is among the dead letters"
                );
                self.bury(events.get(place..place + 1).unwrap_or_default())?;
                self.waiting.insert(lane.clone(), Waiting { failures: 0, not_before: Instant::now() });
            }
            self.mark(lane, seq)?;
            if let Some(waiting) = self.waiting.get_mut(lane) {
                waiting.failures = 0;
            }
        }
        Ok(())
    }

    /// Failures of a lane, this one included; it waits before the next try.
    fn postpone(&mut self, lane: &Lane, event: &str) -> u32 {
        let failures = self.waiting.get(lane).map_or(0, |waiting| waiting.failures).saturating_add(1);
        let not_before = Instant::now() + self.patience.pause(failures, event);
        self.waiting.insert(lane.clone(), Waiting { failures, not_before });
        failures
    }

    /// Events after a place, by sequence number.
    async fn steps(&self, lane: &Lane, after: u64) -> Result<Vec<(u64, Vec<Event>)>, String> {
        let (store, tenant) = (&self.app.store, &self.tenant);
        let Some(member) = lane else {
            let active = store.active(tenant).await.map_err(|error| error.to_string())?;
            let active = active.filter(|active| active.activation > after);
            return Ok(active
                .map(|active| (active.activation, vec![programme_published(tenant, &active)]))
                .into_iter()
                .collect());
        };
        let found = store.entries_after(tenant, member, after, PAGE).await;
        let (entries, _) = found.map_err(|error| error.to_string())?;
        Ok(entries.iter().map(|(entry, state)| (entry.seq, of_entry(tenant, member, entry, state))).collect())
    }

    /// Remembers that a lane was sent up to here.
    fn mark(&mut self, lane: &Lane, seq: u64) -> Result<(), String> {
        self.sent.insert(lane.clone(), seq);
        let name = lane.as_ref().map_or("-", MemberId::as_str);
        append(&self.folder.join("webhook.sent"), &format!("{name} {seq}\n"))
    }

    /// Keeps what was given up.
    fn bury(&self, events: &[Event]) -> Result<(), String> {
        let lines: Vec<String> = events.iter().map(|event| event.body().to_string() + "\n").collect();
        append(&self.folder.join("webhook.dead.jsonl"), &lines.concat())
    }
}

fn append(file: &Path, text: &str) -> Result<(), String> {
    let opened = OpenOptions::new().create(true).append(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| format!("{}: cannot be written: {error}", file.display()))
}

/// What was sent, written anew with one line per lane.
fn read(file: &Path) -> Result<BTreeMap<Lane, u64>, String> {
    let at = |error: std::io::Error| format!("{}: cannot be used: {error}", file.display());
    let text = fs::read_to_string(file).map_err(at)?;
    let mut sent = BTreeMap::new();
    for line in text.lines() {
        // A line that was being written when the power went: what it says was sent is sent again.
        let Some((name, seq)) = line.split_once(' ') else { continue };
        let Ok(seq) = seq.parse() else { continue };
        match (name, MemberId::parse(name)) {
            ("-", _) => sent.insert(None, seq),
            (_, Some(member)) => sent.insert(Some(member), seq),
            _ => None,
        };
    }
    let lines = sent
        .iter()
        .map(|(lane, seq): (&Lane, &u64)| format!("{} {seq}\n", lane.as_ref().map_or("-", MemberId::as_str)));
    let whole: String = lines.collect();
    let beside = file.with_extension("new");
    fs::write(&beside, whole).and_then(|()| fs::rename(&beside, file)).map_err(at)?;
    Ok(sent)
}

/// What to tell again, from a command line.
pub(crate) fn replay_of(
    tenant: TenantId,
    member: Option<MemberId>,
    (from, until): (Option<dsl::units::Moment>, Option<dsl::units::Moment>),
) -> Replay {
    Replay { tenant, member, from, until, after: Place::default() }
}
