//! Stories: what happens to a programme's members, line by line, in words a merchant can follow.
//! The format is described in `tests/stories/README.md`; this module only reads it, and runs nothing.

pub mod expect;
pub mod parse;
mod words;

use crate::clock::Wall;
use dsl::event::{FieldValue, Line};
use dsl::units::{Day, Moment};
use expect::Expect;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A story.
#[derive(Debug, Clone)]
pub struct Story {
    /// Its first line.
    pub title: String,
    /// The zone its moments are written in.
    pub wall: Wall,
    /// The texts of its rules, by the name the story gives them.
    pub rules: BTreeMap<String, String>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One line of a story, with what must come of it.
#[derive(Debug, Clone)]
pub struct Step {
    /// Line number in the file, from 1.
    pub line: usize,
    /// As written, without its moment.
    pub text: String,
    /// When.
    pub at: Moment,
    /// Who does what.
    pub action: Action,
    /// What must come of it.
    pub expects: Vec<Expect>,
}

/// What happens in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// `publish spring`, `publish spring without activating it`.
    Publish {
        /// The rules' name in the story.
        rules: String,
        /// Whether they decide from now on.
        activate: bool,
    },
    /// `activate spring`: the pointer moves to a version published before.
    Activate {
        /// The rules' name in the story.
        rules: String,
    },
    /// `the birthday job runs`, `the due job runs twice`, `the due job of 2022-03-04 06:00 runs`.
    Job(Run),
    /// A member's own deed.
    Member {
        /// Who.
        member: String,
        /// What.
        act: Act,
    },
}

/// A job's run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its name, as the schedule's event has it.
    pub job: String,
    /// The schedule's moment, where that is not the step's.
    pub scheduled: Option<Moment>,
    /// How often, and how.
    pub times: Times,
}

/// How often a job runs in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// Once.
    Once,
    /// One run after another: the schedule's event was delivered twice.
    Twice,
    /// Two runs at the same time.
    TwiceAtOnce,
}

/// What a member does, or what is done for her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// `enrols`, `enrols born 1990-02-28`, `enrols on device d1`, `enrols with tags vip`.
    Enrol {
        /// Date of birth.
        birthday: Option<Day>,
        /// Tags.
        tags: Vec<String>,
        /// On which device.
        device: Option<String>,
    },
    /// `buys A1: coffee 4.50 EUR, 2 x cake 7.00 EUR`.
    Buy(Buy),
    /// `returns A1 as B1: line 1`.
    Return(Return),
    /// `redeems R1: 500 points`, `holds R1 for 15 minutes: reward free_coffee`.
    Redeem(Redeem),
    /// `captures R1 as C1`, `releases R1 as L1`, `cancels R1 as X1`.
    Finish(Finish),
    /// `sends E1: check_in with score 9`.
    Send(Send),
    /// `uses the voucher of R1 as V1`, `reserves the voucher of A1 as V2 for 15 minutes choosing cake`.
    Voucher(VoucherStep),
    /// `is given 500 points as J1 for goodwill`, `is docked 200 points as J2 for correction`.
    Adjust {
        /// The adjustment's event id.
        id: String,
        /// Points given; below 0, taken.
        points: i64,
        /// Why.
        reason: String,
    },
    /// `is frozen from earning and spending as Z1 for fraud`, `is set free as Z2 for cleared`.
    Freeze {
        /// The freeze's event id.
        id: String,
        /// Whether earning is frozen from now on.
        earning: bool,
        /// Whether spending is frozen from now on.
        spending: bool,
        /// Why.
        reason: String,
    },
    /// `changes U1: born 1990-03-06, tags vip press, consents email, terms 2022-05`.
    Change(Change),
    /// `takes in bea as G1 for duplicate`: bea becomes her.
    Merge {
        /// The merge's event id.
        id: String,
        /// Who goes.
        from: String,
        /// Why.
        reason: String,
    },
    /// `is erased for request`; repeated as `erasure`.
    Erase {
        /// Why.
        reason: String,
    },
    /// `is invited to nps`: gets a token.
    Invite {
        /// The survey.
        survey: String,
    },
    /// `answers nps: score 9, reason price, comment quick`, with the token she got last.
    Answer(Answering),
    /// `shows the newest entry`.
    Newest,
    /// `gets her code`.
    Code,
    /// `joins through ana as F1`, `joins through ana as F1 on device d1`.
    Join {
        /// The event id.
        id: String,
        /// Whose code it is.
        referrer: String,
        /// On which device.
        device: Option<String>,
    },
    /// `repeats A1`: the very same request once more.
    Repeat {
        /// The event id of the request.
        id: String,
    },
    /// `shows the card`.
    Card,
}

/// A change of a profile: what is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// The change's event id.
    pub id: String,
    /// Date of birth.
    pub birthday: Option<Day>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// Where she lives.
    pub home: dsl::facts::Home,
    /// All purposes she consents to.
    pub consents: Option<Vec<String>>,
    /// The terms she accepted.
    pub terms: Option<String>,
    /// The household she belongs to; `none` for none.
    pub household: Option<String>,
}

/// An answer to a survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answering {
    /// The survey.
    pub survey: String,
    /// What is answered, by question, free text too.
    pub answers: BTreeMap<String, FieldValue>,
}

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buy {
    /// Its event id.
    pub id: String,
    /// When it happened, where that is not when it was sent.
    pub dated: Option<Moment>,
    /// Currency code.
    pub currency: String,
    /// Channel.
    pub channel: Option<String>,
    /// Store.
    pub store: Option<String>,
    /// The redemption that helped to pay.
    pub paid_with: Option<String>,
    /// Lines.
    pub lines: Vec<Line>,
}

