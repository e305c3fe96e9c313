//! Who is asking: tenant and roles, from the claims that API Gateway's authorizer verified and nothing else. A header
//! or a body can never set them.

use super::problem::{Problem, Reply};
use domain::ids::TenantId;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use std::collections::BTreeSet;

/// The subject of a token without one.
const UNNAMED: &str = "unnamed";

/// What the authorizer says of the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    /// The merchant.
    pub(crate) tenant: TenantId,
    /// Roles.
    pub(crate) roles: BTreeSet<String>,
    /// The subject: who published or activated something.
    pub(crate) subject: String,
}

impl Claims {
    /// Reads them from the request's context.
    pub(crate) fn of(request: &Request) -> Reply<Self> {
        let claims = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => {
                context.authorizer.as_ref().and_then(|a| a.jwt.as_ref()).map(|jwt| &jwt.claims)
            }
            _ => None,
        };
        let Some(claims) = claims else {
            let detail = "send a token the authorizer accepts: Authorization: Bearer ...";
            return Err(Problem::new(401, "auth.missing", "Not authenticated", detail));
        };
        let Some(tenant) = claims.get("tenant").and_then(|t| TenantId::parse(t)) else {
            let detail = "the token has no valid `tenant` claim";
            return Err(Problem::new(403, "auth.no_tenant", "No merchant", detail));
        };
        let roles = claims.get("roles").map(|r| words(r)).unwrap_or_default();
        let subject =
            claims.get("sub").filter(|s| s.len() <= 128).map_or_else(|| UNNAMED.to_owned(), Clone::clone);
        Ok(Self { tenant, roles, subject })
    }

    /// Who answers for what is done by hand; refused for a token that names nobody.
    pub(crate) fn actor(&self) -> Reply<String> {
        if self.subject.is_empty() || self.subject == UNNAMED || self.subject.chars().any(char::is_control) {
            let detail = "what is done by hand is done by somebody: the token has no valid `sub` claim";
            return Err(Problem::new(403, "auth.no_subject", "Nobody answers for it", detail));
        }
        Ok(self.subject.clone())
    }

    /// True with the role.
    pub(crate) fn has(&self, role: &str) -> bool {
        self.roles.contains(role)
    }

    /// Refuses a caller with none of the roles.
    pub(crate) fn need(&self, allowed: &[&str]) -> Reply<()> {
        if allowed.iter().any(|role| self.has(role)) {
            return Ok(());
        }
        let detail = format!("this needs the role {}", allowed.join(" or "));
        Err(Problem::new(403, "auth.role", "The role is missing", detail)
            .with("roles_needed", allowed.to_vec()))
    }
}

/// `till support`, or as API Gateway writes lists: `[till support]`.
fn words(claim: &str) -> BTreeSet<String> {
    let bare = claim.trim().trim_start_matches('[').trim_end_matches(']');
    bare.split(|c: char| c.is_whitespace() || c == ',').filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn roles_come_as_words_or_as_api_gateways_list() {
        for claim in ["till support", "[till support]", " [support, till] "] {
            assert_eq!(words(claim).into_iter().collect::<Vec<_>>(), ["support", "till"], "{claim}");
        }
        assert!(words("[]").is_empty());
    }
}
