"""Frames of the event socket: commands read from a byte stream, replies and events written.

Rules from ``mod_event_socket.c`` and ``switch_url_encode`` of FreeSWITCH 1.11.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

HeaderValue = str | list[str]

UNSAFE = frozenset(b'\r\n #%&+:;<=>?@[\\]^`{|}"')
_PRINTABLE = range(0x20, 0x7F)
_HEX = frozenset(b"0123456789ABCDEF")
_ENCODED = [
    bytes((byte,)) if byte in _PRINTABLE and byte not in UNSAFE else b"%%%02X" % byte
    for byte in range(256)
]
_AUTH_REQUEST = b"Content-Type: auth/request\n\n"
_RUDE = b"Access Denied, go away.\n"
_GOODBYE = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its first line, its header lines by lower-case name, its body."""

    line: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class CommandReader:
    """Cuts a byte stream that arrives in pieces of any size into commands."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._heading: tuple[str, dict[str, str], int] | None = None

    def feed(self, data: bytes) -> list[Command]:
        """The commands completed by ``data``."""
        self._buffer += data
        commands: list[Command] = []
        while (command := self._next()) is not None:
            commands.append(command)
        return commands

    def _next(self) -> Command | None:
        if self._heading is None and not self._read_heading():
            return None
        if self._heading is None:
            return None
        line, headers, length = self._heading
        if len(self._buffer) < length:
            return None
        body = text_of(bytes(self._buffer[:length]))
        del self._buffer[:length]
        self._heading = None
        return Command(line=line, headers=headers, body=body)

    def _read_heading(self) -> bool:
        while self._buffer.startswith((b"\n", b"\r")):
            del self._buffer[:1]
        ends = [
            (at, len(mark)) for mark in (b"\n\n", b"\n\r\n") if (at := self._buffer.find(mark)) >= 0
        ]
        if not ends:
            return False
        at, mark_length = min(ends)
        lines = text_of(bytes(self._buffer[:at])).split("\n")
        del self._buffer[: at + mark_length]
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, colon, value = line.rstrip("\r").partition(":")
            if colon:
                headers[name.strip().lower()] = value.strip()
        length = headers.get("content-length", "0")
        self._heading = (lines[0].rstrip("\r"), headers, int(length) if length.isdigit() else 0)
        return True


def text_of(data: bytes) -> str:
    """Bytes from the wire as text that gives the same bytes back, bad UTF-8 included."""
    return data.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """The bytes that ``text_of`` made the text from."""
    return text.encode("utf-8", "surrogateescape")


def percent_encoded(value: str) -> bytes:
    """A value as plain events carry it. A literal ``%0A`` in it passes through unencoded."""
    data = bytes_of(value)
    if not any(byte in UNSAFE or byte not in _PRINTABLE for byte in data):
        return data
    pieces: list[bytes] = []
    for at, byte in enumerate(data):
        following = data[at + 1 : at + 3]
        if byte == ord("%") and len(following) == len("0A") and _HEX.issuperset(following):
            pieces.append(b"%")
        else:
            pieces.append(_ENCODED[byte])
    return b"".join(pieces)


def auth_request() -> bytes:
    """What a connection hears first."""
    return _AUTH_REQUEST


def rude_rejection() -> bytes:
    """What a connection hears that an access list refuses."""
    return b"Content-Type: text/rude-rejection\nContent-Length: %d\n\n%b" % (len(_RUDE), _RUDE)


def command_reply(text: str, more_lines: str = "") -> bytes:
    """The answer to a command; ``more_lines`` are whole header lines."""
    return b"Content-Type: command/reply\nReply-Text: %b\n%b\n" % (
        bytes_of(text),
        bytes_of(more_lines),
    )


def api_response(text: str) -> bytes:
    """What an ``api`` command printed."""
    body = bytes_of(text or "-ERR no reply\n")
    return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body)


def disconnect_notice(text: str = _GOODBYE) -> bytes:
    """The last frame of a connection that ends in order."""
    body = bytes_of(text)
    return b"Content-Type: text/disconnect-notice\nContent-Length: %d\n\n%b" % (len(body), body)


def json_event(headers: Mapping[str, HeaderValue], body: str) -> bytes:
    """An event as ``event json`` delivers it."""
    fields = dict(headers)
    if body:
        fields["Content-Length"] = str(len(bytes_of(body)))
        fields["_body"] = body
    text = _json(fields)
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n%b" % (len(text), text)


def plain_event(headers: Mapping[str, HeaderValue], body: str) -> bytes:
    """An event as ``event plain`` delivers it."""
    lines = [b"%b: %b\n" % (name.encode(), _plain_value(value)) for name, value in headers.items()]
    tail = bytes_of(body)
    if tail:
        lines.append(b"Content-Length: %d\n" % len(tail))
    text = b"%b\n%b" % (b"".join(lines), tail)
    return b"Content-Length: %d\nContent-Type: text/event-plain\n\n%b" % (len(text), text)


def _plain_value(value: HeaderValue) -> bytes:
    if isinstance(value, str):
        return percent_encoded(value)
    return percent_encoded("ARRAY::" + "|:".join(value))


def _json(fields: Mapping[str, HeaderValue]) -> bytes:
    try:
        return msgspec.json.encode(fields)
    except UnicodeEncodeError:
        return bytes_of(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))
