"""Instants of a switch whose clock is another than ours."""

from __future__ import annotations

import pytest

from callcore.adapters.freeswitch.switch_time import WINDOW_MICROS, SwitchTime
from callcore.domain.ids import MICROS_PER_SECOND, Micros

NOW = Micros(1_795_000_000 * MICROS_PER_SECOND)
WAY = 3_000


def heard(time: SwitchTime, *, ahead: int, since: int = 0, seconds: int = 10) -> Micros:
    """Ten events a second of a switch whose clock is so much ahead of ours; when the last came."""
    at = NOW + since
    for _ in range(seconds * 10):
        at += MICROS_PER_SECOND // 10
        time.hear(at + ahead - WAY, Micros(at))
    return Micros(at)


@pytest.mark.parametrize("ahead", [0, 2_000, 200_000, -200_000])
def test_clocks_that_are_kept_are_believed(ahead: int) -> None:
    """What the switch says is when it happened, though never after we heard of it."""
    time = SwitchTime()
    at = heard(time, ahead=ahead)
    told = at - WAY - 50_000 + ahead
    assert time.ours(told, at) == min(told, at)


@pytest.mark.parametrize("ahead", [2 * MICROS_PER_SECOND, -2 * MICROS_PER_SECOND, 3600_000_000])
def test_clocks_that_are_apart_are_brought_together(ahead: int) -> None:
    """To the few milliseconds of the way."""
    time = SwitchTime()
    at = heard(time, ahead=ahead)
    told = at - 50_000 + ahead
    assert abs(time.ours(told, at) - (at - 50_000)) <= WAY
    assert time.behind_seconds == pytest.approx(-ahead / MICROS_PER_SECOND, abs=0.01)


def test_nothing_happens_after_it_was_heard_of() -> None:
    """Lags and waits are never negative, by the very first event of a switch that is ahead."""
    time = SwitchTime()
    assert time.ours(NOW + 100_000, NOW) == NOW


@pytest.mark.parametrize("since", [0, WINDOW_MICROS - 11 * MICROS_PER_SECOND])
def test_a_worker_that_hears_late_is_no_switch_that_is_behind(since: int) -> None:
    """After a stall of 20 s events are 20 s old, and keep the instants at which they happened;
    though a new window begins with the stall.
    """
    time = SwitchTime()
    time.hear(NOW - WAY, NOW)
    at = heard(time, ahead=0, since=since)
    for told in range(at, at + 20 * MICROS_PER_SECOND, MICROS_PER_SECOND):
        time.hear(told, Micros(at + 20 * MICROS_PER_SECOND))
    assert time.ours(at, Micros(at + 20 * MICROS_PER_SECOND)) == at


def test_a_switch_whose_clock_is_set_back_is_understood_in_the_end() -> None:
    """After two windows; one that is set forward at once."""
    time = SwitchTime()
    heard(time, ahead=0)
    hour = 3600 * MICROS_PER_SECOND
    at = heard(time, ahead=-hour, since=WINDOW_MICROS + MICROS_PER_SECOND, seconds=1)
    at = heard(time, ahead=-hour, since=3 * WINDOW_MICROS, seconds=1)
    assert abs(time.ours(at - hour, at) - at) <= WAY
    at = heard(time, ahead=hour, since=3 * WINDOW_MICROS + 5 * MICROS_PER_SECOND, seconds=1)
    assert abs(time.ours(at + hour, at) - at) <= WAY


def test_a_switch_that_tells_no_time_is_heard_when_it_is_heard() -> None:
    """And changes nothing of what is known."""
    time = SwitchTime()
    time.hear(None, NOW)
    assert time.behind_seconds == 0
