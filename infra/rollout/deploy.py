"""One deployment: artefact and template into the artefact bucket, a change set, its execution.

What it never does: build, or decide. A rollback is the same with an earlier artefact. While it deploys, and for five
minutes after, CloudFormation watches the alarms of a failing API and of logged errors, and goes back by itself.
"""

import hashlib
import sys
import time
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"
WATCH_MINUTES = 5


class Failed(Exception):
    """The deployment did not happen; says why."""


def artefact_bucket(session):
    """This account's bucket for artefacts in this region: private, versioned, made on the first deployment."""
    account = session.client("sts").get_caller_identity()["Account"]
    name = f"merit-artefacts-{account}-{session.region_name}"
    s3 = session.client("s3")
    try:
        s3.head_bucket(Bucket=name)
    except ClientError:
        where = {} if session.region_name == "us-east-1" else {
            "CreateBucketConfiguration": {"LocationConstraint": session.region_name}
        }
        s3.create_bucket(Bucket=name, **where)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={
            "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True,
        })
    return name


def upload(session, bucket, artefact):
    """Key of the artefact in the bucket; uploads it if it is a file here, else it must be there already."""
    s3 = session.client("s3")
    path = Path(artefact)
    key = f"artefacts/{path.name}"
    if path.is_file():
        s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        raise Failed(f"no file {artefact} here, and no {key} in {bucket}") from error
    return key


def describe(cloud, name):
    try:
        return cloud.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError:
        return None


def settle(cloud, name):
    """Waits until the stack rests; its description."""
    while (stack := describe(cloud, name))["StackStatus"].endswith("IN_PROGRESS"):
        time.sleep(1)
    return stack


def deploy(session, stage, artefact, given, template=TEMPLATE, say=print):
    """Deploys and returns the stack's outputs as a dictionary. Raises `Failed`."""
    cloud = session.client("cloudformation")
    bucket = artefact_bucket(session)
    key = upload(session, bucket, artefact)
    text = template.read_bytes()
    template_key = f"templates/{hashlib.sha256(text).hexdigest()[:16]}.yaml"
    session.client("s3").put_object(Bucket=bucket, Key=template_key, Body=text)

    name = f"merit-{stage}"
    before = describe(cloud, name)
    exists = before is not None and before["StackStatus"] != "REVIEW_IN_PROGRESS"
    declared = cloud.get_template_summary(TemplateBody=text.decode())["Parameters"] if len(text) <= 51_200 else \
        cloud.get_template_summary(TemplateURL=url(session, bucket, template_key))["Parameters"]
    values = {**given, "Stage": stage, "ArtefactBucket": bucket, "ArtefactKey": key}
    unknown = values.keys() - {p["ParameterKey"] for p in declared}
    if unknown:
        raise Failed(f"no such parameter: {', '.join(sorted(unknown))}")
    known = {p["ParameterKey"] for p in before.get("Parameters", [])} if exists else set()
    parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()]
    parameters += [{"ParameterKey": k, "UsePreviousValue": True} for k in known - values.keys()
                   if k in {p["ParameterKey"] for p in declared}]

    watch = {}
    if exists:
        arn = before["StackId"].split(":")
        alarm = f"arn:{arn[1]}:cloudwatch:{arn[3]}:{arn[4]}:alarm:merit-{stage}-"
        watch = {"RollbackConfiguration": {
            "RollbackTriggers": [{"Arn": alarm + which, "Type": "AWS::CloudWatch::Alarm"} for which in ("api-failing", "error-logged")],
            "MonitoringTimeInMinutes": WATCH_MINUTES,
        }}
    change = f"at-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    cloud.create_change_set(
        StackName=name, ChangeSetName=change, ChangeSetType="UPDATE" if exists else "CREATE",
        TemplateURL=url(session, bucket, template_key), Parameters=parameters,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"], **watch,
    )
    while (made := cloud.describe_change_set(StackName=name, ChangeSetName=change))["Status"] in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        time.sleep(1)
    if made["Status"] != "CREATE_COMPLETE":
        raise Failed(made.get("StatusReason", made["Status"]))
    for each in made.get("Changes", []):
        resource = each["ResourceChange"]
        replaced = " (replaced)" if resource.get("Replacement") == "True" else ""
        say(f"  {resource['Action']:<8} {resource['LogicalResourceId']:<24} {resource['ResourceType']}{replaced}")
    cloud.execute_change_set(StackName=name, ChangeSetName=change)
    time.sleep(1)
    stack = settle(cloud, name)
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        events = cloud.describe_stack_events(StackName=name)["StackEvents"]
        why = [f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason', '')}" for e in events if "FAILED" in e["ResourceStatus"]]
        raise Failed("\n".join([stack["StackStatus"], *why[:8]]))
    return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}


def url(session, bucket, key):
    """Where CloudFormation finds an object of ours."""
    endpoint = session.client("s3").meta.endpoint_url
    if "amazonaws.com" in endpoint:
        return f"https://{bucket}.s3.{session.region_name}.amazonaws.com/{key}"
    return f"{endpoint}/{bucket}/{key}"


def main():
    words = [w for w in sys.argv[1:] if "=" not in w]
    given = dict(w.split("=", 1) for w in sys.argv[1:] if "=" in w)
    if len(words) != 2:
        sys.exit("usage: infra/deploy STAGE ARTEFACT.zip [Parameter=value ...]")
    try:
        outputs = deploy(boto3.Session(), words[0], words[1], given)
    except Failed as error:
        sys.exit(f"not deployed: {error}")
    for key, value in outputs.items():
        print(f"{key}: {value}")


if __name__ == "__main__":
    main()
