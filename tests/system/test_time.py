"""A process that was stopped for a while goes on as if it had only been late."""

from __future__ import annotations

import os
import signal
from typing import Any

import gevent
import pytest

from callcore.switchsim.legs import Leg
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import until

pytestmark = pytest.mark.timeout(120)

REDIS_LATER_SECONDS = 3.0
"""Longer than anybody waits for the lease."""
STOPPED_SECONDS = 6.0
"""Longer than the lease of what the process holds, and than it may be late."""


def test_a_process_that_was_stopped_keeps_order_and_turns_nobody_away(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any]
) -> None:
    """Who talks, talks; who waited is served before who came meanwhile; all are recorded."""
    daemon = start(switch, **servers)
    daemon.wait_line("link_restored")
    talking = switch.call_in(dialled="8001")
    assert talking.wait_until(lambda leg: leg.bridged_to is not None, 20)
    waiting = switch.call_in(dialled="8001")
    until(lambda: len(daemon.lines("caller_joined")) == 2, "the second caller waits")
    os.kill(daemon.process.pid, signal.SIGSTOP)
    try:
        gevent.sleep(STOPPED_SECONDS / 2)
        meanwhile = switch.call_in(dialled="8001")
        gevent.sleep(STOPPED_SECONDS / 2)
    finally:
        os.kill(daemon.process.pid, signal.SIGCONT)
    until(lambda: len(daemon.lines("caller_joined")) == 3, "the third caller waits")
    assert talking.bridged_to is not None
    for caller, next_one in ((talking, waiting), (waiting, meanwhile)):
        caller.hang_up()
        assert next_one.wait_until(lambda leg: leg.bridged_to is not None, 20)
    meanwhile.hang_up()
    until(lambda: len(daemon.lines("call_ended")) == 3, "three records")
    ended = {line["call_id"]: line for line in daemon.lines("call_ended")}
    assert ended[waiting.leg_id]["lasted_seconds"] >= STOPPED_SECONDS
    assert {line["outcome"] for line in ended.values()} == {"served"}
    assert daemon.lines("overload_began") == []
    assert daemon.lines("clock_stepped") == []


@pytest.mark.chaos
def test_nobody_is_left_alone_by_a_process_that_wakes_without_its_lease(
    start: Start, switch: SimulatedSwitch
) -> None:
    """Redis was stopped with it, and goes on later: callers who came last are sent on in time, by
    one or the other, and who comes afterwards is served.
    """
    daemon = start(switch)
    daemon.wait_line("link_restored")
    daemon.wait_line("shards_taken_over")
    (valkey,) = (child for child in daemon.children() if "valkey" in child.name())
    for pid in (daemon.process.pid, valkey.pid):
        os.kill(pid, signal.SIGSTOP)
    try:
        gevent.sleep(STOPPED_SECONDS)
        callers = [switch.call_in(dialled="8001") for _ in range(3)]
        gevent.sleep(0.5)
        os.kill(daemon.process.pid, signal.SIGCONT)
        gevent.sleep(REDIS_LATER_SECONDS)
    finally:
        for pid in (daemon.process.pid, valkey.pid):
            os.kill(pid, signal.SIGCONT)

    def is_cared_for(caller: Leg) -> bool:
        return not caller.is_alive or bool(caller.heard)

    until(lambda: all(map(is_cared_for, callers)), "somebody cares for all of them", 5)
    for caller in callers:
        caller.hang_up()
    until(lambda: daemon.page("readyz")[0] == 200, "ready again")
    later = switch.call_in(dialled="8001")
    assert later.wait_until(lambda leg: leg.bridged_to is not None, 20)
