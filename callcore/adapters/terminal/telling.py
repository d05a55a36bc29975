"""How the modules of words tell of facts: each of those it knows, and of no others."""

from __future__ import annotations

from typing import TypeAlias

from callcore.adapters.terminal.words import Tone
from callcore.domain import events

Told: TypeAlias = tuple[str, Tone]
"""What happened, in words, and its tone."""


def nothing(_: events.Fact) -> Told | None:
    """Is told of facts that a module does not know; it may be silent on others too."""
    return None
