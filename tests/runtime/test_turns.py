"""Long work lets others have their turn."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import gevent
import pytest

from callcore.runtime import turns


@pytest.mark.parametrize(("thing_seconds", "alone_count"), [(0.0003, 4), (0.002, 1), (0.0, 9)])
def test_others_run_whenever_the_budget_is_spent(
    monkeypatch: pytest.MonkeyPatch, thing_seconds: float, alone_count: int
) -> None:
    """They wait for as many things as the budget has room for, and no thing is lost."""
    now, seen_by_others = [0.0], []
    monkeypatch.setattr(turns, "time", SimpleNamespace(monotonic=lambda: now[0]))
    done: list[int] = []

    def things() -> Iterator[int]:
        for number in range(9):
            yield number
            now[0] += thing_seconds

    other = gevent.spawn(lambda: seen_by_others.append(len(done)))
    for thing in turns.in_turns(things()):
        done.append(thing)  # noqa: PERF402 - the other looks at it meanwhile
    other.join(5)
    assert done == list(range(9))
    assert seen_by_others == [alone_count]
