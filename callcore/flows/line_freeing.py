"""The end of a line on which a callback was promised: from then on the customer may be called."""

from __future__ import annotations

from callcore.domain import callbacks
from callcore.domain.ids import CallId
from callcore.domain.outcomes import AskingEnd
from callcore.domain.records import CallRecord
from callcore.flows.messages import CallerOff
from callcore.flows.switchboard import Switchboard


def let_promises_begin(
    switchboard: Switchboard, record: CallRecord, found: CallId | None = None
) -> None:
    """Tells the promises made on the line, wherever they are followed.

    They are in the record; but for one that a process made which died, and that was ``found``.
    """
    made = [
        asking.promise
        for asking in record.callback_askings
        if asking.end is AskingEnd.PROMISED and callbacks.is_made_on_line(asking.origin)
    ]
    for promise in dict.fromkeys((*made, found)):
        if promise is not None:
            switchboard.post(promise, CallerOff())
