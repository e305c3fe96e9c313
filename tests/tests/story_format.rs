//! The story format itself: what is read from a line, and what a mistake is told.

use dsl::event::FieldValue;
use dsl::units::{Day, Moment};
use tests::story::expect::{Balance, Expected};
use tests::story::{Act, Action, How, ReturnLine, Run, Story, Times, What, parse};

fn read(text: &str) -> Result<Story, String> {
    parse::story(text, &|file| Ok(format!("from {file}")))
}

fn act(line: &str) -> Result<Act, String> {
    let story = read(&format!("story T\nzone Europe/Paris\n2026-03-02 10:05 ana {line}\n"))?;
    match story.steps.into_iter().next().unwrap().action {
        Action::Member { act, .. } => Ok(act),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_story_has_rules_steps_and_expectations() {
    let story = read(
        "story Coffee\nzone Europe/Paris\n\nrules a:\n  language 1\n    deeper\n\n  last\nrules b from dsl/x.merit\n# note\n\
         2026-03-02 10:05  publish a\n2026-07-02 10:05 publish b without activating it\n2026-07-02 10:06 ana buys A1: 1.00 EUR\n  \
         earns 12 points, balance 3\n    tier gold\n",
    )
    .unwrap();
    assert_eq!(story.rules["a"], "language 1\n  deeper\n\nlast\n");
    assert_eq!(story.rules["b"], "from dsl/x.merit");
    assert_eq!(story.steps.len(), 3);
    assert_eq!(story.steps[0].at, Moment(1_772_442_300_000), "winter time");
    assert_eq!(story.steps[1].at, Moment(1_782_979_500_000), "summer time");
    let expected: Vec<&Expected> = story.steps[2].expects.iter().map(|e| &e.what).collect();
    assert_eq!(
        expected,
        [
            &Expected::Moved { account: "issuer", points: -12 },
            &Expected::Has { which: Balance::Active, points: 3 },
            &Expected::Tier(Some("gold".to_owned())),
        ]
    );
}

#[test]
fn purchases_and_returns_are_read_whole() {
    let Act::Buy(buy) = act(
        "buys A1 online paid with R1 dated 2026-03-01 09:00: 2 x coffee 7.00 EUR brand kaffa sku K1 tagged own_cup, 3.5 EUR never earns",
    )
    .unwrap() else {
        panic!("no purchase")
    };
    assert_eq!(
        (buy.id.as_str(), buy.channel.as_deref(), buy.paid_with.as_deref()),
        ("A1", Some("online"), Some("R1"))
    );
    assert_eq!(buy.dated, Some(Moment(1_772_352_000_000)));
    assert_eq!((buy.lines[0].quantity, buy.lines[0].amount_minor, buy.lines[0].eligible), (2, 700, true));
    assert_eq!(buy.lines[0].tags, ["own_cup"]);
    assert_eq!((buy.lines[1].quantity, buy.lines[1].amount_minor, buy.lines[1].eligible), (1, 350, false));
    let Act::Return(back) = act("returns A1 as B1: 2 of line 3 for 5.00 EUR, line 1").unwrap() else {
        panic!("no return")
    };
    assert_eq!(
        back.lines,
        [
            ReturnLine { line: 2, quantity: 2, amount_minor: Some(500) },
            ReturnLine { line: 0, quantity: 1, amount_minor: None }
        ]
    );
}

#[test]
fn redemptions_events_and_enrolments_are_read_whole() {
    let Act::Redeem(hold) = act("holds R1 for 15 minutes: reward ten_off on coffee 12.00 EUR").unwrap()
    else {
        panic!("no hold")
    };
    assert_eq!(
        (hold.hold_seconds, hold.what, hold.lines.len()),
        (Some(900), What::Reward("ten_off".to_owned()), 1)
    );
    let Act::Finish(capture) = act("captures R1 as C1: 300 points").unwrap() else { panic!("no capture") };
    assert_eq!((capture.how, capture.points), (How::Capture, Some(300)));
    let Act::Send(sent) =
        act("sends E1: review.published with stars 4.5, spent 3.00 EUR, verified yes, mood fine").unwrap()
    else {
        panic!("no event")
    };
    assert_eq!(sent.kind, "review.published");
    assert_eq!(sent.fields["stars"], FieldValue::Number(4_500_000));
    assert_eq!(sent.fields["spent"], FieldValue::Money(300));
    assert_eq!(sent.fields["verified"], FieldValue::Truth(true));
    assert_eq!(sent.fields["mood"], FieldValue::Text("fine".to_owned()));
    assert_eq!(
        act("enrols born 1970-01-03 with tags vip press").unwrap(),
        Act::Enrol { birthday: Some(Day(2)), tags: vec!["vip".to_owned(), "press".to_owned()], device: None }
    );
}

#[test]
fn jobs_run_once_twice_at_once_and_late() {
    let job = |line: &str| {
        let story = read(&format!(
            "story T\nzone UTC\n2026-03-02 10:05 the {line}\n  for ana: earns 5, balance 8\n"
        ))?;
        Ok::<_, String>(story.steps.into_iter().next().unwrap())
    };
    let run = |times, scheduled| Action::Job(Run { job: "due".to_owned(), scheduled, times });
    assert_eq!(job("due job runs").unwrap().action, run(Times::Once, None));
    assert_eq!(job("due job runs twice").unwrap().action, run(Times::Twice, None));
    let late = job("due job of 1970-01-02 00:00 runs twice at once").unwrap();
    assert_eq!(late.action, run(Times::TwiceAtOnce, Some(Moment(86_400_000))));
    let expected: Vec<_> = late.expects.iter().map(|e| (e.whose.as_deref(), &e.what)).collect();
    assert_eq!(
        expected,
        [
            (Some("ana"), &Expected::Moved { account: "issuer", points: -5 }),
            (Some("ana"), &Expected::Has { which: Balance::Active, points: 8 }),
        ]
    );
    let unknown = job("dance job runs").unwrap_err();
    assert!(unknown.starts_with("3: there is no job `dance`; there are birthday"), "{unknown}");
    assert!(job("due job runs often").unwrap_err().contains("`often` is one word too many"));
}

#[test]
fn a_mistake_names_its_line_and_what_should_stand_there() {
    for (line, said) in [
        ("buys A1", "3: `buys` says what after a colon"),
        ("buys A1: coffee", "3: an amount such as `12.00 EUR` is missing"),
        ("buys A1: 12.005 EUR", "3: `12.005` is no number with at most 2 digits"),
        ("buys A1: 12.00 EURO", "3: `EURO` is no currency"),
        ("buys A1 yesterday: 12.00 EUR", "3: `dated` should stand where `yesterday` stands"),
        ("returns A1 as B1: line 0", "3: lines of a receipt count from 1"),
        ("changes U1", "3: `changes` says what after a colon"),
        ("changes U1: mood fine", "3: nobody changes `mood fine`"),
        ("juggles", "3: nobody knows how to `juggle"),
        ("shows the card now", "3: `now` is one word too many"),
    ] {
        let error = act(line).unwrap_err();
        assert!(error.starts_with(said), "{line}: {error}");
    }
    let twice = "story T\nzone UTC\n2026-03-02 10:05 ana enrols\n2026-03-01 10:05 bea enrols\n";
    assert!(read(twice).unwrap_err().starts_with("4: time never runs backwards"));
    assert!(
        read("story T\nzone UTC\n2026-03-01 10:05 publish x\n").unwrap_err().contains("no rules named `x`")
    );
    assert!(
        read("story T\nzone UTC\n2026-03-01 10:05 ana enrols\n  glows\n")
            .unwrap_err()
            .starts_with("4: `glows`")
    );
}
