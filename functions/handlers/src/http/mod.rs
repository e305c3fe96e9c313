//! HTTP, for every function alike: routing, claims, bodies, problems, answers. It knows no rule of any programme.

pub(crate) mod body;
pub(crate) mod call;
pub(crate) mod claims;
pub(crate) mod fields;
pub(crate) mod json;
pub(crate) mod problem;
pub(crate) mod render;
pub(crate) mod respond;
pub(crate) mod router;
pub(crate) mod shape;
pub(crate) mod vouchers;
