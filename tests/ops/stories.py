"""What Prometheus saw, minute by minute, and what an alert is to make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Values = str
"""As ``promtool test rules`` writes them: ``0+10x60`` is 0, 10, 20, ... up to 600, one a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Series by name, without the label ``site``, which each gets; the alert's labels at a minute,
    or ``None`` if it is to be silent. Severity and site are the alert's own.
    """

    alert: str
    says: str
    series: Mapping[str, Values]
    at: int
    labels: Mapping[str, str] | None = None
    severity: str = "warning"
    has_site: bool = True

    @property
    def is_silent(self) -> bool:
        """True if nothing is to happen."""
        return self.labels is None


def fires(alert: str, says: str, **more: object) -> Story:
    """The alert is to be there."""
    return Story(alert=alert, says=says, **{"labels": {}, **more})  # type: ignore[arg-type]  # as Story's fields


def silent(alert: str, says: str, **more: object) -> Story:
    """The alert is not to be there."""
    return Story(alert=alert, says=says, **more)  # type: ignore[arg-type]  # as Story's fields


def served(within: Values, picked_up: Values, abandoned: Values = "0x600") -> dict[str, Values]:
    """Counters of one queue."""
    of = '{queue="support",instance="1"}'
    return {
        f"callcore_queue_open{of}": "1x600",
        f"callcore_queue_picked_up_within_total{of}": within,
        f"callcore_queue_picked_up_total{of}": picked_up,
        f"callcore_queue_abandoned_total{of}": abandoned,
        f"callcore_queue_short_abandoned_total{of}": "0x600",
    }


def offers(**values: Values) -> dict[str, Values]:
    """Counters of one queue's offers, by outcome."""
    return {
        f'callcore_offers_ended_total{{queue="support",outcome="{outcome}"}}': counted
        for outcome, counted in values.items()
    }


def lengths(name: str, labels: str, buckets: Mapping[str, Values]) -> dict[str, Values]:
    """A histogram's buckets, by their upper ends."""
    return {
        f'{name}_bucket{{{labels}{"," if labels else ""}le="{end}"}}': values
        for end, values in buckets.items()
    }


SLOW = {"0.1": "0x60", "1": "0x60", "5": "0+10x60", "+Inf": "0+10x60"}
"""Between one and five seconds, all of them."""
FAST = {"0.1": "0+10x60", "1": "0+10x60", "5": "0+10x60", "+Inf": "0+10x60"}

BOTH = ('instance="1"', 'instance="2"')


def of_both(name: str, one: Values, two: Values, labels: str = "") -> dict[str, Values]:
    """A series of each of two workers."""
    more = f",{labels}" if labels else ""
    return {
        f"{name}{{{worker}{more}}}": values for worker, values in zip(BOTH, (one, two), strict=True)
    }


def merged(*parts: Mapping[str, Values]) -> dict[str, Values]:
    """All of them."""
    return {name: values for part in parts for name, values in part.items()}


def alerts_of(stories: Sequence[Story]) -> set[str]:
    """Which alerts they are about."""
    return {story.alert for story in stories}
