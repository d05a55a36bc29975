"""How espeak-ng reads a language out over a telephone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from callcore.domain.ids import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One voice of espeak-ng and its settings."""

    name: str
    words_per_minute: int = 150
    """Somewhat slower than espeak-ng's 175: a telephone leaves out what tells ``f`` from ``s``."""
    pitch: int = 45
    """0 to 99."""
    word_gap: int = 2
    """Between words, in units of 10 ms."""

    @property
    def in_words(self) -> str:
        """As manifests tell of it."""
        return f"espeak-ng, voice {self.name}"


# The recorded sets are of women, so that their phrases and generated ones go together.
VOICES: Mapping[Language, Voice] = MappingProxyType(
    {
        Language("en"): Voice(name="en-us+f3"),
        Language("pl"): Voice(name="pl+f3"),
        Language("ru"): Voice(name="ru+f3"),
    }
)
