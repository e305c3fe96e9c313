//! What every change must keep: which room may depend on which, which crates the pure rooms and the Lambda binary
//! may know, lints inherited, no `unsafe`, and a header on every file.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A room, and the rooms it may depend on in its product code. Arrows point one way.
const ROOMS: &[(&str, &[&str])] = &[
    ("dsl", &[]),
    ("domain", &["dsl"]),
    ("audit", &["domain", "dsl"]),
    // The auditor's scan of the table, behind a feature that no function has: see BANNED.
    ("store", &["domain", "dsl", "audit"]),
    ("embedded", &[]),
    ("handlers", &["store", "domain", "dsl"]),
    ("merit", &["handlers", "store", "domain", "dsl", "embedded", "audit"]),
    ("tests", &["merit", "handlers", "store", "domain", "dsl", "embedded", "audit"]),
    ("models", &[]),
    ("simulation", &["reference", "merit", "handlers", "store", "domain", "dsl", "audit"]),
    ("reference", &["dsl"]),
    ("fuzz", &["reference", "tests", "handlers", "store", "domain", "dsl", "audit"]),
    // it reads their sources, and builds a copy of them
    ("mutants", &[]),
];

/// What a room's own tests may know beside that: the store is tested on a real DynamoDB implementation.
const ROOMS_OF_TESTS: &[(&str, &[&str])] = &[
    ("store", &["store", "embedded"]),
    ("handlers", &["audit", "embedded"]),
    ("audit", &["store", "embedded"]),
];

/// Pure rooms, and every crate of others their product code may depend on.
const PURE: &[(&str, &[&str])] = &[
    ("dsl", &["jiff", "pest", "pest_derive", "pest_meta", "postcard", "serde", "serde_json", "sha2"]),
    ("domain", &["postcard", "serde", "serde_json", "sha2"]),
    ("audit", &["serde", "serde_json", "sha2"]),
];

/// Crates of others that only one room may know: DynamoDB is the store's, Lambda the handlers' (the local server and
/// the tests speak its events), the embedded database the embedded room's.
const RESERVED: &[(&str, &[&str])] = &[
    ("aws-sdk-dynamodb", &["store"]),
    ("aws-sigv4", &["handlers"]),
    ("lambda_runtime", &["handlers"]),
    ("lambda_http", &["handlers", "merit", "tests", "simulation", "fuzz"]),
    // the simulation answers for its network
    ("dynoxide-rs", &["embedded", "simulation"]),
];

