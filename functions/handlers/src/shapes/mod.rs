//! What requests and answers look like: one description each, read by the handlers and written into OpenAPI.

pub(crate) mod answers;
mod challenges;
pub(crate) mod leaderboards;
pub(crate) mod people;
pub(crate) mod referral;
pub(crate) mod requests;
pub(crate) mod rewards;
pub(crate) mod rules;
pub(crate) mod surveys;
