#!/usr/bin/env python3
"""The second auditor: reads dumps of the table (an item a line, in DynamoDB's notation, as `merit audit --dump` writes
them; an empty line ends a dump) and prints for each a line of JSON: whether it is clean, which members are at fault, why.

It shares no code with the first auditor: it decodes the states' bytes and computes every hash by itself, and follows the
points, lots, holds and sums of each member from entry to entry; what else changes must be something the entry tells. Of
rulebooks it reads hashes and names: calendars, prices and thresholds are the first auditor's alone to judge."""
import base64, collections, functools, hashlib, json, re, sys, time

ACCOUNTS, DAY, EVER = "is ac pe he de re ex cl ad tr".split(), 86_400_000, -(1 << 31)
UNITS, I = ["minute", "hour", "day", "week", "month", "year"], "[A-Za-z0-9_.:-]{1,64}"
EARNS = "purchased occurred celebrated answered scheduled joined referral_paid".split()
# references by kind of change: I is an id, %s what the change itself names
REFS = dict(enrolled="m#", purchased="p#I#", occurred="e#I#", held="d#I#", redeemed="d#I#", returned="p#%s#r#I#",
            captured="d#%s#c#I#", released="d#%s#l#I#", cancelled="d#%s#x#I#", adjusted="j#I#", frozen="z#I#", updated="u#I#",
            erased="x#", joined="f#I#", merged_into="g#I#", merged_from="g#.*", scheduled="k#I#", answered="v#%s#",
            settled="s#%s#", celebrated="[by]#%s#", voucher_moved="w#%s#I#", refused="[pdejwf]#.*", referral_paid="fm#I#",
            referral_rejected="fm#I#", referral_reversed="fm#I#x#")
ATTRIBUTES = {"E": ["ref fmt e s h", "ref fmt e s h gpk gsk"], "P": ["p h", "p h gpk gsk"], "V": ["p h"], "A": ["gpk gsk h"],
              "D": ["due gpk gsk h"]}
# the state in postcard: z and u are varints, signed and unsigned, b a byte, t a text, 6 six bytes, ? an option, * a list
SPEC = ("(zzzzz*((ub)zz?z?z?(uu))*(tzz?t*((ub)zz?z?(uu))b)?(tz?zb?z)*(z(zzz))(zzz)*((tz)z)?z*t*6*(uz)uz"
        "?(bbb?(zz)?z(?t*t)?z)*t*((ub)tz?z?z?t?t*tbbb)?(z?(tzz<()|((tzzzu))|((tzzzu))|((tzzzu)z)|()|(u)>)))")
NAMES = ("enrolled ac pe he de lots holds tier days life counters last badges recent restored closed due standing tags "
         "vouchers referral").split()
