"""What goes wrong with the floor."""

from __future__ import annotations


class StoreError(Exception):
    """The floor did not do what was asked."""


class StoreUnavailableError(StoreError):
    """Redis does not answer, or not in time."""
