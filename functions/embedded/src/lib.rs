//! The embedded DynamoDB: dynoxide behind the unmodified SDK, on a loopback socket of its own.
//!
//! For the local server and the tests; never linked into the Lambda binary. It never knows our keys or items.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

/// A running embedded DynamoDB. It stops with the process.
#[derive(Clone)]
pub struct Embedded {
    /// `http://127.0.0.1:PORT`.
    pub endpoint: String,
    /// The database itself, for dumps and tests.
    pub database: dynoxide::Database,
}

impl Embedded {
    /// Starts on a free loopback port: on disk at `path`, or in memory. Its handlers block on one lock, so it has a
    /// runtime and threads of its own.
    pub fn start(path: Option<&Path>) -> io::Result<Self> {
        let database = match path {
            Some(path) => dynoxide::Database::new(&path.to_string_lossy())
                .map_err(|e| io::Error::other(e.to_string()))?,
            None => dynoxide::Database::memory().map_err(|e| io::Error::other(e.to_string()))?,
        };
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let served = database.clone();
        std::thread::Builder::new().name("embedded-dynamodb".to_owned()).spawn(move || {
            runtime.block_on(async move {
                if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                    let _ =
                        dynoxide::server::serve_with_shutdown(listener, served, std::future::pending()).await;
                }
            });
        })?;
        Ok(Self { endpoint, database })
    }
}
