"""How callbacks that a queue has promised are kept."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.policies.limits import PolicyError

MOST_ATTEMPTS = 20
LONGEST_PROMISE_SECONDS = 7 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPolicy:
    """How callbacks that a queue has promised are kept."""

    ring_seconds: float = 30.0
    """How long the customer's phone rings; the agent who has picked up waits meanwhile."""
    attempts: int = 2
    """How often a customer who cannot be reached is called."""
    retry_after_seconds: float = 300.0
    expires_after_seconds: float = 14_400.0
    """Counted from the promise."""

    def __post_init__(self) -> None:
        for setting in ("ring_seconds", "retry_after_seconds", "expires_after_seconds"):
            if getattr(self, setting) <= 0:
                raise PolicyError(setting, "must be greater than 0")
        if self.expires_after_seconds > LONGEST_PROMISE_SECONDS:
            raise PolicyError(
                "expires_after_seconds", f"must be at most {LONGEST_PROMISE_SECONDS:g}"
            )
        if not 1 <= self.attempts <= MOST_ATTEMPTS:
            raise PolicyError("attempts", f"must be 1 to {MOST_ATTEMPTS}")
