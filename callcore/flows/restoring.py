"""Telling a floor that lost its data what it knew of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from callcore.domain.ids import Micros
from callcore.flows.call import Call
from callcore.flows.floor_changes import FloorChanges
from callcore.ports.stores import Joining, Reservation

WITHOUT_LIMIT = 1_000_000
"""A place that was once taken is kept, however full the queue has become."""


def without_limits(joining: Joining) -> Joining:
    """The place that was taken, as it is taken again."""
    return replace(joining, maximum_waiting=WITHOUT_LIMIT, maximum_promises=WITHOUT_LIMIT)


def restore(
    call: Call,
    changes: FloorChanges,
    reservations: Sequence[Reservation],
    bridged_at: Micros | None = None,
) -> None:
    """Takes the old place again, with the agents it was promised to, or the one of the talk that
    began at ``bridged_at``.

    Each step is that of the ordinary course and changes nothing that is so already.
    """
    site, joining = call.site, call.joining
    if joining is None:
        return
    call_id, request_id = call.caller.call_id, site.ids.request_id()
    again = without_limits(joining)
    changes.make(call_id, lambda: site.waiting_room.join(again, request_id))
    for reservation in reservations:
        changes.make(call_id, partial(site.roster.reserve, reservation))
        if bridged_at is not None:
            changes.make(call_id, partial(site.roster.win, reservation, bridged_at))