/// Never in the Lambda binary: C cryptography, the SDK's defaults, and what belongs to the desk.
const BANNED: &[&str] = &[
    "aws-lc-rs",
    "aws-lc-sys",
    "openssl",
    "openssl-sys",
    "native-tls",
    "aws-config",
    "dynoxide-rs",
    "audit",
    "embedded",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

struct Package {
    folder: PathBuf,
    /// Names of dependencies, by kind: `normal`, `dev`, `build`.
    dependencies: BTreeMap<String, BTreeSet<String>>,
}

fn packages() -> BTreeMap<String, Package> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]))
            .unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let package = |value: &Value| {
        let mut dependencies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for dependency in value["dependencies"].as_array().unwrap() {
            let kind = dependency["kind"].as_str().unwrap_or("normal").to_owned();
            dependencies.entry(kind).or_default().insert(text(&dependency["name"]));
        }
        let folder = Path::new(&text(&value["manifest_path"])).parent().unwrap().to_owned();
        (text(&value["name"]), Package { folder, dependencies })
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn allowed<'a>(table: &[(&str, &'a [&'a str])], name: &str) -> &'a [&'a str] {
    table.iter().find(|(room, _)| *room == name).map_or(&[], |(_, names)| names)
}

fn names(package: &Package, kind: &str) -> BTreeSet<String> {
    package.dependencies.get(kind).cloned().unwrap_or_default()
}

#[test]
fn arrows_between_rooms_point_one_way() {
    let packages = packages();
    let known: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    let found: BTreeSet<&str> = packages.keys().map(String::as_str).collect();
    assert!(found.is_subset(&known), "rooms without a place in the table: {:?}", found.difference(&known));
    let mut wrong = Vec::new();
    for (name, package) in &packages {
        let product = allowed(ROOMS, name);
        let tests = allowed(ROOMS_OF_TESTS, name);
        for kind in ["normal", "build"] {
            for on in names(package, kind).iter().filter(|on| known.contains(on.as_str())) {
                if !product.contains(&on.as_str()) {
                    wrong.push(format!("{name} -> {on}"));
                }
            }
        }
        for on in names(package, "dev").iter().filter(|on| known.contains(on.as_str())) {
            if !product.contains(&on.as_str()) && !tests.contains(&on.as_str()) {
                wrong.push(format!("{name} -> {on} (in its tests)"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows the table does not allow: {wrong:#?}");
}

#[test]
fn pure_rooms_know_only_a_named_short_list_and_edges_keep_their_own() {
    let packages = packages();
    let mut wrong = Vec::new();
    for (room, crates) in PURE {
        let Some(package) = packages.get(*room) else { continue };
        for on in names(package, "normal").union(&names(package, "build")) {
            if !crates.contains(&on.as_str()) && !allowed(ROOMS, room).contains(&on.as_str()) {
                wrong.push(format!("{room} -> {on}"));
            }
        }
    }
    for (name, package) in &packages {
        for on in names(package, "normal") {
            let rooms = allowed(RESERVED, &on);
            if !rooms.is_empty() && !rooms.contains(&name.as_str()) {
                wrong.push(format!("{name} -> {on}, which is reserved to {rooms:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pure_rooms_say_so_in_a_clippy_file_of_their_own() {
    let packages = packages();
    for (room, _) in PURE {
        let Some(package) = packages.get(*room) else { continue };
        let file = package.folder.join("clippy.toml");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(text.contains("disallowed-"), "{} names nothing that {room} may not use", file.display());
    }
}

#[test]
fn the_lambda_binary_links_ring_and_nothing_banned() {
    let tree = cargo(&["tree", "--offline", "-p", "handlers", "-e", "normal", "--prefix", "none"]);
    let linked: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(linked.contains("ring"), "without ring there is no TLS");
    let banned: Vec<&&str> = BANNED.iter().filter(|name| linked.contains(**name)).collect();
    assert!(banned.is_empty(), "{banned:?}");
    println!("the Lambda binary links {} crates", linked.len());
}

#[test]
fn every_room_inherits_the_lints_and_every_file_says_what_it_is_for() {
    let mut wrong = Vec::new();
    let mut files = 0;
    for (name, package) in packages() {
        let manifest = std::fs::read_to_string(package.folder.join("Cargo.toml")).unwrap();
        if !manifest.contains("[lints]\nworkspace = true") {
            wrong.push(format!("{name} does not inherit the workspace's lints"));
        }
        for file in rust_files(&package.folder) {
            files += 1;
            let text = std::fs::read_to_string(&file).unwrap();
            let shown = file.strip_prefix(root()).unwrap_or(&file).display().to_string();
            if !text.starts_with("//! ") {
                wrong.push(format!("{shown} does not open with what it is for"));
            }
            // It takes the place of a function of the C library, in child processes of the tests.
            if says_unsafe(&text) && !shown.ends_with("told_time/library.rs") {
                wrong.push(format!("{shown} says unsafe"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(files > 40, "only {files} files were looked at");
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""));
}

/// The word as code, not in a comment or a lint's name.
fn says_unsafe(text: &str) -> bool {
    let keyword = ["un", "safe"].concat();
    text.lines().any(|line| {
        let code = line.split("//").next().unwrap_or_default();
        [" {", " fn", " impl", " extern"].iter().any(|after| code.contains(&format!("{keyword}{after}")))
    })
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && path.file_name().is_some_and(|n| n != "target" && n != "fuzz") {
                folders.push(path);
            } else if path.extension().is_some_and(|x| x == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// Licences of what is linked or run here: permissive ones, and Unicode's for its tables.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

/// Whether an SPDX expression leaves us a choice among [`LICENCES`]. Older crates write `/` for `OR`.
fn permits(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words = spaced.replace(" WITH ", "+");
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut place = 0;
    let permitted = any(&words, &mut place);
    permitted && place == words.len()
}

fn any(words: &[&str], place: &mut usize) -> bool {
    let mut permitted = all(words, place);
    while words.get(*place) == Some(&"OR") {
        *place += 1;
        permitted |= all(words, place);
    }
    permitted
}

fn all(words: &[&str], place: &mut usize) -> bool {
    let mut permitted = one(words, place);
    while words.get(*place) == Some(&"AND") {
        *place += 1;
        permitted &= one(words, place);
    }
    permitted
}

fn one(words: &[&str], place: &mut usize) -> bool {
    let word = words.get(*place).copied().unwrap_or_default();
    *place += 1;
    if word != "(" {
        return LICENCES.contains(&word.replace('+', " WITH ").as_str());
    }
    let permitted = any(words, place);
    *place += 1;
    permitted
}

/// What `cargo deny` asks of licences and sources (`.ci/deny` runs the tool itself, which takes minutes to build).
#[test]
fn every_dependency_has_a_licence_we_may_use_and_one_source() {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--offline", "--locked", "--format-version", "1"]))
            .unwrap();
    let mut sources = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        let (name, licence) = (&package["name"], package["license"].as_str().unwrap_or_default());
        assert!(permits(licence), "{name}: `{licence}` leaves us no licence of {LICENCES:?}");
        sources.extend(package["source"].as_str());
    }
    assert!(
        sources.len() == 1 && sources.iter().all(|source| source.starts_with("registry+")),
        "{sources:?}"
    );
    for (expression, expected) in [
        ("MIT/GPL-3.0", true),
        ("GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND ISC", true),
        ("MIT AND GPL-3.0", false),
        ("", false),
    ] {
        assert_eq!(permits(expression), expected, "{expression}");
    }
}
