//! `merit serve` as a process: what it prints works, and its folder is watched.

use crate::desk::{Folder, RULES, get, json, merit, post, put_rules, run};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// How long a line may take: a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

struct Serving {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut child =
            merit().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        read(child.stdout.take().unwrap(), "", sender.clone());
        read(child.stderr.take().unwrap(), "log: ", sender);
        Self { child, lines, said: Vec::new() }
    }

    /// Reads on until a line contains this.
    fn until(&mut self, part: &str) -> String {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Ok(line) = self.lines.recv_timeout(Duration::from_millis(200)) {
                self.said.push(line.clone());
                if line.contains(part) && !line.starts_with("log: ") {
                    return line;
                }
            }
        }
        panic!("never said `{part}`, but:\n{}", self.said.join("\n"));
    }

    /// Asks it to end, as Ctrl-C does; its exit code.
    fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.until("stopped");
        self.child.wait().unwrap().code()
    }
}

/// Hands on the lines of a stream as they come.
fn read(stream: impl Read + Send + 'static, mark: &'static str, sender: Sender<String>) {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    std::thread::spawn(move || {
        lines.map(|line| format!("{mark}{line}")).try_for_each(|line| sender.send(line))
    });
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `http://127.0.0.1:8080` of the line that says where it listens.
fn url(line: &str) -> String {
    line.split([' ', ',']).find(|word| word.starts_with("http://")).unwrap().to_owned()
}

/// A printed curl command, sent without curl.
async fn pasted(line: &str) -> (u16, Value) {
    let target = url(line.trim());
    let (server, path) = target.split_at(target.find("/v1/").unwrap());
    match line.split_once(" -d '") {
        Some((_, body)) => {
            json(server, post(path, &serde_json::from_str(body.trim_end_matches('\'')).unwrap())).await
        }
        None => json(server, get(path)).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_three_printed_commands_work_however_often() {
    let folder = Folder::new("serve");
    let data = folder.path().join("data");
    let arguments = ["serve", "--port", "0", "--data", data.to_str().unwrap()];
    for round in 0..2 {
        // The second round finds the ledger and the rules of the first.
        let mut serving = Serving::start(&arguments);
        serving.until("listens on");
        let enrol = serving.until("/v1/members ");
        let purchase = serving.until("/v1/purchases ");
        let card = serving.until("/v1/members/ana");
        serving.until("watched");
        for _ in 0..2 {
            assert_eq!(pasted(&enrol).await.0, 201);
            let (status, bought) = pasted(&purchase).await;
            assert_eq!(status, 201, "{bought}");
            let (status, card) = pasted(&card).await;
            assert_eq!(status, 200);
            assert_eq!(card["balance_points"], bought["balance_points"], "round {round}");
            assert!(card["balance_points"].as_i64().unwrap() > 0, "{card}");
        }
        if round == 0 {
            let (code, _, said) = run(&["serve", "--port", "0", "--data", data.to_str().unwrap()]);
            assert_eq!(code, 2);
            assert!(said.contains("another merit works on this folder"), "{said}");
        }
        assert_eq!(serving.stop(), Some(0));
    }
    let (code, said, _) = run(&["audit", "--data", data.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_is_published_and_a_broken_one_changes_nothing() {
    let folder = Folder::new("watch");
    let rules = folder.file("shop.merit", RULES);
    let mut serving =
        Serving::start(&["--memory", "--port", "0", "--watch", folder.path().to_str().unwrap()]);
    let server = url(&serving.until("listens on"));
    let active = |line: &str| line.rsplit(' ').next().unwrap().to_owned();
    let first = active(&serving.until("shop.merit is active: Corner Shop, 1 rule, 1 test passed"));
    serving.until("watched");
    let preview = json!({ "purchase": { "currency": "EUR", "lines": [{ "amount_minor": 1_000 }] } });
    let points = async || json(&server, post("/v1/previews", &preview)).await;

    std::fs::write(&rules, RULES.replace("basket.paid", "basket.payed")).unwrap();
    serving.until("basket.payed");
    serving.until("shop.merit is not published; the active version stays");
    std::fs::write(&rules, RULES.replace("expect 10 points", "expect 99 points")).unwrap();
    serving.until("test failed: \"ten euros are ten points\"");
    serving.until("shop.merit is not published; the active version stays");
    let (status, before) = points().await;
    assert_eq!((status, before.to_string().contains("\"points\":10,")), (200, true), "{before}");

    let doubled = RULES
        .replace("give 1 point", "give 2 points")
        .replace("ten points", "twenty")
        .replace("expect 10", "expect 20");
    std::fs::write(&rules, doubled).unwrap();
    let second = active(&serving.until("shop.merit is active"));
    assert_ne!(first, second);
    let (_, after) = points().await;
    assert!(after.to_string().contains("\"points\":20,"), "{after}");
    let (code, out, err) =
        run(&["preview", "--server", &server, "--basket", "10.00 EUR", "--rules", rules.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("20  points in all"), "{out}");

    std::fs::remove_file(&rules).unwrap();
    serving.until("shop.merit is gone; the active version stays");
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_through_the_api_outlives_a_restart_and_an_older_file() {
    let folder = Folder::new("outlives");
    let data = folder.path().join("data");
    let arguments = ["serve", "--port", "0", "--data", data.to_str().unwrap()];
    let active = async |server: &str| json(server, get("/v1/rules")).await.1["active"].clone();
    let mut serving = Serving::start(&arguments);
    let server = url(&serving.until("listens on"));
    serving.until("coffee.merit is active");
    serving.until("watched");
    let (status, published) = json(&server, put_rules(RULES)).await;
    assert_eq!(status, 201, "{published}");
    let ours = active(&server).await;
    assert_eq!(serving.stop(), Some(0));

    for clean in [false, true] {
        if clean {
            std::fs::remove_dir_all(data.join("rules")).unwrap();
        }
        let mut serving = Serving::start(&arguments);
        let server = url(&serving.until("listens on"));
        serving.until("watched");
        assert_eq!(active(&server).await, ours, "folder laid out anew: {clean}\n{}", serving.said.join("\n"));
        assert_eq!(serving.stop(), Some(0));
    }
    // written later than that: meant
    std::fs::write(
        data.join("rules").join("shop.merit"),
        RULES
            .replace("give 1 point", "give 3 points")
            .replace("expect 10", "expect 30")
            .replace("ten points", "thirty"),
    )
    .unwrap();
    let mut serving = Serving::start(&arguments);
    serving.until("shop.merit is active");
    serving.until("watched");
    assert_eq!(serving.stop(), Some(0));
}

/// A first start that is killed at any moment leaves a folder that the next one works with.
#[test]
fn a_first_start_that_is_killed_breaks_nothing() {
    for patience in (0..200).step_by(10).map(Duration::from_millis) {
        let folder = Folder::new("killed");
        let data = folder.path().to_str().unwrap();
        let serve = ["serve", "--port", "0", "--data", data];
        let mut child = merit().args(serve).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(patience);
        child.kill().unwrap();
        child.wait().unwrap();
        // it may be killed just before a file is to have its name, or just after it has it
        for left in ["ledger.db.new-1", "secret.new-1"] {
            std::fs::write(folder.path().join(left), "left").unwrap();
        }
        let mut next = Serving::start(&serve);
        next.until("Ctrl-C stops");
        assert_eq!(next.stop(), Some(0), "after {patience:?}");
        let (code, said, err) = run(&["audit", "--data", data]);
        assert_eq!(code, 0, "after {patience:?}: {said}{err}");
        let left = std::fs::read_dir(data).unwrap().flatten();
        assert_eq!(left.filter(|file| file.file_name().to_string_lossy().contains(".new-")).count(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_one_programme_are_published_together() {
    let folder = Folder::new("watch");
    crate::folders::cut(&folder);
    let watched = format!("{}/", folder.path().file_name().unwrap().to_str().unwrap());
    let mut serving =
        Serving::start(&["--memory", "--port", "0", "--watch", folder.path().to_str().unwrap()]);
    let server = url(&serving.until("listens on"));
    serving.until(&format!("{watched} is active: Corner Shop, 1 rule, 1 test passed"));
    serving.until("watched");
    let preview = json!({ "purchase": { "currency": "EUR", "lines": [{ "amount_minor": 1_000 }] } });
    let points = async || json(&server, post("/v1/previews", &preview)).await.1.to_string();
    assert!(points().await.contains("\"points\":10,"));

    // any of them, also in a folder below
    let base = folder.path().join("rules/base.merit");
    let whole = std::fs::read_to_string(&base).unwrap();
    std::fs::write(&base, whole.replace("basket.paid", "basket.payed")).unwrap();
    serving.until("rules/base.merit:3:32");
    serving.until(&format!("{watched} is not published; the active version stays"));
    std::fs::write(&base, &whole).unwrap();
    serving.until(&format!("{watched} is active: Corner Shop, 1 rule, 1 test passed"));

    // one that comes, and goes
    let extra = folder.file("rules/extra.merit", "rule extra {\n  on purchase\n  give 5 points\n}\n");
    serving.until("test failed: \"ten euros are ten points\"");
    serving.until(&format!("{watched} is not published; the active version stays"));
    std::fs::remove_file(folder.path().join("tests.merit")).unwrap();
    serving.until("tests.merit is gone");
    serving.until(&format!("{watched} is active: Corner Shop, 2 rules, 0 tests passed"));
    assert!(points().await.contains("\"points\":15,"));
    std::fs::remove_file(&extra).unwrap();
    serving.until("rules/extra.merit is gone");
    serving.until(&format!("{watched} is active: Corner Shop, 1 rule, 0 tests passed"));
    assert!(points().await.contains("\"points\":10,"));
    assert_eq!(serving.stop(), Some(0));
}
