//! The socket in front of the gateway: HTTP/1.1 on loopback, stopped on request.
//!
//! Anyone at this machine may call it, and nobody else: it is bound to loopback, and a web page that the developer
//! happens to visit is kept out by its `Host` and `Origin`.

use super::{BODY_BYTES_MAX, Gateway, message};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::{TokioIo, TokioTimer};
use lambda_http::http::{HeaderMap, Request, Response, StatusCode, Uri, header};
use std::convert::Infallible;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long requests in flight may take after the server was asked to stop.
const FAREWELL: Duration = Duration::from_secs(5);

/// Serves until `stop` turns true (or its sender is gone), then lets requests in flight finish.
pub async fn serve(listener: TcpListener, gateway: Gateway, mut stop: watch::Receiver<bool>) {
    let (mut connections, stopping) = (JoinSet::new(), stop.clone());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, gateway.clone(), stopping.clone()));
                }
                Err(error) => {
                    // Out of file descriptors, most likely: wait for some to come back.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = stopped(&mut stop) => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(FAREWELL, async { while connections.join_next().await.is_some() {} }).await;
}

/// Waits until the server is asked to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopped| *stopped).await;
}

async fn connection(stream: TcpStream, gateway: Gateway, mut stop: watch::Receiver<bool>) {
    let service = hyper::service::service_fn(move |request| {
        let gateway = gateway.clone();
        async move {
            Ok::<_, Infallible>(answer(&gateway, request).await.map(|body| Full::new(Bytes::from(body))))
        }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(30));
    let mut connection = std::pin::pin!(server.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stopped(&mut stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn answer(gateway: &Gateway, request: Request<Incoming>) -> Response<Vec<u8>> {
    if !from_this_machine(request.headers()) {
        return message(StatusCode::FORBIDDEN, "Forbidden");
    }
    let (parts, body) = request.into_parts();
    match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => gateway.call(Request::from_parts(parts, body.to_bytes().to_vec())).await,
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
        }
        Err(_) => message(StatusCode::BAD_REQUEST, "Bad Request"),
    }
}

/// False for a page of another site, also one whose name was made to point at this machine.
fn from_this_machine(headers: &HeaderMap) -> bool {
    let host = |name| headers.get(name).map(|value| value.to_str().ok().and_then(host_name));
    let local = |host: Option<&str>| matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"));
    let named = |name| host(name).is_none_or(|host: Option<String>| local(host.as_deref()));
    named(header::HOST) && named(header::ORIGIN)
}

/// `localhost` of `localhost:8080` and of `http://localhost:8080`.
fn host_name(text: &str) -> Option<String> {
    text.parse::<Uri>().ok()?.host().map(str::to_ascii_lowercase)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by panicking
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_sites_are_kept_out() {
        let allowed = |host: &'static str, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            from_this_machine(&headers)
        };
        assert!(allowed("127.0.0.1:8080", None));
        assert!(allowed("LOCALHOST:8080", Some("http://localhost:3000")));
        assert!(allowed("[::1]:8080", None));
        assert!(!allowed("rebound.example:8080", None));
        assert!(!allowed("127.0.0.1:8080", Some("https://shop.example")));
        assert!(!allowed("127.0.0.1:8080", Some("null")));
        assert!(!allowed("127.0.0.1.example", None));
    }
}
