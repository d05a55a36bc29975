"""How records stand in a file, so that one that is damaged costs no other.

A frame is a mark of four bytes that no UTF-8 text holds, the length of the text, the CRC-32 of
length and text, and the text. Whatever is none is skipped up to the next mark that begins one.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MARK: Final = b"\xffCR\xfe"
LARGEST_BYTES: Final = 64 * 1024 * 1024
"""A length above this is damage, not a record."""

_HEAD: Final = struct.Struct(">II")
_HEAD_BYTES: Final = len(MARK) + _HEAD.size


@dataclass(frozen=True, slots=True)
class Framed:
    """A whole frame's text."""

    offset: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of a file that are no frame."""

    offset: int
    count: int


def framed(text: bytes) -> bytes:
    """The text as a frame."""
    return MARK + _HEAD.pack(len(text), _checksum(text)) + text


def read(content: bytes) -> Iterator[Framed | Damage]:
    """The texts of a file in their order, and what is damaged between them."""
    at = 0
    while at < len(content):
        text = _text_at(content, at)
        if text is not None:
            yield Framed(at, text)
            at += _HEAD_BYTES + len(text)
            continue
        following = _next_frame(content, at + 1)
        yield Damage(at, following - at)
        at = following


def _next_frame(content: bytes, start: int) -> int:
    """Where the next whole frame begins; the end of the file if there is none."""
    at = content.find(MARK, start)
    while at >= 0:
        if _text_at(content, at) is not None:
            return at
        at = content.find(MARK, at + 1)
    return len(content)


def _text_at(content: bytes, at: int) -> bytes | None:
    begins = at + _HEAD_BYTES
    if not content.startswith(MARK, at) or begins > len(content):
        return None
    length, checksum = _HEAD.unpack_from(content, at + len(MARK))
    text = content[begins : begins + length]
    if length > LARGEST_BYTES or len(text) < length or _checksum(text) != checksum:
        return None
    return text


def _checksum(text: bytes) -> int:
    return zlib.crc32(text, zlib.crc32(len(text).to_bytes(4, "big")))
