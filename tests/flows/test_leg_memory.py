"""What a leg that nobody follows tells, however odd."""

from __future__ import annotations

import pytest

from callcore.domain.ids import LegId, Micros
from callcore.flows import leg_memory
from callcore.ports.switch_events import LegSnapshot
from tests.fakes.switch import NODE


@pytest.mark.parametrize("text", [None, "", "²", "٣", "-1", "1.5", "1 ", "9" * 5000])
def test_what_is_no_instant_is_none(text: str | None) -> None:
    """The dialplan may have set anything."""
    assert leg_memory.instant(text) is None


def test_an_instant_is_read() -> None:
    """As it was kept."""
    assert leg_memory.instant("1790000000000000") == Micros(1_790_000_000_000_000)


@pytest.mark.parametrize(
    ("text", "priority"), [("-7", -7), ("12", 12), ("--7", 0), ("-", 0), ("²", 0), ("9" * 5000, 0)]
)
def test_a_priority_that_is_none_is_nought(text: str, priority: int) -> None:
    """The caller is taken over all the same."""
    leg = LegSnapshot(
        leg_id=LegId("leg"),
        node=NODE,
        is_inbound=True,
        is_line_answered=True,
        created_at=Micros(1),
        answered_at=Micros(1),
        caller_number="1001",
        caller_name="",
        dialled_number="8001",
        bridged_to=None,
        is_parked=True,
        variables={"callcore_wished_priority": text},
    )
    assert leg_memory.wishes_of(leg, None).own_priority == priority
