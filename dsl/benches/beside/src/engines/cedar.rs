//! Cedar: a policy per rule in one set; the policies that decided are the rules that hold.

use super::{Asked, Engine, quoted};
use crate::merchant::sparse::{DAYS, TIERS, When};
use cedar_policy::{
    Authorizer, Context, Entities, EntityUid, Policy, PolicyId, PolicySet, Request, RestrictedExpression,
};

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    request: Request,
}

impl Cedar {
    pub fn of(asked: &Asked) -> Self {
        let mut policies = PolicySet::new();
        for (at, campaign) in asked.campaigns.iter().enumerate() {
            let when = match &campaign.when {
                When::Time(from, until) => {
                    format!("context.minute >= {from} && context.minute < {until}")
                }
                When::Days(days) => {
                    format!("[{}].contains(context.day)", quoted(days.iter().map(|at| DAYS[*at])))
                }
            };
            let text = format!(
                "permit(principal, action, resource) when {{ context.tier == \"{}\" && context.paid >= {} && context.categories.containsAny([{}]) && {when} }};",
                TIERS[campaign.tier],
                campaign.at_least_minor,
                quoted(super::categories(campaign)),
            );
            policies.add(Policy::parse(Some(PolicyId::new(at.to_string())), text).unwrap()).unwrap();
        }
        let text = RestrictedExpression::new_string;
        let categories = asked.categories.iter().map(|name| text(name.clone()));
        let context = Context::from_pairs([
            ("tier".to_owned(), text(asked.tier.to_owned())),
            ("paid".to_owned(), RestrictedExpression::new_long(asked.paid)),
            ("minute".to_owned(), RestrictedExpression::new_long(asked.minute)),
            ("day".to_owned(), text(asked.day.to_owned())),
            ("categories".to_owned(), RestrictedExpression::new_set(categories)),
        ]);
        let who = |text: &str| text.parse::<EntityUid>().unwrap();
        let request = Request::new(
            who("Member::\"ana\""),
            who("Action::\"buy\""),
            who("Shop::\"kaffa\""),
            context.unwrap(),
            None,
        );
        Self {
            authorizer: Authorizer::new(),
            policies,
            entities: Entities::empty(),
            request: request.unwrap(),
        }
    }
}

impl Engine for Cedar {
    fn decide(&mut self) -> usize {
        self.authorizer
            .is_authorized(&self.request, &self.policies, &self.entities)
            .diagnostics()
            .reason()
            .count()
    }

    fn fired(&mut self) -> Vec<usize> {
        let answer = self.authorizer.is_authorized(&self.request, &self.policies, &self.entities);
        assert_eq!(answer.diagnostics().errors().count(), 0);
        let mut found: Vec<usize> =
            answer.diagnostics().reason().map(|id| id.to_string().parse().unwrap()).collect();
        found.sort_unstable();
        found
    }
}
