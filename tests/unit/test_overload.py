"""When new callers are turned away, how many of them, and when no longer."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import overload
from callcore.domain.overload import FALL_PER_SECOND, RISE_PER_SECOND, Load
from callcore.domain.policies import OverloadPolicy, PolicyError

POLICY = OverloadPolicy()
LOOK = 0.25


def lived(load: Load, late_seconds: float, seconds: float) -> Load:
    """After so long in which every look found us so late."""
    for _ in range(round(seconds / LOOK)):
        load = overload.looked(load, POLICY, late_seconds, load.looked_at + LOOK)
    return load


def turned_away_of(load: Load, count: int) -> int:
    """How many of so many new callers are turned away."""
    turned_away = 0
    for _ in range(count):
        load, is_turned_away = overload.came(load)
        turned_away += is_turned_away
    return turned_away


def test_whoever_comes_in_quiet_times_is_taken() -> None:
    """However long they last."""
    load = lived(Load(looked_at=0), 0.01, 3600)
    assert not load.is_shedding
    assert turned_away_of(load, 1000) == 0


def test_a_short_lateness_turns_nobody_away() -> None:
    """Less than two seconds of it, again and again."""
    load = Load(looked_at=0)
    for _ in range(20):
        load = lived(lived(load, 3.0, 2.0), 0.3, LOOK)
    assert not load.is_shedding


def test_a_process_that_was_stopped_turns_nobody_away_for_it() -> None:
    """It is 20 s late once, and then on time: nobody suffers any more."""
    load = lived(Load(looked_at=0), 0.01, 10)
    load = overload.looked(load, POLICY, 20.0, load.looked_at + 20.0)
    load = lived(load, 0.01, LOOK)
    assert not load.is_shedding
    again = overload.looked(load, POLICY, 20.0, load.looked_at + 20.0)
    assert not again.is_shedding


def test_lateness_that_lasts_turns_more_and_more_away() -> None:
    """A fifth more each second, up to all."""
    load = lived(Load(looked_at=0), 1.0, 2.0 + LOOK)
    assert load.is_shedding
    assert turned_away_of(load, 100) == pytest.approx(100 * RISE_PER_SECOND * LOOK, abs=1)
    load = lived(load, 1.0, 2.0)
    assert load.share == pytest.approx(RISE_PER_SECOND * (2.0 + LOOK))
    load = lived(load, 1.0, 10.0)
    assert turned_away_of(load, 100) == 100


def test_between_late_and_calm_the_share_stays() -> None:
    """That is where it does what it is for."""
    load = lived(Load(looked_at=0), 1.0, 4.0)
    assert lived(load, 0.3, 60).share == load.share


def test_calm_that_lasts_takes_callers_again_little_by_little() -> None:
    """A tenth more each second, after five seconds; a setback stops that."""
    load = lived(Load(looked_at=0), 1.0, 20.0)
    assert lived(load, 0.01, 5.0).share == 1.0
    easing = lived(load, 0.01, 5.0 + LOOK + 4.0)
    assert easing.share == pytest.approx(1.0 - FALL_PER_SECOND * (4.0 + LOOK), abs=0.03)
    assert lived(easing, 0.3, 5.0).share == easing.share
    assert lived(lived(lived(load, 0.01, 4.0), 0.3, LOOK), 0.01, 4.0).share == 1.0
    assert lived(easing, 1.0, 1.0).share == pytest.approx(easing.share + RISE_PER_SECOND)
    assert not lived(easing, 0.01, 20.0).is_shedding


@given(share=st.floats(0.0, 1.0), count=st.integers(1, 300))
def test_of_every_run_of_callers_the_share_is_turned_away(share: float, count: int) -> None:
    """To one caller, wherever one begins to count."""
    turned_away = turned_away_of(Load(looked_at=0, share=share), count)
    assert abs(turned_away - share * count) <= 1 + 1e-6


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 30)), max_size=80))
def test_the_share_never_leaps(looks: list[tuple[float, float]]) -> None:
    """Whatever is found whenever: it stays a share and moves by a fifth at most."""
    load, shares = Load(looked_at=0), [0.0]
    for passed, late_seconds in looks:
        load = overload.looked(load, POLICY, late_seconds, load.looked_at + passed)
        shares.append(load.share)
    assert all(0 <= share <= 1 for share in shares)
    leaps = [abs(later - earlier) for earlier, later in itertools.pairwise(shares)]
    assert all(leap <= RISE_PER_SECOND + 1e-9 for leap in leaps)


def test_calm_is_less_than_late() -> None:
    """Else it would flap."""
    with pytest.raises(PolicyError):
        OverloadPolicy(late_seconds=0.5, calm_seconds=0.5)
