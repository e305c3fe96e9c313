//! Time to know the most that rules can pay, exactly, with an event that pays it: 10, 100 and 1,000 rules.
//!
//! `cargo bench -p dsl --bench bound`

#[path = "merchant/mod.rs"]
mod merchant;

use divan::{Bencher, black_box};
use dsl::prove::{Options, bound};

const POINTS: Options = Options { least_minor: None, most_minor: None, points_only: true };
/// Of a basket of at most 100.00 EUR: a number, where large baskets earn without an end.
const BASKET: Options = Options { most_minor: Some(10_000), ..POINTS };

fn main() {
    for count in [10, 100, 1_000] {
        let book = merchant::rulebook(count);
        for options in [POINTS, BASKET] {
            let bounds = bound(&book, options);
            let event = &bounds.events[0];
            println!(
                "{count} rules: {:?} points, {:?} micro-points per unit, exact {}, {} boxes, shown {:?}",
                event.points,
                event.per_unit_micro,
                event.exact,
                event.boxes,
                event.witness.as_ref().map(|told| told.points)
            );
        }
    }
    divan::main();
}

#[divan::bench(args = [10, 100, 1_000], sample_count = 10)]
fn worst_points(bencher: Bencher<'_, '_>, rules: usize) {
    let book = merchant::rulebook(rules);
    bencher.bench_local(|| bound(black_box(&book), POINTS));
}

#[divan::bench(args = [10, 100, 1_000], sample_count = 10)]
fn worst_points_of_a_basket(bencher: Bencher<'_, '_>, rules: usize) {
    let book = merchant::rulebook(rules);
    bencher.bench_local(|| bound(black_box(&book), BASKET));
}
