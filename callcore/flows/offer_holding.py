"""Whether the floor still holds an agent by an offer."""

from __future__ import annotations

from callcore.flows.site import Site
from callcore.ports.stores import Reservation, StoreError


def is_held(site: Site, reservation: Reservation) -> bool:
    """True if it does; false as well if that cannot be asked: the agent's lease ends then."""
    try:
        agent = site.roster.agent(reservation.agent_id)
    except StoreError:
        return False
    return agent is not None and agent.offer_id == reservation.offer_id
