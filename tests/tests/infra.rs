//! What is deployed against what is written: routes, functions, the table, time-outs, and each role's actions against
//! the actions seen on the wire when the stories are played.

mod needs;

use dsl::units::Moment;
use handlers::jobs;
use handlers::secret::DERIVED_BY;
use needs::needs;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tests::iam::Need;
use yaml_rust2::{Yaml, YamlLoader};

/// Jobs that a schedule starts.
const SCHEDULED: [&str; 2] = ["birthday", "due"];

/// What Lambda itself does in a function's name, never on the function's own wire; but [`SENDS`] sends by itself, too.
const BY_LAMBDA: &[&str] = &[
    "logs:",
    "sqs:",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
];

/// What is asked of other services than the table: compared by action. Nobody lists the bucket: it is allowed so that
/// what is gone is missing, and not forbidden.
const OUTSIDE: &[&str] = &["s3:", "events:", "sqs:"];

/// Puts what it can never read into a queue by itself.
const SENDS: &str = "relay";

/// Behind the API, with half a second kept to answer.
const GATEWAY_GIVES_UP_S: i64 = 29;

pub(crate) struct Template(Yaml);

impl Template {
    pub(crate) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/template.yaml");
        let text = std::fs::read_to_string(path).unwrap();
        Self(YamlLoader::load_from_str(&text).unwrap().remove(0))
    }

    fn of(&self, kind: &str) -> Vec<(&str, &Yaml)> {
        let all = self.0["Resources"].as_hash().unwrap();
        let of_kind = all.iter().filter(|(_, r)| r["Type"].as_str() == Some(kind));
        let found: Vec<_> = of_kind.map(|(name, r)| (name.as_str().unwrap(), &r["Properties"])).collect();
        assert!(!found.is_empty(), "the template has no {kind}");
        found
    }

    /// Megabytes of a function.
    pub(crate) fn memory_mb(&self, handler: &str) -> i64 {
        let common = self.0["Globals"]["Function"]["MemorySize"].as_i64();
        self.functions()[handler]["MemorySize"].as_i64().or(common).unwrap()
    }

    /// Properties of each function, by its handler.
    fn functions(&self) -> BTreeMap<&str, &Yaml> {
        let functions = self.of("AWS::Serverless::Function");
        functions.into_iter().map(|(_, f)| (text(&f["Handler"]), f)).collect()
    }

    /// `POST /v1/purchases`, the handler behind it, and whether anyone may call it.
    fn routes(&self) -> BTreeSet<(String, String, bool)> {
        let handler = |logical: &str| {
            let functions = self.of("AWS::Serverless::Function");
            let (_, f) = functions.into_iter().find(|(name, _)| *name == logical).unwrap();
            text(&f["Handler"]).to_owned()
        };
        let behind: BTreeMap<&str, String> = self
            .of("AWS::ApiGatewayV2::Integration")
            .into_iter()
            .map(|(name, i)| (name, handler(text(&i["IntegrationUri"]).trim_end_matches(".Arn"))))
            .collect();
        let route = |route: &Yaml| {
            let target = text(&route["Target"]).trim_start_matches("integrations/${").trim_end_matches('}');
            let open = text(&route["AuthorizationType"]) == "NONE";
            (text(&route["RouteKey"]).to_owned(), behind[target].clone(), open)
        };
        self.of("AWS::ApiGatewayV2::Route").into_iter().map(|(_, r)| route(r)).collect()
    }

    /// Statements of a function's role: of every verb it lists.
    fn statements(&self, handler: &str) -> Vec<&Yaml> {
        let role = text(&self.functions()[handler]["Role"]).trim_end_matches(".Arn").to_owned();
        let roles = self.of("AWS::IAM::Role");
        let (_, role) = roles.into_iter().find(|(name, _)| *name == role).unwrap();
        let verbs: Vec<&str> = list(&role["ManagedPolicyArns"]).iter().map(text).collect();
        let policies =
            self.of("AWS::IAM::ManagedPolicy").into_iter().filter(|(name, _)| verbs.contains(name));
        policies.flat_map(|(_, p)| list(&p["PolicyDocument"]["Statement"])).collect()
    }
}

fn text(yaml: &Yaml) -> &str {
    yaml.as_str().unwrap_or_else(|| panic!("no text: {yaml:?}"))
}

fn list(yaml: &Yaml) -> &[Yaml] {
    yaml.as_vec().unwrap_or_else(|| panic!("no list: {yaml:?}"))
}

#[test]
fn the_routes_are_those_of_the_code() {
    let template = Template::read();
    let deployed: BTreeSet<_> = template.routes().into_iter().collect();
    let written: BTreeSet<_> = handlers::routes()
        .iter()
        .map(|r| (format!("{} {}", r.method, r.path), r.function.to_owned(), r.roles.is_empty()))
        .collect();
    assert_eq!(deployed, written);
}

