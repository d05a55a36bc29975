"""What another process left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.ids import Micros
from callcore.ports.switch_events import LegHeld, LegUnheld
from tests.fakes.clock import settle
from tests.fakes.switch import NODE
from tests.flows.floor import ANN, TestFloor


def test_a_waiting_caller_in_silence_gets_music(floor: TestFloor) -> None:
    """Parked, answered, nothing played: the adopter plays."""
    caller = floor.call_in()
    floor.clock.advance(1)
    leg = floor.switch.legs_by_id[caller]
    leg.playing = None
    floor.restart()
    assert leg.playing == "local_stream://moh"


def test_hold_is_counted_in_an_adopted_conversation(floor: TestFloor) -> None:
    """The agent's leg is followed too."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    floor.restart()
    agent_leg = floor.switch.legs_by_id[caller].bridged_to
    assert agent_leg is not None
    now = floor.clock.now()
    floor.worker.deliver(LegHeld(node=NODE, at=now, leg_id=agent_leg))
    floor.worker.deliver(LegUnheld(node=NODE, at=Micros(now + 5_000_000), leg_id=agent_leg))
    floor.switch.end(caller)
    settle()
    assert floor.record().hold_seconds == pytest.approx(5)


def test_a_caller_parked_late_in_a_long_call_is_not_thrown_out_at_once(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parked unheard after an hour elsewhere: the wait begins now, not with the leg."""
    floor.kill_worker()
    caller = floor.switch.call_in(queue="support")
    snapshot = floor.switch._snapshot
    hour_ago = Micros(floor.clock.now() - 3_600_000_000)
    monkeypatch.setattr(
        floor.switch, "_snapshot", lambda leg: replace(snapshot(leg), created_at=hour_ago)
    )
    floor.worker = floor.start_worker()
    floor.switch.restore_link()
    floor.clock.advance(1)
    assert caller in floor.switch.legs_by_id
    assert floor.position(caller) == 1


def test_a_caller_we_sent_to_the_fallback_is_not_taken_back(floor: TestFloor) -> None:
    """The dialplan took the caller on to voicemail: a new process leaves the leg alone."""
    floor.store.go_down()
    caller = floor.call_in()
    leg = floor.switch.legs_by_id[caller]
    leg.dialled, leg.is_parked, leg.playing = "voicemail", False, None
    floor.store.come_up()
    floor.restart()
    assert not floor.knows(caller)
