"""What can be told of an embedded server that does not do its work."""

from __future__ import annotations

from pathlib import Path

_TAIL_BYTES = 2000
_TAIL_LINES = 8


class EmbeddedServerError(Exception):
    """An embedded server cannot be started or stopped; the text says why and where to look."""


def with_log(text: str, log: Path) -> EmbeddedServerError:
    """An error that names the server's log and quotes its end."""
    try:
        tail = log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace").splitlines()[-_TAIL_LINES:]
    except OSError:
        tail = []
    quoted = "".join(f"\n    {line}" for line in tail)
    return EmbeddedServerError(f"{text}; its log is {log}{', which ends:' if tail else ''}{quoted}")
