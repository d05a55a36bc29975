"""An offer whose caller goes to another worker while the floor is asked about it."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.events import CallerLeft, FlowFailed, OfferMade
from callcore.domain.ids import CallId
from callcore.domain.outcomes import LeaveReason
from callcore.flows.messages import FloorEmptied
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.switch import ANSWERING
from tests.flows.floor import ANN
from tests.flows.many_workers import Process, WorkersFloor


def answer_late(process: Process, seconds: float) -> list[float]:
    """What the floor says of agents takes so long on its way; when it was asked."""
    roster: Any = process.site.roster
    agent, asked = roster.agent, []

    def late(*args: object) -> object:
        asked.append(seconds)
        answer = agent(*args)
        process.life.sleep(seconds)
        return answer

    roster.agent = late
    return asked


@pytest.mark.parametrize("seconds", [0.3, 2.0])
def test_is_gone_on_with_by_the_other_worker(seconds: float) -> None:
    """The first lets go of the caller without a word, its shards are given, one phone rings."""
    floor = WorkersFloor("1", "2")
    one, other = floor.named("1"), floor.named("2")
    caller = floor.call_to(one)
    floor.clock.advance(5)
    one.worker.crew.switchboard.post(CallId(caller), FloorEmptied())
    settle()
    asked = answer_late(one, seconds)
    floor.log_in(ANN, phone=ANSWERING)
    floor.clock.advance(0.05)
    assert asked
    spawn("leave", lambda: one.worker.leave(10.0))
    floor.clock.advance(20)
    assert floor.owner(CallId(caller)) is other
    assert [fact.reason for fact in floor.told(FlowFailed)] == []
    assert [fact.reason for fact in floor.told(CallerLeft)] == [LeaveReason.PICKED_UP]
    assert len(floor.told(OfferMade)) <= 1
    agent = floor.store.roster.agent(ANN)
    assert agent is not None
    assert agent.call_id == caller
