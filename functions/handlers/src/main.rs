//! The Lambda binary: one for all functions. The handler's name (`_HANDLER`: `earn`, `members`, ... or `api` for all;
//! `birthday`, `due`, `publish`, `relay`) says which routes it serves, or what it does when it is woken.

use dsl::units::Moment;
use handlers::cloud::Cloud;
use handlers::cloud::bucket::Bucket;
use handlers::cloud::bus::Bus;
use handlers::cloud::queue::Queue;
use handlers::jobs::publish::Uploads;
use handlers::jobs::relay::Out;
use handlers::secret::{DERIVED_BY, Secret};
use handlers::{App, jobs, lambda, log};
use lambda_http::request::LambdaRequest;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use store::Store;
use store::config::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::init_lambda();
    let function = function_of(std::env::var("_HANDLER").ok().as_deref())?;
    let store = Store::connect(Config::from_env(|name| std::env::var(name).ok())?)?;
    if function != "about" && function != "relay" {
        // The first invocation finds the connection open; what fails here, it meets itself. `about` may read nothing; `relay` reads
        // nothing but for a replay.
        store.warm().await;
    }
    let secret = secret_of(&function, std::env::var("MERIT_SECRET").ok().as_deref())?;
    let app = App { store, clock: Arc::new(now), secret };
    let (app, function) = (&app, function.as_str());
    if jobs::JOBS.contains(&function) {
        let work = |event: LambdaEvent<serde_json::Value>| async move {
            Ok::<_, Error>(lambda::invoke_job(app, function, event).await?)
        };
        return Box::pin(lambda_runtime::run(service_fn(work))).await;
    }
    if function == "publish" {
        let cloud = cloud()?;
        let bucket = Bucket::new(cloud.clone(), variable("MERIT_RULE_BUCKET")?);
        let uploads = &Uploads { bucket, bus: Bus::new(cloud, variable("MERIT_BUS")?) };
        let work = |event: LambdaEvent<serde_json::Value>| async move {
            Ok::<_, Error>(lambda::invoke_publish(app, uploads, event).await?)
        };
        return lambda_runtime::run(service_fn(work)).await;
    }
    if function == "relay" {
        let cloud = cloud()?;
        let failures = Queue::new(cloud.clone(), variable("MERIT_RELAY_FAILURES")?);
        let out = &Out { bus: Bus::new(cloud, variable("MERIT_BUS")?), failures };
        let work = |event: LambdaEvent<serde_json::Value>| async move {
            Ok::<_, Error>(lambda::invoke_relay(app, out, event).await?)
        };
        return lambda_runtime::run(service_fn(work)).await;
    }
    let serve = |event: LambdaEvent<LambdaRequest>| async move {
        Ok::<_, Error>(lambda::invoke(app, function, event).await)
    };
    lambda_runtime::run(service_fn(serve)).await
}

/// The host's clock: the one place of the product that reads it.
fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn variable(name: &str) -> Result<String, Error> {
    let set = std::env::var(name).ok().filter(|value| !value.is_empty());
    Ok(set.ok_or_else(|| format!("{name} is not set"))?)
}

/// The services beside the table.
fn cloud() -> Result<Cloud, Error> {
    Ok(Cloud::from_env(|name| std::env::var(name).ok()).map_err(|name| format!("{name} is not set"))?)
}

/// The secret of `MERIT_SECRET`, which a function that derives nothing is not given.
fn secret_of(function: &str, given: Option<&str>) -> Result<Secret, Error> {
    match given {
        Some(text) => Ok(Secret::new(text.as_bytes()).map_err(|why| format!("MERIT_SECRET: {why}"))?),
        None if !DERIVED_BY.contains(&function) => Ok(Secret::random()?),
        None => {
            Err("MERIT_SECRET is missing: at least 32 random characters, the same for all functions".into())
        }
    }
}

/// A handler's name as a function's; a name that serves nothing is an error at start, not at the first request.
fn function_of(handler: Option<&str>) -> Result<String, Error> {
    let name = handler.unwrap_or("api");
    if name == "api"
        || jobs::JOBS.contains(&name)
        || jobs::WOKEN.contains(&name)
        || handlers::routes().iter().any(|route| route.function == name)
    {
        return Ok(name.to_owned());
    }
    Err(format!("`{name}` is no function; set _HANDLER to api, or to the function of a route").into())
}
