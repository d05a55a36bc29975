"""What settings must keep that several policies have in common."""

from __future__ import annotations


class PolicyError(ValueError):
    """A setting breaks a limit; ``field`` names it."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault


HIGHEST_PRIORITY = 1000

KEYS = frozenset("0123456789*#")
"""What a caller's phone can press."""


def check_priority(priority: int) -> None:
    """Raises ``PolicyError`` for what is too high or too low."""
    if abs(priority) > HIGHEST_PRIORITY:
        raise PolicyError("priority", f"must be -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}")
