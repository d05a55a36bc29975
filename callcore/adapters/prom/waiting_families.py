"""What is counted of callers while they wait."""

from __future__ import annotations

from callcore.adapters.prom.buckets import ERROR_BUCKETS
from callcore.adapters.prom.families import Families

POSITION = "position"
ESTIMATE = "estimate"
MESSAGE = "message"
ANNOUNCEMENTS = (POSITION, ESTIMATE, MESSAGE)

WITHIN, BEYOND = "within", "beyond"
UPPER_ENDS = (WITHIN, BEYOND)
LONGER, SHORTER = "longer", "shorter"
SIDES = (LONGER, SHORTER)


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
            "Changes of a waiting caller's priority, by `ageing`, the `caller` or an `operator`.",
            "queue",
            "by",
        )
        self.estimate_error_seconds = families.histograms(
            "callcore_queue_estimate_error_seconds",
            "What served callers waited since an estimate was told to them, less the mean wait "
            "that it was made of: below 0 they were served earlier. It has no sum, which might "
            "fall: see the next metric.",
            ERROR_BUCKETS,
            "queue",
        )
        self.estimate_deviation_seconds = families.counters(
            "callcore_queue_estimate_deviation_seconds_total",
            "The same errors added up, without their signs: of waits that were `longer` and of "
            "those that were `shorter` than estimated.",
            "queue",
            "side",
        )
        self.estimates_lived = families.counters(
            "callcore_queue_estimates_lived_total",
            "Estimates told to callers who wait no more, by whether the wait was over `within` the "
            "upper end that was told, or went `beyond` it. Callers who left unserved count only if "
            "they had waited beyond it.",
            "queue",
            "upper_end",
        )

    def count_lived(
        self, queue: str, error_seconds: float | None, *, is_beyond: bool | None
    ) -> None:
        """Counts what became of an estimate, as far as it is known."""
        if error_seconds is not None:
            self.estimate_error_seconds.observe(error_seconds, queue)
            side = LONGER if error_seconds > 0 else SHORTER
            self.estimate_deviation_seconds.add(queue, side, amount=abs(error_seconds))
        if is_beyond is not None:
            self.estimates_lived.add(queue, BEYOND if is_beyond else WITHIN)
