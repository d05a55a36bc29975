"""What everything is compared with, so that runs on different machines can be: how long the
standard library parses one event of FreeSWITCH, measured in the same run, anew for each part.
"""

from __future__ import annotations

import json
import statistics
import time

from tests.adapters.freeswitch import recordings

TURNS = 9
PARSED_A_TURN = 500


def event() -> bytes:
    """A recorded ``CHANNEL_PARK``: 6 KB of JSON."""
    return next(body for body in recordings.events("02") if b'"CHANNEL_PARK"' in body)


def seconds() -> float:
    """How long one parsing takes now: the median of some turns."""
    body = event()
    return statistics.median(_turn(body) for _ in range(TURNS))


def _turn(body: bytes) -> float:
    began = time.perf_counter()
    for _ in range(PARSED_A_TURN):
        json.loads(body)
    return (time.perf_counter() - began) / PARSED_A_TURN
