"""What making sounds needs from the machine: a program that speaks, and one that converts."""

from __future__ import annotations

from array import array
from typing import Protocol, TypeAlias

from callcore.sounds.voices import Voice

Samples: TypeAlias = "array[int]"
"""One channel of signed 16-bit values."""


class MakingError(Exception):
    """A sound cannot be made."""


class ProgramError(MakingError):
    """A program that is needed is not installed, or does not work at all."""


class UnusableSoundError(MakingError):
    """What should become a sound is none, or nothing is heard in it."""


class Programs(Protocol):
    """The programs of the machine."""

    def speak(self, text: str, voice: Voice) -> bytes:
        """The text as a wav file of any rate.

        Raises ``ProgramError`` or ``UnusableSoundError``.
        """

    def samples(self, sound: bytes, rate: int) -> Samples:
        """What a wav file holds, as one channel at ``rate`` samples a second.

        Raises ``ProgramError`` or ``UnusableSoundError``.
        """
