"""Waiting for conditions with a deadline; nothing in these tests sleeps for luck."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

STEP_SECONDS = 0.05


def until(condition: Callable[[], T], seconds: float, what: str) -> T:
    """The first truthy answer of ``condition``. Fails, naming ``what``, after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"after {seconds:g} s still not: {what}; last answer {answer!r}")
        time.sleep(STEP_SECONDS)


def stays(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Fails, naming ``what``, if ``condition`` is not true at any look within ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), f"no longer: {what}"
        time.sleep(STEP_SECONDS)
