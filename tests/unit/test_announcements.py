"""What a waiting caller is told, and when."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import announcements
from callcore.domain.announcements import LONGEST_ANNOUNCEMENT_SECONDS, Course, Kind
from callcore.domain.ids import MICROS_PER_SECOND, Micros, QueueName
from callcore.domain.policies import (
    EstimatePolicy,
    MessagePolicy,
    MessagesPolicy,
    PositionPolicy,
    QueuePolicy,
)
from callcore.domain.speech.utterances import MoreThanWaiting, Spoken, YouAreNext, YourPosition

JOINED_AT = Micros(1_800_000_000 * MICROS_PER_SECOND)
POSITION, ESTIMATE, MESSAGE = Kind


def messages(first: float, interval: float) -> MessagesPolicy:
    return MessagesPolicy(
        each=(MessagePolicy(prompts=("waiting/all-busy",)),),
        first_after_seconds=first,
        interval_seconds=interval,
    )


def queue(
    *,
    position: tuple[float, float] | None = None,
    estimate: tuple[float, float] | None = None,
    message: tuple[float, float] | None = None,
    gap: float = 5.0,
) -> QueuePolicy:
    """A queue whose kinds have each (first after, interval)."""
    return QueuePolicy(
        name=QueueName("support"),
        announce_position=position
        and PositionPolicy(first_after_seconds=position[0], interval_seconds=position[1]),
        announce_estimate=estimate
        and EstimatePolicy(first_after_seconds=estimate[0], interval_seconds=estimate[1]),
        messages=message and messages(*message),
        announcement_gap_seconds=gap,
    )


def at(seconds: float) -> Micros:
    """So long after the joining."""
    return Micros(JOINED_AT + round(seconds * MICROS_PER_SECOND))


def told(
    policy: QueuePolicy,
    until: float,
    *,
    lasts: float = 3.0,
    course: Course | None = None,
    away: tuple[float, float] = (0, 0),
) -> list[tuple[float, tuple[Kind, ...]]]:
    """What a caller hears, and when, if each announcement lasts so long; nothing can be told while
    ``away``.
    """
    course = course or Course(joined_at=JOINED_AT)
    heard: list[tuple[float, tuple[Kind, ...]]] = []
    while True:
        look = announcements.next_look(policy, course)
        if look is None or look > at(until):
            return heard
        kinds = announcements.due(policy, course, look)
        assert kinds, "something is due when it was said to be"
        seconds = (look - JOINED_AT) / MICROS_PER_SECOND
        course = announcements.passed(policy, course, kinds, look)
        if away[0] <= seconds < away[1]:
            # What is missed is passed over when the caller can hear again.
            course = announcements.passed(policy, course, tuple(Kind), at(away[1]))
            continue
        heard.append((seconds, kinds))
        course = announcements.begun(course, look)
        assert announcements.due(policy, course, at(seconds + lasts)) == ()
        course = announcements.over(course, at(seconds + lasts))


def test_each_kind_has_its_first_time_and_its_interval() -> None:
    """Counted from the joining, however long an announcement lasts."""
    policy = queue(position=(10, 30))
    assert told(policy, 100, lasts=8) == [(when, (POSITION,)) for when in (10, 40, 70, 100)]


def test_nothing_is_planned_where_nothing_is_told() -> None:
    """No timer runs for such a queue."""
    course = Course(joined_at=JOINED_AT)
    assert announcements.next_look(queue(), course) is None
    assert announcements.due(queue(), course, at(1000)) == ()


def test_position_and_estimate_that_are_due_together_are_told_in_one_go() -> None:
    """In this order; and one that would be due within the gap comes along."""
    policy = queue(position=(10, 30), estimate=(14, 60))
    assert told(policy, 80) == [
        (10, (POSITION, ESTIMATE)),
        (40, (POSITION,)),
        (70, (POSITION, ESTIMATE)),
    ]


def test_beyond_the_gap_they_are_told_apart() -> None:
    """Each at its time."""
    policy = queue(position=(10, 60), estimate=(30, 60))
    assert told(policy, 60) == [(10, (POSITION,)), (30, (ESTIMATE,))]


def test_a_message_comes_the_gap_after_what_is_told_before_it() -> None:
    """Due at the same instant: after the end of the position, and so much music."""
    policy = queue(position=(10, 30), message=(10, 60), gap=5)
    assert told(policy, 45, lasts=4) == [(10, (POSITION,)), (19, (MESSAGE,)), (40, (POSITION,))]


def test_a_gap_of_nothing_is_none() -> None:
    """One announcement straight after the other."""
    policy = queue(position=(10, 30), message=(10, 60), gap=0)
    assert told(policy, 30, lasts=4) == [(10, (POSITION,)), (14, (MESSAGE,))]


def test_what_comes_round_often_does_not_keep_out_the_rest() -> None:
    """The position is due again before it has been told, and the message is told all the same."""
    policy = queue(position=(5, 5), message=(20, 20), gap=5)
    heard = told(policy, 300, lasts=6)
    assert [kinds for _, kinds in heard].count((MESSAGE,)) >= 10


def test_what_was_missed_is_not_made_up_for() -> None:
    """The link was away for minutes: then each kind at its next time, once."""
    policy = queue(position=(10, 30), message=(20, 45))
    heard = told(policy, 350, away=(60, 290))
    assert heard == [
        (10, (POSITION,)),
        (20, (MESSAGE,)),
        (40, (POSITION,)),
        (310, (POSITION,)),
        (335, (MESSAGE,)),
        (343, (POSITION,)),
    ]


def test_an_end_that_is_never_told_does_not_silence_the_queue() -> None:
    """After the longest time an announcement may take, the next one is due."""
    policy = queue(position=(10, 30), gap=5)
    course = announcements.passed(policy, Course(joined_at=JOINED_AT), (POSITION,), at(10))
    course = announcements.begun(course, at(10))
    seconds = 10 + LONGEST_ANNOUNCEMENT_SECONDS + 5
    assert announcements.next_look(policy, course) == at(seconds)
    assert announcements.due(policy, course, at(seconds)) == (POSITION,)


def test_another_process_goes_on_where_this_one_would_have() -> None:
    """Nothing is told at once, nor anew: the rounds that are past are past."""
    policy = queue(position=(10, 30), estimate=(15, 60), message=(20, 45))
    course = announcements.taken_up(policy, JOINED_AT, at(69))
    assert course.rounds == (2, 1, 2)
    assert told(policy, 120, course=course)[0] == (74, (POSITION, ESTIMATE))
    early = announcements.taken_up(policy, JOINED_AT, at(2))
    assert told(policy, 120, course=early) == told(policy, 120)


@given(
    position=st.none() | st.tuples(st.floats(0, 60), st.floats(5, 90)),
    estimate=st.none() | st.tuples(st.floats(0, 60), st.floats(5, 90)),
    message=st.none() | st.tuples(st.floats(0, 60), st.floats(5, 90)),
    gap=st.floats(0, 20),
    lasts=st.floats(0.1, 20),
)
def test_however_it_is_set_there_is_the_gap_between_any_two(
    position: tuple[float, float] | None,
    estimate: tuple[float, float] | None,
    message: tuple[float, float] | None,
    gap: float,
    lasts: float,
) -> None:
    """Never two at once, none early but what comes along within the gap, and none starves."""
    policy = queue(position=position, estimate=estimate, message=message, gap=gap)
    heard = told(policy, 600, lasts=lasts)
    whens = [when for when, _ in heard]
    assert all(later - earlier >= lasts + gap - 1e-5 for earlier, later in pairwise(whens))
    for kind, setting in zip(Kind, (position, estimate, message), strict=True):
        times = [when for when, kinds in heard if kind in kinds]
        if setting is None:
            assert times == []
            continue
        early = gap if kind in announcements.TOLD_TOGETHER else 0.0
        rounds = [(when + early - setting[0]) / setting[1] for when in times]
        assert all(number >= index - 1e-4 for index, number in enumerate(rounds))
        # At most the two others come between.
        assert len(times) >= (600 - setting[0]) / (setting[1] + 3 * (lasts + gap)) - 1


@pytest.mark.parametrize(
    ("position", "spoken"),
    [
        (1, YouAreNext()),
        (2, YourPosition(2)),
        (20, YourPosition(20)),
        (21, MoreThanWaiting(20)),
        (5000, MoreThanWaiting(20)),
    ],
)
def test_a_position_in_words(position: int, spoken: Spoken) -> None:
    """Next, the place, or more than the limit."""
    policy = PositionPolicy(position_limit=20)
    assert announcements.position_spoken(position, policy) == spoken
    assert announcements.position_spoken(1, replace(policy, position_limit=1)) == YouAreNext()