/// A return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// The purchase.
    pub purchase: String,
    /// The return's event id.
    pub id: String,
    /// Lines; empty for everything left.
    pub lines: Vec<ReturnLine>,
}

/// A line that comes back; lines count from 1 in stories, from 0 here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnLine {
    /// Index, from 0.
    pub line: usize,
    /// Pieces.
    pub quantity: i64,
    /// Minor units, where stated.
    pub amount_minor: Option<i64>,
}

/// A redemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeem {
    /// Its event id.
    pub id: String,
    /// For what.
    pub what: What,
    /// Seconds of a hold; none to redeem at once.
    pub hold_seconds: Option<i64>,
    /// The basket it is used on.
    pub lines: Vec<Line>,
    /// Of a choice: what is picked.
    pub choice: Option<String>,
}

/// A step of a voucher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherStep {
    /// `reserve`, `release`, `fulfil`, `cancel`: the word of the HTTP API.
    pub how: &'static str,
    /// The event id of the request that issued it.
    pub of: String,
    /// The step's own event id.
    pub id: String,
    /// Of a reservation: for how long.
    pub seconds: Option<i64>,
    /// Of a choice: what is picked.
    pub choice: Option<String>,
}

/// What is redeemed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// So many points.
    Points(i64),
    /// A reward.
    Reward(String),
}

/// What ends, or undoes, a redemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// Which way.
    pub how: How,
    /// The redemption.
    pub redemption: String,
    /// The step's own event id.
    pub id: String,
    /// Points, for a capture of a part.
    pub points: Option<i64>,
}

/// How a redemption goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum How {
    Capture,
    Release,
    Cancel,
}

impl How {
    /// The word of the HTTP API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Release => "release",
            Self::Cancel => "cancel",
        }
    }
}

/// A declared event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    /// Its event id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// When it happened, where that is not when it was sent.
    pub dated: Option<Moment>,
    /// Its fields.
    pub fields: BTreeMap<String, FieldValue>,
}

/// Names of the jobs a story can run: those of the handlers, which the stories on their floor hold these against.
pub const JOBS: [&str; 2] = ["birthday", "due"];

/// The repository's root: the first folder above this crate's that has the stories.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().find(|folder| folder.join("tests/stories").is_dir()).unwrap_or(here)
}

/// The folder of the stories.
pub fn folder() -> PathBuf {
    root().join("tests/stories")
}

/// All story files, by name.
pub fn files() -> Result<Vec<PathBuf>, String> {
    let folder = folder();
    let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|x| x == "story")).collect();
    files.sort();
    Ok(files)
}

/// Reads a story file; rules it takes `from` a file, or from a folder of them, are found from the repository's root.
pub fn load(path: &Path) -> Result<Story, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    parse::story(&text, &|file| rules(&root().join(file)).map_err(|e| format!("{file}: {e}")))
        .map_err(|e| format!("{}:{e}", path.display()))
}

/// The text of a rule file; of a folder, of those in it and right below it, as they are uploaded.
fn rules(path: &Path) -> Result<String, String> {
    if !path.is_dir() {
        return std::fs::read_to_string(path).map_err(|e| e.to_string());
    }
    let mut files = BTreeMap::new();
    let mut waiting = vec![(path.to_owned(), String::new())];
    while let Some((folder, before)) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|e| e.to_string())?.flatten() {
            let name = format!("{before}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                waiting.push((entry.path(), format!("{name}/")));
            } else {
                files.insert(name, std::fs::read(entry.path()).map_err(|e| e.to_string())?);
            }
        }
    }
    let joined = dsl::files::join(&files).map_err(|e| e.to_string())?;
    String::from_utf8(joined).map_err(|e| e.to_string())
}

impl Story {
    /// All members it names, in order.
    pub fn members(&self) -> BTreeSet<&str> {
        let members = self.steps.iter().filter_map(|step| match &step.action {
            Action::Member { member, .. } => Some(member.as_str()),
            _ => None,
        });
        members.collect()
    }

    /// Whether any job runs in it.
    pub fn has_jobs(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.action, Action::Job(_)))
    }

    /// Whether something in it is decided by the clock alone: by a job, or by the time of a survey's token.
    pub fn needs_the_clock(&self) -> bool {
        let invites = |step: &Step| matches!(step.action, Action::Member { act: Act::Invite { .. }, .. });
        self.has_jobs() || self.steps.iter().any(invites)
    }
}

impl Act {
    /// The event id it is sent under; none for a read, and for an enrolment, which has none of its own.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Buy(buy) => Some(&buy.id),
            Self::Return(back) => Some(&back.id),
            Self::Redeem(redeem) => Some(&redeem.id),
            Self::Finish(finish) => Some(&finish.id),
            Self::Send(sent) => Some(&sent.id),
            Self::Voucher(step) => Some(&step.id),
            Self::Adjust { id, .. }
            | Self::Freeze { id, .. }
            | Self::Join { id, .. }
            | Self::Merge { id, .. } => Some(id),
            Self::Change(change) => Some(&change.id),
            Self::Erase { .. } => Some("erasure"),
            Self::Answer(answering) => Some(&answering.survey),
            Self::Enrol { .. }
            | Self::Invite { .. }
            | Self::Repeat { .. }
            | Self::Card
            | Self::Code
            | Self::Newest => None,
        }
    }

    /// When it happened, where that is not when it was sent.
    pub const fn dated(&self) -> Option<Moment> {
        match self {
            Self::Buy(buy) => buy.dated,
            Self::Send(sent) => sent.dated,
            _ => None,
        }
    }
}
