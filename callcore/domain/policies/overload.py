"""What becomes of new callers while we cannot serve them as we should."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.policies.limits import PolicyError
from callcore.domain.treatments import Treatment

BUSY_CAUSE = "NORMAL_CIRCUIT_CONGESTION"
"""FreeSWITCH answers ``503 Service Unavailable``: the carrier may try another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadPolicy:
    """When there is too much to do, and what becomes of those who come then.

    We are late by how late timers run, events are read and Redis answers, whatever is worst.
    """

    enabled: bool = True
    late_seconds: float = 0.5
    late_for_seconds: float = 2.0
    """New callers are turned away once we have been late by as much for so long."""
    calm_seconds: float = 0.1
    calm_for_seconds: float = 5.0
    """Less and less of them are once we have been late by less for so long."""
    rejects_unanswered: bool = True
    """Who comes on a line that is not answered is refused without a word, where the treatment ends
    in a hang-up: the carrier may try another way, and the caller pays nothing."""
    treatment: Treatment | None = None
    """``None``: a hang-up with ``BUSY_CAUSE``, after a prompt where the site has sounds."""
    floor_away: Treatment | None = None
    """Of who would join a queue while Redis is away; ``None``: the dialplan's fallback."""

    def __post_init__(self) -> None:
        if self.calm_seconds >= self.late_seconds:
            raise PolicyError("calm_seconds", f"must be below late_seconds, {self.late_seconds:g}")
