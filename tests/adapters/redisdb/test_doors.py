"""What callers find at a queue's door, and how much of memory it takes."""

from __future__ import annotations

from callcore.adapters.redisdb.floor import Floor
from tests.contract.floor_builders import ANNA, BORIS, SALES, SUPPORT, make_available


def test_the_same_agents_are_one_value_however_many_callers_found_them(floor: Floor) -> None:
    """Each caller keeps who was there: a hundred agents' names for ten thousand would be a lot."""
    make_available(floor, ANNA, SUPPORT, SALES)
    first, second = (floor.waiting_room.door(SUPPORT).staffed for _ in range(2))
    assert first is second
    make_available(floor, BORIS, SUPPORT)
    assert floor.waiting_room.door(SUPPORT).staffed == {ANNA, BORIS}
    assert floor.waiting_room.door(SALES).staffed == {ANNA}
    assert first == {ANNA}
