//! A function as the SDK's documentation has it: default features, default configuration, one read of the table.
//! What it never does: preconnect, choose its TLS, or anything else that would make it faster.

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_from_env().await;
    let client = aws_sdk_dynamodb::Client::new(&config);
    let table = std::env::var("MERIT_TABLE")?;
    run(service_fn(async |_event: LambdaEvent<Value>| {
        let key = |text: &str| AttributeValue::S(text.to_owned());
        let read = client.get_item().table_name(&table).key("pk", key("T#bench#R")).key("sk", key("A"));
        let found = read.consistent_read(true).send().await?.item.is_some();
        Ok::<_, Error>(json!({ "statusCode": 200, "body": found.to_string() }))
    }))
    .await
}
