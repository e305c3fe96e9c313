"""Merit's own rules over the expanded template: what no general gate knows to ask.

What it never does: read the unexpanded file, or know resources by name where their type and wiring say it. A rule is
a function `(Template) -> iterable of findings`; its docstring is the sentence that is broken.
"""

import json
import re

RULES = []

# An answer to a survey comes from the member herself: the token in its body, of one survey, one member and one merchant,
# is a MAC that the function checks, and the route is throttled.
PUBLIC_ROUTES = {"GET /openapi.json", "GET /v1/health", "POST /v1/surveys/{id}/answers"}
LEDGER_KEY = "T#tenant#M#member"
WRITES = {"dynamodb:PutItem", "dynamodb:UpdateItem"}
# The one function that may delete in a member's partition, and what its route is called for.
ERASER = "erase"
READS = {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem"}
HTTP_TIMEOUT_MAX_S = 28
JOB_TIMEOUT_MAX_S = 300
STATEFUL = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"}
SECRET = "MERIT_SECRET"
SECRET_LENGTH_MIN = 32


def rule(check):
    RULES.append(check)
    return check


def many(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def target(value):
    """The logical id that an intrinsic points to; a text names itself."""
    if isinstance(value, dict):
        if "Ref" in value:
            return value["Ref"]
        if "Fn::GetAtt" in value:
            path = value["Fn::GetAtt"]
            return path[0] if isinstance(path, list) else path.split(".")[0]
    return value


def like(pattern, text):
    """IAM's StringLike."""
    return re.fullmatch("".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern), text)


class Template:
    """The expanded template with the questions the rules ask of it."""

    def __init__(self, expanded):
        self.all = expanded["Resources"]
        self.parameters = expanded.get("Parameters", {})

    def of(self, kind):
        return {name: r.get("Properties", {}) for name, r in self.all.items() if r["Type"] == kind}

    @property
    def functions(self):
        return self.of("AWS::Lambda::Function")

    def statements(self, role):
        """(policy's name, statement) of a role, whether inline or managed here."""
        for policy in self.all[role]["Properties"].get("Policies", []):
            yield role, policy["PolicyDocument"]["Statement"]
        for arn in self.all[role]["Properties"].get("ManagedPolicyArns", []):
            name = target(arn)
            if name in self.all:
                yield name, self.all[name]["Properties"]["PolicyDocument"]["Statement"]

    def grants(self):
        """(where, statement) of every Allow of every identity policy."""
        policies = [(n, p["PolicyDocument"]) for n, p in self.of("AWS::IAM::ManagedPolicy").items()]
        policies += [(n, p["PolicyDocument"]) for n, p in self.of("AWS::IAM::Policy").items()]
        policies += [(n, i["PolicyDocument"]) for n, r in self.of("AWS::IAM::Role").items() for i in r.get("Policies", [])]
        for where, document in policies:
            for statement in many(document["Statement"]):
                if statement["Effect"] == "Allow":
                    yield where, statement

    def may(self, role, action, resource):
        """Whether a role allows an action on a resource of this template."""
        return any(
            action in many(st["Action"]) and resource in map(target, many(st["Resource"]))
            for _, sts in self.statements(role) for st in many(sts) if st["Effect"] == "Allow"
        )

    def api_functions(self):
        """Function of each integration."""
        return {n: target(p["IntegrationUri"]) for n, p in self.of("AWS::ApiGatewayV2::Integration").items()}

    def routes(self):
        """(name, properties, function) of each route."""
        integrations = self.api_functions()
        for name, p in self.of("AWS::ApiGatewayV2::Route").items():
            to = p["Target"]
            to = to["Fn::Sub"] if isinstance(to, dict) else to
            yield name, p, integrations.get(to.removeprefix("integrations/${").removesuffix("}"))

    def scheduled(self):
        return {target(p["Target"]["Arn"]) for p in self.of("AWS::Scheduler::Schedule").values()}

    def notified(self):
        return {
            target(c["Function"])
            for p in self.of("AWS::S3::Bucket").values()
            for c in p.get("NotificationConfiguration", {}).get("LambdaConfigurations", [])
        }

    def streamed(self):
        return {target(p["FunctionName"]) for p in self.of("AWS::Lambda::EventSourceMapping").values()}

    def asynchronous(self):
        return self.scheduled() | self.notified()


@rule
def every_route_has_an_authorizer(t):
    """a route is open to anyone who finds it"""
    authorizers = t.of("AWS::ApiGatewayV2::Authorizer")
    for name, p, _ in t.routes():
        if p["RouteKey"] in PUBLIC_ROUTES:
            continue
        authorizer = authorizers.get(target(p.get("AuthorizerId")), {})
        if p.get("AuthorizationType") != "JWT" or authorizer.get("AuthorizerType") != "JWT":
            yield f"{name}: {p['RouteKey']}"
    for name, p in authorizers.items():
        jwt = p.get("JwtConfiguration", {})
        if not jwt.get("Issuer") or not jwt.get("Audience"):
            yield f"{name}: no issuer or no audience"


@rule
def every_route_is_throttled(t):
    """a route may cost without bound"""
    keys = {p["RouteKey"]: name for name, p, _ in t.routes()}
    for name, p in t.of("AWS::ApiGatewayV2::Stage").items():
        settings = p.get("RouteSettings", {})
        for key in keys:
            if not {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= settings.get(key, {}).keys():
                yield f"{name}: {key}"
        for key in settings.keys() - keys.keys():
            yield f"{name}: throttles {key}, which is no route"
        missing = set(keys.values()) - set(many(t.all[name].get("DependsOn")))
        if settings and missing:
            yield f"{name}: must wait for {', '.join(sorted(missing))}, else the deployment fails"
        if "DefaultRouteSettings" not in p or "AccessLogSettings" not in p:
            yield f"{name}: no default throttle or no access log"


@rule
def every_route_leads_to_a_function_that_may_be_called(t):
    """a route answers 500 because nothing is behind it or API Gateway may not call it"""
    allowed = {
        target(p["FunctionName"]) for p in t.of("AWS::Lambda::Permission").values()
        if p["Principal"] == "apigateway.amazonaws.com"
    }
    for name, p, function in t.routes():
        if function not in t.functions or function not in allowed:
            yield f"{name}: {p['RouteKey']}"


@rule
def only_the_declared_trigger_may_call(t):
    """a function may be called from outside this account or by any API of it"""
    for name, p in t.of("AWS::Lambda::Permission").items():
        if "SourceArn" not in p or p["Principal"] == "*" or p["Action"] != "lambda:InvokeFunction":
            yield name
        if p["Principal"] == "s3.amazonaws.com" and "SourceAccount" not in p:
            yield f"{name}: bucket names are nobody's for ever, so the account must be named"


@rule
def no_wildcards(t):
    """a role may do more than was written down"""
    keys_below_bucket = re.compile(r"^arn:\$\{AWS::Partition\}:s3:::[^*/]+/\*\.[a-z.]+$")
    for where, st in t.grants():
        if "NotAction" in st or "NotResource" in st:
            yield f"{where}: allows all but"
        for action in many(st.get("Action")):
            if "*" in action or "?" in action:
                yield f"{where}: {action}"
        for resource in many(st.get("Resource")):
            text = resource.get("Fn::Sub", "") if isinstance(resource, dict) else resource
            text = text[0] if isinstance(text, list) else text
            if "*" in text and not keys_below_bucket.match(text):
                yield f"{where}: {text}"
    for name, p in t.of("AWS::IAM::Role").items():
        for arn in p.get("ManagedPolicyArns", []):
            if target(arn) not in t.all:
                yield f"{name}: a policy that is not written here: {arn}"


@rule
def the_ledger_is_append_only(t):
    """a role may change or delete ledger entries, or read them other than by key"""
    holders = {}
    for function, p in t.functions.items():
        for policy, _ in t.statements(target(p["Role"])):
            holders.setdefault(policy, set()).add(p["Handler"])
    for where, st in t.grants():
        families = st.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
        never_absent = st.get("Condition", {}).get("Null", {}).get("dynamodb:LeadingKeys") == "false"
        on_index = any("/index/" in json.dumps(r) for r in many(st["Resource"]))
        for action in many(st["Action"]):
            if not action.startswith("dynamodb:") or "Stream" in action or action in ("dynamodb:GetRecords", "dynamodb:GetShardIterator"):
                continue
            if action not in WRITES | READS and not (action == "dynamodb:DeleteItem" and holders.get(where) == {ERASER}):
                yield f"{where}: {action}"
            elif not (families and never_absent):
                yield f"{where}: {action} in any partition"
            elif action == "dynamodb:UpdateItem" and any(like(f, LEDGER_KEY) or not f.startswith("T#") for f in families):
                yield f"{where}: {action} in ledger partitions"
            if on_index and action != "dynamodb:Query":
                yield f"{where}: {action} on an index"


@rule
def every_function_has_a_role_of_its_own(t):
    """two functions share what they may do, or something else may become them"""
    owners = {}
    for name, p in t.functions.items():
        role = target(p["Role"])
        if role in owners:
            yield f"{name} and {owners[role]}: {role}"
        owners[role] = name
        for st in many(t.all.get(role, {}).get("Properties", {}).get("AssumeRolePolicyDocument", {}).get("Statement")):
            if st["Principal"] != {"Service": "lambda.amazonaws.com"} or many(st["Action"]) != ["sts:AssumeRole"]:
                yield f"{name}: {role} is open to {st['Principal']}"
        if not any(True for _ in t.statements(role)):
            yield f"{name}: {role} allows nothing, not even to log"
    used = set(owners) | {target(p["Target"]["RoleArn"]) for p in t.of("AWS::Scheduler::Schedule").values()}
    for role in t.of("AWS::IAM::Role").keys() - used:
        yield f"{role}: nobody's"
    named = {target(a) for p in t.of("AWS::IAM::Role").values() for a in p.get("ManagedPolicyArns", [])}
    for policy in t.of("AWS::IAM::ManagedPolicy").keys() - named:
        yield f"{policy}: nobody's"


def cron_fault(expression):
    """What is wrong with a schedule expression of EventBridge Scheduler, or None."""
    if match := re.fullmatch(r"rate\((\d+) (minutes?|hours?|days?)\)", expression):
        count, unit = int(match[1]), match[2]
        if count == 0 or (count == 1) == unit.endswith("s"):
            return "a rate of one unit is singular, of more plural, and never 0"
        return None
    match = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    if not match:
        return "neither rate(n units) nor cron with six fields"
    months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
    days = "SUN MON TUE WED THU FRI SAT".split()
    fields = [("minutes", 0, 59, [], ""), ("hours", 0, 23, [], ""), ("day of month", 1, 31, [], "LW?"),
              ("month", 1, 12, months, ""), ("day of week", 1, 7, days, "L#?"), ("year", 1970, 2199, [], "")]
    for (name, low, high, words, special), text in zip(fields, match.groups()):
        for part in text.split(","):
            if part == "?" and "?" in special:
                continue
            body, _, step = part.partition("/")
            if step and not (step.isdigit() and 1 <= int(step) <= high):
                return f"{name}: step {step}"
            if body in ("*", "L") and (body == "*" or "L" in special):
                continue
            for end in body.split("-"):
                end = end.split("#")[0] if "#" in special else end
                end = end.rstrip("LW") if special else end
                number = words.index(end.upper()) + 1 if end.upper() in words else int(end) if end.isdigit() else None
                if number is None or not low <= number <= high:
                    return f"{name}: {part}"
    if (match[3] == "?") == (match[5] == "?"):
        return "exactly one of day of month and day of week is ?"
    return None


@rule
def schedules_are_understood(t):
    """a schedule never fires, fires in another zone than meant, or fails in silence"""
    for name, p in t.of("AWS::Scheduler::Schedule").items():
        if fault := cron_fault(p["ScheduleExpression"]):
            yield f"{name}: {p['ScheduleExpression']}: {fault}"
        if target(p.get("ScheduleExpressionTimezone")) not in t.parameters:
            yield f"{name}: the zone is no parameter"
        if p.get("State", "ENABLED") != "ENABLED":
            yield f"{name}: disabled"
        job = p["Target"]
        if target(job.get("DeadLetterConfig", {}).get("Arn")) not in t.of("AWS::SQS::Queue") or "RetryPolicy" not in job:
            yield f"{name}: no dead-letter queue or no retry policy"
        if not t.may(target(job["RoleArn"]), "lambda:InvokeFunction", target(job["Arn"])):
            yield f"{name}: {target(job['RoleArn'])} may not start {target(job['Arn'])}"


@rule
def every_failure_is_kept(t):
    """an event that failed for good is gone"""
    queues = t.of("AWS::SQS::Queue")
    kept = {}
    for p in t.of("AWS::Lambda::EventInvokeConfig").values():
        if p.get("MaximumRetryAttempts") is not None and p.get("MaximumEventAgeInSeconds"):
            kept[target(p["FunctionName"])] = target(p.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
    for p in t.of("AWS::Lambda::EventSourceMapping").values():
        name = target(p["FunctionName"])
        kept[name] = target(p.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
        if "ReportBatchItemFailures" not in p.get("FunctionResponseTypes", []):
            yield f"{name}: one bad record repeats its whole batch"
        if not p.get("BisectBatchOnFunctionError") or p.get("MaximumRetryAttempts", -1) < 0 or p.get("MaximumRecordAgeInSeconds", -1) < 0:
            yield f"{name}: a poison record blocks its shard until the stream forgets it"
        if p.get("StartingPosition") != "TRIM_HORIZON":
            yield f"{name}: records before the first poll are skipped"
    for function in t.asynchronous() | t.streamed():
        queue = kept.get(function)
        if queue not in queues:
            yield f"{function}: no failure destination, or retries without bound"
            continue
        if not t.may(target(t.functions[function]["Role"]), "sqs:SendMessage", queue):
            yield f"{function}: its role may not send to {queue}"
    for name, p in queues.items():
        if not p.get("SqsManagedSseEnabled") or p.get("MessageRetentionPeriod", 0) < 1_209_600:
            yield f"{name}: not encrypted, or forgets within 14 days"


@rule
def every_function_logs_with_an_end(t):
    """logs are kept for ever, lost, or in nobody's hands"""
    groups = t.of("AWS::Logs::LogGroup")
    for name, p in groups.items():
        if not p.get("RetentionInDays"):
            yield f"{name}: no retention"
    for name, p in t.functions.items():
        logging = p.get("LoggingConfig", {})
        group = target(logging.get("LogGroup"))
        if group not in groups or logging.get("LogFormat") != "JSON":
            yield f"{name}: no declared log group, or not JSON"
            continue
        role = target(p["Role"])
        if not (t.may(role, "logs:PutLogEvents", group) and t.may(role, "logs:CreateLogStream", group)):
            yield f"{name}: may not write to {group}"


@rule
def every_function_is_watched(t):
    """a function or a queue fails and nobody is woken"""
    alarms = t.of("AWS::CloudWatch::Alarm")
    topics = t.of("AWS::SNS::Topic")
    watched = set()
    for name, p in alarms.items():
        if not any(target(a) in topics for a in many(p.get("AlarmActions"))):
            yield f"{name}: wakes nobody"
        text = p.get("AlarmDescription", "")
        if not 120 <= len(text) <= 1024:
            yield f"{name}: a description of {len(text)} characters does not say what to do"
        if "TreatMissingData" not in p:
            yield f"{name}: silence is left undefined"
        for dimension in p.get("Dimensions", []):
            if target(dimension["Value"]) not in t.all:
                yield f"{name}: watches what does not exist"
            watched.add((p["Namespace"], p["MetricName"], target(dimension["Value"])))
    for name, p in topics.items():
        if not p.get("Subscription"):
            yield f"{name}: nobody listens"
    for name in t.of("AWS::SQS::Queue"):
        if ("AWS/SQS", "ApproximateNumberOfMessagesVisible", name) not in watched:
            yield f"{name}: fills unseen"
    for api in t.of("AWS::ApiGatewayV2::Api"):
        for metric in ("5xx", "4xx", "Latency"):
            if ("AWS/ApiGateway", metric, api) not in watched:
                yield f"{api}: {metric}"
    for table in t.of("AWS::DynamoDB::Table"):
        for metric in ("WriteThrottleEvents", "ReadThrottleEvents"):
            if ("AWS/DynamoDB", metric, table) not in watched:
                yield f"{table}: {metric}"
    for name in t.scheduled():
        if ("AWS/Lambda", "Invocations", name) not in watched:
            yield f"{name}: its schedule may stop unseen"
    for name in t.streamed():
        if ("AWS/Lambda", "IteratorAge", name) not in watched:
            yield f"{name}: may fall behind unseen"
    behind_api = set(t.api_functions().values())
    for name in t.functions.keys() - behind_api - t.asynchronous() - t.streamed():
        yield f"{name}: has no trigger"


@rule
def the_dashboard_shows_what_is_watched(t):
    """the first look shows nothing of what failed, or is no JSON and fails the deployment"""
    boards = t.of("AWS::CloudWatch::Dashboard")
    if not boards:
        yield "no dashboard"
    shown = [*t.of("AWS::ApiGatewayV2::Api"), *t.of("AWS::DynamoDB::Table"), *t.of("AWS::SQS::Queue"), *t.streamed()]
    for name, p in boards.items():
        text = p["DashboardBody"]["Fn::Sub"]
        try:
            json.loads(re.sub(r"\$\{[^}]*\}", "x", text))
        except ValueError as error:
            yield f"{name}: {error}"
        for each in shown:
            if not re.search(r"\$\{%s[.}]" % each, text):
                yield f"{name}: nothing of {each}"


@rule
def timeouts_fit_inside_each_other(t):
    """a caller gives up before the function does, and never learns what happened"""
    for name, p in t.of("AWS::ApiGatewayV2::Integration").items():
        function = t.functions.get(target(p["IntegrationUri"]), {})
        seconds = function.get("Timeout", 3)
        if seconds > HTTP_TIMEOUT_MAX_S:
            yield f"{target(p['IntegrationUri'])}: {seconds} s behind the API"
        if not seconds * 1000 < p.get("TimeoutInMillis", 30_000) <= 30_000:
            yield f"{name}: the API waits {p.get('TimeoutInMillis', 30_000)} ms for {seconds} s"
    for name, p in t.functions.items():
        if not 1 <= p.get("Timeout", 3) <= JOB_TIMEOUT_MAX_S:
            yield f"{name}: {p.get('Timeout')} s"
        if not 128 <= p.get("MemorySize", 128) <= 512:
            yield f"{name}: {p.get('MemorySize')} MB"


@rule
def one_artefact_for_all(t):
    """functions run different builds, or a build for another processor"""
    seen = {json.dumps([p["Code"], p["Architectures"], p["Runtime"]], sort_keys=True) for p in t.functions.values()}
    if len(seen) != 1:
        yield f"{len(seen)} different artefacts, processors or runtimes"
    for name, p in t.functions.items():
        if p["Runtime"] != "provided.al2023" or target(p["Architectures"][0]) not in t.parameters:
            yield f"{name}: {p['Runtime']} {p['Architectures']}"
    if t.parameters.get("Architecture", {}).get("Default") != "arm64":
        yield "the default processor is not arm64"
    handlers = [p["Handler"] for p in t.functions.values()]
    for handler in {h for h in handlers if handlers.count(h) > 1}:
        yield f"two functions are `{handler}`"


@rule
def what_is_kept_is_safe(t):
    """members' points can be lost or read by others"""
    for name, p in t.of("AWS::DynamoDB::Table").items():
        if p.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{name}: capacity is not on demand"
        if not p.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            yield f"{name}: no point-in-time recovery"
        if p.get("DeletionProtectionEnabled") is not True:
            yield f"{name}: may be deleted"
        if not p.get("SSESpecification", {}).get("SSEEnabled"):
            yield f"{name}: not encrypted with a managed key"
        if p.get("StreamSpecification", {}).get("StreamViewType") != "NEW_IMAGE":
            yield f"{name}: entries do not reach the stream whole"
        if "OnDemandThroughput" not in p:
            yield f"{name}: no ceiling of units"
        indexes = {i["IndexName"]: ([k["AttributeName"] for k in i["KeySchema"]], i["Projection"]["ProjectionType"])
                   for i in p.get("LocalSecondaryIndexes", []) + p.get("GlobalSecondaryIndexes", [])}
        if indexes != {"by_reference": (["pk", "ref"], "KEYS_ONLY"), "by_day": (["gpk", "gsk"], "KEYS_ONLY")}:
            yield f"{name}: indexes {indexes}"
    for name, p in t.of("AWS::S3::Bucket").items():
        block = p.get("PublicAccessBlockConfiguration", {})
        if [block.get(k) for k in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")] != [True] * 4:
            yield f"{name}: may be public"
        if p.get("VersioningConfiguration", {}).get("Status") != "Enabled":
            yield f"{name}: not versioned"
        denies = [
            st for b in t.of("AWS::S3::BucketPolicy").values() if target(b["Bucket"]) == name
            for st in b["PolicyDocument"]["Statement"]
            if st["Effect"] == "Deny" and st.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") == "false"
        ]
        if not denies:
            yield f"{name}: may be read without TLS"
        for config in p.get("NotificationConfiguration", {}).get("LambdaConfigurations", []):
            suffixes = [r["Value"] for r in config.get("Filter", {}).get("S3Key", {}).get("Rules", []) if r["Name"] == "suffix"]
            if suffixes != [".merit"]:
                yield f"{name}: its own reports would wake the function: {suffixes}"
    for name, r in t.all.items():
        if r["Type"] in STATEFUL and not r.get("DeletionPolicy") == r.get("UpdateReplacePolicy") == "Retain":
            yield f"{name}: goes with the stack"


@rule
def the_secret_is_made_and_never_written(t):
    """whoever reads the template or a parameter can make vouchers"""
    secrets = t.of("AWS::SecretsManager::Secret")
    for name, p in secrets.items():
        if p.get("GenerateSecretString", {}).get("PasswordLength", 32) < SECRET_LENGTH_MIN or "SecretString" in p:
            yield f"{name}: not made at random, or short"
    given = {json.dumps(p["Environment"]["Variables"][SECRET]) for p in t.functions.values() if SECRET in p["Environment"]["Variables"]}
    references = {json.dumps({"Fn::Sub": "{{resolve:secretsmanager:${%s}:SecretString:::${SecretVersion}}}" % name}) for name in secrets}
    for value in given - references:
        yield f"{SECRET} is {value}"
    if len(given) != 1:
        yield f"{SECRET} is {len(given)} different values: what one function derives, another would not know"
    for name, p in t.parameters.items():
        if re.search("secret|password", name, re.IGNORECASE) and name != "SecretVersion":
            yield f"the parameter {name}"


def findings(expanded):
    """{(rule, what)} of all rules."""
    template = Template(expanded)
    return {(check.__name__, what, check.__doc__) for check in RULES for what in check(template)}
