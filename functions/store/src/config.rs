//! How the table is reached: region, endpoint, credentials, and the seams a simulation takes hold of.

use crate::Store;
use crate::clock::Clock;
use crate::limits;
use crate::rules_cache::RulesCache;
use crate::trust::Trust;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, Region, SharedAsyncSleep, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_http_client::{Builder, tls};
use std::fmt;
use std::sync::Arc;

/// Where the table is and how to reach it. `Debug` shows no credentials.
#[derive(Clone)]
pub struct Config {
    /// `eu-central-1`.
    pub region: String,
    /// Instead of the region's own endpoint: `http://127.0.0.1:8000`. Plain text only for `http://`.
    pub endpoint: Option<String>,
    /// Access key id.
    pub access_key_id: String,
    /// Secret access key.
    pub secret_access_key: String,
    /// Session token of temporary credentials.
    pub session_token: Option<String>,
    /// Whom to believe that an endpoint behind TLS is what it says.
    pub trust: Trust,
    /// The table's name.
    pub table: String,
    /// Instead of the network: a simulation's connector.
    pub http_client: Option<SharedHttpClient>,
    /// Instead of tokio's timer.
    pub sleep: Option<SharedAsyncSleep>,
    /// Instead of the host's clock, for time-outs, signatures and the freshness of parallel reads.
    pub time: Option<SharedTimeSource>,
    /// How many times longer than [`limits`] says to wait for answers; 1 but for emulators.
    pub patience: u32,
    /// Budget of SDK retries shared by stores of the same name; by default by all of the process.
    pub retry_partition: Option<String>,
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigError {
    /// A variable that must be set is not.
    Missing(&'static str),
    /// An endpoint that begins with neither `http://` nor `https://`.
    Endpoint(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "{name} is not set"),
            Self::Endpoint(text) => write!(f, "`{text}` is no endpoint: http://... or https://..."),
        }
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Config({} {} {})", self.region, self.endpoint.as_deref().unwrap_or("aws"), self.table)
    }
}

impl Config {
    /// For an embedded or emulated DynamoDB: any credentials do.
    pub fn local(endpoint: &str, table: &str) -> Self {
        Self {
            region: "us-east-1".to_owned(),
            endpoint: Some(endpoint.to_owned()),
            access_key_id: "local".to_owned(),
            secret_access_key: "local".to_owned(),
            session_token: None,
            trust: Trust::System,
            table: table.to_owned(),
            http_client: None,
            sleep: None,
            time: None,
            patience: limits::LOCAL_PATIENCE,
            retry_partition: None,
        }
    }

    /// From a function's environment: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL`, `MERIT_TABLE`; `SSL_CERT_FILE` or
    /// `SSL_CERT_DIR` instead of [`Trust::Amazon`].
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let must = |name: &'static str| set(name).ok_or(ConfigError::Missing(name));
        let region = must("AWS_REGION")?;
        let endpoint = set("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| set("AWS_ENDPOINT_URL"));
        let bundle = set("SSL_CERT_FILE").or_else(|| set("SSL_CERT_DIR"));
        Ok(Self {
            trust: Trust::of(&region, endpoint.is_some(), bundle.is_some()),
            region,
            endpoint,
            access_key_id: must("AWS_ACCESS_KEY_ID")?,
            secret_access_key: must("AWS_SECRET_ACCESS_KEY")?,
            session_token: set("AWS_SESSION_TOKEN"),
            table: must("MERIT_TABLE")?,
            http_client: None,
            sleep: None,
            time: None,
            patience: 1,
            retry_partition: None,
        })
    }
}

impl Store {
    /// A store over the table. Opens no connection yet; see [`Store::warm`].
    pub fn connect(config: Config) -> Result<Self, ConfigError> {
        let plain = match config.endpoint.as_deref() {
            None => false,
            Some(url) if url.starts_with("https://") => false,
            Some(url) if url.starts_with("http://") => true,
            Some(url) => return Err(ConfigError::Endpoint(url.to_owned())),
        };
        let http = config.http_client.unwrap_or_else(|| {
            if plain {
                Builder::new().build_http()
            } else {
                Builder::new()
                    .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                    .tls_context(config.trust.context())
                    .build_https()
            }
        });
        let patience = config.patience.max(1);
        let sleep = config.sleep.unwrap_or_else(|| SharedAsyncSleep::new(TokioSleep::new()));
        let credentials = Credentials::new(
            config.access_key_id,
            config.secret_access_key,
            config.session_token,
            None,
            "merit",
        );
        let mut sdk = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(config.region))
            .credentials_provider(credentials)
            .http_client(http)
            .sleep_impl(sleep.clone())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(limits::CONNECT_TIMEOUT.saturating_mul(patience))
                    .operation_attempt_timeout(limits::ATTEMPT_TIMEOUT.saturating_mul(patience))
                    .operation_timeout(limits::OPERATION_TIMEOUT.saturating_mul(patience))
                    .build(),
            )
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(limits::SDK_ATTEMPTS_MAX)
                    .with_initial_backoff(limits::SDK_BACKOFF_FIRST)
                    .with_max_backoff(limits::SDK_BACKOFF_MAX),
            )
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if let Some(endpoint) = config.endpoint {
            sdk = sdk.endpoint_url(endpoint);
        }
        if let Some(time) = &config.time {
            sdk = sdk.time_source(time.clone());
        }
        if let Some(name) = config.retry_partition {
            sdk = sdk.retry_partition(RetryPartition::custom(name).build());
        }
        Ok(Self {
            client: aws_sdk_dynamodb::Client::from_conf(sdk.build()),
            table: config.table,
            clock: Clock::new(config.time),
            sleep,
            rules: Arc::new(RulesCache::default()),
            watcher: crate::watch::Watcher::default(),
        })
    }
}
