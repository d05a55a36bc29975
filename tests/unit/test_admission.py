"""Who may join a queue, and how many may wait."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import admission, estimates, waiting
from callcore.domain.admission import Admission, Closure, Door, Limit, Refusal
from callcore.domain.estimates import Line, Rates, UnknownWait, Wait
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros, QueueName
from callcore.domain.outcomes import RefusalReason
from callcore.domain.policies import QueuePolicy, WaitingPerAgent

NINE_TO_FIVE = OpeningHours(
    name="week", timezone="UTC", week={0: (Interval(opens=time(9), closes=time(17)),)}
)


def monday(hour: int, minute: int = 0, second: int = 0) -> Micros:
    at = datetime(2026, 3, 2, hour, minute, second, tzinfo=UTC)
    return Micros(round(at.timestamp()) * MICROS_PER_SECOND)


NOON = monday(12)
QUEUE = QueuePolicy(name=QueueName("support"))
EVERY_MINUTE = Rates(served_weight=10.0, served_seconds=600.0)
"""One agent serves one caller a minute."""
TEN = frozenset(AgentId(f"10{number:02}") for number in range(10))
BUSY = Door(
    waiting_count=3,
    offered_count=0,
    ahead_count=3,
    free_agents_count=0,
    staffed=frozenset({AgentId("1001")}),
    closure=None,
    rates=EVERY_MINUTE,
    head_score=None,
    promise=None,
    dropped=None,
    last_agent=None,
)
CLOSURE = Closure(by="anna", reason="fire drill", at=monday(11), until=None)


def answer(
    policy: QueuePolicy, door: Door, *, agents: float = 1.0, now: Micros = NOON
) -> RefusalReason | str:
    """The reason, or that the caller may join."""
    decision = admission.decide(policy, door, math.inf, agents, now)
    return decision.reason if isinstance(decision, Refusal) else "joins"


def limit_of(policy: QueuePolicy, staffed_count: int) -> tuple[int, str]:
    found = admission.limit(policy, staffed_count, float(staffed_count), EVERY_MINUTE)
    return found.maximum_waiting, found.setting


# --- how many may wait --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "staffed", "places"),
    [(1.5, 0, 2), (1.5, 1, 2), (1.5, 2, 3), (1.5, 3, 5), (1.5, 7, 10), (0.07, 100, 7), (2.0, 4, 8)],
)
def test_places_follow_the_staffed_agents(ratio: float, staffed: int, places: int) -> None:
    """Rounded up, exactly, and between floor and ceiling."""
    policy = replace(QUEUE, waiting_per_agent=WaitingPerAgent(ratio=ratio, floor=2, ceiling=10))
    assert limit_of(policy, staffed) == (places, admission.WAITING_PER_AGENT)


def test_a_floor_of_nothing_keeps_everybody_out_when_nobody_is_staffed() -> None:
    """Which is what an operator who writes it wants."""
    policy = replace(QUEUE, waiting_per_agent=WaitingPerAgent(ratio=3.0, floor=0))
    assert limit_of(policy, 0) == (0, admission.WAITING_PER_AGENT)


@pytest.mark.parametrize(
    ("maximum_estimate", "places"), [(59.0, 0), (60.0, 1), (119.0, 1), (120.0, 2), (600.0, 10)]
)
def test_places_end_where_the_estimate_is_too_long(maximum_estimate: float, places: int) -> None:
    """One agent, a caller a minute: the first waits a minute, the tenth ten."""
    policy = replace(QUEUE, maximum_estimate_seconds=maximum_estimate)
    assert limit_of(policy, 1) == (places, admission.MAXIMUM_ESTIMATE_SECONDS)


def test_no_limit_keeps_a_caller_from_an_agent_who_is_free() -> None:
    """Nobody needs to stand in line for one; those for whom phones ring do not either."""
    policy = replace(QUEUE, waiting_per_agent=WaitingPerAgent(ratio=0.1), maximum_waiting=3)
    door = replace(
        BUSY, waiting_count=4, offered_count=2, ahead_count=2, free_agents_count=3, staffed=TEN
    )
    assert answer(policy, door, agents=10.0) == "joins"
    assert answer(policy, replace(door, waiting_count=5), agents=10.0) is RefusalReason.QUEUE_FULL
    assert answer(policy, replace(door, free_agents_count=2)) is RefusalReason.QUEUE_FULL
    decision = admission.decide(policy, door, math.inf, 10.0, NOON)
    assert isinstance(decision, Admission)
    assert (decision.limit.maximum_waiting, decision.places) == (1, 5)


def test_the_estimate_is_that_of_the_callers_own_place() -> None:
    """One who would be first is not kept out for those behind."""
    policy = replace(QUEUE, maximum_estimate_seconds=100.0)
    assert answer(policy, BUSY) is RefusalReason.ESTIMATE_TOO_LONG
    assert answer(policy, replace(BUSY, ahead_count=0)) == "joins"


def test_an_unknown_estimate_limits_nobody() -> None:
    """Without agents there is none."""
    policy = replace(QUEUE, maximum_waiting=7, maximum_estimate_seconds=1.0)
    assert limit_of(policy, 0) == (7, admission.MAXIMUM_WAITING)


def test_the_least_of_all_limits_holds_and_is_named() -> None:
    """With each of them being the least in turn; of equal ones the absolute one is named."""
    policy = replace(
        QUEUE,
        maximum_waiting=5,
        waiting_per_agent=WaitingPerAgent(ratio=4.0),
        maximum_estimate_seconds=180.0,
    )
    assert limit_of(policy, 1) == (3, admission.MAXIMUM_ESTIMATE_SECONDS)
    assert limit_of(replace(policy, maximum_estimate_seconds=300.0), 1) == (
        4,
        admission.WAITING_PER_AGENT,
    )
    assert limit_of(policy, 2) == (5, admission.MAXIMUM_WAITING)
    assert limit_of(replace(policy, maximum_waiting=3), 1) == (3, admission.MAXIMUM_WAITING)


# --- who may join -------------------------------------------------------------------------------


def test_a_caller_joins_with_limit_and_estimate() -> None:
    """Three ahead and one agent: four minutes."""
    decision = admission.decide(QUEUE, BUSY, math.inf, 1.0, NOON)
    assert decision == Admission(
        limit=Limit(maximum_waiting=1000, setting=admission.MAXIMUM_WAITING),
        places=1000,
        expected=decision.expected,
    )
    assert isinstance(decision.expected, Wait)
    assert decision.expected.mean == pytest.approx(240.0)


def test_a_refusal_says_what_there_would_have_been_room_for() -> None:
    """Limit and estimate are given whatever the reason."""
    policy = replace(QUEUE, maximum_waiting=3)
    assert admission.decide(policy, BUSY, math.inf, 0.0, NOON) == Refusal(
        reason=RefusalReason.QUEUE_FULL,
        limit=Limit(maximum_waiting=3, setting=admission.MAXIMUM_WAITING),
        expected=UnknownWait(),
    )


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_queue_takes_as_many_as_its_limit(waiting: int, maximum: int) -> None:
    """And not one more."""
    policy = replace(QUEUE, maximum_waiting=maximum + 1)
    joins = answer(policy, replace(BUSY, waiting_count=waiting)) == "joins"
    assert joins == (waiting <= maximum)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (monday(8, 59, 59), RefusalReason.CLOSED),
        (monday(9), "joins"),
        (monday(16, 30), "joins"),
        (monday(17), RefusalReason.CLOSED),
    ],
)
def test_outside_its_hours_a_queue_is_closed(now: Micros, reason: RefusalReason | str) -> None:
    """From the moment it opens to the moment it closes it is open."""
    assert answer(replace(QUEUE, hours=NINE_TO_FIVE), BUSY, now=now) == reason


@pytest.mark.parametrize(
    ("until", "is_closed"), [(None, True), (monday(12, 0, 1), True), (NOON, False)]
)
def test_a_closure_holds_until_its_end(until: Micros | None, is_closed: bool) -> None:
    """For good if it has none; not in the instant in which it ends."""
    closure = replace(CLOSURE, until=until)
    assert admission.is_closed(QUEUE, closure, NOON) is is_closed
    assert (answer(QUEUE, replace(BUSY, closure=closure)) == RefusalReason.CLOSED) is is_closed


def test_a_closure_that_has_ended_does_not_open_a_queue_outside_its_hours() -> None:
    """Both must let the caller in."""
    policy = replace(QUEUE, hours=NINE_TO_FIVE)
    over = replace(CLOSURE, until=monday(17, 30))
    assert admission.is_closed(policy, over, monday(18))


def test_without_agents_a_queue_may_refuse() -> None:
    """Only if it says so."""
    deserted = replace(BUSY, staffed=frozenset())
    assert answer(QUEUE, deserted, agents=0.0) == "joins"
    policy = replace(QUEUE, admits_without_agents=False)
    assert answer(policy, deserted, agents=0.0) is RefusalReason.NO_AGENTS
    assert answer(policy, BUSY) == "joins"


def test_a_caller_whose_estimate_is_too_long_is_told_that() -> None:
    """Not that the queue is full, unless it is."""
    policy = replace(QUEUE, maximum_estimate_seconds=200.0)
    assert answer(policy, BUSY) is RefusalReason.ESTIMATE_TOO_LONG
    assert answer(replace(policy, maximum_waiting=3), BUSY) is RefusalReason.QUEUE_FULL
    assert answer(replace(policy, maximum_estimate_seconds=240.0), BUSY) == "joins"
    assert answer(policy, replace(BUSY, rates=Rates())) == "joins"


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.floats(1.0, 1000.0))
def test_nobody_is_kept_out_or_let_in_against_the_estimate(
    in_line: int, offered: int, free: int, maximum_estimate: float
) -> None:
    """A caller joins exactly if the own estimate is within the limit."""
    door = replace(
        BUSY,
        waiting_count=in_line + offered,
        ahead_count=in_line,
        offered_count=offered,
        free_agents_count=free,
        staffed=TEN,
    )
    policy = replace(QUEUE, maximum_estimate_seconds=maximum_estimate)
    decision = admission.decide(policy, door, math.inf, 10.0, NOON)
    assert isinstance(decision.expected, Wait)
    assert isinstance(decision, Admission) == (decision.expected.mean <= maximum_estimate)


def test_a_caller_who_meets_a_free_agent_does_not_wait() -> None:
    """Whatever others are being offered: each of them has an agent already."""
    policy = replace(QUEUE, maximum_estimate_seconds=1.0)
    door = replace(
        BUSY, waiting_count=9, offered_count=9, ahead_count=0, free_agents_count=1, staffed=TEN
    )
    decision = admission.decide(policy, door, math.inf, 10.0, NOON)
    assert isinstance(decision, Admission)
    assert decision.expected == admission.AT_ONCE
    without = replace(door, free_agents_count=0)
    first = estimates.wait(Line(ahead_count=0), 10.0, EVERY_MINUTE)
    assert admission.expected(without, math.inf, 10.0, NOON) == first


def test_the_estimate_is_given_all_that_is_known_of_the_line() -> None:
    """The own place with the wait so far, and the head's wait; free agents take those ahead."""
    since = Micros(NOON - 50 * MICROS_PER_SECOND)
    head = Micros(NOON - 300 * MICROS_PER_SECOND)
    door = replace(BUSY, free_agents_count=1, head_score=waiting.score(head, 7), rates=Rates())
    found = admission.expected(door, waiting.score(since, 7), None, NOON)
    line = Line(ahead_count=2, priority=7, waited_seconds=50.0, head_waited_seconds=300.0)
    assert found == estimates.wait(line, None, Rates())
    known = admission.expected(replace(door, rates=EVERY_MINUTE), math.inf, 2.0, NOON)
    assert known == estimates.wait(Line(ahead_count=2), 2.0, EVERY_MINUTE)


