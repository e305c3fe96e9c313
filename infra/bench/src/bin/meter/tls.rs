//! TLS in front of the embedded database, so that a cold start pays for a handshake and for the system's root
//! certificates, as on AWS.
//!
//! What it never does: look at what passes.

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io, thread};

const BUILT_IN: &str = include_str!("../../../../../functions/store/src/amazon-roots.pem");
const SYSTEM_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// A listener with a certificate of its own for `localhost`.
pub struct Front {
    /// `https://localhost:PORT`.
    pub url: String,
    /// The system's roots and the listener's own, for `SSL_CERT_FILE`: what the SDK's defaults read.
    pub system: PathBuf,
    /// The roots that are built into the function and the listener's own, for `SSL_CERT_FILE`: as many to read as a
    /// deployed function has.
    pub built_in: PathBuf,
}

impl Front {
    /// Starts in front of `http://HOST:PORT`.
    pub fn start(endpoint: &str) -> Result<Self, Box<dyn Error>> {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        let config = Arc::new(config);

        let bundle = |name: &str, roots: &str| {
            let path = std::env::temp_dir().join(format!("merit-meter-{}-{name}.pem", std::process::id()));
            fs::write(&path, format!("{roots}\n{}", made.cert.pem())).map(|()| path)
        };
        let roots =
            if Path::new(SYSTEM_ROOTS).exists() { fs::read_to_string(SYSTEM_ROOTS)? } else { String::new() };
        let (system, built_in) = (bundle("system", &roots)?, bundle("built-in", BUILT_IN)?);

        let to: SocketAddr = endpoint.trim_start_matches("http://").parse()?;
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let url = format!("https://localhost:{}", listener.local_addr()?.port());
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let config = Arc::clone(&config);
                thread::spawn(move || carry(connection, config, to));
            }
        });
        Ok(Self { url, system, built_in })
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        for bundle in [&self.system, &self.built_in] {
            let _ = fs::remove_file(bundle);
        }
    }
}

/// HTTP/1.1 is question and answer, so one thread per connection carries both directions.
fn carry(connection: TcpStream, config: Arc<ServerConfig>, to: SocketAddr) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let session = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut client = StreamOwned::new(session, connection);
    let mut database = TcpStream::connect(to)?;
    database.set_nodelay(true)?;
    let mut buffer = vec![0; 65_536];
    loop {
        let mut message = Vec::new();
        while !complete(&message) {
            match client.read(&mut buffer)? {
                0 => return Ok(()),
                n => message.extend_from_slice(&buffer[..n]),
            }
        }
        database.write_all(&message)?;
        message.clear();
        while !complete(&message) {
            match database.read(&mut buffer)? {
                0 => return Ok(()),
                n => message.extend_from_slice(&buffer[..n]),
            }
        }
        client.write_all(&message)?;
        client.flush()?;
    }
}

/// Whether a message's head and as many bytes as it announces are there.
fn complete(message: &[u8]) -> bool {
    let Some(end) = message.windows(4).position(|w| w == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&message[..end]).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|l| l.trim().parse::<usize>().ok());
    message.len() >= end + 4 + length.unwrap_or(0)
}
