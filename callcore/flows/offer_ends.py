"""Why an offer was lost, and what the agent's phone is told then."""

from __future__ import annotations

from callcore.domain import outcomes
from callcore.domain.offers import OfferEvent, OfferState
from callcore.domain.outcomes import OfferLostReason

_REASONS = {
    OfferEvent.CALLER_GONE: OfferLostReason.CALLER_GONE,
    OfferEvent.PICKED_UP_ELSEWHERE: OfferLostReason.PICKED_UP_ELSEWHERE,
    OfferEvent.SWITCH_LOST: OfferLostReason.SWITCH_LOST,
    OfferEvent.BRIDGE_FAILED: OfferLostReason.BRIDGE_FAILED,
    OfferEvent.RING_TIMED_OUT: OfferLostReason.NO_ANSWER,
    OfferEvent.CALLER_UNREACHED: OfferLostReason.CALLER_UNREACHED,
    OfferEvent.NOT_CONFIRMED: OfferLostReason.NOT_CONFIRMED,
}
"""What loses an offer besides the end of the agent's leg."""

_CAUSES = {
    OfferEvent.CALLER_GONE: "ORIGINATOR_CANCEL",
    OfferEvent.PICKED_UP_ELSEWHERE: "LOSE_RACE",
    OfferEvent.CALLER_UNREACHED: "ORIGINATOR_CANCEL",
    OfferEvent.NOT_CONFIRMED: "NORMAL_CLEARING",
}
"""What an agent's phone is told; the second keeps it from showing a missed call."""


def reason(
    before: OfferState, event: OfferEvent, hangup_cause: str, *, is_asked: bool
) -> OfferLostReason:
    """Why, by the state ``before`` the ``event``; ``hangup_cause`` is that of the agent's leg if it
    has ended, and ``is_asked`` true of an agent who is to accept the call.
    """
    if event is not OfferEvent.LEG_ENDED:
        return _REASONS[event]
    if before is OfferState.PICKED_UP:
        return OfferLostReason.AGENT_GONE
    if is_asked:
        return OfferLostReason.NOT_CONFIRMED
    return outcomes.offer_lost_by(hangup_cause)


def cause(event: OfferEvent) -> str:
    """With which cause the leg is ended."""
    return _CAUSES.get(event, "NO_ANSWER")
