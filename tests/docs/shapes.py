"""Whether what a page shows below a command has the shape of what is answered."""

from __future__ import annotations


def fault(line: str, shown: str, answered: str) -> str | None:
    return None
