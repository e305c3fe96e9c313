//! Experiments: their arms, and where rules may ask for them.

use super::condition::{Known, Scope, not_in_line};
use super::lint::{name_place, warn};
use super::literal;
use super::names::Names;
use super::programme::{label, name};
use super::report::{Report, short};
use super::survey::Said;
use super::timers::SEGMENT;
use crate::diagnostic::code;
use crate::model::{
    Active, Arm, Clause, Condition, Counts, Experiment, Fact, Give, HOLDOUT, LOTS, Predicate, Programme,
    Rule, Value,
};
use crate::syntax::ast::{Item, Kind, What, Word};
use crate::vocabulary::Type;

/// Arms an experiment may have.
const ARMS_MAX: usize = 20;

/// The names of an experiment's arms, as far as they are written.
pub(super) fn arms_of(item: &Item<'_>) -> Vec<String> {
    let arms = item.body.iter().filter_map(|clause| match &clause.what {
        What::Arm { name, .. } => Some(name.text.to_owned()),
        What::Holdout(_) => Some(HOLDOUT.to_owned()),
        _ => None,
    });
    arms.collect()
}

impl Names<'_> {
    /// An experiment; arms that are wrong are reported and left out.
    pub(super) fn experiment_item(item: &Item<'_>, report: &mut Report) -> Experiment {
        let mut experiment = Experiment {
            name: name(item),
            label: label(item, report),
            active: Active::default(),
            arms: Vec::new(),
            place: item.place,
        };
        let (mut last, mut wrong) = (None, item.broken);
        for clause in &item.body {
            let (arm, percent) = match &clause.what {
                What::Active { from, until } => {
                    experiment.active = Self::active(*from, *until, clause, report);
                    continue;
                }
                What::Holdout(percent) => (HOLDOUT, *percent),
                What::Arm { name, percent } => {
                    if name.text == HOLDOUT {
                        let text = format!("holdout {}", percent.text);
                        let message = "those who are to get nothing are no arm among others";
                        report.rewrite(code::BAD_NAME, clause.place, message, text);
                        wrong = true;
                        continue;
                    }
                    if experiment.has(name.text) {
                        let message = format!("there are two arms called `{}`", short(name.text));
                        report.error(code::DUPLICATE, name.place, message, "give one of them another name");
                        wrong = true;
                        continue;
                    }
                    (name.text, *percent)
                }
                _ => continue,
            };
            if experiment.arms.len() == ARMS_MAX {
                let help = format!("an experiment has at most {ARMS_MAX} arms");
                report.error(code::TOO_MANY, clause.place, "this experiment has too many arms", help);
                return experiment;
            }
            last = Some(percent);
            let share = literal::ratio(percent, report).and_then(|ratio| u32::try_from(ratio).ok());
            wrong |= share.is_none();
            experiment.arms.push(Arm { name: arm.to_owned(), share: share.unwrap_or(0) });
        }
        let all = experiment.arms.iter().fold(0_u32, |sum, arm| sum.saturating_add(arm.share));
        if let (Some(percent), false) = (last, wrong) {
            if experiment.arms.len() < 2 {
                let help = "add another arm, such as `holdout 10%`";
                report.error(code::MISSING, percent.place, "an experiment compares at least two arms", help);
            } else if all != LOTS {
                let message = format!("the arms come to {}, not to 100%", shown(all));
                let rest = experiment.arms.last().map(|arm| LOTS.saturating_add(arm.share).checked_sub(all));
                if let Some(rest) = rest.flatten().filter(|rest| *rest > 0) {
                    report.rewrite(code::AMOUNT, percent.place, message, shown(rest));
                } else {
                    let help = "change the shares so that every member is in one arm";
                    report.error(code::AMOUNT, percent.place, message, help);
                }
            }
        }
        experiment
    }

    /// `experiment.spring`.
    pub(super) fn experiment(&self, path: Word<'_>, scope: Scope<'_>, report: &mut Report) -> Option<Said> {
        let name = path.text.strip_prefix("experiment.")?;
        let Some(at) = self.experiments.iter().position(|known| *known == name) else {
            if !self.forgiven(Kind::Experiment) {
                let paths: Vec<String> =
                    self.experiments.iter().map(|name| format!("experiment.{name}")).collect();
                let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
                report.unknown(code::UNKNOWN_EXPERIMENT, "experiment", "experiments", path, &paths);
            }
            return Some(Said::Wrong);
        };
        if scope.is_line() {
            not_in_line(path, report);
            return Some(Said::Wrong);
        }
        if !scope.is_lost() && (scope.event.is_none() || scope.is_of(SEGMENT)) {
            let message = format!("`{}` decides what rules give, nothing else", short(path.text));
            report.error(code::NOT_HERE, path.place, message, "ask for it in the rules that it is about");
            return Some(Said::Wrong);
        }
        let one_of = self.arms.get(at).cloned();
        Some(Said::Known(Known { fact: Fact::Experiment(at), kind: Type::Text, aisle: None, one_of }))
    }
}

