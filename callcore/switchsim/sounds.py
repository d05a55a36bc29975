"""How long a sound lasts, judged by its name as FreeSWITCH would open it."""

from __future__ import annotations

import math
import re
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSED_OVER = "filestring::fail"
"""The kind of ``CUSTOM`` that tells of a missing sound of a sequence."""

ENDLESS = math.inf
_TONE = re.compile(r"%\(([^)]*)\)")
_LOOPS = re.compile(r";?(?:loops|L)=(-?\d+)")
_SEQUENCE = "file_string://"

SEQUENCE_LEAD_SECONDS = 0.25
"""Silence before a sequence whose first sound is there (``next_file`` in mod_dptools.c)."""

_RATES = ("8000", "48000", "32000", "16000")
"""Folders a file is looked for in before its own: the line's rate, then the highest first
(``sndfile_file_open``, mod_sndfile.c).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a path names: how long it lasts, and which parts of a sequence are not there."""

    seconds: float | None
    """``ENDLESS``, or ``None`` if it cannot be opened."""
    passed_over: tuple[tuple[float, str], ...] = ()
    """After how many seconds it is the turn of each missing part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    """What there is to play.

    ``seconds_by_path`` names files that need not exist; a real ``.wav`` file is measured, also in
    the folders of its rates; any other file lasts ``unknown_file_seconds``, or is missing if that
    is ``None``.
    """

    streams: frozenset[str] = frozenset({"moh"})
    seconds_by_path: Mapping[str, float] = field(default_factory=dict)
    unknown_file_seconds: float | None = 2.0

    def find(self, path: str) -> Found:
        """What ``path`` names."""
        if path.startswith(_SEQUENCE) and path not in self.seconds_by_path:
            return self._sequence(path.removeprefix(_SEQUENCE).split("!"))
        return Found(seconds=self.seconds(path))

    def seconds(self, path: str) -> float | None:
        """The length of what ``path`` names; ``ENDLESS``, or ``None`` if it cannot be opened."""
        if path in self.seconds_by_path:
            return self.seconds_by_path[path]
        scheme, separator, rest = path.partition("://")
        if not separator:
            return self._file(path)
        if path.startswith(_SEQUENCE):
            return self._sequence(rest.split("!")).seconds
        if scheme == "local_stream":
            return ENDLESS if rest.partition("/")[0] in self.streams else None
        made = {"silence_stream": _silence, "tone_stream": _tone}.get(scheme)
        return made(rest) if made is not None else self.unknown_file_seconds

    def _sequence(self, parts: list[str]) -> Found:
        """What is missing is passed over; with nothing left there is no sequence."""
        lengths = [self.seconds(part) for part in parts]
        seconds = SEQUENCE_LEAD_SECONDS if lengths[0] is not None else 0.0
        passed_over = []
        for part, length in zip(parts, lengths, strict=True):
            if length is None:
                passed_over.append((seconds, part))
            else:
                seconds += length
        is_there = len(passed_over) < len(parts)
        return Found(seconds=seconds if is_there else None, passed_over=tuple(passed_over))

    def _file(self, path: str) -> float | None:
        plain = Path(path)
        places = (*(plain.parent / rate / plain.name for rate in _RATES), plain)
        if path.endswith(".wav"):
            lengths = (_wave(place) for place in places if place.is_file())
            return next(lengths, self.unknown_file_seconds)
        return self.unknown_file_seconds


def _wave(file: Path) -> float | None:
    try:
        with wave.open(str(file), "rb") as sound:
            return sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        return None


def _silence(text: str) -> float:
    milliseconds = text.partition(",")[0]
    length = int(milliseconds) if milliseconds.lstrip("-").isdigit() else 0
    return ENDLESS if length < 0 else length / 1000


def _tone(text: str) -> float | None:
    once = 0.0
    for tone in _TONE.findall(text):
        on, _, others = tone.partition(",")
        off = others.partition(",")[0]
        try:
            once += (float(on) + float(off or 0)) / 1000
        except ValueError:
            return None
    loops = _LOOPS.search(text)
    if loops is None:
        return once
    count = int(loops.group(1))
    return ENDLESS if count < 0 else once * count
