//! The second auditor, which is a program of its own in Python, asked about one dump after another.

use audit::Item;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// One process for all dumps.
#[derive(Debug)]
pub struct Second {
    child: Child,
    dumps: ChildStdin,
    verdicts: BufReader<ChildStdout>,
}

impl Second {
    /// None where there is no Python, which is said.
    pub fn start() -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("fsck/fsck.py");
        let mut command = Command::new("python3");
        let started = command.arg("-B").arg(&program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut child) = started else {
            println!("python3 is not here: the second auditor was not asked");
            return None;
        };
        let (dumps, verdicts) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        Some(Self { child, dumps, verdicts })
    }

    /// Gives it a dump, to be judged while others do the same.
    pub fn tell(&mut self, items: &[Item]) {
        let lines: String = items.iter().map(|item| item.to_line() + "\n").collect();
        // one that has ended is found by what it does not say
        let _ = self.dumps.write_all(lines.as_bytes());
        let _ = self.dumps.write_all(b"\n");
        let _ = self.dumps.flush();
    }

    /// Of the dump before: whether it is clean, which members are at fault, and why; or what it said instead.
    pub fn verdict(&mut self) -> Result<(bool, BTreeSet<String>, String), String> {
        let mut line = String::new();
        self.verdicts.read_line(&mut line).map_err(|error| error.to_string())?;
        let json: Value = serde_json::from_str(&line).map_err(|error| format!("`{line}`: {error}"))?;
        let members = json["members"].as_array().into_iter().flatten();
        let members = members.filter_map(|member| member.as_str().map(str::to_owned)).collect();
        let clean = json["clean"].as_bool().ok_or_else(|| format!("`{line}` is no verdict"))?;
        Ok((clean, members, json["why"].to_string()))
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
