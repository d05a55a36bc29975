"""The end of a line on which a callback was promised: from then on the customer may be called."""

from __future__ import annotations

from callcore.domain import callbacks
from callcore.domain.outcomes import AskingEnd
from callcore.domain.records import CallRecord
from callcore.flows.messages import CallerOff
from callcore.flows.switchboard import Switchboard


def let_promises_begin(switchboard: Switchboard, record: CallRecord) -> None:
    """Tells the promises made on the line, wherever they are followed; they may know it already.

    Whoever took leave of the caller may have been stopped before it could say so.
    """
    for asking in record.callback_askings:
        is_made = asking.end is AskingEnd.PROMISED and callbacks.is_made_on_line(asking.origin)
        if is_made and asking.promise is not None:
            switchboard.post(asking.promise, CallerOff())
