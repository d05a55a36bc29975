"""Headers as FreeSWITCH tells them: of dumped legs, of phones, lists of channels, variables. Here
and in ``event_headers`` are all names that callcore knows of them.

A leg carries a hundred headers, of which callcore uses ten. They are decoded straight into a
struct; the channel variables are decoded only for the event that needs them (``variables_of``).

FreeSWITCH checks nothing it passes on: a value may hold bytes that are not UTF-8, and a header
that was set several times is an array. Neither costs more than a second parse.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from callcore.adapters.freeswitch.cleaning import VARIABLE_LIMIT, cleaned
from callcore.domain.ids import LegId

Value = str | list[str]
"""A header's value: an array when the header was set several times (``push``, repeated SIP)."""

VARIABLE_PREFIX = "variable_callcore_"
"""How a channel variable ``callcore_...`` is called in an event."""


class UnreadableEventError(Exception):
    """The body of an event is not a JSON object of texts."""


class IncompleteEventError(Exception):
    """An event lacks what it is about, its leg for one."""


class LegHeaders(msgspec.Struct, frozen=True, gc=False):
    """What ``uuid_dump <uuid> json`` tells about a leg; a header that is not there is the empty
    text.
    """

    leg_id: Value = msgspec.field(name="Unique-ID", default="")
    direction: Value = msgspec.field(name="Call-Direction", default="")
    caller_number: Value = msgspec.field(name="Caller-Caller-ID-Number", default="")
    caller_name: Value = msgspec.field(name="Caller-Caller-ID-Name", default="")
    dialled_number: Value = msgspec.field(name="Caller-Destination-Number", default="")
    channel_state: Value = msgspec.field(name="Channel-State", default="")
    created_at: Value = msgspec.field(name="Caller-Channel-Created-Time", default="")
    answered_at: Value = msgspec.field(name="Caller-Channel-Answered-Time", default="")
    bridged_at: Value = msgspec.field(name="Caller-Channel-Bridged-Time", default="")
    current_application: Value = msgspec.field(name="variable_current_application", default="")
    application_response: Value = msgspec.field(
        name="variable_current_application_response", default=""
    )
    partner: Value = msgspec.field(name="variable_signal_bond", default="")


class PhoneHeaders(msgspec.Struct, frozen=True, gc=False):
    """What the events of registrations, and those and the dumps of channels, tell of a phone.

    ``variable_user_name`` and ``variable_domain_name`` come from the switch's directory, after the
    password was right; a caller can claim anything in From. ``Channel-Presence-ID`` is set by the
    directory too where the switch calls a user, but may be From where a user calls.
    """

    subclass: Value = msgspec.field(name="Event-Subclass", default="")
    from_user: Value = msgspec.field(name="from-user", default="")
    from_host: Value = msgspec.field(name="from-host", default="")
    user: Value = ""
    host: Value = ""
    leg_id: Value = msgspec.field(name="Unique-ID", default="")
    direction: Value = msgspec.field(name="Call-Direction", default="")
    presence: Value = msgspec.field(name="Channel-Presence-ID", default="")
    dialled_user: Value = msgspec.field(name="variable_dialed_user", default="")
    dialled_domain: Value = msgspec.field(name="variable_dialed_domain", default="")
    calling_user: Value = msgspec.field(name="variable_user_name", default="")
    calling_domain: Value = msgspec.field(name="variable_domain_name", default="")
    offer: Value = msgspec.field(name="variable_callcore_offer", default="")
    peer_offer: Value = msgspec.field(name="variable_callcore_peer_offer", default="")
    peer_node: Value = msgspec.field(name="variable_callcore_peer_node", default="")


class ChannelRow(msgspec.Struct, frozen=True):
    """One row of ``show channels as json``."""

    uuid: str = ""
    direction: str = ""
    name: str = ""
    cid_num: str = ""
    presence_id: str = ""


class ChannelTable(msgspec.Struct, frozen=True):
    """The answer to ``show channels as json``; without channels there is no ``rows`` at all."""

    rows: list[ChannelRow] = []


Shape = TypeVar("Shape", LegHeaders, PhoneHeaders)

_LEG_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_VARIABLE_BEGINS = f'"{VARIABLE_PREFIX}'.encode()
"""FreeSWITCH writes JSON without spaces and escapes no letters (cJSON_PrintUnformatted)."""