#[test]
fn the_functions_are_those_of_the_binary() {
    let template = Template::read();
    let deployed: BTreeSet<&str> = template.functions().into_keys().collect();
    let served = handlers::routes().iter().map(|r| r.function);
    let written: BTreeSet<&str> = served.chain(jobs::JOBS).chain(jobs::WOKEN).collect();
    let missing: Vec<_> = deployed.difference(&written).collect();
    assert!(missing.is_empty(), "deployed, but in no binary: {missing:?}");
    let undeployed: Vec<_> = written.difference(&deployed).collect();
    assert!(undeployed.is_empty(), "in the binary, but nowhere deployed: {undeployed:?}");
}

#[test]
fn the_table_is_the_one_the_code_makes() {
    let template = Template::read();
    let tables = template.of("AWS::DynamoDB::Table");
    let (_, table) = tables[0];
    let keys = |yaml: &Yaml| -> Vec<String> {
        list(yaml).iter().map(|k| format!("{} {}", text(&k["AttributeName"]), text(&k["KeyType"]))).collect()
    };
    let made = store::table::TABLE;
    let (partition, sort) = (format!("{} HASH", made.partition_key), format!("{} RANGE", made.sort_key));
    assert_eq!(keys(&table["KeySchema"]), [partition.clone(), sort]);
    let days = (format!("{} HASH", made.day_partition_key), format!("{} RANGE", made.day_sort_key));
    let indexes = [
        ("LocalSecondaryIndexes", made.index, partition, format!("{} RANGE", made.index_sort_key)),
        ("GlobalSecondaryIndexes", made.day_index, days.0, days.1),
    ];
    for (kind, name, partition, sort) in indexes {
        let declared = list(&table[kind]);
        assert_eq!(declared.len(), 1, "{kind}");
        assert_eq!(text(&declared[0]["IndexName"]), name);
        assert_eq!(keys(&declared[0]["KeySchema"]), [partition, sort]);
        assert_eq!(text(&declared[0]["Projection"]["ProjectionType"]), "KEYS_ONLY");
    }
    for definition in list(&table["AttributeDefinitions"]) {
        assert_eq!(text(&definition["AttributeType"]), "S");
    }
}

#[test]
fn a_function_outlives_its_slowest_request_and_the_gateway_outlives_the_function() {
    let template = Template::read();
    let common = template.0["Globals"]["Function"]["Timeout"].as_i64().unwrap();
    let slowest = store::limits::WRITE_DEADLINE + store::limits::OPERATION_TIMEOUT;
    for (handler, function) in template.functions() {
        let timeout = function["Timeout"].as_i64().unwrap_or(common);
        assert!(
            u128::try_from(timeout).unwrap() * 1000 > slowest.as_millis() + 500,
            "{handler}: {timeout} s"
        );
        if handlers::routes().iter().any(|r| r.function == handler) {
            assert!(timeout < GATEWAY_GIVES_UP_S, "{handler}: {timeout} s");
        }
    }
    for (name, integration) in template.of("AWS::ApiGatewayV2::Integration") {
        assert_eq!(integration["TimeoutInMillis"].as_i64(), Some(GATEWAY_GIVES_UP_S * 1000), "{name}");
    }
}

#[test]
fn every_job_has_one_schedule_whose_input_it_reads() {
    let template = Template::read();
    let functions = template.of("AWS::Serverless::Function");
    let mut scheduled = BTreeSet::new();
    for (name, schedule) in template.of("AWS::Scheduler::Schedule") {
        let target = text(&schedule["Target"]["Arn"]).trim_end_matches(".Arn");
        let (_, function) = functions.iter().find(|(logical, _)| *logical == target).unwrap();
        let handler = text(&function["Handler"]);
        // What the scheduler puts in the place of its one keyword.
        let input = text(&schedule["Target"]["Input"]);
        let sent = input.replace("<aws.scheduler.scheduled-time>", "2026-03-14T11:15:00Z");
        assert_ne!(sent, input, "{name}: the job is not told when it was to run");
        let read = jobs::Scheduled::read(&serde_json::from_str(&sent).unwrap(), handler);
        assert_eq!(read.map(|s| s.at), Ok(Moment(1_773_486_900_000)), "{name}");
        assert!(scheduled.insert(handler), "{handler} has two schedules");
    }
    assert_eq!(scheduled, BTreeSet::from(SCHEDULED));
}

