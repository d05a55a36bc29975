"""Keys that somebody else wrote into."""

from __future__ import annotations

from typing import Any

from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.ids import CallId
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import NODE, joining, request

KEYS = Keys(SITE)


def test_a_call_that_is_not_ours_hides_no_other(server_url: str, raw: Any) -> None:
    """It is counted and left out; the calls of the node are found."""
    faults: list[str] = []
    floor = Floor(server_url, SITE, fault=faults.append)
    floor.waiting_room.join(joining("c1"), request())
    raw.sadd(KEYS.calls_of_node(NODE), "alien")
    raw.hset(KEYS.call(CallId("alien")), "state", "confused")
    assert [call.call_id for call in floor.waiting_room.calls(NODE)] == ["c1"]
    assert faults == [Fault.UNEXPECTED_ANSWER]
    floor.close()
