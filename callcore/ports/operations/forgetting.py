"""Making a person unknown."""

from __future__ import annotations

from dataclasses import dataclass, field

from callcore.ports.forgetting import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was taken out of the past, or would be."""

    number: str
    """Shortened."""
    counts: Counts = field(default_factory=dict)
    """How many of each kind; what there was none of is missing."""
    recordings_left: tuple[str, ...] = ()
    """Files that this machine does not have: to be deleted where the switch is."""
    is_dry_run: bool = False
    """True if nothing was done."""