#[test]
fn every_role_allows_what_its_function_needs_and_nothing_else() {
    let template = Template::read();
    let (mut checked, mut grants) = (0, 0);
    let mut wrong = Vec::new();
    let needs = needs();
    for handler in template.functions().into_keys() {
        let statements = template.statements(handler);
        let seen = &needs.actions[handler];
        let is_outside = |action: &str| OUTSIDE.iter().any(|of| action.starts_with(of));
        let outside: BTreeSet<String> = statements
            .iter()
            .flat_map(|statement| granted(statement, handler))
            .filter(|(action, ..)| is_outside(action) && *action != "s3:ListBucket")
            .map(|(action, ..)| action.to_owned())
            .collect();
        let used = needs.outside.get(handler).cloned().unwrap_or_default();
        if outside != used {
            wrong.push(format!("{handler} may {outside:?} of other services and does {used:?}"));
        }
        for (action, resource, family) in statements.iter().flat_map(|statement| granted(statement, handler))
        {
            if is_outside(action) {
                continue;
            }
            grants += 1;
            let used = |need: &Need| {
                need.action == action && resource_of(need) == resource && like(family, &need.partition)
            };
            if !seen.iter().any(used) {
                wrong.push(format!("{handler} may {action} {family} of {resource} and never does"));
            }
        }
        for need in seen {
            checked += 1;
            if !statements.iter().any(|statement| allows(statement, handler, need)) {
                wrong.push(format!("{handler} may not {need:?}"));
            }
            if need.action == "dynamodb:PutItem" && !need.conditional {
                wrong.push(format!("{handler} puts into {} without a condition", need.partition));
            }
        }
        let given = !template.functions()[handler]["Environment"]["Variables"]["MERIT_SECRET"].is_badvalue();
        let derives = needs.secret.contains(handler);
        if derives != given {
            wrong.push(format!("{handler} derives from the secret: {derives}; is given it: {given}"));
        }
        if given != DERIVED_BY.contains(&handler) {
            wrong.push(format!(
                "{handler} is given the secret: {given}; handlers::secret::DERIVED_BY differs"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    println!("{checked} different needs, all allowed; {grants} grants, none in vain");
}

/// What a statement grants on the table and its indexes: action, resource, family of partitions, one by one. What
/// Lambda itself does in the function's name is left out.
fn granted<'a>(statement: &'a Yaml, handler: &str) -> Vec<(&'a str, String, &'a str)> {
    let resource = statement["Resource"].as_str().unwrap_or_default().to_owned();
    let families = &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
    let families: Vec<&str> = families.as_vec().map_or(vec![""], |f| f.iter().map(text).collect());
    let actions = list(&statement["Action"]).iter().map(text);
    let of_function = actions.filter(|action| {
        !BY_LAMBDA.iter().any(|by| action.starts_with(by)) || (handler == SENDS && action.starts_with("sqs:"))
    });
    of_function
        .flat_map(|action| {
            families.iter().map(|family| (action, resource.clone(), *family)).collect::<Vec<_>>()
        })
        .collect()
}

/// The resource of a need, as the template writes it.
fn resource_of(need: &Need) -> String {
    need.index.as_ref().map_or("Table.Arn".to_owned(), |index| format!("${{Table.Arn}}/index/{index}"))
}

/// Whether a statement allows a need: the action, table or index, and the partition.
fn allows(statement: &Yaml, handler: &str, need: &Need) -> bool {
    granted(statement, handler).iter().any(|(action, resource, family)| {
        *action == need.action && *resource == resource_of(need) && like(family, &need.partition)
    })
}

/// IAM's `StringLike`, for patterns without `?`.
fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => {
            let Some(rest) = text.strip_prefix(head) else { return false };
            (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|rest| like(tail, rest)))
        }
    }
}

#[test]
fn the_comparison_would_notice() {
    assert!(
        like("T#*#M#*", "T#corner#M#ana")
            && !like("T#*#C", "T#corner#M#ana")
            && !like("T#*#M#*", "T#corner#C")
    );
    let template = Template::read();
    let need = |action: &str, partition: &str| Need {
        action: action.to_owned(),
        index: None,
        partition: partition.to_owned(),
        conditional: true,
    };
    let may =
        |handler: &str, need: Need| template.statements(handler).iter().any(|st| allows(st, handler, &need));
    assert!(may("earn", need("dynamodb:PutItem", "T#corner#M#ana")));
    assert!(!may("earn", need("dynamodb:PutItem", "T#corner#R")), "an earn may not publish");
    assert!(!may("earn", need("dynamodb:UpdateItem", "T#corner#M#ana")), "nobody updates the ledger");
    assert!(!may("previews", need("dynamodb:PutItem", "T#corner#M#ana")), "a preview writes nothing");
    for handler in template.functions().into_keys() {
        for action in ["dynamodb:DeleteItem", "dynamodb:UpdateItem", "dynamodb:Scan"] {
            if (handler, action) == ("erase", "dynamodb:DeleteItem") {
                continue; // personal data must be able to go; IAM knows no sort keys
            }
            assert!(!may(handler, need(action, "T#corner#M#ana")), "{handler}: {action}");
        }
    }
}
