//! What the tests share: a folder of their own, the program itself, a server in process, requests.

use lambda_http::http::{Request, Response, header};
use merit_local::client;
use merit_local::serve::{Options, Server};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// A small programme: a point per euro, tiers by spend, unknown members enrolled.
pub(crate) const RULES: &str = r#"language 1

programme shop "Corner Shop" {
  currency EUR
  timezone "Europe/Paris"
  point worth 0.01 EUR
  rounding down
  expire never
  unknown member enrol
}

tiers {
  guest   always
  regular from 50.00 EUR spent in 12 months
}

rule base "A point per euro" {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

test "ten euros are ten points" {
  event purchase at 2026-01-05 12:00 {
    line 10.00 EUR
  }
  expect 10 points
}
"#;

/// A folder that is deleted with the value.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("merit-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file into it.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program.
pub(crate) fn merit() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
    command.env_remove("MERIT_LOG");
    command
}

/// Runs the program to its end: exit code, standard output, standard error.
pub(crate) fn run(arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = merit().args(arguments).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A server in memory with the small programme active.
pub(crate) async fn server(change: impl FnOnce(&mut Options)) -> Server {
    let mut options = Options::in_memory();
    change(&mut options);
    let server = Server::start(options).await.unwrap();
    let (status, body) = json(&server.url(), put_rules(RULES)).await;
    assert!((200..300).contains(&status), "{body}");
    server
}

/// Publishes rules.
pub(crate) fn put_rules(text: &str) -> Request<Vec<u8>> {
    Request::put("/v1/rules").header(header::CONTENT_TYPE, "text/plain").body(text.into()).unwrap()
}

/// A request with a JSON body.
pub(crate) fn post(path: &str, body: &Value) -> Request<Vec<u8>> {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    request.body(body.to_string().into_bytes()).unwrap()
}

pub(crate) fn get(path: &str) -> Request<Vec<u8>> {
    Request::get(path).body(Vec::new()).unwrap()
}

/// Sends a request; the answer as it is.
pub(crate) async fn send(url: &str, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    client::send(url, request).await.unwrap()
}

/// Sends a request; status and JSON of the answer.
pub(crate) async fn json(url: &str, request: Request<Vec<u8>>) -> (u16, Value) {
    let response = send(url, request).await;
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status().as_u16(), body)
}
