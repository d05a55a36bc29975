"""Wrong PINs, counted where every worker of a site sees them."""

from __future__ import annotations

from typing import Protocol

from callcore.domain.ids import AgentId


class Lockouts(Protocol):
    """How often a wrong PIN was given for an agent. May raise ``StoreUnavailableError``."""

    def failed(self, agent_id: AgentId, remember_seconds: float) -> int:
        """Counts a wrong PIN; how many there were. They are forgotten so long after the last."""

    def failures(self, agent_id: AgentId) -> int:
        """How many there were."""

    def forgive(self, agent_id: AgentId) -> bool:
        """Forgets them; false if there were none."""
