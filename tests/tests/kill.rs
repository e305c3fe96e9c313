//! Real processes, killed: the function binary behind the Runtime API and the embedded `DynamoDB` on disk get `SIGKILL`
//! at random moments, in the middle of requests. After each restart the audit is clean, and every acknowledged request
//! is still there, with its answer. `MERIT_KILLS=500 cargo test -p tests --test all kill -- --nocapture`.

use lambda_http::http::Method;
use merit_local::gateway::{Claims, Gateway, invocation};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::Store;
use store::config::Config;
use tests::corruption::Dice;
use tests::floor::function::{binary, respond};
use tests::floor::http::Sent;
use tests::runtime_api::Function;
use tests::world::{TABLE, audit, secret};
use tokio::runtime::Runtime;

/// Kills where nothing else is asked for.
const SHARE: usize = 10;

/// Kills after which all begins anew on an empty folder, so that audits stay short.
const EPOCH: usize = 25;

const RULES: &str = r#"language 1

programme club {
  currency EUR
  timezone "Europe/Paris"
  expire never
  unknown member enrol
}

budget gifts {
  total 4000 points
  when spent stop
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule gift {
  on purchase
  when channel is online
  give 7 points
  from budget gifts
}

reward palette {
  costs 5 points
  gives item "palette"
  stock 300
}
"#;

/// The database, in a process of its own on a folder and a port that outlive it.
struct Database {
    folder: PathBuf,
    port: u16,
    child: Mutex<Child>,
}

impl Database {
    fn start(folder: PathBuf) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let child = Mutex::new(Self::spawn(&folder, port));
        Self { folder, port, child }
    }

    fn spawn(folder: &Path, port: u16) -> Child {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dynamodb"))
            .arg(folder)
            .arg(port.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("ready"), "the database did not start: {line}");
        child
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn kill(&self) {
        self.child.lock().unwrap().kill().unwrap();
    }

    fn restart(&self) {
        let mut child = self.child.lock().unwrap();
        child.wait().unwrap();
        *child = Self::spawn(&self.folder, self.port);
    }

    fn store(&self) -> Store {
        Store::connect(Config::local(&self.endpoint(), TABLE)).unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap();
        let _ = child.kill();
        let _ = child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// One till with function processes of its own: sends requests, and remembers what was acknowledged.
struct Till {
    name: usize,
    dice: Dice,
    claims: Claims,
    environment: Vec<(&'static str, String)>,
    functions: BTreeMap<String, Arc<Function>>,
    sent: u64,
    /// What has no definite answer yet: it is sent again, under the same key.
    open: Option<Sent>,
    acknowledged: Vec<(Sent, Value)>,
    purchases: Vec<(String, String)>,
    holds: Vec<(String, String)>,
    repeated: u64,
}

impl Till {
    fn open(name: usize, seed: u64, database: &Database) -> Self {
        let environment = vec![
            ("AWS_ENDPOINT_URL_DYNAMODB", database.endpoint()),
            ("MERIT_TABLE", TABLE.to_owned()),
            ("MERIT_SECRET", "a secret of the tests, and no other".to_owned()),
        ];
        Self {
            name,
            dice: Dice::new(seed),
            claims: claims(),
            environment,
            functions: BTreeMap::new(),
            sent: 0,
            open: None,
            acknowledged: Vec::new(),
            purchases: Vec::new(),
            holds: Vec::new(),
            repeated: 0,
        }
    }

    fn next(&mut self) -> Sent {
        self.sent += 1;
        let (id, member) = (format!("T{}-{}", self.name, self.sent), format!("m{}", self.dice.place(3)));
        let post =
            |target: String, body: Value| Sent { method: Method::POST, target, body: body.to_string() };
        let amount = 100 * (1 + self.dice.roll() % 90);
        match self.dice.place(10) {
            0..=4 => {
                self.purchases.push((member.clone(), id.clone()));
                let mut body = tests::desk::purchase(&member, &id, i64::try_from(amount).unwrap());
                if self.dice.place(3) == 0 {
                    body["channel"] = "online".into();
                }
                post("/v1/purchases".to_owned(), body)
            }
            5 => match self.dice.pick(&self.purchases).cloned() {
                Some((member, purchase)) => {
                    let body = json!({ "event_id": id, "member_id": member });
                    post(format!("/v1/purchases/{purchase}/returns"), body)
                }
                None => post("/v1/purchases".to_owned(), tests::desk::purchase(&member, &id, 900)),
            },
            6 => post(
                "/v1/redemptions".to_owned(),
                json!({ "event_id": id, "member_id": member, "reward": "palette" }),
            ),
            7 => match self.dice.pick(&self.holds).cloned() {
                Some((member, hold)) => {
                    let how = if self.dice.place(2) == 0 { "capture" } else { "release" };
                    let body = json!({ "event_id": id, "member_id": member });
                    post(format!("/v1/redemptions/{hold}/{how}"), body)
                }
                None => post("/v1/purchases".to_owned(), tests::desk::purchase(&member, &id, 700)),
            },
            kind => {
                let mut body = json!({ "event_id": id, "member_id": member, "points": 1 + amount / 300 });
                if kind == 8 {
                    body["hold_seconds"] = 3_600.into();
                    self.holds.push((member, id));
                }
                post("/v1/redemptions".to_owned(), body)
            }
        }
    }

    /// A request's definite answer; none where the function or the database died under it.
    fn answer(&mut self, sent: &Sent) -> Option<(u16, Value)> {
        let name = invocation(&sent.request().unwrap(), &self.claims).unwrap().route.function;
        if !self.functions.contains_key(name) {
            let started = Function::start(binary().unwrap(), name, &self.environment).ok()?;
            self.functions.insert(name.to_owned(), Arc::new(started));
        }
        let function = Arc::clone(self.functions.get(name)?);
        let Ok(response) = respond(&function, sent, &self.claims) else {
            self.functions.remove(name);
            return None;
        };
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16() < 500).then_some((response.status().as_u16(), body))
    }

    /// Sends until something has died.
    fn serve(&mut self, running: &Mutex<Vec<Arc<Function>>>, killed: &AtomicBool) {
        while !killed.load(Ordering::SeqCst) {
            let sent = match self.open.take() {
                Some(open) => {
                    self.repeated += 1;
                    open
                }
                None => self.next(),
            };
            let answer = self.answer(&sent);
            running.lock().unwrap().extend(self.functions.values().cloned());
            match answer {
                Some((201, body)) => self.acknowledged.push((sent, body)),
                Some(_) => {}
                None => {
                    self.open = Some(sent);
                    return;
                }
            }
        }
    }

    /// What was acknowledged is answered as it was.
    fn check(&mut self, newest: usize) {
        let from = self.acknowledged.len().saturating_sub(newest);
        for place in from..self.acknowledged.len() {
            let (sent, acknowledged) = self.acknowledged[place].clone();
            let mut again = None;
            for _ in 0..20 {
                again = self.answer(&sent);
                if again.is_some() {
                    break;
                }
            }
            assert_eq!(again, Some((201, acknowledged)), "{sent:?} was acknowledged");
        }
    }
}

fn claims() -> Claims {
    Claims {
        subject: "till".to_owned(),
        tenant: "kill".to_owned(),
        roles: "till support marketing operator".to_owned(),
    }
}

fn publish(runtime: &Runtime, store: Store) {
    let app = handlers::App { store, clock: merit_local::serve::host_clock(), secret: secret().unwrap() };
    let sent =
        Sent { method: Method::PUT, target: "/v1/rules?activate=true".to_owned(), body: RULES.to_owned() };
    let response = runtime.block_on(Gateway::new(app, claims()).call(sent.request().unwrap()));
    assert_eq!(response.status(), 201, "{}", String::from_utf8_lossy(response.body()));
}

#[test]
fn killed_processes_lose_nothing_and_double_nothing() {
    let asked = |name: &str| std::env::var(name).ok().map(|text| text.parse::<usize>().unwrap());
    let kills = asked("MERIT_KILLS").unwrap_or(SHARE);
    let seed = asked("MERIT_SEED").map_or(1, |seed| u64::try_from(seed).unwrap());
    binary().unwrap();
    println!("seed {seed} (what is sent and who is killed; not the interleaving)");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (began, mut dice) = (Instant::now(), Dice::new(seed));
    let (mut of_functions, mut of_databases, mut acknowledged, mut repeated, mut audits) = (0, 0, 0, 0, 0);
    while of_functions + of_databases < kills {
        let folder = std::env::temp_dir().join(format!("merit-kill-{}-{}", std::process::id(), dice.roll()));
        let database = Database::start(folder);
        runtime.block_on(database.store().create_table()).unwrap();
        publish(&runtime, database.store());
        let mut tills = [0, 1].map(|name| Till::open(name, dice.roll(), &database));
        for _ in 0..EPOCH.min(kills - of_functions - of_databases) {
            let running = Mutex::new(
                tills.iter().flat_map(|till| till.functions.values().cloned()).collect::<Vec<_>>(),
            );
            let (pause, chance) = (Duration::from_micros(dice.roll() % 400_000), dice.roll());
            let (of_database, killed) = (dice.place(3) == 0, AtomicBool::new(false));
            std::thread::scope(|scope| {
                for till in &mut tills {
                    scope.spawn(|| till.serve(&running, &killed));
                }
                let waits = Instant::now();
                while running.lock().unwrap().is_empty() && waits.elapsed() < Duration::from_mins(1) {
                    std::thread::sleep(Duration::from_millis(1));
                }
                std::thread::sleep(pause);
                if of_database {
                    database.kill();
                } else {
                    let running = running.lock().unwrap();
                    let victim = usize::try_from(chance).unwrap_or_default() % running.len();
                    running[victim].kill().unwrap();
                }
                killed.store(true, Ordering::SeqCst);
            });
            if of_database {
                database.restart();
                of_databases += 1;
            } else {
                of_functions += 1;
            }
            for till in &mut tills {
                till.check(3);
            }
            let store = database.store();
            let said = runtime.block_on(audit(&store));
            assert!(
                said.is_ok() || said == Err("the table has no entries: nothing was audited".to_owned()),
                "{said:?}"
            );
            audits += 1;
        }
        for till in &mut tills {
            if let Some(open) = till.open.take() {
                assert!((0..20).any(|_| till.answer(&open).is_some()), "{open:?} has no definite answer");
            }
            till.check(usize::MAX);
            acknowledged += till.acknowledged.len();
            repeated += till.repeated;
        }
        runtime.block_on(audit(&database.store())).unwrap();
    }
    println!(
        "{of_functions} kills of functions and {of_databases} of the database in {:?}: {audits} audits clean, \
         {acknowledged} acknowledged requests still answered as they were, {repeated} sent again under their key",
        began.elapsed()
    );
    assert!(2 * acknowledged > kills, "only {acknowledged} requests were acknowledged: nothing was attacked");
}
