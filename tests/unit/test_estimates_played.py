"""Estimates in a simulated room, learnt from what happens there."""

from __future__ import annotations

import pytest

from tests.bench.estimates.cases import ALL
from tests.bench.estimates.playing import LEARNT, play
from tests.bench.estimates.references import HISTORIES

CASES = {played.name: played for played in ALL}


@pytest.mark.parametrize(
    ("name", "reference", "most_ratio"),
    [("M/L+M(2) s=20 sine", "QLm", 1.1), ("M/L+E10(2) s=20 sine", "QLa", 0.6)],
)
def test_waves_of_callers_are_told_nearly_as_well_as_by_who_knows_the_rates(
    name: str, reference: str, most_ratio: float
) -> None:
    """Better than whoever looks at the waits of others only; nearly without bias; and about a fifth
    waits longer than the upper end at 80 %.
    """
    scores = play(CASES[name], 12_000, seed=4, is_learnt=True)
    own = scores[LEARNT]
    assert own.unknown_count == 0
    assert own.mse < most_ratio * scores[reference].mse
    assert all(own.mse < 0.6 * scores[other].mse for other in HISTORIES)
    assert abs(own.relative_bias) < 0.05
    assert 0.15 < own.beyond < 0.25


def test_staff_that_goes_and_comes_is_told_at_once() -> None:
    """From 20 agents to 12 and to 24: waits of others tell it late."""
    scores = play(CASES["staff 20, 12, 24 by turns"], 12_000, seed=4, is_learnt=True)
    assert scores[LEARNT].mse < 1.1 * scores["QLm"].mse
    assert all(scores[LEARNT].mse < 0.7 * scores[other].mse for other in HISTORIES)


def test_a_play_is_the_same_again() -> None:
    """The seed decides everything."""
    one, again, other = (
        play(CASES["M/M+M(1) s=100 1.4"], 2000, seed=seed, is_learnt=False)["QLm"].mse
        for seed in (1, 1, 2)
    )
    assert one == again != other
