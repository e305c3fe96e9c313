"""Exercises of what nobody waits for: uploads, schedules, the stream, and what becomes of that which fails for good.

What it never does: wait for a while and hope; each waits for its effect.
"""

import datetime
import json
import time

import journey
import patience
from stack import INFRA, PROGRAMME, STAGE

SIZE_MAX = 192 * 1024  # of a programme of several files; what is one file is refused when it is read


def rules(points):
    """The programme with another number of points, so another version."""
    changed = PROGRAMME.replace(b"give 20 points", f"give {points} points".encode())
    return changed.replace(b"expect 50 points", f"expect {30 + points} points".encode())


def s3_event(stack, key, version, sequencer):
    """The sample of AWS's event in tests/events, about an object of ours."""
    event = json.loads((INFRA.parent / "tests" / "events" / "s3-put.json").read_text())
    record = event["Records"][0]
    record["eventTime"] = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    record["s3"]["bucket"]["name"] = stack.outputs["RuleBucketName"]
    record["s3"]["object"] |= {"key": key, "versionId": version, "sequencer": sequencer}
    return event


def active(stack, **token):
    """The version that decides."""
    _, versions, _ = stack.call("GET", "/v1/rules", token=stack.issuer.token("marketing", **token))
    return versions["active"]["id"]


def upload(says, stack):
    says.part("A rule file is uploaded")
    s3, bucket = stack.account.client("s3"), stack.outputs["RuleBucketName"]
    says("the bucket is private and versioned", s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"
         and all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()))
    before = stack.requests("publish")
    s3.put_object(Bucket=bucket, Key="corner/spring.merit", Body=rules(30))
    says("S3 woke the function `publish`", stack.woken("publish", before))
    report = stack.report("corner/spring.merit")
    says("the file is published, with a report beside it", report.get("outcome") == "published", report)
    decides = active(stack)
    says("and decides", decides == report.get("version", {}).get("id"), (decides, report))

    s3.put_object(Bucket=bucket, Key="corner/broken.merit", Body=b"language 1\nprogramme p {\n")
    report = stack.report("corner/broken.merit")
    says("a broken file is refused, with a report that says why", report.get("outcome") == "refused" and bool(report.get("text")), report)
    s3.put_object(Bucket=bucket, Key="nobody/spring.merit", Body=rules(40))
    report = stack.report("nobody/spring.merit")
    says("a file for a merchant that is none is refused",
         (report.get("outcome"), report.get("problem", {}).get("code")) == ("refused", "rules.merchant_unknown"), report)

    status, answer, _ = stack.call("PUT", "/v1/rules", token=stack.issuer.token("operator", tenant="rival"), plain=PROGRAMME)
    says("another merchant publishes: 201", status == 201, (status, answer))
    s3.put_object(Bucket=bucket, Key="rival/spring.merit", Body=rules(50))
    report = stack.report("rival/spring.merit")
    says("a file in that merchant's folder is that merchant's", report.get("outcome") == "published"
         and active(stack, tenant="rival") == report["version"]["id"] != decides, report)

    large = "corner/large.merit"
    s3.put_object(Bucket=bucket, Key=large, Body=PROGRAMME + b"#" * SIZE_MAX)
    report = stack.report(large)
    says("a file that is too large is refused", report.get("problem", {}).get("code") == "rules.too_large", report)
    asked = [s.method for s in stack.taps["publish"].seen if s.resource == f"{bucket}/{large}"]
    says("by its size alone: it was never fetched", asked == ["HEAD"], asked)

    gone = "corner/gone.merit"
    version = s3.put_object(Bucket=bucket, Key=gone, Body=b"language 1\n")["VersionId"]
    s3.delete_object(Bucket=bucket, Key=gone, VersionId=version)
    told, error = stack.invoke("publish", s3_event(stack, gone, version, "00F0"))
    says("a file that was deleted meanwhile is gone, and no failure", (told, error) == (["gone"], None), (told, error))
    says("and what decided decides", active(stack) == decides)


