//! Our own programmes check clean.

use dsl::check::check;
use dsl::diagnostic::render;

/// The stored examples: name and text.
pub(crate) const EXAMPLES: [(&str, &str); 4] = [
    ("coffee.merit", include_str!("../../examples/coffee.merit")),
    ("beauty.merit", include_str!("../../examples/beauty.merit")),
    ("marketplace.merit", include_str!("../../examples/marketplace.merit")),
    ("imports.merit", include_str!("../../examples/imports.merit")),
];

#[test]
fn examples_check_without_a_word() {
    for (name, text) in EXAMPLES {
        let checked = check(text.as_bytes(), None);
        assert_eq!(render(name, text, &checked.diagnostics), "", "{name}");
        assert!(checked.programme.is_some(), "{name}");
    }
}
