//! Small words that others build on: effects as the API calls them, counters of steps, the word that was meant.

use dsl::effect::{Effect, Prompt, apply};
use dsl::facts::{Metric, Window};
use dsl::nearest::nearest;
use dsl::plan::step_of;
use dsl::units::Period;

#[test]
fn effects_have_the_words_of_the_api() {
    let effects = [
        (Effect::Tag("vip".to_owned()), "tag_member", "vip", "tag member \"vip\""),
        (Effect::Untag("new".to_owned()), "untag_member", "new", "untag member \"new\""),
        (Effect::Case("late".to_owned()), "open_case", "late", "open case \"late\""),
        (Effect::Prompt(Prompt::Review), "prompt", "review", "prompt for review"),
        (Effect::Prompt(Prompt::Referral), "prompt", "referral", "prompt for referral"),
        (Effect::Signal("loved".to_owned()), "emit_event", "loved", "emit event \"loved\""),
    ];
    for (effect, kind, name, said) in effects {
        assert_eq!((effect.kind(), effect.name(), effect.to_string().as_str()), (kind, name, said));
    }
}

#[test]
fn a_tag_is_given_once_and_taken_whole() {
    let mut tags = vec!["vip".to_owned(), "new".to_owned()];
    apply(
        &[Effect::Tag("vip".to_owned()), Effect::Untag("new".to_owned()), Effect::Tag("old".to_owned())],
        &mut tags,
    );
    assert_eq!(tags, ["vip", "old"]);
}

#[test]
fn a_counter_of_steps_says_what_it_counts() {
    let step = |key: &str| step_of(key).map(|step| (step.sum.metric, step.sum.window, step.at_least));
    let spent = |period| Some((Metric::Spent, Window::Calendar(period), 10_000));
    assert_eq!(step("every:base/spent/10000/times/day"), spent(Period::Day));
    assert_eq!(step("every:base/spent/10000/times/week"), spent(Period::Week));
    assert_eq!(step("every:base/spent/10000/times/month"), spent(Period::Month));
    assert_eq!(step("every:base/spent/10000/times/year"), spent(Period::Year));
    assert_eq!(step("every:x/purchases/1/times/programme"), Some((Metric::Purchases, Window::Lifetime, 1)));
    for none in [
        "rule:base/times/day",
        "every:base/spent/0/times/day",
        "every:base/spent/-1/times/day",
        "every:base/spent/10000/points/day",
        "every:base/earned/10000/times/day",
        "every:base/spent/10000/times/hour",
    ] {
        assert_eq!(step(none), None, "{none}");
    }
}

#[test]
fn the_nearest_name_is_the_likeliest_slip() {
    // what two paths share before the point says nothing
    assert_eq!(nearest("basket.pad", ["basket.paid", "basket.items"]), Some("basket.paid"));
    assert_eq!(nearest("basket.x", ["basket.paid", "basket.items"]), None);
    // of two as near, the one of the same length; then the one with a letter more; then the first
    assert_eq!(nearest("cart", ["carat", "card"]), Some("card"));
    assert_eq!(nearest("carts", ["cart", "cartes"]), Some("cartes"));
    assert_eq!(nearest("bats", ["cats", "rats"]), Some("cats"));
    // two neighbours swapped are one slip, also at the end, and capitals are none
    assert_eq!(nearest("silevr", ["silver", "sliver"]), Some("silver"));
    assert_eq!(nearest("GOLD", ["gold"]), Some("gold"));
    // itself is no suggestion, nor is another word as long
    assert_eq!(nearest("gold", ["gold"]), None);
    assert_eq!(nearest("ab", ["cd"]), None);
    assert_eq!(nearest("a", ["b"]), None);
    let long = "x".repeat(64);
    assert_eq!(
        nearest(&long, [format!("{}y", &long[1..]).as_str()]),
        Some(format!("{}y", &long[1..])).as_deref()
    );
    assert_eq!(nearest(&"x".repeat(65), ["x"]), None);
}
