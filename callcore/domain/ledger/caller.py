"""Whom a ledger is of."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.ids import CallId, LegId, Micros, NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who called, when and how, as known from the arrival."""

    call_id: CallId
    leg_id: LegId
    node: NodeName
    number: str
    name: str
    dialled_number: str
    arrived_at: Micros
    is_callback: bool = False
    """True for one who is called back; the call arrived when it was promised."""
    callback_of: CallId | None = None
    """The call in which it was promised; ``None`` if it was asked for without a call."""
