//! The language server: what an editor asks over standard input and output, answered by `dsl::editor` and `dsl::check`.
//! One thread decides; two move bytes. What it cannot read it leaves out, says so on standard error, and goes on.
//!
//! It never writes a file, and holds no rule of the language.

mod answer;
mod position;
mod state;
mod whole;
mod wire;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    Cancel, DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, Notification as _,
};
use lsp_types::{CancelParams, NumberOrString};
use serde::de::DeserializeOwned;
use state::State;
use std::collections::VecDeque;
use std::io::{BufReader, Write};
use std::thread;

/// Serves standard input until the client says `exit` or is gone. True when it said `shutdown` first.
pub fn serve() -> std::io::Result<bool> {
    let (server, client) = Connection::memory();
    let Connection { sender, receiver } = client;
    let answers = server.sender.clone();
    thread::Builder::new().name("lsp-reader".to_owned()).spawn(move || {
        let mut input = BufReader::new(std::io::stdin());
        while let Some(read) = wire::read(&mut input) {
            match read {
                Ok(message) => {
                    let last = matches!(&message, Message::Notification(told) if told.method == EXIT);
                    if sender.send(message).is_err() || last {
                        return;
                    }
                }
                Err(unread) => {
                    complain(&unread.why);
                    let _ = unread.answer.map(|answer| answers.send(Message::Response(answer)));
                }
            }
        }
    })?;
    let writer = thread::Builder::new().name("lsp-writer".to_owned()).spawn(move || {
        let mut output = std::io::stdout().lock();
        for message in receiver {
            if message.write(&mut output).is_err() {
                return;
            }
        }
    })?;
    let orderly = Server::new(server).run();
    // every answer is written before the process ends
    let _ = writer.join();
    Ok(orderly)
}

/// After which nothing is read.
const EXIT: &str = "exit";

struct Server {
    connection: Connection,
    state: State,
    /// What has arrived and was not looked at.
    queue: VecDeque<Message>,
    /// `initialize` was answered.
    begun: bool,
    /// `shutdown` was answered.
    ended: bool,
}

impl Server {
    fn new(connection: Connection) -> Self {
        Self { connection, state: State::default(), queue: VecDeque::new(), begun: false, ended: false }
    }

    fn run(mut self) -> bool {
        loop {
            self.take_what_arrived();
            let Some(message) = self.next() else { return self.ended };
            match message {
                Message::Request(request) => self.request(request),
                Message::Notification(told) if told.method == EXIT => return self.ended,
                Message::Notification(told) => self.notification(told),
                // it asks its client nothing
                Message::Response(_) => {}
            }
        }
    }

    /// The next message; none when the client is gone.
    fn next(&mut self) -> Option<Message> {
        if let Some(message) = self.queue.pop_front() {
            return Some(message);
        }
        // nothing else to do: now it is worth looking for mistakes
        for found in self.state.overdue() {
            self.send(Message::Notification(found));
        }
        self.connection.receiver.recv().ok()
    }

    /// Takes all that is there, so that what was cancelled is not done.
    fn take_what_arrived(&mut self) {
        while let Ok(message) = self.connection.receiver.try_recv() {
            match &message {
                Message::Notification(told) if told.method == Cancel::METHOD => {
                    let cancelled = serde_json::from_value::<CancelParams>(told.params.clone());
                    if let Ok(cancelled) = cancelled {
                        self.cancel(cancelled.id);
                    }
                }
                _ => self.queue.push_back(message),
            }
        }
    }

    fn cancel(&mut self, id: NumberOrString) {
        let id: RequestId = match id {
            NumberOrString::Number(number) => number.into(),
            NumberOrString::String(text) => text.into(),
        };
        let waits = |message: &Message| matches!(message, Message::Request(request) if request.id == id);
        if self.queue.iter().any(waits) {
            self.queue.retain(|message| !waits(message));
            self.refuse(id, ErrorCode::RequestCanceled, "cancelled");
        }
    }

    fn send(&self, message: Message) {
        // a client that is gone reads nothing more; the loop ends when its input ends
        let _ = self.connection.sender.send(message);
    }

    fn refuse(&self, id: RequestId, code: ErrorCode, why: &str) {
        self.send(Message::Response(Response::new_err(id, error_number(code), why.to_owned())));
    }

    fn request(&mut self, request: Request) {
        let id = request.id.clone();
        match request.method.as_str() {
            "initialize" if self.begun => {
                self.refuse(id, ErrorCode::InvalidRequest, "it is initialized already");
            }
            "initialize" => {
                self.begun = true;
                self.send(Message::Response(Response::new_ok(id, answer::abilities())));
            }
            _ if !self.begun => self.refuse(id, ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            _ if self.ended => self.refuse(id, ErrorCode::InvalidRequest, "it is shut down"),
            "shutdown" => {
                self.ended = true;
                self.send(Message::Response(Response::new_ok(id, ())));
            }
            _ => {
                let answered = answer::answer(&self.state, request);
                self.send(Message::Response(match answered {
                    Ok(result) => Response { id, response_result: Ok(result) },
                    Err((code, why)) => Response::new_err(id, error_number(code), why),
                }));
            }
        }
    }

    fn notification(&mut self, told: Notification) {
        if !self.begun || self.ended {
            return;
        }
        match told.method.as_str() {
            DidOpenTextDocument::METHOD => {
                if let Some(opened) = read(told) {
                    self.state.open(opened);
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Some(changed) = read(told) {
                    self.state.change(changed);
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Some(closed) = read(told) {
                    for cleared in self.state.close(closed) {
                        self.send(Message::Notification(cleared));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The parameters of a notification; what does not read is left out.
fn read<T: DeserializeOwned>(told: Notification) -> Option<T> {
    match serde_json::from_value(told.params) {
        Ok(read) => Some(read),
        Err(error) => {
            complain(&format!("{} does not read: {error}", told.method));
            None
        }
    }
}

/// The protocol's number of an error.
const fn error_number(code: ErrorCode) -> i32 {
    match code {
        ErrorCode::ParseError => -32700,
        ErrorCode::MethodNotFound => -32601,
        ErrorCode::InvalidParams => -32602,
        ErrorCode::ServerNotInitialized => -32002,
        ErrorCode::RequestCanceled => -32800,
        ErrorCode::RequestFailed => -32803,
        _ => -32600,
    }
}

fn complain(why: &str) {
    let _ = writeln!(std::io::stderr().lock(), "merit lsp: {why}");
}
