"""All there is, read in parts."""

from __future__ import annotations

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
    seen_by_others: list[int] = []
    done = 0
    other = gevent.spawn(lambda: seen_by_others.append(done))
    for _ in some_together(range(3 * READ_TOGETHER)):
        done += 1
        ends = gevent.get_hub().loop.now() + 2 * turns.BUDGET_SECONDS
        while _now() < ends:
            pass
    other.join(5)
    assert seen_by_others == [1]


def _now() -> float:
    loop = gevent.get_hub().loop
    loop.update_now()
    return float(loop.now())
