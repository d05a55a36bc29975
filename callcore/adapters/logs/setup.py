"""Builds the log: where it goes, in which form, from which level.

``structlog`` writes straight to the stream: through the standard library's ``logging`` a line
costs three times as much. Foreign libraries use that, so it is led here.
"""

from __future__ import annotations

import contextlib
import logging
import struct
import sys
from collections.abc import Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

import msgspec
import structlog
from structlog import contextvars

from callcore.adapters.logs import privacy
from callcore.domain.ids import CallId


class Level(IntEnum):
    """How much a line matters; the numbers are those of the standard library."""

    DEBUG = logging.DEBUG
    INFO = logging.INFO
    WARNING = logging.WARNING
    ERROR = logging.ERROR


class LogFileError(Exception):
    """The log file cannot be written."""


class Log:
    """Writes lines. Raises nothing: a full disk costs log lines, counted in ``lost_lines``."""

    def __init__(
        self,
        sink: _Sink,
        *,
        level: str | Level,
        is_json: bool,
        is_coloured: bool,
        bound: Mapping[str, str],
    ) -> None:
        self._sink = sink
        self._bound = bound
        self._processors = _json_chain() if is_json else _console_chain(is_coloured=is_coloured)
        self.set_level(level)

    @property
    def level(self) -> Level:
        """The least that is written."""
        return self._level

    def set_level(self, level: str | Level) -> None:
        """Writes what matters so much, or more, from now on."""
        self._level = Level[level.upper()] if isinstance(level, str) else level
        self._logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            structlog.BytesLogger(self._sink),  # type: ignore[arg-type]  # write and flush are used
            processors=self._processors,
            wrapper_class=structlog.make_filtering_bound_logger(self._level),
            context_class=dict,
        ).bind(**self._bound)

    @property
    def lost_lines(self) -> int:
        """How many lines could not be written."""
        return self._sink.lost_lines

    def write(
        self,
        level: Level,
        event: str,
        values: Mapping[str, object] | None = None,
        *,
        exception: BaseException | None = None,
    ) -> None:
        """Writes one line: an event in snake case and what belongs to it."""
        self._logger.log(level, event, exc_info=exception, **(values or {}))

    def close(self) -> None:
        """Ends the log; a stream that was given stays open."""
        self._sink.close()

    def greenlet_died(self, name: str, exception: BaseException) -> None:
        """Notes that a greenlet ended by an exception; fits ``greenlets.report_deaths_to``."""
        self.write(Level.ERROR, "greenlet_died", {"greenlet": name}, exception=exception)


def setup(
    level: str | Level = Level.INFO,
    *,
    stream: BinaryIO | None = None,
    file: Path | None = None,
    json: bool = True,
    bound: Mapping[str, str] = MappingProxyType({}),
) -> Log:
    """Opens the log on ``file``, or ``stream`` (standard error if neither is given).

    Lines are JSON, or with ``json=False`` for people, coloured on a terminal; what is ``bound`` is
    in each. Lines that foreign
    libraries give the standard library's ``logging`` are led here. The file is appended to, so
    that ``logrotate`` works with ``copytruncate``. Raises ``LogFileError``.
    """
    if file is not None:
        try:
            stream = file.open("ab", buffering=0)
        except OSError as error:
            message = f"the log file {file} cannot be written ({error.strerror}): check log.file"
            raise LogFileError(message) from error
    elif stream is None:
        stream = sys.stderr.buffer
    sink = _Sink(stream, is_owned=file is not None)
    log = Log(sink, level=level, is_json=json, is_coloured=stream.isatty(), bound=bound)
    _lead_foreign_lines(log)
    return log


@contextlib.contextmanager
def call_bound(call_id: CallId) -> Iterator[None]:
    """Puts the call's id on every line of this greenlet and those it spawns."""
    with contextvars.bound_contextvars(call_id=call_id):
        yield


class _Sink:
    """A stream whose failures do not reach those who log."""

    def __init__(self, stream: BinaryIO, *, is_owned: bool) -> None:
        self._stream = stream
        self._is_owned = is_owned
        self.lost_lines = 0

    def close(self) -> None:
        if self._is_owned:
            self._stream.close()

    def write(self, line: bytes) -> None:
        try:
            self._stream.write(line)
        except (OSError, ValueError):  # ValueError: the stream was closed
            self.lost_lines += 1

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # counted by the write that comes next
            self._stream.flush()


class _ForeignLines(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__(level=logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < self._log.level:
            return
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # a library's arguments do not fit its format
            text = str(record.msg)
        level = Level.ERROR if record.levelno >= logging.ERROR else Level.WARNING
        exception = record.exc_info[1] if record.exc_info else None
        self._log.write(
            level, "library_message", {"library": record.name, "text": text}, exception=exception
        )


def _lead_foreign_lines(log: Log) -> None:
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _ForeignLines):
            root.removeHandler(handler)
    root.addHandler(_ForeignLines(log))


def _chain() -> list[structlog.typing.Processor]:
    return [
        contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Text only: a traceback with local variables would hold secrets and numbers.
        structlog.processors.format_exc_info,
        privacy.hide_secrets,
        privacy.shorten_numbers,
    ]


def _json_chain() -> list[structlog.typing.Processor]:
    return [*_chain(), _as_json]


def _console_chain(*, is_coloured: bool) -> list[structlog.typing.Processor]:
    renderer = structlog.dev.ConsoleRenderer(colors=is_coloured, pad_event_to=24)
    return [
        *_chain(),
        privacy.make_printable,
        renderer,
        lambda _logger, _method, line: str(line).encode("utf-8", "replace"),
    ]


_encoder = msgspec.json.Encoder(enc_hook=repr)
_FIRST = ("timestamp", "level", "event", "worker", "call_id")


def _as_json(_logger: object, _method: str, entry: privacy.Entry) -> bytes:
    ordered = {key: entry.pop(key) for key in _FIRST if key in entry} | dict(entry)
    try:
        return _escaped(_encoder.encode(ordered))
    except UnicodeEncodeError:
        # Halves of surrogate pairs, from a lenient decoder.
        return _escaped(_encoder.encode(privacy.make_printable(_logger, _method, ordered)))


def _escaped(line: bytes) -> bytes:
    """The same JSON, without characters that a terminal obeys or some take for a line's end."""
    text = line.decode()
    if text.isprintable():
        return line
    return "".join(
        char if char.isprintable() else "".join(f"\\u{unit:04x}" for unit in _utf_16(char))
        for char in text
    ).encode()


def _utf_16(char: str) -> tuple[int, ...]:
    """As JSON escapes a character: in one unit or two (RFC 8259, 7)."""
    encoded = char.encode("utf-16-be")
    return struct.unpack(f">{len(encoded) // 2}H", encoded)
