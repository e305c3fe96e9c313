//! A small account on loopback for the three services beside the table: S3 with versions, an event bus, a queue. It
//! checks what AWS checks of a request (signature, its age, headers, sizes) and refuses as AWS does.
//!
//! What it never does: take anything on trust. The signature is computed here once more, from the specification and
//! not by the crate that made it. Faults are asked for: events refused, requests failed, answers lost.

use ring::{digest, hmac};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Who may ask.
pub const ACCESS_KEY: &str = "AKIDTESTS";
/// The secret of that key.
pub const SECRET_KEY: &str = "a secret key of the tests";
/// The session that both are of.
pub const SESSION: &str = "a session of the tests";
/// Where the account is.
pub const REGION: &str = "eu-west-1";
/// Its bus.
pub const BUS: &str = "merit-tests";
/// Its bucket.
pub const BUCKET: &str = "merit-tests-rules";
/// The most that one request may put on the bus.
const PUT_MAX: usize = 256 * 1024;

/// What goes wrong next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing.
    None,
    /// The events of these places in the request are refused, the others taken.
    Some(u16),
    /// The request is answered with 500; nothing was done.
    Failed,
    /// The request is done; the answer is lost.
    Lost,
    /// `ThrottlingException`; nothing was done.
    Throttled,
}

/// An account, serving until the process ends.
#[derive(Clone)]
pub struct Account {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    objects: BTreeMap<String, Vec<Object>>,
    sequence: u64,
    /// What was taken on the bus, in order: (detail type, detail).
    taken: Vec<(String, Value)>,
    queue: Vec<Value>,
    mishaps: VecDeque<Mishap>,
    /// Operations asked for, as `s3:GetObject`.
    actions: BTreeSet<String>,
    fetched_bytes: usize,
    refused: Vec<String>,
}

#[derive(Clone)]
struct Object {
    version: String,
    /// None for a marker of deletion.
    content: Option<Vec<u8>>,
}

/// A request.
struct Call {
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// An answer: status, headers, body.
type Answer = (u16, Vec<(&'static str, String)>, Vec<u8>);

impl Account {
    /// Starts on a free port of loopback.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let url = format!("http://{}", listener.local_addr()?);
        let account = Self { url, shared: Arc::default() };
        let serving = account.clone();
        thread::Builder::new().name("account".to_owned()).spawn(move || {
            for stream in listener.incoming().flatten() {
                let account = serving.clone();
                let _ = thread::Builder::new().spawn(move || account.serve(stream));
            }
        })?;
        Ok(account)
    }

    /// The environment that leads a function here.
    pub fn environment(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
            ("AWS_SESSION_TOKEN", SESSION.to_owned()),
            ("AWS_ENDPOINT_URL_S3", self.url.clone()),
            ("AWS_ENDPOINT_URL_EVENTBRIDGE", self.url.clone()),
            ("AWS_ENDPOINT_URL_SQS", self.url.clone()),
            ("MERIT_BUS", BUS.to_owned()),
            ("MERIT_RULE_BUCKET", BUCKET.to_owned()),
            ("MERIT_RELAY_FAILURES", self.queue_url()),
        ])
    }

    /// The queue's URL.
    pub fn queue_url(&self) -> String {
        format!("{}/000000000000/merit-tests-relay-failures", self.url)
    }

    /// Uploads a file, and the event that S3 sends of it.
    pub fn upload(&self, key: &str, content: &[u8]) -> Value {
        let mut shared = self.lock();
        shared.sequence += 1;
        let (sequence, version) = (shared.sequence, format!("v{}", shared.sequence));
        let object = Object { version: version.clone(), content: Some(content.to_vec()) };
        shared.objects.entry(key.to_owned()).or_default().push(object);
        created(key, &version, sequence, content.len())
    }

    /// Deletes a file as a user does: a marker hides its versions.
    pub fn delete(&self, key: &str) {
        let mut shared = self.lock();
        shared.sequence += 1;
        let marker = Object { version: format!("v{}", shared.sequence), content: None };
        shared.objects.entry(key.to_owned()).or_default().push(marker);
    }

    /// Deletes a file's versions for good.
    pub fn purge(&self, key: &str) {
        self.lock().objects.remove(key);
    }

