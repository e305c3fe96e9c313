//! The embedded DynamoDB on disk as a process of its own, to be killed: `dynamodb FOLDER PORT`. Says `ready` and serves
//! until it ends.
//!
//! What it never does: know our keys, or close anything in good order.

use std::path::PathBuf;

fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map(PathBuf::from).ok_or("usage: dynamodb FOLDER PORT")?;
    let port = arguments.next().and_then(|port| port.parse().ok()).ok_or("usage: dynamodb FOLDER PORT")?;
    let file = folder.join("ledger.db");
    let running = embedded::Embedded::start_on(Some(&file), port).map_err(|error| error.to_string())?;
    println!("ready {}", running.endpoint);
    loop {
        std::thread::park();
    }
}
