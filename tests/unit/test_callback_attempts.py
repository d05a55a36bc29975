"""What FreeSWITCH's causes mean for a call to a customer."""

from __future__ import annotations

import pytest

from callcore.domain import callback_attempts
from callcore.domain.outcomes import AttemptOutcome


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("USER_BUSY", AttemptOutcome.BUSY),
        ("NO_ANSWER", AttemptOutcome.NO_ANSWER),
        ("ALLOTTED_TIMEOUT", AttemptOutcome.NO_ANSWER),
        ("NO_USER_RESPONSE", AttemptOutcome.NO_ANSWER),
        ("LOST_TRACK", AttemptOutcome.NO_ANSWER),
        ("CALL_REJECTED", AttemptOutcome.REFUSED),
        ("UNALLOCATED_NUMBER", AttemptOutcome.UNREACHABLE),
        ("NO_ROUTE_DESTINATION", AttemptOutcome.UNREACHABLE),
        ("SUBSCRIBER_ABSENT", AttemptOutcome.UNREACHABLE),
        ("GATEWAY_DOWN", AttemptOutcome.UNREACHABLE),
        ("A_CAUSE_TO_COME", AttemptOutcome.UNREACHABLE),
    ],
)
def test_a_line_that_was_not_answered(cause: str, outcome: AttemptOutcome) -> None:
    """By the cause; one that is not known says that there was no way."""
    assert callback_attempts.outcome(cause, is_answered=False) is outcome


@pytest.mark.parametrize("cause", ["NORMAL_CLEARING", "USER_BUSY", "LOST_TRACK"])
def test_a_line_that_was(cause: str) -> None:
    """Whatever ended it: they were there, and have not talked."""
    assert callback_attempts.outcome(cause, is_answered=True) is AttemptOutcome.HUNG_UP


@pytest.mark.parametrize(
    ("cause", "is_impossible"),
    [
        ("UNALLOCATED_NUMBER", True),
        ("INVALID_NUMBER_FORMAT", True),
        ("NUMBER_CHANGED", True),
        ("USER_BUSY", False),
        ("NO_ROUTE_DESTINATION", False),
        ("GATEWAY_DOWN", False),
    ],
)
def test_a_number_that_never_leads_to_anybody(cause: str, is_impossible: object) -> None:
    """Ways that are away may be back for the next attempt."""
    assert callback_attempts.is_impossible(cause) is is_impossible
