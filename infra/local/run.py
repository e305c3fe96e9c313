"""Deploys into the emulated account and exercises what is deployed; every sentence it prints was checked.

What it never does: reach beyond the namespace it was started in, or end without the reason.
"""

import os
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]  # there is nothing here but loopback

import stack as deployed  # noqa: E402
import deploy  # noqa: E402
import door  # noqa: E402
import grants  # noqa: E402
import journey  # noqa: E402
import patience  # noqa: E402
import triggers  # noqa: E402
from account import Account, Down, fresh  # noqa: E402
from issuer import AUDIENCE, Issuer  # noqa: E402


LOG_LINES = 60  # of the emulator, shown when something went wrong


class Stopped(Exception):
    """Somebody wants this to end, or it took too long."""


def stop_on(signals):
    """As the first process of a namespace we would not even hear of these: the rest would end, and we go on."""
    def stop(number, _):
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        why = f"not done after {patience.RUN_S:.0f} s" if number == signal.SIGALRM else signal.Signals(number).name
        raise Stopped(why)
    for each in signals:
        signal.signal(each, stop)


def main():
    stop_on([signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM])
    if "--keep" not in sys.argv:
        signal.alarm(int(patience.RUN_S))
    artefact = Path(sys.argv[1])
    folder, held = fresh(deployed.INFRA.parent / "target" / "infra-local")
    says, began, account, ended = deployed.Report(), time.monotonic(), None, None
    try:
        says.part(f"Deploy {artefact.name}")
        issuer = Issuer()
        account = Account(folder)
        exercise(says, account, issuer, artefact)
    except (Stopped, Down) as why:
        ended = f"ended: {why}"
    except Exception:  # whatever it was, it is told with the emulator's own words
        ended = traceback.format_exc()
    finally:
        alive = account is not None and account.process.poll() is None
        if account:
            account.stop()
        shutil.rmtree(folder / "tmp", ignore_errors=True)
    log = folder / "ministack.log"
    if ended or says.broke:
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:] if log.exists() else []
        print("\n".join(["", f"The emulator {'was running' if alive else 'had ended'}. The end of its log:", *(f"  | {line[:300]}" for line in lines)]))
    if ended:
        print(f"\n{ended}")
    for sentence in says.broke:
        print(f"did not hold: {sentence}")
    repeated = f"{account.repeated} busy answers repeated, " if account and account.repeated else ""
    print(f"\n{says.held} held, {len(says.broke)} did not, {repeated}{time.monotonic() - began:.0f} s; the emulator's log: {os.path.relpath(log, deployed.INFRA.parent)}")
    held.close()
    sys.exit(1 if says.broke or ended else 0)


def exercise(says, account, issuer, artefact):
    values = {"JwtIssuer": issuer.url, "JwtAudience": AUDIENCE, "AlarmEmail": "nobody@example.com", "Architecture": "x86_64"}
    outputs = deploy.deploy(account.session, deployed.STAGE, str(artefact), values, say=lambda _: None)
    stack = deployed.Stack(account, outputs, issuer)
    says(f"{len(stack.physical)} resources, running {outputs['RunningArtefact']}", bool(stack.physical))
    door.shape(says, stack)
    door.tokens(says, stack)
    journey.main_path(says, stack)
    journey.rewards_and_survey(says, stack)
    journey.referral(says, stack)
    journey.merge(says, stack)
    journey.every_route(says, stack)
    triggers.upload(says, stack)
    triggers.schedules(says, stack)
    triggers.stream(says, stack)
    triggers.poison(says, stack)
    triggers.replay(says, stack)
    grants.compare(says, stack)
    grants.one_too_few(says, stack)
    redeploy(says, stack, artefact, values)
    says.part("Done")
    if "--keep" in sys.argv:
        input("\nrunning; Enter ends it ")


def redeploy(says, stack, artefact, values):
    says.part("Deploy again, and back")
    account = stack.account
    fresh_secret = account.client("secretsmanager").put_secret_value(
        SecretId=stack.physical["Secret"], SecretString="another secret, of this run only, and as long")
    before = stack.secrets()
    try:
        deploy.deploy(account.session, deployed.STAGE, str(artefact),
                      {**values, "LogLevel": "WARN", "SecretVersion": fresh_secret["VersionId"]}, say=lambda _: None)
        after = stack.secrets()
        given = {h for h, name in stack.functions.items() if "MERIT_SECRET" in str(stack.template[name]["Properties"])}
        says(f"the secret: one, with {len(given)} functions and no other; another once its version is named",
             before.keys() == after.keys() == given and [len(set(s.values())) for s in (before, after)] == [1, 1]
             and set(before.values()) != set(after.values()), (before.keys(), given))
        outputs = deploy.deploy(account.session, deployed.STAGE, artefact.name, {"LogLevel": "INFO"}, say=lambda _: None)
        says("an update, then an earlier artefact by its name alone", outputs["RunningArtefact"].endswith(artefact.name), outputs)
    except deploy.Failed as error:
        says("an update, then an earlier artefact by its name alone", False, error)
    stack.tap()
    status, body, _ = stack.call("GET", "/v1/members/m1", roles="support")
    says("the member's card is as it was", status == 200, (status, body))


if __name__ == "__main__":
    main()
