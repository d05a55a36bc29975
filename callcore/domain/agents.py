"""An agent's states, and which change each event makes.

Every pair of state and event is decided: a next state, ``STAY``, ``WISH`` or ``REFUSE``. What an
event sets off besides the change is the business of the flow that caused it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final, NewType

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
    MISSED_TOO_OFTEN = "missed_too_often"
    """Another offer was lost by the agent's doing, after so many in a row that a break follows."""
    TALK_ENDED = "talk_ended"
    WRAP_UP_ENDED = "wrap_up_ended"
    WRAP_UP_EXTENDED = "wrap_up_extended"
    BREAK_STARTED = "break_started"
    BREAK_ENDED = "break_ended"


class Unmoved(Enum):
    """Answers of the table that are not a state."""

    STAY = "stay"
    WISH = "wish"
    """Kept until the agent holds no call and has wrapped up; then it happens."""
    REFUSE = "refuse"


STAY: Final = Unmoved.STAY
WISH: Final = Unmoved.WISH
REFUSE: Final = Unmoved.REFUSE

_S = AgentState
_E = AgentEvent

TRANSITIONS: dict[AgentState, dict[AgentEvent, AgentState | Unmoved]] = {
    _S.LOGGED_OUT: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: _S.AVAILABLE,
        _E.LOG_OUT: STAY,
        _E.OFFER_LOST: STAY,
        _E.MISSED_TOO_OFTEN: STAY,
        _E.WRAP_UP_ENDED: STAY,
    },
    _S.AVAILABLE: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.RESERVE: _S.RESERVED,
        _E.OFFER_LOST: STAY,
        _E.MISSED_TOO_OFTEN: STAY,
        _E.WRAP_UP_ENDED: STAY,
        _E.BREAK_STARTED: _S.ON_BREAK,
        _E.BREAK_ENDED: STAY,
    },
    _S.RESERVED: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LOG_OUT: WISH,
        _E.LEG_RINGING: _S.RINGING,
        _E.BRIDGED: _S.TALKING,
        _E.OFFER_LOST: _S.AVAILABLE,
        _E.MISSED_TOO_OFTEN: _S.ON_BREAK,
        _E.WRAP_UP_ENDED: STAY,
        _E.BREAK_STARTED: WISH,
        _E.BREAK_ENDED: STAY,
    },
    _S.RINGING: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LOG_OUT: WISH,
        _E.LEG_RINGING: STAY,
        _E.BRIDGED: _S.TALKING,
        _E.OFFER_LOST: _S.AVAILABLE,
        _E.MISSED_TOO_OFTEN: _S.ON_BREAK,
        _E.WRAP_UP_ENDED: STAY,
        _E.BREAK_STARTED: WISH,
        _E.BREAK_ENDED: STAY,
    },
    _S.TALKING: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LOG_OUT: WISH,
        _E.LEG_RINGING: STAY,
        _E.BRIDGED: STAY,
        _E.OFFER_LOST: STAY,
        _E.TALK_ENDED: _S.WRAPPING_UP,
        _E.MISSED_TOO_OFTEN: STAY,
        _E.WRAP_UP_ENDED: STAY,
        _E.BREAK_STARTED: WISH,
        _E.BREAK_ENDED: STAY,
    },
    _S.WRAPPING_UP: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.OFFER_LOST: STAY,
        _E.MISSED_TOO_OFTEN: STAY,
        _E.TALK_ENDED: STAY,
        _E.WRAP_UP_ENDED: _S.AVAILABLE,
        _E.WRAP_UP_EXTENDED: STAY,
        _E.BREAK_STARTED: _S.ON_BREAK,
        _E.BREAK_ENDED: STAY,
    },
    _S.ON_BREAK: {
        **dict.fromkeys(_E, REFUSE),
        _E.LOG_IN: STAY,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.OFFER_LOST: STAY,
        _E.MISSED_TOO_OFTEN: STAY,
        _E.WRAP_UP_ENDED: STAY,
        _E.BREAK_STARTED: STAY,
        _E.BREAK_ENDED: _S.AVAILABLE,
    },
}

