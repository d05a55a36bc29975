"""What goes back over the socket where nothing was done: the words of errors."""

from __future__ import annotations

import msgspec

from callcore.domain import outcomes
from callcore.ports import operations


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was done: a word for machines and a sentence for people."""

    error: str
    message: str


CONFIG_REFUSED = "config_refused"

ERRORS: dict[type[operations.OperationError], tuple[str, int]] = {
    operations.UnknownCallError: ("unknown_call", 404),
    operations.UnknownQueueError: ("unknown_queue", 404),
    operations.UnknownAgentError: ("unknown_agent", 404),
    operations.UnknownNodeError: ("unknown_node", 404),
    operations.UnknownBreakError: ("unknown_break", 404),
    operations.DutyRefusedError: ("duty_refused", 409),
    operations.NotWaitingError: ("not_waiting", 409),
    operations.MoveRefusedError: ("move_refused", 409),
    operations.NumberOnCallError: ("number_on_call", 409),
    operations.TooLateError: ("too_late", 409),
    operations.OutOfRangeError: ("out_of_range", 422),
    operations.NoConfigError: ("no_config", 409),
    operations.ConfigRefusedError: (CONFIG_REFUSED, 422),
    operations.NotReadyError: ("not_ready", 503),
    operations.OperationError: ("refused", 409),
}
"""Word and HTTP status of each class; the first that fits counts."""

BAD_REQUEST = "bad_request"
UNKNOWN_ADDRESS = "unknown_address"
WRONG_METHOD = "wrong_method"
TOO_LARGE = "too_large"
INTERNAL_ERROR = "internal_error"


def failure_of(error: operations.OperationError) -> tuple[Failure, int]:
    """The error as it is sent, and its HTTP status; the word of a callback that is not promised is
    the one with which the wish ended.
    """
    if isinstance(error, operations.CallbackRefusedError):
        status = 422 if error.end in outcomes.OF_THE_NUMBER else 409
        return Failure(error=error.end, message=str(error)), status
    word, status = next(ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS)
    return Failure(error=word, message=str(error)), status
