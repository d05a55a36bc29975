"""Nodes that are being emptied: the same for the fake and each real server."""

from __future__ import annotations

from callcore.domain.ids import Micros, NodeName
from callcore.domain.nodes import Drain
from callcore.ports.node_drains import OwnNodeDrains
from tests.contract.floor_builders import AnyFloor

FS1, FS2 = NodeName("fs1"), NodeName("fs2")
BY_EVE = Drain(since=Micros(1_700_000_000_000_001), by="eve żółć")
BY_BOB = Drain(since=Micros(1_700_000_000_000_002), by="bob")


def test_a_drain_holds_until_it_is_ended(floor: AnyFloor) -> None:
    """Of each node by itself; the first one counts."""
    for drains in (floor.node_drains, OwnNodeDrains()):
        assert drains.all() == {}
        assert drains.begin(FS1, BY_EVE) is True
        assert drains.begin(FS1, BY_BOB) is False
        assert drains.begin(FS2, BY_BOB) is True
        assert drains.all() == {FS1: BY_EVE, FS2: BY_BOB}
        assert drains.end(FS1) is True
        assert drains.end(FS1) is False
        assert drains.all() == {FS2: BY_BOB}
