//! CEL: a program per rule, all compiled ahead, over one context.

use super::{Asked, Engine, c_like};
use cel::{Context, Program, Value};

pub struct Cel {
    programs: Vec<Program>,
    context: Context<'static, 'static>,
}

impl Cel {
    pub fn of(asked: &Asked) -> Self {
        let any = |names: &[&'static str]| {
            let each: Vec<String> = names.iter().map(|name| format!("\"{name}\" in categories")).collect();
            format!("({})", each.join(" || "))
        };
        let programs =
            asked.campaigns.iter().map(|campaign| Program::compile(&c_like(campaign, any, "in")).unwrap());
        let mut context = Context::default();
        context.add_variable_from_value("tier", asked.tier);
        context.add_variable_from_value("paid", asked.paid);
        context.add_variable_from_value("minute", asked.minute);
        context.add_variable_from_value("day", asked.day);
        context.add_variable_from_value("categories", asked.categories.clone());
        Self { programs: programs.collect(), context }
    }

    fn holds(&self, program: &Program) -> bool {
        matches!(program.execute(&self.context), Ok(Value::Bool(true)))
    }
}

impl Engine for Cel {
    fn decide(&mut self) -> usize {
        self.programs.iter().filter(|program| self.holds(program)).count()
    }

    fn fired(&mut self) -> Vec<usize> {
        let rules = self.programs.iter().enumerate();
        rules.filter(|(_, program)| self.holds(program)).map(|(at, _)| at).collect()
    }
}
