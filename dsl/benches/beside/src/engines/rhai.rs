//! Rhai: one script for all rules, compiled and optimised ahead.

use super::{Asked, Engine, c_like};
use rhai::{AST, Array, Dynamic, OptimizationLevel, Scope};
use std::fmt::Write as _;

pub struct Rhai {
    engine: rhai::Engine,
    script: AST,
    scope: Scope<'static>,
}

impl Rhai {
    pub fn of(asked: &Asked) -> Self {
        let mut engine = rhai::Engine::new();
        engine.set_optimization_level(OptimizationLevel::Full);
        engine.set_max_expr_depths(0, 0);
        let any = |names: &[&'static str]| {
            let each: Vec<String> = names.iter().map(|name| format!("\"{name}\" in categories")).collect();
            format!("({})", each.join(" || "))
        };
        let mut text = "let found = [];\n".to_owned();
        for (at, campaign) in asked.campaigns.iter().enumerate() {
            writeln!(text, "if {} {{ found.push({at}); }}", c_like(campaign, any, "in")).unwrap();
        }
        text.push_str("found\n");
        let mut scope = Scope::new();
        scope.push_constant("tier", asked.tier.to_owned());
        scope.push_constant("paid", asked.paid);
        scope.push_constant("minute", asked.minute);
        scope.push_constant("day", asked.day.to_owned());
        let categories: Array = asked.categories.iter().map(|name| Dynamic::from(name.clone())).collect();
        scope.push_constant("categories", categories);
        // without the scope: constants of one purchase must not be folded into the script
        let script = engine.compile(&text).unwrap();
        Self { engine, script, scope }
    }

    fn found(&mut self) -> Array {
        let before = self.scope.len();
        let found = self.engine.eval_ast_with_scope::<Array>(&mut self.scope, &self.script).unwrap();
        self.scope.rewind(before);
        found
    }
}

impl Engine for Rhai {
    fn decide(&mut self) -> usize {
        self.found().len()
    }

    fn fired(&mut self) -> Vec<usize> {
        self.found().into_iter().map(|one| usize::try_from(one.as_int().unwrap()).unwrap()).collect()
    }
}
