"""What a switchboard does about calls that other workers follow."""

from __future__ import annotations

import pytest

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, LegId, Micros, NodeName
from callcore.domain.sharding import Shard, WorkerId
from callcore.flows.handing_over import HandedOver
from callcore.flows.messages import CallerOff, LineWanted, Message, StaffingChanged
from callcore.flows.messages.between import Forwarded
from callcore.flows.switchboard import Switchboard
from callcore.flows.tenure import Tenure
from callcore.ports.switch_events import LegEnded
from callcore.runtime.mailbox import Mailbox
from tests.fakes.clock import FakeClock
from tests.fakes.switch import NODE

MINE, THEIRS, NOBODYS = CallId("a-mine"), CallId("b-theirs"), CallId("c-nobodys")
TWO = WorkerId("2")


class Elsewhere:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.sent: list[tuple[WorkerId, CallId]] = []
        self.kept: list[CallId] = []
        self.heard: set[LegId] = set()

    def send(self, worker_id: WorkerId, forwarded: Forwarded) -> None:
        self.sent.append((worker_id, forwarded.call_id))

    def keep(self, forwarded: Forwarded) -> bool:
        self.kept.append(forwarded.call_id)
        return True

    def hear(self, node: NodeName, leg_id: LegId) -> None:
        assert node == NODE
        self.heard.add(leg_id)

    def unhear(self, node: NodeName, leg_id: LegId) -> None:
        assert node == NODE
        self.heard.discard(leg_id)


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def board(elsewhere: Elsewhere) -> Switchboard:
    """Of a worker that has the calls of ``a``; those of ``b`` are another's, of ``c`` nobody's."""
    tenure = Tenure(WorkerId("1"), is_alone=False)
    mine, theirs = {Shard(NODE, "a"): 1, Shard(CALLBACKS, "a"): 1}, {Shard(NODE, "b"): TWO}
    tenure.note(mine, theirs | {Shard(CALLBACKS, "b"): TWO}, frozenset({TWO}))
    return Switchboard(lambda: Micros(7), lambda _: None, tenure, elsewhere)


def follow(board: Switchboard, call_id: CallId = MINE, **how: bool) -> Mailbox[Message]:
    """The call is followed."""
    mailbox: Mailbox[Message] = Mailbox(FakeClock())
    board.follow(call_id, NODE, mailbox, **how)
    return mailbox


def test_what_may_travel_goes_to_whose_call_it_is(board: Switchboard, elsewhere: Elsewhere) -> None:
    """By node, or as a promise; nobody is told of what only a call here is to know."""
    assert board.post(THEIRS, LineWanted(call_id=MINE), NODE)
    assert board.post(THEIRS, CallerOff())
    assert elsewhere.sent == [(TWO, THEIRS), (TWO, THEIRS)]
    assert not board.post(THEIRS, StaffingChanged(), NODE)
    assert not board.post(NOBODYS, CallerOff())
    assert len(elsewhere.sent) == 2


def test_a_call_of_ours_that_is_not_there_yet(board: Switchboard, elsewhere: Elsewhere) -> None:
    """It may be about to be taken over: kept for it."""
    assert board.post(MINE, CallerOff())
    assert elsewhere.kept == [MINE]
    mailbox = follow(board)
    assert board.post(MINE, CallerOff())
    assert len(mailbox) == 1


def test_a_leg_of_another_worker_is_heard_while_it_is_claimed(
    board: Switchboard, elsewhere: Elsewhere
) -> None:
    """However the claim ends; one that becomes another's while it is claimed too."""
    line = LegId("b-line")
    for end in (lambda: board.release(line), lambda: board.unfollow(MINE)):
        follow(board)
        board.claim(line, MINE)
        assert elsewhere.heard == {line}
        end()
        assert elsewhere.heard == set()
    follow(board)
    board.claim(LegId("a-agent"), MINE)
    assert elsewhere.heard == set()
    board.hear_lost({Shard(NODE, "a")})
    assert elsewhere.heard == {LegId("a-agent")}


def test_a_call_is_dropped_with_all_its_legs(board: Switchboard) -> None:
    """What was unread is given back; its script ends; its legs are nobody's."""
    mailbox = follow(board)
    board.claim(LegId("a-agent"), MINE)
    board.post(MINE, CallerOff())
    assert board.drop(MINE) == [CallerOff()]
    with pytest.raises(HandedOver):
        mailbox.take()
    assert board.calls_count == 0
    assert not board.follows(LegId("a-agent"))


def test_calls_of_shards(board: Switchboard) -> None:
    """A promise is of its own shard, and of that of the line it is kept on."""
    follow(board)
    promise = CallId("a-promise")
    follow(board, promise, is_promise=True)
    assert board.calls_of({Shard(NODE, "a")}) == [MINE, promise]
    assert board.calls_of({Shard(CALLBACKS, "a")}) == [promise]
    assert board.calls_of({Shard(NODE, "b")}) == []


def test_a_call_at_its_end_or_about_to_be_joined_is_waited_for(board: Switchboard) -> None:
    """Else the end would be nobody's, or the caller lost with the agent."""
    agent, caller = LegId("a-agent"), LegId(MINE)
    follow(board)
    board.claim(caller, MINE)
    board.claim(agent, MINE)
    assert not board.is_at_turning(MINE)
    board.joins(agent)
    assert board.is_at_turning(MINE)
    board.release(agent)
    assert not board.is_at_turning(MINE)
    board.deliver(LegEnded(node=NODE, at=Micros(1), leg_id=caller, cause="NORMAL_CLEARING"))
    assert board.is_at_turning(MINE)
