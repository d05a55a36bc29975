"""Whether the process keeps up, and its clock with the machine's."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.events.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadBegan(Fact):
    """New callers are turned away from now on, because ``what`` is late: ``event_loop``, ``redis``
    or the events of a node, ``events:fs1``.
    """

    what: str
    late_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadEnded(Fact):
    """Every new caller is taken again."""

    turned_away_count: int
    lasted_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLooked(Fact):
    """While callers are turned away, now and then: of new ones, how many are."""

    share: float
    what: str
    late_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStepped(Fact):
    """The machine's clock was set by so much, which is made up for slowly."""

    by_seconds: float
    behind_seconds: float
    """What is still to be made up for: the machine's clock less ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCaughtUp(Fact):
    """Our clock is the machine's again."""
