r"""Bytes of an event socket in, frames out; no socket, clock or decision anywhere.

A frame is header lines ended by ``\n``, an empty line, then as many bytes as ``Content-Length``
says, if that header is there (mod_event_socket.c, ``read_packet`` and ``listener_run``). Headers
come in any order. Bytes are counted as bytes, and nothing here depends on them being text.

Two kinds of trouble differ. When the border of the frame is known but its content makes no sense,
the frame is skipped and the stream goes on (``Skipped``). When the border itself cannot be known
any more, every further byte would be misread: ``StreamBrokenError`` asks for a new connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import msgspec

HEADER_BYTES_LIMIT = 64 * 1024
"""FreeSWITCH builds header blocks in buffers of 512 bytes; far beyond is not FreeSWITCH."""

BODY_BYTES_LIMIT = 64 * 1024 * 1024
"""``show channels as json`` is 835 bytes a channel; this is room for 80,000 channels."""

LENGTH_DIGITS_LIMIT = 9

RAW_HEADERS = frozenset({"Reply-Text", "Content-Type", "Content-Length", "Job-UUID"})
"""Headers that mod_event_socket writes as they are; a ``%41`` in them is a ``%41``."""

EVENT_TYPE = "text/event-json"

_EVENT_HEADERS = re.compile(rb"Content-Length: (\d{1,9})\nContent-Type: text/event-json\n\n")
"""Of nearly every frame, as ``listener_run`` writes them."""

_OF_EVENT: Mapping[str, str] = {"Content-Type": EVENT_TYPE}
"""All that is kept of them: the body says the rest."""


class StreamBrokenError(Exception):
    """The stream cannot be cut into frames any more."""


class Frame(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One frame that is no event: its headers as text, its body as bytes."""

    content_type: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A frame that makes no sense, left out; ``reason`` is a word fit for a metric's label."""

    reason: str


class FrameReader:
    """Cuts a stream of bytes into frames, however the bytes arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._start = 0
        """Where the frame being read begins in the buffer."""
        self._scanned = 0
        """Up to where the buffer has been searched for the end of the headers."""
        self._headers: Mapping[str, str] | None = None
        """The headers of the frame whose body is awaited."""
        self._body_end = 0

    def feed(self, data: bytes) -> None:
        """Takes the next bytes of the stream."""
        if self._start:
            del self._buffer[: self._start]
            self._scanned = max(self._scanned - self._start, 0)
            self._body_end -= self._start
            self._start = 0
        self._buffer += data

    def next_frame(self) -> bytes | Frame | Skipped | None:
        """The next whole frame, an event's as its body alone, or ``None`` until more bytes are fed.

        Raises ``StreamBrokenError``.
        """
        if self._headers is None:
            usual = _EVENT_HEADERS.match(self._buffer, self._start)
            if usual is None:
                self._read_headers()
            else:
                self._headers = _OF_EVENT
                self._start = usual.end()
                self._body_end = self._start + _limited(int(usual[1]))
        headers = self._headers
        if headers is None or len(self._buffer) < self._body_end:
            return None
        body = bytes(memoryview(self._buffer)[self._start : self._body_end])
        self._start = self._scanned = self._body_end
        self._headers = None
        content_type = headers.get("Content-Type")
        if content_type == EVENT_TYPE:
            return body
        if not content_type:
            return Skipped(reason="no_content_type")
        return Frame(content_type=content_type, headers=headers, body=body)

    def _read_headers(self) -> None:
        """Reads the header block if it is whole; ``_start`` then stands at the body."""
        buffer = self._buffer
        while buffer.startswith(b"\n", self._start):
            self._start += 1
        self._scanned = max(self._scanned, self._start)
        end = buffer.find(b"\n\n", self._scanned)
        if (len(buffer) if end < 0 else end) - self._start > HEADER_BYTES_LIMIT:
            raise StreamBrokenError(f"headers of more than {HEADER_BYTES_LIMIT} bytes")
        if end < 0:
            # The last byte may be the first of the two line feeds.
            self._scanned = max(len(buffer) - 1, self._start)
            return
        block = bytes(memoryview(buffer)[self._start : end])
        self._headers, length = _parse_headers(block)
        self._start = end + 2
        self._body_end = self._start + length


def _parse_headers(block: bytes) -> tuple[dict[str, str], int]:
    """The headers of a block and the length of the body that follows it."""
    headers: dict[str, str] = {}
    length = 0
    is_length_known = False
    for line in block.split(b"\n"):
        name_bytes, colon, value_bytes = line.partition(b":")
        if not colon:
            continue
        name = name_bytes.strip().decode("utf-8", "replace")
        value = value_bytes.strip().decode("utf-8", "replace")
        if name == "Content-Length":
            stated = _length(value)
            if is_length_known and stated != length:
                raise StreamBrokenError(f"two lengths of one body, {length} and {stated}")
            length, is_length_known = stated, True
        if "%" in value and name not in RAW_HEADERS:
            value = unquote(value, errors="replace")
        headers[name] = value
    return headers, length


def _length(value: str) -> int:
    """The number of bytes a ``Content-Length`` states."""
    if not (value.isascii() and value.isdigit() and len(value) <= LENGTH_DIGITS_LIMIT):
        raise StreamBrokenError(f"Content-Length is {value[:32]!r}")
    return _limited(int(value))


def _limited(length: int) -> int:
    if length > BODY_BYTES_LIMIT:
        raise StreamBrokenError(f"a body of {length} bytes")
    return length