def test_agents_of_whom_too_little_is_known_limit_nobody() -> None:
    """How they are shared has not been seen yet."""
    policy = replace(QUEUE, maximum_waiting=7, maximum_estimate_seconds=1.0)
    found = admission.limit(policy, 3, None, EVERY_MINUTE)
    assert (found.maximum_waiting, found.setting) == (7, admission.MAXIMUM_WAITING)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (monday(16, 55), "joins"),
        (monday(16, 56), "joins"),
        (monday(16, 56, 1), RefusalReason.CLOSES_TOO_SOON),
    ],
)
def test_who_would_not_be_served_before_closing_is_told_at_once(
    now: Micros, reason: RefusalReason | str
) -> None:
    """Four minutes of waiting end by five o'clock, or the caller is refused."""
    assert answer(replace(QUEUE, hours=NINE_TO_FIVE), BUSY, now=now) == reason


def test_closing_soon_keeps_nobody_out_whose_wait_is_unknown_or_nothing() -> None:
    """A second before five."""
    policy, now = replace(QUEUE, hours=NINE_TO_FIVE), monday(16, 59, 59)
    assert answer(policy, replace(BUSY, rates=Rates()), now=now) == "joins"
    assert (
        answer(policy, replace(BUSY, waiting_count=0, ahead_count=0, free_agents_count=1), now=now)
        == "joins"
    )


def test_the_first_of_several_reasons_is_told() -> None:
    """Closed, no agents, full, closing too soon: as each is mended, the next comes to light."""
    policy = replace(QUEUE, hours=NINE_TO_FIVE, admits_without_agents=False, maximum_waiting=3)
    door = replace(BUSY, closure=CLOSURE, staffed=frozenset())
    now = monday(16, 59)
    assert answer(policy, door, now=now) is RefusalReason.CLOSED
    door = replace(door, closure=None)
    assert answer(policy, door, now=now) is RefusalReason.NO_AGENTS
    door = replace(door, staffed=BUSY.staffed)
    assert answer(policy, door, now=now) is RefusalReason.QUEUE_FULL
    policy = replace(policy, maximum_waiting=4)
    assert answer(policy, door, now=now) is RefusalReason.CLOSES_TOO_SOON
    assert answer(policy, door, now=monday(16)) == "joins"