    /// The newest content of a file.
    pub fn content(&self, key: &str) -> Option<Vec<u8>> {
        self.lock().objects.get(key)?.last()?.content.clone()
    }

    /// What goes wrong with the next requests to the bus, one after the other.
    pub fn mishaps(&self, mishaps: impl IntoIterator<Item = Mishap>) {
        self.lock().mishaps.extend(mishaps);
    }

    /// Everything the bus has taken, in order.
    pub fn taken(&self) -> Vec<(String, Value)> {
        self.lock().taken.clone()
    }

    /// Everything in the queue.
    pub fn queue(&self) -> Vec<Value> {
        self.lock().queue.clone()
    }

    /// What was asked for, as IAM names it.
    pub fn actions(&self) -> BTreeSet<String> {
        self.lock().actions.clone()
    }

    /// Bytes of objects that were sent.
    pub fn fetched_bytes(&self) -> usize {
        self.lock().fetched_bytes
    }

    /// Requests that AWS would have refused, and why.
    pub fn refused(&self) -> Vec<String> {
        self.lock().refused.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream) {
        let Ok(mut writer) = stream.try_clone() else { return };
        let mut reader = BufReader::new(stream);
        while let Ok(Some(call)) = read(&mut reader) {
            let answer = match signed_by(&call) {
                Err(why) => {
                    self.lock().refused.push(format!("{} {}: {why}", call.method, call.path));
                    xml(403, "SignatureDoesNotMatch")
                }
                Ok(service) => self.answer(&service, &call),
            };
            let lost = answer.0 == 0;
            if lost || respond(&mut writer, &call.method, answer).is_err() {
                let _ = writer.shutdown(Shutdown::Both);
                return;
            }
        }
    }

    fn answer(&self, service: &str, call: &Call) -> Answer {
        match (service, call.headers.get("x-amz-target").map_or("", String::as_str)) {
            ("s3", _) => self.s3(call),
            ("events", "AWSEvents.PutEvents") => self.put_events(call),
            ("sqs", "AmazonSQS.SendMessage") => self.send_message(call),
            _ => json_error(400, "UnknownOperationException"),
        }
    }

    fn s3(&self, call: &Call) -> Answer {
        let Some(key) = call.path.strip_prefix(&format!("/{BUCKET}/")).map(plain) else {
            return xml(404, "NoSuchBucket");
        };
        let version = call.query.strip_prefix("versionId=").map(plain);
        let mut shared = self.lock();
        let action = match (call.method.as_str(), &version) {
            ("PUT", _) => "s3:PutObject",
            (_, None) => "s3:GetObject",
            (_, Some(_)) => "s3:GetObjectVersion",
        };
        shared.actions.insert(action.to_owned());
        let newest = shared.objects.get(&key).and_then(|versions| versions.last()).cloned();
        if call.method == "PUT" {
            let there = newest.and_then(|object| object.content);
            let fits = match (call.headers.get("if-none-match"), call.headers.get("if-match")) {
                (Some(any), None) if any == "*" => there.is_none(),
                (None, Some(_)) if there.is_none() => return xml(404, "NoSuchKey"),
                (None, Some(mark)) => there.is_some_and(|content| *mark == etag(&content)),
                _ => return xml(501, "NotImplemented"),
            };
            if !fits {
                return xml(412, "PreconditionFailed");
            }
            shared.sequence += 1;
            let object =
                Object { version: format!("v{}", shared.sequence), content: Some(call.body.clone()) };
            shared.objects.entry(key).or_default().push(object);
            return (200, vec![("etag", etag(&call.body))], Vec::new());
        }
        let found = match &version {
            None => newest,
            Some(version) => {
                shared.objects.get(&key).and_then(|all| all.iter().find(|o| o.version == *version)).cloned()
            }
        };
        let content = match (found, version) {
            (None, Some(_)) => return xml(404, "NoSuchVersion"),
            (None | Some(Object { content: None, .. }), None) => return xml(404, "NoSuchKey"),
            (Some(Object { content: None, .. }), Some(_)) => return xml(405, "MethodNotAllowed"),
            (Some(Object { content: Some(content), .. }), _) => content,
        };
        if call.method == "HEAD" {
            return (
                200,
                vec![("etag", etag(&content)), ("content-length", content.len().to_string())],
                Vec::new(),
            );
        }
        let mark = etag(&content);
        let range = call.headers.get("range").and_then(|range| range.strip_prefix("bytes=0-"));
        let part = match range.map(str::parse::<usize>) {
            None => content,
            Some(Ok(_)) if content.is_empty() => return xml(416, "InvalidRange"),
            Some(Ok(last)) => content.into_iter().take(last + 1).collect(),
            Some(Err(_)) => return xml(416, "InvalidRange"),
        };
        shared.fetched_bytes += part.len();
        (206, vec![("etag", mark)], part)
    }

