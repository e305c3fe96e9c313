"""Exercises at the door: that what is there is what was declared, and who is let in.

What it never does: change anything in the ledger.
"""

import time

from own import PUBLIC_ROUTES
from stack import STAGE


def shape(says, stack):
    says.part("What is there is what was declared")
    api = stack.account.client("apigatewayv2")
    routes = {r["RouteKey"]: r.get("AuthorizationType") for r in api.get_routes(ApiId=stack.api, MaxResults="500")["Items"]}
    open_routes = {key for key, kind in routes.items() if kind != "JWT"}
    says(f"{len(routes)} routes, open: {', '.join(sorted(open_routes))}",
         routes.keys() == stack.routes() and open_routes == PUBLIC_ROUTES, (routes.keys() ^ stack.routes(), open_routes))
    table = stack.account.client("dynamodb").describe_table(TableName=stack.outputs["TableName"])["Table"]
    says("the table: on demand, two indexes, a stream of new images, protected from deletion",
         table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST" and table["DeletionProtectionEnabled"]
         and [i["IndexName"] for i in table["LocalSecondaryIndexes"]] == ["by_reference"]
         and [i["IndexName"] for i in table["GlobalSecondaryIndexes"]] == ["by_day"]
         and table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE", table)
    functions = stack.account.client("lambda")
    common = {"MemorySize": 128, "Timeout": 28}
    wrong = {}
    for handler, name in stack.functions.items():
        now = functions.get_function_configuration(FunctionName=stack.physical[name])
        declared = stack.template[name]["Properties"]
        wanted = {k: declared.get(k, default) for k, default in common.items()} | {"Runtime": "provided.al2023", "Handler": handler}
        if differs := {k: now.get(k) for k, v in wanted.items() if now.get(k) != v}:
            wrong[handler] = differs
    says(f"{len(stack.functions)} functions, each with its handler, memory and time-out", not wrong, wrong)
    schedules = stack.account.client("scheduler").list_schedules(GroupName=f"merit-{STAGE}")["Schedules"]
    says("two schedules, enabled", len(schedules) == 2 and all(s["State"] == "ENABLED" for s in schedules), schedules)
    alarms = stack.account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    declared = [r for r in stack.template.values() if r["Type"] == "AWS::CloudWatch::Alarm"]
    says(f"{len(alarms)} alarms, each with an action", len(alarms) == len(declared) and all(a["AlarmActions"] for a in alarms))
    groups = stack.account.client("logs").describe_log_groups(logGroupNamePrefix=f"/merit/{STAGE}/")["logGroups"]
    says("two groups of logs that forget after a year", [g.get("retentionInDays") for g in groups] == [365, 365], groups)


def tokens(says, stack):
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
    before = {handler: stack.requests(handler) for handler in stack.functions}
    for what, token in wrong.items():
        status, _, _ = stack.account.call(stack.api, "GET", "/v1/members/m1", token=token)
        says(f"{what}: 401", status == 401, status)
    closed = sorted(stack.routes() - PUBLIC_ROUTES)
    let_in = {}
    for route in closed:
        method, path = route.split(" ")
        status, _, _ = stack.account.call(stack.api, method, path.replace("{id}", "m1"), token=wrong["an expired token"])
        if status != 401:
            let_in[route] = status
    says(f"an expired token at each of {len(closed)} closed routes: 401", not let_in, let_in)
    says("none of them reached a function", before == {handler: stack.requests(handler) for handler in stack.functions})
    status, body, _ = stack.open_call("GET", "/v1/health")
    says("health needs none: 200", status == 200, (status, body))
    status, document, _ = stack.open_call("GET", "/openapi.json")
    says("the API's description needs none: 200", status == 200, status)
    if says("and lists paths", isinstance(document, dict) and "paths" in document, str(document)[:200]):
        described = {f"{m.upper()} {p}" for p, methods in document["paths"].items() for m in methods if m in ("get", "post", "put", "delete", "patch")}
        says(f"{len(stack.routes())} routes here = {len(described)} routes in the code", stack.routes() == described, stack.routes() ^ described)
    status, _, _ = stack.call("GET", "/v1/nothing")
    says("a route that is none: 404", status == 404, status)
    status, body, _ = stack.call("PUT", "/v1/rules", roles="till", plain=b"language 1")
    says("a till may not publish: 403 auth.role", status == 403 and body.get("code") == "auth.role", (status, body))
    status, body, _ = stack.call("GET", "/v1/members/m1", token=stack.issuer.token("till", tenant="no#tenant"))
    says("a token of no valid merchant: 403 auth.no_tenant", status == 403 and body.get("code") == "auth.no_tenant", (status, body))