LONGEST_NOTE = 200
"""Characters of what an operator says of a change."""


class AgentReason(StrEnum):
    """Why an agent's state changed. Of a lost offer it is the word of ``OfferLostReason``."""

    COMMAND = "command"
    """An operator asked for it."""
    FEATURE_CODE = "feature_code"
    """The agent asked for it by phone."""
    SETTINGS = "settings"
    """Logged in at the start, or no longer in the settings."""
    FLOOR_LOST = "floor_lost"
    """Redis lost its data: the agent is where the agent was."""
    STANDING_LEG = "standing_leg"
    """The line on which the agent stays connected came or went."""
    OFFERED = "offered"
    RINGING = "ringing"
    BRIDGED = "bridged"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REFUSED = "refused"
    UNREGISTERED = "unregistered"
    UNREACHABLE = "unreachable"
    NOT_CONFIRMED = "not_confirmed"
    CALLER_GONE = "caller_gone"
    AGENT_GONE = "agent_gone"
    BRIDGE_FAILED = "bridge_failed"
    SWITCH_LOST = "switch_lost"
    RECLAIMED = "reclaimed"
    PICKED_UP_ELSEWHERE = "picked_up_elsewhere"
    CALLER_UNREACHED = "caller_unreached"
    MISSED_CALLS = "missed_calls"
    """So many misses in a row that a break follows."""
    TALK_ENDED = "talk_ended"
    WRAP_UP_ENDED = "wrap_up_ended"
    """Its time was over."""
    WRAP_UP_ENDED_EARLY = "wrap_up_ended_early"
    WRAP_UP_EXTENDED = "wrap_up_extended"
    BREAK_OVERRUN = "break_overrun"
    """The break has become longer than its code allows; the state stays."""
    HOLDS_CHANGED = "holds_changed"
    """Why the agent is not asked although free has changed; the state stays."""
    QUEUES_CHOSEN = "queues_chosen"
    """The agent serves other queues from now on; the state stays."""


CALLCORE: Final = "callcore"
"""Who changed an agent's state where no person did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why an agent's state changes: kept in the agent's timeline."""

    reason: AgentReason
    actor: str = CALLCORE
    """``CALLCORE``, the operator's account, or ``agent`` for the agent's own phone."""
    note: str = ""
    """What the operator said of it, at most ``LONGEST_NOTE`` characters."""


class HoldReason(StrEnum):
    """Why an agent who is available is not asked."""

    UNREGISTERED = "unregistered"
    """No switch knows where the phone is."""
    OUTSIDE_CALL = "outside_call"
    """The phone is on a call that callcore did not make."""


BreakCode = NewType("BreakCode", str)

ANY_BREAK: Final = BreakCode("break")
"""The code of a break where the settings know no other."""
MISSED_CALLS: Final = BreakCode("missed_calls")
"""The code of a break that follows too many misses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What happens to an agent who holds a call as soon as call and wrap-up are over."""

    state: AgentState
    """``LOGGED_OUT`` or ``ON_BREAK``."""
    break_code: BreakCode | None
    """Of a break."""


class WrapUpEnd(StrEnum):
    """How a wrap-up ended."""

    TIMED_OUT = "timed_out"
    ENDED_EARLY = "ended_early"
    EXTENDED = "extended"
    """It ended, early or not, after it had been extended."""


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
    """The state after ``event``: the same where the table says ``STAY`` or ``WISH``.

    Raises ``ChangeRefusedError`` where it says ``REFUSE``.
    """
    answer = TRANSITIONS[state][event]
    if answer is REFUSE:
        raise ChangeRefusedError(agent_id, state, event)
    return AgentState(answer) if isinstance(answer, AgentState) else state


def states_before(event: AgentEvent) -> tuple[AgentState, ...]:
    """The states which ``event`` changes: what a script that commits it must find."""
    return tuple(state for state, row in TRANSITIONS.items() if isinstance(row[event], AgentState))