    fn put_events(&self, call: &Call) -> Answer {
        let Ok(body) = serde_json::from_slice::<Value>(&call.body) else {
            return json_error(400, "SerializationException");
        };
        let entries = body["Entries"].as_array().cloned().unwrap_or_default();
        if entries.is_empty() || entries.len() > 10 {
            return json_error(400, "ValidationException");
        }
        let size: usize = entries.iter().map(entry_bytes).sum();
        if size > PUT_MAX {
            return json_error(400, "ValidationException");
        }
        let mut shared = self.lock();
        shared.actions.insert("events:PutEvents".to_owned());
        let mishap = shared.mishaps.pop_front().unwrap_or(Mishap::None);
        match mishap {
            Mishap::Failed => return json_error(500, "InternalException"),
            Mishap::Throttled => return json_error(400, "ThrottlingException"),
            _ => {}
        }
        let mut told = Vec::new();
        for (place, entry) in entries.iter().enumerate() {
            let detail = entry["Detail"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
            let kind = entry["DetailType"].as_str().filter(|kind| !kind.is_empty() && kind.len() <= 128);
            let code = match (&detail, kind) {
                _ if entry["EventBusName"] != BUS => Some("ResourceNotFoundException"),
                _ if !entry["Time"].is_number() || entry["Source"] != "merit" => Some("InvalidArgument"),
                (Some(Value::Object(_)), Some(_)) => match mishap {
                    Mishap::Some(places) if places & (1 << place) != 0 => Some("InternalFailure"),
                    _ => None,
                },
                _ => Some("MalformedDetail"),
            };
            match (code, detail, kind) {
                (None, Some(detail), Some(kind)) => {
                    shared.taken.push((kind.to_owned(), detail));
                    told.push(json!({ "EventId": format!("event-{}", shared.taken.len()) }));
                }
                (code, ..) => told.push(json!({ "ErrorCode": code, "ErrorMessage": "of the tests" })),
            }
        }
        if mishap == Mishap::Lost {
            return (0, Vec::new(), Vec::new());
        }
        let failed = told.iter().filter(|one| one.get("ErrorCode").is_some()).count();
        (200, Vec::new(), json!({ "FailedEntryCount": failed, "Entries": told }).to_string().into_bytes())
    }

    fn send_message(&self, call: &Call) -> Answer {
        let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        if body["QueueUrl"] != self.queue_url() {
            return json_error(400, "QueueDoesNotExist");
        }
        let Some(message) = body["MessageBody"].as_str().and_then(|text| serde_json::from_str(text).ok())
        else {
            return json_error(400, "InvalidMessageContents");
        };
        let mut shared = self.lock();
        shared.actions.insert("sqs:SendMessage".to_owned());
        shared.queue.push(message);
        (200, Vec::new(), json!({ "MessageId": "1" }).to_string().into_bytes())
    }
}

/// What an entry counts: 14 bytes for its time, and the bytes of its texts.
fn entry_bytes(entry: &Value) -> usize {
    let text = |name: &str| entry[name].as_str().map_or(0, str::len);
    14 + text("Source") + text("DetailType") + text("Detail")
}

/// The event of an upload, with the fields AWS documents.
fn created(key: &str, version: &str, sequence: u64, size: usize) -> Value {
    let key: String = key.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b' ' => encoded.push('+'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                encoded.push(char::from(byte));
            }
            byte => drop(write!(encoded, "%{byte:02X}")),
        }
        encoded
    });
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": format!("2022-03-02T10:{:02}:{:02}.000Z", sequence / 60 % 60, sequence % 60),
        "eventName": "ObjectCreated:Put",
        "userIdentity": { "principalId": "AWS:AIDATESTS" },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURIY8" },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "publish",
            "bucket": {
                "name": BUCKET,
                "ownerIdentity": { "principalId": "EXAMPLE" },
                "arn": format!("arn:aws:s3:::{BUCKET}"),
            },
            "object": {
                "key": key,
                "size": size,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "versionId": version,
                "sequencer": format!("{:016X}", 0x0065_0000_0000_0000_u64 + sequence),
            },
        },
    }] })
}

