//! Profiles: personal data, in an item of its own, so that it can be erased while the chain stays whole.

use crate::Store;
use crate::call::s;
use crate::error::StoreError;
use crate::item::{Item, bytes, name, sealed, text};
use crate::key::{self, GPK, GSK, PK, PROFILE, SK};
use crate::meter::Meter;
use crate::words::Written;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use domain::ids::{MemberId, TenantId};
use domain::request::ProfileFacts;
use dsl::calendar::ymd;
use dsl::facts::Home;
use dsl::units::{Day, Moment};
use serde::{Deserialize, Serialize};

/// The one attribute that holds personal data.
const PERSONAL: &str = "p";
/// The checksum of the item: another one for every other profile.
const CHECKSUM: &str = "h";

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
    /// When the date of birth was last set after the enrolment: it celebrates from 30 days later on, and is locked
    /// for 365 days (`domain::celebrate`). None when it is the one given with the enrolment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birthday_set_at: Option<Moment>,
    /// Purposes the member consents to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<String>,
    /// The version of the terms the member accepted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// Country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// A keyed hash of what the member enrolled with, whatever became of it since: a repeated enrolment is known by it.
    /// None where she enrolled with nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolled_with: Option<String>,
    /// MACs of devices and means of payment she was seen with: what tells that two members are one person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prints: Vec<String>,
}

/// What becomes of a profile, in the transaction of an entry.
#[derive(Debug, Clone, Copy)]
pub enum ProfileWrite<'a> {
    /// It is written for the first time.
    Create(&'a Profile),
    /// It takes the place of the one that was read, and of no other.
    Replace {
        /// As it is to be.
        profile: &'a Profile,
        /// What was read; none where there was none.
        read: Option<Version>,
    },
    /// It stays; what a member wrote in answer to a survey is kept beside it.
    Words(&'a Written),
    /// It is deleted, if there is one, and with it all that was written in words.
    Erase(&'a [Written]),
}

/// Which writing of a profile was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version([u8; 32]);

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile(..)")
    }
}

impl Profile {
    /// What rules may read of it.
    pub fn facts(&self) -> ProfileFacts {
        ProfileFacts {
            birthday: self.birthday,
            tags: self.tags.clone(),
            birthday_set_at: self.birthday_set_at,
            home: Home {
                country: self.country.clone(),
                postcode: self.postcode.clone(),
                city: self.city.clone(),
            },
        }
    }
}

impl Store {
    /// Reads a profile; none when there is none (never enrolled with one, or erased).
    pub async fn profile(&self, tenant: &TenantId, member: &MemberId) -> Result<Option<Profile>, StoreError> {
        let (item, _) = self.get("profile", &key::member(tenant, member), PROFILE, &[]).await?;
        item.as_ref().map(decode).transpose()
    }

    /// The same with the version that [`ProfileWrite::Replace`] asks for.
    pub async fn profile_to_change(
        &self,
        tenant: &TenantId,
        member: &MemberId,
    ) -> Result<(Profile, Option<Version>), StoreError> {
        let (item, _) = self.get("profile", &key::member(tenant, member), PROFILE, &[]).await?;
        let Some(item) = item else { return Ok((Profile::default(), None)) };
        let corrupt = |_| StoreError::Corrupt(format!("{}: checksum is not 32 bytes", name(&item)));
        let version = Version(bytes(&item, CHECKSUM)?.try_into().map_err(corrupt)?);
        Ok((decode(&item)?, Some(version)))
    }

    /// What rules may read of the profile under this partition key.
    pub(crate) async fn profile_facts(&self, pk: &str) -> Result<(ProfileFacts, Meter), StoreError> {
        let (item, meter) = self.get("profile", pk, PROFILE, &[]).await?;
        let profile = item.as_ref().map(decode).transpose()?.unwrap_or_default();
        Ok((profile.facts(), meter))
    }
}

impl Store {
    /// What is written of a profile beside the entry of this partition.
    pub(crate) fn profile_items(
        &self,
        tenant: &TenantId,
        member: &MemberId,
        write: ProfileWrite<'_>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let built = |e: aws_sdk_dynamodb::error::BuildError| StoreError::Unavailable(e.to_string());
        let put = |profile| {
            Ok(Put::builder().table_name(&self.table).set_item(Some(encode(tenant, member, profile)?)))
        };
        let put = match write {
            ProfileWrite::Create(profile) | ProfileWrite::Replace { profile, read: None } => {
                put(profile)?.condition_expression("attribute_not_exists(pk)")
            }
            ProfileWrite::Replace { profile, read: Some(Version(read)) } => put(profile)?
                .condition_expression("#h = :read")
                .expression_attribute_names("#h", CHECKSUM)
                .expression_attribute_values(":read", AttributeValue::B(Blob::new(read))),
            ProfileWrite::Words(written) => return Ok(vec![self.words_put(tenant, member, written)?]),
            ProfileWrite::Erase(written) => {
                let delete =
                    Delete::builder().table_name(&self.table).key(PK, s(key::member(tenant, member)));
                let delete = delete.key(SK, s(PROFILE));
                let delete = delete.build().map_err(built)?;
                let mut deleted = vec![TransactWriteItem::builder().delete(delete).build()];
                deleted.extend(self.words_deleted(tenant, member, written)?);
                return Ok(deleted);
            }
        };
        Ok(vec![TransactWriteItem::builder().put(put.build().map_err(built)?).build()])
    }
}

/// The item of a profile.
pub(crate) fn encode(tenant: &TenantId, member: &MemberId, profile: &Profile) -> Result<Item, StoreError> {
    // of strings and integers only: it always serializes
    let json = serde_json::to_string(profile)
        .map_err(|_| StoreError::Unavailable("profile not serializable".to_owned()))?;
    let mut item = Item::from([
        (PK.to_owned(), s(key::member(tenant, member))),
        (SK.to_owned(), s(PROFILE)),
        (PERSONAL.to_owned(), s(json)),
    ]);
    if let Some(born) = profile.birthday {
        let (_, month, day) = ymd(born);
        item.insert(GPK.to_owned(), s(key::born(tenant, (month, day))));
        item.insert(GSK.to_owned(), s(member.as_str()));
    }
    Ok(sealed(item))
}

fn decode(item: &Item) -> Result<Profile, StoreError> {
    // serde's message would quote personal data
    serde_json::from_str(text(item, PERSONAL)?).map_err(|e| {
        StoreError::Corrupt(format!("{}: profile not readable at column {}", name(item), e.column()))
    })
}
