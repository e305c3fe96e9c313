"""Seeded defects: what the gates must catch, each by the gate that is named for it.

What it never does: touch the template on disk. Each defect is a small change of the unexpanded template.
"""

import copy

DEFECTS = []


def defect(caught_by):
    def register(change):
        DEFECTS.append((change.__name__, caught_by, change))
        return change
    return register


def props(template, name):
    return template["Resources"][name]["Properties"]


@defect("own")
def route_without_authorizer(t):
    props(t, "PurchaseRoute").update(AuthorizationType="NONE")
    del props(t, "PurchaseRoute")["AuthorizerId"]


@defect("own")
def route_without_throttle(t):
    del props(t, "ApiStage")["RouteSettings"]["POST /v1/purchases"]


@defect("own")
def stage_does_not_wait_for_a_route(t):
    t["Resources"]["ApiStage"]["DependsOn"].remove("CardRoute")


@defect("own")
def ledger_entries_may_be_deleted(t):
    props(t, "MayAppend")["PolicyDocument"]["Statement"][0]["Action"].append("dynamodb:DeleteItem")


@defect("own")
def ledger_entries_may_be_updated(t):
    props(t, "MayAppend")["PolicyDocument"]["Statement"][0]["Action"].append("dynamodb:UpdateItem")


@defect("own")
def a_second_function_may_erase(t):
    props(t, "MembersRole")["ManagedPolicyArns"].append({"Ref": "MayErase"})


@defect("own")
def counters_pattern_reaches_the_ledger(t):
    st = props(t, "MayCount")["PolicyDocument"]["Statement"][0]
    st["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] = ["T#*"]


@defect("own")
def absent_leading_key_passes(t):
    del props(t, "MayAppend")["PolicyDocument"]["Statement"][0]["Condition"]["Null"]


@defect("own")
def table_may_be_scanned(t):
    props(t, "MayRead")["PolicyDocument"]["Statement"][0]["Action"].append("dynamodb:Scan")


@defect("own")
def wildcard_action(t):
    props(t, "MayEmit")["PolicyDocument"]["Statement"][0]["Action"] = ["events:*"]


@defect("checkov")
def wildcard_everything(t):
    props(t, "MayEmit")["PolicyDocument"]["Statement"][0].update(Action="*", Resource="*")


@defect("own")
def managed_policy_of_aws(t):
    props(t, "EarnRole")["ManagedPolicyArns"].append("arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess")


@defect("own")
def shared_role(t):
    props(t, "Redeem")["Role"] = {"Fn::GetAtt": ["EarnRole", "Arn"]}


@defect("own")
def cron_with_two_days(t):
    props(t, "BirthdayHourly")["ScheduleExpression"] = "cron(5 * * * * *)"


@defect("own")
def cron_with_minute_60(t):
    props(t, "DueQuarterly")["ScheduleExpression"] = "cron(60 * * * ? *)"


@defect("own")
def rate_with_wrong_plural(t):
    props(t, "DueQuarterly")["ScheduleExpression"] = "rate(15 minute)"


@defect("own")
def schedule_in_a_fixed_zone(t):
    props(t, "BirthdayHourly")["ScheduleExpressionTimezone"] = "UTC"


@defect("own")
def schedule_without_queue(t):
    del props(t, "DueQuarterly")["Target"]["DeadLetterConfig"]


@defect("own")
def upload_failures_are_dropped(t):
    del props(t, "Publish")["EventInvokeConfig"]


@defect("own")
def stream_repeats_whole_batches(t):
    props(t, "RelaySource")["FunctionResponseTypes"] = []


@defect("own")
def poison_record_blocks_the_stream(t):
    props(t, "RelaySource")["MaximumRetryAttempts"] = -1


@defect("own")
def logs_for_ever(t):
    del props(t, "Logs")["RetentionInDays"]


@defect("own")
def queue_without_alarm(t):
    del t["Resources"]["RelayFailed"]


@defect("own")
def alarm_that_wakes_nobody(t):
    del props(t, "ApiFailing")["AlarmActions"]


@defect("own")
def alarm_that_does_not_say_what_to_do(t):
    props(t, "ApiFailing")["AlarmDescription"] = "API errors"


@defect("own")
def dashboard_that_is_no_json(t):
    board = props(t, "Dashboard")
    board["DashboardBody"]["Fn::Sub"] = board["DashboardBody"]["Fn::Sub"].replace("}}", "}", 1)


@defect("own")
def dashboard_without_a_queue(t):
    board = props(t, "Dashboard")
    board["DashboardBody"]["Fn::Sub"] = board["DashboardBody"]["Fn::Sub"].replace("${RelayFailures.QueueName}", "x")


@defect("own")
def timeout_longer_than_the_gateway(t):
    props(t, "Earn")["Timeout"] = 60


@defect("own")
def reports_wake_their_own_function(t):
    del props(t, "RuleBucket")["NotificationConfiguration"]["LambdaConfigurations"][0]["Filter"]


@defect("own")
def api_permission_for_anyone(t):
    del props(t, "EarnPermission")["SourceArn"]


@defect("own")
def table_goes_with_the_stack(t):
    del t["Resources"]["Table"]["DeletionPolicy"]


@defect("own")
def table_may_be_deleted(t):
    props(t, "Table")["DeletionProtectionEnabled"] = False


@defect("own")
def bucket_without_tls(t):
    del props(t, "RuleBucketPolicy")["PolicyDocument"]["Statement"][0]


@defect("own")
def secret_goes_with_the_stack(t):
    del t["Resources"]["Secret"]["DeletionPolicy"]


@defect("own")
def secret_in_plain_text(t):
    props(t, "Earn")["Environment"]["Variables"]["MERIT_SECRET"] = "correct horse battery staple, all of it"


@defect("own")
def secret_that_can_be_guessed(t):
    props(t, "Secret")["GenerateSecretString"]["PasswordLength"] = 8


@defect("checkov")
def no_point_in_time_recovery(t):
    props(t, "Table")["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] = False


@defect("checkov")
def public_bucket(t):
    props(t, "RuleBucket")["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] = False


@defect("checkov")
def bucket_not_versioned(t):
    del props(t, "RuleBucket")["VersioningConfiguration"]


@defect("cfn-lint")
def runtime_that_does_not_exist(t):
    t["Globals"]["Function"]["Runtime"] = "provided.al2042"


@defect("cfn-lint")
def timeout_beyond_lambda(t):
    props(t, "Due")["Timeout"] = 1300


@defect("cfn-lint")
def attribute_that_does_not_exist(t):
    props(t, "MayFollowStream")["PolicyDocument"]["Statement"][0]["Resource"] = {"Fn::GetAtt": ["Table", "Stream"]}


@defect("cfn-lint")
def circular_dependency(t):
    props(t, "MayFetchUploads")["PolicyDocument"]["Statement"][1]["Resource"] = {"Fn::GetAtt": ["RuleBucket", "Arn"]}


@defect("cfn-lint")
def misspelt_action(t):
    props(t, "MayRead")["PolicyDocument"]["Statement"][0]["Action"].append("dynamodb:GetItems")


@defect("cfn-lint")
def key_attribute_not_defined(t):
    del props(t, "Table")["AttributeDefinitions"][2]


@defect("expand")
def function_without_code(t):
    del t["Globals"]["Function"]["CodeUri"]


def seeded(template):
    """(name, gate, changed copy of the template) of every defect."""
    for name, gate, change in DEFECTS:
        mutant = copy.deepcopy(template)
        change(mutant)
        yield name, gate, mutant
