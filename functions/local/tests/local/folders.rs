//! A programme of several files in one folder: every tool takes the folder, and says in which file what is.

use crate::desk::{Folder, RULES, run};
use serde_json::Value;
use std::path::Path;

/// [`RULES`] in three files: settings and tiers, the rule, its test.
pub(crate) fn cut(folder: &Folder) {
    let at = |part: &str| RULES.find(part).unwrap();
    let (rule, test) = (at("rule base"), at("test \"ten"));
    std::fs::create_dir_all(folder.path().join("rules")).unwrap();
    folder.file("shop.merit", &RULES[..rule]);
    folder.file("rules/base.merit", &RULES[rule..test]);
    folder.file("tests.merit", &RULES[test..]);
    // what is none of it
    std::fs::create_dir_all(folder.path().join("rules/old")).unwrap();
    std::fs::create_dir_all(folder.path().join(".git")).unwrap();
    for other in ["rules/old/base.merit", ".git/x.merit", ".draft.merit", "notes.txt"] {
        folder.file(other, "no rules\n");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_folder_is_one_programme_for_every_tool() {
    let folder = Folder::new("several");
    cut(&folder);
    let one = Folder::new("one");
    let one = one.file("shop.merit", RULES);
    let (here, one) = (text(folder.path()), text(&one));
    let (code, out, err) = run(&["check", here]);
    assert_eq!((code, out.trim()), (0, format!("{here}/: no mistakes").as_str()), "{err}");
    let (code, out, _) = run(&["test", here]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("1 test passed"), "{out}");
    // what they say of the folder is what they say of the file, but for names and numbers of versions
    let same = |arguments: &[&str]| {
        let with = |rules: &str| {
            let arguments: Vec<&str> =
                arguments.iter().map(|word| if *word == "RULES" { rules } else { *word }).collect();
            let (code, out, err) = run(&arguments);
            assert!(code == 0, "{arguments:?}: {out}{err}");
            let kept = out.lines().filter(|line| !line.contains("rulebook"));
            kept.collect::<Vec<_>>().join("\n")
        };
        let (of_folder, of_file) = (with(here), with(one));
        assert!(!of_file.is_empty());
        assert_eq!(of_folder, of_file, "{arguments:?}");
    };
    same(&["bound", "RULES"]);
    same(&["explain", "RULES", "--basket", "30.00 EUR", "--at", "2026-03-05T10:00"]);
    let history = folder.file(
        "history.csv",
        "event_id,member_id,occurred_at,amount_minor,currency,quantity,category,sku,store,kind\nA-1,m1,2026-01-02,1000,EUR,1,,S1,,purchase\n",
    );
    same(&["diff", "RULES", one, "--history", text(&history)]);
    let simulated = |rules: &str| {
        let (code, out, err) = run(&["simulate", rules, "--history", text(&history), "--json", "--quiet"]);
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<Value>(&out).unwrap()["candidate"]["issued_points"].clone()
    };
    assert_eq!((simulated(here), simulated(one)), (10.into(), 10.into()));
    let (code, out, err) = run(&["import", text(&history), "--rules", here, "--memory", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, _) = run(&["highlight", here, "--fragment"]);
    assert!(code == 0 && out.contains("rules/base.merit"), "{out}");
    // the one text that is uploaded is a rule file as any
    let (code, joined, err) = run(&["join", here]);
    assert_eq!(code, 0, "{err}");
    assert!(joined.starts_with("file \"rules/base.merit\"\nrule base"), "{joined}");
    assert_eq!(joined.matches("file \"").count(), 3);
    let upload = Folder::new("upload");
    let file = upload.file("shop.merit", &joined);
    assert_eq!(run(&["diff", text(&file), one]).0, 0);
}

#[test]
fn what_was_joined_is_split_again_and_nothing_is_overwritten() {
    let folder = Folder::new("several");
    cut(&folder);
    let (_, joined, _) = run(&["join", text(folder.path())]);
    let split = Folder::new("split");
    let file = split.file("joined.merit", &joined);
    let into = split.path().join("new/shop");
    let (code, out, err) = run(&["split", text(&file), "--into", text(&into)]);
    assert_eq!((code, out.lines().count()), (0, 3), "{err}");
    assert!(out.contains("shop/rules/base.merit\n"), "{out}");
    assert_eq!(run(&["join", text(&into)]).1, joined);
    // once more says the same, and another text is kept as it is
    assert_eq!(run(&["split", text(&file), "--into", text(&into)]).0, 0);
    std::fs::write(into.join("rules/base.merit"), "# mine\n").unwrap();
    std::fs::remove_file(into.join("tests.merit")).unwrap();
    let (code, _, err) = run(&["split", text(&file), "--into", text(&into)]);
    assert!(code == 2 && err.contains("rules/base.merit: is there already and says something else"), "{err}");
    assert_eq!(std::fs::read_to_string(into.join("rules/base.merit")).unwrap(), "# mine\n");
    assert!(!into.join("tests.merit").exists());
    // one file, two of a name, a name that leads elsewhere
    let one = split.file("one.merit", RULES);
    let (code, _, err) = run(&["split", text(&one), "--into", text(&into)]);
    assert!(code == 2 && err.contains("it is one file already"), "{err}");
    for (names, said) in
        [(["a", "a"], "two files called `a.merit`"), (["a", "../b"], "`../b.merit` is no name")]
    {
        let lines = names.map(|name| format!("file \"{name}.merit\"\nlanguage 1\n")).concat();
        let wrong = split.file("wrong.merit", &lines);
        let away = split.path().join("away");
        let (code, _, err) = run(&["split", text(&wrong), "--into", text(&away)]);
        assert!(code == 2 && err.contains(said) && err.contains("wrong.merit:"), "{err}");
        assert!(!away.exists());
    }
}

#[test]
fn a_mistake_is_shown_in_its_file() {
    let folder = Folder::new("several");
    cut(&folder);
    let here = text(folder.path());
    let base = folder.path().join("rules/base.merit");
    let whole = std::fs::read_to_string(&base).unwrap();
    std::fs::write(&base, whole.replace("basket.paid", "basket.payed")).unwrap();
    let (code, out, _) = run(&["check", here]);
    assert_eq!(code, 1);
    assert!(out.contains(&format!("┌─ {here}/rules/base.merit:3:32\n")), "{out}");
    let (_, out, _) = run(&["check", "--json", here]);
    let found: Value = serde_json::from_str(&out).unwrap();
    let told = &found["files"][0]["diagnostics"][0];
    assert_eq!(told["file"], format!("{here}/rules/base.merit"));
    let lines = ["line", "column", "end_line", "end_column"].map(|name| told[name].as_u64().unwrap());
    assert_eq!(lines, [3, 32, 3, 44]);
    let (code, out, err) = run(&["join", here]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("rules/base.merit:3:32"), "{err}");
    for tool in ["test", "bound"] {
        let (code, out, _) = run(&[tool, here]);
        assert!(code == 1 && out.contains("rules/base.merit:3:32"), "{tool}: {out}");
    }
    // what no test notices is named with its file too
    std::fs::write(&base, whole).unwrap();
    folder.file(
        "tests.merit",
        &RULES[RULES.find("test \"ten").unwrap()..].replace("expect 10 points", "expect rule base fires"),
    );
    let (_, out, _) = run(&["test", here, "--mutants"]);
    assert!(out.contains(&format!("\n  {here}/rules/base.merit:1: no test notices if, of")), "{out}");
}

#[test]
fn each_file_of_a_folder_is_formatted_by_itself() {
    let folder = Folder::new("several");
    cut(&folder);
    let here = text(folder.path());
    let (code, out, _) = run(&["fmt", here]);
    assert_eq!(code, 0, "{out}");
    assert_eq!(run(&["fmt", "--check", here]).0, 0);
    let base = folder.path().join("rules/base.merit");
    let neat = std::fs::read_to_string(&base).unwrap();
    std::fs::write(&base, neat.replace("  give", "     give")).unwrap();
    let (code, out, _) = run(&["fmt", "--check", here]);
    assert!(code == 1 && out.contains("rules/base.merit: not formatted"), "{out}");
    let (code, out, _) = run(&["fmt", here]);
    assert!(code == 0 && out.trim().ends_with("rules/base.merit: formatted"), "{out}");
    assert_eq!(std::fs::read_to_string(&base).unwrap(), neat);
    assert_eq!(std::fs::read_to_string(folder.path().join("rules/old/base.merit")).unwrap(), "no rules\n");
}

#[test]
fn what_cannot_be_joined_is_said() {
    let folder = Folder::new("several");
    let here = text(folder.path()).to_owned();
    for tool in ["check", "fmt", "join", "bound"] {
        let (code, _, err) = run(&[tool, &here]);
        assert!(code == 2 && err.contains("no rule file"), "{tool}: {err}");
    }
    cut(&folder);
    let (_, joined, _) = run(&["join", &here]);
    let all = folder.file("all.merit", &joined);
    let (code, _, err) = run(&["check", &here]);
    assert!(code == 2 && err.contains("all.merit: this file is several joined already"), "{err}");
    std::fs::remove_file(&all).unwrap();
    let capital = folder.file("Summer Sale.merit", "");
    let (code, _, err) = run(&["join", &here]);
    assert!(code == 2 && err.contains("Summer Sale.merit") && err.contains("lower-case"), "{err}");
    std::fs::remove_file(&capital).unwrap();
    let (code, _, err) = run(&["join", text(&folder.path().join("shop.merit"))]);
    assert!(code == 2 && err.contains("is no folder"), "{err}");
}

#[test]
fn a_folder_that_holds_very_much_is_not_read() {
    let folder = Folder::new("several");
    cut(&folder);
    let below = folder.path().join("notes");
    std::fs::create_dir_all(&below).unwrap();
    for note in 0..10_001 {
        std::fs::write(below.join(note.to_string()), "").unwrap();
    }
    let (code, _, err) = run(&["check", text(folder.path())]);
    assert!(code == 2 && err.contains("it holds very much"), "{err}");
}