_VARIABLE = re.compile(
    rb'"[^"\\]*":"[^"\\]*(?:\\.[^"\\]*)*"(?=[,}])',
    re.DOTALL,
)
"""A header with one value. Never a part of a value, where quotation marks have backslashes before
them: a name without any would not end there.
"""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a body that is no JSON object of texts makes the decoder raise."""

_everything = msgspec.json.Decoder(dict[str, object])
_leg = msgspec.json.Decoder(LegHeaders)
_phone = msgspec.json.Decoder(PhoneHeaders)
_table = msgspec.json.Decoder(ChannelTable)


def leg_headers(body: bytes) -> LegHeaders:
    """The headers of a dumped leg. Raises ``UnreadableEventError``."""
    try:
        return _leg.decode(body)
    except _UNREADABLE:
        return _repaired(body, LegHeaders)


def phone_headers(body: bytes) -> PhoneHeaders:
    """What an event or a dumped leg tells of a phone. Raises ``UnreadableEventError``."""
    try:
        return _phone.decode(body)
    except _UNREADABLE:
        return _repaired(body, PhoneHeaders)


def channel_rows(body: bytes) -> list[ChannelRow]:
    """The rows of ``show channels as json``. Raises ``UnreadableEventError``."""
    try:
        # Names and numbers of callers are in the rows too, so bad UTF-8 may be.
        table = _table.decode(body.decode("utf-8", "replace"))
    except _UNREADABLE as cause:
        raise UnreadableEventError(str(cause)) from cause
    return table.rows


def variables_of(body: bytes) -> dict[str, str]:
    """The channel variables ``callcore_...`` of an event or a dumped leg that is a JSON object.

    Raises ``UnreadableEventError``.
    """
    start = len("variable_")
    return {
        name[start:]: cleaned(lenient(value), VARIABLE_LIMIT)
        for name, value in _with_variables(body).items()
        if name.startswith(VARIABLE_PREFIX)
    }


def one(value: Value) -> str:
    """The value of a header: the first of several."""
    if isinstance(value, str):
        return value
    return value[0] if value else ""


def is_leg_id(text: str) -> bool:
    """True for a channel id in lower case."""
    return _LEG_ID.fullmatch(text) is not None


def leg_id_of(value: Value) -> LegId:
    """The channel id in a header. Raises ``IncompleteEventError``."""
    text = one(value).lower()
    if not is_leg_id(text):
        raise IncompleteEventError(f"no channel id but {text[:64]!r}")
    return LegId(text)


def instant(value: Value) -> int | None:
    """Epoch microseconds; ``None`` if there are none (FreeSWITCH writes 0)."""
    text = one(value)
    if text.isascii() and text.isdigit() and len(text) <= len("1795283150993843") + 1:
        return int(text) or None
    return None


def _with_variables(body: bytes) -> dict[str, object]:
    """Headers of an event, among them all that ``variables_of`` looks for: those alone if that is
    plain to see.
    """
    found: list[bytes] = []
    at = body.find(_VARIABLE_BEGINS)
    while at >= 0:
        header = _VARIABLE.match(body, at)
        if header is None:
            return every_header(body)
        found.append(header[0])
        at = body.find(_VARIABLE_BEGINS, header.end())
    try:
        return _everything.decode(b"{%b}" % b",".join(found))
    except _UNREADABLE:
        return every_header(body)


def every_header(body: bytes) -> dict[str, object]:
    """Every header of an event, whatever bytes its values hold. Raises ``UnreadableEventError``."""
    try:
        return _everything.decode(body)
    except _UNREADABLE:
        pass
    try:
        return _everything.decode(body.decode("utf-8", "replace"))
    except _UNREADABLE as cause:
        raise UnreadableEventError(str(cause)) from cause


def _repaired(body: bytes, shape: type[Shape]) -> Shape:
    """The headers of a body that the fast way refuses."""
    texts = {name: lenient(value) for name, value in every_header(body).items()}
    return msgspec.convert(texts, shape)


def lenient(value: object) -> str:
    """Any JSON value as the text FreeSWITCH should have sent."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return lenient(value[0]) if value else ""
    return "" if value is None else str(value)
