//! One way to write a thing, and no comment lost.

use crate::examples::{EXAMPLES, GARDEN, garden};
use dsl::check::check;
use dsl::fmt::format;

fn once(text: &str) -> String {
    format(text).unwrap_or_else(|found| panic!("{found:?}\n{text}"))
}

#[test]
fn the_examples_are_stored_formatted() {
    for (name, text) in EXAMPLES {
        assert_eq!(once(text), text, "{name}");
    }
    for (name, text) in GARDEN {
        assert_eq!(once(text), text, "{name}");
    }
    assert_eq!(once(&garden()), garden());
}

#[test]
fn layout_is_made_one() {
    let ragged = "language   1\nprogramme p   \"P\"{currency EUR timezone \"UTC\"}\n\n\n\n# about tiers\n tiers{ a always\nlonger from 1.00 EUR spent this  year }\nrule r{\non purchase # why\n\n\n when basket.tags has any of [ a,b , ]\nand any of{ channel is online\n# second\n   date between 2026-01-01 and 2026-02-01 }\n give 1 points\n}\n# end";
    let neat = r#"language 1

programme p "P" {
  currency EUR
  timezone "UTC"
}

# about tiers
tiers {
  a      always
  longer from 1.00 EUR spent this year
}

rule r {
  on purchase  # why

  when basket.tags has any of [a, b]
  and  any of {
    channel is online
    # second
    date between 2026-01-01 and 2026-02-01
  }
  give 1 point
}

# end
"#;
    assert_eq!(once(ragged), neat);
    assert_eq!(once(neat), neat);
}

#[test]
fn a_long_list_is_broken_and_comments_in_it_stay() {
    let names: Vec<String> = (0..30).map(|n| format!("category_{n}")).collect();
    let text = format!(
        "rule r {{\n  on purchase\n  when basket.categories has any of [{}]\n  and  basket.brands has any of [a, # first\n b,\n # own\n c]\n  give 1 point\n}}\n",
        names.join(", ")
    );
    let neat = once(&text);
    assert!(neat.lines().all(|line| line.len() <= 100), "{neat}");
    assert_eq!(once(&neat), neat);
    assert!(neat.contains("# first") && neat.contains("# own"), "{neat}");
}

#[test]
fn formatting_keeps_the_meaning() {
    for (name, text) in EXAMPLES {
        // every word on a line of its own where that is allowed, and all spaces doubled
        let ragged = text.replace("  ", "\t ").replace(" {\n", "   {\n\n\n# here\n").replace('\n', "\r\n");
        let neat = once(&ragged);
        assert_eq!(once(&neat), neat, "{name}");
        let mut before = check(text.as_bytes(), None).programme.expect(name);
        let mut after = check(neat.as_bytes(), None).programme.expect(name);
        crate::examples::forget_places(&mut before);
        crate::examples::forget_places(&mut after);
        assert_eq!(before, after, "{name}");
        assert_eq!(ragged.matches("# here").count(), neat.matches("# here").count(), "{name}");
    }
}

#[test]
fn what_does_not_parse_is_not_formatted() {
    assert!(format("rule {").is_err());
    assert_eq!(format("").as_deref(), Ok(""));
}
