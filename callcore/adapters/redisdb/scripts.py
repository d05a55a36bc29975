"""The Lua scripts, one verb each: loads them and turns their words into answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from enum import StrEnum
from importlib import resources
from typing import Any, Final, Generic, TypeVar

from callcore.adapters.redisdb.client import Client, Command
from callcore.adapters.redisdb.faults import Fault, UnexpectedAnswerError
from callcore.ports.records import Appending
from callcore.ports.stores import (
    AgentAnswer,
    JoinAnswer,
    LeaveAnswer,
    MoveAnswer,
    OfferAnswer,
    RescoreAnswer,
    ReserveAnswer,
)

Answer = TypeVar("Answer", bound=StrEnum)

REMEMBER_ANSWER_SECONDS: Final = 600
"""How long a repeated request is answered the same; far longer than anybody repeats one."""

_OUTDATED = "outdated"
_INCLUDE = re.compile(r"^-- include (\w+)\.lua$", re.MULTILINE)


class OutdatedError(Exception):
    """The script found other posts, another node or number than its keys were made for.

    It has changed nothing: read again, and run it again.
    """


class ForgetAnswer(StrEnum):
    """Whether a call was forgotten."""

    FORGOTTEN = "forgotten"
    NOT_ENDED = "not_ended"


class LearnAnswer(StrEnum):
    """What became of a lesson."""

    LEARNT = "learnt"


class EnrolAnswer(StrEnum):
    """What became of an enrolment."""

    ENROLLED = "enrolled"


class WakeAnswer(StrEnum):
    """Whether an agent may be asked."""

    AWAKE = "awake"
    HELD = "held"
    ASLEEP = "asleep"


class OverrunAnswer(StrEnum):
    """Whether a break was noted as too long."""

    NOTED = "noted"
    NOT_OVERRUN = "not_overrun"


class WrongPinAnswer(StrEnum):
    """What became of a wrong PIN."""

    NOTED = "noted"


class SetAsideAnswer(StrEnum):
    """What became of an unreadable entry."""

    SET_ASIDE = "set_aside"
    GONE = "gone"


class Finding:
    """One script that answers with what it finds."""

    def __init__(self, client: Client, name: str) -> None:
        self.name = name
        self._client = client
        self._text = text_of(name)
        # Not for secrecy: the server names a script by this hash of its text.
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    def find(self, keys: Sequence[str], args: Sequence[str | int | float]) -> Any:  # noqa: ANN401  an answer from outside
        """What the script returns."""
        return self._client.evaluate(self.name, self._sha, self._text, keys, args)

    def find_and_read(
        self,
        keys: Sequence[str],
        args: Sequence[str | int | float],
        commands: Sequence[Command],
    ) -> tuple[Any, list[Any]]:
        """What the script returns, and what ``commands`` find after it, in one round trip."""
        return self._client.evaluate_and_send(
            self.name, self._sha, self._text, keys, args, commands
        )


class Script(Finding, Generic[Answer]):
    """One script, whose words are those of ``answers``."""

    def __init__(self, client: Client, name: str, answers: type[Answer]) -> None:
        super().__init__(client, name)
        self._answers = answers

    def run(self, keys: Sequence[str], args: Sequence[str | int | float]) -> Answer:
        """The answer. Raises ``OutdatedError``, and ``UnexpectedAnswerError`` at any other word."""
        return self.run_told(keys, args)[0]

    def run_counted(
        self, keys: Sequence[str], args: Sequence[str | int | float]
    ) -> tuple[Answer, tuple[int, ...]]:
        """The answer and the numbers that came with it."""
        answer, numbers = self.run_told(keys, args)
        try:
            return answer, tuple(map(int, numbers.split()))
        except ValueError as error:
            raise self._unexpected(f"{answer} {numbers}") from error

    def run_told(
        self, keys: Sequence[str], args: Sequence[str | int | float]
    ) -> tuple[Answer, str]:
        """The answer and the words that came with it."""
        return self._understood(str(self.find(keys, args)))

    def run_and_read(
        self,
        keys: Sequence[str],
        args: Sequence[str | int | float],
        commands: Sequence[Command],
    ) -> tuple[Answer, str, list[Any]]:
        """The same, and what ``commands`` find after it."""
        said, found = self.find_and_read(keys, args, commands)
        return (*self._understood(str(said)), found)

    def _understood(self, said: str) -> tuple[Answer, str]:
        if said == _OUTDATED:
            raise OutdatedError
        word, _, more = said.partition(" ")
        try:
            return self._answers(word), more
        except ValueError as error:
            raise self._unexpected(said) from error

    def _unexpected(self, said: str) -> UnexpectedAnswerError:
        self._client.note_fault(Fault.UNEXPECTED_ANSWER)
        return UnexpectedAnswerError(f"the script {self.name} answered {said!r}")


def text_of(name: str) -> str:
    """A script with what it includes: files whose names begin with ``_``, in its order."""
    own = _read(name)
    return "".join(_read(included) for included in _INCLUDE.findall(own)) + own


def _read(name: str) -> str:
    return resources.files(__package__).joinpath("lua", f"{name}.lua").read_text("utf-8")


class Scripts:
    """Every script, by its verb."""

    def __init__(self, client: Client) -> None:
        self.join = Script(client, "join", JoinAnswer)
        self.leave = Script(client, "leave", LeaveAnswer)
        self.move = Script(client, "move", MoveAnswer)
        self.rescore = Script(client, "rescore", RescoreAnswer)
        self.keep_callback = Script(client, "keep_callback", RescoreAnswer)
        self.defer = Script(client, "defer", RescoreAnswer)
        self.learn = Script(client, "learn", LearnAnswer)
        self.forget = Script(client, "forget", ForgetAnswer)
        self.positions = Finding(client, "positions")
        self.outlook = Finding(client, "outlook")
        self.heads = Finding(client, "heads")
        self.door = Finding(client, "door")
        self.note_told_wait = Script(client, "note_told_wait", RescoreAnswer)
        self.enrol = Script(client, "enrol", EnrolAnswer)
        self.log_in = Script(client, "log_in", AgentAnswer)
        self.log_out = Script(client, "log_out", AgentAnswer)
        self.start_break = Script(client, "start_break", AgentAnswer)
        self.end_break = Script(client, "end_break", AgentAnswer)
        self.reserve = Script(client, "reserve", ReserveAnswer)
        self.mark_ringing = Script(client, "mark_ringing", OfferAnswer)
        self.win = Script(client, "win", OfferAnswer)
        self.lose = Script(client, "lose", OfferAnswer)
        self.end_talk = Script(client, "end_talk", OfferAnswer)
        self.end_wrap_up = Script(client, "end_wrap_up", OfferAnswer)
        self.extend_wrap_up = Script(client, "extend_wrap_up", AgentAnswer)
        self.note_overrun = Script(client, "note_overrun", OverrunAnswer)
        self.hold = Script(client, "hold", AgentAnswer)
        self.stand = Script(client, "stand", AgentAnswer)
        self.wake = Script(client, "wake", WakeAnswer)
        self.append = Script(client, "append", Appending)
        self.set_aside = Script(client, "set_aside", SetAsideAnswer)
        self.beat = Finding(client, "beat")
        self.claim = Finding(client, "claim")
        self.give = Finding(client, "give")
        self.life_of = Finding(client, "life_of")
        self.end_life = Finding(client, "end_life")
        self.note_wrong_pin = Script(client, "note_wrong_pin", WrongPinAnswer)
