"""Exercises of IAM, as deployed: each role's actions are those observed, one too many is seen, one too few fails safely.

What it never does: believe the template. What a role may is asked of the account, what a function did is read off its
wire.
"""

import datetime
import fnmatch
import itertools
import json

import journey
import triggers
from stack import PROGRAMME

# What Lambda, its poller or its failure destinations do in a function's name: never on the function's own wire.
BY_LAMBDA = {"logs:CreateLogStream", "logs:PutLogEvents", "dynamodb:DescribeStream", "dynamodb:GetRecords",
             "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
# Allowed so that a file that is gone is missing and not forbidden; nobody lists.
NEVER_ASKED = {"s3:ListBucket"}
EXPECTED = (b"ConditionalCheck", b"AccessDenied", b"NoSuchKey", b"NoSuchVersion", b"PreconditionFailed")


def index_of(statement):
    """The index a statement is about, or an empty text."""
    text = json.dumps(statement["Resource"])
    return text.rpartition("/index/")[2].split('"')[0] if "/index/" in text else ""


def families(statement):
    """Families of partitions that a statement is bound to."""
    return statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])


def covers(statement, seen):
    """Whether a statement allows what was seen."""
    if seen.action not in statement["Action"] or seen.index != index_of(statement):
        return False
    return not seen.action.startswith("dynamodb:") or any(fnmatch.fnmatchcase(seen.leading_key or "", f) for f in families(statement))


def difference(stack, handler):
    """(allowed and never done, done and not allowed) of a function: actions, on the table or an index."""
    by_others = BY_LAMBDA | NEVER_ASKED | (set() if handler == "relay" else {"sqs:SendMessage"})
    allowed = {(action, index_of(st)) for _, st in stack.grants(handler) for action in st["Action"] if action not in by_others}
    seen = {(s.action, s.index) for s in stack.taps[handler].seen}
    return allowed - seen, seen - allowed


def compare(says, stack):
    says.part("IAM: allowed = observed, and one action too many is seen")
    for handler, tap in sorted(stack.taps.items()):
        for s in tap.seen:
            if s.refusal and not any(word in s.refusal for word in EXPECTED):
                print(f"       {handler}: {s.action} of `{s.leading_key}`: {s.refusal.decode(errors='replace')}")
    checked = 0
    for handler in sorted(stack.functions):
        never, forbidden = difference(stack, handler)
        seen = {s.action for s in stack.taps[handler].seen}
        says(f"{handler}: allowed = observed: {', '.join(sorted(a.split(':')[1] for a in seen)) or 'nothing'}", not never and not forbidden,
             f"never used: {sorted(never)}; not allowed: {sorted(forbidden)}")
        statements = [st for _, st in stack.grants(handler)]
        for s in stack.taps[handler].seen:
            checked += 1
            if s.action.startswith("dynamodb:") and not any(covers(st, s) for st in statements):
                says(f"{handler}: {s.action} of `{s.leading_key}` is outside its partitions", False)
            if s.action == "dynamodb:PutItem" and not s.condition:
                says(f"{handler}: a put of `{s.leading_key}` without a condition", False)
    says(f"{checked} requests: every key within the role's partitions, every put under a condition", checked > 0)

    iam, unseen = stack.account.client("iam"), []
    for handler in stack.functions:
        verb, action = ("MayErase", "dynamodb:DeleteItem") if handler != "erase" else ("MayEmit", "events:PutEvents")
        iam.attach_role_policy(RoleName=stack.role(handler), PolicyArn=stack.physical[verb])
        never, _ = difference(stack, handler)
        iam.detach_role_policy(RoleName=stack.role(handler), PolicyArn=stack.physical[verb])
        if {each for each, _ in never} != {action}:
            unseen.append((handler, never))
    says(f"one action more in each of {len(stack.functions)} roles, one after the other: seen each time", not unseen, unseen)


