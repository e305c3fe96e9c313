//! The local server: the gateway on a loopback socket over the embedded DynamoDB. Also what tests start in process.

use crate::gateway::{self, Claims, Gateway};
use crate::outbox::{Courier, Feed, Patience, Target};
use crate::table::Table;
use domain::ids::TenantId;
use dsl::units::Moment;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// The clock of the handlers.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// The host's clock.
pub fn host_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

/// How to start a server.
pub struct Options {
    /// The port; the next free one where it is taken. 0 is any free one.
    pub port: u16,
    /// The data folder; none keeps everything in memory.
    pub data: Option<PathBuf>,
    /// The claims every request is signed with.
    pub claims: Claims,
    /// For tests: a request may bring its own claims in `gateway::CLAIMS_HEADER`.
    pub claims_header: bool,
    /// What requests must bring as `Authorization: Bearer TOKEN`; none asks for nothing.
    pub token: Option<String>,
    /// The clock.
    pub clock: Clock,
    /// Where every event is posted to, if anywhere.
    pub webhook: Option<Webhook>,
}

/// Webhooks of a server.
pub struct Webhook {
    /// Where to.
    pub target: Target,
    /// Where it is kept what was sent.
    pub folder: PathBuf,
    /// The first time: everything in the ledger, and not only what is to come.
    pub all: bool,
    /// How often an event is tried.
    pub patience: Patience,
}

impl Options {
    /// On any free port, in memory, all roles at merchant `demo`, the host's clock.
    pub fn in_memory() -> Self {
        Self {
            port: 0,
            data: None,
            claims: Claims::all_roles("demo"),
            claims_header: false,
            token: None,
            clock: host_clock(),
            webhook: None,
        }
    }
}

/// A running server. It stops when dropped; [`Server::stop`] waits for it.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it serves: also reachable in process.
    pub gateway: Gateway,
    /// The table behind it.
    pub table: Table,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
    telling: Vec<JoinHandle<()>>,
}

impl Server {
    /// Opens the table and listens. Nothing is published.
    pub async fn start(options: Options) -> Result<Self, String> {
        let tenant = TenantId::parse(&options.claims.tenant).ok_or_else(|| {
            format!("`{}` cannot be a merchant: 1 to 64 of A-Z a-z 0-9 _ . : -", options.claims.tenant)
        })?;
        let (to_feed, for_feed) = mpsc::unbounded_channel();
        let (to_courier, for_courier) = mpsc::unbounded_channel();
        let has_courier = options.webhook.is_some();
        let table = Table::open(options.data.as_deref()).await?.watched_by(move |written| {
            if has_courier {
                let _ = to_courier.send(written.clone());
            }
            let _ = to_feed.send(written);
        });
        let app = table.app(options.clock);
        let feed = Feed::default();
        let mut telling = vec![tokio::spawn(feed.clone().follow(app.clone(), for_feed))];
        if let Some(Webhook { target, folder, all, patience }) = options.webhook {
            let courier = Courier::open(app.clone(), tenant, target, (&folder, all), patience).await?;
            telling.push(tokio::spawn(async move {
                if let Err(error) = courier.run(for_courier).await {
                    tracing::error!(error, "no more webhooks are sent");
                }
            }));
        }
        let mut gateway =
            Gateway::new(app, options.claims).accepting_claims_header(options.claims_header).telling(feed);
        if let Some(token) = &options.token {
            gateway = gateway.asking_for(token).ok_or("a token is 1 or more printable characters")?;
        }
        let listener = listen(options.port).await?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let (stop, stopped) = watch::channel(false);
        let served = tokio::spawn(gateway::serve(listener, gateway.clone(), stopped));
        Ok(Self { address, gateway, table, stop, served, telling })
    }

    /// `http://127.0.0.1:8080`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening and lets requests in flight finish.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.served.await;
        // What was not sent yet is caught up from the table by the next server.
        self.telling.iter().for_each(JoinHandle::abort);
    }
}

/// How many ports after the wanted one are tried.
const PORTS_TRIED: u16 = 100;

async fn listen(port: u16) -> Result<TcpListener, String> {
    for candidate in port..=port.saturating_add(PORTS_TRIED) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => return Err(format!("cannot listen on port {candidate}: {error}")),
        }
    }
    Err(format!("no port from {port} on is free"))
}
