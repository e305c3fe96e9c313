//! What DynamoDB answers, as HTTP.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

pub(crate) fn refusal(kind: &str, why: &str) -> String {
    json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": why }).to_string()
}

pub(super) fn refused(kind: &str, why: &str) -> HttpResponse {
    response(400, refusal(kind, why))
}

pub(super) fn failed() -> HttpResponse {
    response(500, refusal("InternalServerError", "internal"))
}

pub(super) fn conflict_met() -> HttpResponse {
    refused("TransactionConflictException", "Transaction is ongoing for the item")
}

pub(super) fn conflict_claimed(body: &Value) -> HttpResponse {
    let items = body["TransactItems"].as_array().map_or(1, Vec::len).max(1);
    let mut reasons = vec![json!({ "Code": "None" }); items];
    reasons[items - 1] =
        json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" });
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let why = "Transaction cancelled [TransactionConflict]";
    response(400, json!({ "__type": kind, "message": why, "CancellationReasons": reasons }).to_string())
}

pub(super) fn response(status: u16, body: String) -> HttpResponse {
    let Ok(status) = status.try_into() else { unreachable!("all our statuses are between 100 and 999") };
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
