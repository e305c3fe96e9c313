//! `merit lsp` as an editor speaks to it: the real process, real frames, every request, and bytes it cannot know.
#![allow(clippy::needless_pass_by_value, clippy::format_push_string)] // `json!` reads best where it is passed

use crate::desk::Folder;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

const COFFEE: &str = include_str!("../../../../dsl/examples/coffee.merit");
const URI: &str = "file:///club.merit";

struct Editor {
    process: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    last: i32,
    /// Notifications that came while an answer was awaited.
    told: Vec<Value>,
}

impl Editor {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_merit"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (to, from) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
        let mut editor = Self { process, to, from, last: 0, told: Vec::new() };
        let answer =
            editor.ask("initialize", json!({ "processId": null, "rootUri": null, "capabilities": {} }));
        assert_eq!(answer["result"]["serverInfo"]["name"], "merit");
        assert_eq!(answer["result"]["capabilities"]["textDocumentSync"], 2);
        editor.tell("initialized", json!({}));
        editor
    }

    fn raw(&mut self, bytes: &[u8]) {
        let to = self.to.as_mut().unwrap();
        to.write_all(bytes).unwrap();
        to.flush().unwrap();
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn request(&mut self, method: &str, params: Value) -> i32 {
        self.last += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.last, "method": method, "params": params }));
        self.last
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "the server is gone");
            match line.trim_end().split_once(": ") {
                Some((_, value)) => length = value.parse().unwrap(),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn answer_to(&mut self, id: i32) -> Value {
        loop {
            let message = self.receive();
            if message["id"] == id {
                return message;
            }
            assert!(message.get("id").is_none(), "nobody asked: {message}");
            self.told.push(message);
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        self.answer_to(id)
    }

    fn open(&mut self, text: &str) {
        let document = json!({ "uri": URI, "languageId": "merit", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&mut self, version: i32, changes: Value) {
        let document = json!({ "uri": URI, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// The mistakes told of one version.
    fn mistakes(&mut self, version: i32) -> Vec<Value> {
        loop {
            let told = if self.told.is_empty() { self.receive() } else { self.told.remove(0) };
            if told["method"] == "textDocument/publishDiagnostics" && told["params"]["version"] == version {
                return told["params"]["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    fn at(&mut self, method: &str, source: &str, what: &str, into: usize) -> Value {
        let answer = self
            .ask(method, json!({ "textDocument": { "uri": URI }, "position": position(source, what, into) }));
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    fn end(mut self) -> ExitStatus {
        assert_eq!(self.ask("shutdown", Value::Null)["result"], Value::Null);
        self.tell("exit", Value::Null);
        self.process.wait().unwrap()
    }
}

/// The position of a text, in UTF-16 units.
fn position(source: &str, what: &str, into: usize) -> Value {
    let at = source.find(what).unwrap_or_else(|| panic!("`{what}` is not there")) + into;
    let line = source[..at].matches('\n').count();
    let start = source[..at].rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": source[start..at].encode_utf16().count() })
}

fn labels(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

/// The text with edits made, last first.
fn edited(source: &str, edits: &Value) -> String {
    let offset = |at: &Value| {
        let line = usize::try_from(at["line"].as_u64().unwrap()).unwrap();
        let units = usize::try_from(at["character"].as_u64().unwrap()).unwrap();
        let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
        let mut left = units;
        let mut at = start;
        for character in source[start..].chars() {
            if left == 0 {
                break;
            }
            left -= character.len_utf16();
            at += character.len_utf8();
        }
        at
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            (
                offset(&edit["range"]["start"]),
                offset(&edit["range"]["end"]),
                edit["newText"].as_str().unwrap(),
            )
        })
        .collect();
    edits.sort_unstable();
    let mut text = source.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

#[test]
fn a_day_in_an_editor() {
    let mut editor = Editor::start();
    // what is wrong, while it is typed, in a text with letters of two UTF-16 units
    let broken = COFFEE
        .replace("Kaffa Coffee Club", "Kaffa 🙂 é")
        .replace("in group boosters", "in group 🙂\"\" bosters");
    editor.open(&broken);
    assert!(!editor.mistakes(1).is_empty());
    let wrong = COFFEE.replace("Kaffa Coffee Club", "Kaffa 🙂 é").replacen(
        "in group boosters",
        "in group bosters",
        1,
    );
    editor.change(2, json!([{ "text": wrong }]));
    let found = editor.mistakes(2);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "E0105");
    assert_eq!(found[0]["range"]["start"], position(&wrong, "bosters", 0));
    assert!(found[0]["message"].as_str().unwrap().contains("did you mean `boosters`?"));
    // its fix
    let range = found[0]["range"].clone();
    let actions = editor.ask(
        "textDocument/codeAction",
        json!({ "textDocument": { "uri": URI }, "range": range, "context": { "diagnostics": [] } }),
    );
    let fix = &actions["result"][0];
    assert_eq!(
        (fix["title"].as_str().unwrap(), fix["kind"].as_str().unwrap()),
        ("write `boosters`", "quickfix")
    );
    let right = edited(&wrong, &fix["edit"]["changes"][URI]);
    assert!(right.contains("in group boosters") && !right.contains("bosters"));
    assert_eq!(actions["result"][1]["kind"], "source.fixAll");
    // made letter by letter, as editors send it: a position is counted in the text that the change before left
    let start = position(&wrong, "bosters", 1);
    let end = position(&wrong, "bosters", 1);
    editor.change(3, json!([{ "range": { "start": start, "end": end }, "text": "🙂" }]));
    let start = position(&wrong, "bosters", 1);
    let mut end = start.clone();
    end["character"] = (end["character"].as_u64().unwrap() + 2).into();
    editor.change(4, json!([{ "range": { "start": start, "end": end }, "text": "o" }]));
    assert_eq!(editor.mistakes(4), Vec::<Value>::new());
    // from here on, the text is `right`
    let hover = editor.at("textDocument/hover", &right, "basket.paid", 2);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("What was paid for all lines"));
    let there = editor.at("textDocument/definition", &right, "in group boosters", 10);
    assert_eq!(there[0]["range"]["start"], position(&right, "group boosters \"", 6));
    let params = json!({ "textDocument": { "uri": URI }, "position": position(&right, "in group boosters", 10), "context": { "includeDeclaration": true } });
    assert_eq!(editor.ask("textDocument/references", params)["result"].as_array().unwrap().len(), 3);
    assert_eq!(
        editor.at("textDocument/documentHighlight", &right, "own_cup]", 1).as_array().unwrap().len(),
        5
    );
    let symbols = editor.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": URI } }));
    assert_eq!(symbols["result"][0]["name"], "kaffa");
    assert_eq!(symbols["result"][2]["children"][1]["name"], "regular");
    let list = editor.at("textDocument/completion", &right, "in group boosters", 9);
    assert_eq!(labels(&list), ["boosters"]);
    assert_eq!(list["items"][0]["textEdit"]["range"]["start"], position(&right, "in group boosters", 9));
    // a new name, and the sentence that keeps the counts
    let asked = editor.at("textDocument/prepareRename", &right, "expect rule breakfast", 13);
    assert_eq!(asked["placeholder"], "breakfast");
    let params = json!({ "textDocument": { "uri": URI }, "position": position(&right, "expect rule breakfast", 13), "newName": "early" });
    let renamed = editor.ask("textDocument/rename", params)["result"]["changes"][URI].clone();
    let renamed = edited(&right, &renamed);
    assert!(
        renamed.contains("rule early \"Double beans before work\" {\n  formerly breakfast\n"),
        "{renamed}"
    );
    let params = json!({ "textDocument": { "uri": URI }, "position": position(&right, "expect rule breakfast", 13), "newName": "own_cup" });
    let refused = editor.ask("textDocument/rename", params);
    assert_eq!(refused["error"]["message"], "there is already a rule `own_cup`");
    // layout
    editor.change(5, json!([{ "text": right.replace("  give 15 points", "give   15 points") }]));
    let edits = editor.ask(
        "textDocument/formatting",
        json!({ "textDocument": { "uri": URI }, "options": { "tabSize": 2, "insertSpaces": true } }),
    );
    assert_eq!(edits["result"][0]["newText"], right);
    let tokens = editor.ask("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": URI } }));
    let data = tokens["result"]["data"].as_array().unwrap();
    assert!(data.len() > 1_000 && data.len().is_multiple_of(5), "{}", data.len());
    assert_eq!(data[..5], [0, 0, 8, 3, 0].map(Value::from));
    // closed: nothing is wrong any more, and nothing is known
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    let gone = editor.ask(
        "textDocument/hover",
        json!({ "textDocument": { "uri": URI }, "position": { "line": 0, "character": 0 } }),
    );
    assert_eq!(gone["error"]["code"], -32602);
    assert!(editor.end().success());
}

#[test]
fn what_was_cancelled_is_not_done() {
    let mut editor = Editor::start();
    editor.open(COFFEE);
    let mut cancelled = 0;
    for _ in 0..20 {
        // one write, so that the cancellation is there before the answers are
        let first = editor.last + 1;
        let mut bytes = String::new();
        for id in first..first + 20 {
            let body = json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/semanticTokens/full", "params": { "textDocument": { "uri": URI } } }).to_string();
            bytes.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        }
        for id in first + 1..first + 20 {
            let body =
                json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": id } }).to_string();
            bytes.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        }
        editor.raw(bytes.as_bytes());
        editor.last += 20;
        let mut answers = Vec::new();
        while answers.len() < 20 {
            let message = editor.receive();
            if message.get("id").is_some() {
                answers.push(message);
            }
        }
        cancelled += answers.iter().filter(|answer| answer["error"]["code"] == -32800).count();
        // each was answered once, done or cancelled
        let mut ids: Vec<i64> = answers.iter().map(|answer| answer["id"].as_i64().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, (i64::from(first)..i64::from(first) + 20).collect::<Vec<_>>());
    }
    assert!(cancelled > 0);
    assert!(editor.end().success());
}

#[test]
fn bytes_it_does_not_understand_change_nothing() {
    let mut editor = Editor::start();
    editor.open(COFFEE);
    let noise: &[&[u8]] = &[
        b"hello?\r\n\r\n",
        b"\x00\xff\xfe\r\n",
        b"Content-Length: 18446744073709551615\r\n\r\n",
        b"Content-Length: 7\r\n\r\n{\"a\":\xff}",
        b"Content-Length: 9\r\n\r\n[[[[[[[[[",
        b"Content-Length: 2\r\n\r\n{}",
    ];
    for bytes in noise {
        editor.raw(bytes);
    }
    let deep = "[".repeat(100_000);
    editor.raw(format!("Content-Length: {}\r\n\r\n{deep}", deep.len()).as_bytes());
    for wrong in [
        json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": 7 }),
        json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": { "uri": "::" } } }),
        json!({ "jsonrpc": "2.0", "method": "$/unheard", "params": {} }),
        json!({ "jsonrpc": "2.0", "id": 999, "result": {} }),
    ] {
        editor.send(&wrong);
    }
    editor.change(2, json!([{ "range": { "start": { "line": 4_000_000_000_u32, "character": 5 }, "end": { "line": 0, "character": 0 } }, "text": "\n# end\n" }]));
    assert_eq!(editor.ask("no/such/method", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.ask("textDocument/hover", json!([]))["error"]["code"], -32602);
    assert_eq!(editor.ask("initialize", json!({}))["error"]["code"], -32600);
    // a request that is none is told so
    editor.send(&json!({ "jsonrpc": "2.0", "id": 555, "method": 5 }));
    assert_eq!(editor.answer_to(555)["error"]["code"], -32600);
    let hover = editor.at("textDocument/hover", COFFEE, "basket.paid", 2);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("money"));
    assert!(editor.end().success());
}

/// Opens a text under an address of its own.
fn open_at(editor: &mut Editor, uri: &str, text: &str) {
    let document = json!({ "uri": uri, "languageId": "merit", "version": 1, "text": text });
    editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
}

/// The next mistakes told of an address.
fn told_of(editor: &mut Editor, uri: &str) -> Vec<Value> {
    loop {
        let told = if editor.told.is_empty() { editor.receive() } else { editor.told.remove(0) };
        if told["method"] == "textDocument/publishDiagnostics" && told["params"]["uri"] == uri {
            return told["params"]["diagnostics"].as_array().unwrap().clone();
        }
    }
}

fn asked_at(editor: &mut Editor, method: &str, uri: &str, position: Value) -> Value {
    let answer = editor.ask(method, json!({ "textDocument": { "uri": uri }, "position": position }));
    assert!(answer.get("error").is_none(), "{answer}");
    answer["result"].clone()
}

const SHOP: &str = "language 1\n\nprogramme shop {\n  currency EUR\n  timezone \"UTC\"\n}\n\ngroup boosters {\n  take best\n}\n";
const DOUBLE: &str = "# 🙂\nrule double {\n  on purchase\n  multiply points by 2\n  in group boosters\n}\n";
const MORE: &str = "rule base {\n  on purchase\n  give 1 point per 1.00 EUR of basket.paid\n}\n\nrule more {\n  on purchase\n  multiply points by 3\n  in group boosters\n}\n";

#[test]
fn files_of_a_folder_are_one_programme_in_an_editor() {
    let folder = Folder::new("an editor's");
    std::fs::create_dir_all(folder.path().join("rules")).unwrap();
    folder.file("shop.merit", &format!("\u{feff}{SHOP}"));
    folder.file("rules/double.merit", DOUBLE);
    folder.file("rules/more.merit", "rule more {\n");
    let base = format!("file://{}/", folder.path().to_str().unwrap().replace(' ', "%20"));
    let [shop, double, more] =
        ["shop.merit", "rules/double.merit", "rules/more.merit"].map(|name| format!("{base}{name}"));
    let mut editor = Editor::start();
    // what is open counts as it is open, and what is not is told of as well
    open_at(&mut editor, &double, &DOUBLE.replace("in group boosters", "in group bosters"));
    assert_eq!(told_of(&mut editor, &double)[0]["code"], "E0105");
    assert_eq!(told_of(&mut editor, &more)[0]["code"], "E0306");
    open_at(&mut editor, &more, MORE);
    let found = told_of(&mut editor, &double);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0]["message"].as_str().unwrap().contains("did you mean `boosters`?"), "{found:?}");
    let wrong = position(&DOUBLE.replace("in group boosters", "in group bosters"), "bosters", 0);
    assert_eq!(found[0]["range"]["start"], wrong);
    assert_eq!(told_of(&mut editor, &more), Vec::<Value>::new());
    let actions = editor.ask(
        "textDocument/codeAction",
        json!({ "textDocument": { "uri": double }, "range": found[0]["range"], "context": { "diagnostics": [] } }),
    );
    let fix = &actions["result"][0]["edit"]["changes"];
    assert_eq!(fix[&double][0]["newText"], "boosters", "{actions}");
    let document = json!({ "uri": double, "version": 2 });
    editor.tell(
        "textDocument/didChange",
        json!({ "textDocument": document, "contentChanges": [{ "text": DOUBLE }] }),
    );
    assert_eq!(told_of(&mut editor, &double), Vec::<Value>::new());
    // names of the other files complete, and lead there
    let list = asked_at(&mut editor, "textDocument/completion", &double, position(DOUBLE, "boosters", 0));
    assert_eq!(labels(&list), ["boosters"]);
    assert_eq!(list["items"][0]["textEdit"]["range"]["start"], position(DOUBLE, "boosters", 0));
    let there = asked_at(&mut editor, "textDocument/definition", &double, position(DOUBLE, "boosters", 2));
    assert_eq!(there.as_array().unwrap().len(), 1);
    assert_eq!(
        (&there[0]["uri"], &there[0]["range"]["start"]),
        (&json!(shop), &position(SHOP, "boosters", 0))
    );
    let hover = asked_at(&mut editor, "textDocument/hover", &double, position(DOUBLE, "boosters", 2));
    assert_eq!(hover["range"]["start"], position(DOUBLE, "boosters", 0));
    let params = json!({ "textDocument": { "uri": more }, "position": position(MORE, "boosters", 0), "context": { "includeDeclaration": false } });
    let used = editor.ask("textDocument/references", params)["result"].clone();
    let used: Vec<&str> =
        used.as_array().unwrap().iter().map(|place| place["uri"].as_str().unwrap()).collect();
    assert_eq!(used, [double.as_str(), more.as_str()]);
    let shown =
        asked_at(&mut editor, "textDocument/documentHighlight", &double, position(DOUBLE, "boosters", 2));
    assert_eq!(shown.as_array().unwrap().len(), 1, "only in the text itself");
    // a new name is new in each file
    let params = json!({ "textDocument": { "uri": double }, "position": position(DOUBLE, "boosters", 0), "newName": "extras" });
    let renamed = editor.ask("textDocument/rename", params)["result"]["changes"].clone();
    for (uri, text) in [(&shop, SHOP), (&double, DOUBLE), (&more, MORE)] {
        assert_eq!(edited(text, &renamed[uri]), text.replace("boosters", "extras"), "{renamed}");
    }
    // what is of one file stays of one file
    let symbols = editor.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": more } }));
    let names: Vec<&str> =
        symbols["result"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["base", "more"]);
    let tokens = editor.ask("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": double } }));
    assert_eq!(
        tokens["result"]["data"].as_array().unwrap()[..10],
        [0, 0, 4, 0, 0, 1, 0, 4, 3, 0].map(Value::from)
    );
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let edits =
        editor.ask("textDocument/formatting", json!({ "textDocument": { "uri": more }, "options": options }));
    assert_eq!(edits["result"], json!([]));
    // closed, it counts as it is on the disk again
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": more } }));
    assert_eq!(told_of(&mut editor, &more), Vec::<Value>::new());
    assert_eq!(told_of(&mut editor, &double), Vec::<Value>::new());
    assert_eq!(told_of(&mut editor, &more)[0]["code"], "E0306");
    // two programmes in one folder are none of several files
    open_at(&mut editor, &shop, SHOP);
    assert_eq!(told_of(&mut editor, &shop), Vec::<Value>::new());
    let other = format!("{base}other.merit");
    open_at(&mut editor, &other, SHOP);
    assert_eq!(told_of(&mut editor, &more), Vec::<Value>::new(), "taken back: it is of no programme");
    assert_eq!(told_of(&mut editor, &other)[0]["code"], "W0507", "alone, its group has no rule");
    assert_eq!(told_of(&mut editor, &shop)[0]["code"], "W0507");
    assert!(editor.end().success());
}

/// Whatever text is open and wherever the cursor is, every request is answered.
#[test]
fn any_text_is_answered() {
    let mut editor = Editor::start();
    let texts = [
        "",
        "\n",
        "🙂",
        "rule",
        "rule a {",
        "\u{feff}language 1\r\n",
        "\"",
        "test \"x\" {\n  event purchase at",
        "{{{{{{",
        "\0",
    ];
    for (version, text) in (1..).zip(texts) {
        if version == 1 {
            editor.open(text);
        } else {
            editor.change(version, json!([{ "text": text }]));
        }
        for (line, character) in [(0, 0), (0, 1), (0, 99), (1, 3), (7, 7)] {
            let at = json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } });
            for method in ["completion", "hover", "definition", "documentHighlight", "prepareRename"] {
                let answer = editor.ask(&format!("textDocument/{method}"), at.clone());
                assert!(answer.get("error").is_none(), "{text:?} {method}: {answer}");
            }
        }
        for method in ["documentSymbol", "semanticTokens/full"] {
            let answer =
                editor.ask(&format!("textDocument/{method}"), json!({ "textDocument": { "uri": URI } }));
            assert!(answer.get("error").is_none(), "{text:?} {method}: {answer}");
        }
    }
    assert!(editor.end().success());
}

#[test]
fn a_client_that_is_gone_ends_it() {
    let mut editor = Editor::start();
    drop(editor.to.take());
    assert_eq!(editor.process.wait().unwrap().code(), Some(1));
    let mut editor = Editor::start();
    editor.tell("exit", Value::Null);
    assert_eq!(editor.process.wait().unwrap().code(), Some(1), "`exit` without `shutdown`");
}

#[test]
fn a_file_as_a_page_in_colours() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dsl/examples/coffee.merit");
    let run = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_merit")).arg("highlight").args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, page) = run(&[examples]);
    assert_eq!(code, Some(0));
    assert!(
        page.starts_with("<!doctype html>")
            && page.contains("<title>coffee.merit</title>")
            && page.contains(".m-keyword {")
    );
    let (_, piece) = run(&["--fragment", examples]);
    assert!(
        page.contains(piece.trim_end())
            && piece.starts_with("<pre class=\"merit\"><code><span class=\"m-keyword\">language</span>")
    );
    // without its spans it is the file
    let mut text = String::new();
    for part in piece.trim_end().split('<') {
        text.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    let text = text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    assert_eq!(text, COFFEE);
    assert_eq!(run(&["no-such-file.merit"]).0, Some(2));
}
