"""Deploys into the emulated account and exercises what is deployed; every sentence it prints was checked.

What it never does: reach beyond the namespace it was started in.
"""

import datetime
import fnmatch
import json
import sys
import time
from pathlib import Path

INFRA = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(INFRA / "rollout"), str(INFRA / "gates")]

import deploy  # noqa: E402
from account import PORT, Account, clean  # noqa: E402
from expand import read  # noqa: E402
from issuer import AUDIENCE, Issuer  # noqa: E402
from own import PUBLIC_ROUTES  # noqa: E402
from wire import Tap  # noqa: E402

STAGE = "local"
# What Lambda, its poller or its failure destinations do in a function's name: never on the function's own wire.
BY_LAMBDA = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage", "dynamodb:DescribeStream",
             "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
# Allowed so that a file that is gone is missing and not forbidden; nobody lists.
NEVER_ASKED = {"s3:ListBucket"}


class Report:
    """What held and what did not."""

    def __init__(self):
        self.held, self.broke = 0, []

    def __call__(self, sentence, held, detail=""):
        print(f"  {'ok  ' if held else 'FAIL'} {sentence}{f'  [{detail}]' if detail != '' and not held else ''}", flush=True)
        if held:
            self.held += 1
        else:
            self.broke.append(sentence)
        return held

    def part(self, title):
        print(f"\n{title}", flush=True)


def main():
    artefact = Path(sys.argv[1])
    folder = clean(INFRA.parent / "target" / "infra-local")
    says, issuer, began = Report(), Issuer(), time.time()
    account = Account(folder)
    try:
        says.part(f"Deploy {artefact.name}")
        values = {"JwtIssuer": issuer.url, "JwtAudience": AUDIENCE, "AlarmEmail": "nobody@example.com", "Architecture": "x86_64"}
        outputs = deploy.deploy(account.session, STAGE, str(artefact), values, say=lambda _: None)
        stack = Stack(account, outputs, issuer)
        says(f"{len(stack.physical)} resources, running {outputs['RunningArtefact']}", bool(stack.physical))
        exercise_shape(says, stack)
        exercise_tokens(says, stack)
        exercise_main_path(says, stack)
        exercise_rewards(says, stack)
        exercise_referral(says, stack)
        exercise_upload(says, stack)
        exercise_schedules(says, stack)
        exercise_stream(says, stack)
        exercise_one_too_few(says, stack)
        compare_actions(says, stack)
        exercise_redeploy(says, stack, artefact, values)
        if "--keep" in sys.argv:
            input("\nrunning; Enter ends it ")
    finally:
        account.stop()
    print(f"\n{says.held} held, {len(says.broke)} did not, {time.time() - began:.0f} s; the emulator's log: target/infra-local/ministack.log")
    sys.exit(1 if says.broke else 0)


