//! One HTTP request, one answer: what goes out to AWS's services beside the table, and to webhooks.
//!
//! What it never does: sign, repeat, or follow a redirect.

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::timeout::TimeoutConfig;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// A request.
#[derive(Clone, PartialEq, Eq)]
pub struct Asked {
    /// `GET`, `HEAD`, `PUT`, `POST`.
    pub method: &'static str,
    /// `https://host/path?query`, encoded.
    pub url: String,
    /// Headers, lower case; not `host` and not `content-length`.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// Neither headers nor body: the ones hold signatures, the other what members did.
impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

/// An answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answered {
    /// Status.
    pub status: u16,
    /// Headers, lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.status, self.body.len())
    }
}

impl Answered {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// True for 200 to 299.
    pub const fn is_success(&self) -> bool {
        200 <= self.status && self.status < 300
    }
}

/// Why there is no answer. Whether the request arrived, nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAnswer(pub String);

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer: {}", self.0)
    }
}

impl std::error::Error for NoAnswer {}

/// Connections, opened when first needed and kept. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Wire(Arc<Clients>);

#[derive(Debug, Default)]
struct Clients {
    plain: OnceLock<SharedHttpClient>,
    tls: OnceLock<SharedHttpClient>,
}

impl Wire {
    /// Sends a request and reads the whole answer, within a time. Plain text for `http://` only.
    pub async fn send(&self, asked: Asked, within: Duration) -> Result<Answered, NoAnswer> {
        let (client, origin) = match asked.url.split_once("://") {
            Some(("http", rest)) => (self.plain(), format!("http://{}", host(rest))),
            Some(("https", rest)) => (self.tls(), format!("https://{}", host(rest))),
            _ => return Err(NoAnswer(format!("`{}` is no address", asked.url))),
        };
        let operation = Operation::builder()
            .service_name("merit")
            .operation_name(asked.method)
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(&origin)
            .no_auth()
            .no_retry()
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT.min(within))
                    .operation_timeout(within)
                    .build(),
            )
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .http_client(client)
            .serializer(|asked: Asked| Ok(request(asked)?))
            .deserializer::<_, Infallible>(|response: &HttpResponse| Ok(answered(response)))
            .build();
        operation.invoke(asked).await.map_err(|error| NoAnswer(why(&error).to_owned()))
    }

    fn plain(&self) -> SharedHttpClient {
        self.0.plain.get_or_init(|| Builder::new().build_http()).clone()
    }

    fn tls(&self) -> SharedHttpClient {
        let ring = || tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        self.0.tls.get_or_init(|| Builder::new().tls_provider(ring()).build_https()).clone()
    }
}

fn host(rest: &str) -> &str {
    rest.split(['/', '?']).next().unwrap_or(rest)
}

fn request(asked: Asked) -> Result<HttpRequest, NoAnswer> {
    let none = |what: &str| NoAnswer(format!("{what} cannot be sent"));
    let mut request = HttpRequest::new(SdkBody::from(asked.body));
    request.set_method(asked.method).map_err(|_| none("the method"))?;
    request.set_uri(asked.url).map_err(|_| none("the address"))?;
    for (name, value) in asked.headers {
        request.headers_mut().try_append(name, value).map_err(|_| none("a header"))?;
    }
    Ok(request)
}

fn answered(response: &HttpResponse) -> Answered {
    let headers = response.headers().iter();
    Answered {
        status: response.status().as_u16(),
        headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
        body: response.body().bytes().unwrap_or_default().to_vec(),
    }
}

fn why<R>(error: &SdkError<Infallible, R>) -> &'static str {
    match error {
        SdkError::ConstructionFailure(_) => "it could not be sent",
        SdkError::TimeoutError(_) => "it took too long",
        SdkError::DispatchFailure(_) => "the connection failed",
        _ => "it could not be read",
    }
}
