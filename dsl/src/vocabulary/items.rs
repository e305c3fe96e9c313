//! What the items of a file are for, in the words of the reference and of hover.

use crate::syntax::ast::Kind;

/// One sentence for merchants on what an item is for.
pub const fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::Language => "the edition of the language, in the first line of every file",
        Kind::Programme => "the programme: its currency, its clock, and what holds for all points",
        Kind::Catalogue => {
            "your categories, brands, channels, stores and tags; a misspelt one is then an error"
        }
        Kind::Tiers => "the tiers, from the lowest, which everybody has, to the highest",
        Kind::Levels => "named steps of one sum, beside the tiers: for show, and for conditions on `level.…`",
        Kind::Group => "rules whose awards do not simply add up",
        Kind::Budget => "what all members together get at most",
        Kind::Attention => "how often members are addressed, and when they are left alone",
        Kind::Event => "an event of your own, with its fields",
        Kind::Segment => "a named group of members: everyone of whom its conditions hold",
        Kind::Experiment => "members in arms by lot, so that what an arm gets can be compared",
        Kind::Calendar => "named days, which come back as the calendar has them: holidays, festivals",
        Kind::Streak => "how many days, weeks or months in a row a member has bought",
        Kind::Challenge => "goals that a member works towards, and what she gets when they are reached",
        Kind::Survey => "questions that a member answers once",
        Kind::Rule => "on which event, under which conditions, what is given or happens, and what bounds it",
        Kind::Reward => "something points are spent on, or a rule gives",
        Kind::Referral => "how members bring friends",
        Kind::Check => {
            "what always holds, proved over every event; a file whose checks fail is not published"
        }
        Kind::Test => {
            "what is known, what happens, and what must come out; a file whose tests fail is not published"
        }
    }
}

/// How its head is written.
pub const fn head(kind: Kind) -> &'static str {
    match kind {
        Kind::Language => "language 1",
        Kind::Programme => "programme kaffa \"Kaffa Coffee Club\" {",
        Kind::Catalogue => "catalogue {",
        Kind::Tiers => "tiers {",
        Kind::Levels => "levels explorer \"Explorers\" {",
        Kind::Group => "group boosters \"Multipliers\" {",
        Kind::Budget => "budget winter \"Winter campaign\" {",
        Kind::Attention => "attention {",
        Kind::Event => "event check_in \"A visit\" {",
        Kind::Segment => "segment lapsed \"Not seen for 60 days\" {",
        Kind::Experiment => "experiment spring \"Does double pay?\" {",
        Kind::Calendar => "calendar holidays \"Public holidays\" {",
        Kind::Streak => "streak weekly \"Every week\" {",
        Kind::Challenge => "challenge spring \"Spring challenge\" {",
        Kind::Survey => "survey nps \"Would you recommend us?\" {",
        Kind::Rule => "rule base \"One point per euro\" {",
        Kind::Reward => "reward cup \"A cup\" {",
        Kind::Referral => "referral friends \"Bring a friend\" {",
        Kind::Check => "check \"never more than a quarter\" {",
        Kind::Test => "test \"coffee in the morning\" {",
    }
}
