"""Which mailbox hears of a leg: of the call that has claimed it, and of a standing line."""

from __future__ import annotations

import pytest

from callcore.domain.ids import CallId, LegId, Micros
from callcore.flows.messages import Message
from callcore.flows.switchboard import Switchboard
from callcore.ports.switch_events import DigitPressed, LegBridged
from callcore.runtime.mailbox import Mailbox
from tests.fakes.clock import FakeClock
from tests.fakes.switch import NODE

LINE = LegId("line")
FIRST, SECOND = CallId("first"), CallId("second")


@pytest.fixture
def mailboxes() -> dict[CallId, Mailbox[Message]]:
    return {call_id: Mailbox(FakeClock()) for call_id in (FIRST, SECOND, CallId(LINE))}


@pytest.fixture
def board(mailboxes: dict[CallId, Mailbox[Message]]) -> Switchboard:
    """Two calls and a standing line are followed."""
    board = Switchboard(lambda: Micros(7), lambda _: None)
    for call_id, mailbox in mailboxes.items():
        board.follow(call_id, NODE, mailbox)
    board.keep(LINE)
    return board


def heard(mailboxes: dict[CallId, Mailbox[Message]]) -> set[CallId]:
    """Who has heard something since the last question."""
    return {call_id for call_id, mailbox in mailboxes.items() if mailbox.drain()}


def press(board: Switchboard) -> None:
    """A key is pressed on the line."""
    board.deliver(DigitPressed(node=NODE, at=Micros(1), leg_id=LINE, digit="1"))


def test_a_call_hears_of_a_line_while_it_has_claimed_it(
    board: Switchboard, mailboxes: dict[CallId, Mailbox[Message]]
) -> None:
    """The line's own script always."""
    press(board)
    assert heard(mailboxes) == {LINE}
    board.claim(LINE, FIRST)
    press(board)
    assert heard(mailboxes) == {LINE, FIRST}
    board.release(LINE)
    press(board)
    assert heard(mailboxes) == {LINE}


def test_the_next_call_claims_the_line_before_the_last_has_ended(
    board: Switchboard, mailboxes: dict[CallId, Mailbox[Message]]
) -> None:
    """Only the newer hears of it, and goes on to when the older is followed no more."""
    board.claim(LINE, FIRST)
    board.claim(LINE, SECOND)
    board.unfollow(FIRST)
    press(board)
    assert heard(mailboxes) == {LINE, SECOND}
    assert board.claimant_of(LINE) == SECOND


def test_a_line_hears_that_it_is_bridged(
    board: Switchboard, mailboxes: dict[CallId, Mailbox[Message]]
) -> None:
    """It is told once, of the caller's leg."""
    caller = LegId("caller")
    board.claim(caller, FIRST)
    board.deliver(LegBridged(node=NODE, at=Micros(1), leg_id=caller, other_leg_id=LINE))
    assert heard(mailboxes) == {LINE, FIRST}


def test_a_line_that_is_over_is_forgotten(
    board: Switchboard, mailboxes: dict[CallId, Mailbox[Message]]
) -> None:
    """With or without a call on it."""
    assert board.legs(NODE, Micros(7)) == {LINE: LINE}
    board.claim(LINE, FIRST)
    assert board.legs(NODE, Micros(7)) == {LINE: FIRST}
    board.unfollow(CallId(LINE))
    assert board.follows(LINE)
    board.unfollow(FIRST)
    assert not board.follows(LINE)
    press(board)
    assert heard(mailboxes) == set()
    assert board.legs(NODE, Micros(7)) == {}
