"""Who is served before whom: within a queue, and by an agent of several queues."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import ageing, routing, waiting
from callcore.domain.ageing import AgeingPolicy
from callcore.domain.ids import CallId, Micros, QueueName, seconds_between
from callcore.domain.policies import QueuePolicy
from callcore.domain.routing import Demand

INSTANTS = st.integers(1_600_000_000_000_000, 2_500_000_000_000_000).map(Micros)
PRIORITIES = st.integers(-1000, 1000)


@given(INSTANTS, INSTANTS, PRIORITIES)
def test_within_a_priority_the_first_to_join_is_served_first(
    one: Micros, other: Micros, priority: int
) -> None:
    """A score tells two instants apart that differ by a microsecond."""
    assert (one < other) == (waiting.score(one, priority) < waiting.score(other, priority))


@given(INSTANTS, PRIORITIES)
def test_a_microsecond_makes_a_difference(joined_at: Micros, priority: int) -> None:
    """Two who join almost at once have two places."""
    later = Micros(joined_at + 1)
    assert waiting.score(joined_at, priority) < waiting.score(later, priority)


@given(INSTANTS, st.integers(0, waiting.PRIORITY_STEP_MICROS - 1), PRIORITIES, PRIORITIES)
def test_a_higher_priority_is_served_first_whatever_the_wait(
    joined_at: Micros, waited_micros: int, one: int, other: int
) -> None:
    """A step of priority outweighs a wait of up to twelve days."""
    later = Micros(joined_at + waited_micros)
    if one > other:
        assert waiting.score(later, one) < waiting.score(joined_at, other)


# --- ageing -------------------------------------------------------------------------------------

BEGIN = Micros(1_700_000_000_000_000)
HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A caller of a queue with ageing."""

    number: int
    first_joined_at: Micros
    priority: int

    def effective_priority(self, policy: AgeingPolicy | None, now: Micros) -> int:
        waited = seconds_between(self.first_joined_at, now)
        return ageing.aged_priority(self.priority, waited, policy)

    def score(self, policy: AgeingPolicy | None, now: Micros) -> float:
        return waiting.score(self.first_joined_at, self.effective_priority(policy, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One caller was served while the others waited."""

    at: Micros
    served: Arrival
    waiting: tuple[Arrival, ...]


def services(
    policy: AgeingPolicy | None, callers: Iterable[Arrival], instants: Iterable[Micros]
) -> list[Service]:
    """Whenever an agent becomes free, the caller with the lowest score is served."""
    unserved = set(callers)
    done = []
    for now in sorted(instants):
        there = sorted(
            (one for one in unserved if one.first_joined_at <= now),
            key=lambda one: (one.score(policy, now), one.number),
        )
        if there:
            unserved.remove(there[0])
            done.append(Service(at=now, served=there[0], waiting=tuple(there[1:])))
    return done


@st.composite
def ageing_policies(draw, *, least_cap: int = -20) -> AgeingPolicy:
    steps = draw(
        st.lists(st.tuples(st.integers(1, 2400), st.integers(1, 20)), min_size=1, max_size=4)
    )
    curve: list[tuple[float, int]] = []
    for seconds, gained in steps:
        before = curve[-1] if curve else (0, 0)
        curve.append((before[0] + seconds, before[1] + gained))
    return AgeingPolicy(curve=tuple(curve), cap=draw(st.integers(least_cap, 40)))


MOMENTS = st.integers(0, HOUR).map(lambda after: Micros(BEGIN + after))
ARRIVALS = st.lists(st.tuples(MOMENTS, st.integers(-10, 10)), max_size=12).map(
    lambda cases: [
        Arrival(number=number, first_joined_at=joined_at, priority=priority)
        for number, (joined_at, priority) in enumerate(cases)
    ]
)
FREE_AGENTS = st.lists(MOMENTS, max_size=12)


@given(st.none() | ageing_policies(), ARRIVALS, FREE_AGENTS)
def test_no_one_is_overtaken_against_the_rules(
    policy: AgeingPolicy | None, callers: list[Arrival], instants: list[Micros]
) -> None:
    """Who is served before another has the higher priority at that moment, or the same one and
    joined first.
    """
    for service in services(policy, callers, instants):
        served = service.served
        priority = served.effective_priority(policy, service.at)
        for other in service.waiting:
            others = other.effective_priority(policy, service.at)
            is_first = served.first_joined_at <= other.first_joined_at
            assert priority > others or (priority == others and is_first)


@given(ageing_policies(least_cap=10), ARRIVALS, FREE_AGENTS)
def test_who_has_reached_the_cap_is_never_overtaken_by_later_callers(
    policy: AgeingPolicy, callers: list[Arrival], instants: list[Micros]
) -> None:
    """With a cap that no own priority exceeds, the line ahead of such a caller only shrinks."""
    for service in services(policy, callers, instants):
        for other in service.waiting:
            if other.effective_priority(policy, service.at) == policy.cap:
                assert service.served.first_joined_at <= other.first_joined_at


@pytest.mark.parametrize(
    ("policy", "served_at"),
    [
        (None, None),
        (AgeingPolicy(curve=((60.0, 10),), cap=10), 60),
        (AgeingPolicy(curve=((60.0, 10),), cap=4), None),
    ],
)
def test_nobody_starves_with_a_high_cap(policy: AgeingPolicy | None, served_at: int | None) -> None:
    """Every second an agent becomes free and a caller of priority 10 joins: one of priority 0 is
    served once as urgent as they, and never if the cap or the lack of ageing forbids it.
    """
    seconds = [Micros(BEGIN + second * 1_000_000) for second in range(600)]
    urgent = [
        Arrival(number=number, first_joined_at=joined_at, priority=10)
        for number, joined_at in enumerate(seconds, start=1)
    ]
    patient = Arrival(number=0, first_joined_at=BEGIN, priority=0)
    when = {
        service.served.number: service.at
        for service in services(policy, [patient, *urgent], seconds)
    }
    assert when.get(0) == (None if served_at is None else seconds[served_at])


@given(ageing_policies(), st.integers(-10, 10), st.integers(0, HOUR))
def test_a_score_changes_only_at_the_steps(
    policy: AgeingPolicy, priority: int, waited_micros: int
) -> None:
    """So a caller's place is right all the time if it is reckoned anew at each of them."""
    caller = Arrival(number=0, first_joined_at=BEGIN, priority=priority)
    now = Micros(BEGIN + waited_micros)
    after = ageing.next_step_after(priority, waited_micros / 1_000_000, policy)
    until = Micros(BEGIN + 10 * HOUR) if after is None else Micros(now + round(after * 1e6) - 1)
    assert caller.score(policy, until) == caller.score(policy, now)
    if after is not None:
        assert caller.score(policy, Micros(until + 1)) < caller.score(policy, now)


# --- several queues -----------------------------------------------------------------------------


def head(name: str, *, joined: float, weight: float = 1.0, priority: int = 0) -> Demand:
    """A caller who first joined so many seconds after the beginning."""
    joined_at = Micros(BEGIN + round(joined * 1_000_000))
    return Demand(
        call_id=CallId(name),
        queue=QueuePolicy(name=QueueName(name), weight=weight),
        first_joined_at=joined_at,
        joined_at=Micros(BEGIN + HOUR),
        priority=priority,
    )


NOW = Micros(BEGIN + HOUR)
HEADS = st.lists(
    st.builds(
        head,
        st.text("abc", min_size=1, max_size=5),
        joined=st.floats(0, 3600),
        weight=st.sampled_from([0.5, 1.0, 3.0]),
        priority=st.integers(-2, 2),
    ),
    max_size=6,
)


@pytest.mark.parametrize(
    ("heads", "first"),
    [
        ([], None),
        ([head("a", joined=60), head("b", joined=30), head("c", joined=90)], "b"),
        ([head("a", joined=0), head("b", joined=3599, priority=1)], "b"),
        ([head("a", joined=3000), head("b", joined=3500, weight=7)], "b"),
        ([head("a", joined=3000), head("b", joined=3500, weight=5.9)], "a"),
        ([head("a", joined=0, weight=100), head("b", joined=3599, priority=1)], "b"),
        ([head("b", joined=3000), head("a", joined=3500, weight=6)], "b"),
        ([head("a", joined=3500, weight=6), head("b", joined=3000)], "a"),
        ([head("a", joined=3700, weight=9), head("b", joined=3650)], "a"),
    ],
)
def test_an_agent_of_several_queues_serves_the_most_urgent_caller(
    heads: list[Demand], first: str | None
) -> None:
    """Priority, then the wait since first joining times the weight, then the order given; one who
    joined a moment ahead of our clock has not waited yet.
    """
    served = routing.first_served(heads, NOW)
    assert (served.call_id if served else None) == first


@given(HEADS)
def test_no_head_is_more_urgent_than_the_one_served(heads: list[Demand]) -> None:
    """Neither by priority nor, among equals, by weighted waiting."""
    served = routing.first_served(heads, NOW)
    assert (served is None) == (not heads)
    for other in heads:
        assert served is not None
        assert served.priority >= other.priority
        if served.priority == other.priority:
            assert (NOW - served.first_joined_at) * served.queue.weight >= (
                NOW - other.first_joined_at
            ) * other.queue.weight


@given(HEADS)
def test_queues_of_one_weight_are_served_as_if_they_were_one(heads: list[Demand]) -> None:
    """The lowest score over all of them comes first."""
    equal = [
        head(str(number), joined=(one.first_joined_at - BEGIN) / 1e6, priority=one.priority)
        for number, one in enumerate(heads)
    ]
    served = []
    while (one := routing.first_served(equal, NOW)) is not None:
        equal.remove(one)
        served.append(waiting.score(one.first_joined_at, one.priority))
    assert all(before <= after for before, after in pairwise(served))


@pytest.mark.parametrize("weight", [0.5, 1.0, 2.0, 4.0])
def test_waits_settle_in_the_proportion_of_the_weights(weight: float) -> None:
    """A caller a second joins each of two queues, an agent of both serves one a second: both are
    served, and the callers of one of twice the weight wait half as long.
    """
    plain, weighted = ([head("head", joined=second) for second in range(1200)] for _ in range(2))
    weighted = [replace(one, queue=replace(one.queue, weight=weight)) for one in weighted]
    for second in range(1200):
        now = Micros(BEGIN + second * 1_000_000)
        there = [line[0] for line in (plain, weighted) if line[0].first_joined_at <= now]
        served = routing.first_served(there, now)
        assert served is not None
        (plain if served is plain[0] else weighted).pop(0)
    waits = [1200 - (line[0].first_joined_at - BEGIN) / 1e6 for line in (plain, weighted)]
    assert waits[0] / waits[1] == pytest.approx(weight, rel=0.02)
