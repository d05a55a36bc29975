"""What goes over the callbacks' address: the bodies of requests and answers, the words of errors.

Views of ``ports.operations`` go as they are, field by field; instants are epoch microseconds.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from callcore.domain import outcomes
from callcore.ports import operations
from callcore.ports.operations import CallbackView

LONGEST_BODY_BYTES = 4096
LONGEST_TEXT = 128
LAST_INSTANT = 253_402_300_799_000_000
"""The end of the year 9999, beyond which few can tell a date."""

Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]
Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of ``POST /v1/callbacks``; an unknown field may be a misspelt one, so it is refused."""

    queue: Name
    number: Text
    """As people write numbers."""
    name: Text = ""
    language: Name | None = None
    priority: int = 0
    account: Text = ""
    not_before: Annotated[int, Meta(ge=0, le=LAST_INSTANT)] | None = None
    by: Text = "api"
    """Who asks, for the log."""


class Callbacks(msgspec.Struct, frozen=True, kw_only=True):
    """Every callback that is promised and not over; numbers are shortened."""

    callbacks: tuple[CallbackView, ...]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was done: a word for machines and a sentence for people."""

    error: str
    message: str


BAD_REQUEST = "bad_request"
UNAUTHORIZED = "unauthorized"
TOO_LARGE = "too_large"
NOT_READY = "not_ready"

_ERRORS: dict[type[operations.OperationError], tuple[str, int]] = {
    operations.UnknownQueueError: ("unknown_queue", 404),
    operations.OutOfRangeError: ("out_of_range", 422),
    operations.NotReadyError: (NOT_READY, 503),
    operations.OperationError: ("refused", 409),
}
"""Word and HTTP status of each class; the first that fits counts."""


def failure_of(error: operations.OperationError) -> tuple[Failure, int]:
    """The error as it is sent, and its HTTP status; the word of a callback that is not promised is
    the one with which the wish ended.
    """
    if isinstance(error, operations.CallbackRefusedError):
        status = 422 if error.end in outcomes.OF_THE_NUMBER else 409
        return Failure(error=error.end, message=str(error)), status
    word, status = next(_ERRORS[kind] for kind in type(error).__mro__ if kind in _ERRORS)
    return Failure(error=word, message=str(error)), status
