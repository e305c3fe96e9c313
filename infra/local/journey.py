"""Exercises of members' journeys over HTTP, through the deployed functions: every route of the API is answered well once.

What it never does: look behind the API, but for a profile that must be gone.
"""

import datetime
import time

from stack import PROGRAMME


def ago(days):
    """The moment so many days ago, as the API takes it."""
    at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def bought(member, event, minor, **more):
    """The body of a purchase of one line."""
    return {"event_id": event, "member_id": member, "currency": "EUR", "lines": [{"amount_minor": minor}], **more}


def main_path(says, stack):
    says.part("The main path")
    status, body, _ = stack.call("PUT", "/v1/rules", roles="operator", plain=PROGRAMME)
    says("publish and activate a programme: 201", status == 201, (status, body))
    version = body.get("version", {}).get("id") if isinstance(body, dict) else None
    lines = [{"amount_minor": 740, "category": "coffee"}, {"amount_minor": 260, "category": "bakery"}]
    # who joins on the very day has her first birthday here next year: an importer brings one who joined before
    born = f"1988-{datetime.datetime.now(datetime.UTC):%m-%d}"
    steps = [
        ("enrol one whose birthday is today", "POST", "/v1/members", "importer", {"event_id": "E3", "member_id": "m3", "birthday": born, "occurred_at": ago(3)}, 201, 10),
        ("who buys", "POST", "/v1/purchases", "till", {"event_id": "C1", "member_id": "m3", "currency": "EUR", "lines": lines}, 201, 130),
        ("and holds a mug, for a second", "POST", "/v1/redemptions", "till", {"event_id": "R7", "member_id": "m3", "reward": "mug", "hold_seconds": 1}, 201, 100),
        ("enrol", "POST", "/v1/members", "till", {"event_id": "E1", "member_id": "m1", "name": "Ada", "birthday": "1990-12-10"}, 201, 10),
        ("a purchase earns 100 + 20 of the budget", "POST", "/v1/purchases", "till", {"event_id": "A1", "member_id": "m1", "currency": "EUR", "lines": lines}, 201, 130),
        ("the same again: the first answer", "POST", "/v1/purchases", "till", {"event_id": "A1", "member_id": "m1", "currency": "EUR", "lines": lines}, 201, 130),
        ("the same key with another body: 409", "POST", "/v1/purchases", "till", {"event_id": "A1", "member_id": "m1", "currency": "EUR", "lines": lines[:1]}, 409, None),
        ("a declared event", "POST", "/v1/events", "till", {"event_id": "V1", "member_id": "m1", "kind": "check_in", "fields": {"stars": 4}}, 201, 135),
        ("redeem under a hold", "POST", "/v1/redemptions", "till", {"event_id": "R1", "member_id": "m1", "points": 40, "hold_seconds": 3600}, 201, 95),
        ("capture 30 of 40", "POST", "/v1/redemptions/R1/capture", "till", {"event_id": "K1", "member_id": "m1", "points": 30}, 201, 105),
        ("redeem at once", "POST", "/v1/redemptions", "till", {"event_id": "R2", "member_id": "m1", "points": 5}, 201, 100),
        ("cancel it", "POST", "/v1/redemptions/R2/cancel", "till", {"event_id": "K2", "member_id": "m1"}, 201, 105),
        ("hold and release", "POST", "/v1/redemptions", "till", {"event_id": "R3", "member_id": "m1", "points": 5, "hold_seconds": 3600}, 201, 100),
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
    time.sleep(1.5)  # until the hold has run out: this is the one thing that only time brings
    back = {"event_id": "Z2", "member_id": "m1", "lines": [{"line": 0, "quantity": 1}]}
    status, answer, _ = stack.call("POST", "/v1/purchases/A1/returns", body=back)
    says("a return after the hold ran out gives the piece back: 201", status == 201, (status, answer))
    for what, path, body in [
        ("a profile is changed", "/v1/members/m1/profile", {"event_id": "P1", "email": "ada@example.com"}),
        ("points are adjusted", "/v1/members/m1/adjustments", {"event_id": "J1", "points": 7, "reason": "goodwill"}),
        ("spending is frozen", "/v1/members/m1/freeze", {"event_id": "X1", "spending": True, "earning": False, "reason": "lost_card"}),
        ("and set free", "/v1/members/m1/freeze", {"event_id": "X2", "spending": False, "earning": False, "reason": "found"}),
    ]:
        status, answer, _ = stack.call("POST", path, roles="support operator", body=body)
        says(f"{what}: 201", status == 201, (status, answer))
    stack.call("POST", "/v1/members", body={"event_id": "E2", "member_id": "m2", "name": "Bob"})
    stack.call("POST", "/v1/purchases", body=bought("m2", "B1", 900))
    stack.call("POST", "/v1/redemptions", body={"event_id": "R6", "member_id": "m2", "reward": "mug", "hold_seconds": 1})
    time.sleep(1.5)
    status, answer, _ = stack.call("POST", "/v1/members/m2/erase", roles="support", body={"reason": "request"})
    says("a member is erased, by the one function that may delete: 201", status == 201, (status, answer))
    says("the profile is gone", profile(stack, "m2") is None)
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


def profile(stack, member):
    """A member's profile as it stands in the table, or None."""
    key = {"pk": {"S": f"T#corner#M#{member}"}, "sk": {"S": "P"}}
    return stack.account.client("dynamodb").get_item(TableName=stack.outputs["TableName"], Key=key).get("Item")


def rewards_and_survey(says, stack):
    says.part("Vouchers, and an answer to a survey")
    for what, method, path, roles, body, wanted in [
        ("enrol", "POST", "/v1/members", "till", {"event_id": "E4", "member_id": "m4"}, 201),
        ("buy", "POST", "/v1/purchases", "till", bought("m4", "D2", 9000), 201),
        ("the catalogue", "GET", "/v1/rewards?member_id=m4", "till", None, 200),
        ("a mug", "POST", "/v1/redemptions", "till", {"event_id": "R8", "member_id": "m4", "reward": "mug"}, 201),
        ("another", "POST", "/v1/redemptions", "till", {"event_id": "R9", "member_id": "m4", "reward": "mug"}, 201),
    ]:
        status, answer, _ = stack.call(method, path, roles=roles, body=body)
        says(f"{what}: {wanted}", status == wanted, (status, answer))
    codes = vouchers(stack, "m4")
    if not says("two vouchers with a code each", len(set(codes)) == 2, codes):
        return
    for what, path, roles, body in [
        ("one is reserved", f"/v1/vouchers/{codes[0]}/reserve", "till", {"event_id": "W1"}),
        ("released", f"/v1/vouchers/{codes[0]}/release", "till", {"event_id": "W2"}),
        ("and used", f"/v1/vouchers/{codes[0]}/fulfil", "till", {"event_id": "W3"}),
        ("the other is cancelled: points and piece go back", f"/v1/vouchers/{codes[1]}/cancel", "support", {"event_id": "W4"}),
    ]:
        status, answer, _ = stack.call("POST", path, roles=roles, body=body)
        says(f"{what}: 201", status == 201, (status, answer))
    status, answer, _ = stack.call("GET", f"/v1/vouchers/{codes[0]}")
    says("a voucher by its code: 200", status == 200, (status, answer))
    status, answer, _ = stack.call("POST", f"/v1/vouchers/{codes[0]}/fulfil", body={"event_id": "W5"})
    says("used is used: 409", status == 409, (status, answer))
    status, made, _ = stack.call("POST", "/v1/surveys/nps/tokens", roles="marketing", body={"member_id": "m4"})
    says("a token for an answer: 201", status == 201, (status, made))
    answer = {"token": made.get("token", ""), "answers": {"score": 9}}
    status, thanked, _ = stack.open_call("POST", "/v1/surveys/nps/answers", body=answer)
    says("a member answers with it, and with no token of the issuer: 201", status == 201, (status, thanked))
    forged = {**answer, "token": answer["token"][:-2] + ("AA" if not answer["token"].endswith("AA") else "BB")}
    status, refused, _ = stack.open_call("POST", "/v1/surveys/nps/answers", body=forged)
    says("a forged one is refused", 400 <= status < 500, (status, refused))
    status, survey, _ = stack.call("GET", "/v1/surveys/nps", roles="marketing")
    says("the survey counts one answer: 200", (status, survey.get("answers")) == (200, 1), (status, survey))
    status, board, _ = stack.call("GET", "/v1/leaderboards/best", roles="marketing")
    says("a leaderboard that has rewarded nobody yet: 200", (status, board.get("cycles")) == (200, []), (status, board))


def vouchers(stack, member):
    """Codes of the vouchers a member can use."""
    _, page, _ = stack.call("GET", f"/v1/members/{member}/vouchers")
    return [voucher["code"] for voucher in page.get("vouchers", [])]


def referral(says, stack):
    says.part("A friend was brought, three weeks ago")
    stack.call("POST", "/v1/members", roles="importer", body={"event_id": "E6", "member_id": "m6", "occurred_at": ago(30)})
    status, answer, _ = stack.call("POST", "/v1/members/m6/referral-code", roles="till", body={})
    says("a code to tell: 200", status == 200 and bool(answer.get("code")), (status, answer))
    for what, path, body in [
        ("the friend enrols", "/v1/members", {"event_id": "E7", "member_id": "m7", "occurred_at": ago(20)}),
        ("and names who brought her", "/v1/referrals", {"event_id": "F1", "member_id": "m7", "code": answer.get("code"), "occurred_at": ago(20)}),
        ("and buys", "/v1/purchases", bought("m7", "D7", 3000, occurred_at=ago(19))),
    ]:
        status, done, _ = stack.call("POST", path, roles="importer", body=body)
        says(f"{what}: 201", status == 201, (status, done))
    status, brought, _ = stack.call("GET", "/v1/members/m6/referrals", roles="till")
    says("who brought her sees her: 200", status == 200 and [f["member_id"] for f in brought["friends"]] == ["m7"], (status, brought))


def referral_paid(says, stack):
    status, brought, _ = stack.call("GET", "/v1/members/m6/referrals", roles="till")
    says("the referral is rewarded", status == 200 and [f["state"] for f in brought["friends"]] == ["rewarded"], (status, brought))
    _, card, _ = stack.call("GET", "/v1/members/m6")
    says("with 50 points and a mug for who brought her", card.get("balance_points") == 60 and len(vouchers(stack, "m6")) == 1, card)


def merge(says, stack):
    says.part("Two members become one")
    for member, name, minor in (("m8", "Anna", 1000), ("m9", "Ana", 2000)):
        stack.call("POST", "/v1/members", body={"event_id": f"E-{member}", "member_id": member, "name": name})
        stack.call("POST", "/v1/purchases", body=bought(member, f"G-{member}", minor))
    asked = {"event_id": "M1", "from": "m9", "reason": "duplicate"}
    status, answer, _ = stack.call("POST", "/v1/members/m8/merge", roles="till", body=asked)
    says("not by a till: 403", status == 403, (status, answer))
    status, answer, _ = stack.call("POST", "/v1/members/m8/merge", roles="support", body=asked)
    says("points of both on one card: 201, balance 360", (status, answer.get("balance_points")) == (201, 130 + 230), (status, answer))
    status, again, head = stack.call("POST", "/v1/members/m8/merge", roles="support", body=asked)
    says("the same again: the first answer", status == 201 and head.get("Idempotency-Replayed") == "true" and again == answer, (status, again))
    says("the profile of who went is gone", profile(stack, "m9") is None and profile(stack, "m8") is not None)
    status, answer, _ = stack.call("POST", "/v1/purchases", body=bought("m9", "G2", 500))
    says("the old card buys no more, and says so", status == 409 and answer.get("code") == "member.merged", (status, answer))
    status, answer, _ = stack.call("POST", "/v1/purchases/G-m9/returns", body={"event_id": "Z9", "member_id": "m8"})
    says("what it had bought comes back to the new one: 201", status == 201, (status, answer))


def every_route(says, stack):
    left = stack.never_answered()
    says(f"each of {len(stack.routes())} routes was answered well", not left, left)
