//! One HTTP request to a local server: for the tools and the tests. Plain text, loopback, a connection per request.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use lambda_http::http::{HeaderValue, Request, Response, header};
use tokio::net::TcpStream;

/// Sends a request to `http://host:port` and reads the whole answer; a sentence when there is none.
pub async fn send(server: &str, mut request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> {
    let no_answer = |error: &dyn std::fmt::Display| format!("no answer from {server}: {error}");
    let place = server
        .strip_prefix("http://")
        .ok_or_else(|| format!("`{server}` is no address such as http://127.0.0.1:8080"))?;
    let place = place.trim_end_matches('/');
    let stream = TcpStream::connect(place).await.map_err(|error| no_answer(&error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| no_answer(&error))?;
    let connection = tokio::spawn(connection);
    if !request.headers().contains_key(header::HOST) {
        let host = HeaderValue::from_str(place).map_err(|error| no_answer(&error))?;
        request.headers_mut().insert(header::HOST, host);
    }
    let response = sender
        .send_request(request.map(|body| Full::new(Bytes::from(body))))
        .await
        .map_err(|error| no_answer(&error))?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| no_answer(&error))?.to_bytes().to_vec();
    connection.abort();
    Ok(Response::from_parts(parts, body))
}
