"""A fault that every waiting caller meets is not a thousand warnings."""

from __future__ import annotations

import pytest

from callcore.adapters.logs import observer
from callcore.adapters.logs.repeats import MOST_KINDS, PAUSE_SECONDS, Repeats
from callcore.domain import events
from tests.adapters.logs.facts import NOW
from tests.adapters.logs.written_log import Written


class Stopwatch:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 5.0

    def now(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


def failed(reason: str = "away", store: str = "redis") -> events.StoreFailed:
    return events.StoreFailed(at=NOW, store=store, reason=reason)


@pytest.mark.parametrize("level", ["info", "debug"])
def test_a_fault_of_a_store_is_one_warning_for_a_while(watch: Stopwatch, level: str) -> None:
    """Who wants details has all of them; the next warning says how many there were."""
    written = Written(level=level)
    observe = observer.LogObserver(written.log, Repeats(watch.now)).observe
    for _ in range(3):
        observe(failed())
    watch.seconds += PAUSE_SECONDS
    observe(failed())
    told = [(line["level"], line.get("times_before")) for line in written.lines]
    details = [("debug", None)] * 2 if level == "debug" else []
    assert told == [("warning", None), *details, ("warning", 2)]


def test_another_fault_is_told_at_once(watch: Stopwatch) -> None:
    """Of another store, or for another reason."""
    written = Written(level="info")
    observe = observer.LogObserver(written.log, Repeats(watch.now)).observe
    for fact in (failed(), failed(store="postgres"), failed(reason="full"), failed()):
        observe(fact)
    assert [(line["store"], line["reason"]) for line in written.lines] == [
        ("redis", "away"),
        ("postgres", "away"),
        ("redis", "full"),
    ]


def test_a_refusal_of_a_thousand_legs_is_told_once(watch: Stopwatch) -> None:
    """Of each command and reply, by each link."""
    written = Written(level="info")
    link = observer.LinkLog(written.log, "fs1", Repeats(watch.now))
    for _ in range(1000):
        link.command_refused("sched_del", "too many commands unanswered")
    link.command_refused("uuid_kill", "too many commands unanswered")
    watch.seconds += PAUSE_SECONDS
    link.command_refused("sched_del", "too many commands unanswered")
    assert [(line["command"], line.get("times_before")) for line in written.lines] == [
        ("sched_del", None),
        ("uuid_kill", None),
        ("sched_del", 999),
    ]


def test_what_is_over_is_forgotten(watch: Stopwatch) -> None:
    """Reasons that name a leg each do not grow for ever; those of a moment ago stay."""
    repeats = Repeats(watch.now)
    for number in range(MOST_KINDS - 1):
        repeats.since_told(number)
    watch.seconds += PAUSE_SECONDS
    assert repeats.since_told("just now") == 0
    assert repeats.since_told("another") == 0
    assert len(repeats) == 2
    assert repeats.since_told("just now") is None
