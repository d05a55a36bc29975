"""Telling a floor that lost its data, or has old ones, what it does not know of a call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

from callcore.domain.agents import CALLCORE, AgentReason, AgentState, Why
from callcore.domain.ids import AgentId, Micros, OfferId
from callcore.domain.outcomes import OfferLostReason
from callcore.flows.call import Call
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.site import Site
from callcore.ports.stores import FloorCallState, Joining, Reservation

WITHOUT_LIMIT = 1_000_000
"""A place that was once taken is kept, however full the queue has become."""

_PROMISED = frozenset({AgentState.RESERVED, AgentState.RINGING})


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

    What the floor has of the past is ended first: another place, offers and talks that are over.
    Each step is that of the ordinary course and changes nothing that is so already.
    """
    site, joining = call.site, call.joining
    if joining is None:
        return
    call_id, request_id = call.caller.call_id, site.ids.request_id()
    again = without_limits(joining)
    is_talking = bridged_at is not None
    past = partial(_end_the_past, site, again, reservations, is_talking=is_talking)
    with changes.telling_again():
        changes.make(call_id, past)
        changes.make(call_id, lambda: site.waiting_room.join(again, request_id))
        if not is_talking:
            changes.make(call_id, partial(_place, site, again))
        for reservation in reservations:
            changes.make(call_id, partial(site.roster.reserve, reservation))
            if bridged_at is not None:
                changes.make(call_id, partial(site.roster.win, reservation, bridged_at))


def give_up_offer(site: Site, reservation: Reservation, *, is_caller_waiting: bool) -> None:
    """Ends an offer or a talk of which the floor alone still knows; tells nobody."""
    site.roster.lose(
        reservation,
        reason=OfferLostReason.RECLAIMED,
        retry_after_seconds=0.0,
        is_caller_waiting=is_caller_waiting,
    )
    site.roster.end_talk(reservation, wrap_up_seconds=0.0)


def _place(site: Site, joining: Joining) -> None:
    """The floor may have the place of before an operator, or the wait, changed it."""
    site.waiting_room.rescore(
        joining.call_id,
        joining.queue,
        score=joining.score,
        priority=joining.priority,
        own_priority=joining.own_priority,
        first_joined_at=joining.first_joined_at,
    )


def _end_the_past(
    site: Site, joining: Joining, reservations: Sequence[Reservation], *, is_talking: bool
) -> None:
    lasting = {reservation.offer_id for reservation in reservations}
    _end_of_call(site, joining, lasting, is_talking=is_talking)
    for reservation in reservations:
        _end_of_agent(site, reservation.agent_id, reservation.offer_id)


def _end_of_call(
    site: Site, joining: Joining, lasting: Collection[OfferId], *, is_talking: bool
) -> None:
    """Ends what the call itself has left behind."""
    call = site.waiting_room.call(joining.call_id)
    if call is None or call.state is FloorCallState.ENDED:
        return
    is_elsewhere = call.queue != joining.queue
    for offer in call.offers:
        if is_elsewhere or offer.offer_id not in lasting:
            give_up_offer(site, offer, is_caller_waiting=True)
    talk = call.talk
    if call.state is FloorCallState.TALKING and talk is not None:
        if is_talking and talk.offer_id in lasting:
            return
        give_up_offer(site, talk, is_caller_waiting=False)
    elif is_elsewhere:
        site.waiting_room.leave(joining.call_id, call.queue, site.ids.request_id())


def _end_of_agent(site: Site, agent_id: AgentId, lasting: OfferId) -> None:
    """Ends what the agent was doing before."""
    agent = site.roster.agent(agent_id)
    held = agent.reservation if agent is not None else None
    if agent is None or held is None or held.offer_id == lasting:
        return
    if agent.state in _PROMISED or agent.state is AgentState.TALKING:
        give_up_offer(site, held, is_caller_waiting=True)
    elif agent.state is AgentState.WRAPPING_UP:
        why = Why(reason=AgentReason.FLOOR_LOST, actor=CALLCORE)
        site.roster.end_wrap_up(agent_id, held.offer_id, site.ids.request_id(), why)
