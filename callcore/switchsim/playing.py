"""Playing sounds on a leg, and the orders that nest in them.

From ``switch_ivr_play_file``: while a sound plays, orders queued for the leg are executed over it
unless one of them holds the event lock; the sound then goes on where it stopped.
"""

from __future__ import annotations

import math
from collections import deque
from enum import Enum, auto
from typing import TYPE_CHECKING

from callcore.switchsim.sounds import PASSED_OVER
from callcore.switchsim.states import State
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcore.switchsim.channels import Channel
    from callcore.switchsim.life import Life


class Ending(Enum):
    """How a playback ended."""

    DONE = auto()
    BROKEN = auto()
    FAILED = auto()
    MISSING = auto()


RESPONSES = {
    Ending.DONE: "FILE PLAYED",
    Ending.BROKEN: "FILE PLAYED",
    Ending.FAILED: "PLAYBACK ERROR",
    Ending.MISSING: "FILE NOT FOUND",
}


def play(life: Life, path: str, on_digit: Callable[[str], bool] | None = None) -> Ending:
    """Plays ``path`` to its end. ``on_digit`` says whether a pressed digit breaks it."""
    channel = life.channel
    found = life.sounds.find(path)
    ahead = deque((_micros(at / life.speed), part) for at, part in found.passed_over)
    _tell_passed_over(channel, ahead, 0)
    if found.seconds is None or not channel.is_up:
        return Ending.MISSING if found.seconds is None else Ending.FAILED
    headers = _headers(path)
    channel.fire("PLAYBACK_START", after=headers)
    channel.note(f"play {path}")
    channel.playing.append(path)
    length = found.seconds / life.speed
    ending, left = _listen(life, length, ahead, on_digit)
    channel.playing.pop()
    _note_position(channel, length, left)
    status = "break" if ending is Ending.BROKEN else "done"
    channel.fire("PLAYBACK_STOP", after={**headers, "Playback-Status": status})
    channel.note(f"stop {path}")
    return ending


def _listen(
    life: Life,
    length: float,
    ahead: deque[tuple[float, str]],
    on_digit: Callable[[str], bool] | None,
) -> tuple[Ending, float]:
    channel = life.channel
    began_at, length_micros = channel.now(), _micros(length)
    while True:
        played = channel.now() - began_at
        left = (length_micros - played) / MICROS
        if not channel.is_ready:
            return _ending_of(channel), left
        if channel.is_breaking:
            channel.is_breaking = False
            return Ending.BROKEN, left
        _tell_passed_over(channel, ahead, played)
        began = channel.now()
        if life.obey_orders():
            began_at += channel.now() - began
            continue
        if channel.digits and on_digit is not None:
            if on_digit(take_digit(channel)):
                return Ending.BROKEN, left
            continue
        if left <= 0:
            return Ending.DONE, 0.0
        awaited = ahead[0][0] if ahead else length_micros
        channel.alarm.sleep(None if math.isinf(awaited) else began_at + int(awaited))


def _micros(seconds: float) -> float:
    return seconds if math.isinf(seconds) else round(seconds * MICROS)


def _tell_passed_over(channel: Channel, ahead: deque[tuple[float, str]], played: float) -> None:
    """Tells of the missing parts whose turn has come after so many microseconds of a sequence."""
    while ahead and ahead[0][0] <= played:
        channel.fire_custom(PASSED_OVER, {"File": ahead.popleft()[1]})


def _ending_of(channel: Channel) -> Ending:
    # A leg the switch itself ends has its sound reported as played; a BYE, a bridge or a transfer
    # cuts the media from under it and is reported as an error.
    is_killed = channel.state is State.HANGUP and not channel.is_ended_by_far_end
    return Ending.DONE if is_killed else Ending.FAILED


def take_digit(channel: Channel) -> str:
    """Takes the next digit that was pressed and tells it."""
    digit, source = channel.digits.popleft()
    channel.fire(
        "DTMF",
        after={"DTMF-Digit": digit, "DTMF-Duration": "2000", "DTMF-Source": source},
    )
    channel.note(f"digit {digit}")
    return digit


def breaks_playback(channel: Channel, digit: str) -> bool:
    """True if the digit ends a plain playback: ``*`` unless a variable says otherwise."""
    terminators = channel.get("playback_terminators") or "*"
    if terminators.lower() == "none":
        return False
    if terminators.lower() == "any":
        terminators = "1234567890*#"
    if digit in terminators:
        channel.set("playback_terminator_used", digit)
        return True
    return False


def break_playback(channel: Channel, *, is_all: bool) -> None:
    """Ends what is playing, as ``uuid_break`` does; with ``is_all`` also forgets queued orders.

    While the leg lets the frames before a broadcast sound go by, a break does nothing: the switch
    forgets it when the sound begins.
    """
    if is_all:
        channel.orders.clear()
    if channel.is_leading:
        return
    channel.is_breaking = True
    channel.is_breaking_orders = channel.order_depth > 0
    channel.alarm.ring_at_next_step()


def _headers(path: str) -> dict[str, str]:
    kind = path.partition("://")[0]
    headers = {"Playback-File-Type": kind} if kind in {"local_stream", "tone_stream"} else {}
    return {**headers, "Playback-File-Path": path}


def _note_position(channel: Channel, length: float, left: float) -> None:
    played = 0.0 if math.isinf(length) else max(length - left, 0.0)
    milliseconds = int(played * 1000)
    channel.set_all(
        {
            "playback_last_offset_pos": str(milliseconds * 8),
            "playback_seconds": str(milliseconds // 1000),
            "playback_ms": str(milliseconds),
            "playback_samples": str(milliseconds * 8),
        }
    )
