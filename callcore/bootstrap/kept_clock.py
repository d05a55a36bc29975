"""The time of a process goes on in the next one, while the machine's clock is being caught up with.

Without it, callers whom a process left waiting would have waited an hour longer, or would not have
come yet, for whoever takes them over after the clock was set by an hour.
"""

from __future__ import annotations

import contextlib
import json
import os
from contextlib import ExitStack
from pathlib import Path

import gevent

from callcore.domain.ids import MICROS_PER_SECOND
from callcore.runtime.clock import SystemClock, boot_micros, wall_micros
from callcore.runtime.greenlets import spawn

FILE = "clock.json"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

KEEP_SECONDS = 2.0
LEAST_KEPT_SECONDS = 0.25
MOST_KEPT_MICROS = 2 * 3600 * MICROS_PER_SECOND
"""A clock that was set by more was plain wrong before: the next process has the new time."""


def go_on(clock: SystemClock, directory: Path, stack: ExitStack) -> None:
    """Sets the clock of this process, and keeps it for the next one until ``stack`` is closed."""
    file = directory / FILE
    began_at = _kept(file)
    if began_at is not None:
        clock.go_on_from(began_at)
    greenlet = spawn("clock_kept", _keep_on, clock, file)
    stack.callback(greenlet.kill)


def _keep_on(clock: SystemClock, file: Path) -> None:
    while True:
        gevent.sleep(KEEP_SECONDS)
        clock.now()  # which looks at the machine's clock
        with contextlib.suppress(OSError):  # a full disk is told by whoever must write
            keep(clock, file)


def keep(clock: SystemClock, file: Path) -> None:
    """Notes the time of this process if it is not the machine's. May raise ``OSError``."""
    if abs(clock.behind_seconds) < LEAST_KEPT_SECONDS:
        file.unlink(missing_ok=True)
        return
    fresh = file.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps({"boot": boot_id(), "began_at": clock.began_at}))
    fresh.replace(file)


def _kept(file: Path) -> int | None:
    """When the machine was started, for the process before; ``None`` if it is not to be kept."""
    try:
        kept = json.loads(file.read_text())
        boot, began_at = kept["boot"], kept["began_at"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if not boot or boot != boot_id() or not isinstance(began_at, int):
        return None
    apart = wall_micros() - boot_micros() - began_at
    return began_at if abs(apart) <= MOST_KEPT_MICROS else None


def boot_id() -> str:
    """The machine since it was started, as Linux names it; empty where it does not."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""
