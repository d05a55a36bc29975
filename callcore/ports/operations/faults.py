"""Why nothing was done of what an operator asked for."""

from __future__ import annotations

from callcore.domain.outcomes import AskingEnd


class OperationError(Exception):
    """Nothing was done; the message is one sentence that names the thing and the remedy."""


class UnknownCallError(OperationError):
    """No such call is going on, nor recorded where records are asked for."""


class UnknownQueueError(OperationError):
    """There is no such queue."""


class UnknownAgentError(OperationError):
    """There is no such agent."""


class UnknownNodeError(OperationError):
    """There is no such node in the settings."""


class UnknownBreakError(OperationError):
    """There is no such break in the settings."""


class TooLateError(OperationError):
    """The worker ends already."""


class DutyRefusedError(OperationError):
    """What the agent is doing does not allow it: holds a call, or is not logged in."""


class NotWaitingError(OperationError):
    """The caller does not wait (any more): talks, is in a menu, has just left."""


class OutOfRangeError(OperationError):
    """A value is outside its limits, which the message names."""


class MoveRefusedError(OperationError):
    """The other queue does not admit the caller, who keeps the place."""


class CallbackRefusedError(OperationError):
    """No callback is promised; ``end`` says why in one word."""

    def __init__(self, message: str, end: AskingEnd) -> None:
        super().__init__(message)
        self.end = end


class NumberOnCallError(OperationError):
    """The number is on the line: it can be forgotten when the call is over."""


class NoConfigError(OperationError):
    """callcore runs without a settings file: there is nothing to read again."""


class ConfigRefusedError(OperationError):
    """The settings file has faults, which the message tells, one a line; the configuration of
    before goes on.
    """


class NotReadyError(OperationError):
    """Redis or Postgres does not answer, or the call's script did not within the deadline."""
