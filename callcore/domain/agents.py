"""An agent's states, and which change each event makes.

Every pair of state and event is decided: a next state, ``STAY`` or ``REFUSE``. What an event
sets off besides the change is the business of the flow that caused it.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final

from callcore.domain.ids import AgentId


class AgentState(StrEnum):
    """What an agent is doing; one at a time."""

    LOGGED_OUT = "logged_out"
    AVAILABLE = "available"
    RESERVED = "reserved"
    RINGING = "ringing"
    TALKING = "talking"
    WRAPPING_UP = "wrapping_up"
    ON_BREAK = "on_break"


class AgentEvent(StrEnum):
    """What can happen to an agent."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    RESERVE = "reserve"
    LEG_RINGING = "leg_ringing"
    BRIDGED = "bridged"
    OFFER_LOST = "offer_lost"
    TALK_ENDED = "talk_ended"
    WRAP_UP_ENDED = "wrap_up_ended"
    BREAK_STARTED = "break_started"
    BREAK_ENDED = "break_ended"


class Unmoved(Enum):
    """Answers of the table that are not a state."""

    STAY = "stay"
    REFUSE = "refuse"


STAY: Final = Unmoved.STAY
REFUSE: Final = Unmoved.REFUSE

_S = AgentState
_E = AgentEvent

TRANSITIONS: dict[AgentState, dict[AgentEvent, AgentState | Unmoved]] = {
    _S.LOGGED_OUT: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: _S.AVAILABLE,
        _E.LOG_OUT: STAY,
        _E.OFFER_LOST: STAY,
        _E.WRAP_UP_ENDED: STAY,
    },
    _S.AVAILABLE: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.RESERVE: _S.RESERVED,
        _E.OFFER_LOST: STAY,
        _E.WRAP_UP_ENDED: STAY,
        _E.BREAK_STARTED: _S.ON_BREAK,
        _E.BREAK_ENDED: STAY,
    },
    _S.RESERVED: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LEG_RINGING: _S.RINGING,
        _E.BRIDGED: _S.TALKING,
        _E.OFFER_LOST: _S.AVAILABLE,
        _E.WRAP_UP_ENDED: STAY,
    },
    _S.RINGING: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LEG_RINGING: STAY,
        _E.BRIDGED: _S.TALKING,
        _E.OFFER_LOST: _S.AVAILABLE,
        _E.WRAP_UP_ENDED: STAY,
    },
    _S.TALKING: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LEG_RINGING: STAY,
        _E.BRIDGED: STAY,
        _E.OFFER_LOST: STAY,
        _E.TALK_ENDED: _S.WRAPPING_UP,
        _E.WRAP_UP_ENDED: STAY,
    },
    _S.WRAPPING_UP: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.OFFER_LOST: STAY,
        _E.TALK_ENDED: STAY,
        _E.WRAP_UP_ENDED: _S.AVAILABLE,
        _E.BREAK_STARTED: _S.ON_BREAK,
    },
    _S.ON_BREAK: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.OFFER_LOST: STAY,
        _E.WRAP_UP_ENDED: STAY,
        _E.BREAK_STARTED: STAY,
        _E.BREAK_ENDED: _S.AVAILABLE,
    },
}

STAFFED: Final = frozenset(_S) - {_S.LOGGED_OUT, _S.ON_BREAK}
"""States in which an agent counts as present; logged out and on break are both absent."""


class ChangeRefusedError(Exception):
    """The event has no meaning in the agent's state; the state is unchanged."""

    def __init__(self, agent_id: AgentId, state: AgentState, event: AgentEvent) -> None:
        super().__init__(f"agent {agent_id} is {state}: {event} is refused")
        self.agent_id = agent_id
        self.state = state
        self.event = event


def next_state(agent_id: AgentId, state: AgentState, event: AgentEvent) -> AgentState:
    """The state after ``event``. Raises ``ChangeRefusedError`` where the table says ``REFUSE``."""
    answer = TRANSITIONS[state][event]
    if answer is REFUSE:
        raise ChangeRefusedError(agent_id, state, event)
    return state if answer is STAY else AgentState(answer)


def states_before(event: AgentEvent) -> tuple[AgentState, ...]:
    """The states which ``event`` changes: what a script that commits it must find."""
    return tuple(state for state, row in TRANSITIONS.items() if isinstance(row[event], AgentState))
