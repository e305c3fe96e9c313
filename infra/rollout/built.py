"""Prints the path of the binary that cargo has just built, as cargo itself says it: wherever its target folder is.

    cargo build --bin bootstrap --message-format json-render-diagnostics | python3 infra/rollout/built.py bootstrap

What it never does: guess a path, or build.
"""

import json
import sys


def built(lines, name):
    """The executable `name` among cargo's messages, or None."""
    found = None
    for line in lines:
        if line.startswith("{"):
            message = json.loads(line)
            if message["reason"] == "compiler-artifact" and message["target"]["name"] == name and "bin" in message["target"]["kind"]:
                found = message["executable"]
    return found


if __name__ == "__main__":
    path = built(sys.stdin, sys.argv[1])
    if not path:
        sys.exit(f"cargo built no {sys.argv[1]}")
    print(path)
