"""An emulated account: ministack as a child process, its clients, and the deployed stack in it.

What it never does: stand in for a part of Merit. Its own departures from AWS are listed in infra/README.md.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3

REGION = "eu-central-1"
PORT = 4566


class Account:
    """Starts with the object, ends with `stop`."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tmp").mkdir(exist_ok=True)
        self.log = folder / "ministack.log"
        env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        env |= {
            "GATEWAY_PORT": str(PORT), "BIND_HOST": "127.0.0.1", "AUTH": "true", "LAMBDA_EXECUTOR": "local",
            "MINISTACK_REGION": REGION, "TMPDIR": str(folder / "tmp"), "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen([sys.executable, Path(__file__).parent / "emulator.py"], env=env, stdout=log, stderr=log)
        os.environ |= {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{PORT}"}
        self.session = boto3.Session("test", "test", region_name=REGION)
        for _ in range(150):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_ministack/health", timeout=1).read()
                break
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(f"ministack ended: {self.log.read_text()[-2000:]}") from None
                time.sleep(0.2)
        else:
            raise RuntimeError("ministack does not answer")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)

    def client(self, service):
        return self.session.client(service)

    def resources(self, stack):
        """Physical id by logical id."""
        pages = self.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in pages}

    def call(self, api, method, path, token=None, body=None, headers=None, plain=None):
        """(status, decoded body, headers) of a request through the HTTP API."""
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
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", method=method, data=data, headers=head)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, decoded(answer.read()), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, decoded(error.read()), error.headers

    def wait(self, seconds, ready):
        """The first true answer of `ready`, or its last."""
        until = time.time() + seconds
        while not (found := ready()) and time.time() < until:
            time.sleep(0.25)
        return found


def decoded(data):
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")


def clean(folder):
    """Removes what an earlier run left."""
    import shutil
    shutil.rmtree(folder, ignore_errors=True)
    return Path(folder)
