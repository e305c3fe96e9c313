//! What a request to DynamoDB needs of IAM, read from the request itself: the actions, and the partition of each.
//!
//! What it never does: know what a role allows. The tests over infra compare.

use serde_json::Value;

/// One action on one partition, as IAM sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// `dynamodb:PutItem`. A transaction is no action: each of its items is.
    pub action: String,
    /// The index, for a query of one.
    pub index: Option<String>,
    /// The partition key, which `dynamodb:LeadingKeys` is compared with.
    pub partition: String,
    /// Whether the request carries a condition.
    pub conditional: bool,
}

/// The needs of a request, by its `x-amz-target` and body.
pub fn needs(target: &str, body: &[u8]) -> Vec<Need> {
    let operation = target.rsplit('.').next().unwrap_or_default();
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let need = |action: &str, request: &Value, key: &Value| Need {
        action: format!("dynamodb:{action}"),
        index: request["IndexName"].as_str().map(str::to_owned),
        partition: key["pk"]["S"].as_str().unwrap_or_default().to_owned(),
        conditional: request.get("ConditionExpression").is_some(),
    };
    match operation {
        "Query" => {
            // `pk = :p AND ...`
            let condition = body["KeyConditionExpression"].as_str().unwrap_or_default();
            let name = condition.split_whitespace().nth(2).unwrap_or_default();
            let key = serde_json::json!({ "pk": body["ExpressionAttributeValues"][name] });
            vec![need(operation, &body, &key)]
        }
        "TransactWriteItems" => {
            let items = body["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object);
            items
                .flatten()
                .map(|(kind, request)| {
                    let action = if kind == "ConditionCheck" {
                        "ConditionCheckItem".to_owned()
                    } else {
                        format!("{kind}Item")
                    };
                    need(&action, request, request.get("Item").unwrap_or(&request["Key"]))
                })
                .collect()
        }
        _ => vec![need(operation, &body, body.get("Item").unwrap_or(&body["Key"]))],
    }
}
