"""Programs that make tones of texts, and read back only what they or ``tone`` made."""

from __future__ import annotations

import io
import math
import wave
import zlib
from array import array

from callcore.sounds.making import Samples, UnusableSoundError
from callcore.sounds.voices import Voice

RATE = 8000


def sine(seconds: float, hertz: float, rate: int = RATE, peak: float = 8000.0) -> Samples:
    """A tone, after and before a tenth of a second of silence."""
    silence = array("h", bytes(2 * (rate // 10)))
    count = round(seconds * rate)
    turns = (2 * math.pi * hertz * index / rate for index in range(count))
    return silence + array("h", (round(peak * math.sin(turn)) for turn in turns)) + silence


def wav(samples: Samples, rate: int = RATE) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return content.getvalue()


def samples_of(content: bytes) -> Samples:
    with wave.open(io.BytesIO(content)) as file:
        return array("h", file.readframes(file.getnframes()))


def tone(text: str) -> bytes:
    """A wav file that differs from that of another text."""
    return wav(sine(0.2, 300 + zlib.crc32(text.encode()) % 1000))


class PretendedPrograms:
    """Both programs; ``spoken`` are the texts read out, in order."""

    def __init__(self) -> None:
        self.can_speak = True
        self.spoken: list[str] = []
        self.converted_count = 0

    def speak(self, text: str, voice: Voice) -> bytes:
        self.spoken.append(text)
        return tone(f"{voice.name} {text}")

    def samples(self, sound: bytes, rate: int) -> Samples:
        self.converted_count += 1
        try:
            samples = samples_of(sound)
        except (wave.Error, EOFError) as error:
            raise UnusableSoundError("is no sound") from error
        return array("h", (one for one in samples for _ in range(rate // RATE)))
