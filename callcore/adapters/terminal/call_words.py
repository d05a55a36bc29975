"""What happens to callers, from arrival to end, in words: a line of the view each."""

from __future__ import annotations

from functools import singledispatch

from callcore.adapters.terminal.telling import Told, nothing
from callcore.adapters.terminal.words import Tone, place, printable, span, spoken
from callcore.domain import events
from callcore.domain.outcomes import LeaveReason, RefusalReason

_KEEP_THEIR_PLACE = frozenset({LeaveReason.CALLBACK_ASKED, LeaveReason.RANG_IN})
"""Why somebody left to whom nothing is lost: the promise, or the call that comes, has the place."""


describe = singledispatch(nothing)
"""What happened, and its tone; ``None`` for other facts and those nobody watches for."""


@describe.register
def _arrived(fact: events.CallArrived) -> Told:
    number = printable(fact.dialled_number)
    if fact.is_adopted:
        return f"is taken over from another process, on {number}", Tone.BUSY
    return f"arrived on {number}", Tone.PLAIN


@describe.register
def _refused(fact: events.CallRefused) -> Told:
    is_full = fact.reason == RefusalReason.QUEUE_FULL and fact.limit is not None
    full = f", {fact.limit} may wait" if is_full else ""
    return f"is not admitted to {printable(fact.queue)}: {spoken(fact.reason)}{full}", Tone.BAD


@describe.register
def _joined(fact: events.CallerJoined) -> Told | None:
    if fact.is_callback:
        return None
    return f"joined {fact.queue} at position {fact.position}", Tone.PLAIN


@describe.register
def _left(fact: events.CallerLeft) -> Told | None:
    if fact.reason == LeaveReason.PICKED_UP:
        return None
    tone = Tone.PLAIN if fact.reason in _KEEP_THEIR_PLACE else Tone.BAD
    return f"left {fact.queue} after {span(fact.waited_seconds)}: {spoken(fact.reason)}", tone


@describe.register
def _offered(fact: events.OfferMade) -> Told:
    return f"offered to {fact.agent_id} after {span(fact.waited_seconds)}", Tone.BUSY


@describe.register
def _not_taken(fact: events.OfferLost) -> Told:
    return f"not taken by {fact.agent_id}: {spoken(fact.reason)}", Tone.BAD


@describe.register
def _picked_up(fact: events.AgentPickedUp) -> Told:
    return f"picked up by {fact.agent_id}, rang {span(fact.rang_seconds)}", Tone.GOOD


@describe.register
def _bridged(fact: events.LegsBridged) -> Told:
    waited = f"{fact.agent_id}, waited {span(fact.waited_seconds)}"
    if fact.is_callback:
        return f"is called back and talks with {waited}", Tone.GOOD
    late = "" if fact.is_within_service_level else ", late"
    return f"talks with {waited}{late}", Tone.GOOD


@describe.register
def _sent_on(fact: events.CallSentOn) -> Told:
    queue, why = printable(fact.queue), spoken(fact.reason)
    if fact.to == "goodbye":
        return f"is told goodbye by {queue}: {why}", Tone.BAD
    return f"goes from {queue} to {place(fact.to)}: {why}", Tone.BUSY


@describe.register
def _priority_changed(fact: events.PriorityChanged) -> Told:
    priority = f"has priority {fact.priority} in {printable(fact.queue)}"
    if fact.by == events.BY_AGEING:
        return f"{priority} by waiting", Tone.QUIET
    return f"{priority} by {printable(fact.by)}", Tone.BUSY


@describe.register
def _talked(fact: events.TalkEnded) -> Told:
    talked = f"talked {span(fact.talked_seconds)} with {fact.agent_id}"
    return f"{talked}; {spoken(fact.hung_up_by)} hung up", Tone.PLAIN


@describe.register
def _over(fact: events.CallEnded) -> Told:
    return f"is over after {span(fact.lasted_seconds)}: {spoken(fact.outcome)}", Tone.QUIET
