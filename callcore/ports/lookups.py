"""Asking other systems about callers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from callcore.domain.lookups import LookupFailure
from callcore.domain.policies import LookupPolicy


class LookupFailedError(Exception):
    """There is no answer; ``failure`` says why, the message where and what was wrong."""

    def __init__(self, failure: LookupFailure, message: str) -> None:
        super().__init__(message)
        self.failure = failure


class Lookups(Protocol):
    """The way to them."""

    def ask(self, lookup: LookupPolicy, question: Mapping[str, str]) -> object:
        """The JSON of the answer, decoded. Blocks the greenlet, for ``timeout_seconds`` at most.

        Raises ``LookupFailedError``.
        """
