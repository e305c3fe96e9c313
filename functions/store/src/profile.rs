//! Profiles: personal data, in an item of its own, so that it can be erased while the chain stays whole.

use crate::Store;
use crate::error::StoreError;
use domain::ids::{MemberId, TenantId};
use dsl::units::Day;
use serde::{Deserialize, Serialize};

/// What a merchant knows of a member. `Debug` shows nothing personal.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// Name.
    pub name: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Phone, E.164.
    pub phone: Option<String>,
    /// Date of birth.
    pub birthday: Option<Day>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile(..)")
    }
}

impl Store {
    /// Reads a profile; none when there is none (never enrolled with one, or erased).
    pub async fn profile(&self, _tenant: &TenantId, _member: &MemberId) -> Result<Option<Profile>, StoreError> {
        todo!()
    }
}
