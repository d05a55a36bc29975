"""What is told to any call of links, Redis and lines that went on without us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBack:
    """The link to the caller's switch is up again, and the caller's leg is as told here.

    ``is_silent`` if nothing is played to the leg.
    """

    is_silent: bool


@dataclass(frozen=True, slots=True)
class WentToFallback:
    """The dead man's switch sent the caller to the dialplan's fallback."""


@dataclass(frozen=True, slots=True)
class FloorEmptied:
    """Redis lost its data: what the floor knew of the call is to be told again."""


@dataclass(frozen=True, slots=True)
class OutlivedTalk:
    """The caller is still on the line a while after the talk: sent elsewhere by the agent."""


MishapMessage: TypeAlias = LinkBack | WentToFallback | FloorEmptied | OutlivedTalk
