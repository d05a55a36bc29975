"""What is counted of callers while they wait."""

from __future__ import annotations

from callcore.adapters.prom.families import Families

POSITION = "position"
ESTIMATE = "estimate"
MESSAGE = "message"
ANNOUNCEMENTS = (POSITION, ESTIMATE, MESSAGE)


class WaitingFamilies:
    """Families by queue."""

    def __init__(self, families: Families) -> None:
        self.announcements = families.counters(
            "callcore_queue_announcements_total",
            "What waiting callers were told: their `position`, an `estimate` of the wait, a "
            "`message`.",
            "queue",
            "kind",
        )
        self.priority_changes = families.counters(
            "callcore_queue_priority_changes_total",
            "Changes of a waiting caller's priority, by `ageing` or an `operator`.",
            "queue",
            "by",
        )
