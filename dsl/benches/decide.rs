//! Time to decide one purchase of four lines, with full verdicts, against the naive evaluator of the tests.
//!
//! `cargo bench -p dsl --bench decide`

#[path = "merchant/mod.rs"]
mod merchant;
#[path = "../tests/reference/mod.rs"]
mod reference;

use divan::{Bencher, black_box};

fn main() {
    // A bench of a plan that does something else would be worth nothing.
    for count in [10, 100, 1_000] {
        let (book, event) = (merchant::rulebook(count), merchant::event());
        let facts = merchant::facts(&book);
        let outcome = book.evaluate(&event, &facts);
        assert_eq!(outcome, reference::decide(&book, &event, &facts));
        let gave =
            outcome.verdicts.iter().filter(|it| matches!(it, dsl::outcome::Verdict::Gave { .. })).count();
        println!("{count} rules: {gave} give {} points in all", outcome.points);
    }
    divan::main();
}

#[divan::bench(args = [10, 100, 1_000])]
fn plan(bencher: Bencher<'_, '_>, rules: usize) {
    let (book, event) = (merchant::rulebook(rules), merchant::event());
    let facts = merchant::facts(&book);
    bencher.bench_local(|| book.evaluate(black_box(&event), black_box(&facts)));
}

#[divan::bench(args = [10, 100, 1_000], sample_count = 20)]
fn reference_for_comparison(bencher: Bencher<'_, '_>, rules: usize) {
    let (book, event) = (merchant::rulebook(rules), merchant::event());
    let facts = merchant::facts(&book);
    bencher.bench_local(|| reference::decide(black_box(&book), black_box(&event), black_box(&facts)));
}