class Probes:
    """Requests that need most of a function's verbs. `make(handler)` prepares one, which may be sent again and again:
    it answers whether it was answered well."""

    def __init__(self, stack):
        self.stack, self.number = stack, itertools.count(1)

    def member(self):
        """Somebody new, with points."""
        member = f"p{next(self.number)}"
        self.well("POST", "/v1/members", {"event_id": "E", "member_id": member})
        self.well("POST", "/v1/purchases", journey.bought(member, "A", 5000))
        return member

    def well(self, method, path, body=None, roles="till", plain=None):
        status, answer, _ = self.stack.call(method, path, roles=roles, body=body, plain=plain)
        if status not in (200, 201):
            raise RuntimeError(f"preparing {path}: {status} {answer}")
        return answer

    def asks(self, method, path, body=None, roles="till", plain=None):
        def send():
            status, answer, _ = self.stack.call(method, path, roles=roles, body=body, plain=plain, once=True)
            return status in (200, 201), status < 500 and status not in (200, 201), (status, answer)
        return send

    def invokes(self, handler, event, good):
        def send():
            answer, error = self.stack.invoke(handler, event)
            return error is None and good(answer), False, answer
        return send

    def publishes(self, name, text, outcome):
        """An upload whose event is sent by hand, as S3's own comes when it likes."""
        key, number = f"corner/{name}.merit", next(self.number)
        put = self.stack.account.client("s3").put_object(Bucket=self.stack.outputs["RuleBucketName"], Key=key, Body=text)
        event = triggers.s3_event(self.stack, key, put["VersionId"], f"00F{number:08X}")
        return self.invokes("publish", event, lambda a: a in ([outcome], ["unchanged"], ["overtaken"]))

    def make(self, handler):
        new, asks = f"N{next(self.number)}", self.asks
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if handler == "members":
            return [asks("POST", "/v1/members", {"event_id": new, "member_id": new, "name": "Eve"})]
        if handler == "erase":
            return [asks("POST", f"/v1/members/{self.member()}/erase", {"reason": "request"}, "support")]
        if handler == "earn":
            return [asks("POST", "/v1/purchases", journey.bought("m1", new, 100))]
        if handler == "give_back":
            self.well("POST", "/v1/purchases", journey.bought("m1", new, 100))
            return [asks("POST", f"/v1/purchases/{new}/returns", {"event_id": f"{new}-r", "member_id": "m1"})]
        if handler == "redeem":
            return [asks("POST", "/v1/redemptions", {"event_id": new, "member_id": self.member(), "reward": "mug"})]
        if handler == "events":
            return [asks("POST", "/v1/events", {"event_id": new, "member_id": "m1", "kind": "check_in", "fields": {"stars": 4}})]
        if handler == "rewards":
            member = self.member()
            self.well("POST", "/v1/redemptions", {"event_id": new, "member_id": member, "reward": "mug"})
            code = journey.vouchers(self.stack, member)[0]
            return [asks("GET", f"/v1/rewards?member_id={member}"), asks("POST", f"/v1/vouchers/{code}/cancel", {"event_id": f"{new}-c"}, "support")]
        if handler == "previews":
            return [asks("POST", "/v1/previews", {"member_id": "m1", "purchase": {"currency": "EUR", "lines": [{"amount_minor": 100}]}}, "marketing")]
        if handler == "rules":
            return [asks("PUT", "/v1/rules", None, "operator", PROGRAMME.replace(b"Corner Shop", f"Corner Shop {new}".encode())),
                    asks("GET", "/v1/leaderboards/best", None, "marketing")]
        if handler == "referral":
            old, friend = self.member(), self.member()
            code = self.well("POST", f"/v1/members/{old}/referral-code", {})["code"]
            return [asks("POST", f"/v1/members/{friend}/referral-code", {}), asks("POST", "/v1/referrals", {"event_id": new, "member_id": friend, "code": code})]
        if handler == "survey":
            token = self.well("POST", "/v1/surveys/nps/tokens", {"member_id": self.member()}, "marketing")["token"]
            return [asks("POST", "/v1/surveys/nps/answers", {"token": token, "answers": {"score": 9}})]
        if handler in ("birthday", "due"):
            def whole(report):
                return report.get("finished") is True and report.get("failed") == report.get("tenants_failed") == 0
            return [self.invokes(handler, {"job": handler, "at": now}, whole)]
        if handler == "publish":
            uploads = [(new, b"language 1\n", "refused"), (f"{new}-b", triggers.rules(next(self.number)), "published")]
            return [self.publishes(*upload) for upload in uploads]
        if handler == "relay":
            keys = {"pk": {"S": "T#corner#M#poison"}, "sk": {"S": "E#000000000001"}}
            record = {"eventID": new, "eventName": "INSERT", "eventSource": "aws:dynamodb",
                      "dynamodb": {"Keys": keys, "NewImage": keys, "SequenceNumber": "1"}}
            return [self.invokes(handler, {"replay": {"tenant": "corner", "member_id": "m6"}}, lambda a: a.get("events", 0) > 0),
                    self.invokes(handler, {"Records": [record]}, lambda a: a == {"batchItemFailures": []})]
        return []


def one_too_few(says, stack):
    says.part("IAM: one verb too few, for each function and verb")
    iam, probes, taken = stack.account.client("iam"), Probes(stack), 0
    names = {arn: logical for logical, arn in stack.physical.items() if logical.startswith("May")}
    for handler in sorted(stack.functions):
        sends = probes.make(handler)
        if not sends:
            continue  # it asks nobody for anything
        before = stack.requests(handler)
        good = [send() for send in sends]
        needed = stack.taps[handler].seen[before:]
        if not all(well for well, _, _ in good):
            says(f"{handler}: its probe is answered well", False, good)
            continue
        grants, wrong, verbs = stack.grants(handler), [], []
        for arn in dict.fromkeys(arn for arn, _ in grants):
            alone = [s for s in needed if [a for a, st in grants if covers(st, s)] == [arn]]
            if not alone:
                continue
            sends = probes.make(handler)
            iam.detach_role_policy(RoleName=stack.role(handler), PolicyArn=arn)
            before = stack.requests(handler)
            without = [send() for send in sends]
            seen = stack.taps[handler].seen[before:]
            iam.attach_role_policy(RoleName=stack.role(handler), PolicyArn=arn)
            again = [send() for send in sends]
            refused = [s for s in seen if s.status == 403 or b"AccessDenied" in s.refusal]
            if not refused and all(well for well, _, _ in without):
                continue  # what it needed it for stood in a cache this time
            verbs.append(names.get(arn, arn))
            if not refused or all(well for well, _, _ in without) or any(odd for _, odd, _ in without):
                wrong.append((names.get(arn, arn), without, [s.action for s in refused]))
            if not all(well for well, _, _ in again):
                wrong.append((names.get(arn, arn), "again", again))
        taken += len(verbs)
        says(f"{handler}: without {', '.join(verbs)}: it fails by IAM's refusal; the same again with it succeeds", bool(verbs) and not wrong, wrong)
    says(f"{taken} verbs taken away, one at a time", taken > 30, taken)
