"""The states of a channel and of the call on it, and what may be ordered of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class State(IntEnum):
    """What a channel's thread does; numbers as in ``switch_types.h``."""

    NEW = 0
    INIT = 1
    ROUTING = 2
    SOFT_EXECUTE = 3
    EXECUTE = 4
    EXCHANGE_MEDIA = 5
    PARK = 6
    CONSUME_MEDIA = 7
    HIBERNATE = 8
    RESET = 9
    HANGUP = 10
    REPORTING = 11
    DESTROY = 12
    NONE = 13


class CallState(IntEnum):
    """What the phone user would call the state of the call."""

    DOWN = 0
    DIALING = 1
    RINGING = 2
    EARLY = 3
    ACTIVE = 4
    HELD = 5
    RING_WAIT = 6
    HANGUP = 7
    UNHELD = 8


class AnswerState(StrEnum):
    """Whether the line is answered."""

    RINGING = "ringing"
    EARLY = "early"
    ANSWERED = "answered"
    HANGUP = "hangup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An application somebody queued for the channel by ``sendmsg`` or ``uuid_broadcast``."""

    application: str
    argument: str
    application_uuid: str = ""
    is_locking: bool = False
    lead_steps: int = 0
    loops: int = 1
