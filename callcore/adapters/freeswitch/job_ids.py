"""Ids of the jobs of one link, by which the switch tells no other link what became of them."""

from __future__ import annotations

import uuid

_BEGINNING_LENGTH = 8


class JobIds:
    """UUIDs that begin alike, and unlike those of every other link."""

    def __init__(self) -> None:
        self._beginning = str(uuid.uuid4())[:_BEGINNING_LENGTH]

    @property
    def pattern(self) -> str:
        """What matches all of them, as a value for ``filter``."""
        return f"/^{self._beginning}-/"

    def new(self) -> str:
        """One that was never used."""
        return self._beginning + str(uuid.uuid4())[_BEGINNING_LENGTH:]
