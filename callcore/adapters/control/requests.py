"""What clients send over the socket: the bodies of requests, and their limits."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from callcore.domain.agents import LONGEST_NOTE
from callcore.ports.operations import DutyChange

LONGEST_BODY_BYTES = 4096
LONGEST_REASON = 200
LONGEST_NAME = 128
USUAL_CHANGES = 50
"""So many of a timeline, if it is not said."""
LAST_INSTANT = 253_402_300_799_000_000
"""The end of the year 9999, beyond which few can tell a date."""

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends; an unknown field may be a misspelt one, so it is refused."""


class Nothing(Request, frozen=True, kw_only=True):
    """Of a request whose address says all."""


class Close(Request, frozen=True, kw_only=True):
    """Of ``/close``."""

    until: Annotated[int, Meta(ge=0, le=LAST_INSTANT)] | None = None
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


class SetPriority(Request, frozen=True, kw_only=True):
    """Of ``/priority``."""

    priority: int


class SetLanguage(Request, frozen=True, kw_only=True):
    """Of ``/language``."""

    language: Name


class Move(Request, frozen=True, kw_only=True):
    """Of ``/move``."""

    queue: Name


class RequestCallback(Request, frozen=True, kw_only=True):
    """Of ``POST /v1/callbacks``."""

    queue: Name
    number: Annotated[str, Meta(max_length=LONGEST_NAME)]
    """As people write numbers."""
    name: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    language: Name | None = None
    priority: int = 0
    account: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    not_before: Annotated[int, Meta(ge=0, le=LAST_INSTANT)] | None = None


class Forget(Request, frozen=True, kw_only=True):
    """Of ``POST /v1/people/forget``."""

    number: Annotated[str, Meta(max_length=LONGEST_NAME)]
    is_dry_run: bool = False


class Drain(Request, frozen=True, kw_only=True):
    """Of ``POST /v1/drain``."""

    is_of_site: bool = False
    """True for every worker, and not only the one that is asked."""


class ChangeDuty(Request, frozen=True, kw_only=True):
    """Of ``/return`` and ``/ready``."""

    reason: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""


class ChangeQueues(ChangeDuty, frozen=True, kw_only=True):
    """Of ``/login`` and ``/logout``; without queues it is for all."""

    queues: tuple[Name, ...] = ()


class StartBreak(ChangeDuty, frozen=True, kw_only=True):
    """Of ``/break``; without a code it is the usual one."""

    code: Name | None = None


class ExtendWrapUp(ChangeDuty, frozen=True, kw_only=True):
    """Of ``/extend``."""

    seconds: float = 60.0


DUTY_REQUESTS: dict[DutyChange, type[ChangeDuty]] = {
    DutyChange.LOG_IN: ChangeQueues,
    DutyChange.LOG_OUT: ChangeQueues,
    DutyChange.START_BREAK: StartBreak,
    DutyChange.END_BREAK: ChangeDuty,
    DutyChange.END_WRAP_UP: ChangeDuty,
    DutyChange.EXTEND_WRAP_UP: ExtendWrapUp,
}
"""What each change takes."""
