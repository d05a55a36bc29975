"""The recordings of a real switch as data: what was sent, what came back, who did what."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

DIRECTORY = Path(__file__).parents[1] / "traces"

Headers = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame a client received."""

    headers: dict[str, str]
    body: str

    @property
    def kind(self) -> str:
        return self.headers["Content-Type"]

    def event(self) -> Headers | None:
        """The event in the frame, if it is one."""
        if self.kind == "text/event-json":
            event: Headers = json.loads(self.body)
            return event
        if self.kind == "text/event-plain":
            lines = self.body.split("\n\n")[0].split("\n")
            return {
                name: unquote(value, errors="surrogateescape")
                for name, _, value in (line.partition(": ") for line in lines)
            }
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a recording: a command sent or a frame received at ``at`` seconds."""

    at: float
    sent: str | None
    frame: Frame | None


def read(name: str) -> list[Line]:
    """A recording by the beginning of its file name."""
    (path,) = DIRECTORY.glob(f"{name}_*.jsonl.gz")
    lines = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for text in file:
            one = json.loads(text)
            is_sent = one["dir"] == "send"
            lines.append(
                Line(
                    at=one["t"],
                    sent=one["text"] if is_sent else None,
                    frame=None if is_sent else frame(one["text"]),
                )
            )
    return lines


def frame(text: str) -> Frame:
    """A frame from its text."""
    head, _, body = text.partition("\n\n")
    headers = dict(line.partition(": ")[::2] for line in head.split("\n"))
    return Frame(headers=headers, body=body)


def events(lines: list[Line]) -> list[tuple[float, Headers]]:
    """Every event of a recording with its instant."""
    return [
        (line.at, event)
        for line in lines
        if line.frame is not None and (event := line.frame.event()) is not None
    ]
