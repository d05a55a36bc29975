"""Trying again, longer and longer apart, where waiting can help."""

from __future__ import annotations

from collections.abc import Callable

from gevent.event import Event

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 15.0


def until_done(
    attempt: Callable[[], None],
    failures: tuple[type[Exception], ...],
    complain: Callable[[Exception], None],
    stop: Event,
) -> bool:
    """Calls ``attempt`` until it raises none of ``failures``; false if ``stop`` came first.

    Each failure is complained of, so that whoever watches knows what is waited for.
    """
    wait = FIRST_SECONDS
    while not stop.is_set():
        try:
            attempt()
        except failures as failure:
            complain(failure)
            stop.wait(wait)
            wait = min(wait * 2, LONGEST_SECONDS)
        else:
            return True
    return False
