"""What every fact is, and every fact of a call."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.ids import CallId, Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened at an instant."""

    at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact(Fact):
    """A fact of one call."""

    call_id: CallId
