"""How a caller's priority grows with the wait."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import ageing, policies
from callcore.domain.ageing import AgeingError, AgeingPolicy

MICROSECOND = 1e-6
PRIORITIES = st.integers(-1000, 1000)
WAITS = st.integers(0, 10_000_000_000).map(lambda micros: micros / 1_000_000)


@st.composite
def ageing_policies(draw) -> AgeingPolicy:
    """Curves of up to five points within some hours, to the microsecond."""
    steps = draw(
        st.lists(
            st.tuples(st.integers(1, 2_000_000_000), st.integers(1, 300)), min_size=1, max_size=5
        )
    )
    micros = accumulate(step for step, _ in steps)
    gained = accumulate(step for _, step in steps)
    curve = tuple((at / 1_000_000, gain) for at, gain in zip(micros, gained, strict=True))
    return AgeingPolicy(curve=curve, cap=draw(PRIORITIES))


def on_the_curve(policy: AgeingPolicy, waited_seconds: float) -> int:
    """What is gained, reckoned with fractions."""
    waited = Fraction(round(waited_seconds * 1_000_000), 1_000_000)
    start, before = Fraction(0), 0
    for seconds, after in policy.curve:
        end = Fraction(round(seconds * 1_000_000), 1_000_000)
        if waited < end:
            return math.floor(before + (waited - start) / (end - start) * (after - before))
        start, before = end, after
    return before


@given(PRIORITIES, WAITS, ageing_policies())
def test_what_is_gained_lies_on_the_curve_below_the_cap(
    priority: int, waited: float, policy: AgeingPolicy
) -> None:
    """Whole steps of the straight line between the points; an own priority above the cap stays."""
    aged = ageing.aged_priority(priority, waited, policy)
    assert aged == max(priority, min(priority + on_the_curve(policy, waited), policy.cap))


@given(PRIORITIES, WAITS, WAITS, ageing_policies())
def test_a_priority_never_falls_with_the_wait(
    priority: int, one: float, other: float, policy: AgeingPolicy
) -> None:
    """Who waits longer has gained as much or more, and nobody loses by waiting."""
    shorter, longer = sorted((one, other))
    assert (
        priority
        <= ageing.aged_priority(priority, shorter, policy)
        <= ageing.aged_priority(priority, longer, policy)
    )


@given(PRIORITIES, WAITS, ageing_policies())
def test_the_next_step_comes_when_it_was_said(
    priority: int, waited: float, policy: AgeingPolicy
) -> None:
    """At that instant the priority is greater, a microsecond before it is not."""
    now = ageing.aged_priority(priority, waited, policy)
    after = ageing.next_step_after(priority, waited, policy)
    if after is None:
        assert ageing.aged_priority(priority, 1e9, policy) == now
    else:
        assert after > 0
        assert ageing.aged_priority(priority, waited + after, policy) > now
        assert ageing.aged_priority(priority, waited + after - MICROSECOND, policy) == now


@pytest.mark.parametrize(
    ("waited", "aged"),
    [
        (0, 2),
        (59.9, 2),
        (60, 3),
        (599, 11),
        (600, 12),
        (659.9, 12),
        (660, 13),
        (840, 15),
        (1e6, 15),
    ],
)
def test_a_curve_of_two_slopes(waited: float, aged: int) -> None:
    """One step a minute for ten minutes, then as many again, flat from the cap on."""
    policy = AgeingPolicy(curve=((600.0, 10), (1200.0, 20)), cap=15)
    assert ageing.aged_priority(2, waited, policy) == aged


def test_an_own_priority_above_the_cap_is_kept_and_does_not_grow() -> None:
    """The cap is for what is gained by waiting."""
    policy = AgeingPolicy(curve=((60.0, 10),), cap=5)
    assert ageing.aged_priority(7, 3600, policy) == 7
    assert ageing.next_step_after(7, 0, policy) is None


def test_without_a_policy_nothing_is_gained() -> None:
    """Nor is there a next step."""
    assert ageing.aged_priority(-3, 1e9, None) == -3
    assert ageing.next_step_after(-3, 0, None) is None


@pytest.mark.parametrize(
    ("curve", "cap", "field", "fault"),
    [
        ((), 5, "curve", "at least one point"),
        (((0.0, 1),), 5, "curve", "both grow"),
        (((60.0, 0),), 5, "curve", "both grow"),
        (((-60.0, 1),), 5, "curve", "both grow"),
        (((60.0, 1), (60.0, 2)), 5, "curve", "both grow"),
        (((60.0, 1), (90.0, 1)), 5, "curve", "both grow"),
        (((60.0, 1), (30.0, 2)), 5, "curve", "both grow"),
        (((60.0, 1), (60.0000001, 2)), 5, "curve", "both grow"),
        (((math.inf, 1),), 5, "curve", "finite"),
        (((math.nan, 1),), 5, "curve", "finite"),
        (((60.0, 1),), 1001, "cap", "-1000 to 1000"),
        (((60.0, 1),), -1001, "cap", "-1000 to 1000"),
    ],
)
def test_a_curve_that_makes_no_sense_is_refused(
    curve: tuple[tuple[float, int], ...], cap: int, field: str, fault: str
) -> None:
    """The error names the setting and what is wrong with it."""
    with pytest.raises(AgeingError, match=fault) as refused:
        AgeingPolicy(curve=curve, cap=cap)
    assert refused.value.field == field
    assert str(refused.value) == f"{field}: {refused.value.fault}"


def test_a_cap_is_within_the_limits_of_a_priority() -> None:
    """Both modules mean the same number."""
    assert ageing.FARTHEST_CAP == policies.HIGHEST_PRIORITY
