"""All there is, read in parts."""

from __future__ import annotations

import time

import gevent
from hypothesis import given
from hypothesis import strategies as st

from callcore.adapters.redisdb.parts import READ_TOGETHER, some_together
from callcore.runtime import turns


@given(st.integers(0, 4 * READ_TOGETHER))
def test_every_one_is_in_one_part(count: int) -> None:
    """In their order; no part is larger than may be read together."""
    ids = list(range(count))
    parts = list(some_together(ids))
    assert [one for part in parts for one in part] == ids
    assert all(0 < len(part) <= READ_TOGETHER for part in parts)


def test_others_have_their_turn_between_parts() -> None:
    """Though nothing of what is done with a part waits for anything."""
    parts = 10
    seen_by_others: list[int] = []
    done = 0
    other = gevent.spawn(lambda: seen_by_others.append(done))
    for _ in some_together(range(parts * READ_TOGETHER)):
        done += 1
        ends = time.monotonic() + 2 * turns.BUDGET_SECONDS
        while time.monotonic() < ends:
            pass
    other.join(5)
    [done_by_then] = seen_by_others
    assert 0 < done_by_then < parts
