"""The samples of a telephone line: G.711 mu-law to 16 bits and back."""

from __future__ import annotations

import math

RATE = 8000
LOUDNESS = 6000

_BIAS = 0x84
_LARGEST = 0x7FFF - _BIAS


def decoded(payload: bytes) -> list[int]:
    """The samples in a payload."""
    return [_SAMPLES[code] for code in payload]


def encoded(samples: list[int]) -> bytes:
    """The payload that holds the samples."""
    return bytes(_code(sample) for sample in samples)


def tone(hertz: float, seconds: float) -> list[int]:
    """Samples of a tone."""
    step = 2 * math.pi * hertz / RATE
    return [int(LOUDNESS * math.sin(step * number)) for number in range(int(seconds * RATE))]


def _sample(code: int) -> int:
    code = ~code & 0xFF
    size = (((code & 0x0F) << 3) + _BIAS) << (code >> 4 & 0x07)
    return _BIAS - size if code & 0x80 else size - _BIAS


def _code(sample: int) -> int:
    size = min(abs(sample), _LARGEST) + _BIAS
    exponent = size.bit_length() - 8
    sign = 0x80 if sample < 0 else 0
    return ~(sign | exponent << 4 | size >> (exponent + 3) & 0x0F) & 0xFF


_SAMPLES = [_sample(code) for code in range(256)]
