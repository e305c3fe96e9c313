"""Starts ministack with the three things it lacks of what Merit stands on.

1. It enforces IAM inside functions, but does not know `dynamodb:LeadingKeys`: this supplies the key to its evaluator,
   per item of a transaction as AWS does.
2. A query of a local secondary index for all attributes returns keys only; DynamoDB fetches the items from the table.

3. It hands a schedule's input over as it is; EventBridge Scheduler puts the scheduled time in place of its keyword.

It also looks at its schedules every second, not every ten, and its server of a function's Runtime API takes more than
five connections at once. What it never does: decide. The policies are the stack's, the evaluation is ministack's.
"""

import datetime
import json
import socketserver
import sys

from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb, eventbridge, scheduler
from wire import needed


SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"


class Action(str):
    """An action on one item of a transaction, with the item's partition key."""


def partition_keys(body):
    try:
        ask = json.loads(body or b"{}")
    except ValueError:
        return []
    if not isinstance(ask, dict) or "TransactItems" in ask:
        return []
    verb = "Query" if "KeyConditionExpression" in ask else "Item"
    try:
        return [key for _, _, key, _ in needed(f"DynamoDB_.{verb}", "POST", "/", body) if key]
    except (KeyError, IndexError):
        return []


context_of = iam_actions.dynamodb_service_context
checks_of = iam_actions.dynamodb_transaction_checks
enforce = iam_evaluator.enforce


def dynamodb_service_context(body):
    keys = partition_keys(body)
    return {**context_of(body), **({"dynamodb:LeadingKeys": keys} if keys else {})}


def dynamodb_transaction_checks(action, body, region, account):
    checks = checks_of(action, body, region, account)
    keys = [key for _, _, key, _ in needed(f"DynamoDB_.{action.split(':')[1]}", "POST", "/", body)] if checks else []
    marked = []
    for (name, arn), key in zip(checks, keys, strict=True):
        one = Action(name)
        one.key = key
        marked.append((one, arn))
    return marked


def enforce_with_key(access_key, action, *rest, service_context=None, **more):
    if isinstance(action, Action):
        service_context = {**(service_context or {}), "dynamodb:LeadingKeys": [action.key]}
    return enforce(access_key, action, *rest, service_context=service_context, **more)


project = dynamodb._apply_index_projection


def fetch_from_table(item, table, index):
    local = {i["IndexName"] for i in table.get("LocalSecondaryIndexes") or []}
    return item if index in local else project(item, table, index)


invoke_target = eventbridge._invoke_target


def invoke_with_time(target, event, rule, view=None):
    if event.get("Source") == "aws.scheduler" and SCHEDULED_TIME in target.get("Input", ""):
        at = datetime.datetime.fromtimestamp(event["Time"], datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        target = {**target, "Input": target["Input"].replace(SCHEDULED_TIME, at)}
    return invoke_target(target, event, rule, view)


eventbridge._invoke_target = invoke_with_time
scheduler._SCHEDULE_TICK_INTERVAL = 1
socketserver.TCPServer.request_queue_size = 128
dynamodb._apply_index_projection = fetch_from_table
iam_actions.dynamodb_service_context = dynamodb_service_context
iam_actions.dynamodb_transaction_checks = dynamodb_transaction_checks
iam_evaluator.enforce = enforce_with_key

if __name__ == "__main__":
    from ministack.app import main

    sys.argv[1:] = []
    main()
