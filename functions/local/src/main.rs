//! merit
fn main() {}
