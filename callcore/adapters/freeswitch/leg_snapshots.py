"""A leg as ``uuid_dump <uuid> json`` tells it, in the words of ``ports.switch_events``."""

from __future__ import annotations

from collections.abc import Callable

from callcore.adapters.freeswitch import headers
from callcore.adapters.freeswitch.cleaning import NAME_LIMIT, NUMBER_LIMIT, cleaned
from callcore.adapters.freeswitch.headers import leg_id_of, one
from callcore.adapters.freeswitch.translation import PLAYBACK_APPLICATION
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.ports.switch_events import LegSnapshot

STANDING_APPLICATIONS = frozenset({"park", "answer", "pre_answer", "ring_ready"})
"""The last application of a leg that awaits orders: ``park``, or what it was told meanwhile."""

PARKED_STATES = frozenset({"CS_EXECUTE", "CS_PARK"})


def snapshot_of(
    body: bytes, node: NodeName, by_our_clock: Callable[[int], Micros] = Micros
) -> LegSnapshot:
    """What the dump says.

    ``signal_bond`` names the partner from when a bridge was asked for; the leg has the instant of
    the bridge from when the two have met (``switch_ivr_multi_threaded_bridge``). It is still set
    when a leg parks after its bridge (``CS_PARK``), and then means nothing. A leg that
    ``may_be_sounding`` is shown as parked.
    Raises ``IncompleteEventError`` and ``headers.UnreadableEventError``.
    """
    told = headers.leg_headers(body)
    state = one(told.channel_state)
    partner = one(told.partner)
    bridged_to = LegId(partner) if headers.is_leg_id(partner) and state != "CS_PARK" else None
    application = one(told.current_application)
    if application == PLAYBACK_APPLICATION:
        is_parked = state in PARKED_STATES and _is_over(told)
    else:
        is_parked = state == "CS_PARK" or (
            state == "CS_EXECUTE" and application in STANDING_APPLICATIONS
        )
    has_met = state == "CS_EXCHANGE_MEDIA" or headers.instant(told.bridged_at) is not None
    created_at, answered_at = headers.instant(told.created_at), headers.instant(told.answered_at)
    return LegSnapshot(
        leg_id=leg_id_of(told.leg_id),
        node=node,
        is_inbound=one(told.direction) == "inbound",
        is_line_answered=answered_at is not None,
        created_at=Micros(0) if created_at is None else by_our_clock(created_at),
        answered_at=None if answered_at is None else by_our_clock(answered_at),
        caller_number=cleaned(one(told.caller_number), NUMBER_LIMIT),
        caller_name=cleaned(one(told.caller_name), NAME_LIMIT),
        dialled_number=cleaned(one(told.dialled_number), NUMBER_LIMIT),
        bridged_to=bridged_to,
        is_parked=bridged_to is None and is_parked,
        variables=headers.variables_of(body),
        is_joining=bridged_to is not None and not has_met,
    )


def may_be_sounding(body: bytes) -> bool:
    """True of a dumped leg whose last sound is over, which another may have been played over.

    A sound that ends leaves its ``current_application_response``, be it the only one or not.
    Raises ``headers.UnreadableEventError``.
    """
    told = headers.leg_headers(body)
    return one(told.current_application) == PLAYBACK_APPLICATION and _is_over(told)


def _is_over(told: headers.LegHeaders) -> bool:
    return bool(one(told.application_response))
