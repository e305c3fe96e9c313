//! A small Lambda Runtime API on loopback, and the real function binary as its client.
//!
//! What it does: `next` (long poll, deadline and request-id headers), `response`, `error`, `init/error`; any number
//! of invocations, one at a time, as Lambda does. What it never does: freeze the process, cut it off at its deadline,
//! or limit its memory.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long an invocation may take before the harness gives up on the child.
const PATIENCE: Duration = Duration::from_secs(30);

/// The deadline told to the function, in milliseconds from the hand-over.
const DEADLINE_MS: i64 = 28_000;

/// What a function answered, or why it did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The payload it posted to `response`.
    Response(Vec<u8>),
    /// The payload it posted to `error`.
    Error(Vec<u8>),
}

/// A function binary, running as a child process behind a Runtime API of its own. The child ends with this value.
pub struct Function {
    child: Mutex<Child>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// Milliseconds since 1970 by the function's own clock, where that is not the host's.
    clock: Option<Arc<AtomicI64>>,
}

#[derive(Default)]
struct State {
    events: VecDeque<(String, Arc<[u8]>)>,
    replies: BTreeMap<String, Reply>,
    init_error: Option<String>,
    polls: u64,
    issued: u64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Function {
    /// Starts `binary` as the function `handler`, with `env` added to what Lambda itself sets, and waits for its first
    /// poll. Its standard error is inherited only when `MERIT_TEST_LOGS` is set.
    pub fn start(binary: &Path, handler: &str, env: &[(&str, String)]) -> io::Result<Self> {
        Self::start_by(None, binary, handler, env)
    }

    /// The same for a function whose clock shows these milliseconds since 1970: its deadlines are by that clock.
    pub fn start_by(
        clock: Option<Arc<AtomicI64>>,
        binary: &Path,
        handler: &str,
        env: &[(&str, String)],
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { clock, ..Shared::default() });
        let serving = Arc::clone(&shared);
        thread::Builder::new().name("runtime-api".to_owned()).spawn(move || accept(&listener, &serving))?;
        let logs = std::env::var_os("MERIT_TEST_LOGS").is_some();
        let quiet = || if logs { Stdio::inherit() } else { Stdio::null() };
        let child = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", handler)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/tests")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "tests")
            .env("_HANDLER", handler)
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "tests")
            .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
            .env("AWS_SESSION_TOKEN", "none")
            .envs(env.iter().map(|(name, value)| (*name, value.as_str())))
            .stdin(Stdio::null())
            .stdout(quiet())
            .stderr(quiet())
            .spawn()
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", binary.display())))?;
        let function = Self { child: Mutex::new(child), shared };
        function.wait(|state| (state.polls > 0).then_some(()))?;
        Ok(function)
    }

    /// Hands over one event and waits for its reply. Events of several threads queue up, as they would not on Lambda,
    /// which would start more environments.
    pub fn invoke(&self, event: &[u8]) -> io::Result<Reply> {
        let id = {
            let mut state = self.shared.lock();
            state.issued += 1;
            let id = format!("00000000-0000-4000-8000-{:012}", state.issued);
            state.events.push_back((id.clone(), Arc::from(event)));
            id
        };
        self.shared.changed.notify_all();
        self.wait(|state| state.replies.remove(&id))
    }

    /// Kills the child where it stands (`SIGKILL`): whoever waits for its reply is told so.
    pub fn kill(&self) -> io::Result<()> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner).kill()
    }

    /// The child's process id.
    pub fn id(&self) -> u32 {
        self.child.lock().unwrap_or_else(PoisonError::into_inner).id()
    }

    fn wait<T>(&self, mut ready: impl FnMut(&mut State) -> Option<T>) -> io::Result<T> {
        let until = Instant::now() + PATIENCE;
        let mut state = self.shared.lock();
        loop {
            if let Some(value) = ready(&mut state) {
                return Ok(value);
            }
            if let Some(error) = &state.init_error {
                return Err(io::Error::other(format!("the function could not start: {error}")));
            }
            let exited = self.child.lock().unwrap_or_else(PoisonError::into_inner).try_wait()?;
            if let Some(status) = exited {
                return Err(io::Error::other(format!("the function ended by itself: {status}")));
            }
            if Instant::now() >= until {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the function gave no reply"));
            }
            let slice = Duration::from_millis(50);
            state = self.shared.changed.wait_timeout(state, slice).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for connection in listener.incoming().flatten() {
        let shared = Arc::clone(shared);
        // A connection that breaks is the child's affair: it connects again, or has ended.
        let _ = thread::Builder::new()
            .name("runtime-api-connection".to_owned())
            .spawn(move || serve(connection, &shared));
    }
}

fn serve(connection: TcpStream, shared: &Shared) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut writer = connection.try_clone()?;
    let mut reader = BufReader::new(connection);
    while let Some((method, path, body)) = read_request(&mut reader)? {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (method.as_str(), parts.as_slice()) {
            ("GET", ["2018-06-01", "runtime", "invocation", "next"]) => next(&mut writer, shared)?,
            ("POST", ["2018-06-01", "runtime", "invocation", id, end @ ("response" | "error")]) => {
                let reply = if *end == "response" { Reply::Response(body) } else { Reply::Error(body) };
                shared.lock().replies.insert((*id).to_owned(), reply);
                shared.changed.notify_all();
                answer(&mut writer, "202 Accepted")?;
            }
            ("POST", ["2018-06-01", "runtime", "init", "error"]) => {
                shared.lock().init_error = Some(String::from_utf8_lossy(&body).into_owned());
                shared.changed.notify_all();
                answer(&mut writer, "202 Accepted")?;
            }
            _ => answer(&mut writer, "404 Not Found")?,
        }
    }
    Ok(())
}

fn answer(writer: &mut TcpStream, status: &str) -> io::Result<()> {
    writer.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes())
}

/// The long poll: the function waits here, for ever if need be, until there is an event for it.
fn next(writer: &mut TcpStream, shared: &Shared) -> io::Result<()> {
    let (id, event) = {
        let mut state = shared.lock();
        state.polls += 1;
        shared.changed.notify_all();
        loop {
            if let Some(event) = state.events.pop_front() {
                break event;
            }
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    };
    let now_ms = match &shared.clock {
        Some(clock) => clock.load(Ordering::SeqCst),
        None => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)),
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
         Lambda-Runtime-Aws-Request-Id: {id}\r\n\
         Lambda-Runtime-Deadline-Ms: {}\r\n\
         Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:000000000000:function:tests\r\n\
         Lambda-Runtime-Trace-Id: Root=1-00000000-000000000000000000000000;Sampled=0\r\n\
         content-length: {}\r\n\r\n",
        now_ms + DEADLINE_MS,
        event.len()
    );
    writer.write_all(head.as_bytes())?;
    writer.write_all(&event)
}

/// One HTTP/1.1 request: method, path, body. None when the peer has closed.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<(String, String, Vec<u8>)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let path = words.next().unwrap_or_default().to_owned();
    let (mut length, mut chunked) = (0_usize, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if chunked {
        read_chunks(reader, &mut body)?;
    }
    Ok(Some((method, path, body)))
}

fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = line.trim().split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; size + 2]; // with its line end; the last chunk is empty
        reader.read_exact(&mut chunk)?;
        chunk.truncate(size);
        if size == 0 {
            return Ok(());
        }
        body.append(&mut chunk);
    }
}
