"""How callcore itself fares, its switches and its stores."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.events.facts import Fact
from callcore.domain.ids import NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRestored(Fact):
    """The event socket of a node is connected; ``is_restarted`` if the switch lost its calls."""

    node: NodeName
    core_uuid: str
    is_restarted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLost(Fact):
    """The event socket of a node is gone."""

    node: NodeName
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundNotFound(Fact):
    """A switch passed over a recording of ours in a sentence, and one caller heard a hole.

    For a while nobody is told what needs it: they hear the site's language or a tone instead.
    """

    node: NodeName
    path: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfHealed(Fact):
    """The floor and the switch differed and the difference was mended."""

    what: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsWritten(Fact):
    """Call records reached Postgres in one batch."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsHeld(Fact):
    """So much is here alone by now, because Redis or Postgres is away or behind."""

    in_memory_count: int
    """Records that are lost with the process: nothing takes them, the disk neither."""
    spooled_bytes: int
    """On this machine's disk, of which it is not known that Postgres has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFailed(Fact):
    """A flow met what nobody foresaw, and goes on: a defect to be mended."""

    flow: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFailed(Fact):
    """Redis or Postgres did not do what was asked."""

    store: str
    reason: str
