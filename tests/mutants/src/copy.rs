//! The copy of the project that holds all mutants at once, and the compiler's word on which of them are programs.

use crate::list::Mutant;
use crate::place::placed;
use crate::render::{Whose, rendered, whose};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mutant that is not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Out {
    /// It does not compile.
    Unviable,
    /// It cannot be asked for while running: in a constant, or of a type that only one of the values has.
    Fixed,
}

/// The copy, and what became of the mutants that are not in it.
pub(crate) struct Copy<'a> {
    project: &'a Path,
    /// Where the copy is.
    pub(crate) room: PathBuf,
    build: PathBuf,
    mutants: &'a [Mutant],
    /// Those left out, by number.
    pub(crate) out: BTreeMap<u32, Out>,
    stay_const: BTreeSet<String>,
    /// Where what is left out is kept, so that the same sources are built at once the next time.
    kept: PathBuf,
}

/// A test binary of the copy.
#[derive(Debug, Clone)]
pub(crate) struct Binary {
    pub(crate) package: String,
    pub(crate) path: PathBuf,
    pub(crate) room: PathBuf,
}

/// Writes a file unless it says so already: what did not change is not built again.
fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if std::fs::read(path).is_ok_and(|now| now == bytes) {
        return Ok(());
    }
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(told)?;
    std::fs::write(path, bytes).map_err(told)
}

