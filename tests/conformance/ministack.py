"""Starts ministack, runs the tests given on the command line against its DynamoDB, and ends both.

One departure of it from DynamoDB is mended first: a query of a local secondary index for all attributes returns keys
only there, where DynamoDB fetches the items from the table.
What it never does: leave a test out.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PORT = 4566

SERVER = """
import sys
from ministack.services import dynamodb

project = dynamodb._apply_index_projection


def fetch_from_table(item, table, index):
    local = {i["IndexName"] for i in table.get("LocalSecondaryIndexes") or []}
    return item if index in local else project(item, table, index)


dynamodb._apply_index_projection = fetch_from_table
from ministack.app import main

sys.argv[1:] = []
main()
"""


def main(tests, *words):
    folder = Path(tempfile.mkdtemp(prefix="merit-conformance-"))
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    env |= {"GATEWAY_PORT": str(PORT), "BIND_HOST": "127.0.0.1", "TMPDIR": str(folder), "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
    log = folder / "ministack.log"
    with log.open("w") as out:
        server = subprocess.Popen([sys.executable, "-c", SERVER], env=env, stdout=out, stderr=out)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_ministack/health", timeout=1).read()
                break
            except OSError:
                if server.poll() is not None:
                    sys.exit(f"ministack ended:\n{log.read_text()[-2000:]}")
                time.sleep(0.1)
        else:
            sys.exit(f"ministack does not answer:\n{log.read_text()[-2000:]}")
        tested = subprocess.run([tests, *words], env=env | {"MERIT_DYNAMODB": f"http://127.0.0.1:{PORT}"}, check=False)
        if tested.returncode:
            print(f"the server's log: {log}", file=sys.stderr)
        return tested.returncode
    finally:
        server.terminate()
        server.wait(timeout=10)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
