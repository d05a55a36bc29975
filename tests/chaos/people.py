"""What people who are not at phones do meanwhile: agents take breaks, log out and come back, and an
operator takes promised callbacks back. What was answered is noted: that much is certain.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import gevent
from gevent.pool import Group

from callcore.adapters.control import answers, place, requests
from callcore.adapters.control.client import ControlClient, ControlError, answering
from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CallbackState
from callcore.ports.operations import DutyChange
from tests.chaos import centre

ABSENCES, WITHDRAWALS = "absences.jsonl", "withdrawals.jsonl"
_BETWEEN_ABSENCES_SECONDS = 1.5
_BETWEEN_WITHDRAWALS_SECONDS = 6.0
_AWAY_SECONDS = (1.0, 6.0)
_ANSWER_SECONDS = 5.0
_AGAIN_SECONDS = 0.5
_LATE_SECONDS = 25.0
"""A request that was not answered may still be carried out by a worker that sleeps so long."""
_WAYS = (
    (DutyChange.START_BREAK, DutyChange.END_BREAK),
    (DutyChange.LOG_OUT, DutyChange.LOG_IN),
)
_GONE = frozenset({AgentState.ON_BREAK, AgentState.LOGGED_OUT})
_OPEN = frozenset({CallbackState.WAITING, CallbackState.NOT_DUE, CallbackState.OFFERED})

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Instants are epoch microseconds."""

    agent_id: str
    asked_at: int
    gone_at: int | None
    """When callcore had said that the agent is away; ``None`` if it was to be after a call, or
    callcore said nothing.
    """
    returns_at: int
    """When callcore was first asked for the way back."""
    back_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A callback was taken back: ``done_at`` is ``None`` if callcore did not say so."""

    call_id: str
    asked_at: int
    done_at: int | None


class People:
    """All of them, who ask over the control sockets in ``data_directory``."""

    def __init__(self, base: Path, seed: int, agents_count: int) -> None:
        self._base = base
        self._chance = random.Random(f"people:{seed}")
        self._agent_ids = centre.agent_ids(agents_count)
        self._away: set[str] = set()
        self._busy = Group()
        self._is_over = False

    def begin(self) -> None:
        """Lets them do what they do."""
        self._busy.spawn(self._every, _BETWEEN_ABSENCES_SECONDS, self._leave)
        self._busy.spawn(self._every, _BETWEEN_WITHDRAWALS_SECONDS, self._withdraw)

    def end(self, seconds: float) -> list[str]:
        """Everybody comes back; those who could not within ``seconds``."""
        self._is_over = True
        self._busy.join(timeout=seconds)
        self._busy.kill()
        return [f"{agent_id} could not come back" for agent_id in sorted(self._away)]

    def _every(self, seconds: float, act: Callable[[], None]) -> None:
        while not self._is_over:
            gevent.sleep(seconds)
            self._busy.spawn(act)

    def _leave(self) -> None:
        agent_id = self._chance.choice(self._agent_ids)
        away, back = self._chance.choice(_WAYS)
        seconds = self._chance.uniform(*_AWAY_SECONDS)
        if agent_id in self._away:
            return
        self._away.add(agent_id)
        asked_at = _now()
        answer = self._asked(lambda client: self._change(client, agent_id, away))
        is_gone = answer is not None and answer.state in _GONE
        gone_at = _now() if is_gone else None
        gevent.sleep(_LATE_SECONDS if answer is None else seconds)
        returns_at = _now()
        while self._asked(lambda client: self._change(client, agent_id, back)) is None:
            gevent.sleep(_AGAIN_SECONDS)
        self._away.discard(agent_id)
        absence = Absence(
            agent_id=agent_id,
            asked_at=asked_at,
            gone_at=gone_at,
            returns_at=returns_at,
            back_at=_now(),
        )
        _add(self._base / ABSENCES, asdict(absence))

    def _withdraw(self) -> None:
        told = self._asked(lambda client: client.callbacks())
        idle = [] if told is None else [one for one in told.callbacks if one.state in _OPEN]
        if not idle:
            return
        chosen = self._chance.choice(idle).call_id
        asked_at = _now()
        is_done = self._asked(lambda client: client.withdraw(chosen)) is not None
        done_at = _now() if is_done else None
        withdrawal = Withdrawal(call_id=chosen, asked_at=asked_at, done_at=done_at)
        _add(self._base / WITHDRAWALS, asdict(withdrawal))

    @staticmethod
    def _change(client: ControlClient, agent_id: str, change: DutyChange) -> answers.DutyChanged:
        return client.change_duty(agent_id, change, requests.DUTY_REQUESTS[change]())

    def _asked(self, ask: Callable[[ControlClient], T]) -> T | None:
        """The answer; ``None`` if there is none, or it is no."""
        try:
            path = answering(place.socket_paths(self._base / "data"))
            return ask(ControlClient(path, deadline_seconds=_ANSWER_SECONDS))
        except ControlError:
            return None


def absences(base: Path) -> Sequence[Absence]:
    """Those of a run."""
    return [Absence(**line) for line in _lines(base / ABSENCES)]


def withdrawals(base: Path) -> Sequence[Withdrawal]:
    """Those of a run."""
    return [Withdrawal(**line) for line in _lines(base / WITHDRAWALS)]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if file.exists():
        yield from map(json.loads, file.read_text().splitlines())


def _add(file: Path, what: dict[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{json.dumps(what)}\n")


def _now() -> int:
    return time.time_ns() // 1000