impl<'a> Copy<'a> {
    /// A copy under `target`, of all files git knows.
    pub(crate) fn new(
        project: &'a Path,
        target: &Path,
        mutants: &'a [Mutant],
        kept: PathBuf,
    ) -> Result<Self, String> {
        let room = target.join("copy");
        let listed = Command::new("git")
            .current_dir(project)
            .args(["ls-files", "-co", "--exclude-standard", "-z"])
            .output();
        let listed = listed.map_err(|error| format!("git ls-files: {error}"))?.stdout;
        let mutated: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.file.as_str()).collect();
        for file in String::from_utf8_lossy(&listed)
            .split('\0')
            .filter(|file| !file.is_empty() && !mutated.contains(file))
        {
            // a file of the index may be gone from the folder
            if let Ok(bytes) = std::fs::read(project.join(file)) {
                let module = "\n/// Which mutant is on.\npub mod switch;\n";
                let bytes = if file == "dsl/src/lib.rs" {
                    [bytes.as_slice(), module.as_bytes()].concat()
                } else {
                    bytes
                };
                write(&room.join(file), &bytes)?;
            }
        }
        write(&room.join("dsl/src/switch.rs"), include_bytes!("switch.rs"))?;
        let known = std::fs::read(&kept).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let (out, stay_const) = known.unwrap_or_default();
        Ok(Self { project, room, build: target.join("build"), mutants, out, stay_const, kept })
    }

    /// Writes all mutated files.
    fn lay(&mut self) -> Result<(), String> {
        let mut files: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
        for mutant in self.mutants {
            let kept = files.entry(&mutant.file).or_default();
            if !self.out.contains_key(&mutant.id) {
                kept.push(mutant);
            }
        }
        for (file, mutants) in files {
            let text = std::fs::read_to_string(self.project.join(file))
                .map_err(|error| format!("{file}: {error}"))?;
            let on = if file.starts_with("dsl/") { "crate::switch::on" } else { "::dsl::switch::on" };
            let found = placed(&text, mutants.into_iter(), &self.stay_const)
                .map_err(|error| format!("{file}: {error}"))?;
            self.out.extend(found.unviable.into_iter().map(|id| (id, Out::Unviable)));
            self.out.extend(found.constant.into_iter().chain(found.lost).map(|id| (id, Out::Fixed)));
            write(&self.room.join(file), rendered(&text, &found.nodes, on).as_bytes())?;
        }
        Ok(())
    }

    fn cargo(&self, words: &[&str], packages: &[&str]) -> Result<Vec<Value>, String> {
        let mut command = Command::new("cargo");
        command.current_dir(&self.room).args(words).args(["--locked", "--message-format=json"]);
        for package in packages {
            command.args(["-p", package]);
        }
        command
            .env("CARGO_TARGET_DIR", &self.build)
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "false");
        // what a mutant leaves unused is not the question
        command.env("RUSTFLAGS", "--cap-lints=allow").stderr(std::process::Stdio::piped());
        let done = command.output().map_err(|error| format!("cargo: {error}"))?;
        let told: Vec<Value> = done
            .stdout
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect();
        let errors =
            told.iter().any(|one| one.pointer("/message/level").is_some_and(|level| level == "error"));
        if done.status.success() || errors {
            Ok(told)
        } else {
            Err(String::from_utf8_lossy(&done.stderr).into_owned())
        }
    }

    /// Leaves out what an error of the compiler points at. False when it points at nobody.
    fn blame(&mut self, error: &Value, texts: &mut BTreeMap<String, String>) -> bool {
        let message = error.pointer("/message").and_then(Value::as_str).unwrap_or_default();
        let code = error.pointer("/code/code").and_then(Value::as_str).unwrap_or_default();
        if code == "E0015" {
            // cannot call non-const method `units::Points::<T>::new` in constants
            let name =
                message.split('`').nth(1).and_then(|path| path.rsplit("::").next()).unwrap_or_default();
            return self.stay_const.insert(name.to_owned());
        }
        let mut spans: Vec<&Value> = Vec::new();
        let children = error.pointer("/children").and_then(Value::as_array).into_iter().flatten();
        for told in std::iter::once(error).chain(children) {
            spans.extend(told.pointer("/spans").and_then(Value::as_array).into_iter().flatten());
        }
        spans.sort_by_key(|span| span.get("is_primary") != Some(&Value::Bool(true)));
        let mut found: Vec<Whose> = Vec::new();
        for span in spans {
            let (Some(file), Some(byte)) = (
                span.get("file_name").and_then(Value::as_str),
                span.get("byte_start").and_then(Value::as_u64),
            ) else {
                continue;
            };
            let text = texts
                .entry(file.to_owned())
                .or_insert_with(|| std::fs::read_to_string(self.room.join(file)).unwrap_or_default());
            let byte = usize::try_from(byte).unwrap_or(usize::MAX);
            // a match that mutated arms leave open is pointed at by its head: its first arm is to blame
            let arm = if code == "E0004" { text.get(byte..).and_then(|rest| rest.find("/*@")) } else { None };
            found.extend(whose(text, byte.saturating_add(arm.unwrap_or(0))));
        }
        let own = found.iter().find_map(|whose| if let Whose::Own(id) = whose { Some(*id) } else { None });
        if let Some(id) = own {
            self.out.insert(id, Out::Unviable);
            return true;
        }
        let Some(Whose::Place(ids)) = found.first() else { return false };
        self.out.extend(ids.iter().map(|id| (*id, Out::Fixed)));
        true
    }

    /// Builds until all that is left compiles.
    fn settle(&mut self, words: &[&str], packages: &[&str]) -> Result<Vec<Value>, String> {
        loop {
            self.lay()?;
            let told = self.cargo(words, packages)?;
            let errors: Vec<&Value> = told
                .iter()
                .filter_map(|one| one.get("message"))
                .filter(|one| {
                    one.get("level")
                        .is_some_and(|level| level == "error" || level == "error: internal compiler error")
                })
                .filter(|one| {
                    one.get("spans").and_then(Value::as_array).is_some_and(|spans| !spans.is_empty())
                })
                .collect();
            if errors.is_empty() {
                let known = serde_json::to_vec(&(&self.out, &self.stay_const)).unwrap_or_default();
                write(&self.kept, &known)?;
                return Ok(told);
            }
            let (mut texts, mut nobody) = (BTreeMap::new(), Vec::new());
            let before = (self.out.len(), self.stay_const.len());
            for error in &errors {
                if !self.blame(error, &mut texts) {
                    nobody.push(error.get("rendered").and_then(Value::as_str).unwrap_or_default());
                }
            }
            println!(
                "{} errors; {} mutants left out, {} functions stay const",
                errors.len(),
                self.out.len(),
                self.stay_const.len()
            );
            if before == (self.out.len(), self.stay_const.len()) {
                return Err(format!("errors of no mutant:\n{}", nobody.join("\n")));
            }
        }
    }

    /// The test binaries of the mutated packages, and of others that may notice what these do not.
    pub(crate) fn binaries(&mut self, packages: &[&str], others: &[&str]) -> Result<Vec<Binary>, String> {
        for package in packages {
            self.settle(&["check"], &[package])?;
        }
        let told = self.settle(&["test", "--no-run"], &[packages, others].concat())?;
        let mut found = Vec::new();
        for one in told.iter().filter(|one| one.pointer("/profile/test") == Some(&Value::Bool(true))) {
            let text = |at: &str| one.pointer(at).and_then(Value::as_str);
            let (Some(path), Some(manifest)) = (text("/executable"), text("/manifest_path")) else {
                continue;
            };
            let room = Path::new(manifest).parent().unwrap_or(&self.room).to_path_buf();
            // path+file:///…/dsl#0.1.0, or …/tests/models#models@0.1.0
            let package = text("/package_id").and_then(|id| {
                id.rsplit(['/', '#']).find_map(|part| {
                    let name = part.split('@').next().unwrap_or(part);
                    [packages, others].concat().into_iter().find(|package| *package == name)
                })
            });
            found.push(Binary { package: package.unwrap_or_default().to_owned(), path: path.into(), room });
        }
        Ok(found)
    }
}
