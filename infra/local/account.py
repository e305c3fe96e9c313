"""An emulated account: ministack as a child process, its clients, and the deployed stack in it.

What it never does: stand in for a part of Merit. Its own departures from AWS are listed in infra/README.md.
"""

import fcntl
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import patience
from botocore.config import Config

REGION = "eu-central-1"
PORT = 4566
# What a function, the gateway or the emulator says when somebody had no time: nothing is lost, and the caller repeats.
BUSY = {502, 503, 504}

direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Down(Exception):
    """The emulator ended, or never answered; says how."""


class Account:
    """Starts with the object, ends with `stop`."""

    def __init__(self, folder):
        (folder / "tmp").mkdir(parents=True)
        self.log, self.repeated = folder / "ministack.log", 0
        env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        env |= {
            "GATEWAY_PORT": str(PORT), "BIND_HOST": "127.0.0.1", "AUTH": "true", "LAMBDA_EXECUTOR": "local",
            "MINISTACK_REGION": REGION, "TMPDIR": str(folder / "tmp"), "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.2", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        }
        with self.log.open("w") as log:
            # A session of its own: a signal to our process group must reach us and not, past us, the emulator and its
            # functions, for then we would go on talking to nobody.
            self.process = subprocess.Popen(
                [sys.executable, Path(__file__).parent / "emulator.py"], env=env, stdout=log, stderr=log, start_new_session=True)
        os.environ |= {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{PORT}"}
        self.session = boto3.Session("test", "test", region_name=REGION)
        # A deployment makes its own clients of the session.
        self.session._session.set_default_client_config(Config(
            connect_timeout=patience.ANSWER_S, read_timeout=patience.ANSWER_S, retries={"mode": "standard", "total_max_attempts": 4}))
        self.clients = {}
        if not patience.until(self.answers, patience.START_S):
            why = f"no answer in {patience.START_S:.0f} s" if self.process.poll() is None else f"it ended with {self.process.poll()}"
            self.stop()
            raise Down(f"the emulator did not start: {why}")

    def answers(self):
        """Whether it serves; true as well when it has ended, for then there is nothing to wait for."""
        if self.process.poll() is not None:
            raise Down(f"the emulator ended with {self.process.poll()}")
        try:
            with direct.open(f"http://127.0.0.1:{PORT}/_ministack/health", timeout=5) as answer:
                return answer.status == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self):
        """Ends the emulator and the functions it started, gently first."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, sign)
                self.process.wait(timeout=15)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue

    def client(self, service):
        if service not in self.clients:
            self.clients[service] = self.session.client(service)
        return self.clients[service]

    def resources(self, stack):
        """Physical id by logical id."""
        pages = self.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in pages}

    def call(self, api, method, path, token=None, body=None, headers=None, plain=None, once=False):
        """(status, decoded body, headers) of a request through the HTTP API. Repeats a 5xx of a busy machine with the
        same event id, as a till does, unless it is to be asked `once`."""
        head = {"Host": f"{api}.execute-api.localhost:{PORT}", **(headers or {})}
        data = None
        if token:
            head["Authorization"] = f"Bearer {token}"
        if body is not None:
            data = json.dumps(body).encode()
            head["content-type"] = "application/json"
        if plain is not None:
            data = plain
            head["content-type"] = "text/plain"
        for attempt in range(1 if once else patience.REPEATS):
            if attempt:
                self.repeated += 1
                time.sleep(0.5 * attempt)
            request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", method=method, data=data, headers=head)
            try:
                with direct.open(request, timeout=patience.ANSWER_S) as answer:
                    return answer.status, decoded(answer.read()), answer.headers
            except urllib.error.HTTPError as error:
                found = error.code, decoded(error.read()), error.headers
                if error.code not in BUSY:
                    return found
            except (OSError, http.client.HTTPException) as error:
                if self.process.poll() is not None:
                    raise Down(f"the emulator ended with {self.process.poll()}") from error
                found = 0, repr(error), {}
        return found


def decoded(data):
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")


def fresh(parent):
    """(folder of this run alone, its lock). Folders that no run holds any more are removed, but for the newest log."""
    parent.mkdir(parents=True, exist_ok=True)
    ended = [run for run in sorted(parent.iterdir(), key=lambda run: run.stat().st_mtime) if run.is_dir() and lock(run)]
    for run in ended[:-1]:
        shutil.rmtree(run, ignore_errors=True)
    for run in ended[-1:]:
        shutil.rmtree(run / "tmp", ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=time.strftime("%Y%m%dT%H%M%S-"), dir=parent))
    return folder, lock(folder)


def lock(folder):
    """An open file that says that a run lives here; None when another holds it."""
    held = (folder / "lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        return None
    return held
