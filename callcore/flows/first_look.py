"""When agents are looked for on behalf of a caller who has just joined."""

from __future__ import annotations

from callcore.flows.site import Site
from callcore.ports.stores import SEARCH_SECONDS, Joined


def seconds_until(site: Site, joined: Joined) -> float | None:
    """``None`` if nobody was free in the instant of the join: whoever is from then on looks.

    Where those who are free may be about to get callers ahead, by other workers that do not tell,
    it costs both less to look when that is over.
    """
    if joined.free_agents_count == 0:
        return None
    are_all_sought_for = joined.free_agents_count == joined.sought_for_count
    return 2 * SEARCH_SECONDS if are_all_sought_for and not site.tenure.is_alone else 0.0
