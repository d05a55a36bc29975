"""Other systems that are asked about callers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from callcore.domain.ids import LookupName
from callcore.domain.policies.limits import PolicyError
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import Utterance

LONGEST_TIMEOUT_SECONDS = 30.0
AUTHORIZATION = "Authorization"


class LookupMethod(StrEnum):
    """How the question travels."""

    POST = "post"
    """As a JSON object in the body."""
    GET = "get"
    """As the query of the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupPolicy:
    """One system that answers over HTTP with JSON."""

    name: LookupName
    url: str
    """``http`` or ``https``, without a query."""
    method: LookupMethod = LookupMethod.POST
    timeout_seconds: float = 2.0
    """From asking to the last byte of the answer, connecting included."""
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str | None = field(default=None, repr=False)
    """Sent in ``token_header``; from the environment, never from the file."""
    token_header: str = AUTHORIZATION
    """``Authorization: Bearer TOKEN``; any other header holds the token alone: ``X-Api-Key``."""
    most_at_once: int = 50
    """Beyond so many unanswered questions another one fails at once."""
    hears: Utterance = (phrases.ONE_MOMENT,)
    """What the caller hears while it takes longer than a moment; music follows."""

    def __post_init__(self) -> None:
        if not 0 < self.timeout_seconds <= LONGEST_TIMEOUT_SECONDS:
            raise PolicyError(
                "timeout_seconds",
                f"must be greater than 0 and at most {LONGEST_TIMEOUT_SECONDS:g}",
            )
        if self.most_at_once < 1:
            raise PolicyError("most_at_once", "must be at least 1")
