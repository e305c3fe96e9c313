//! Every story file can be read, whatever the rooms below can do by now.

#[test]
fn every_story_file_is_read() {
    for path in tests::story::files().unwrap() {
        let story = tests::story::load(&path).unwrap_or_else(|e| panic!("{e}"));
        assert!(!story.steps.is_empty(), "{} tells nothing", path.display());
    }
}
