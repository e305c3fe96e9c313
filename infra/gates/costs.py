"""Does the sums of the table of costs in README.md again: every row's arithmetic, and every total.

What it never does: know a price. Prices and counted units stand in the rows.
"""

import re

ROW = re.compile(r"^\| (.+?) \| (.*?) \| (.+?) \|$")


def value(arithmetic):
    """What a row's arithmetic comes to: `1M x (450 + 220 bytes) x 0.50 / GB` with all words but numbers left out."""
    text = re.sub(r"\((?!\d)[^)]*\)", "", arithmetic)  # a remark
    text = re.sub(r"/ GB\b", "/ 1e9", text)
    text = re.sub(r"(\d)M\b", r"\1*1e6", text)
    text = re.sub(r"\b1\*1e6\b", "1e6", text).replace(" x ", " * ")
    text = re.sub(r"(?<![\d.])[A-Za-z][A-Za-z-]*", "", text)
    if not re.fullmatch(r"[\d.e+*/() ]+", text):
        raise ValueError(f"no arithmetic: {arithmetic}")
    return eval(text, {"__builtins__": {}})  # digits and operators only, by the line above


def faults(readme):
    """What does not add up."""
    section = readme.split("## What a million earns cost")[1].split("\n## ")[0]
    total, rows = 0.0, 0
    for line in section.splitlines():
        if not (match := ROW.match(line)) or match[3] in ("USD", "---"):
            continue
        name, arithmetic, told = match[1], match[2].strip(), float(match[3].strip("* "))
        if name.startswith("**"):
            if abs(total - told) > 0.00501:
                yield f"README.md, costs: {name} is {told}, and the rows above add up to {total:.2f}"
            continue
        rows += 1
        if abs(value(arithmetic) - told) > 0.00501:
            yield f"README.md, costs: {name}: {arithmetic} = {value(arithmetic):.4f}, not {told}"
        total = round(total + told, 2)
    if rows < 8:
        yield f"README.md, costs: only {rows} rows were understood"
