"""Recordings of a leg: told, not made; no file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callcore.switchsim.channels import Channel

_SAMPLES_PER_MILLISECOND = 8
_WAV_HEADER_BYTES = 44


def start(channel: Channel, path: str) -> None:
    """Begins a recording."""
    if path not in channel.recordings:
        channel.recordings[path] = channel.now()
        channel.fire("RECORD_START", after={"Record-File-Path": path})
        channel.note(f"record {path}")


def stop(channel: Channel, path: str) -> bool:
    """Ends a recording, or every one of the leg with ``all``; False if there was none."""
    paths = list(channel.recordings) if path == "all" else [path]
    has_stopped = False
    for one in paths:
        began = channel.recordings.pop(one, None)
        if began is None:
            continue
        has_stopped = True
        milliseconds = (channel.now() - began) // 1000
        samples = milliseconds * _SAMPLES_PER_MILLISECOND
        channel.set_all(
            {
                "record_file_size": str(samples * 2 + _WAV_HEADER_BYTES),
                "record_samples": str(samples),
                "record_seconds": str(milliseconds // 1000),
                "record_ms": str(milliseconds),
                "record_completion_cause": "success-maxtime",
            }
        )
        channel.fire(
            "RECORD_STOP",
            after={"Record-File-Path": one, "Record-Completion-Cause": "success-maxtime"},
        )
        channel.note(f"recorded {one}")
    return has_stopped
