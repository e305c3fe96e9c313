"""Runs every gate over infra/template.yaml, then over copies with seeded defects; prints counts.

What it never does: change a file of the project. Exit code 0 only if the template is clean, every exception is
still needed, and every seeded defect was caught by the gate named for it.
"""

import copy
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import costs
import defects
import expand
import general
import own
import yaml

INFRA = Path(__file__).resolve().parent.parent


def main():
    template = expand.read(INFRA / "template.yaml")
    exceptions = yaml.safe_load((INFRA / "exceptions.yaml").read_text(encoding="utf-8"))
    bad = [e for e in exceptions if len(e.get("why", "")) < 40]
    faults = [f"exceptions.yaml: {e['check']} gives no reason" for e in bad]

    with tempfile.TemporaryDirectory() as folder:
        good = expand.expand(copy.deepcopy(template))
        variants = {"template": good}
        caught = {}
        for name, gate, mutant in defects.seeded(template):
            try:
                variants[name] = expand.expand(mutant)
            except expand.Refused:
                caught[name] = {"expand"}
        files = {}
        for name, expanded in variants.items():
            files[name] = Path(folder).resolve() / f"{name}.json"
            files[name].write_text(json.dumps(expanded, indent=1), encoding="utf-8")
        # every gate sees the template; a defect is shown to the gate named for it, or with --defects to all of them
        to_all = "--defects" in sys.argv
        expected = {"template": None, **{name: gate for name, gate, _ in defects.DEFECTS}}
        shown = {gate: [files[n] for n in files if to_all or expected[n] in (None, gate)] for gate in ("cfn-lint", "checkov")}
        linted = general.cfn_lint(shown["cfn-lint"])
        checked = general.checkov(shown["checkov"])

        results = {}
        used = set()
        for name, file in files.items():
            lint, used_lint = general.excuse(linted.get(str(file), set()), exceptions)
            scan, used_scan = general.excuse(checked.get(str(file), set()), exceptions)
            if name == "template":
                used = used_lint | used_scan
                excused = len(linted[str(file)]) + len(checked[str(file)]) - len(lint) - len(scan)
            results[name] = {"cfn-lint": lint, "checkov": scan, "own": own.findings(variants[name])}

    told = (INFRA / "README.md").read_text(encoding="utf-8")
    alarms = own.Template(good).of("AWS::CloudWatch::Alarm").values()
    names = {p["AlarmName"]["Fn::Sub"].removeprefix("merit-${Stage}-") for p in alarms}
    names |= {p["Handler"] for p in own.Template(good).functions.values()}
    faults += [f"README.md does not tell of `{name}`" for name in sorted(names) if f"`{name}`" not in told]

    faults += costs.faults(told)

    clean = results["template"]
    for gate, found in clean.items():
        faults += [f"{gate}: " + " | ".join(str(part) for part in finding) for finding in sorted(found)]
    faults += [f"exceptions.yaml: {e['check']} excuses nothing" for i, e in enumerate(exceptions) if i not in used]

    for name, gate, _ in defects.DEFECTS:
        if name in results:
            caught[name] = {g for g, found in results[name].items() if found - clean[g]}
        if gate not in caught[name]:
            faults.append(f"seeded defect `{name}` passed {gate}; caught by: {', '.join(caught[name]) or 'nobody'}")

    if to_all:
        for name, gate, _ in defects.DEFECTS:
            print(f"  {name:<40} {', '.join(sorted(caught[name]))}")
    kinds = Counter(r["Type"].rsplit("::", 1)[0].removeprefix("AWS::") for r in good["Resources"].values())
    print(f"template: {len(good['Resources'])} resources ({', '.join(f'{n} {k}' for k, n in kinds.most_common(6))}, ...)")
    print(f"cfn-lint: {len(clean['cfn-lint'])} findings; checkov: {len(clean['checkov'])} findings, "
          f"{excused} excused by {len(exceptions)} named exceptions; own: {len(clean['own'])} findings of {len(own.RULES)} rules")
    by_gate = Counter(g for found in caught.values() for g in found)
    print(f"seeded defects: {sum(1 for n, g, _ in defects.DEFECTS if g in caught[n])} of {len(defects.DEFECTS)} caught "
          f"({', '.join(f'{g} {n}' for g, n in by_gate.most_common())})")
    for fault in faults:
        print("FAULT", fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
