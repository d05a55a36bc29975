"""How lost data are noticed: the same for the fake and each real server."""

from __future__ import annotations

from tests.contract.floor_builders import AnyFloor


def test_the_epoch_stays_with_the_data(floor: AnyFloor) -> None:
    """It is the same each time it is asked."""
    floor.ping()
    assert floor.epoch() == floor.epoch() != ""
