//! The event of a schedule: our own input to `EventBridge` Scheduler, or the classic scheduled event.

use super::JobError;
use dsl::calendar::parse_moment;
use dsl::units::Moment;
use serde_json::Value;

/// When a job was to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheduled {
    /// The schedule's own moment: a retry an hour later has the same.
    pub at: Moment,
}

impl Scheduled {
    /// Reads `{"job": "due", "at": "2026-03-05T00:15:00Z"}`, or an event with `detail-type` `Scheduled Event` and
    /// `time`. One for another job is an error: it went to the wrong function.
    pub fn read(event: &Value, job: &str) -> Result<Self, JobError> {
        let text = |name: &str| event.get(name).and_then(Value::as_str);
        if let Some(other) = text("job").filter(|named| *named != job) {
            return Err(JobError::Unreadable(format!("for the job `{other}`, this is `{job}`")));
        }
        let is_classic = text("detail-type") == Some("Scheduled Event");
        let at = text("at").or_else(|| text("time").filter(|_| is_classic));
        let at = at.ok_or_else(|| JobError::Unreadable("it names no moment".to_owned()))?;
        let at = parse_moment(at).ok_or_else(|| JobError::Unreadable(format!("`{at}` is no moment")))?;
        Ok(Self { at })
    }
}
