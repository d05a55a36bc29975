"""What agents dial to change what they do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcore.domain.policies.limits import PolicyError


class FeatureCode(StrEnum):
    """What a number that is a feature code does, in the settings' words."""

    LOG_IN = "login"
    """With ``connection: standing`` the line stays, and calls come on it."""
    LOG_OUT = "logout"
    START_BREAK = "break"
    AVAILABLE = "available"
    """Ends a break or a wrap-up, or takes back the wish for a break."""
    EXTEND_WRAP_UP = "extend"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinPolicy:
    """How the feature codes ask for a PIN."""

    tries: int = 3
    """Wrong PINs in a row, over any number of calls, until the agent is locked out."""
    lockout_seconds: float = 900.0
    """How long a lock-out lasts after the last wrong PIN."""
    timeout_seconds: float = 10.0
    """How long the next key is awaited."""

    def __post_init__(self) -> None:
        if self.tries < 1:
            raise PolicyError("tries", "must be at least 1")
        for setting in ("lockout_seconds", "timeout_seconds"):
            if getattr(self, setting) <= 0:
                raise PolicyError(setting, "must be greater than 0")
