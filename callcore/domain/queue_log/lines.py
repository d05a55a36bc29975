"""One line of app_queue's ``queue_log``: ``time|callid|queue|agent|verb|data...``.

The verbs and the order of their data are those of ``apps/app_queue.c`` (each ``ast_queue_log`` of
Asterisk's branch ``master`` in August 2026); what they mean is in its documentation, "Queue Logs".
FreeSWITCH gives a bridge no id: in ``ATTENDEDTRANSFER(BRIDGE|id, wait, talk, position)`` it is that
of the call.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callcore.domain.ids import MICROS_PER_SECOND, Micros

NONE: Final = "NONE"
"""In place of a call, a queue or an agent that there is not."""

# The format has no way to write these.
_UNWRITABLE = re.compile(r"[|\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")


class Verb(StrEnum):
    """What happened."""

    ENTERQUEUE = "ENTERQUEUE"
    CONNECT = "CONNECT"
    COMPLETEAGENT = "COMPLETEAGENT"
    COMPLETECALLER = "COMPLETECALLER"
    BLINDTRANSFER = "BLINDTRANSFER"
    ATTENDEDTRANSFER = "ATTENDEDTRANSFER"
    ABANDON = "ABANDON"
    EXITWITHTIMEOUT = "EXITWITHTIMEOUT"
    EXITWITHKEY = "EXITWITHKEY"
    EXITEMPTY = "EXITEMPTY"
    WITHDRAW = "WITHDRAW"
    RINGNOANSWER = "RINGNOANSWER"
    RINGCANCELED = "RINGCANCELED"
    ADDMEMBER = "ADDMEMBER"
    REMOVEMEMBER = "REMOVEMEMBER"
    PAUSE = "PAUSE"
    UNPAUSE = "UNPAUSE"
    PAUSEALL = "PAUSEALL"
    UNPAUSEALL = "UNPAUSEALL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that happened at an instant."""

    at: Micros
    verb: Verb
    call_id: str = NONE
    queue: str = NONE
    agent_id: str = NONE
    data: tuple[str | int, ...] = ()

    def written(self) -> str:
        """The line without its end: whole seconds, and no text that would end a field."""
        head = (self.call_id, self.queue, self.agent_id)
        fields = (*(_field(text) or NONE for text in head), self.verb.value)
        data = (_field(str(datum)) for datum in self.data)
        return "|".join((str(self.at // MICROS_PER_SECOND), *fields, *data))


def _field(text: str) -> str:
    return _UNWRITABLE.sub(" ", text).strip()


def in_order(
    calls: Iterable[tuple[Micros, Sequence[Line]]], changes: Iterable[Line]
) -> Iterator[Line]:
    """All lines by time. ``changes`` are in order, and ``calls`` in that of the instants beside
    their lines, none of which is earlier.

    So no more is held than the lines of calls that overlap.
    """
    return heapq.merge(_of_calls_in_order(calls), changes, key=lambda line: line.at)


def _of_calls_in_order(calls: Iterable[tuple[Micros, Sequence[Line]]]) -> Iterator[Line]:
    held: list[tuple[Micros, int, Line]] = []
    number = 0
    for began_at, lines in calls:
        while held and held[0][0] < began_at:
            yield heapq.heappop(held)[2]
        for line in lines:
            number += 1  # of one instant those of one call stay in their order
            heapq.heappush(held, (line.at, number, line))
    while held:
        yield heapq.heappop(held)[2]
