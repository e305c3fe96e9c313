"""The deployed stack with a tap on every function's wire, and what the exercises ask of it.

What it never does: judge. The exercises do.
"""

import json
import re
import sys
import time
from pathlib import Path

INFRA = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(INFRA / "rollout"), str(INFRA / "gates")]

import patience  # noqa: E402
from account import PORT  # noqa: E402
from expand import read  # noqa: E402
from wire import Tap  # noqa: E402

STAGE = "local"
PROGRAMME = (INFRA / "local" / "programme.merit").read_bytes()


class Report:
    """What held and what did not."""

    def __init__(self):
        self.held, self.broke, self.began = 0, [], None

    def __call__(self, sentence, held, detail=""):
        print(f"  {'ok  ' if held else 'FAIL'} {sentence}{f'  [{detail}]' if detail != '' and not held else ''}", flush=True)
        if held:
            self.held += 1
        else:
            self.broke.append(sentence)
        return held

    def part(self, title):
        """Begins a part; says how long the one before took."""
        now = time.monotonic()
        if self.began is not None:
            print(f"  ({now - self.began:.0f} s)", flush=True)
        self.began = now
        print(f"\n{title}", flush=True)


class Stack:
    """What was deployed."""

    def __init__(self, account, outputs, issuer):
        self.account, self.outputs, self.issuer = account, outputs, issuer
        self.template = read(INFRA / "template.yaml")["Resources"]
        self.physical = account.resources(f"merit-{STAGE}")
        self.api = outputs["ApiId"]
        self.functions = {r["Properties"]["Handler"]: name for name, r in self.template.items() if r["Type"] == "AWS::Serverless::Function"}
        self.taps = {handler: Tap(PORT) for handler in self.functions}
        self.events, self.called, self.policies = [], [], {}
        self.tap()
        self.subscribe()

    def tap(self):
        """Leads every function's requests through its own tap; a deployment undoes it."""
        functions = self.account.client("lambda")
        for handler, name in self.functions.items():
            now = functions.get_function_configuration(FunctionName=self.physical[name])["Environment"]["Variables"]
            functions.update_function_configuration(
                FunctionName=self.physical[name], Environment={"Variables": {**now, "AWS_ENDPOINT_URL": self.taps[handler].url}})

    def call(self, method, path, roles="till", token=None, **more):
        """(status, body, headers) of a request with a good token."""
        token = token or self.issuer.token(roles)
        found = self.account.call(self.api, method, path, token=token, **more)
        self.called.append((method, path.partition("?")[0], found[0]))
        return found

    def open_call(self, method, path, **more):
        """The same without a token."""
        found = self.account.call(self.api, method, path, **more)
        self.called.append((method, path.partition("?")[0], found[0]))
        return found

    def routes(self):
        """`POST /v1/purchases` of every route of the template."""
        return {r["Properties"]["RouteKey"] for r in self.template.values() if r["Type"] == "AWS::ApiGatewayV2::Route"}

    def never_answered(self):
        """Routes that no request of this run was answered well by."""
        def answered(route):
            method, path = route.split(" ")
            pattern = re.compile(re.sub(r"\\\{[a-z]+\\\}", "[^/]+", re.escape(path)))
            return any(m == method and pattern.fullmatch(p) and s in (200, 201) for m, p, s in self.called)
        return {route for route in self.routes() if not answered(route)}

    def invoke(self, handler, event):
        """(answer, its error) of a function started by hand."""
        found = self.account.client("lambda").invoke(FunctionName=self.physical[self.functions[handler]], Payload=json.dumps(event).encode())
        return json.loads(found["Payload"].read() or b"null"), found.get("FunctionError")

    def entries(self, member):
        """A member's entries, newest first."""
        _, page, _ = self.call("GET", f"/v1/members/{member}/entries?limit=100", roles="support")
        return page.get("entries", []) if isinstance(page, dict) else []

    def object(self, key):
        """An object of the bucket of rule files, or None."""
        s3 = self.account.client("s3")
        try:
            return s3.get_object(Bucket=self.outputs["RuleBucketName"], Key=key)["Body"].read()
        except s3.exceptions.NoSuchKey:
            return None

    def report(self, key):
        """The report beside an uploaded rule file, or an empty one."""
        found = patience.until(lambda: self.object(f"{key}.report.json"))
        return json.loads(found) if found else {}

    def kept(self, queue, fits):
        """The first message of a failures queue that fits, taken out of it; or None."""
        sqs, url = self.account.client("sqs"), self.physical[queue]

        def look():
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1).get("Messages", []):
                if fits(body := json.loads(message["Body"])):
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    return body
            return None
        return patience.until(look)

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

    def woken(self, handler, before):
        """Whether a function asked something of anybody since: its log is passed on late, what it asks is seen at once."""
        return bool(patience.until(lambda: self.requests(handler) > before))

    def role(self, handler):
        return self.physical[f"{self.functions[handler]}Role"]

    def grants(self, handler):
        """(verb's ARN, statement) of a function's role as it is deployed."""
        iam, role = self.account.client("iam"), self.role(handler)
        found = []
        for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            if arn not in self.policies:
                version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                self.policies[arn] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]["Statement"]
            found += [(arn, statement) for statement in self.policies[arn]]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            found += [(name, statement) for statement in document["Statement"]]
        return found