sized = lambda data: len(data).to_bytes(8, "big") + data
days_of = lambda at: {at // DAY + d for d in (-1, 0, 1)}  # the local day of a moment is one of these
span = lambda v: v and (v["count"], UNITS.index(v["unit"]))
alloc = lambda a: (tuple(a["l"]), a["n"], a["e"], a.get("a"), a.get("x"), span(a.get("v")))
allocs = lambda x, name: [alloc(a) for a in x.get(name, [])]
points = lambda taken: sum(a[1] for a in taken)
slid = lambda lots, now: [(*a[:4], max(a[4], now[a[0]][4]), a[5]) if a[5] and a[0] in now else a for a in lots]  # how far, calendars know
spend_order = lambda lot: (lot[4] is None, lot[4] or 0, lot[2], lot[0])  # id, rest, earned, pending until, expiry, slides

class Reader:
    def __init__(self, data): self.data, self.at = data, 0
    def raw(self, n):
        self.at += n
        if self.at > len(self.data): raise ValueError("too short")
        return self.data[self.at - n:self.at]
    def u(self, shift=0):
        byte = self.raw(1)[0]
        return (byte & 127) << shift | (self.u(shift + 7) if byte > 127 else 0)
    def z(self): return (lambda n: n >> 1 ^ -(n & 1))(self.u())

LEAF = {"z": Reader.z, "u": Reader.u, "b": lambda r: r.raw(1)[0], "t": lambda r: r.raw(r.u()).decode(), "6": lambda r: r.raw(6)}

def reading(spec, i=0):
    """What reads a value of the notation at `i`, and where the next one begins."""
    if spec[i] in LEAF: return LEAF[spec[i]], i + 1
    if spec[i] in "?*":
        read, end = reading(spec, i + 1)
        return {"*": lambda r: [read(r) for _ in range(r.u())], "?": lambda r: [lambda r: None, read][r.u()](r)}[spec[i]], end
    parts, close, i = [], {"(": ")", "<": ">"}[spec[i]], i + 1
    while spec[i] != close:
        read, i = reading(spec, i + (spec[i] == "|"))
        parts.append(read)
    if close == ")": return lambda r: tuple(part(r) for part in parts), i + 1
    return lambda r: (lambda n: (n, *parts[n](r)))(r.u()), i + 1

READ = reading(SPEC)[0]

@functools.lru_cache(1 << 15)
def state_of(data):
    r = Reader(data)
    if r.raw(2) != b"\1\0": raise ValueError("format")
    s = dict(zip(NAMES, READ(r)))
    if r.at != len(data): raise ValueError("bytes too many")
    s["fe"], s["fs"], s["erased"], s["adjusted"], s["absence"], (s["into"], s["absorbed"]), s["reminded"] = \
        s.pop("standing") or (0, 0, 0, None, None, (None, []), None)
    s["friends"], s["brought"] = s.pop("referral") or (0, None)
    s["sound"] = s["lots"] == sorted(s["lots"], key=spend_order) and all(lot[1] > 0 for lot in s["lots"])
    s["lots"] = {lot[0]: lot for lot in s["lots"]}
    s["holds"] = {h[0]: (*h[1:4], [(*a[:3], None, *a[3:]) for a in h[4]], h[5]) for h in s["holds"]}
    s["vouchers"], s["counters"] = {v[0]: v[1:] for v in s["vouchers"]}, dict(s["counters"])
    day, gaps, s["days"] = 0, s["days"], {}
    for gap, sums in gaps:
        day += gap
        s["days"][day] = sums
    s["due"] = next_due(s) if s["due"] == 1 else s["due"] or None
    return s

def next_due(s):
    due = [s["tier"] and s["tier"][2], *(at for lot in s["lots"].values() for at in lot[3:5]),
           *(hold[1] for hold in s["holds"].values()), *(v[3] or v[2] for v in s["vouchers"].values())]
    stage = s["brought"] and s["brought"][3]
    if stage and stage[0] in (1, 3): due.append(stage[1][3] if stage[0] == 1 else stage[2])
    return min((at for at in due if at is not None), default=None)

@functools.lru_cache(1 << 15)
def entry_of(text):
    e = json.loads(text)
    if json.dumps(e, separators=(",", ":"), ensure_ascii=False) != text: raise ValueError("not as it is written")
    if set(e) - set("n ref fp at on rb due ch ps rd ti".split()): raise ValueError("a field nobody knows")
    return e

@functools.lru_cache(1 << 15)
def fold(before, text, after, source):
    """What an entry says happened must lead from the state before it to the one after it. What is wrong with that, what
    it drew from counters, how many vouchers it issued, and the lots and the debt that left by a merge or came."""
    e, new, was, bad, left, came = entry_of(text), state_of(after), state_of(before or b"\1\0" + bytes(23)), [], None, None
    moved, draws, used = (collections.Counter() for _ in range(3))
    s, at, on = {k: v.copy() if isinstance(v, dict) else v for k, v in was.items()}, e["at"], e.get("on", e["at"])
    kind, x = next(iter(e["ch"].items())) if isinstance(e["ch"], dict) else (e["ch"], {})
    x, lots, holds, event = x if isinstance(x, dict) else {}, s["lots"], s["holds"], e["ref"].split("#")[1]
    awards, freely = [x] if kind == "enrolled" else [x[k] for k in ("wl", "aw") if k in x], {"sound", "days", "due", "tier"}
    def need(ok, what):
        if not ok: bad.append(str(what))
    def shift(a, b, n):
        for account, n in ((a, -n), (b, n)):
            moved[account] += n
            if account in ("ac", "pe", "he", "de"): s[account] += -n if account == "de" else n
    def add(id, n, *more):
        """Adds to a lot, which is opened or closed where need be."""
        lot = lots.pop(id, (id, 0, *more))
        need(lot[1] + n >= 0 and len(lot) > 2, f"{n} to lot {lot}")
        if lot[1] + n: lots[id] = (id, lot[1] + n, *lot[2:])
    def take(taken, to):
        for id, n, *_ in taken: shift("pe" if lots.get(id, (0,) * 4)[3] else "ac", to, n), add(id, -n)
    def activate(of, repaid, id, n, earned, _, *more):
        shift(of, "de", repaid), shift(of, "ac", n - repaid)
        if n > repaid: add(id, n - repaid, earned, None, *more)
    def in_order(n, taken=()):
        for lot in sorted(lots.values(), key=spend_order):
            here = min(n - points(taken), lot[1])
            if here > 0 and not lot[3] and (lot[4] is None or at < lot[4]): taken = (*taken, (lot[0], here, *lot[2:]))
        return list(taken)
    # what time did
    then, timed, named, holding = EVER, set(), set(), {}
    for did, d in (pair for settled in e.get("due", []) for pair in settled.items()):
        need(then <= d["at"] <= at, f"{did} {d}: not due")
        then, n, id = d["at"], d.get("points"), tuple(d.get("lot") or d.get("voucher") or ())
        lot, v = lots.get(id, (id, 0, 0, 0, 0, None)), was["vouchers"].get(id, (None,) * 4)
        if did == "activated":
            need((lot[3], lot[1]) == (then, n), f"{d} was not activated")
            lots.pop(id, None), activate("pe", d.get("repaid", 0), *lot)
        elif did == "expired":
            need(lot[1] == n and (lot[4] == then or then in timed), f"{d} did not expire")
            take([(id, n)], "ex")
        elif did == "timed_out":
            hold = holds.pop(d["redemption"], (0, 0, None, [], 0))
            need((hold[1], points(hold[3])) == (then, n), f"{d} did not time out")
            for a in hold[3]: shift("he", "ac", a[1]), add(*a)
            timed.add(then)
        elif did == "repaid": take([(tuple(d["lot"]), n)], "de")
        elif did.startswith("voucher"):
            need(then == v[3] if did == "voucher_freed" else v[2] and v[2] <= then, f"{d}: not that voucher")
            need((id in new["vouchers"]) <= (did == "voucher_freed") and id not in timed, f"{d} and still there, or twice")
            named.add(id), timed.add(id) if did == "voucher_expired" else None
        elif did == "expiring_soon": freely.add("reminded")
    waits = [t for lot in lots.values() for t in lot[3:5]] + [h[1] for h in holds.values()]
    waits += [v[3] or v[2] for id, v in was["vouchers"].items() if id not in named]
    need(all(t is None or at < t for t in waits), "something was due and is not told")
    # what happened, and whether it may
    of = x.get("id", x.get("sv", x.get("y", e["n"] - 1)))
    pattern = REFS[kind].replace("%s", re.escape(".".join(map(str, of)) if isinstance(of, list) else str(of)))
    need(re.fullmatch(pattern.replace("I#", I + "#"), e["ref"]), f"{e['ref']} is not of {kind}")
    merges, spends = kind == "merged_into" or kind == "merged_from" and "by" in x, kind in ("held", "redeemed")
    frozen = s["erased"] or s["fe"] and (merges or kind in EARNS) or s["fs"] and (merges or spends)
    may = kind in ("settled", "referral_rejected", "referral_reversed") or not (kind != "returned" if s["into"] else frozen)
    need(may and (e["n"] == 1) == (kind == "enrolled" or "wl" in x), f"{kind}: frozen, erased, merged or not enrolled")
    need(on >= s["enrolled"] or kind not in EARNS and not spends, "happened before the enrolment")
    tk, n, index, delta = allocs(x, "tk"), 0 if kind == "enrolled" else x.get("p", 0), 0, [0, 0, 0]
    for aw in awards:
        opened, lines, repaid = aw.get("lo", []), len(x["b"]["l"]) if "b" in x and aw is x["aw"] else 0, aw.get("rp", 0)
        need(sum(o["p"] for o in opened) == aw.get("p", 0) == sum(p for _, p in aw.get("ru", [])), "award, lots, rules differ")
        need(all(f"rule {r}" in source for r, _ in aw.get("ru", [])), "a rule that is not there")
        for o in opened:
            id, share, index = (e["n"], index), o.get("s", []), index + 1
            need(len(share) == lines and (not lines or sum(share) == o["p"] > 0), "shares of lines")
            lot = (id, o["p"], on, o.get("a"), o.get("x"), new["lots"].get(id, [None])[-1])
            here = 0 if lot[3] else min(repaid, o["p"])
            repaid -= here
            if lot[3]: shift("is", "pe", o["p"]), add(*lot)
            else: activate("is", here, *lot)
        delta[1] += aw.get("p", 0)
        used.update(dict(aw.get("li", [])))
        draws.update({"budget:" + name: drawn for name, drawn in aw.get("bu", [])})
        need(not repaid and len({json.dumps(f) for f in aw.get("fx", [])}) == len(aw.get("fx", [])), "debt, or an effect twice")
        for what, tag in (pair for f in aw.get("fx", []) for pair in f.items() if "tag" in f or "untag" in f):
            s["tags"] = ([old for old in s["tags"] if old != tag or what == "tag"] + [tag] * (what == "tag" and tag not in s["tags"]))[-32:]
        s["badges"] = s["badges"] + [b for b in aw.get("ba", []) if b not in s["badges"]]
    if kind == "purchased":
        delta, s["last"] = [sum(line["a"] for line in x["b"]["l"]), delta[1], 1], max(s["last"] or on, on)
        s["lots"] = lots = {lot[0]: lot for lot in slid(lots.values(), new["lots"])}
        for id, h in holds.items(): holds[id] = (*h[:3], slid(h[3], {a[0]: a for a in new["holds"].get(id, h)[3]}), h[4])
    if spends or kind == "adjusted":
        need(in_order(points(tk)) == tk and points(tk) == max(0, n if spends else -n), f"{tk} are not in spend order")
    if kind != "captured": take(tk, {"held": "he", "redeemed": "re", "adjusted": "ad"}.get(kind, "cl"))
    if kind == "held": holds[event] = (on, x["until"], x.get("rw"), tk, new["holds"].get(event, (0,))[-1])
    if kind in ("captured", "released"):
        hold = holds.pop(of, (0, 0, None, [], 0))
        need(points(hold[3]) == points(tk + allocs(x, "rl")) and n == points(tk), "another hold")
        shift("he", "re", n)
    for name, account in (("rl", "he"), ("bk", "re")):
        for a in allocs(x, name):
            over = a[0] not in lots and a[4] is not None and a[4] <= at
            shift(account, "ex" if over else "ac", a[1]), over or add(*a)
    if kind in ("returned", "referral_reversed"):
        lost = n + x.get("fo", 0)
        shift("de", "cl", x.get("ow", 0))
        need(n == points(tk) + x.get("ow", 0) and sum(x.get("cl", [lost])) == lost or not lost, "what was clawed")
        delta = [-sum(line["a"] for line in x.get("l", [])), -lost, -int(x.get("w", False))]
    if kind == "adjusted":
        sum_of_day = abs(n) + (s["adjusted"][1] if s["adjusted"] and s["adjusted"][0] == (new["adjusted"] or (0,))[0] else 0)
        need(new["adjusted"] and new["adjusted"][1] == sum_of_day <= 200_000 and 0 < abs(n) <= 100_000, "above a cap")
        lot = ((e["n"], 0), n, at, None, x.get("x"), new["lots"].get((e["n"], 0), [None])[-1])
        if n > 0: activate("ad", x.get("rp", 0), *lot)
    if kind == "answered":
        need(len({q for q, _ in x.get("an", [])}) == len(x.get("an", [])), "a question answered twice")
        draws[f"survey:{x['sv']}/{x.get('cl', 'answered')}"] += 1
    if kind == "merged_from":
        came = (x["from"], allocs(x["pa"], "lo"), x["pa"].get("de", 0))
        sums = x["pa"].get("li") or {} if merges else x["pa"]["bk"][1] if "bk" in x["pa"] else {}
        delta = [(1 if merges else -1) * sums.get(k, 0) for k in ("spent_minor", "earned_points", "purchases")]
        for index, lot in enumerate(came[1]): shift("tr", "pe" if lot[3] else "ac", lot[1]), add((e["n"], index), *lot[1:])
        shift("de", "tr", came[2])
        s["absorbed"] = s["absorbed"] + ([x["from"]] + x["pa"].get("ab", []) if merges else [])
    take([(tuple(id), n) for id, n in e.get("rd", [])], "de")
    if kind == "merged_into" or kind == "returned" and s["into"]:
        left = (sorted(lots.values(), key=spend_order), s["de"])
        for lot in left[0]: shift("pe" if lot[3] else "ac", "tr", lot[1])
        shift("tr", "de", s["de"]), lots.clear()
    # vouchers: only those that the entry issued, or names, come, go or change
    named |= {tuple(id) for id, _ in x.get("rv", [])} | ({tuple(of)} if kind == "voucher_moved" else set())
    named |= {id for id, v in was["vouchers"].items() if v[4] and v[4] in (x.get("b", {}).get("pd"), kind == "cancelled" and of)}
    issued, back = sum(len(aw.get("rw", [])) for aw in awards) + ("vo" in x), kind in ("returned", "cancelled") or x.get("to") == "cancelled"
    for id in {*was["vouchers"], *new["vouchers"]}:
        v, now = was["vouchers"].get(id), new["vouchers"].get(id)
        need(v == now or (id in named if v else id[0] == e["n"] and id[1] < issued), f"voucher {id} was {v}, is {now}")
        for name, flag in ((0, 7), (5, 8)):
            if v is None or now is None and back and id not in timed: draws[f"stock:{(now or v)[name]}"] += (now or v)[flag] * (1 if now else -1)
    for id in {*was["holds"], *new["holds"]}:
        for st, sign in ((new, 1), (was, -1)):
            if id in st["holds"]: draws[f"stock:{st['holds'][id][2]}"] += sign * st["holds"][id][4]
    if kind == "voucher_moved":
        now = new["vouchers"].get(tuple(of))
        need(tuple(of) in was["vouchers"] and bool(now) == (x["to"] in ("issued", "reserved")) and (not now or now[3] == x.get("u")), x)
        need(("u" in x) == (x["to"] == "reserved"), x)
        draws[f"stock:{x.get('c')}"] += bool(re.search(r"\breward\s+%s\b[^{]*{[^}]*\bstock\s+\d" % x.get("c"), source))
    # the state after it: told, or as before
    freely |= {name for name, kinds in dict(last="merged_from", tags="erased merged_from", badges="merged_from", restored="",
               adjusted="adjusted", absence="scheduled", into="merged_into", friends="referral_paid",
               brought="joined referral_paid referral_rejected referral_reversed").items() if kind in kinds.split()} | {"counters", "vouchers"}
    freely |= ({"restored", "closed"} if "bk" in x else set()) | ({"brought"} if "rf" in x else set()) | ({"last"} if "w" in x else set())
    s["fe"], s["fs"] = (int(x["e"]), int(x["s"])) if kind == "frozen" else (s["fe"], s["fs"])
    s["erased"], s["enrolled"] = int(s["erased"] or kind == "erased"), on if e["n"] == 1 else s["enrolled"]
    s["life"], s["recent"] = tuple(a + b for a, b in zip(s["life"], delta)), (s["recent"] + [hashlib.sha256(e["ref"].encode()).digest()[:6]])[-16:]
    for name in {*s} - freely: need(s[name] == new[name], f"{name} is {new[name]}, should be {s[name]}")
    days = {d: tuple(b - a for a, b in zip(was["days"].get(d, (0, 0, 0)), new["days"].get(d, (0, 0, 0)))) for d in {*was["days"], *new["days"]}
            if was["days"].get(d) != new["days"].get(d) and (d in new["days"] or d > at // DAY - 366)}
    told = [{x["b"]["d"]}] if "b" in x else [{*days}] if kind in ("returned", "merged_from", "referral_reversed") else [days_of(on)]
    need(merges or not days or ({*days} <= told[0] and [*days.values()] == [tuple(delta)]), f"days {days}, not {delta}")
    need(days or not any(delta) or kind in ("returned", "merged_from", "referral_reversed"), f"no day with {delta}")
    for key, now in new["counters"].items():
        more = now - was["counters"].get(key, 0)
        need(more in (0, used.get(key[0])) or merges or key[0].startswith("reward:") or more - used[key[0]] in was["counters"].values(), f"counter {key}")
        draws["members:" + key[0][7:-6]] += key[0].endswith("/place") and key not in was["counters"] and not merges
    for key in {*was["counters"]} - {*new["counters"]}:
        need(key[0].startswith("reward:") or key[1] != EVER and (used or key[1] + 1 < at // DAY), f"counter {key} forgotten")
        draws["members:" + key[0][7:-6]] -= key[0].endswith("/place")
    names, reviewed = [st["tier"] and st["tier"][0] for st in (was, new)], was["tier"] and (was["tier"][2] or at + 1) <= at
    for step in [d["reviewed"]["change"] for d in e.get("due", []) if "reviewed" in d] + [e[k] for k in e if k == "ti"]:
        need(names[0] == step["f"], f"tier {names[0]}, not {step['f']}, changed")
        names[0] = step["t"]
    need(names[0] == names[1] and ("ti" in e or reviewed or was["tier"] == new["tier"]), f"tier {new['tier']} after {was['tier']}")
    due, told = next_due(new), was["due"] if was["due"] and was["due"] > at else None
    own = due if due is not None and (told is None or due < told) else was["due"]
    early = re.search(r"\babsence\b|\bremind\b", source) and new["due"] and (own is None or new["due"] < own)
    need(new["due"] == own or early, f"due {new['due']}, should be {own}")
    need(e.get("ps", []) == [[a, moved[a]] for a in ACCOUNTS if moved[a]], f"postings {e.get('ps')}, moved {dict(moved)}")
    return bad, draws, issued, left, came

def audit(lines):
    """One dump: what is wrong, by partition."""
    bad, parts, books, drawn, codes, pairs = (collections.defaultdict(k) for k in (list, dict, str, collections.Counter, list, list))
    left, came, became, brought, listed, enrolled = {}, {}, {}, {}, set(), {}
    for item in map(json.loads, lines): parts[item["pk"]["S"]][item["sk"]["S"]] = item
    def need(pk, ok, what):
        if not ok: bad[pk].append(str(what))
        return ok
    for pk, items in sorted(parts.items(), key=lambda part: "#M#" in part[0]):
        part = re.fullmatch(f"T#({I})#([RCWJ]|F(?:#{I})?|M#{I})", pk)
        if not need(pk, part or pk == "TENANTS", "no such kind of partition"): continue
        tenant, part = part.groups() if part else ("", "J")
        raw, id = items, part[2:]
        items = {sk: {k: base64.b64decode(v["B"]) if "B" in v else v.get("S", v.get("N")) for k, v in raw[sk].items()} for sk in sorted(raw)}
        for sk, item in items.items():
            if part != "C" and not (id and part[0] == "M" and sk.startswith("E#")):
                all_of = [(k, *kind, item[k]) for k, kind in sorted(raw[sk].items()) if k != "h"]
                sealed = b"".join(sized(v if type(v) is bytes else v.encode()) for three in all_of for v in three)
                need(pk, hashlib.sha256(sealed).digest() == item.get("h"), f"{sk} is not as it was written")
        if part == "R":
            for sk, item in items.items():
                code, about = item.get("bytes", b""), [{k: i.get(k) for k in ("id", "number", "at", "by", "programme")} for i in items.values()]
                name = hashlib.sha256(code[:-32]).hexdigest()
                need(pk, sk[:2] not in ("V#", "N#") or about.count({k: item.get(k) for k in ("id", "number", "at", "by", "programme")}) == 2, f"{sk} in the list")
                if sk.startswith("V#") and need(pk, name == code[-32:].hex() and name[:16] == item["id"] == sk[2:], f"{sk}: other bytes"):
                    books[tenant, name[:16]] = item["source"]
            need(pk, all(sk[:2] == "N#" or (tenant, i.get("id")) in books for sk, i in items.items()), "a rulebook that is not there")
        elif part == "C":
            for sk, item in items.items():
                if need(pk, set(item) == {"pk", "sk", "used"} and re.fullmatch(r"-?\d+", item["used"]), f"counter {sk}"): drawn[tenant][sk] -= int(item["used"])
        elif part == "W":
            for item in items.values(): codes[f"T#{tenant}#M#{item['member']}", item["voucher"]].append(item["origin"])
        elif part[0] == "F" and id: listed |= {(tenant, id, friend) for friend in items}
        elif part[0] == "M":
            wrong = lambda ok, what: need(pk, ok, what)
            seq, chain, before, lost, references, last, found = 0, bytes(32), b"", False, set(), EVER, None
            stamp = lambda at: time.strftime(f"T#{tenant}#D#%Y-%m-%d %H:%M#{id}", time.gmtime(at // 1000)).split()
            yearly = lambda kind, day: [time.strftime(f"T#{tenant}#{kind}#%m-%d", time.gmtime(day * 86_400)), id]
            keys = lambda item: [item[k] for k in ("gpk", "gsk") if k in item]
            known = {sk: item for sk, item in items.items() if wrong(re.fullmatch(r"[PAD]|V#.+|E#\d{12}", sk), f"{sk}: no such item")}
            for sk, item in known.items(): wrong({*item} - {"pk", "sk"} in [{*a.split()} for a in ATTRIBUTES[sk[0]]], f"{sk} has {[*item]}")
            for sk, item in [(sk, item) for sk, item in known.items() if sk[0] == "E"]:
                follows, seq, was, chain = int(sk[2:]) == seq + 1, int(sk[2:]), chain, item.get("h")
                wrong(follows, f"{sk} does not follow")
                text, after = item.get("e", ""), item.get("s", b"")
                own = (was or b"") + sized(pk.encode()) + seq.to_bytes(8, "big") + sized(text.encode()) + sized(after)
                wrong(not follows or was is None or hashlib.sha256(own).digest() == chain, f"{sk}: another hash")
                try: e, s = entry_of(text), state_of(after)
                except Exception as error:
                    lost = wrong(False, f"{sk}: {error}") or True
                    continue
                wrong(item["fmt"] == "1" and e["n"] == seq and e["ref"] == item["ref"] and e["ref"] not in references, f"{sk}: number, format, reference")
                wrong(last <= e["at"] and sum(n for _, n in e.get("ps", [])) == 0, f"{sk}: time or postings")
                references.add(e["ref"])
                lots = s["lots"].values()
                sums = [sum(lot[1] for lot in lots if not lot[3]), sum(lot[1] for lot in lots if lot[3]), sum(points(h[3]) for h in s["holds"].values())]
                wrong(sums == [s["ac"], s["pe"], s["he"]] and s["sound"] and min(s["de"], *sums) >= 0 == s["de"] * s["ac"], f"{sk}: lots and balances")
                news = bool(keys(item)) if lost else s["due"] != (state_of(before)["due"] if before else None)
                wrong(keys(item) == (stamp(s["due"]) if s["due"] and news else []), f"{sk}: when she falls due")
                source, kind = books.get((tenant, e["rb"])), next(iter(e["ch"].items())) if isinstance(e["ch"], dict) else (e["ch"], {})
                wrong(source is not None, f"{sk}: no such rulebook")
                if source is not None and follows:
                    found = found or seq == 1 and [yearly("A", day) for day in days_of(e.get("on", e["at"]))]
                    enrolled[tenant, id] = s["enrolled"], id
                    if kind[0] == "joined": brought[tenant, id] = kind[1]["by"]
                    if kind[0].startswith("referral"):
                        pairs[tenant, e["ref"]].append((kind[1]["r"], {kind[1]["r"]: id, "other": kind[1]["o"]}, kind[0], kind[1].get("w")))
                    if not lost:
                        faults, draws, issued, gave, got = fold(before, text, after, source)
                        for fault in faults: wrong(False, f"{sk}: {fault}")
                        drawn[tenant].update(draws)
                        for n in range(issued): codes[pk, f"{seq}.{n}"].insert(0, [e["ref"]])
                        if kind[0] == "merged_into": became[tenant, id] = kind[1]["into"]
                        if gave: left[tenant, id, e["ref"]] = [a[1:] for a in gave[0]], gave[1]
                        if got:
                            ref = e["ref"] if "by" in kind[1] else e["ref"].removeprefix(f"g#{got[0]}#")
                            came.setdefault((tenant, got[0], ref), []).append(([a[1:] for a in got[1]], got[2], id))
                lost, before, last = False, after, max(last, e["at"])
            if found or not seq: wrong(keys(known.get("A", {})) in (found or [[]]), "where anniversaries are found")
            erased = before and state_of(before)["erased"]
            for sk, item in known.items():
                try:
                    words = json.loads(item["p"]) if sk[0] in "PV" else {}
                    wrong(not words or seq and not erased and (sk == "P" or f"v#{sk[2:]}#" in references and all(type(w) is str for w in words.values())), f"{sk} of nobody")
                    if sk == "P": wrong(keys(item) == ([] if words.get("birthday") is None else yearly("B", words["birthday"])), "a birthday elsewhere")
                    if sk == "D": wrong(stamp(int(item["due"])) == keys(item), "a reminder elsewhere")
                except Exception as error: wrong(False, f"{sk}: {error}")
    for (pk, voucher), said in codes.items():
        need(pk, len(said) == 2 and said[0] == [said[1]], f"codes of voucher {voucher}: {said}")
    for tenant, counters in drawn.items():
        for name, n in counters.items(): need(f"T#{tenant}#C", not n or not name.split(":")[-1] or name.endswith(":None"), f"counter {name} is off by {-n}")
    for key in {*left, *came}:
        tenant, id, _ = key
        path, got = [id], came.get(key, [])
        while (tenant, path[-1]) in became and len(path) < 99: path.append(became[tenant, path[-1]])
        need(f"T#{tenant}#M#{id}", len(got) == 1 and key in left and got[0][:2] == left[key] and got[0][2] in path[1:], f"left {left.get(key)}, came {got}")
    for (tenant, ref), sides in pairs.items():
        friend, roles = ref.split("#")[1], sorted((role, who["other"], what, why) for role, who, what, why in sides)
        by = brought.get((tenant, friend))
        fine = len(sides) == 2 and [r[:2] for r in roles] == [("friend", by), ("referrer", friend)] and roles[0][2:] == roles[1][2:]
        need(f"T#{tenant}#M#{friend}", fine and {who.get(role) for role, who, *_ in sides} == {friend, by}, f"{ref}: {sides}")
    for (tenant, friend), by in brought.items():
        need(f"T#{tenant}#M#{friend}", (tenant, by, friend) in listed and enrolled.get((tenant, by), (1 << 63,)) < enrolled[tenant, friend], f"brought by {by}")
    for tenant, by, friend in listed: need(f"T#{tenant}#M#{friend}", brought.get((tenant, friend)) == by, f"{by} did not bring her")
    return bad

if __name__ == "__main__":
    dump, status = [], 0
    for line in [*open(sys.argv[1]), ""] if sys.argv[1:] else sys.stdin:
        if line.strip(): dump.append(line)
        elif dump:
            bad, dump = audit(dump), []
            members = sorted(pk for pk in bad if "#M#" in pk)
            print(json.dumps({"clean": not bad, "members": members, "why": {pk: why[:3] for pk, why in bad.items()}}), flush=True)
            status |= bool(bad)
    sys.exit(status)
