"""``callcore drain --wait``: until the workers of this machine have ended.

A worker has ended when no process holds its name and it has noted so. One that died of something
else is started again by whoever started it, and then goes on ending: that is waited for too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec
from rich.text import Text

from callcore.adapters.control.answers import Drained
from callcore.adapters.control.client import ControlClient, ControlError
from callcore.adapters.terminal.words import printable, span
from callcore.bootstrap import drain_note
from callcore.cli.operating import Operator
from callcore.domain.sharding import WorkerId

LOOK_SECONDS = 0.5


class DrainedHere(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the workers."""

    workers: tuple[WorkerId, ...]
    """Those that are drained."""
    by: str
    ended: tuple[WorkerId, ...]
    """Those of this machine: all of them have ended, after their last call."""
    elsewhere: tuple[WorkerId, ...]
    """Those of other machines, of which it is not known whether they have ended."""


@dataclass(slots=True)
class Left:
    """Workers that have not ended."""

    calls: dict[WorkerId, int | None]
    """How many calls each follows; ``None`` if it does not answer."""
    ending: set[WorkerId] = field(default_factory=set)
    """Those without calls that have not gone yet."""
    calls_left: int = 0
    """Of those that have ended, with how many."""
    draining: set[WorkerId] = field(default_factory=set)
    """Those that have said so: it takes a moment until all have heard of it."""
    undrained: list[WorkerId] = field(default_factory=list)

    def __str__(self) -> str:
        """As on the terminal."""
        return ", ".join(f"{printable(name)} {self._told(name)}" for name in self.calls)

    def _told(self, name: WorkerId) -> str:
        count = self.calls[name]
        if name in self.ending:
            return "ends"
        if count is None:
            return "does not answer"
        return "has 1 call" if count == 1 else f"has {count} calls"


def wait(
    operator: Operator, answer: Drained, here: Mapping[str, ControlClient], seconds: float
) -> None:
    """Answers when all have ended; ends the command with status 1 if that does not come about."""
    left = Left({name: None for name in answer.workers if name in here})
    ended = tuple(left.calls)
    elsewhere = tuple(name for name in answer.workers if name not in here)
    _await(operator, here, left, seconds)
    if left.undrained:
        names = ", ".join(map(printable, left.undrained))
        operator.fail("undrained", f"somebody has had it taken back: {names} takes calls")
    if left.calls:
        message = f"not ended after {seconds:g} s, and goes on ending: {left}"
        operator.fail("not_drained", message)
    if left.calls_left:
        message = f"ended before {left.calls_left} calls had: they go on at the switch"
        operator.fail("calls_left", message)
    found = DrainedHere(workers=answer.workers, by=answer.by, ended=ended, elsewhere=elsewhere)
    text = f"ended after the last call: {', '.join(map(printable, ended))}"
    if elsewhere:
        text += f"; on other machines, not seen: {', '.join(map(printable, elsewhere))}"
    operator.answer(found, Text(text))


def _await(
    operator: Operator, here: Mapping[str, ControlClient], left: Left, seconds: float
) -> None:
    """Returns when nothing is left, when the time is up or when it was taken back."""
    began = time.monotonic()
    with _progress(operator) as tell:
        while True:
            _look(operator, here, left)
            waited = time.monotonic() - began
            if left.undrained or not left.calls or waited >= seconds:
                return
            tell(f"{left}; waited {span(waited)}")
            time.sleep(min(LOOK_SECONDS, seconds - waited))


def _look(operator: Operator, here: Mapping[str, ControlClient], left: Left) -> None:
    for name in list(left.calls):
        try:
            status = here[name].status()
        except ControlError:
            _look_for_end(operator, name, left)
            continue
        left.calls[name] = status.calls_count
        if status.draining:
            left.draining.add(name)
        elif name in left.draining:
            left.undrained.append(name)


def _look_for_end(operator: Operator, name: WorkerId, left: Left) -> None:
    note = drain_note.kept(operator.directory, name)
    left.calls[name] = None
    if note is None or note.calls_left is None:
        left.ending.discard(name)
    elif drain_note.is_held(operator.directory, name):
        left.ending.add(name)
    else:
        del left.calls[name]
        left.calls_left += note.calls_left


@contextmanager
def _progress(operator: Operator) -> Iterator[Callable[[str], None]]:
    """Shows on a terminal what is left."""
    if operator.in_json or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only for a terminal
    from rich.status import Status  # noqa: PLC0415 - as above

    with Status("", console=Console(stderr=True, highlight=False, markup=False)) as shown:
        yield lambda text: shown.update(Text(text))
