"""What all lives of callcore have logged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.chaos.evidence import Violation


def lines(logs: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Everything that was logged."""
    for text in _texts(logs):
        if text.startswith("{"):
            with suppress(json.JSONDecodeError):
                yield json.loads(text)


def faults(logs: Iterable[Path]) -> Iterator[Violation]:
    """Greenlets that died: whatever is broken around callcore, that is a fault of its own."""
    for line in lines(logs):
        if line.get("event") == "greenlet_died":
            last = str(line.get("exception")).rstrip().rpartition("\n")[2]
            yield Violation("no fault", str(line.get("greenlet")), f"died: {last}")


def besides(logs: Iterable[Path]) -> list[str]:
    """What is there and no log line: tracebacks."""
    return [text for text in _texts(logs) if text and not text.startswith("{")]


def _texts(logs: Iterable[Path]) -> Iterator[str]:
    for log in logs:
        with log.open(encoding="utf-8", errors="replace") as texts:
            for text in texts:
                yield text.rstrip("\n")
