"""What is counted of notices to customers outside of calls."""

from __future__ import annotations

from callcore.adapters.prom.families import Families

TAKEN = "taken"


class NoticeFamilies:
    """One family, by hook."""

    def __init__(self, families: Families) -> None:
        self.told = families.counters(
            "callcore_notices_total",
            "Notices to customers outside of calls, by hook: `taken` by the other system, or why "
            "not.",
            "hook",
            "kind",
            "outcome",
        )
