"""Sounds that go together: as loud as each other, and with as much silence at the ends.

The level is that of speech itself, pauses left out, in the band of a telephone; so neither a soft
recording next to a loud one nor a generated phrase next to a recorded one jumps. Silence at the
ends is cut to a margin, so that phrases played one after another are one sentence.
"""

from __future__ import annotations

import io
import math
import operator
import wave
from array import array
from dataclasses import dataclass

from callcore.sounds.making import Samples, UnusableSoundError

RATES = (8000, 16000)
"""Samples a second of what is made; the first is that of a telephone and is measured."""

LEVEL_DB = -20.0
"""Of speech in what is made, below full scale. A little below the recorded sets (-18 and -19 dB),
so that nearly nothing has to be limited."""
PEAK_DB = -1.0
QUIETEST_DB = -50.0
"""Nothing is heard below it."""

_WINDOW_SECONDS = 0.01
_SPEECH_DB = 25.0
"""What is as much below the loudest window is a pause, for the level."""
_SILENCE_DB = 40.0
"""What is as much below it is silence, for the ends; between them are soft consonants."""
_BEFORE_SECONDS = 0.02
_FADE_SECONDS = 0.004
"""An edge that is cut through a sound does not click."""

_LOUDEST = 32767


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What becomes of a sound at any rate."""

    begins_at_seconds: float
    ends_at_seconds: float
    after_seconds: float
    gain: float


def shaped(by_rate: dict[int, Samples], *, after_seconds: float) -> dict[int, bytes]:
    """The wav files of one sound, by rate, with so much silence after it.

    Raises ``UnusableSoundError``.
    """
    measured = by_rate[RATES[0]]
    peak = max((abs(value) for samples in by_rate.values() for value in samples), default=0)
    shape = _shape(measured, peak, after_seconds=after_seconds)
    return {rate: _wav(_apply(shape, samples, rate), rate) for rate, samples in by_rate.items()}


def level_db(samples: Samples, rate: int) -> float:
    """How loud the speech in it is, pauses left out, below full scale."""
    windows = _windows(samples, rate)
    return _decibels(_speech_level(windows)) if windows else -math.inf


def _shape(samples: Samples, peak: int, *, after_seconds: float) -> Shape:
    windows = _windows(samples, RATES[0])
    loudest = max(windows, default=0.0)
    if _decibels(loudest) < QUIETEST_DB:
        raise UnusableSoundError("nothing is heard in it")
    silence = loudest * _ratio(-_SILENCE_DB)
    heard = [index for index, level in enumerate(windows) if level > silence]
    wished = _ratio(LEVEL_DB) * _LOUDEST / _speech_level(windows)
    return Shape(
        begins_at_seconds=heard[0] * _WINDOW_SECONDS,
        ends_at_seconds=(heard[-1] + 1) * _WINDOW_SECONDS,
        after_seconds=after_seconds,
        gain=min(wished, _ratio(PEAK_DB) * _LOUDEST / peak),
    )


def _apply(shape: Shape, samples: Samples, rate: int) -> Samples:
    """Cut, as loud as wished, faded at the edges, with margins that are filled up with silence."""
    before, after = round(_BEFORE_SECONDS * rate), round(shape.after_seconds * rate)
    begin = round(shape.begins_at_seconds * rate) - before
    end = round(shape.ends_at_seconds * rate) + after
    kept = samples[max(begin, 0) : end]
    fade = min(round(_FADE_SECONDS * rate), len(kept) // 2)
    gains = [shape.gain] * len(kept)
    for index in range(fade):
        gains[index] *= index / fade
        gains[-1 - index] *= index / fade
    louder = array("h", map(round, map(operator.mul, kept, gains)))
    return _silence(-begin) + louder + _silence(end - max(begin, 0) - len(kept))


def _silence(count: int) -> Samples:
    return array("h", bytes(2 * max(count, 0)))


def _windows(samples: Samples, rate: int) -> list[float]:
    """The level of each hundredth of a second, as a root mean square."""
    length = round(_WINDOW_SECONDS * rate)
    return [
        math.sqrt(sum(map(operator.mul, window, window)) / length)
        for window in (samples[start : start + length] for start in range(0, len(samples), length))
    ]


def _speech_level(windows: list[float]) -> float:
    floor = max(windows) * _ratio(-_SPEECH_DB)
    speech = [level * level for level in windows if level >= floor]
    return math.sqrt(sum(speech) / len(speech))


def _wav(samples: Samples, rate: int) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return content.getvalue()


def _ratio(decibels: float) -> float:
    return math.pow(10.0, decibels / 20)


def _decibels(level: float) -> float:
    return 20 * math.log10(level / _LOUDEST) if level > 0 else -math.inf
