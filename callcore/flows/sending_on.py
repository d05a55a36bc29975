"""Where a caller goes who is not taken by a queue, or leaves it without an agent."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain import reachability, treatments
from callcore.domain.events import CallSentOn
from callcore.domain.ids import QueueName
from callcore.domain.outcomes import LeaveReason, RefusalReason
from callcore.domain.policies import QueuePolicy
from callcore.domain.treatments import OverflowReason, ToCallback, Treatment
from callcore.flows import turning_away
from callcore.flows.call import Call
from callcore.flows.standing import Place

LEFT_QUEUE_CAUSE = "NORMAL_CLEARING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where to, and on which place if it is a queue and the place is known."""

    to: Treatment
    place: Place | None = None
    """Of a caller who is offered a callback, the place that is left."""
    is_moved: bool = False
    """True if the place was taken already."""
    is_adopted: bool = False
    """True if it was, in another process."""
    sent_by: tuple[QueueName, OverflowReason] | None = None
    """The queue that sends the caller on, and why; ``None`` for the door and for menus."""
    is_decided: bool = False
    """True if the caller or an operator wanted it so."""


class SendingOn:
    """Finds the next step by what the settings say of the queue and the reason."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def refused(self, queue: QueuePolicy, reason: RefusalReason, place: Place) -> Step | None:
        """The queue did not take the caller."""
        if reason is RefusalReason.FLOOR_UNAVAILABLE:
            self._floor_away()
            return None
        return self._treated(queue, OverflowReason(reason), place)

    def _floor_away(self) -> None:
        policy = self._call.site.policy
        treatment = policy.overload.floor_away
        if treatment is None:
            self._call.hand_to_dialplan(policy.fallback.extension, policy.fallback.context)
        else:
            turning_away.treat(self._call, treatment)

    def left(self, queue: QueuePolicy, reason: LeaveReason, place: Place) -> Step | None:
        """The caller, who is still there, has left the queue."""
        if reason is LeaveReason.FALLBACK:
            return None
        if reason is LeaveReason.CALLER_UNREACHABLE:
            self._call.hang_up(LEFT_QUEUE_CAUSE)
            return None
        return self._treated(queue, OverflowReason(reason), place)

    def _treated(self, queue: QueuePolicy, reason: OverflowReason, place: Place) -> Step:
        tells_why = self._call.site.policy.sounds.directory is not None
        treatment = queue.overflow.get(reason) or treatments.default_treatment(
            reason, tells_why=tells_why
        )
        return self.sent_on(treatment, queue.name, reason, place)

    def sent_on(
        self, treatment: Treatment, queue: QueueName, reason: OverflowReason, place: Place | None
    ) -> Step:
        """By a treatment that may name any queue; told, and noted in the visit."""
        call, treatment = self._call, treatments.offered_in(treatment, queue)
        to = treatments.in_words(treatment)
        call.ledger.visits.sent_on(to)
        call.site.facts.publish(
            CallSentOn(
                at=call.site.clock.now(),
                call_id=call.caller.call_id,
                queue=queue,
                reason=reason,
                to=to,
            )
        )
        is_offer = isinstance(treatments.destination(treatment), ToCallback)
        return Step(
            to=treatment,
            place=place if is_offer else None,
            sent_by=(queue, reason),
            is_decided=reason in reachability.DECIDED_BY_PEOPLE,
        )
