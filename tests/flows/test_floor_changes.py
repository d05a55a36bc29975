"""Changes that the floor could not be told of at once."""

from __future__ import annotations

from callcore.domain.ids import CallId
from callcore.flows.floor_changes import RETRY_SECONDS, FloorChanges
from callcore.ports.stores import StoreUnavailableError
from tests.flows.floor import TestFloor

ONE, OTHER = CallId("one"), CallId("other")


class SlowStore:
    """A store that takes its time, and some of whose changes fail."""

    def __init__(self, floor: TestFloor, *failing: str) -> None:
        self.failing = set(failing)
        self.done: list[str] = []
        self._floor = floor

    def change(self, name: str) -> None:
        self._floor.site.clock.sleep(0.5)
        if name in self.failing:
            raise StoreUnavailableError(name)
        self.done.append(name)


def test_what_is_owed_is_paid_once_and_in_order(floor: TestFloor) -> None:
    """Another change fails while the first ones are being paid: nothing is lost, nor made twice."""
    store, changes = SlowStore(floor, "a", "e"), FloorChanges(floor.site)

    def make(call_id: CallId, name: str) -> None:
        floor.clock.after(0, lambda: changes.make(call_id, lambda: store.change(name)))
        floor.clock.advance(0.6)

    make(ONE, "a")
    for name in ("b", "c", "d", "f", "g", "h"):
        make(ONE, name)
    store.failing.discard("a")
    while not store.done:
        floor.clock.advance(0.1)
    make(OTHER, "e")
    store.failing.clear()
    floor.clock.advance(10 * RETRY_SECONDS)
    assert sorted(store.done) == ["a", "b", "c", "d", "e", "f", "g", "h"]
    assert [name for name in store.done if name != "e"] == ["a", "b", "c", "d", "f", "g", "h"]
    assert changes.owed_count == 0
