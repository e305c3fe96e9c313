//! What is public: the OpenAPI document, and whether the function answers. Neither reads the table.

use crate::http::respond::Answer;
use serde_json::json;

/// `GET /openapi.json`.
pub(crate) fn openapi() -> Answer {
    Answer::ok(crate::openapi::document())
}

/// `GET /v1/health`.
pub(crate) fn health() -> Answer {
    Answer::ok(json!({"status": "ok"}))
}
