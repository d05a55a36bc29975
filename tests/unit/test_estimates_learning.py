"""What lessons make of rates: agents' time, priorities, sharing; and sums that are no sums."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import estimates
from callcore.domain.estimates import Lesson, Line, Rates, UnknownWait, Wait

ONE_A_SECOND = Rates(served_weight=50.0, served_seconds=50.0)


def learnt(lessons: Iterable[Lesson], sums: dict[str, float] | None = None) -> dict[str, float]:
    """The sums as the floor keeps them."""
    found = dict(sums or {})
    for lesson in lessons:
        for term in lesson:
            found[term.name] = found.get(term.name, 0.0) * term.kept + term.added
    return found


def service(seconds: float, *, answer: float = 0.0, priority: int = 0) -> Lesson:
    return estimates.of_service(seconds=seconds, answer_seconds=answer, priority=priority)


def served_after(seconds: float) -> Lesson:
    return estimates.of_wait(
        seconds, is_served=True, is_abandoned=False, is_callback=False, expected=None
    )


def came(busy_share: float) -> Lesson:
    return estimates.of_wait(
        0.0,
        is_served=True,
        is_abandoned=False,
        is_callback=False,
        expected=None,
        busy_share=busy_share,
    )


def wait(line: Line, rates: Rates, agents: float | None = 1.0) -> Wait:
    found = estimates.wait(line, agents, rates)
    assert isinstance(found, Wait)
    return found


def test_nothing_learnt_is_nothing_known() -> None:
    """No sums are the rates of a queue that nobody has been in."""
    assert estimates.rates({}) == Rates()
    assert estimates.wait(Line(ahead_count=1), 5.0, Rates()) == UnknownWait()


def test_the_mean_service_is_learnt_with_what_lost_offers_cost() -> None:
    """Exponential talks of 200 s, and every tenth offer keeps an agent for 30 s in vain."""
    random = Random(1)
    lessons = []
    for number in range(20_000):
        lessons.append(service(random.expovariate(1 / 200)))
        if number % 10 == 0:
            lessons.append(estimates.of_lost_offer(30.0))
    assert estimates.rates(learnt(lessons)).mean_service_seconds == pytest.approx(203, rel=0.03)


def test_the_long_memory_is_believed_until_it_is_contradicted() -> None:
    """10,000 talks of 200 s; then 100 talks of 400 s are enough to be believed, and 10,000 later
    nothing is left of the old.
    """
    random = Random(2)
    before = learnt(service(random.expovariate(1 / 200)) for _ in range(10_000))
    assert estimates.rates(before).mean_service_seconds == pytest.approx(200, rel=0.04)
    after = learnt((service(random.expovariate(1 / 400)) for _ in range(100)), before)
    assert 300 < estimates.rates(after).mean_service_seconds < 480
    later = learnt((service(random.expovariate(1 / 400)) for _ in range(10_000)), after)
    assert estimates.rates(later).mean_service_seconds == pytest.approx(400, rel=0.06)


def test_chance_is_no_contradiction() -> None:
    """As long as talks stay what they are, the estimate errs as little as a long memory does."""
    random = Random(3)
    sums = learnt(service(random.expovariate(1 / 200)) for _ in range(5000))
    worst = 0.0
    for _ in range(300):
        sums = learnt((service(random.expovariate(1 / 200)) for _ in range(10)), sums)
        worst = max(worst, abs(estimates.rates(sums).mean_service_seconds - 200))
    assert worst < 12


def test_sums_of_before_there_were_shorter_memories_are_believed() -> None:
    """A single long talk contradicts nothing, nor do a few that are like the others."""
    sums = learnt([service(800.0)], {"served_weight": 100.0, "served_seconds": 20_000.0})
    assert estimates.rates(sums).mean_service_seconds == pytest.approx(206, rel=0.01)
    later = learnt((service(200.0) for _ in range(20)), sums)
    assert estimates.rates(later).mean_service_seconds == pytest.approx(205, rel=0.01)


def test_the_time_until_the_agent_answers_belongs_to_the_wait() -> None:
    """Four seconds or eight, every other time: six more, and a variance of four more."""
    plain = learnt(service(60.0) for _ in range(1000))
    rung = learnt(service(60.0, answer=4.0 + 4.0 * (n % 2)) for n in range(1000))
    line = Line(ahead_count=3)
    without, with_ring = (wait(line, estimates.rates(sums)) for sums in (plain, rung))
    assert with_ring.mean - without.mean == pytest.approx(6.0, abs=0.01)
    assert with_ring.variance - without.variance == pytest.approx(4.0, abs=0.01)


def test_those_of_higher_priority_who_come_later_are_counted() -> None:
    """A fourth of all who are served overtake: every step takes 4/3 as long, the variance is that
    of a busy period. Nobody overtakes the first of all priorities, or those of one's own.
    """
    sums = learnt(service(60.0, priority=10 if n % 4 == 0 else 0) for n in range(4000))
    rates = estimates.rates(sums)
    low = wait(Line(ahead_count=5), rates)
    high = wait(Line(ahead_count=5, priority=10), rates)
    assert high.mean == pytest.approx(360.0)
    assert low.mean == pytest.approx(480.0, rel=0.01)
    rate, overtaking = 1 / 60, 1 / 240
    busy = (rate + overtaking) / (rate - overtaking) ** 3
    assert low.variance == pytest.approx(6 * busy, rel=0.01)
    lowest = wait(Line(ahead_count=5, priority=-1), rates)
    assert lowest.mean == pytest.approx(60 * 6 / 0.1)


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_few_sums_tell_all_priorities_apart_in_their_order(one: int, other: int) -> None:
    """Whoever is served with no higher priority is not said to overtake."""
    rates = estimates.rates(learnt(service(60.0, priority=one) for _ in range(10)))
    mean = wait(Line(ahead_count=0, priority=other), rates).mean
    if one <= other:
        assert mean == pytest.approx(60.0)
    assert len(service(60.0, priority=one)) < 30


def test_shared_agents_are_had_as_often_as_they_turn_to_who_waits_here() -> None:
    """Twice of three times; of few times nothing is said."""
    here, elsewhere = estimates.of_sharing(is_here=True), estimates.of_sharing(is_here=False)
    assert estimates.rates(learnt([here] * 10)).share is None
    share = estimates.rates(learnt([here, elsewhere, here] * 700)).share
    assert share == pytest.approx(2 / 3, rel=0.01)


def test_those_of_a_higher_priority_come_less_often_where_agents_are_often_free() -> None:
    """Nine of ten are served before; but of the agents a half has nothing to do."""
    higher, own = service(60.0, priority=10), service(60.0)
    served = [higher] * 9 + [own]
    always, half = (
        estimates.rates(learnt([*served * 100, *[came(busy)] * 30])) for busy in (1.0, 0.5)
    )
    assert wait(Line(ahead_count=0), always).mean == pytest.approx(600, rel=0.05)
    assert wait(Line(ahead_count=0), half).mean == pytest.approx(60 / 0.55, rel=0.05)
    assert wait(Line(ahead_count=0, priority=10), half).mean == pytest.approx(60, rel=0.05)


def test_without_rates_it_is_as_long_as_others_have_waited() -> None:
    """The last who was served, or the head of the line if that is longer, less the own wait."""
    sums = learnt([served_after(90.0)])
    rates = estimates.rates(sums)
    assert wait(Line(ahead_count=3), rates).mean == 90
    assert wait(Line(ahead_count=3, head_waited_seconds=120.0), rates).mean == 120
    assert wait(Line(ahead_count=3, waited_seconds=30.0), rates).mean == 60
    assert estimates.wait(Line(ahead_count=3, waited_seconds=95.0), 5.0, rates) == UnknownWait()
    assert estimates.wait(Line(ahead_count=3), 0.0, rates) == UnknownWait()


def test_without_staffing_it_is_so_too() -> None:
    """How long talks are does not help where nobody knows how many talk."""
    rates = replace(ONE_A_SECOND, last_wait_seconds=90.0)
    assert wait(Line(ahead_count=3), rates, agents=None).mean == 90
    assert wait(Line(ahead_count=3), rates).mean == 4


@pytest.mark.parametrize("last", [0.0, 3.0])
def test_who_was_served_at_once_says_nothing_of_a_line(last: float) -> None:
    """A queue that has just begun: the head has waited a moment, and the first were served when
    their agents' phones had rung.
    """
    rates = estimates.rates(learnt([served_after(last)]))
    line = Line(ahead_count=6, head_waited_seconds=0.2)
    assert estimates.wait(line, 5.0, rates) == UnknownWait()


SUM_NAMES = sorted(
    {
        term.name
        for lesson in (
            service(60.0),
            estimates.of_sharing(is_here=True),
            came(0.5),
            estimates.of_wait(
                1e5,
                is_served=False,
                is_abandoned=True,
                is_callback=False,
                expected=Wait(mean=60.0, variance=60.0, reckoned_mean=60.0),
            ),
        )
        for term in lesson
    }
    | {"last_wait_seconds"}
)
ANY_NUMBER = st.floats() | st.floats(0, 1e6) | st.sampled_from([0.0, 5e-324, 1e308, 1e18])


def test_a_queue_has_few_sums() -> None:
    """So many that a hash of them stays small."""
    assert len(SUM_NAMES) < 100


@given(
    st.dictionaries(st.sampled_from(SUM_NAMES), ANY_NUMBER)
    | st.fixed_dictionaries(dict.fromkeys(SUM_NAMES, ANY_NUMBER)),
    st.integers(-5, 20_000),
    st.integers(-2000, 2000),
    ANY_NUMBER,
    st.none() | ANY_NUMBER,
    st.none() | ANY_NUMBER,
)
def test_no_sums_make_an_estimate_fail(
    sums: dict[str, float],
    ahead_count: int,
    priority: int,
    waited: float,
    head: float | None,
    agents: float | None,
) -> None:
    """Whatever a hash has come to hold, there is a wait longer than 0, or none."""
    rates = estimates.rates(sums)
    line = Line(
        ahead_count=ahead_count,
        priority=priority,
        waited_seconds=waited,
        head_waited_seconds=head,
    )
    found = estimates.wait(line, agents, rates)
    if isinstance(found, Wait):
        assert 0 < found.mean < math.inf
        assert 0 <= found.variance < math.inf
        assert 0 <= found.quantile_seconds(0.2) <= found.quantile_seconds(0.8) < math.inf
        estimates.of_wait(
            60.0, is_served=False, is_abandoned=True, is_callback=False, expected=found
        )
    places = estimates.places_within(60.0, agents, rates, 50)
    assert isinstance(places, UnknownWait) or 0 <= places <= 50
    assert rates.share is None or 0 <= rates.share <= 1


@given(ANY_NUMBER, ANY_NUMBER, ANY_NUMBER, st.booleans(), st.booleans())
def test_no_time_makes_a_lesson_that_spoils_the_sums(
    seconds: float, mean: float, variance: float, is_served: bool, is_callback: bool
) -> None:
    """What is added is a number, and what is kept a fraction."""
    lessons = [
        estimates.of_service(seconds=seconds, answer_seconds=seconds, priority=0),
        estimates.of_lost_offer(seconds),
        estimates.of_sharing(is_here=True),
        came(seconds),
        estimates.of_wait(
            seconds,
            is_served=is_served,
            is_abandoned=not is_served,
            is_callback=is_callback,
            expected=Wait(mean=mean, variance=variance, reckoned_mean=mean),
        ),
    ]
    for term in (term for lesson in lessons for term in lesson):
        assert 0 <= term.kept <= 1
        assert 0 <= term.added <= 1.01e13
        assert set(term.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-:")
