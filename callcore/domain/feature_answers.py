"""What came of a feature code that an agent dialled."""

from __future__ import annotations

from enum import StrEnum


class FeatureAnswer(StrEnum):
    """The answer to a feature code; each is told by a prompt of its own."""

    DONE = "done"
    ALREADY = "already"
    AFTER_THE_CALL = "after_the_call"
    NOT_POSSIBLE = "not_possible"
    """What the agent does does not allow it."""
    WRONG_PIN = "wrong_pin"
    """Or an unknown agent, or one without a PIN: whoever tries learns nothing of it."""
    LOCKED_OUT = "locked_out"
    NOT_READY = "not_ready"
    """Redis does not answer."""
    HUNG_UP = "hung_up"
    """Before anything was asked."""
