//! Lambda
fn main() {}
