"""What the table stores, read for the second auditor: states in postcard, entries in JSON. Shares no code with what wrote
them; refuses what cannot be read whole."""
import ast, functools, io, json, re
UNITS, I = ["minute", "hour", "day", "week", "month", "year"], "[A-Za-z0-9_.:-]{1,64}"
REFS = dict(pair.split("=") for pair in  # references by kind of change: I is an id, %s what the change itself names
            "enrolled=m# purchased=p#I# occurred=e#I# held=d#I# redeemed=d#I# returned=p#%s#r#I# captured=d#%s#c#I# released=d#%s#l#I# "
            "cancelled=d#%s#x#I# adjusted=j#I# frozen=z#I# updated=u#I# erased=x# joined=f#I# merged_into=g#I# merged_from=g#.* "
            "scheduled=k#I# answered=v#%s# settled=s#%s# celebrated=[by]#%s# voucher_moved=w#%s#I# refused=[pdejwf]#.* "
            "referral_paid=fm#I# referral_rejected=fm#I# referral_reversed=fm#I#x#".split())
ATTRIBUTES = {"E": ["ref fmt e s h", "ref fmt e s h gpk gsk"], "P": ["p h", "p h gpk gsk"], "V": ["p h"], "A": ["gpk gsk h"],
              "D": ["due gpk gsk h"]}
# z and u are varints, signed and unsigned, b a byte, t a text, 6 six bytes; [? ] may be absent, [* ] are many, [| ] is one of
# these, by number
SPEC = ("(zzzzz[*((ub)zz[?z][?z][?(uu)])][*(tzz[?t][*((ub)zz[?z][?(uu)])]b)][?(tz[?z]b[?z])][*(z(zzz))](zzz)[*((tz)z)][?z][*t][*6]"
        "[*(uz)]uz[?(bbb[?(zz)][?z]([?t][*t])[?z])][*t][*((ub)tz[?z][?z][?t][?t][*t]bbb)]"
        "[?(z[?(tzz[|()((tzzzu))((tzzzu))((tzzzu)z)()(u)])])])")
# what stands behind a state, by kind: counts of events, arms of experiments, lifts of the tier, the household
SECTIONS = "[*[|([*(t[*(zz)]z)])([*(tt)])([*(ztzub)])(t)]]"
SPEC, SECTIONS = (ast.literal_eval(re.sub(r"([zubt6*?|])", r"'\1',", spec).replace(")", "),").replace("]", "],"))[0] for spec in (SPEC, SECTIONS))
NAMES = ("enrolled ac pe he de lots holds tier days life counters last badges recent restored closed due standing tags "
         "vouchers referral").split()
alloc = lambda a: (tuple(a["l"]), a["n"], a["e"], a.get("a"), a.get("x"), "v" in a and (a["v"]["count"], UNITS.index(a["v"]["unit"])) or None)
allocs = lambda x, name: [alloc(a) for a in x.get(name, [])]
points = lambda taken: sum(a[1] for a in taken)
said = lambda e: next(iter(e["ch"].items())) if isinstance(e["ch"], dict) else (e["ch"], {})
spend_order = lambda lot: (lot[4] is None, lot[4] or 0, lot[2], lot[0])  # id, rest, earned, pending until, expiry, slides

def u(r):
    byte = r.read(1)[0]
    return byte & 127 | (u(r) << 7 if byte > 127 else 0)

def raw(r, n):
    data = r.read(n)
    if len(data) < n: raise ValueError("too short")
    return data

def read(r, spec):
    if isinstance(spec, tuple): return tuple(read(r, part) for part in spec)
    if spec[0] == "*": return [read(r, spec[1]) for _ in range(u(r))]
    if spec[0] == "?": return read(r, spec[1]) if u(r) else None
    if spec[0] == "|": return (lambda n: (n, *read(r, spec[n + 1])))(u(r))
    if spec in "zu": return (lambda n: n if spec == "u" else n >> 1 ^ -(n & 1))(u(r))
    return r.read(1)[0] if spec == "b" else raw(r, 6) if spec == "6" else raw(r, u(r)).decode()

@functools.lru_cache(1 << 15)
def state_of(data):
    r = io.BytesIO(data)
    if r.read(2) != b"\1\0": raise ValueError("format")
    s = dict(zip(NAMES, read(r, SPEC)))
    behind = r.tell() < len(data)
    later = dict(read(r, SECTIONS)) if behind else {}
    if r.read() or behind and not later: raise ValueError("bytes too many")
    s["arms"], s["lifts"], s["household"] = dict(later.get(1, [])), later.get(2, []), later.get(3)
    s["happened"] = {k: (dict(days), total) for k, days, total in later.get(0, [])}
    s["fe"], s["fs"], s["erased"], s["adjusted"], s["absence"], (s["into"], s["absorbed"]), s["reminded"] = \
        s.pop("standing") or (0, 0, 0, None, None, (None, []), None)
    s["friends"], s["brought"] = s.pop("referral") or (0, None)
    s["sound"] = s["lots"] == sorted(s["lots"], key=spend_order) and all(lot[1] > 0 for lot in s["lots"])
    s["lots"] = {lot[0]: lot for lot in s["lots"]}
    s["holds"] = {h[0]: (*h[1:4], [(*a[:3], None, *a[3:]) for a in h[4]], h[5]) for h in s["holds"]}
    s["vouchers"], s["counters"] = {v[0]: v[1:] for v in s["vouchers"]}, dict(s["counters"])
    s["days"] = {sum(gap for gap, _ in s["days"][:n + 1]): sums for n, (_, sums) in enumerate(s["days"])}
    s["due"] = next_due(s) if s["due"] == 1 else s["due"] or None
    return s

def next_due(s):
    stage = s["brought"] and s["brought"][3] or (0,)
    due = [s["tier"] and s["tier"][2], *(lift[0] for lift in s["lifts"]), *(at for lot in s["lots"].values() for at in lot[3:5]), *(h[1] for h in s["holds"].values()),
           *(v[3] or v[2] for v in s["vouchers"].values()), stage[1][3] if stage[0] == 1 else stage[2] if stage[0] == 3 else None]
    return min((at for at in due if at is not None), default=None)

@functools.lru_cache(1 << 15)
def entry_of(text): return json.loads(text)

@functools.lru_cache(1 << 15)
def is_as_written(text):
    known = {*"n ref fp at on rb due ch ps rd ti".split()}
    return {*entry_of(text)} <= known and json.dumps(entry_of(text), separators=(",", ":"), ensure_ascii=False) == text
