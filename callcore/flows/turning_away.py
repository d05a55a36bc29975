"""Callers who are not taken because we cannot serve them now: no place, no promise, no floor."""

from __future__ import annotations

from callcore.domain import entrance, treatments
from callcore.domain.events import CallRefused
from callcore.domain.ids import QueueName
from callcore.domain.outcomes import RefusalReason
from callcore.domain.policies import BUSY_CAUSE, OverloadPolicy
from callcore.domain.treatments import Goodbye, OverflowReason, Said, ToQueue, Treatment
from callcore.flows import treating
from callcore.flows.call import Call
from callcore.flows.prompting import WentToFallbackError, say
from callcore.ports.switch_events import LegParked

REMEDY = "see what the worker is late with (overload_began), and whether it needs more workers"


def turn_away(call: Call, arrival: LegParked) -> None:
    """There is too much to do. Raises ``CallerHungUpError``."""
    site, policy = call.site, call.site.policy.overload
    found = entrance.entrance(
        site.policy, arrival.variables, arrival.dialled_number, call.caller.number
    )
    queue = found.to.queue if isinstance(found.to, ToQueue) else QueueName(found.asked_for)
    now, reason = site.clock.now(), RefusalReason.OVERLOADED
    call.ledger.visits.refused(queue, now, reason)
    site.facts.publish(
        CallRefused(at=now, call_id=call.caller.call_id, queue=queue, reason=reason, remedy=REMEDY)
    )
    treatment = _of_overload(call, policy)
    call.ledger.visits.sent_on(treatments.in_words(treatment))
    treat(call, treatment)


def treat(call: Call, treatment: Treatment) -> None:
    """Lets the caller hear what is to be heard, and sends the call off. Raises
    ``CallerHungUpError``.
    """
    try:
        while isinstance(treatment, Said):
            say(call, treatment.prompts, is_skippable=treatment.is_skippable)
            treatment = treatment.then
        # The settings allow nothing that needs the floor.
        if isinstance(treatment, treatments.LEADING_OUT):
            treating.send_off(call, treatment)
    except WentToFallbackError:
        call.ledger.fault("the dead man's switch sent the caller to the fallback")


def _of_overload(call: Call, policy: OverloadPolicy) -> Treatment:
    treatment = policy.treatment
    if treatment is None:
        tells_why = call.site.policy.sounds.directory is not None
        prompts = (treatments.refusal_prompt(OverflowReason.QUEUE_FULL),) if tells_why else ()
        treatment = Goodbye(prompts=prompts, cause=BUSY_CAUSE)
    last = treatments.destination(treatment)
    if policy.rejects_unanswered and not call.is_line_answered and isinstance(last, Goodbye):
        return Goodbye(cause=last.cause)
    return treatment