class Stack:
    """The deployed stack with a tap on every function's wire."""

    def __init__(self, account, outputs, issuer):
        self.account, self.outputs, self.issuer = account, outputs, issuer
        self.template = read(INFRA / "template.yaml")["Resources"]
        self.physical = account.resources(f"merit-{STAGE}")
        self.api = outputs["ApiId"]
        self.functions = {r["Properties"]["Handler"]: name for name, r in self.template.items() if r["Type"] == "AWS::Serverless::Function"}
        self.taps = {handler: Tap(PORT) for handler in self.functions}
        self.tap()
        self.events = []
        self.subscribe()

    def tap(self):
        """Leads every function's requests through its own tap; a deployment undoes it."""
        functions = self.account.client("lambda")
        for handler, name in self.functions.items():
            now = functions.get_function_configuration(FunctionName=self.physical[name])["Environment"]["Variables"]
            functions.update_function_configuration(
                FunctionName=self.physical[name], Environment={"Variables": {**now, "AWS_ENDPOINT_URL": self.taps[handler].url}})

    def call(self, method, path, roles="till", token=None, **more):
        token = token or self.issuer.token(roles)
        return self.account.call(self.api, method, path, token=token, **more)

    def ran(self, handler, seconds=30):
        """Whether a function not behind the API was woken: by the line it logs."""
        return bool(self.account.wait(seconds, lambda: self.logged(handler)))

    def logged(self, handler):
        group = self.outputs["LogGroupName"]
        events = self.account.client("logs").filter_log_events(logGroupName=group)["events"]
        return [e["message"] for e in events if f'"function":"{handler}"' in e["message"] or f'"job":"{handler}"' in e["message"]]

    def report(self, key, seconds=30):
        """The report beside an uploaded rule file, or an empty one."""
        s3, bucket = self.account.client("s3"), self.outputs["RuleBucketName"]

        def fetch():
            try:
                return json.loads(s3.get_object(Bucket=bucket, Key=f"{key}.report.json")["Body"].read())
            except s3.exceptions.NoSuchKey:
                return None
        return self.account.wait(seconds, fetch) or {}

    def subscribe(self):
        """A queue that hears all events of the bus, as a subscriber's would."""
        sqs, bus, name = self.account.client("sqs"), self.account.client("events"), "a-subscriber"
        self.queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bus.put_rule(Name=name, EventBusName=self.outputs["BusName"], EventPattern=json.dumps({"source": ["merit"]}))
        bus.put_targets(Rule=name, EventBusName=self.outputs["BusName"], Targets=[{"Id": name, "Arn": arn}])

    def heard(self, member):
        """Numbers of a member's entries in the order in which the subscriber heard of them."""
        sqs = self.account.client("sqs")
        while found := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self.events.append(json.loads(message["Body"])["detail"])
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [event["seq"] for event in self.events if event.get("member_id") == member]

    def secrets(self):
        """The secret of every function that has one."""
        functions = self.account.client("lambda")
        found = {h: functions.get_function_configuration(FunctionName=self.physical[n])["Environment"]["Variables"].get("MERIT_SECRET")
                 for h, n in self.functions.items()}
        return {handler: secret for handler, secret in found.items() if secret}

    def requests(self, handler):
        """Requests of one function on its wire."""
        return len(self.taps[handler].seen)


