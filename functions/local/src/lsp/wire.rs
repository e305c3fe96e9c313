//! Messages from bytes: a header with a length, then JSON. The library's own reader ends at the first byte it does not
//! understand, and believes any length; this one skips to what it can read, and bounds what it keeps.

use lsp_server::{Message, RequestId, Response};
use serde_json::Value;
use std::io::{BufRead, Read};

/// The largest message that is read.
const BODY_MAX: u64 = 32 * 1024 * 1024;

/// The longest line of a header that is read.
const LINE_MAX: u64 = 8 * 1024;

/// A message that could not be read.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) why: String,
    /// What its sender is told, where it asked.
    pub(super) answer: Option<Response>,
}

/// The next message; none when the input is over.
pub(super) fn read(input: &mut impl BufRead) -> Option<Result<Message, Unread>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line).ok()?;
        if read == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            match length {
                Some(length) => return Some(body(input, length)),
                None => continue,
            }
        }
        // any other line is another header, or nothing of ours
        if let Some((name, value)) = text.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<u64>().ok().filter(|length| *length <= BODY_MAX);
            if length.is_none() {
                let why = format!("a message of length `{}` is not read", value.trim());
                return Some(Err(Unread { why, answer: None }));
            }
        }
    }
}

fn body(input: &mut impl BufRead, length: u64) -> Result<Message, Unread> {
    let mut bytes = Vec::new();
    let read = input.take(length).read_to_end(&mut bytes);
    if let Err(error) = read {
        return Err(Unread { why: format!("the input ends: {error}"), answer: None });
    }
    serde_json::from_slice(&bytes).map_err(|error| Unread {
        why: format!("a message does not read: {error}"),
        answer: id_of(&bytes).map(|id| {
            Response::new_err(
                id,
                super::error_number(lsp_server::ErrorCode::InvalidRequest),
                error.to_string(),
            )
        }),
    })
}

/// Who asked, in a message that is JSON but no request.
fn id_of(bytes: &[u8]) -> Option<RequestId> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    serde_json::from_value(value.get("id")?.clone()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests

    use super::*;

    fn all(bytes: &[u8]) -> Vec<Result<Message, Unread>> {
        let mut input = std::io::BufReader::new(bytes);
        std::iter::from_fn(|| read(&mut input)).collect()
    }

    fn frame(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn it_finds_its_way_back() {
        let good = frame(r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#);
        let noise: &[&[u8]] = &[
            b"GET / HTTP/1.1\r\n\r\n",
            b"\xff\xfe\x00\r\n",
            b"Content-Length: 99999999999999999999\r\n\r\n",
            b"Content-Length: -1\r\n\r\n",
            b"Content-Length: 4\r\n\r\n{\"x\xff",
            b"Content-Type: x\r\ncontent-length:2\r\n\r\n{}",
            b"\n\n\n",
        ];
        for bytes in noise {
            let mut input = bytes.to_vec();
            input.extend(good.as_bytes());
            let read = all(&input);
            assert!(matches!(read.last(), Some(Ok(Message::Request(_)))), "{bytes:?}: {read:?}");
        }
    }

    #[test]
    fn who_asked_wrongly_is_told() {
        let read = all(frame(r#"{"jsonrpc":"2.0","id":7,"method":5}"#).as_bytes());
        let answer = read.into_iter().next().unwrap().unwrap_err().answer.unwrap();
        assert_eq!(answer.id, 7.into());
        assert!(all(frame("[1, 2").as_bytes())[0].as_ref().unwrap_err().answer.is_none());
    }

    #[test]
    fn an_input_that_ends_early_is_the_end() {
        assert_eq!(all(b"Content-Length: 10\r\n").len(), 0);
        assert_eq!(all(b"").len(), 0);
        assert!(all(b"Content-Length: 10\r\n\r\n{}").iter().all(Result::is_err) || all(b"").is_empty());
    }
}
