//! The services beside the table: rule files in S3, events on `EventBridge`, what cannot be told in SQS. Five requests,
//! signed here (why no SDK for them: functions/DECISIONS.md).
//!
//! What it never does: know a rule, a member or an event; take a default for anything it was not told.

pub mod bucket;
pub mod bus;
pub mod queue;

use crate::wire::{Answered, Asked, NoAnswer, Wire};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use std::fmt;
use std::time::{Duration, SystemTime};

/// How long one attempt may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a request is made whose answer is lost or says to try again.
const ATTEMPTS_MAX: u32 = 4;

/// The pause before the second attempt; it doubles.
const BACKOFF_FIRST: Duration = Duration::from_millis(100);

/// What went wrong with a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is no such thing, or no longer.
    NotThere,
    /// It is not as it was read; read it again.
    Changed,
    /// It was refused, whatever is done again: status and code.
    Refused(u16, String),
    /// No definite answer in time.
    Unavailable(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere => f.write_str("it is not there"),
            Self::Changed => f.write_str("others kept changing it"),
            Self::Refused(status, code) => write!(f, "refused with {status} {code}"),
            Self::Unavailable(why) => write!(f, "no definite answer: {why}"),
        }
    }
}

impl std::error::Error for Fault {}

/// An account's services in a region, and who asks them. `Debug` shows no credentials.
#[derive(Clone)]
pub struct Cloud {
    wire: Wire,
    region: String,
    credentials: Credentials,
    endpoints: [Option<String>; 3],
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cloud({})", self.region)
    }
}

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    S3,
    Events,
    Sqs,
}

impl Service {
    /// Its name in signatures and host names.
    const fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Events => "events",
            Self::Sqs => "sqs",
        }
    }

    const fn endpoint_variable(self) -> &'static str {
        match self {
            Self::S3 => "AWS_ENDPOINT_URL_S3",
            Self::Events => "AWS_ENDPOINT_URL_EVENTBRIDGE",
            Self::Sqs => "AWS_ENDPOINT_URL_SQS",
        }
    }
}

impl Cloud {
    /// From a function's environment: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`; instead of the region's own endpoints `AWS_ENDPOINT_URL_S3`,
    /// `AWS_ENDPOINT_URL_EVENTBRIDGE`, `AWS_ENDPOINT_URL_SQS`, or `AWS_ENDPOINT_URL` for all. The error names the
    /// variable that is missing.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self, &'static str> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let must = |name: &'static str| set(name).ok_or(name);
        let endpoint = |service: Service| {
            let url = set(service.endpoint_variable()).or_else(|| set("AWS_ENDPOINT_URL"));
            url.map(|url| url.trim_end_matches('/').to_owned())
        };
        Ok(Self {
            wire: Wire::default(),
            region: must("AWS_REGION")?,
            credentials: Credentials::new(
                must("AWS_ACCESS_KEY_ID")?,
                must("AWS_SECRET_ACCESS_KEY")?,
                set("AWS_SESSION_TOKEN"),
                None,
                "merit",
            ),
            endpoints: [endpoint(Service::S3), endpoint(Service::Events), endpoint(Service::Sqs)],
        })
    }

    const fn endpoint(&self, service: Service) -> Option<&String> {
        let [s3, events, sqs] = &self.endpoints;
        match service {
            Service::S3 => s3.as_ref(),
            Service::Events => events.as_ref(),
            Service::Sqs => sqs.as_ref(),
        }
    }

    /// `https://events.eu-west-1.amazonaws.com`.
    fn origin(&self, service: Service) -> String {
        self.endpoint(service)
            .cloned()
            .unwrap_or_else(|| format!("https://{}.{}.{}", service.name(), self.region, self.suffix()))
    }

    fn suffix(&self) -> &'static str {
        if self.region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
    }

    /// Sends a request, signed; again while the answer is lost or says to try again. What it asks for must be the same
    /// however often it is done.
    async fn ask(&self, service: Service, asked: Asked) -> Result<Answered, Fault> {
        let mut pause = BACKOFF_FIRST;
        let mut last = Fault::Unavailable("it was never asked".to_owned());
        for attempt in 1..=ATTEMPTS_MAX {
            let signed = self.signed(service, asked.clone())?;
            match self.wire.send(signed, ATTEMPT_TIMEOUT).await {
                Ok(answer) if answer.status < 500 && answer.status != 429 && !is_throttled(&answer) => {
                    return Ok(answer);
                }
                Ok(answer) => last = Fault::Unavailable(format!("{} {}", answer.status, code(&answer))),
                Err(NoAnswer(why)) => last = Fault::Unavailable(why),
            }
            if attempt < ATTEMPTS_MAX {
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2);
            }
        }
        Err(last)
    }

    fn signed(&self, service: Service, mut asked: Asked) -> Result<Asked, Fault> {
        let cannot = |_| Fault::Unavailable("it cannot be signed".to_owned());
        let mut settings = SigningSettings::default();
        if service == Service::S3 {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service.name())
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .map_err(|_| Fault::Unavailable("it cannot be signed".to_owned()))?
            .into();
        let headers = asked.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Bytes(&asked.body);
        let request =
            SignableRequest::new(asked.method, asked.url.as_str(), headers, body).map_err(cannot)?;
        let (instructions, _) = sign(request, &parameters).map_err(cannot)?.into_parts();
        let added = instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let added: Vec<_> = added.collect();
        asked.headers.extend(added);
        Ok(asked)
    }

    /// A request in AWS's JSON protocol.
    async fn json(
        &self,
        service: Service,
        (target, version): (&str, &str),
        body: &serde_json::Value,
    ) -> Result<Answered, Fault> {
        let asked = Asked {
            method: "POST",
            url: format!("{}/", self.origin(service)),
            headers: vec![
                ("content-type".to_owned(), format!("application/x-amz-json-{version}")),
                ("x-amz-target".to_owned(), target.to_owned()),
            ],
            body: body.to_string().into_bytes(),
        };
        let answer = self.ask(service, asked).await?;
        if answer.is_success() { Ok(answer) } else { Err(refused(&answer)) }
    }
}

/// A definite no.
fn refused(answer: &Answered) -> Fault {
    match (answer.status, code(answer).as_str()) {
        (404, _) | (_, "NoSuchKey" | "NoSuchVersion") => Fault::NotThere,
        (409 | 412, _) => Fault::Changed,
        (status, code) => Fault::Refused(status, code.to_owned()),
    }
}

fn is_throttled(answer: &Answered) -> bool {
    answer.status == 400
        && matches!(
            code(answer).as_str(),
            "ThrottlingException" | "ThrottledException" | "RequestThrottled" | "RequestTimeout"
        )
}

/// The error's code: S3's in XML, the others' in JSON, where it may have a namespace.
fn code(answer: &Answered) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    let xml =
        text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let json: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let typed = json.as_ref().and_then(|json| json["__type"].as_str());
    let typed = typed.map(|kind| kind.rsplit('#').next().unwrap_or(kind));
    let code = xml.or(typed).unwrap_or("without a code");
    code.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// A path's segment, or a query's value, percent-encoded as AWS signs it.
fn encoded(text: &str, keep_slash: bool) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut path, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                path.push(char::from(byte));
            }
            b'/' if keep_slash => path.push('/'),
            byte => {
                let _ = write!(path, "%{byte:02X}");
            }
        }
        path
    })
}
