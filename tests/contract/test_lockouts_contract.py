"""Wrong PINs: the same for the fake and each real server."""

from __future__ import annotations

from tests.contract.conftest import Stage
from tests.contract.floor_builders import ANNA, BORIS, LONG_SECONDS, SHORT_SECONDS, AnyFloor


def test_wrong_pins_add_up_for_each_agent(floor: AnyFloor) -> None:
    """Until forgiven."""
    lockouts = floor.lockouts
    assert lockouts.failures(ANNA) == 0
    assert [lockouts.failed(ANNA, LONG_SECONDS) for _ in range(3)] == [1, 2, 3]
    assert lockouts.failed(BORIS, LONG_SECONDS) == 1
    assert (lockouts.failures(ANNA), lockouts.failures(BORIS)) == (3, 1)
    assert lockouts.forgive(ANNA) is True
    assert lockouts.forgive(ANNA) is False
    assert (lockouts.failures(ANNA), lockouts.failures(BORIS)) == (0, 1)
    assert lockouts.failed(ANNA, LONG_SECONDS) == 1


def test_wrong_pins_are_forgotten_after_the_last(stage: Stage) -> None:
    """Each makes all of them last so long from then on."""
    lockouts = stage.floor.lockouts
    lockouts.failed(ANNA, SHORT_SECONDS)
    assert lockouts.failed(ANNA, 4 * SHORT_SECONDS) == 2
    stage.pass_time(SHORT_SECONDS * 1.5)
    assert lockouts.failures(ANNA) == 2
    stage.pass_time(SHORT_SECONDS * 4)
    assert lockouts.failures(ANNA) == 0
    assert lockouts.forgive(ANNA) is False
    assert lockouts.failed(ANNA, LONG_SECONDS) == 1
