"""What goes wrong with the floor."""

from __future__ import annotations


class StoreError(Exception):
    """The floor did not do what was asked."""


class StoreUnavailableError(StoreError):
    """Redis does not answer, or not in time."""


class LeaseLapsedError(StoreUnavailableError):
    """Redis was not asked: others may follow this worker's calls by now."""
