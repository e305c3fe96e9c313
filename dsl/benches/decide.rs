//! Time to decide one purchase of four lines, with full verdicts.
//!
//! `cargo bench -p dsl --bench decide`

#[path = "merchant/mod.rs"]
mod merchant;

use divan::{Bencher, black_box};

fn main() {
    // A bench of a plan that does nothing would be worth nothing; that it does the right thing is for the tests.
    for count in [10, 100, 1_000] {
        let (book, event) = (merchant::rulebook(count), merchant::event());
        let facts = merchant::facts(&book);
        let outcome = book.evaluate(&event, &facts);
        assert!(outcome.points > 0);
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
