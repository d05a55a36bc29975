"""Reads the recordings of a real FreeSWITCH in ``tests/traces``."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TRACES = Path(__file__).parents[2] / "traces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One frame from the switch, or one command to it."""

    at_seconds: float
    is_from_switch: bool
    wire: bytes


def names() -> list[str]:
    return sorted(path.name.removesuffix(".jsonl.gz") for path in TRACES.glob("*.jsonl.gz"))


@cache
def recording(name: str) -> tuple[Message, ...]:
    """The recording whose file name begins with ``name``, e.g. ``16``."""
    (path,) = TRACES.glob(f"{name}*.jsonl.gz" if "_" in name else f"{name}_*.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        messages = [json.loads(line) for line in lines]
    return tuple(
        Message(
            at_seconds=message["t"],
            is_from_switch=message["dir"] == "recv",
            wire=message["text"].encode(),
        )
        for message in messages
    )


def from_switch(name: str) -> list[bytes]:
    """The frames the switch sent in a recording."""
    return [message.wire for message in recording(name) if message.is_from_switch]


def events(name: str) -> list[bytes]:
    """The JSON bodies of the events in a recording, in the order in which they came."""
    parts = (frame.partition(b"\n\n") for frame in from_switch(name))
    return [body for head, _, body in parts if b"text/event-json" in head]
