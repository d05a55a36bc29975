"""``play_and_get_digits``: a prompt, keys pressed, a check, and another try.

After ``switch_play_and_get_digits`` and ``switch_ivr_read``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from callcore.switchsim import playing
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from callcore.switchsim.channels import Channel
    from callcore.switchsim.life import Life

_FEWEST_ARGUMENTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The arguments of the application, in their order."""

    fewest: int
    most: int
    tries: int
    timeout_seconds: float
    terminators: str
    prompt: str
    complaint: str
    variable: str
    pattern: str
    digit_timeout_seconds: float
    transfer: str

    @classmethod
    def read(cls, argument: str) -> Self | None:
        """The question, or ``None`` if the arguments are wrong."""
        words = argument.split(" ", 10)
        if len(words) < _FEWEST_ARGUMENTS or not all(word.isdigit() for word in words[:4]):
            return None
        words += [""] * (11 - len(words))
        timeout = int(words[3]) / 1000
        return cls(
            fewest=int(words[0]),
            most=max(int(words[1]), int(words[0])),
            tries=int(words[2]),
            timeout_seconds=timeout,
            terminators="" if words[4] == "none" else words[4],
            prompt=words[5],
            complaint=words[6],
            variable=words[7],
            pattern=words[8],
            digit_timeout_seconds=int(words[9]) / 1000 if words[9].isdigit() else timeout,
            transfer=words[10],
        )


def ask(life: Life, question: Question) -> None:
    """Asks until the digits fit, the tries are used up, or the leg has something else to do."""
    channel = life.channel
    channel.set(f"{question.variable}_invalid", None)
    tries = question.tries
    while tries and channel.is_ready:
        tries -= 1
        digits = _read(life, question)
        if channel.get("read_result") != "failure" and digits:
            if not question.pattern or re.search(question.pattern, digits):
                return
            channel.set(question.variable, None)
            channel.set(f"{question.variable}_invalid", digits)
        if question.complaint and channel.is_up:
            playing.play(life, question.complaint)
    if question.transfer and channel.is_ready:
        extension, _, rest = question.transfer.partition(" ")
        life.switch.transfer(channel, extension, rest.partition(" ")[2] or None)


def _read(life: Life, question: Question) -> str:
    channel = life.channel
    channel.set("read_result", None)
    channel.set("read_terminator_used", None)
    channel.set(question.variable, None)
    collected: list[str] = []
    is_terminated = False

    def take(digit: str) -> bool:
        nonlocal is_terminated
        if digit in question.terminators:
            is_terminated = True
            channel.set("read_terminator_used", digit)
        else:
            collected.append(digit)
        return True

    if question.prompt and question.prompt != "silence":
        playing.play(life, question.prompt, take)
    has_timed_out = False
    while channel.is_ready and len(collected) < question.most and not is_terminated:
        seconds = question.digit_timeout_seconds if collected else question.timeout_seconds
        digit = _next_digit(life, seconds)
        if digit is None:
            has_timed_out = True
            break
        take(digit)
    digits = "".join(collected)
    channel.set("read_result", _result(question, digits, has_timed_out=has_timed_out))
    if digits:
        channel.set(question.variable, digits)
    return digits


def _result(question: Question, digits: str, *, has_timed_out: bool) -> str:
    if len(digits) < question.fewest:
        return "failure"
    return "timeout" if has_timed_out else "success"


def _next_digit(life: Life, seconds: float) -> str | None:
    channel: Channel = life.channel
    until = channel.now() + int(seconds * MICROS)
    while channel.is_ready and not channel.is_breaking:
        if channel.digits:
            return playing.take_digit(channel)
        life.obey_orders()
        if channel.now() >= until:
            return None
        channel.alarm.sleep(until)
    channel.is_breaking = False
    return None
