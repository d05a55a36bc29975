"""What operators ask of calls that other workers follow: asked there, and the answer waited for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import FlowFailed
from callcore.domain.ids import CallId
from callcore.domain.sharding import WorkerId, shard_of_call
from callcore.flows.messages.between import OperationAnswered, OperationAsked
from callcore.flows.remote_waiters import Letters
from callcore.flows.site import Site
from callcore.ports.operations import (
    Explanation,
    MoveRefusedError,
    NotReadyError,
    NotWaitingError,
    OperationError,
    OutOfRangeError,
    UnknownCallError,
    UnknownQueueError,
)
from callcore.runtime.reply import NoReplyError, Reply
from callcore.runtime.wire import UnreadableError, Wire

ANSWER_SECONDS = 6.0
"""Longer than a call's own script may take to answer."""


class Method(StrEnum):
    """Which of the operations may be passed on."""

    SET_PRIORITY = "set_priority"
    SET_LANGUAGE = "set_language"
    WITHDRAW = "withdraw"
    MOVE = "move"
    EXPLAIN = "explain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one of the operations gives, in the field of its kind."""

    priority: int | None = None
    explanation: Explanation | None = None


CarryOut = Callable[[OperationAsked], Outcome]
"""Does what is asked of a call of this worker. Raises ``OperationError``."""

_wire: Wire[Outcome] = Wire(Outcome)


class OperatingElsewhere:
    """Asks other workers, and answers them by ``carry_out``."""

    def __init__(self, site: Site, letters: Letters, carry_out: CarryOut) -> None:
        self._site = site
        self._letters = letters
        self._carry_out = carry_out
        self._replies: dict[str, Reply[Outcome]] = {}

    def ask(self, call_id: CallId, method: Method, *arguments: str | int, by: str = "") -> Outcome:
        """What the worker says that follows the call; the ``arguments`` are those after its id.

        Raises ``OperationError``: ``UnknownCallError`` if nobody follows it.
        """
        for worker_id in self._followers(call_id):
            try:
                return self._ask(worker_id, method, [call_id, *arguments], by)
            except UnknownCallError:
                continue
        raise UnknownCallError(f"no call {call_id} goes on here")

    def asked(self, letter: OperationAsked) -> None:
        """Another worker asks; the answer goes out when it is there."""
        self._site.clock.after(0.0, lambda: self._answer(letter))

    def answered(self, letter: OperationAnswered) -> None:
        """Another worker has answered; too late, nobody waits for it any more."""
        reply = self._replies.get(letter.asking_id)
        if reply is None:
            return
        if letter.error:
            reply.refuse(_error(letter.error, letter.sentence))
            return
        try:
            reply.give(_wire.decode(letter.value))
        except UnreadableError as error:
            reply.refuse(NotReadyError(f"the answer of another worker is unreadable: {error}"))

    def _followers(self, call_id: CallId) -> list[WorkerId]:
        """Who may follow the call: mostly one."""
        tenure = self._site.tenure
        nodes = (*self._site.switches, CALLBACKS) if call_id and tenure.colleagues else ()
        owners = dict.fromkeys(tenure.owner_of(shard_of_call(node, call_id)) for node in nodes)
        return [one for one in owners if one is not None and one != tenure.worker_id]

    def _ask(
        self, worker_id: WorkerId, method: Method, arguments: list[str | int], by: str
    ) -> Outcome:
        asking_id = self._site.ids.request_id()
        reply: Reply[Outcome] = Reply()
        self._replies[asking_id] = reply
        self._letters.send(
            worker_id,
            OperationAsked(
                asked_by=self._site.tenure.worker_id,
                asking_id=asking_id,
                method=method,
                arguments=json.dumps(arguments).encode(),
                by=by,
            ),
        )
        try:
            return reply.wait(ANSWER_SECONDS)
        except NoReplyError as error:
            message = f"worker {worker_id}, which follows the call, did not answer: {error}"
            raise NotReadyError(message) from error
        finally:
            del self._replies[asking_id]

    def _answer(self, asked: OperationAsked) -> None:
        error, sentence, value = "", "", b""
        try:
            value = _wire.encode(self._carry_out(asked))
        except OperationError as refusal:
            error, sentence = type(refusal).__name__, str(refusal)
        except Exception as fault:  # noqa: BLE001 - who asks is to hear of it
            now, reason = self._site.clock.now(), f"{asked.method}: {fault!r}"
            self._site.facts.publish(FlowFailed(at=now, flow="operating", reason=reason))
            error, sentence = NotReadyError.__name__, "the operation failed: the log says why"
        self._letters.send(
            asked.asked_by,
            OperationAnswered(
                asking_id=asked.asking_id, value=value, error=error, sentence=sentence
            ),
        )


def arguments_of(asked: OperationAsked) -> list[Any]:
    """What is asked for, the call's id first."""
    return list(json.loads(asked.arguments))


_ERRORS: dict[str, type[OperationError]] = {
    kind.__name__: kind
    for kind in (
        UnknownCallError,
        UnknownQueueError,
        NotWaitingError,
        OutOfRangeError,
        MoveRefusedError,
    )
}
"""What the operations passed on may be refused with, besides ``NotReadyError``."""


def _error(name: str, sentence: str) -> OperationError:
    """The error that another worker raised; of one that is unknown here only the sentence."""
    return _ERRORS.get(name, NotReadyError)(sentence)
