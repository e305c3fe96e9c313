//! The third floor: HTTP requests as API Gateway hands them to Lambda, answered by the real function binary in
//! processes of its own, one per function, behind a Lambda Runtime API. By the host's clock, with the steps as an
//! importer's history; where jobs run, by a clock that is told the story's moments.

use super::Floor;
use super::http::{Clock, Memory, Sent};
use super::jobs::{self, DELIVERIES_MAX};
use crate::runtime_api::{Function, Reply};
use crate::story::{Action, Run, Step, Story, Times};
use crate::told_time::ToldTime;
use crate::transcript::Answer;
use crate::world::World;
use dsl::units::Moment;
use lambda_http::http::Response;
use merit_local::gateway::{Claims, Invocation, invocation, response};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The functions of one tenant's story: each a process, started when first needed.
pub struct Functions {
    binary: &'static Path,
    environment: [(&'static str, String); 3],
    claims: Claims,
    memory: Memory,
    told: Option<ToldTime>,
    running: BTreeMap<String, Function>,
}

impl Functions {
    /// A floor of its own tenant. Jobs decide by the clock, so a story with jobs is played by its own: on any other
    /// system than Linux, where processes cannot be told the time, that is an error.
    pub fn start(world: &World, story: &Story) -> Result<Self, String> {
        let told = if story.needs_the_clock() { Some(ToldTime::start()?) } else { None };
        let importer = if told.is_some() { "" } else { " importer" };
        let claims = Claims {
            subject: "story".to_owned(),
            tenant: World::tenant(),
            roles: format!("till support marketing operator{importer}"),
        };
        let environment = world.environment();
        let (memory, running) = (Memory::default(), BTreeMap::new());
        Ok(Self { binary: binary()?, environment, claims, memory, told, running })
    }

    /// The process of a function; started when there is none.
    fn function(&mut self, name: &str) -> Result<&Function, String> {
        if !self.running.contains_key(name) {
            let started = self.start_function(name)?;
            self.running.insert(name.to_owned(), started);
        }
        self.running.get(name).ok_or_else(|| "just started".to_owned())
    }

    fn start_function(&self, name: &str) -> Result<Function, String> {
        let mut env = self.environment.to_vec();
        env.extend(self.told.iter().flat_map(ToldTime::env));
        let clock = self.told.as_ref().map(ToldTime::now_ms);
        Function::start_by(clock, self.binary, name, &env).map_err(|e| e.to_string())
    }

    /// Runs a job in the process of its own function, or in two.
    fn run(&mut self, story: &Story, run: &Run, now: Moment) -> Result<Answer, String> {
        let before = jobs::lengths(story, &mut |sent| self.send(sent))?;
        let event = jobs::event(run, now).to_string();
        let second =
            if run.times == Times::TwiceAtOnce { Some(self.start_function(&run.job)?) } else { None };
        let first = self.function(&run.job)?;
        let other = std::thread::scope(|scope| {
            let other = second.as_ref().map(|second| scope.spawn(|| deliver(second, &event)));
            deliver(first, &event)?;
            other.map_or(Ok(()), |other| other.join().unwrap_or_else(|_| Err("a run panicked".to_owned())))
        });
        other?;
        if run.times == Times::Twice {
            deliver(first, &event)?;
        }
        jobs::since(&before, &mut |sent| self.send(sent))
    }

    /// Sends one request through to the function that serves it.
    pub fn send(&mut self, sent: &Sent) -> Result<Response<Vec<u8>>, String> {
        let invocation =
            invocation(&sent.request()?, &self.claims).ok_or_else(|| format!("no route: {sent:?}"))?;
        let name = invocation.route.function;
        invoke(self.function(name)?, &invocation)
    }
}

/// Sends one request to a running function, whatever its name.
pub fn respond(function: &Function, sent: &Sent, claims: &Claims) -> Result<Response<Vec<u8>>, String> {
    let invocation = invocation(&sent.request()?, claims).ok_or_else(|| format!("no route: {sent:?}"))?;
    invoke(function, &invocation)
}

fn invoke(function: &Function, invocation: &Invocation) -> Result<Response<Vec<u8>>, String> {
    match function.invoke(invocation.event.as_bytes()).map_err(|e| e.to_string())? {
        Reply::Response(payload) => {
            let json = serde_json::from_slice(&payload).map_err(|e| e.to_string())?;
            Ok(response(&json))
        }
        Reply::Error(payload) => Err(format!("the function failed: {}", String::from_utf8_lossy(&payload))),
    }
}

/// Hands over a schedule's event, again while the job fails, as Lambda does.
fn deliver(function: &Function, event: &str) -> Result<(), String> {
    let mut last = String::new();
    for _ in 0..DELIVERIES_MAX {
        match function.invoke(event.as_bytes()).map_err(|e| e.to_string())? {
            Reply::Response(report) => {
                let report: serde_json::Value = serde_json::from_slice(&report).map_err(|e| e.to_string())?;
                let is_done = report["finished"] == true && report["failed"] == 0;
                return if is_done { Ok(()) } else { Err(format!("not all was done: {report}")) };
            }
            Reply::Error(error) => last = String::from_utf8_lossy(&error).into_owned(),
        }
    }
    Err(last)
}

impl Floor for Functions {
    fn name(&self) -> String {
        "the function binary".to_owned()
    }

    fn step(&mut self, story: &Story, step: &Step) -> Result<Answer, String> {
        if let Some(told) = &self.told {
            told.set(step.at)?;
        }
        if let Action::Job(run) = &step.action {
            return self.run(story, run, step.at);
        }
        let clock = if self.told.is_some() { Clock::Injected } else { Clock::History };
        let sent = self.memory.request(story, step, clock)?;
        let response = self.send(&sent)?;
        if matches!(step.action, Action::Publish { .. } | Action::Activate { .. }) {
            // Other processes believe the pointer they have read for some seconds: here they start anew.
            self.running.clear();
        }
        self.memory.answer(step, &response)
    }
}

/// The function binary next to the tests' own; built if it is missing or older than its sources.
pub fn binary() -> Result<&'static Path, String> {
    static BINARY: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    BINARY.get_or_init(find_or_build).as_deref().map_err(Clone::clone)
}

fn find_or_build() -> Result<PathBuf, String> {
    let executable = std::env::current_exe().map_err(|e| e.to_string())?;
    let profile =
        executable.parent().and_then(Path::parent).ok_or("the tests run outside a target folder")?;
    let binary = profile.join(format!("bootstrap{}", std::env::consts::EXE_SUFFIX));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let newest = newest(&[root.join("dsl"), root.join("functions")])?;
    let built = std::fs::metadata(&binary).and_then(|m| m.modified()).ok();
    if built.is_some_and(|built| built >= newest) {
        return Ok(binary);
    }
    let why = if built.is_some() { "is older than its sources" } else { "is missing" };
    eprintln!("the function binary {why}: building it");
    let target = profile.parent().ok_or("no target folder")?;
    let mut command = Command::new(env!("CARGO"));
    // The whole workspace's features, so that no dependency is built a second time for the one binary.
    command
        .current_dir(&root)
        .args(["build", "--workspace", "--bin", "bootstrap", "--target-dir"])
        .arg(target);
    match profile.file_name().and_then(|n| n.to_str()) {
        Some("debug") | None => {}
        Some("release") => drop(command.arg("--release")),
        Some(other) => drop(command.args(["--profile", other])),
    }
    let output = command.output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(format!("bootstrap does not build: {}", String::from_utf8_lossy(&output.stderr)));
    }
    // Cargo leaves a binary alone that is up to date by content; its date then says so from now on.
    let file = std::fs::File::open(&binary).map_err(|e| format!("{}: {e}", binary.display()))?;
    file.set_modified(SystemTime::now()).map_err(|e| e.to_string())?;
    Ok(binary)
}

/// When the newest of the function's sources changed. The rooms that it does not link do not count.
fn newest(folders: &[PathBuf]) -> Result<SystemTime, String> {
    let (mut newest, mut folders) = (SystemTime::UNIX_EPOCH, folders.to_vec());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?.flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                let skipped =
                    ["target", "local", "embedded", "audit", "tests", "benches", "examples", "fuzz"];
                if !skipped.iter().any(|skip| name == *skip) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|x| x == "rs" || x == "pest" || x == "toml") {
                newest = newest.max(entry.metadata().and_then(|m| m.modified()).map_err(|e| e.to_string())?);
            }
        }
    }
    Ok(newest)
}
