"""Waiting for conditions with a deadline; nothing sleeps for luck."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import gevent

T = TypeVar("T")

LOOK_EVERY_SECONDS = 0.002
TRY_EVERY_SECONDS = 0.05


def wait_until(holds: Callable[[], T], seconds: float = 20.0) -> T:
    """The first true answer; fails when none has come in time."""
    with gevent.Timeout(seconds, AssertionError(f"not within {seconds:g} s")):
        while not (answer := holds()):
            gevent.sleep(LOOK_EVERY_SECONDS)
    return answer


def try_until_done(act: Callable[[], T], failure: type[Exception], seconds: float = 10.0) -> T:
    """What ``act`` answers once it does not fail in that way any more; fails in it otherwise."""
    deadline = gevent.Timeout(seconds, AssertionError(f"it still failed after {seconds:g} s"))
    with deadline:
        while True:
            try:
                return act()
            except failure:
                gevent.sleep(TRY_EVERY_SECONDS)