/// Ten-thousandths as a percentage.
fn shown(share: u32) -> String {
    let (whole, part) = (share.div_euclid(100), share.rem_euclid(100));
    if part == 0 { format!("{whole}%") } else { format!("{whole}.{part:02}%") }
}

/// Experiments that nothing asks about, and holdouts that get something.
pub(super) fn lint(items: &[Item<'_>], programme: &Programme, report: &mut Report) {
    let of_kind = items.iter().filter(|item| item.kind == Kind::Experiment);
    for (at, (item, experiment)) in of_kind.zip(&programme.experiments).enumerate() {
        let asks = |rule: &Rule| {
            let mut found = false;
            sentences(rule, &mut |clause, _| found |= clause.fact == Fact::Experiment(at));
            found
        };
        if !programme.rules.iter().any(asks) {
            let message = format!("no rule speaks of the experiment `{}`", short(&experiment.name));
            let help = format!(
                "add such as `when experiment.{} is {}` to a rule, or leave it out",
                experiment.name,
                experiment.arms.last().map_or("", |arm| arm.name.as_str())
            );
            warn(report, code::UNUSED_EXPERIMENT, name_place(item), message, &help);
        }
    }
    for rule in &programme.rules {
        if rule.gives.iter().all(|give| matches!(give, Give::Effect(effect) if !effect.is_benefit())) {
            continue;
        }
        sentences(rule, &mut |clause, wanted| {
            let holdout = Value::Text(HOLDOUT.to_owned());
            let named = match &clause.predicate {
                Predicate::Is(value) => *value == holdout,
                Predicate::In(values) => values.contains(&holdout),
                _ => false,
            };
            if named && wanted && matches!(clause.fact, Fact::Experiment(_)) {
                let message = "the holdout is there to get nothing, and this gives to it";
                let help = "ask for another arm; a group that gets something else is an `arm` with a name of its own";
                warn(report, code::HOLDOUT_PAID, clause.place, message, help);
            }
        });
    }
}

/// Every sentence of a rule's conditions, and of the goals of a challenge, and whether it is to hold: in `none of` it is
/// not to.
fn sentences(rule: &Rule, visit: &mut dyn FnMut(&Clause, bool)) {
    each(&rule.when, true, visit);
    for goal in rule.challenge().into_iter().flat_map(|challenge| &challenge.goals) {
        if let Counts::Times { when, .. } = &goal.counts {
            each(when, true, visit);
        }
    }
}

fn each(conditions: &[Condition], wanted: bool, visit: &mut dyn FnMut(&Clause, bool)) {
    for condition in conditions {
        match condition {
            Condition::Test(clause) => visit(clause, wanted),
            Condition::Any(inner) | Condition::All(inner) => each(inner, wanted, visit),
            Condition::NoneOf(inner) => each(inner, !wanted, visit),
            // segments know no experiments
            Condition::Segment { .. } => {}
        }
    }
}
