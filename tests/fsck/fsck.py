#!/usr/bin/env python3
"""The second auditor: reads dumps of the table (an item a line, in DynamoDB's notation, as `merit audit --dump` writes
them; an empty line ends a dump) and prints for each a line of JSON: whether it is clean, which members are at fault, why.

It shares no code with the first auditor: it reads the stored bytes (`stored.py`), computes every hash, and follows the
points, lots, holds and sums of each member from entry to entry; what else changes must be something the entry tells. Of
rulebooks it reads hashes and names: calendars, prices and thresholds are the first auditor's alone to judge."""
import base64, collections, functools, hashlib, json, re, sys, time
from stored import ATTRIBUTES, I, REFS, UNITS, allocs, entry_of, is_as_written, next_due, points, said, spend_order, state_of
ACCOUNTS, DAY, EVER = "is ac pe he de re ex cl ad tr".split(), 86_400_000, -(1 << 31)
EARNS, SUMS = "purchased occurred celebrated answered scheduled joined referral_paid".split(), "spent_minor earned_points purchases".split()
# kinds of change at which a field of the state may become what this auditor cannot know
FREE = dict(adjusted="adjusted", absence="scheduled", into="merged_into", friends="referral_paid", brought="joined referral_paid referral_rejected referral_reversed")
LEAST = dict(zip(UNITS, (60_000, 3_600_000, DAY, 7 * DAY, 28 * DAY, 365 * DAY)))  # how long a unit is, in milliseconds
MOST = LEAST | {"month": 31 * DAY, "year": 366 * DAY}
sized = lambda data: len(data).to_bytes(8, "big") + data
days_of = lambda at: {at // DAY + d for d in (-1, 0, 1)}  # the local day of a moment is one of these
slid = lambda lots, now: [(*a[:4], max(a[4], now[a[0]][4]), a[5]) if a[5] and a[0] in now else a for a in lots]  # calendars know how far
minus = lambda a, b: tuple(x - y for x, y in zip(a or (0, 0, 0), b or (0, 0, 0)))
def estate(days, life, counters, badges, tags, happened, arms, lifts, last, absorbed):
    """What a member who becomes another hands over beside lots and debt, in one form."""
    return (sorted(days.items()), life, sorted(counters.items()), badges, tags, {k: (sorted(d.items()), n) for k, (d, n) in happened.items()},
            sorted(arms.items()), [tuple(lift) for lift in lifts], last, absorbed)

@functools.lru_cache(1 << 15)
def fold(before, text, after, source):
    """What an entry says happened must lead from the state before it to the one after it. What is wrong with that, what
    it drew from counters, how many vouchers it issued, and the lots and the debt that left by a merge or came."""
    e, new, was, bad, left, came = entry_of(text), state_of(after), state_of(before or b"\1\0" + bytes(23)), [], None, None
    moved, draws, used, (kind, x), at, on = *(collections.Counter() for _ in range(3)), said(e), e["at"], e.get("on", e["at"])
    x, s, event = x if isinstance(x, dict) else {}, {k: v.copy() if isinstance(v, dict) else v for k, v in was.items()}, e["ref"].split("#")[1]
    lots, holds, awards = s["lots"], s["holds"], [x] if kind == "enrolled" else [x[k] for k in ("wl", "aw") if k in x]
    free = {"sound", "days", "due", "tier", "counters", "vouchers", "happened", "arms"} | {name for name, kinds in FREE.items() if kind in kinds.split()}
    def need(ok, *what):
        if not ok: bad.append(str(what))
    def shift(a, b, n):
        for account, n in ((a, -n), (b, n)):
            moved[account] += n
            if account in ("ac", "pe", "he", "de"): s[account] += -n if account == "de" else n
    def add(id, n, *more):
        """Adds to a lot, which is opened or closed where need be."""
        lot = lots.pop(id, (id, 0, *more))
        if more: lot = (*lot[:4], lot[4] and more[2] and max(lot[4], more[2]), lot[5])  # the latest that was promised
        need(lot[1] + n >= 0 and len(lot) > 2, n, "to lot", lot)
        if lot[1] + n: lots[id] = (id, lot[1] + n, *lot[2:])
    def take(taken, to):
        for id, n, *told in taken:  # what is told of a lot is what it is
            lot = lots.get(id, (id, 0, 0, 0, 0, None))
            need(not told or (told[0], *told[2:]) == (lot[2], *lot[4:]), "taken from", id, told, lot)
            shift("pe" if lot[3] else "ac", to, n), add(id, -n)
    def activate(of, repaid, id, n, earned, _, *more):
        shift(of, "de", repaid), shift(of, "ac", n - repaid)
        if n > repaid: add(id, n - repaid, earned, None, *more)
    def in_order(n, taken=()):
        for lot in sorted(lots.values(), key=spend_order):
            here = min(n - points(taken), lot[1])
            if here > 0 and not lot[3] and (lot[4] is None or at < lot[4]): taken = (*taken, (lot[0], here, *lot[2:]))
        return list(taken)
    then, timed, named, grown = EVER, set(), set(), {}  # what time did
    need(len({*map(json.dumps, e.get("due", []))}) == len(e.get("due", [])), "a settlement twice")
    for did, d in (pair for settled in e.get("due", []) for pair in settled.items()):
        ok, then, n, id = then <= d["at"] <= at, d["at"], d.get("points"), tuple(d.get("lot") or d.get("voucher") or ())
        lot, v = lots.get(id, (id, 0, 0, 0, 0, None)), was["vouchers"].get(id, (None,) * 4)
        if did == "activated":
            ok &= (lot[3], lot[1]) == (then, n)
            lots.pop(id, None), activate("pe", d.get("repaid", 0), *lot)
        elif did == "expired":
            ok &= lot[1] == n and (lot[4] == then or then in timed)
            take([(id, n)], "ex")
        elif did == "timed_out":
            hold = holds.pop(d["redemption"], (0, 0, None, [], 0))
            ok &= (hold[1], points(hold[3])) == (then, n)
            for a in hold[3]: shift("he", "ac", a[1]), add(*a)
            timed.add(then)
        elif did == "repaid": take([(tuple(d["lot"]), n)], "de")
        elif did == "voucher_freed": ok, named = ok and then == v[3] and id not in named, named | {id}
        elif did == "voucher_expired":
            ok = ok and v[2] and v[2] <= then and id not in new["vouchers"] and id not in timed
            timed, named = timed | {id}, named | {id}
        elif did == "lift_ended":
            over = [lift for lift in s["lifts"] if lift[:2] == (then, d["tier"])]
            ok, s["lifts"] = ok and over, [lift for lift in s["lifts"] if lift != over[:1][0]] if over else s["lifts"]
        elif did == "expiring_soon": free.add("reminded")
        need(ok, did, d)
    waits = [v[2] if id in named else v[3] or v[2] for id, v in was["vouchers"].items() if id not in timed] + [h[1] for h in holds.values()]
    waits += [lift[0] for lift in s["lifts"]]
    need(all(t is None or at < t for t in sum((lot[3:5] for lot in lots.values()), (*waits,))), "something was due and is not told")
    of = x.get("id", x.get("sv", x.get("y", e["n"] - 1)))  # what happened, and whether it may
    pattern = REFS[kind].replace("%s", re.escape(".".join(map(str, of)) if isinstance(of, list) else str(of)))
    need(re.fullmatch(pattern.replace("I#", I + "#"), e["ref"]), e["ref"], "is not of", kind)
    merges, spends = kind == "merged_into" or kind == "merged_from" and "by" in x, kind in ("held", "redeemed")
    frozen = s["erased"] or s["fe"] and (merges or kind in EARNS) or s["fs"] and (merges or spends)
    may = kind in ("settled", "referral_rejected", "referral_reversed") or not (kind != "returned" if s["into"] else frozen)
    need(may and (e["n"] == 1) == (kind == "enrolled" or "wl" in x) and (on >= s["enrolled"] or kind not in EARNS), kind, "when it may not")
    undone, steps, keeps = {}, [], re.search(r"\brefund\s+keep\b", source)
    tk, n, index, delta = allocs(x, "tk"), 0 if kind == "enrolled" else x.get("p", 0), 0, (0, 0, 0)
    ladder = re.findall(r"([\w-]+)\s+(?:always|from)\b", (re.search(r"\btiers\s*{([^}]*)", re.sub("#.*", "", source)) or ["", ""])[1])
    held = [d["reviewed"]["change"].get("t") for d in e.get("due", []) if "reviewed" in d][-1:] or [was["tier"] and was["tier"][0]]
    held += [e["ti"].get("t")] if "wl" in x and "ti" in e else []  # a welcome may have raised who is new
    for aw in awards:
        need(aw.get("tb") in [tier if tier in ladder[1:] else None for tier in held], "tier before", aw.get("tb"))
        opened, lines, repaid = aw.get("lo", []), len(x["b"]["l"]) if "b" in x and aw is x["aw"] else 0, aw.get("rp", 0)
        need(sum(o["p"] for o in opened) == aw.get("p", 0) == sum(p for _, p in aw.get("ru", [])), "award, lots, rules differ")
        steps = sum(n for k, n in aw.get("li", []) if k.startswith(("every:", "challenge:")) and "/points/" in k)  # of no line
        need(not lines or sum(o["p"] for o in opened if not o.get("s")) == steps or keeps, "points of no line")
        for o in opened:
            id, share, index, here = (e["n"], index), o.get("s", []), index + 1, 0 if "a" in o else min(repaid, o["p"])
            need(len(share) == lines and (not lines or sum(share) == o["p"] > 0) or not share and (steps or keeps), "shares of lines")
            lot, repaid = (id, o["p"], on, o.get("a"), o.get("x"), new["lots"].get(id, [None])[-1]), repaid - here
            if lot[3]: shift("is", "pe", o["p"]), add(*lot)
            else: activate("is", here, *lot)
        delta = (0, delta[1] + aw.get("p", 0), 0)
        for name, n in aw.get("hl", []): need(re.fullmatch(r"household:%s/[^/]+/(times|points|money)/household/.*" % re.escape(was["household"] or "#"), name) and n > 0, "household", name)
        for to, name, n in [("", *drawn) for drawn in aw.get("hl", [])] + [("budget:", *drawn) for drawn in aw.get("bu", [])]: draws[to + name] += n
        for key, n in aw.get("li", []): used[key] += n
        known = all(f"rule {r}" in source or f"challenge {r}" in source for r, _ in aw.get("ru", []))
        need(not repaid and known and len({*map(json.dumps, aw.get("fx", []))}) == len(aw.get("fx", [])), "debt, rules or effects")
        for what, tag in (pair for f in aw.get("fx", []) for pair in f.items() if "tag" in f or "untag" in f):
            s["tags"] = ([old for old in s["tags"] if old != tag or what == "tag"] + [tag] * (what == "tag" and tag not in s["tags"]))[-32:]
        asked = [f["lift"] for f in aw.get("fx", []) if "lift" in f]  # which lifts there are: calendars know until when
        fits = lambda lift, one: lift[1] == one["tier"] and (one["for"]["count"] * LEAST[one["for"]["unit"]] - DAY
                                                             <= lift[0] - on <= one["for"]["count"] * MOST[one["for"]["unit"]] + DAY)
        opened = [lift for lift in new["lifts"] if lift[3] == e["n"] and any(fits(lift, one) for one in asked)]
        need(all(lift[0] > at and lift[2] == on for lift in opened), "lifts", opened)
        for one in asked:
            over = on + one["for"]["count"] * LEAST[one["for"]["unit"]] - DAY <= at or len(new["lifts"]) == 16
            need(over or any(fits(lift, one) for lift in opened), "no lift", one)
        s["lifts"] = sorted({*s["lifts"], *opened})[-16:]
        s["badges"] = s["badges"] + [b for b in aw.get("ba", []) if b not in s["badges"]]
    need(kind != "joined" or new["brought"] and (new["brought"][0], new["brought"][2]) == (x["by"], x["until"]), "who brought her", x)
    if kind == "scheduled":
        ranks = re.search(r"\brule\s+%s\b[^{]*{(?:(?!\n}).)*?\brank\s+(\d+)(?:\s+to\s+(\d+))?" % re.escape(x["k"].partition(".")[2]), source, re.S)
        need(not ranks and "pl" not in x or ranks and "pl" in x and int(ranks[1]) <= x["pl"]["r"] <= int(ranks[2] or ranks[1]) and x["pl"]["s"] > 0, "place", x)
    if kind == "purchased":
        delta, s["last"] = (sum(line["a"] for line in x["b"]["l"]), delta[1], 1), max(s["last"] or on, on)
        s["lots"] = lots = {lot[0]: lot for lot in slid(lots.values(), new["lots"])}
        for id, h in holds.items(): holds[id] = (*h[:3], slid(h[3], {a[0]: a for a in new["holds"].get(id, h)[3]}), h[4])
    for a, account in [(a, "he") for a in allocs(x, "rl")] + [(a, "re") for a in allocs(x, "bk")]:
        over = a[0] not in lots and a[4] is not None and a[4] <= at
        shift(account, "ex" if over else "ac", a[1]), over or add(*a)
    if spends or kind == "adjusted": need(in_order(points(tk)) == tk and points(tk) == max(0, n if spends else -n), "spend order", tk)
    if kind != "captured": take(tk, {"held": "he", "redeemed": "re", "adjusted": "ad"}.get(kind, "cl"))
    if kind == "held": holds[event] = (on, x["until"], x.get("rw"), tk, new["holds"].get(event, (0,))[-1])
    if kind in ("captured", "released"):
        hold = holds.pop(of, (0, 0, None, [], 0))
        shift("he", "re", n), need(points(hold[3]) == points(tk + allocs(x, "rl")) and n == points(tk), "another hold")
    if kind in ("returned", "referral_reversed"):
        lost, steps = n + x.get("fo", 0), x.get("ms", [])
        of_steps = sum(m.get("p", 0) for m in steps)
        shift("de", "cl", x.get("ow", 0))
        need(n == points(tk) + x.get("ow", 0) and sum(x.get("cl", [lost - of_steps])) + of_steps == lost or not lost, "clawed")
        undone = {(m["k"].replace("/times/", "/points/"), m["d"]): -m["p"] for m in steps if m.get("p")} | {(m["k"], m["d"]): -m["n"] for m in steps}
        delta = (-sum(line["a"] for line in x.get("l", [])), -lost, -int(x.get("w", False)))
        gone = [lift for lift in s["lifts"] if lift not in new["lifts"]]
        fell = {lift[3:] for lift in gone}
        need([lift[1] for lift in gone] == x.get("lf", []) and (not gone or len(fell) == 1 and not fell & {l[3:] for l in new["lifts"]} and not gone[0][4]), "lifts", gone)
        s["lifts"] = [lift for lift in s["lifts"] if lift not in gone]
    if kind == "adjusted":
        sum_of_day = abs(n) + (s["adjusted"][1] if s["adjusted"] and s["adjusted"][0] == (new["adjusted"] or (0,))[0] else 0)
        need(new["adjusted"] and new["adjusted"][1] == sum_of_day <= 200_000 and 0 < abs(n) <= 100_000, "above a cap")
        if n > 0: activate("ad", x.get("rp", 0), (e["n"], 0), n, at, None, x.get("x"), new["lots"].get((e["n"], 0), [None])[-1])
    need(kind != "answered" or len(dict(x.get("an", []))) == len(x.get("an", [])), "a question answered twice")
    draws[f"survey:{x.get('sv')}/{x.get('cl', 'answered')}"] += kind == "answered"
    if kind == "merged_from":
        pa, came = x["pa"], (x["from"], allocs(x["pa"], "lo"), x["pa"].get("de", 0))
        delta = minus([(pa.get("li") or {}).get(k, 0) if merges else 0 for k in SUMS], [pa["bk"][1][k] for k in SUMS] if "bk" in pa else None)
        sums = lambda d: tuple((d or {}).get(k, 0) for k in SUMS)
        came += (merges and estate({d["day"]: sums(d["sums"]) for d in pa.get("dy", [])}, sums(pa.get("li")), {(c["key"], c["period"]): c["used"] for c in pa.get("co", [])},
                                   pa.get("ba", []), pa.get("tg", []), {h["k"]: (dict(map(tuple, h["d"])), h["t"]) for h in pa.get("hp", [])},
                                   {o["e"]: o["a"] for o in pa.get("xp", [])}, [(lift["u"], lift["t"], lift["s"], lift["n"], int(lift["k"])) for lift in pa.get("lf", [])],
                                   pa.get("lp"), pa.get("ab", [])),)
        for index, lot in enumerate(came[1]): shift("tr", "pe" if lot[3] else "ac", lot[1]), add((e["n"], index), *lot[1:])
        shift("de", "tr", came[2])
        came_up = [(lift["u"], lift["t"], lift["s"], e["n"], 1) for lift in pa.get("lf", [])]
        s["lifts"] = sorted({*s["lifts"], *came_up})[-16:]
        s["absorbed"] = s["absorbed"] + ([x["from"]] + pa.get("ab", []) if merges else [])
        s["last"] = max(s["last"] or EVER, pa["lp"]) if pa.get("lp") else s["last"]
        for name, more in (("badges", pa.get("ba", [])), ("tags", pa.get("tg", []))):
            s[name] = s[name] + [one for one in more if one not in s[name]][:32 - len(s[name]) if name == "tags" else None]
        grown = {(c["key"], c["period"]): c["used"] for c in pa.get("co", [])}
    take([(tuple(id), n) for id, n in e.get("rd", [])], "de")
    if kind == "merged_into" or kind == "returned" and s["into"]:
        whole = kind == "merged_into" and estate(was["days"], s["life"], was["counters"], s["badges"], s["tags"], was["happened"], was["arms"],
                                                 s["lifts"], s["last"], s["absorbed"])
        left = ([lot[1:] for lot in sorted(lots.values(), key=spend_order)], s["de"], whole)
        for lot in lots.values(): shift("pe" if lot[3] else "ac", "tr", lot[1])
        shift("tr", "de", s["de"]), lots.clear()
        s["lifts"] = []
    # vouchers: only those that the entry issued, or names, come, go or change
    named |= {tuple(id) for id, _ in x.get("rv", [])} | ({tuple(of)} if kind == "voucher_moved" else set())
    named |= {id for id, v in was["vouchers"].items() if v[4] and v[4] in (x.get("b", {}).get("pd"), kind == "cancelled" and of)}
    issued, back = sum(len(aw.get("rw", [])) for aw in awards) + ("vo" in x), kind in ("returned", "cancelled") or x.get("to") == "cancelled"
    for id in {*was["vouchers"], *new["vouchers"]}:
        v, now = was["vouchers"].get(id), new["vouchers"].get(id)
        need(v == now or (id in named if v else id[0] == e["n"] and id[1] < issued), "voucher", id, "was", v, "is", now)
        for name, flag in ((0, 7), (5, 8)):
            if v is None or now is None and back and id not in timed: draws[f"stock:{(now or v)[name]}"] += (now or v)[flag] * (1 if now else -1)
    for st, sign in ((new, 1), (was, -1)):
        for h in st["holds"].values(): draws[f"stock:{h[2]}"] += sign * h[4]
    if kind == "voucher_moved":
        now = new["vouchers"].get(tuple(of))
        need(tuple(of) in was["vouchers"] and bool(now) == (x["to"] in ("issued", "reserved")) and (not now or now[3] == x.get("u")), x)
        need(("u" in x) == (x["to"] == "reserved"), x)
        draws[f"stock:{x.get('c')}"] += bool(re.search(r"\breward\s+%s\b[^{]*{[^}]*\bstock\s+\d" % x.get("c"), source))
    # the state after it: told, or as before
    free |= {name for name, key in (("restored", "bk"), ("closed", "bk"), ("brought", "rf"), ("last", "w")) if key in x and kind != "cancelled"}
    need("w" not in x or (new["last"] or EVER) <= (was["last"] or EVER), "last", new["last"], was["last"])
    s["tags"] = [] if kind == "erased" else s["tags"]
    s["household"] = None if kind == "erased" else x.get("ho", s["household"]) or None if kind == "updated" else s["household"]
    s["fe"], s["fs"] = (int(x["e"]), int(x["s"])) if kind == "frozen" else (s["fe"], s["fs"])
    s["erased"], s["enrolled"] = int(s["erased"] or kind == "erased"), on if e["n"] == 1 else s["enrolled"]
    s["life"], s["recent"] = minus(s["life"], minus(None, delta)), (s["recent"] + [hashlib.sha256(e["ref"].encode()).digest()[:6]])[-16:]
    for name in {*s} - free: need(s[name] == new[name], name, "is", new[name], "should be", s[name])
    days = {d: minus(new["days"].get(d), was["days"].get(d)) for d in {*was["days"], *new["days"]}
            if was["days"].get(d) != new["days"].get(d) and (d in new["days"] or d > at // DAY - 366)}
    told = {}  # arms of experiments: told once, and as before for as long as they are known
    for one in [one for aw in awards for one in aw.get("ar", [])] + x.get("pa", {}).get("xp", []): told.setdefault(one["e"], one["a"])
    met = {**told, **was["arms"]}
    need({*new["arms"].items()} <= {*met.items()} and all(name in new["arms"] or f"experiment {name}" not in source for name in met), "arms", met, new["arms"])
    need("pa" in x or all(was["arms"].get(name, arm) == arm for name, arm in told.items()), "another arm than before", told)
    brought = {h["k"]: (dict(map(tuple, h["d"])), h["t"]) for h in x.get("pa", {}).get("hp", [])}
    for k in {*was["happened"], *new["happened"], *brought}:  # counts of events: one more of what happened, or those that came
        (a, a_all), (b, b_all), (c, c_all), kept = *((m.get(k, ({}, 0))) for m in (was["happened"], new["happened"], brought)), at // DAY - 366
        more = b_all - a_all - c_all
        by_day = {d: b.get(d, 0) - a.get(d, 0) - c.get(d, 0) for d in {*a, *b, *c} if d in b or d > kept}
        ours = f"member.events.{k}" in source and k in (x.get("k"), f"{x.get('sv')}.answered")
        need(k not in new["happened"] and not {d for d in a if d > kept} or more in (0, ours) and {d: n for d, n in by_day.items() if n} in [{d: 1} for d in days_of(on) if more] + [{}] * (not more), "events", k, a, b)
    late = kind in ("returned", "merged_from", "referral_reversed")
    told = {*days} <= ({x["b"]["d"]} if "b" in x else {*days} if late else days_of(on)) and ([*days.values()] == [delta] or steps and days and (*map(sum, zip(*days.values())),) == delta)
    came_days = {c["day"]: tuple(c["sums"][k] for k in SUMS) for c in x.get("pa", {}).get("dy", [])}
    came_days = {d: sums for d, sums in came_days.items() if any(sums) and (d in new["days"] or d > at // DAY - 366)}
    need({d: sums for d, sums in days.items() if any(sums)} == came_days if merges else told or not days and (late or not any(delta)), "days", days, "not", delta)
    renamed = lambda key: [n for k, n in was["counters"].items() if k[1] == key[1] and k not in new["counters"]]  # counts go along
    for key in {*was["counters"], *new["counters"]}:
        a, b, place = was["counters"].get(key, 0), new["counters"].get(key, 0), key[0].endswith("/place") and not merges
        fine = b - a in (grown.get(key, 0), used.get(key[0]), undone.get(key)) or key[0].startswith("reward:") or b - a - used[key[0]] in renamed(key)
        need(fine if key in new["counters"] or a and a + undone.get(key, a) == 0 else key[0].startswith("reward:") or key[1] != EVER and (used or key[1] + 1 < at // DAY), "limit", key, a, b)
        draws["members:" + key[0][7:-6]] += place * (bool(b) - bool(a))
    names, reviewed = [st["tier"] and st["tier"][0] for st in (was, new)], was["tier"] and (was["tier"][2] or at + 1) <= at
    for step in [d["reviewed"]["change"] for d in e.get("due", []) if "reviewed" in d] + [e[k] for k in e if k == "ti"]:
        need(names[0] == step["f"], "tier", names[0], step)
        names[0] = step["t"]
    need(names[0] == names[1] and ("ti" in e or reviewed or was["tier"] == new["tier"]), "tier", new["tier"], "after", was["tier"])
    due, told = next_due(new), was["due"] if was["due"] and was["due"] > at else None
    own = due if due is not None and (told is None or due < told) else was["due"]
    early = re.search(r"\babsence\b|\bremind\b", source) and new["due"] and (own is None or new["due"] < own)
    need(new["due"] == own or early, "due", new["due"], own)
    need(e.get("ps", []) == [[a, moved[a]] for a in ACCOUNTS if moved[a]], "postings", e.get("ps"), "moved", dict(moved))
    return bad, draws, issued, left, came and (came[0], [lot[1:] for lot in came[1]], *came[2:])

def audit(lines):
    """One dump: what is wrong, by partition."""
    bad, parts, drawn, codes, pairs, came, places = (collections.defaultdict(k) for k in (list, dict, collections.Counter, list, list, list, list))
    books, left, brought, listed, enrolled = {}, {}, {}, set(), {}
    def need(pk, ok, *what):
        if not ok: bad[pk].append(str(what))
        return ok
    for item in map(json.loads, lines):
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        parts[pk][sk] = {k: base64.b64decode(v["B"]) if "B" in v else v.get("S", v.get("N")) for k, v in item.items()}
        if "#M#" not in pk and not pk.endswith("#C") or not sk.startswith("E#") and "#M#" in pk:
            all_of = ((k.encode(), *(kind.encode() for kind in item[k]), v if type(v) is bytes else v.encode())
                      for k, v in sorted(parts[pk][sk].items()) if k != "h")
            written = hashlib.sha256(b"".join(sized(v) for three in all_of for v in three)).digest()
            need(pk, written == parts[pk][sk].get("h"), sk, "is not as it was written")
    for pk, items in sorted(parts.items(), key=lambda part: "#M#" in part[0]):
        part = re.fullmatch(f"T#({I})#([RCWJ]|F(?:#{I})?|M#{I})", pk)
        if not need(pk, part or pk == "TENANTS", "no such kind of partition") or not part: continue
        tenant, kind, id = *part.groups(), part[2][2:]
        if kind == "R":
            about = lambda i: [i.get(k) for k in ("id", "number", "at", "by", "programme")]
            for sk, item in items.items():
                name = hashlib.sha256(item.get("bytes", b"")[:-32]).hexdigest()
                need(pk, sk[:2] not in ("V#", "N#") or [about(i) for i in items.values()].count(about(item)) == 2, sk, "in the list")
                if sk.startswith("V#") and need(pk, name == item["bytes"][-32:].hex() and name[:16] == item["id"] == sk[2:], sk, "bytes"):
                    books[tenant, name[:16]] = item["source"]
            need(pk, all(sk[:2] == "N#" or (tenant, i.get("id")) in books for sk, i in items.items()), "a rulebook that is not there")
        for sk, item in items.items():
            if kind == "C" and need(pk, {*item} == {"pk", "sk", "used"} and re.fullmatch(r"-?\d+", item["used"]), "counter", sk):
                drawn[tenant][sk] -= int(item["used"])
            elif kind == "W": codes[f"T#{tenant}#M#{item['member']}", item["voucher"]].append(item["origin"])
            elif kind[0] == "F" and id: listed.add((tenant, id, sk))
        if kind[0] != "M": continue
        seq, chain, before, lost, references, last, found = 0, bytes(32), b"", False, set(), EVER, None
        stamp = lambda at: time.strftime(f"T#{tenant}#D#%Y-%m-%d %H:%M#{id}", time.gmtime(at // 1000)).split()
        yearly = lambda kind, day: [time.strftime(f"T#{tenant}#{kind}#%m-%d", time.gmtime(day * 86_400)), id]
        keys = lambda item: [item[k] for k in ("gpk", "gsk") if k in item]
        known = [sk for sk in sorted(items) if need(pk, re.fullmatch(r"[PAD]|V#.+|E#\d{12}", sk), sk, "is no such item")]
        for sk in known: need(pk, {*items[sk]} - {"pk", "sk"} in [{*a.split()} for a in ATTRIBUTES[sk[0]]], sk, "has", *items[sk])
        for sk, item in ((sk, items[sk]) for sk in known if sk[0] == "E"):
            follows, seq, was, chain, text, after = int(sk[2:]) == seq + 1, int(sk[2:]), chain, item.get("h"), item.get("e", ""), item.get("s", b"")
            sealed = hashlib.sha256((was or b"") + sized(pk.encode()) + seq.to_bytes(8, "big") + sized(text.encode()) + sized(after)).digest()
            need(pk, follows, sk, "does not follow") and need(pk, was is None or sealed == chain, sk, "has another hash")
            try: e, s = entry_of(text), state_of(after)
            except Exception as error:
                lost = not need(pk, False, sk, error)
                continue
            need(pk, item["fmt"] == "1" and (e["n"], e["ref"]) == (seq, item["ref"]) and e["ref"] not in references, sk, "number, format, reference")
            need(pk, is_as_written(text), sk, "is written otherwise, or with a field nobody knows")
            need(pk, last <= e["at"] and sum(n for _, n in e.get("ps", [])) == 0, sk, "time, or postings")
            sums = [sum(lot[1] for lot in s["lots"].values() if bool(lot[3]) == pending) for pending in (False, True)]
            sums += [sum(points(h[3]) for h in s["holds"].values())]
            need(pk, sums == [s["ac"], s["pe"], s["he"]] and s["sound"] and min(s["de"], *sums) >= 0 == s["de"] * s["ac"], sk, "lots and balances")
            news = bool(keys(item)) if lost else s["due"] != (state_of(before)["due"] if before else None)
            need(pk, keys(item) == (stamp(s["due"]) if s["due"] and news else []), sk, "when she falls due")
            source, (what, x), judged, lost = books.get((tenant, e["rb"])), said(e), not lost, False
            if need(pk, source is not None, sk, "no such rulebook") and follows:
                found, enrolled[tenant, id] = found or seq == 1 and [yearly("A", day) for day in days_of(e.get("on", e["at"]))], (s["enrolled"], id)
                if "pl" in x: places[tenant, e["ref"]].append((x["pl"]["r"], x["pl"]["s"], id))
                if what == "joined": brought[tenant, id] = x["by"]
                if what.startswith("referral"): pairs[tenant, e["ref"]].append((x["r"], id, x["o"], what, x.get("w")))
                if judged:
                    try: faults, draws, issued, gave, got = fold(before, text, after, source)
                    except Exception as error: faults, draws, issued, gave, got = [repr(error)], {}, 0, None, None
                    for fault in faults: need(pk, False, sk, fault)
                    drawn[tenant].update(draws)
                    for n in range(issued): codes[pk, f"{seq}.{n}"].insert(0, [e["ref"]])
                    if gave: left[tenant, id, e["ref"]] = gave, x.get("into")
                    if got: came[tenant, got[0], e["ref"] if "by" in x else e["ref"].removeprefix(f"g#{got[0]}#")].append((got[1:], id))
            before, last = after, max(last, e["at"], references.add(e["ref"]) or EVER)
        if found or not seq: need(pk, keys(items.get("A", {})) in (found or [[]]), "where anniversaries are found")
        for sk in known:
            try:
                words = json.loads(items[sk]["p"]) if sk[0] in "PV" else {}
                need(pk, not words or seq and not (before and state_of(before)["erased"]), sk, "of nobody")
                if sk[0] == "V": need(pk, f"v#{sk[2:]}#" in references and all(type(w) is str for w in words.values()), sk, "of no answer")
                if sk == "P": need(pk, keys(items[sk]) == ([] if words.get("birthday") is None else yearly("B", words["birthday"])), "birthday")
                if sk == "D": need(pk, stamp(int(items[sk]["due"])) == keys(items[sk]), "a reminder elsewhere")
            except Exception as error: need(pk, False, sk, error)
    for (pk, voucher), named in codes.items(): need(pk, len(named) == 2 and named[0] == [named[1]], "codes of", voucher, named)
    for tenant, counters in drawn.items():
        need(f"T#{tenant}#C", not (off := {k: -n for k, n in counters.items() if n and not k.endswith((":None", ":"))}), "counters are off", off)
    for tenant, id, ref in {*left, *came}:
        (gave, into), got = left.get((tenant, id, ref), (None, None)), came.get((tenant, id, ref), [])
        need(f"T#{tenant}#M#{id}", [parcel for parcel, _ in got] == [gave] and (not into or got[0][1] == into), "left", gave, "came", got)
    for (tenant, ref), places in places.items():
        for r, s, id in places:
            need(f"T#{tenant}#M#{id}", sum(s < b for _, b, _ in places) < r and all((r < a) == (s > b) and (r == a) == (s == b) for a, b, _ in places), ref, r, s, places)
    for (tenant, ref), sides in pairs.items():
        friend, by = ref.split("#")[1], brought.get((tenant, ref.split("#")[1]))
        own = [("friend", friend, by), ("referrer", by, friend)]
        need(f"T#{tenant}#M#{friend}", sorted(side[:3] for side in sides) == own and len({side[3:] for side in sides}) == 1, ref, sides)
    for (tenant, friend), by in brought.items():
        need(f"T#{tenant}#M#{friend}", enrolled.get((tenant, by), (1 << 63,)) < enrolled[tenant, friend] and (tenant, by, friend) in listed, by)
    for tenant, by, friend in listed: need(f"T#{tenant}#M#{friend}", brought.get((tenant, friend)) == by, by, "did not bring her")
    return bad

if __name__ == "__main__":
    dump, status = [], 0
    for line in [*open(sys.argv[1]), ""] if sys.argv[1:] else sys.stdin:
        if line.strip(): dump.append(line)
        elif dump:
            try: bad = audit(dump)
            except Exception as error: bad = {"the dump": [f"cannot be read: {error!r}"]}
            dump = []
            found = {"clean": not bad, "members": sorted(pk for pk in bad if "#M#" in pk), "why": {pk: why[:3] for pk, why in bad.items()}}
            status = print(json.dumps(found), flush=True) or status | bool(bad)
    sys.exit(status)
