//! The event of an upload, as S3 sends it, and whose rule file it is.

use super::JobError;
use domain::ids::TenantId;
use dsl::calendar::parse_moment;
use dsl::units::Moment;
use serde_json::Value;
use store::uploads::Sequencer;

/// Longest name of a file, in bytes: S3 takes keys of 1 024.
const NAME_MAX: usize = 200;

/// The end of a rule file's name.
const ENDING: &str = ".merit";

/// Longest name of who did something.
const BY_MAX: usize = 128;

/// An object that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// The bucket.
    pub bucket: String,
    /// The object's key, decoded.
    pub key: String,
    /// Its version; none in a bucket without versions.
    pub version: Option<String>,
    /// Where it stands among the uploads of its key.
    pub sequencer: Sequencer,
    /// When it was uploaded.
    pub at: Moment,
    /// Who did: S3's principal.
    pub by: String,
}

impl Uploaded {
    /// Reads S3's event, which has one record; a record that is there again is read once. `None` for a test of the
    /// notification, and for what is no creation.
    pub fn read(event: &Value) -> Result<Vec<Self>, JobError> {
        let none = |what: &str| JobError::Unreadable(format!("no event of S3: {what}"));
        if event["Event"] == "s3:TestEvent" {
            return Ok(Vec::new());
        }
        let records = event["Records"].as_array().ok_or_else(|| none("it has no records"))?;
        if records.iter().any(|record| record["eventSource"] != "aws:s3") {
            return Err(none("a record is of another service"));
        }
        let created = records.iter().filter(|record| {
            record["eventName"].as_str().is_some_and(|name| name.starts_with("ObjectCreated:"))
        });
        let mut uploaded: Vec<Self> = Vec::new();
        for record in created {
            let one = Self::of(record).ok_or_else(|| none("a record lacks what it must say"))?;
            if !uploaded.contains(&one) {
                uploaded.push(one);
            }
        }
        Ok(uploaded)
    }

    fn of(record: &Value) -> Option<Self> {
        let object = &record["s3"]["object"];
        let by = record["userIdentity"]["principalId"].as_str().unwrap_or_default();
        let by: String = by.chars().filter(|c| !c.is_control()).take(BY_MAX).collect();
        Some(Self {
            bucket: record["s3"]["bucket"]["name"].as_str()?.to_owned(),
            key: decoded(object["key"].as_str()?)?,
            version: object["versionId"]
                .as_str()
                .filter(|id| !id.is_empty() && *id != "null")
                .map(str::to_owned),
            sequencer: Sequencer::parse(object["sequencer"].as_str()?)?,
            at: record["eventTime"].as_str().and_then(parse_moment)?,
            by: if by.is_empty() { "upload".to_owned() } else { by },
        })
    }

    /// The merchant and the file's name: `kaffa/spring.merit` is spring.merit of kaffa. `None` for every other key.
    pub fn whose(&self) -> Option<(TenantId, &str)> {
        let (tenant, name) = self.key.split_once('/')?;
        let stem = name.strip_suffix(ENDING)?;
        let fits = !stem.is_empty()
            && name.len() <= NAME_MAX
            && !name.contains('/')
            && !name.chars().any(char::is_control);
        TenantId::parse(tenant).filter(|_| fits).map(|tenant| (tenant, name))
    }

    /// Where the report of it is left.
    pub fn report_key(&self) -> String {
        format!("{}.report.json", self.key)
    }
}

/// A key as S3 writes it in events: as of a form, `+` for a space.
fn decoded(text: &str) -> Option<String> {
    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
    let mut bytes = text.bytes();
    let mut plain = Vec::new();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
                u8::try_from(high.saturating_mul(16).saturating_add(low)).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(plain).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::{Uploaded, decoded};
    use serde_json::{Value, json};

    /// As AWS documents the event, with a key of ours.
    fn event(key: &str) -> Value {
        json!({"Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1",
            "eventTime": "2026-03-14T09:26:53.123Z", "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "AWS:AIDAEXAMPLE"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURIY8"},
            "s3": {
                "s3SchemaVersion": "1.0", "configurationId": "publish",
                "bucket": {"name": "rules", "ownerIdentity": {"principalId": "EXAMPLE"}, "arn": "arn:aws:s3:::rules"},
                "object": {"key": key, "size": 1024, "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
                           "eTag": "d41d8cd98f00b204e9800998ecf8427e", "sequencer": "0055AED6DCD90281E5"},
            },
        }]})
    }

    #[test]
    fn a_record_that_is_there_again_is_read_once() {
        let (mut twice, other) = (event("desk/a.merit"), event("desk/b.merit"));
        let (same, other) = (twice["Records"][0].clone(), other["Records"][0].clone());
        twice["Records"].as_array_mut().unwrap().extend([same, other]);
        let keys: Vec<String> = Uploaded::read(&twice).unwrap().into_iter().map(|one| one.key).collect();
        assert_eq!(keys, ["desk/a.merit", "desk/b.merit"]);
    }

    fn whose(key: &str) -> Option<(String, String)> {
        let uploaded = Uploaded::read(&event(key)).unwrap().remove(0);
        uploaded.whose().map(|(tenant, name)| (tenant.to_string(), name.to_owned()))
    }

    #[test]
    fn a_rule_file_is_its_folders() {
        let some = |tenant: &str, name: &str| Some((tenant.to_owned(), name.to_owned()));
        assert_eq!(whose("kaffa/spring.merit"), some("kaffa", "spring.merit"));
        assert_eq!(whose("kaffa/spring+sale+%C3%A4%2B.merit"), some("kaffa", "spring sale ä+.merit"));
        assert_eq!(whose("kaffa/..merit"), some("kaffa", "..merit"));
        let long = format!("kaffa/{}.merit", "x".repeat(200));
        for other in [
            "spring.merit",
            "/spring.merit",
            "kaffa/.merit",
            "kaffa/spring.txt",
            "kaffa/spring.merit.report.json",
            "kaffa/2026/spring.merit",
            "kaffa/..%2Fother%2Fspring.merit",
            "kaffa%2Fx/spring.merit",
            "kaf+fa/spring.merit",
            "kaffa%23R/spring.merit",
            "kaffa/spring%0A.merit",
            &long,
        ] {
            assert_eq!(whose(other), None, "{other}");
        }
        assert_eq!(decoded("100%"), None);
        assert_eq!(decoded("%zz"), None);
        assert_eq!(decoded("%ff"), None);
    }

    #[test]
    fn what_is_no_creation_is_nothing_and_what_is_no_event_is_an_error() {
        let mut removed = event("kaffa/spring.merit");
        removed["Records"][0]["eventName"] = json!("ObjectRemoved:DeleteMarkerCreated");
        assert_eq!(Uploaded::read(&removed).unwrap(), []);
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "rules"});
        assert_eq!(Uploaded::read(&test).unwrap(), []);
        let mut lacking = event("kaffa/spring.merit");
        lacking["Records"][0]["s3"]["object"]["sequencer"] = json!("Happy Sequencer");
        for none in [json!({}), json!([]), json!({"Records": [{"eventName": "ObjectCreated:Put"}]}), lacking]
        {
            assert!(Uploaded::read(&none).is_err(), "{none}");
        }
    }
}