fn etag(content: &[u8]) -> String {
    format!("\"{}\"", hex(&digest::digest(&digest::SHA256, content).as_ref()[..16]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Percent-decoded.
fn plain(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        if let Some(byte) = code.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Signature Version 4, as its specification has it: the service it was signed for, or what is wrong with it.
fn signed_by(call: &Call) -> Result<String, String> {
    let header = |name: &str| call.headers.get(name).ok_or_else(|| format!("no {name}"));
    let authorization = header("authorization")?;
    let rest = authorization.strip_prefix("AWS4-HMAC-SHA256 ").ok_or("another algorithm")?;
    let parts: BTreeMap<&str, &str> = rest.split(", ").filter_map(|part| part.split_once('=')).collect();
    let part = |name: &str| parts.get(name).copied().ok_or_else(|| format!("no {name}"));
    let (credential, names, signature) = (part("Credential")?, part("SignedHeaders")?, part("Signature")?);
    let [key, date, region, service, "aws4_request"] = credential.split('/').collect::<Vec<_>>()[..] else {
        return Err(format!("no scope: {credential}"));
    };
    let when = header("x-amz-date")?;
    if key != ACCESS_KEY
        || region != REGION
        || !when.starts_with(date)
        || header("x-amz-security-token")? != SESSION
    {
        return Err("of somebody else".to_owned());
    }
    let signed: Vec<&str> = names.split(';').collect();
    for must in ["host", "x-amz-date", "x-amz-security-token"] {
        if !signed.contains(&must) {
            return Err(format!("{must} is not signed"));
        }
    }
    // every header that says what to do, must be signed
    for name in call.headers.keys().filter(|name| name.starts_with("x-amz-") || name.starts_with("if-")) {
        if !signed.contains(&name.as_str()) {
            return Err(format!("{name} is not signed"));
        }
    }
    let content = hex(digest::digest(&digest::SHA256, &call.body).as_ref());
    if service == "s3" && *header("x-amz-content-sha256")? != content {
        return Err("another content".to_owned());
    }
    let mut canonical = format!("{}\n{}\n{}\n", call.method, call.path, canonical_query(&call.query));
    for name in &signed {
        let _ = writeln!(canonical, "{name}:{}", header(name)?.trim());
    }
    let _ = write!(canonical, "\n{names}\n{content}");
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let hash = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{when}\n{scope}\n{hash}");
    let mac = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    };
    let mut key = format!("AWS4{SECRET_KEY}").into_bytes();
    for step in [date, region, service, "aws4_request"] {
        key = mac(&key, step);
    }
    if hex(&mac(&key, &text)) == signature {
        Ok(service.to_owned())
    } else {
        Err("another signature".to_owned())
    }
}

fn canonical_query(query: &str) -> String {
    let mut parts: Vec<&str> = query.split('&').filter(|part| !part.is_empty()).collect();
    parts.sort_unstable();
    parts.join("&")
}

fn xml(status: u16, code: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>of the tests</Message></Error>"
    );
    (status, vec![("content-type", "application/xml".to_owned())], body.into_bytes())
}

fn json_error(status: u16, code: &str) -> Answer {
    (
        status,
        Vec::new(),
        json!({ "__type": format!("com.amazonaws#{code}"), "message": "of the tests" })
            .to_string()
            .into_bytes(),
    )
}

fn read(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Call>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Call { method, path, query, headers, body }))
}

fn respond(writer: &mut TcpStream, method: &str, (status, headers, body): Answer) -> io::Result<()> {
    let mut text = format!("HTTP/1.1 {status} Tests\r\n");
    if !headers.iter().any(|(name, _)| *name == "content-length") {
        let _ = write!(text, "content-length: {}\r\n", if method == "HEAD" { 0 } else { body.len() });
    }
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text.push_str("\r\n");
    writer.write_all(text.as_bytes())?;
    if method == "HEAD" { Ok(()) } else { writer.write_all(&body) }
}
