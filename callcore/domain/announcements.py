"""What a waiting caller is told, and when.

A prompt is a key: a file name without its ending in the switch's sounds directory. The keys are
those of the recorded set in Debian's ``asterisk-core-sounds-en-wav``.
"""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.policies import PositionPolicy

ATTENTION_TONE = "tone_stream://%(200,100,620);loops=2"
"""Heard in place of prompts that are not there: never silence."""

STAND_IN_MUSIC = "tone_stream://%(400,200,440);%(400,4000,480);loops=-1"
"""Heard in place of music that is not there: a quiet double tone every five seconds."""

RINGING_TONE = "tone_stream://%(1000,4000,425);loops=-1"
"""Heard by an agent while the phone of a customer who is called back rings (ITU-T E.180)."""

_NAMES_OF_KEYS = {"*": "star", "#": "pound"}

_TWENTY = 20
_TEN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionAnnouncement:
    """What to play: prompt keys in order, and the position they tell."""

    position: int
    prompts: tuple[str, ...]


def number_prompts(number: int) -> tuple[str, ...]:
    """The English prompts that speak a number from 0 to 99. Raises ``ValueError`` outside it."""
    if not 0 <= number < _TEN * _TEN:
        message = f"no prompts for the number {number}"
        raise ValueError(message)
    if number <= _TWENTY or number % _TEN == 0:
        return (f"digits/{number}",)
    return (f"digits/{number - number % _TEN}", f"digits/{number % _TEN}")


def key_prompts(key: str) -> tuple[str, ...]:
    """The English prompts that ask for a key: "press one"."""
    return ("vm-press", f"digits/{_NAMES_OF_KEYS.get(key, key)}")


def position_announcement(
    position: int, last_told: int | None, policy: PositionPolicy
) -> PositionAnnouncement:
    """What to tell a caller at ``position`` (from 1) who was told ``last_told`` before.

    A caller is never told a worse position than before: someone of higher priority who overtook
    is not the waiting caller's business.
    """
    told = position if last_told is None else min(position, last_told)
    if told == 1:
        prompts: tuple[str, ...] = ("queue-youarenext",)
    elif told > policy.position_limit:
        prompts = ("queue-quantity1", *number_prompts(policy.position_limit), "queue-quantity2")
    else:
        prompts = ("queue-thereare", *number_prompts(told), "queue-callswaiting")
    return PositionAnnouncement(position=told, prompts=prompts)


def next_after_seconds(policy: PositionPolicy, announcements_count: int) -> float:
    """How long until the next announcement, after so many have been made."""
    return policy.first_after_seconds if announcements_count == 0 else policy.interval_seconds
