//! Store errors, named by what the caller can do.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use std::fmt;

/// Why a verb failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// Others kept winning; try again later.
    Conflict,
    /// The table is throttled; try again later.
    Throttled,
    /// No definite answer within the time allowed; repeat with the same key.
    Unavailable(String),
    /// Stored bytes are not what they must be; a person must look. Names the key.
    Corrupt(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("other writers kept winning"),
            Self::Throttled => f.write_str("the table is throttled"),
            Self::Unavailable(why) => write!(f, "no definite answer: {why}"),
            Self::Corrupt(what) => write!(f, "corrupt: {what}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl StoreError {
    /// What a failed call means. For a write it says nothing about whether the write landed: the SDK may have sent
    /// it more than once.
    pub(crate) fn of<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata,
    {
        let Some(service) = error.as_service_error() else {
            let kind = match error {
                SdkError::ConstructionFailure(_) => "could not be sent",
                SdkError::TimeoutError(_) => "timed out",
                SdkError::DispatchFailure(_) => "connection failed",
                _ => "unreadable answer",
            };
            return Self::Unavailable(format!("{operation} {kind}"));
        };
        match service.code() {
            Some(
                "ProvisionedThroughputExceededException"
                | "RequestLimitExceeded"
                | "ThrottlingException"
                | "ThrottlingError",
            ) => Self::Throttled,
            Some("TransactionConflictException" | "TransactionInProgressException") => Self::Conflict,
            code => Self::Unavailable(format!("{operation} failed: {}", code.unwrap_or("without a code"))),
        }
    }
}