def exercise_shape(says, stack):
    says.part("What is there is what was declared")
    api = stack.account.client("apigatewayv2")
    routes = {r["RouteKey"]: r.get("AuthorizationType") for r in api.get_routes(ApiId=stack.api)["Items"]}
    open_routes = {key for key, kind in routes.items() if kind != "JWT"}
    says(f"{len(routes)} routes, open: {', '.join(sorted(open_routes))}", open_routes == PUBLIC_ROUTES, open_routes)
    table = stack.account.client("dynamodb").describe_table(TableName=stack.outputs["TableName"])["Table"]
    says("the table: on demand, two indexes, a stream of new images, protected from deletion",
         table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST" and table["DeletionProtectionEnabled"]
         and [i["IndexName"] for i in table["LocalSecondaryIndexes"]] == ["by_reference"]
         and [i["IndexName"] for i in table["GlobalSecondaryIndexes"]] == ["by_day"]
         and table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE", table)
    schedules = stack.account.client("scheduler").list_schedules(GroupName=f"merit-{STAGE}")["Schedules"]
    says("two schedules, enabled", len(schedules) == 2 and all(s["State"] == "ENABLED" for s in schedules), schedules)
    alarms = stack.account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    says(f"{len(alarms)} alarms, each with an action", bool(alarms) and all(a["AlarmActions"] for a in alarms))


def exercise_tokens(says, stack):
    says.part("Tokens")
    issuer = stack.issuer
    wrong = {
        "no token": None,
        "a token that is none": "abc",
        "an expired token": issuer.token("till", exp=int(time.time()) - 100),
        "a token for another audience": issuer.token("till", aud="other"),
        "a token of another issuer": issuer.token("till", iss="https://elsewhere.example"),
        "a token signed by a stranger": issuer.token("till", key=issuer.stranger),
        "a token without expiry, signed by nobody": ".".join(issuer.token("till").split(".")[:2]) + ".",
    }
    before = stack.requests("members")
    for what, token in wrong.items():
        status, _, _ = stack.account.call(stack.api, "GET", "/v1/members/m1", token=token)
        says(f"{what}: 401", status == 401, status)
    says("none of them reached a function", stack.requests("members") == before)
    status, body, _ = stack.account.call(stack.api, "GET", "/v1/health")
    says("health needs none: 200", status == 200, (status, body))
    status, document, _ = stack.account.call(stack.api, "GET", "/openapi.json")
    says("the API's description needs none: 200", status == 200, status)
    if says("and lists paths", isinstance(document, dict) and "paths" in document, str(document)[:200]):
        described = {f"{m.upper()} {p}" for p, methods in document["paths"].items() for m in methods if m in ("get", "post", "put", "delete", "patch")}
        declared = {r["Properties"]["RouteKey"] for r in stack.template.values() if r["Type"] == "AWS::ApiGatewayV2::Route"}
        says(f"{len(declared)} routes here = {len(described)} routes in the code", declared == described, declared ^ described)
    status, _, _ = stack.call("GET", "/v1/nothing")
    says("a route that is none: 404", status == 404, status)
    status, body, _ = stack.call("PUT", "/v1/rules", roles="till", plain=b"language 1")
    says("a till may not publish: 403 auth.role", status == 403 and body.get("code") == "auth.role", (status, body))
    status, body, _ = stack.call("GET", "/v1/members/m1", token=stack.issuer.token("till", tenant="no#tenant"))
    says("a token of no valid merchant: 403 auth.no_tenant", status == 403 and body.get("code") == "auth.no_tenant", (status, body))


def exercise_main_path(says, stack):
    says.part("The main path, over HTTP, through the deployed functions")
    text = (INFRA / "local" / "programme.merit").read_bytes()
    status, body, _ = stack.call("PUT", "/v1/rules", roles="operator", plain=text)
    says("publish and activate a programme: 201", status == 201, (status, body))
    version = body.get("version", {}).get("id") if isinstance(body, dict) else None
    lines = [{"amount_minor": 740, "category": "coffee"}, {"amount_minor": 260, "category": "bakery"}]
    # who joins on the very day has her first birthday here next year: an importer brings one who joined before
    today = datetime.datetime.now(datetime.UTC)
    born = f"1988-{today:%m-%d}"
    joined = (today - datetime.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    steps = [
        ("enrol one whose birthday is today", "POST", "/v1/members", "importer", {"event_id": "E3", "member_id": "m3", "birthday": born, "occurred_at": joined}, 201, 10),
        ("who buys", "POST", "/v1/purchases", "till", {"event_id": "C1", "member_id": "m3", "currency": "EUR", "lines": lines}, 201, 130),
        ("and holds a mug, for a second", "POST", "/v1/redemptions", "till", {"event_id": "R7", "member_id": "m3", "reward": "mug", "hold_seconds": 1}, 201, 100),
        ("enrol", "POST", "/v1/members", "till", {"event_id": "E1", "member_id": "m1", "name": "Ada", "birthday": "1990-12-10"}, 201, 10),
        ("a purchase earns 100 + 20 of the budget", "POST", "/v1/purchases", "till", {"event_id": "A1", "member_id": "m1", "currency": "EUR", "lines": lines}, 201, 130),
        ("the same again: the first answer", "POST", "/v1/purchases", "till", {"event_id": "A1", "member_id": "m1", "currency": "EUR", "lines": lines}, 201, 130),
        ("the same key with another body: 409", "POST", "/v1/purchases", "till", {"event_id": "A1", "member_id": "m1", "currency": "EUR", "lines": lines[:1]}, 409, None),
        ("a declared event", "POST", "/v1/events", "till", {"event_id": "V1", "member_id": "m1", "kind": "check_in", "fields": {"stars": 4}}, 201, 135),
        ("redeem under a hold", "POST", "/v1/redemptions", "till", {"event_id": "R1", "member_id": "m1", "points": 40, "hold_seconds": 600}, 201, 95),
        ("capture 30 of 40", "POST", "/v1/redemptions/R1/capture", "till", {"event_id": "K1", "member_id": "m1", "points": 30}, 201, 105),
        ("redeem at once", "POST", "/v1/redemptions", "till", {"event_id": "R2", "member_id": "m1", "points": 5}, 201, 100),
        ("cancel it", "POST", "/v1/redemptions/R2/cancel", "till", {"event_id": "K2", "member_id": "m1"}, 201, 105),
        ("hold and release", "POST", "/v1/redemptions", "till", {"event_id": "R3", "member_id": "m1", "points": 5, "hold_seconds": 600}, 201, 100),
        ("released", "POST", "/v1/redemptions/R3/release", "till", {"event_id": "K3", "member_id": "m1"}, 201, 105),
        ("more than there is: refused, and the refusal is kept", "POST", "/v1/redemptions", "till", {"event_id": "R4", "member_id": "m1", "points": 100000}, 409, None),
        ("a return of one line", "POST", "/v1/purchases/A1/returns", "till", {"event_id": "Z1", "member_id": "m1", "lines": [{"line": 1, "quantity": 1}]}, 201, None),
    ]
    for what, method, path, roles, body, wanted, balance in steps:
        status, answer, head = stack.call(method, path, roles=roles, body=body)
        fits = status == wanted and (balance is None or (isinstance(answer, dict) and answer.get("balance_points") == balance))
        says(f"{what}: {wanted}{f', balance {balance}' if balance is not None else ''}", fits, (status, answer))
        if "first answer" in what:
            says("and says that it was given before", head.get("Idempotency-Replayed") == "true", dict(head))
    held = {"event_id": "R5", "member_id": "m1", "reward": "mug", "hold_seconds": 1}
    status, answer, _ = stack.call("POST", "/v1/redemptions", body=held)
    says("hold a reward: 201", status == 201, (status, answer))
    time.sleep(1.5)
    back = {"event_id": "Z2", "member_id": "m1", "lines": [{"line": 0, "quantity": 1}]}
    status, answer, _ = stack.call("POST", "/v1/purchases/A1/returns", body=back)
    says("a return after the hold ran out gives the piece back: 201", status == 201, (status, answer))
    for what, path, body in [
        ("a profile is changed", "/v1/members/m1/profile", {"event_id": "P1", "email": "ada@example.com"}),
        ("points are adjusted", "/v1/members/m1/adjustments", {"event_id": "J1", "points": 7, "reason": "goodwill"}),
    ]:
        status, answer, _ = stack.call("POST", path, roles="support operator", body=body)
        says(f"{what}: 201", status == 201, (status, answer))
    stack.call("POST", "/v1/members", body={"event_id": "E2", "member_id": "m2", "name": "Bob"})
    stack.call("POST", "/v1/purchases", body={"event_id": "B1", "member_id": "m2", "currency": "EUR", "lines": [{"amount_minor": 900}]})
    stack.call("POST", "/v1/redemptions", body={"event_id": "R6", "member_id": "m2", "reward": "mug", "hold_seconds": 1})
    time.sleep(1.5)
    status, answer, _ = stack.call("POST", "/v1/members/m2/erase", roles="support", body={"reason": "request"})
    says("a member is erased, by the one function that may delete: 201", status == 201, (status, answer))
    table = stack.account.client("dynamodb")
    left = table.get_item(TableName=stack.outputs["TableName"], Key={"pk": {"S": "T#corner#M#m2"}, "sk": {"S": "P"}})
    says("the profile is gone", "Item" not in left, left)
    for what, method, path, roles, body in [
        ("the card", "GET", "/v1/members/m1", "till", None),
        ("the entries", "GET", "/v1/members/m1/entries?limit=5", "support", None),
        ("a preview", "POST", "/v1/previews", "marketing", {"member_id": "m1", "purchase": {"currency": "EUR", "lines": lines}}),
        ("the export", "GET", "/v1/members/m1/export", "support", None),
        ("the versions", "GET", "/v1/rules", "marketing", None),
        ("one version", "GET", f"/v1/rules/{version}", "marketing", None),
        ("activate it again", "POST", "/v1/rules/activate", "operator", {"id": version}),
    ]:
        status, answer, _ = stack.call(method, path, roles=roles, body=body)
        says(f"{what}: 200", status == 200, (status, answer))


def exercise_rewards(says, stack):
    says.part("Vouchers, and an answer to a survey")
    for what, method, path, roles, body, wanted in [
        ("enrol", "POST", "/v1/members", "till", {"event_id": "E4", "member_id": "m4"}, 201),
        ("buy", "POST", "/v1/purchases", "till", {"event_id": "D2", "member_id": "m4", "currency": "EUR", "lines": [{"amount_minor": 9000}]}, 201),
        ("the catalogue", "GET", "/v1/rewards?member_id=m4", "till", None, 200),
        ("a mug", "POST", "/v1/redemptions", "till", {"event_id": "R8", "member_id": "m4", "reward": "mug"}, 201),
        ("another", "POST", "/v1/redemptions", "till", {"event_id": "R9", "member_id": "m4", "reward": "mug"}, 201),
    ]:
        status, answer, _ = stack.call(method, path, roles=roles, body=body)
        says(f"{what}: {wanted}", status == wanted, (status, answer))
    _, page, _ = stack.call("GET", "/v1/members/m4/vouchers", roles="till")
    codes = [voucher["code"] for voucher in page.get("vouchers", [])]
    if not says("two vouchers with a code each", len(set(codes)) == 2, page):
        return
    for what, path, roles, body in [
        ("one is reserved", f"/v1/vouchers/{codes[0]}/reserve", "till", {"event_id": "W1"}),
        ("released", f"/v1/vouchers/{codes[0]}/release", "till", {"event_id": "W2"}),
        ("and used", f"/v1/vouchers/{codes[0]}/fulfil", "till", {"event_id": "W3"}),
        ("the other is cancelled: points and piece go back", f"/v1/vouchers/{codes[1]}/cancel", "support", {"event_id": "W4"}),
    ]:
        status, answer, _ = stack.call("POST", path, roles=roles, body=body)
        says(f"{what}: 201", status == 201, (status, answer))
    status, answer, _ = stack.call("POST", f"/v1/vouchers/{codes[0]}/fulfil", body={"event_id": "W5"})
    says("used is used: 409", status == 409, (status, answer))
    status, made, _ = stack.call("POST", "/v1/surveys/nps/tokens", roles="marketing", body={"member_id": "m4"})
    says("a token for an answer: 201", status == 201, (status, made))
    answer = {"token": made.get("token", ""), "answers": {"score": 9}}
    status, thanked, _ = stack.account.call(stack.api, "POST", "/v1/surveys/nps/answers", body=answer)
    says("a member answers with it, and with no token of the issuer: 201", status == 201, (status, thanked))
    forged = {**answer, "token": answer["token"][:-2] + ("AA" if not answer["token"].endswith("AA") else "BB")}
    status, refused, _ = stack.account.call(stack.api, "POST", "/v1/surveys/nps/answers", body=forged)
    says("a forged one is refused", 400 <= status < 500, (status, refused))
    status, survey, _ = stack.call("GET", "/v1/surveys/nps", roles="marketing")
    says("the survey counts one answer: 200", (status, survey.get("answers")) == (200, 1), (status, survey))


def exercise_referral(says, stack):
    says.part("A friend is brought")
    status, answer, _ = stack.call("POST", "/v1/members/m4/referral-code", roles="till", body={})
    says("a code to tell: 200", status == 200 and bool(answer.get("code")), (status, answer))
    for what, path, body in [
        ("the friend enrols", "/v1/members", {"event_id": "E5", "member_id": "m5"}),
        ("and names who brought her", "/v1/referrals", {"event_id": "F1", "member_id": "m5", "code": answer.get("code")}),
        ("and buys", "/v1/purchases", {"event_id": "D5", "member_id": "m5", "currency": "EUR", "lines": [{"amount_minor": 3000}]}),
    ]:
        status, done, _ = stack.call("POST", path, body=body)
        says(f"{what}: 201", status == 201, (status, done))
    status, list_, _ = stack.call("GET", "/v1/members/m4/referrals", roles="till")
    says("who brought her sees her: 200", status == 200 and [f["member_id"] for f in list_["friends"]] == ["m5"], (status, list_))


def exercise_upload(says, stack):
    says.part("A rule file is uploaded")
    s3 = stack.account.client("s3")
    bucket = stack.outputs["RuleBucketName"]
    says("the bucket is private and versioned", s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"
         and all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()))
    text = (INFRA / "local" / "programme.merit").read_bytes().replace(b"give 20 points", b"give 30 points").replace(b"expect 50 points", b"expect 60 points")
    s3.put_object(Bucket=bucket, Key="corner/spring.merit", Body=text)
    says("S3 woke the function `publish`", stack.ran("publish"))
    report = stack.report("corner/spring.merit")
    says("the file is published, with a report beside it", report.get("outcome") == "published", report)
    _, versions, _ = stack.call("GET", "/v1/rules", roles="marketing")
    says("and decides", versions["active"]["id"] == report.get("version", {}).get("id"), (versions, report))
    s3.put_object(Bucket=bucket, Key="corner/broken.merit", Body=b"language 1\nprogramme p {\n")
    report = stack.report("corner/broken.merit")
    says("a broken file is refused, with a report that says why", report.get("outcome") == "refused" and bool(report.get("text")), report)
    _, after, _ = stack.call("GET", "/v1/rules", roles="marketing")
    says("and what decided decides", after["active"] == versions["active"], after)
    s3.put_object(Bucket=bucket, Key="nobody/spring.merit", Body=text)
    report = stack.report("nobody/spring.merit")
    says("a file for a merchant that is none is refused", report.get("outcome") == "refused", report)


def exercise_schedules(says, stack):
    says.part("A schedule fires")
    scheduler, functions = stack.account.client("scheduler"), stack.account.client("lambda")
    declared = scheduler.get_schedule(GroupName=f"merit-{STAGE}", Name=stack.physical["DueQuarterly"].split("/")[-1].split("|")[-1])
    says("the declared schedule has its expression, queue and retries",
         declared["ScheduleExpression"] == "cron(0/15 * * * ? *)" and "DeadLetterConfig" in declared["Target"] and "RetryPolicy" in declared["Target"], declared)
    for job, name in (("due", "Due"), ("birthday", "Birthday")):
        arn = functions.get_function_configuration(FunctionName=stack.physical[name])["FunctionArn"]
        at = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%S")
        scheduler.create_schedule(
            Name=f"once-{job}", GroupName=f"merit-{STAGE}", ScheduleExpression=f"at({at})", FlexibleTimeWindow={"Mode": "OFF"},
            Target={**declared["Target"], "Arn": arn, "Input": json.dumps({"job": job, "at": f"{at}Z"})})
        says(f"the scheduler woke the function `{job}` with the role it was given", stack.ran(job))
    for job, kind in (("due", "a hold of m3 that ran out"), ("birthday", "a birthday")):
        report = json.loads(functions.invoke(FunctionName=stack.physical[job.capitalize()], Payload=json.dumps(
            {"job": job, "at": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}).encode())["Payload"].read())
        says(f"`{job}` again, by hand: it finishes", report.get("finished") is True, report)
        _, entries, _ = stack.call("GET", "/v1/members/m3/entries", roles="support")
        found = [e for e in entries["entries"] if {"due": "sweep", "birthday": "celebrat"}[job] in json.dumps(e) or job in json.dumps(e)]
        says(f"and {kind} has its one entry", len(found) == 1, entries)


def exercise_stream(says, stack):
    says.part("Entries leave by the stream")
    sources = stack.account.client("lambda").list_event_source_mappings(FunctionName=stack.physical["Relay"])["EventSourceMappings"]
    says("the relay reads from the first record, reports single failures, keeps what it gives up",
         len(sources) == 1 and sources[0]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
         and sources[0]["DestinationConfig"]["OnFailure"]["Destination"].endswith("relay-failures"), sources)
    says("the stream woke the function `relay`", stack.ran("relay"))
    _, page, _ = stack.call("GET", "/v1/members/m1/entries?limit=100", roles="support")
    written = max(entry["entry"]["seq"] for entry in page["entries"])
    heard = stack.account.wait(60, lambda: stack.heard("m1")[-1:] == [written] and stack.heard("m1"))
    first = list(dict.fromkeys(heard or stack.heard("m1")))
    says(f"a subscriber of the bus has heard of all {written} entries of m1, in their order", first == list(range(1, written + 1)), first)
    kinds = {event["type"] for event in stack.events}
    says(f"{len(stack.events)} events of {len(kinds)} kinds, of programmes, too", {"merit.programme_published", "merit.programme_refused", "merit.points_earned"} <= kinds, kinds)
    functions = stack.account.client("lambda")
    before = len(stack.events)
    told = json.loads(functions.invoke(FunctionName=stack.physical["Relay"], Payload=json.dumps({"replay": {"tenant": "corner"}}).encode())["Payload"].read())
    says("by command it tells everything again", told.get("events", 0) > 0 and told.get("next") is None, told)
    stack.account.wait(30, lambda: stack.heard("m1") and len(stack.events) >= before + told.get("events", 0))
    ids = [event["id"] for event in stack.events]
    says("under the ids it had", len(stack.events) > before and set(ids[before:]) <= set(ids[:before]), len(ids))


def exercise_one_too_few(says, stack):
    says.part("IAM: one action too few")
    iam = stack.account.client("iam")
    body = {"event_id": "A9", "member_id": "m1", "currency": "EUR", "lines": [{"amount_minor": 100}]}
    role = stack.physical["EarnRole"]
    for verb in ("MayAppend", "MayFind", "MayRead", "MayCount"):
        arn = stack.physical[verb]
        iam.detach_role_policy(RoleName=role, PolicyArn=arn)
        before = len(stack.taps["earn"].seen)
        body["event_id"] = f"A9-{verb}"
        status, answer, _ = stack.call("POST", "/v1/purchases", body=body)
        refused = {s.action for s in stack.taps["earn"].seen[before:] if b"AccessDenied" in s.refusal}
        says(f"without {verb}: a 5xx, never a wrong answer", status >= 500, (status, answer))
        says(f"and it was IAM that refused {', '.join(sorted(refused))}", bool(refused), [s.refusal for s in stack.taps["earn"].seen[before:]])
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        status, answer, _ = stack.call("POST", "/v1/purchases", body=body)
        says("with it again, the same request: 201", status == 201, (status, answer))


def compare_actions(says, stack):
    says.part("IAM: one action too many, and the partitions")
    for handler, tap in sorted(stack.taps.items()):
        for s in tap.seen:
            if s.refusal and b"ConditionalCheck" not in s.refusal and b"AccessDenied" not in s.refusal and b"NoSuchKey" not in s.refusal:
                print(f"       {handler}: {s.action} of `{s.leading_key}`: {s.refusal.decode(errors='replace')}")
    checked = 0
    for handler, name in sorted(stack.functions.items()):
        statements = granted(stack.template, stack.template[f"{name}Role"])
        allowed = {a for st in statements for a in st["Action"]} - BY_LAMBDA - NEVER_ASKED
        seen = {s.action for s in stack.taps[handler].seen}
        says(f"{handler}: allowed = observed: {', '.join(sorted(a.split(':')[1] for a in seen)) or 'nothing'}", allowed == seen,
             f"never used: {sorted(allowed - seen)}; not allowed: {sorted(seen - allowed)}")
        for s in stack.taps[handler].seen:
            checked += 1
            families = [
                p for st in statements if s.action in st["Action"] and s.index == index_of(st)
                for p in st.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
            ]
            if s.action.startswith("dynamodb:") and not any(fnmatch.fnmatchcase(s.leading_key or "", p) for p in families):
                says(f"{handler}: {s.action} of `{s.leading_key}` is outside {families}", False)
            if s.action == "dynamodb:PutItem" and not s.condition:
                says(f"{handler}: a put of `{s.leading_key}` without a condition", False)
    says(f"{checked} requests: every key within the role's partitions, every put under a condition", checked > 0)


def exercise_redeploy(says, stack, artefact, values):
    says.part("Deploy again, and back")
    fresh = stack.account.client("secretsmanager").put_secret_value(
        SecretId=stack.physical["Secret"], SecretString="another secret, of this run only, and as long")
    before = stack.secrets()
    try:
        deploy.deploy(stack.account.session, STAGE, str(artefact),
                      {**values, "LogLevel": "WARN", "SecretVersion": fresh["VersionId"]}, say=lambda _: None)
        after = stack.secrets()
        given = {h for h, name in stack.functions.items() if "MERIT_SECRET" in json.dumps(stack.template[name]["Properties"])}
        says(f"the secret: one, with {len(given)} functions and no other; another once its version is named",
             before.keys() == after.keys() == given and [len(set(s.values())) for s in (before, after)] == [1, 1]
             and set(before.values()) != set(after.values()), (before.keys(), given))
        outputs = deploy.deploy(stack.account.session, STAGE, artefact.name, {"LogLevel": "INFO"}, say=lambda _: None)
        says("an update, then an earlier artefact by its name alone", outputs["RunningArtefact"].endswith(artefact.name), outputs)
    except deploy.Failed as error:
        says("an update, then an earlier artefact by its name alone", False, error)
    stack.tap()
    status, body, _ = stack.call("GET", "/v1/members/m1", roles="support")
    says("the member's card is as it was", status == 200, (status, body))


def index_of(statement):
    """The index a statement is about, or an empty text."""
    text = json.dumps(statement["Resource"])
    return text.rpartition("/index/")[2].split('"')[0] if "/index/" in text else ""


def granted(template, role):
    """Statements of a role: of its own and of the verbs it lists."""
    statements = [st for p in role["Properties"].get("Policies", []) for st in p["PolicyDocument"]["Statement"]]
    for arn in role["Properties"].get("ManagedPolicyArns", []):
        statements += template[arn["Ref"]]["Properties"]["PolicyDocument"]["Statement"]
    return statements


if __name__ == "__main__":
    main()
