"""Other systems that are told something, and answer nothing of use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcore.domain.ids import HookName
from callcore.domain.policies.limits import PolicyError
from callcore.domain.policies.lookup import AUTHORIZATION, LONGEST_TIMEOUT_SECONDS

MOST_TRIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HookPolicy:
    """One system that takes notices over HTTP: a JSON object in the body of a POST."""

    name: HookName
    url: str
    timeout_seconds: float = 5.0
    """From connecting to the last byte of the answer."""
    tries: int = 3
    retry_after_seconds: float = 10.0
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str | None = field(default=None, repr=False)
    """Sent in ``token_header``; from the environment, never from the file."""
    token_header: str = AUTHORIZATION
    most_waiting: int = 1000
    """Beyond so many untold notices another one is not kept, which is counted."""

    def __post_init__(self) -> None:
        if not 0 < self.timeout_seconds <= LONGEST_TIMEOUT_SECONDS:
            raise PolicyError(
                "timeout_seconds",
                f"must be greater than 0 and at most {LONGEST_TIMEOUT_SECONDS:g}",
            )
        if not 1 <= self.tries <= MOST_TRIES:
            raise PolicyError("tries", f"must be 1 to {MOST_TRIES}")
        if self.retry_after_seconds <= 0:
            raise PolicyError("retry_after_seconds", "must be greater than 0")
        if self.most_waiting < 1:
            raise PolicyError("most_waiting", "must be at least 1")
