"""Whose leg it is that nobody follows."""

from __future__ import annotations

import pytest

from callcore.domain.ids import LegId, Micros
from callcore.flows import leg_roles
from callcore.ports.switch_events import LegSnapshot
from tests.fakes.switch import NODE


def leg(*, is_inbound: bool, **variables: str) -> LegSnapshot:
    """A parked leg with these ``callcore_`` variables."""
    return LegSnapshot(
        leg_id=LegId("leg"),
        node=NODE,
        is_inbound=is_inbound,
        is_line_answered=True,
        created_at=Micros(1),
        answered_at=Micros(1),
        caller_number="1001",
        caller_name="",
        dialled_number="*80",
        bridged_to=None,
        is_parked=True,
        variables={f"callcore_{name}": value for name, value in variables.items()},
    )


@pytest.mark.parametrize(
    ("found", "roles"),
    [
        (leg(is_inbound=True, parked="true"), ["callers"]),
        (leg(is_inbound=True, parked="true", standing="1001"), ["standing"]),
        (leg(is_inbound=True, feature="login"), ["callers"]),
        (leg(is_inbound=False, offer="o"), ["agents", "orphan"]),
        (leg(is_inbound=False, customer="+48200100"), ["callers", "customers", "orphan"]),
    ],
)
def test_each_leg_has_its_part(found: LegSnapshot, roles: list[str]) -> None:
    """A line on which an agent stands is neither a caller's nor an orphan, whatever was dialled."""
    parts = {
        "agents": leg_roles.is_agents,
        "callers": leg_roles.is_callers,
        "customers": leg_roles.is_customers,
        "orphan": leg_roles.is_orphan,
        "standing": leg_roles.is_standing,
    }
    assert [name for name, plays in parts.items() if plays(found)] == roles
