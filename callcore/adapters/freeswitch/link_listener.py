"""What the link to one node tells, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.domain.ids import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkListener:
    """Who hears the link. Each runs in the link's greenlets; must not wait or raise."""

    restored: Callable[[str, bool], None]
    """The link is up: the switch's core id, and whether it differs from the one before."""
    told: Callable[[EventHeaders, Micros], None]
    """An event of a leg, phone, sound or job, and when it was heard."""
    lost: Callable[[str], None]
    """The link was up and is down, for this reason."""
    gone: Callable[[str], None]
    """The switch has been away for so long that it counts as dead."""
