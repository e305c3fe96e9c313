//! Local server and tools.
