//! Time to publish rules and to load what was published: 10, 100 and 1,000 rules (a thousand are three files).
//!
//! `cargo bench -p dsl --bench publish`

#[path = "merchant/mod.rs"]
mod merchant;

use divan::{Bencher, black_box};
use dsl::plan::Rulebook;

fn main() {
    for count in [10, 100, 1_000] {
        let (files, book) = (merchant::sources(count), merchant::compiled(count));
        println!(
            "{} rules: {} bytes of text in {} files, {} bytes compiled",
            book.programme().rules.len(),
            files.iter().map(String::len).sum::<usize>(),
            files.len(),
            book.to_bytes().len()
        );
    }
    divan::main();
}

#[divan::bench(args = [10, 100, 1_000], sample_count = 20)]
fn parse_check_compile(bencher: Bencher<'_, '_>, rules: usize) {
    let files = merchant::sources(rules);
    bencher.bench_local(|| Rulebook::compile(merchant::joined(black_box(&files))));
}

#[divan::bench(args = [10, 100, 1_000], sample_count = 20)]
fn compile_alone(bencher: Bencher<'_, '_>, rules: usize) {
    let programme = merchant::joined(&merchant::sources(rules));
    bencher.bench_local(|| Rulebook::compile(black_box(programme.clone())));
}

#[divan::bench(args = [10, 100, 1_000], sample_count = 20)]
fn load(bencher: Bencher<'_, '_>, rules: usize) {
    let bytes = merchant::compiled(rules).to_bytes();
    bencher.bench_local(|| Rulebook::from_bytes(black_box(&bytes)));
}
