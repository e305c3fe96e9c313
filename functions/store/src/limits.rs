//! Every time-out, retry limit and window of the store, in one place.
//!
//! The sums fit a function's life: an API Gateway request ends after 29 s, a function of ours before 28 s.

use std::time::Duration;

/// Opening a connection, TLS included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// One request on the wire.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// One call of the SDK with its own retries.
pub const OPERATION_TIMEOUT: Duration = Duration::from_secs(5);

/// How many times longer a local emulator is waited for: it shares its processors with its clients.
pub const LOCAL_PATIENCE: u32 = 10;

/// Requests the SDK sends for one call, the first included.
pub const SDK_ATTEMPTS_MAX: u32 = 3;

/// The SDK's first pause before a retry.
pub const SDK_BACKOFF_FIRST: Duration = Duration::from_millis(25);

/// The SDK's longest pause.
pub const SDK_BACKOFF_MAX: Duration = Duration::from_millis(500);

/// Commits tried for one request before it is given up as a conflict. Fifty writers on one member need about ten.
pub const WRITE_ATTEMPTS_MAX: u32 = 24;

/// Commits without a definite answer (time-out, throttle, 5xx) before the caller is told to repeat with the same key.
pub const UNANSWERED_MAX: u32 = 4;

/// Publications and activations tried for one request.
pub const RULES_ATTEMPTS_MAX: u32 = 5;

/// No further commit is begun when a request has lasted this long.
pub const WRITE_DEADLINE: Duration = Duration::from_secs(18);

/// First pause after the second lost race; doubles up to [`BACKOFF_MAX`], each cut by a jitter of up to a half.
pub const BACKOFF_FIRST: Duration = Duration::from_millis(8);

/// Longest pause between two commits.
pub const BACKOFF_MAX: Duration = Duration::from_millis(400);

/// Parallel reads that took longer are not trusted to be of one moment: the index is read again after the head.
/// In this time fewer commits of one member fit than `domain::state::RECENT_REFERENCES`.
pub const JOINED_READS_MAX: Duration = Duration::from_millis(15);

/// Newest entries read as the head when a request depends on its siblings (a return on earlier returns): siblings
/// that were committed between the two parallel reads are among them.
pub const SIBLING_WINDOW: i32 = 8;

/// How long the pointer to the deciding rulebook is believed, in milliseconds of the caller's clock.
pub const RULES_AGE_MAX_MS: u64 = 10_000;

/// Items on one page of a dump.
pub const DUMP_ITEMS: i32 = 500;

/// Entries on one page, at most.
pub const PAGE_ENTRIES_MAX: u32 = 100;

/// Bytes of a version's text and of what it compiles to, together, at most: they are one item, of which `DynamoDB` takes
/// 400 KiB with its names.
pub const VERSION_BYTES_MAX: usize = 400_000;

/// Versions listed, at most.
pub const VERSIONS_MAX: i32 = 100;

/// One page of a dump, for the auditor only.
pub const DUMP_PAGE_TIMEOUT: Duration = Duration::from_mins(1);
