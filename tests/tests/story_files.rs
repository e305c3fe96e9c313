//! Every story file can be read, whatever the rooms below can do by now.

#[test]
fn every_story_file_is_read() {
    for file in std::fs::read_dir(tests::story::folder()).unwrap().flatten() {
        let (name, path) = (file.file_name(), file.path());
        let is_story = path.extension().is_some_and(|ending| ending == "story");
        assert!(name == "README.md" || is_story, "{} is no story: nothing would play it", path.display());
    }
    for path in tests::story::files().unwrap() {
        let story = tests::story::load(&path).unwrap_or_else(|e| panic!("{e}"));
        assert!(!story.steps.is_empty(), "{} tells nothing", path.display());
    }
}

#[test]
fn every_storys_rules_can_be_published() {
    for path in tests::story::files().unwrap() {
        let story = tests::story::load(&path).unwrap();
        for (name, text) in &story.rules {
            let checked = dsl::check::check(text.as_bytes(), None);
            let said = dsl::diagnostic::render(name, text, &checked.diagnostics);
            assert!(checked.programme.is_some(), "{}:\n{said}", path.display());
        }
    }
}
