"""The dead man's switch of callers who are waited with: wound up again before it can fall.

It falls only if nobody controls the caller any more.
"""

from __future__ import annotations

from callcore.flows.call import Call
from callcore.flows.messages import GuardDue
from callcore.flows.timers import Timers


def guard_in_music(call: Call, timers: Timers) -> None:
    """Winds it up for a caller who hears music, until the next ``GuardDue``."""
    _wind_up(call, timers, call.site.policy.fallback.waiting_after_seconds)


def guard_in_silence(call: Call, timers: Timers) -> None:
    """Winds it up for a caller without music, until the next ``GuardDue``."""
    _wind_up(call, timers, call.site.policy.fallback.silent_after_seconds)


def _wind_up(call: Call, timers: Timers, seconds: int) -> None:
    call.guard(seconds)
    timers.set(seconds / 2, GuardDue())
