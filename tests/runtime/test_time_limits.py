"""Work that is given up when its time is over."""

from __future__ import annotations

import gevent
import pytest

from callcore.runtime import time_limits


def test_work_that_takes_too_long_is_given_up() -> None:
    """What is waited for ends with the limit, and the caller is told so."""
    with (
        gevent.Timeout(10),
        pytest.raises(time_limits.TimeIsUpError),
        time_limits.within(0.01),
    ):
        gevent.sleep(20)


def test_work_that_is_done_in_time_is_not_disturbed_later() -> None:
    """A limit is over with its block."""
    with time_limits.within(0.02):
        done = "in time"
    gevent.sleep(0.05)
    assert done == "in time"


def test_a_limit_around_another_is_not_taken_for_it() -> None:
    """Who waits inside cannot mistake the end of the whole for the end of its part."""
    with (
        gevent.Timeout(0.01) as whole,
        pytest.raises(gevent.Timeout) as ended,
        time_limits.within(10),
    ):
        gevent.sleep(20)
    assert ended.value is whole