def schedules(says, stack):
    says.part("Each schedule fires")
    scheduler, group = stack.account.client("scheduler"), f"merit-{STAGE}"
    declared = {}
    for each in scheduler.list_schedules(GroupName=group)["Schedules"]:
        schedule = scheduler.get_schedule(GroupName=group, Name=each["Name"])
        declared[json.loads(schedule["Target"]["Input"])["job"]] = schedule
    says("they have their expressions, queues and retries",
         {job: s["ScheduleExpression"] for job, s in declared.items()} == {"birthday": "cron(5 * * * ? *)", "due": "cron(0/15 * * * ? *)"}
         and all("DeadLetterConfig" in s["Target"] and "RetryPolicy" in s["Target"] for s in declared.values()), declared)
    effects = {"due": ("settled", "a hold of m3 that ran out"), "birthday": ("celebrated", "m3's birthday")}
    for job, (kind, what) in effects.items():
        before = stack.requests(job)
        at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=1)
        scheduler.create_schedule(
            Name=f"once-{job}", GroupName=group, ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"}, Target=declared[job]["Target"])
        says(f"the declared target, with its own input, woke the function `{job}`", stack.woken(job, before))
        says(f"and {what} has an entry", bool(patience.until(lambda kind=kind: found(stack, "m3", kind))), stack.entries("m3"))
    for job, (kind, what) in effects.items():
        event = {"job": job, "at": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        report, error = stack.invoke(job, event)
        says(f"`{job}` again, by hand: it finishes", error is None and report.get("finished") is True, report)
        says(f"and {what} has its one entry", len(found(stack, "m3", kind)) == 1, stack.entries("m3"))
    journey.referral_paid(says, stack)


def found(stack, member, kind):
    """A member's entries of a kind."""
    return [entry for entry in stack.entries(member) if entry["entry"]["type"] == kind]


def stream(says, stack):
    says.part("Entries leave by the stream")
    sources = stack.account.client("lambda").list_event_source_mappings(FunctionName=stack.physical["Relay"])["EventSourceMappings"]
    says("the relay reads from the first record, reports single failures, keeps what it gives up",
         len(sources) == 1 and sources[0]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
         and sources[0]["DestinationConfig"]["OnFailure"]["Destination"].endswith("relay-failures"), sources)
    for member in ("m1", "m6"):
        written = [entry["entry"]["seq"] for entry in stack.entries(member)]
        patience.until(lambda member=member, last=max(written): last in stack.heard(member))
        first = list(dict.fromkeys(stack.heard(member)))
        says(f"a subscriber of the bus has heard of all {len(written)} entries of {member}, in their order",
             first == list(range(1, max(written) + 1)) == sorted(written), first)
    kinds = {event["type"] for event in stack.events}
    says(f"{len(stack.events)} events of {len(kinds)} kinds, of programmes, too",
         {"merit.programme_published", "merit.programme_refused", "merit.points_earned"} <= kinds, kinds)


def poison(says, stack):
    says.part("What fails for good is kept, and holds nothing up")
    table, name = stack.account.client("dynamodb"), stack.outputs["TableName"]
    keys = {"pk": {"S": "T#corner#M#poison"}, "sk": {"S": "E#000000000001"}}
    table.put_item(TableName=name, Item={**keys, "entry": {"S": "no entry at all, of Ada Lovelace"}})
    status, answer, _ = stack.call("POST", "/v1/purchases", body=journey.bought("m1", "A7", 100))
    message = stack.kept("RelayFailures", lambda body: body.get("keys") == keys)
    says("a record that cannot be read is in the queue of the relay's failures, with its keys and why", bool(message and message.get("why")), message)
    says("and with nothing of what is in it", "Lovelace" not in json.dumps(message))
    seq = answer.get("entry", {}).get("seq")
    says("what came after it was told", status == 201 and bool(patience.until(lambda: seq in stack.heard("m1"))), (status, seq))
    table.delete_item(TableName=name, Key=keys)

    functions = stack.account.client("lambda")
    never = {"job": "due", "at": "never"}
    functions.invoke(FunctionName=stack.physical["Due"], InvocationType="Event", Payload=json.dumps(never).encode())
    message = stack.kept("JobFailures", lambda body: body.get("requestPayload") == never)
    says("a job that was given up is in its queue, with what it was asked and why it would not",
         bool(message) and "`never` is no moment" in message["responsePayload"]["errorMessage"], message)

    iam, key = stack.account.client("iam"), "corner/kept.merit"
    iam.detach_role_policy(RoleName=stack.role("publish"), PolicyArn=stack.physical["MayPublish"])
    stack.account.client("s3").put_object(Bucket=stack.outputs["RuleBucketName"], Key=key, Body=rules(60))
    message = stack.kept("PublishFailures", lambda body: key in json.dumps(body.get("requestPayload")))
    says("an upload whose function failed is in its queue, with S3's event", bool(message), message)
    iam.attach_role_policy(RoleName=stack.role("publish"), PolicyArn=stack.physical["MayPublish"])
    told, error = stack.invoke("publish", message["requestPayload"]) if message else (None, None)
    says("mended and repeated with it, as its alarm says, the file is published", told == ["published"], (told, error))


def replay(says, stack):
    says.part("All again, by command")
    newest = {m: stack.entries(m)[0]["entry"]["seq"] for m in ("m1", "m3", "m4", "m6", "m7", "m8", "m9")}
    says("whatever was written so far has been told", bool(patience.until(lambda: all(seq in stack.heard(m) for m, seq in newest.items()))), newest)
    before, asked, told = len(stack.events), {"replay": {"tenant": "corner"}}, 0
    end = time.monotonic() + patience.EFFECT_S
    while asked and time.monotonic() < end:
        answer, _ = stack.invoke("relay", asked)
        told, asked = told + (answer or {}).get("events", 0), (answer or {}).get("next")
    says(f"by command it tells everything again: {told} events", told > 0 and asked is None, (told, asked))
    patience.until(lambda: stack.heard("m1") and len(stack.events) >= before + told)
    ids = [event["id"] for event in stack.events]
    says("under the ids it had", len(ids) == before + told and set(ids[before:]) <= set(ids[:before]), (before, told, set(ids[before:]) - set(ids[:before])))

