"""Verbs that fail once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callcore.ports.stores import StoreUnavailableError


def _once(real: Callable[..., Any], *, happens: bool, error: Exception) -> Callable[..., Any]:
    """The first call fails, before or after it was done; later ones are the real thing."""
    failures = [error]

    def call(*args: Any, **kwargs: Any) -> Any:
        if not failures:
            return real(*args, **kwargs)
        if happens:
            real(*args, **kwargs)
        raise failures.pop()

    return call


def fail_once(
    monkeypatch: pytest.MonkeyPatch,
    store: object,
    verb: str,
    *,
    happens: bool,
    error: Exception | None = None,
) -> None:
    """A verb of a store fails the next time it is used."""
    fault = error or StoreUnavailableError("timed out")
    monkeypatch.setattr(store, verb, _once(getattr(store, verb), happens=happens, error=fault))
