"""What is told of agents' standing lines, to them and to the calls that want them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.ids import CallId, LegId, Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWanted:
    """An agent's standing line is wanted for a call: tell the call as soon as it is free."""

    call_id: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReady:
    """The standing line is free, and its agent has heard that a call comes."""

    leg_id: LegId
    at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class LineJoined:
    """The call that wanted the standing line talks on it: told where the switch tells only the
    call's worker.
    """

    call_id: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGivenBack:
    """The call that wanted the standing line has no use for it any more."""

    call_id: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEndAsked:
    """The agent on the standing line has pressed what ends the talk."""

    leg_id: LegId
    at: Micros


@dataclass(frozen=True, slots=True)
class AgentLeft:
    """The agent of the standing line was logged out by another hand."""


@dataclass(frozen=True, slots=True)
class LineReplaced:
    """The agent has logged in on another line."""


@dataclass(frozen=True, slots=True)
class LineLookDue:
    """It is time to see whether the floor still knows of the standing line."""


LineMessage: TypeAlias = (
    LineWanted
    | LineReady
    | LineJoined
    | LineGivenBack
    | TalkEndAsked
    | AgentLeft
    | LineReplaced
    | LineLookDue
)
