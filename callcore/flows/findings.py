"""What a look at a node found that does not fit with what is followed and with the floor."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.ids import CallId, LegId, OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What does not fit on one node."""

    gone: frozenset[LegId]
    """Legs followed here that the switch does not have."""
    strays: frozenset[LegId]
    """Legs of ours that nobody follows."""
    calls: frozenset[CallId]
    """Calls that the floor has, and neither a script nor the switch."""
    held: frozenset[OfferId]
    """Offers and talks by which agents are held, and which are over."""
    promises: frozenset[CallId] = frozenset()
    """Promises that wait on the floor, and that nobody follows."""

    def __bool__(self) -> bool:
        return bool(self.gone or self.strays or self.calls or self.held or self.promises)

    def also_in(self, later: Findings) -> Findings:
        """What did not fit the first time nor later."""
        return Findings(
            gone=self.gone & later.gone,
            strays=self.strays & later.strays,
            calls=self.calls & later.calls,
            held=self.held & later.held,
            promises=self.promises & later.promises,
        )
