"""A call's record as text, for wherever it waits to be written."""

from __future__ import annotations

from typing import Any

import msgspec

from callcore.domain.records import CallRecord

_decoder = msgspec.json.Decoder(CallRecord)


class UnreadableError(Exception):
    """The text is no record."""


def encoded(record: CallRecord) -> str:
    """The record as JSON.

    A stranger's text may hold half a surrogate pair, which UTF-8 cannot: a question mark
    takes its place.
    """
    try:
        return msgspec.json.encode(record).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_all_encodable(msgspec.to_builtins(record))).decode()


def decoded(text: str | bytes) -> CallRecord:
    """The record. Raises ``UnreadableError``."""
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError as error:
        raise UnreadableError(str(error)) from error


def _all_encodable(value: Any) -> Any:  # noqa: ANN401  whatever a record may hold
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case dict():
            return {key: _all_encodable(each) for key, each in value.items()}
        case list() | tuple():
            return [_all_encodable(each) for each in value]
        case _:
            return value
