"""The general gates over expanded templates: cfn-lint and checkov, many files in one run each.

What it never does: excuse. Excuses are named, with their reason, in exceptions.yaml.
"""

import json
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent


def cfn_lint(files):
    """Findings of cfn-lint per file: {file: {(rule, place, its text)}}. Warnings count."""
    run = subprocess.run(
        [sys.executable, BIN / "cfn-lint", *files, "--regions", "eu-central-1", "--format", "json"],
        capture_output=True, text=True, check=False,
    )
    if run.returncode not in (0, 2, 4, 6, 8, 10, 12, 14):
        raise RuntimeError(f"cfn-lint did not run: {run.stderr}")
    found = {str(file): set() for file in files}
    for match in json.loads(run.stdout or "[]"):
        place = "/".join(str(part) for part in match["Location"]["Path"] or [])
        found[match["Filename"]].add((match["Rule"]["Id"], place, match["Message"]))
    return found


def checkov(files):
    """Findings of checkov per file: {file: {(check, resource, its text)}}."""
    run = subprocess.run(
        [sys.executable, BIN / "checkov", *[word for file in files for word in ("-f", str(file))],
         "--framework", "cloudformation", "--output", "json", "--compact", "--quiet", "--skip-download"],
        capture_output=True, text=True, check=False,
    )
    report = json.loads(run.stdout) if run.stdout.strip() else {}
    if "results" not in report:
        raise RuntimeError(f"checkov did not run: {run.stderr[-500:] or run.stdout[-500:]}")
    found = {str(file): set() for file in files}
    for check in report["results"]["failed_checks"]:
        # a finding inside a resource is reported as Type.Name or Type.Name.part
        name = check["resource"].split(".")[1]
        found[str(Path(check["file_abs_path"]))].add((check["check_id"], name, check["check_name"]))
    return found


def excuse(findings, exceptions):
    """Splits findings into what is left and which exceptions excused something (by index)."""
    left, used = set(), set()
    for finding in findings:
        for index, exception in enumerate(exceptions):
            if exception["check"] == finding[0] and finding[1].split("/")[-1] in exception.get("resources", [finding[1].split("/")[-1]]):
                used.add(index)
                break
        else:
            left.add(finding)
    return left, used
