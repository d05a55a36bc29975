"""What a waiting caller is told, and when.

Position, estimate and messages come round, each first after a while and then every so often, all
counted from the joining: nothing drifts, what could not be told is not made up for, and another
process that adopts the call goes on where this one would have. They share one voice: what is due
while another announcement sounds, or less than the gap after it, waits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TypeAlias

from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.policies import EstimatePolicy, MessagesPolicy, PositionPolicy, QueuePolicy
from callcore.domain.speech.utterances import MoreThanWaiting, Spoken, YouAreNext, YourPosition

ATTENTION_TONE = "tone_stream://%(200,100,620);loops=2"
"""Heard in place of prompts that are not there: never silence."""

STAND_IN_MUSIC = "tone_stream://%(400,200,440);%(400,4000,480);loops=-1"
"""Heard in place of music that is not there: a quiet double tone every five seconds."""

RINGING_TONE = "tone_stream://%(1000,4000,425);loops=-1"
"""Heard by an agent while the phone of a customer who is called back rings (ITU-T E.180)."""

MAY_SOUND_SECONDS = 15.0
"""An announcement that another process has begun may sound for so long."""

LONGEST_ANNOUNCEMENT_SECONDS = 60.0
"""After so long an announcement counts as over: the switch may not have told of its end."""


class Kind(IntEnum):
    """What comes round. Of what is due at the same instant the first is told first."""

    POSITION = 0
    ESTIMATE = 1
    MESSAGE = 2


TOLD_TOGETHER = (Kind.POSITION, Kind.ESTIMATE)
"""In one utterance, where both are due."""

_Rounds: TypeAlias = PositionPolicy | EstimatePolicy | MessagesPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far the announcements of one visit to a queue have come."""

    joined_at: Micros
    rounds: tuple[int, int, int] = (0, 0, 0)
    """How many of each ``Kind`` are past, told or not."""
    sounds_since: Micros | None = None
    """When the announcement that sounds began."""
    over_since: Micros | None = None
    """When the last one ended."""


def taken_up(
    queue: QueuePolicy, joined_at: Micros, now: Micros, told_at: Micros | None = None
) -> Course:
    """The course of a caller who joined in another process: the rounds up to now were its own.

    What it said last, at ``told_at`` (or a moment ago, for all that is known), may sound still.
    """
    position, estimate, messages = (
        0 if policy is None else _rounds_until(policy, joined_at, now)
        for policy in _policies(queue)
    )
    is_quiet = told_at is not None and now - told_at > _micros(MAY_SOUND_SECONDS)
    return Course(
        joined_at=joined_at,
        rounds=(position, estimate, messages),
        over_since=None if is_quiet else now,
    )


def due(queue: QueuePolicy, course: Course, now: Micros) -> tuple[Kind, ...]:
    """What is to be told now in one go; empty if nothing need or may be.

    What has been due longest comes first, so that nothing that comes round often keeps out the
    rest. Of position and estimate one brings the other along that would be due before it could be
    told alone.
    """
    if now < _quiet_until(queue, course):
        return ()
    coming = _coming(queue, course)
    first = min(coming, key=coming.__getitem__, default=None)
    if first is None or coming[first] > now:
        return ()
    if first not in TOLD_TOGETHER:
        return (first,)
    together_until = now + _micros(queue.announcement_gap_seconds)
    return tuple(
        kind for kind in TOLD_TOGETHER if kind in coming and coming[kind] <= together_until
    )


def next_look(queue: QueuePolicy, course: Course) -> Micros | None:
    """When something may be due at the earliest; ``None`` if the queue tells nothing."""
    coming = _coming(queue, course).values()
    return Micros(max(min(coming), _quiet_until(queue, course))) if coming else None


def passed(queue: QueuePolicy, course: Course, kinds: Collection[Kind], now: Micros) -> Course:
    """The round of each of these kinds is past, and so are those that were missed up to now."""
    position, estimate, messages = (
        count
        if policy is None or kind not in kinds
        else max(count + 1, _rounds_until(policy, course.joined_at, now))
        for kind, count, policy in zip(Kind, course.rounds, _policies(queue), strict=True)
    )
    return replace(course, rounds=(position, estimate, messages))


def begun(course: Course, now: Micros) -> Course:
    """An announcement sounds."""
    return replace(course, sounds_since=now)


def over(course: Course, now: Micros) -> Course:
    """None sounds any more."""
    return replace(course, sounds_since=None, over_since=now)


def position_spoken(position: int, policy: PositionPolicy) -> Spoken:
    """A caller's place in line, from 1, in words."""
    if position == 1:
        return YouAreNext()
    if position > policy.position_limit:
        return MoreThanWaiting(policy.position_limit)
    return YourPosition(position)


def _policies(queue: QueuePolicy) -> tuple[_Rounds | None, _Rounds | None, _Rounds | None]:
    """By ``Kind``."""
    return (queue.announce_position, queue.announce_estimate, queue.messages)


def _coming(queue: QueuePolicy, course: Course) -> dict[Kind, int]:
    """When the next round of each kind is due."""
    return {
        kind: course.joined_at
        + _micros(policy.first_after_seconds)
        + count * _micros(policy.interval_seconds)
        for kind, count, policy in zip(Kind, course.rounds, _policies(queue), strict=True)
        if policy is not None
    }


def _rounds_until(policy: _Rounds, joined_at: Micros, now: Micros) -> int:
    """How many rounds are due up to ``now``, and at that very instant."""
    since_first = now - joined_at - _micros(policy.first_after_seconds)
    return max(since_first // _micros(policy.interval_seconds) + 1, 0)


def _quiet_until(queue: QueuePolicy, course: Course) -> int:
    """When the next announcement may begin."""
    gap = _micros(queue.announcement_gap_seconds)
    if course.sounds_since is not None:
        return course.sounds_since + _micros(LONGEST_ANNOUNCEMENT_SECONDS) + gap
    return course.joined_at if course.over_since is None else course.over_since + gap


def _micros(seconds: float) -> int:
    return round(seconds * MICROS_PER_SECOND)
