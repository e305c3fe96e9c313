"""How long is waited for what, in one place: for readiness and effects, never for time to pass.

What it never does: make anything slower. A wait ends when what it waits for is there; these are the ends of hope, wide
enough for a machine that is busy with other things. `MERIT_DEPLOY_PATIENCE=3` makes each three times as long.
"""

import os
import time

SCALE = float(os.environ.get("MERIT_DEPLOY_PATIENCE", "1"))

START_S = 120 * SCALE  # the emulator's first answer
ANSWER_S = 90 * SCALE  # one answer of it
EFFECT_S = 120 * SCALE  # what an upload, a schedule or the stream brings about
RUN_S = 1500 * SCALE  # everything
REPEATS = 6  # of a request that was answered with a 5xx, as a till repeats it: with the same event id


def until(ready, seconds=EFFECT_S):
    """The first true answer of `ready`, or its last."""
    end = time.monotonic() + seconds
    pause = 0.02
    while not (found := ready()) and time.monotonic() < end:
        time.sleep(pause)
        pause = min(2 * pause, 0.5)
    return found
