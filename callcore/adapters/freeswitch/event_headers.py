"""What callcore reads of an event, without decoding the other hundred headers.

FreeSWITCH writes an object of texts, or of arrays of texts, escapes no letters, and puts a
backslash before each quotation mark that belongs to a text (cJSON_PrintUnformatted). So a comma and
a quotation mark never follow each other in a text, whatever a caller says: before a name and
``":"`` they begin the header of that name. FreeSWITCH writes its own headers before the channel's
variables, so they are found soon.
"""

from __future__ import annotations

from callcore.adapters.freeswitch.headers import every_header, instant, lenient

_BACKSLASH = ord("\\")
"""Bytes are searched for a number at once; for other bytes only after an exception that they are
no number.
"""


_TRANSFERS = "variable_transfer_history"
_TRANSFERS_BEGIN = f'"{_TRANSFERS}":'.encode()


class _Header:
    """A header, found in the body of an event."""

    __slots__ = ("_begins", "_name", "_quoted")

    def __init__(self, name: str, *, before: str = ",") -> None:
        self._name = name
        self._quoted = f'"{name}"'.encode()
        self._begins = f'{before}"{name}":"'.encode()

    def __get__(self, told: EventHeaders, _: type[EventHeaders]) -> str:
        body = told.body
        start = body.find(self._begins)
        if start >= 0:
            start += len(self._begins)
            end = body.find(b'"', start)
            value = body[start:end]
            if end >= 0 and _BACKSLASH not in value:
                return value.decode("utf-8", "replace")
        elif body.find(self._quoted) < 0:
            return ""
        return told.decoded(self._name)


class EventHeaders:
    """The headers of one event; one that is not there is the empty text, of an array the first
    text counts.

    Each is looked for when it is asked for. What is not plain to see (an escape, an array) is read
    from the whole body, decoded once. Asking raises ``UnreadableEventError`` if that is no object.
    """

    __slots__ = ("_all", "body", "instant", "name")

    leg_id = _Header("Unique-ID")
    direction = _Header("Call-Direction")
    answer_state = _Header("Answer-State")
    caller_number = _Header("Caller-Caller-ID-Number")
    caller_name = _Header("Caller-Caller-ID-Name")
    dialled_number = _Header("Caller-Destination-Number")
    hangup_cause = _Header("Hangup-Cause")
    bridge_a = _Header("Bridge-A-Unique-ID")
    bridge_b = _Header("Bridge-B-Unique-ID")
    digit = _Header("DTMF-Digit")
    playback_path = _Header("Playback-File-Path")
    playback_status = _Header("Playback-Status")
    total_loops = _Header("variable_total_loops")
    recording_path = _Header("Record-File-Path")
    application = _Header("Application")
    application_data = _Header("Application-Data")
    application_response = _Header("Application-Response")
    subclass = _Header("Event-Subclass")
    """Which kind of ``CUSTOM`` it is."""
    file = _Header("File")
    job_id = _Header("Job-UUID")
    job_result = _Header("_body")
    _name = _Header("Event-Name", before="{")
    _happened_at = _Header("Event-Date-Timestamp")

    def __init__(self, body: bytes) -> None:
        """Raises ``UnreadableEventError``."""
        self.body = body
        self._all: dict[str, object] | None = None
        self.name = self._name or self.decoded("Event-Name")
        self.instant = instant(self._happened_at)
        """When it happened by the switch's clock, in epoch microseconds; ``None`` if that is not
        told.
        """

    @property
    def transfers(self) -> list[str]:
        """The entries of ``transfer_history``, none if no transfer is among them. Raises
        ``UnreadableEventError``.
        """
        start = self.body.find(_TRANSFERS_BEGIN)
        # A leg that was but bridged has a history too, and the whole body takes ten times as long.
        if start < 0 or self.body.find(b"_xfer:", start) < 0:
            return []
        entries = self._every().get(_TRANSFERS)
        return [lenient(one) for one in (entries if isinstance(entries, list) else [entries])]

    def decoded(self, name: str) -> str:
        """A header from the whole body. Raises ``UnreadableEventError``."""
        return lenient(self._every().get(name))

    def _every(self) -> dict[str, object]:
        if self._all is None:
            self._all = every_header(self.body)
        return self._all
