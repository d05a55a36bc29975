"""The dead man's switches of callers who were found, wound up before anybody goes on with them.

Going on takes its time, and of many the last would meanwhile be sent to the dialplan's fallback.
"""

from __future__ import annotations

from typing import Final

from callcore.flows import leg_roles
from callcore.flows.adoption import Phase
from callcore.flows.site import Site
from callcore.ports.switch_events import LegSnapshot

_IN_OUR_HANDS: Final = frozenset({Phase.ARRIVED, Phase.ASKED, Phase.WAITING, Phase.SURVEYED})


class WindingUp:
    """Does it for each caller once: whoever is not followed by the time it falls falls with it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._wound: set[str] = set()

    def wind_up(self, leg: LegSnapshot, phase: Phase) -> None:
        """Posts it for a caller whom nobody but us would serve. May raise ``TelephonyError``."""
        is_led = leg.is_inbound or leg_roles.is_holding_customers(leg)
        if leg.leg_id in self._wound or phase not in _IN_OUR_HANDS or not is_led:
            return
        fallback = self._site.policy.fallback
        hears_music = phase is Phase.WAITING and not leg.is_parked
        self._site.switches[leg.node].guard(
            leg.leg_id,
            fallback.waiting_after_seconds if hears_music else fallback.silent_after_seconds,
            fallback.extension,
            fallback.context,
        )
        self._wound.add(leg.leg_id)
