//! The claims an authorizer would have verified: here they are supplied by whoever started the server.

use lambda_http::http::HeaderValue;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Header in which tests may bring claims, where the gateway was started to accept it:
/// `{"tenant": "acme", "roles": "till support"}`.
pub const CLAIMS_HEADER: &str = "x-merit-dev-claims";

/// Every role there is: what the local server gives to whoever sits at the desk.
const ALL_ROLES: [&str; 5] = ["till", "support", "marketing", "importer", "operator"];

/// Who calls, for which merchant, with which roles.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The caller, as the identity provider numbers it.
    #[serde(default = "developer", rename = "sub")]
    pub subject: String,
    /// The merchant.
    pub tenant: String,
    /// Roles, separated by spaces.
    #[serde(default)]
    pub roles: String,
}

fn developer() -> String {
    "developer".to_owned()
}

impl Claims {
    /// A developer's claims: all roles at one merchant.
    pub fn all_roles(tenant: &str) -> Self {
        Self { subject: developer(), tenant: tenant.to_owned(), roles: ALL_ROLES.join(" ") }
    }

    /// An import's claims: it posts history and publishes the rules that judge it.
    pub fn importer(tenant: &str) -> Self {
        Self {
            subject: "import".to_owned(),
            tenant: tenant.to_owned(),
            roles: "importer marketing operator".to_owned(),
        }
    }

    /// Reads [`CLAIMS_HEADER`]; `None` when it is no such object.
    pub(super) fn from_header(value: &HeaderValue) -> Option<Self> {
        serde_json::from_slice(value.as_bytes()).ok()
    }

    /// As an API Gateway JWT authorizer hands them on: every claim a text, lists in brackets.
    pub(super) fn to_json(&self) -> Value {
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), self.subject.as_str().into());
        claims.insert("tenant".to_owned(), self.tenant.as_str().into());
        claims.insert("roles".to_owned(), format!("[{}]", self.roles).into());
        claims.into()
    }
}
