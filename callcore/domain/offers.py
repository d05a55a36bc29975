"""An offer's states: one attempt to give one caller to one agent.

Several parties race over an offer (the agent, the caller, the clock, the switch), so every pair
of state and event is decided here: a next state, ``STAY`` or ``REFUSE``.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final

from callcore.domain.ids import OfferId


class OfferState(StrEnum):
    """Where an offer stands."""

    KEPT = "kept"
    """Reserved for a customer who is called back first: the agent's phone rings once they are
    there."""
    RESERVED = "reserved"
    RINGING = "ringing"
    PICKED_UP = "picked_up"
    WON = "won"
    LOST = "lost"


class OfferEvent(StrEnum):
    """What can happen to an offer."""

    CUSTOMER_READY = "customer_ready"
    """The customer who is called back first is on the line."""
    LEG_RINGING = "leg_ringing"
    AGENT_PICKED_UP = "agent_picked_up"
    BRIDGED = "bridged"
    BRIDGE_FAILED = "bridge_failed"
    LEG_ENDED = "leg_ended"
    CALLER_GONE = "caller_gone"
    PICKED_UP_ELSEWHERE = "picked_up_elsewhere"
    RING_TIMED_OUT = "ring_timed_out"
    NOT_CONFIRMED = "not_confirmed"
    """The phone was picked up, and the key that accepts the call not pressed. Until it is, an offer
    that asks for it rings."""
    SWITCH_LOST = "switch_lost"
    CALLER_UNREACHED = "caller_unreached"


class Unmoved(Enum):
    """Answers of the table that are not a state."""

    STAY = "stay"
    REFUSE = "refuse"


STAY: Final = Unmoved.STAY
REFUSE: Final = Unmoved.REFUSE

_S = OfferState
_E = OfferEvent

TRANSITIONS: dict[OfferState, dict[OfferEvent, OfferState | Unmoved]] = {
    _S.KEPT: {
        _E.CUSTOMER_READY: _S.RESERVED,
        _E.LEG_RINGING: REFUSE,
        _E.AGENT_PICKED_UP: REFUSE,
        _E.BRIDGED: REFUSE,
        _E.BRIDGE_FAILED: REFUSE,
        _E.LEG_ENDED: _S.LOST,
        _E.CALLER_GONE: _S.LOST,
        _E.PICKED_UP_ELSEWHERE: _S.LOST,
        _E.RING_TIMED_OUT: REFUSE,
        _E.NOT_CONFIRMED: REFUSE,
        _E.SWITCH_LOST: _S.LOST,
        _E.CALLER_UNREACHED: _S.LOST,
    },
    _S.RESERVED: {
        _E.CUSTOMER_READY: STAY,
        _E.LEG_RINGING: _S.RINGING,
        _E.AGENT_PICKED_UP: _S.PICKED_UP,
        _E.BRIDGED: REFUSE,
        _E.BRIDGE_FAILED: REFUSE,
        _E.LEG_ENDED: _S.LOST,
        _E.CALLER_GONE: _S.LOST,
        _E.PICKED_UP_ELSEWHERE: _S.LOST,
        _E.RING_TIMED_OUT: _S.LOST,
        _E.NOT_CONFIRMED: _S.LOST,
        _E.SWITCH_LOST: _S.LOST,
        _E.CALLER_UNREACHED: _S.LOST,
    },
    _S.RINGING: {
        _E.CUSTOMER_READY: STAY,
        _E.LEG_RINGING: STAY,
        _E.AGENT_PICKED_UP: _S.PICKED_UP,
        _E.BRIDGED: REFUSE,
        _E.BRIDGE_FAILED: REFUSE,
        _E.LEG_ENDED: _S.LOST,
        _E.CALLER_GONE: _S.LOST,
        _E.PICKED_UP_ELSEWHERE: _S.LOST,
        _E.RING_TIMED_OUT: _S.LOST,
        _E.NOT_CONFIRMED: _S.LOST,
        _E.SWITCH_LOST: _S.LOST,
        _E.CALLER_UNREACHED: _S.LOST,
    },
    _S.PICKED_UP: {
        _E.CUSTOMER_READY: STAY,
        _E.LEG_RINGING: STAY,
        _E.AGENT_PICKED_UP: STAY,
        _E.BRIDGED: _S.WON,
        _E.BRIDGE_FAILED: _S.LOST,
        _E.LEG_ENDED: _S.LOST,
        _E.CALLER_GONE: _S.LOST,
        _E.PICKED_UP_ELSEWHERE: STAY,
        _E.RING_TIMED_OUT: STAY,
        _E.NOT_CONFIRMED: STAY,
        _E.SWITCH_LOST: _S.LOST,
        _E.CALLER_UNREACHED: _S.LOST,
    },
    _S.WON: dict.fromkeys(_E, STAY),
    _S.LOST: dict.fromkeys(_E, STAY),
}


class EventRefusedError(Exception):
    """The event cannot happen in the offer's state; the state is unchanged."""

    def __init__(self, offer_id: OfferId, state: OfferState, event: OfferEvent) -> None:
        super().__init__(f"offer {offer_id} is {state}: {event} is refused")
        self.offer_id = offer_id
        self.state = state
        self.event = event


def next_state(offer_id: OfferId, state: OfferState, event: OfferEvent) -> OfferState:
    """The state after ``event``. Raises ``EventRefusedError`` where the table says ``REFUSE``."""
    answer = TRANSITIONS[state][event]
    if answer is REFUSE:
        raise EventRefusedError(offer_id, state, event)
    return state if answer is STAY else OfferState(answer)


def is_over(state: OfferState) -> bool:
    """True once an offer is won or lost."""
    return state in {OfferState.WON, OfferState.LOST}
