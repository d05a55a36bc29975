"""Recorded prompts that the tests can tell apart."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE = 8000
LOUDNESS = 6000


def record(directory: Path, name: str, *, seconds: float, hertz: int = 440) -> str:
    """Writes a prompt of a tone, of which the switch reads the file; the file's path."""
    path = directory / "en" / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = (
        int(LOUDNESS * math.sin(2 * math.pi * hertz * number / RATE))
        for number in range(int(seconds * RATE))
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return str(path)
