"""When something was broken, and what was measured then and otherwise."""

from __future__ import annotations

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tests.live.daemon import Row

CALM = "calm"
AROUND_SECONDS = 1
"""As much before and after belongs to it."""
ORDER_SLACK_SECONDS = 0.25
"""Two decisions of the same instant may be written down either way round."""


class Windows:
    """The times of faults, by name."""

    def __init__(self) -> None:
        self.spans: dict[str, tuple[float, float]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """What is done within happens in that window."""
        began = time.time()
        yield
        self.spans[name] = (began, time.time())

    def name_at(self, at: float) -> str:
        """The window of an instant, or ``CALM``."""
        for around in (0, AROUND_SECONDS):
            for name, (began, ended) in self.spans.items():
                if began - around <= at <= ended + around:
                    return name
        return CALM

    def out_of_order(
        self, records: Iterable[Row], won: Iterable[Row], queue: str
    ) -> list[tuple[str, str, float]]:
        """Of one queue, who was promised to an agent although another, who came before, waited on:
        the earlier, the later, and the seconds between; both outside the windows.
        """
        came = {one["call_id"]: one["arrived_at"].timestamp() for one in records}
        promised = {
            one["call_id"]: one["reserved_at"].timestamp() for one in won if one["queue"] == queue
        }
        order = sorted(promised, key=came.__getitem__)
        return [
            (earlier, later, promised[earlier] - promised[later])
            for place, earlier in enumerate(order)
            for later in order[place + 1 :]
            if promised[later] < promised[earlier] - ORDER_SLACK_SECONDS
            and {self.name_at(promised[one]) for one in (earlier, later)} == {CALM}
        ]

    def tell_delays(self, what: str, delays: Iterable[tuple[float, float]]) -> None:
        """Tells how long things took that were begun in each window, and otherwise."""
        found: dict[str, list[float]] = defaultdict(list)
        for at, seconds in delays:
            found[self.name_at(at)].append(seconds * 1000)
        for name, taken in found.items():
            last = sorted(taken)[int(len(taken) * 0.99)]
            tell(
                f"{what}, {name}: {len(taken)} times, usually {statistics.median(taken):.0f} ms,"
                f" 99 % within {last:.0f} ms, at worst {max(taken):.0f} ms"
            )

    def tell_spans(self) -> None:
        """Tells how long each window was."""
        spans = {name: round(ended - began, 1) for name, (began, ended) in self.spans.items()}
        tell(f"seconds of each: {spans}")


def outcomes(records: Iterable[Row]) -> dict[str, int]:
    """How many calls ended how."""
    return dict(Counter(str(one["outcome"]) for one in records))


def tell(text: str) -> None:
    """Tells what was measured (``pytest -s``)."""
    print(text)  # noqa: T201 - for people
