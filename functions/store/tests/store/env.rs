//! The configuration of a function.

use std::net::TcpListener;
use store::Store;
use store::config::{Config, ConfigError};
use store::trust::Trust;

fn of(pairs: &'static [(&'static str, &'static str)]) -> Result<Config, ConfigError> {
    Config::from_env(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

const NEEDED: [(&str, &str); 4] = [
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "AK"),
    ("AWS_SECRET_ACCESS_KEY", "very secret"),
    ("MERIT_TABLE", "merit"),
];

#[test]
fn what_is_missing_is_named() {
    let config = of(&NEEDED).unwrap();
    assert_eq!((config.region.as_str(), config.table.as_str()), ("eu-central-1", "merit"));
    assert!(config.endpoint.is_none() && config.session_token.is_none());
    assert!(!format!("{config:?}").contains("secret"));
    for (left_out, (name, _)) in NEEDED.iter().enumerate() {
        let rest = |asked: &str| {
            NEEDED
                .iter()
                .enumerate()
                .find(|(i, (key, _))| *i != left_out && *key == asked)
                .map(|(_, (_, v))| (*v).to_owned())
        };
        assert_eq!(Config::from_env(rest).unwrap_err(), ConfigError::Missing(name));
    }
}

#[test]
fn endpoints_by_precedence_and_only_with_a_scheme() {
    let both = of(&[
        NEEDED[0],
        NEEDED[1],
        NEEDED[2],
        NEEDED[3],
        ("AWS_ENDPOINT_URL", "http://b"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://a"),
        ("AWS_SESSION_TOKEN", "token"),
    ])
    .unwrap();
    assert_eq!(both.endpoint.as_deref(), Some("http://a"));
    assert!(both.session_token.is_some());
    let bare = Config { endpoint: Some("localhost:8000".to_owned()), ..both };
    assert_eq!(Store::connect(bare).unwrap_err(), ConfigError::Endpoint("localhost:8000".to_owned()));
}

#[tokio::test]
async fn amazons_roots_are_read_and_believe_no_stranger() {
    let config = of(&NEEDED).unwrap();
    assert_eq!(config.trust, Trust::Amazon);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", listener.local_addr().unwrap());
    // Nobody answers the handshake; before that, the five must have been read.
    let stranger = std::thread::spawn(move || listener.accept().map(drop));
    let store = Store::connect(Config { endpoint: Some(endpoint), ..config }).unwrap();
    assert!(store.create_table().await.is_err());
    stranger.join().unwrap().unwrap();
}
