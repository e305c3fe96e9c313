//! The bucket that rule files are uploaded to: look at a file, fetch a small one, leave a report beside it.

use super::{Cloud, Fault, Service, encoded, refused};
use crate::wire::{Answered, Asked};

/// A bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    cloud: Cloud,
    name: String,
}

/// What is known of an object without fetching it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Bytes.
    pub size: u64,
}

/// An object with the mark by which it is put only over itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Content.
    pub content: Vec<u8>,
    /// Its `ETag`.
    pub mark: String,
}

impl Bucket {
    /// A bucket of the account.
    pub const fn new(cloud: Cloud, name: String) -> Self {
        Self { cloud, name }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Looks at a version of an object (none: the newest).
    pub async fn about(&self, key: &str, version: Option<&str>) -> Result<About, Fault> {
        let answer = self.ask("HEAD", key, version, Vec::new(), Vec::new()).await?;
        let size = answer.header("content-length").and_then(|size| size.parse().ok());
        size.map(|size| About { size })
            .ok_or_else(|| Fault::Unavailable("an object without a size".to_owned()))
    }

    /// Fetches a version of an object, at most so many bytes of it; an empty one cannot be asked for in part, so ask
    /// for its size first.
    pub async fn fetch(&self, key: &str, version: Option<&str>, bytes_max: u64) -> Result<Fetched, Fault> {
        let range = ("range".to_owned(), format!("bytes=0-{}", bytes_max.saturating_sub(1)));
        let answer = self.ask("GET", key, version, vec![range], Vec::new()).await?;
        let mark = answer.header("etag").unwrap_or_default().to_owned();
        Ok(Fetched { content: answer.body, mark })
    }

    /// Puts JSON where nothing is, or over the object with this mark.
    pub async fn put_over(&self, key: &str, mark: Option<&str>, json: Vec<u8>) -> Result<(), Fault> {
        let condition = match mark {
            None => ("if-none-match".to_owned(), "*".to_owned()),
            Some(mark) => ("if-match".to_owned(), mark.to_owned()),
        };
        let kind = ("content-type".to_owned(), "application/json".to_owned());
        self.ask("PUT", key, None, vec![condition, kind], json).await.map(drop)
    }

    async fn ask(
        &self,
        method: &'static str,
        key: &str,
        version: Option<&str>,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Result<Answered, Fault> {
        let (bucket, path) = (&self.name, encoded(key, true));
        let mut url = match self.cloud.endpoint(Service::S3) {
            Some(endpoint) => format!("{endpoint}/{bucket}/{path}"),
            None => format!("https://{bucket}.s3.{}.{}/{path}", self.cloud.region, self.cloud.suffix()),
        };
        if let Some(version) = version {
            url.push_str("?versionId=");
            url.push_str(&encoded(version, false));
        }
        let answer = self.cloud.ask(Service::S3, Asked { method, url, headers, body }).await?;
        match answer.status {
            status if (200..300).contains(&status) => Ok(answer),
            // a version that marks a deletion
            405 => Err(Fault::NotThere),
            _ => Err(refused(&answer)),
        }
    }
}
