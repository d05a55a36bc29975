"""What operators ask of one waiting caller, in the order of the call's mailbox."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain import callbacks
from callcore.domain.ids import QueueName
from callcore.domain.outcomes import LeaveReason
from callcore.domain.policies import QueuePolicy
from callcore.flows import admitting, restoring
from callcore.flows.admitting import NotAdmittedError
from callcore.flows.call import Call
from callcore.flows.crew import Crew
from callcore.flows.messages import Asked, MoveAsked, PriorityAsked, WithdrawalAsked
from callcore.flows.offerings import Offerings
from callcore.flows.place_leaving import LeftQueueError, MovedError
from callcore.flows.standing import Standing
from callcore.flows.timers import Timers
from callcore.ports.operations import MoveRefusedError, NotWaitingError
from callcore.ports.stores import MoveAnswer, StoreError


class OperatorWishes:
    """For one visit of ``call`` to ``queue``."""

    def __init__(
        self, call: Call, queue: QueuePolicy, standing: Standing, offerings: Offerings, crew: Crew
    ) -> None:
        self._call = call
        self._queue = queue
        self._standing = standing
        self._offerings = offerings
        self._crew = crew

    def grant(self, asked: Asked) -> None:
        """Does it or refuses it. Raises ``LeftQueueError`` when the caller leaves by it."""
        match asked:
            case PriorityAsked():
                asked.reply.give(self._standing.reprioritise(asked.own_priority, asked.by))
            case WithdrawalAsked():
                self._withdraw(asked)
            case MoveAsked():
                self._move(asked)

    def _withdraw(self, asked: WithdrawalAsked) -> None:
        if self._offerings.is_picked_up:
            asked.reply.refuse(self._offered_now())
            return
        self._call.ledger.visits.asked_by(asked.by)
        asked.reply.give(None)
        raise LeftQueueError(LeaveReason.WITHDRAWN)

    def _move(self, asked: MoveAsked) -> None:
        """Takes the place in the other queue and gives up this one in one step, or does neither."""
        call, site = self._call, self._call.site
        queue = site.policy.queues.get(asked.queue)
        if queue is None:
            sentence = f"queue {asked.queue} is not in the settings any more"
            asked.reply.refuse(MoveRefusedError(sentence))
            return
        if self._offerings:
            asked.reply.refuse(self._offered_now())
            return
        if self._crew.changes.owes(call.caller.call_id):
            sentence = "Redis has yet to hear of an earlier change of the call: ask again"
            asked.reply.refuse(MoveRefusedError(sentence))
            return
        place = replace(self._standing.place, joined_at=site.clock.now(), is_resumed=False)
        try:
            admitted = admitting.knock(call, queue, place, may_resume=False)
            timers = Timers(call.mailbox)
            standing = Standing(call, queue, place, self._crew.changes, timers)
            joining = standing.joining(admitted.places)
            call.mailbox.check()  # dropped meanwhile, it is for others to move
            answer = site.waiting_room.move(
                replace(joining, sticky_agent=admitted.sticky_agent),
                self._queue.name,
                site.ids.request_id(),
            )
        except NotAdmittedError as refused:
            sentence = f"queue {queue.name} does not admit the caller: {refused.reason}"
            asked.reply.refuse(MoveRefusedError(sentence))
            return
        except StoreError as error:
            self._come_back(queue.name)
            asked.reply.refuse(MoveRefusedError(f"Redis did not make the move: {error}"))
            return
        match answer:
            case MoveAnswer.MOVED:
                call.ledger.visits.asked_by(asked.by)
                asked.reply.give(None)
                raise MovedError(queue.name, place)
            case MoveAnswer.NOT_WAITING:
                asked.reply.refuse(self._offered_now())
            case other:
                sentence = _why_not_moved(other, queue, admitted.limit)
                asked.reply.refuse(MoveRefusedError(sentence))

    def _come_back(self, queue: QueueName) -> None:
        """Takes the old place again, should a move to ``queue`` have been made unheard."""
        call, site = self._call, self._call.site
        if call.joining is None:
            return
        again = restoring.without_limits(call.joining)
        request_id = site.ids.request_id()
        self._crew.changes.make(
            call.caller.call_id, lambda: site.waiting_room.move(again, queue, request_id)
        )

    def _offered_now(self) -> NotWaitingError:
        return NotWaitingError(
            f"call {self._call.caller.call_id} is being offered to an agent at this moment: "
            "ask again"
        )


def _why_not_moved(answer: MoveAnswer, queue: QueuePolicy, limit: int) -> str:
    match answer:
        case MoveAnswer.ALREADY_PROMISED:
            return f"queue {queue.name} has another callback promised to the same number"
        case MoveAnswer.TOO_MANY_PROMISES:
            most = callbacks.policy_of(queue).maximum_open
            return f"queue {queue.name} has promised as many callbacks as it may: {most}"
        case _:
            return f"queue {queue.name} is full: {limit} may wait there"
