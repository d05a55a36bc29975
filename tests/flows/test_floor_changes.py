"""Changes that the floor could not be told of at once."""

from __future__ import annotations

from gevent.event import Event

from callcore.domain.ids import CallId
from callcore.flows.floor_changes import RETRY_SECONDS, FloorChanges
from callcore.flows.handing_over import Scripts
from callcore.ports.stores import StoreUnavailableError
from callcore.runtime.greenlets import spawn
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


def test_what_is_owed_of_calls_can_be_paid_at_once(floor: TestFloor) -> None:
    """Before others follow them, though it is being paid just now; each change once."""
    store, changes = SlowStore(floor, "a"), FloorChanges(floor.site)
    spawn("changes", changes.make, ONE, lambda: store.change("a"))
    floor.clock.advance(0.6)
    changes.make(ONE, lambda: store.change("b"))
    store.failing.clear()
    paid: list[bool] = []
    spawn("flush", lambda: paid.append(changes.flush([ONE, OTHER])))
    floor.clock.advance(5)
    assert paid == [True]
    assert store.done == ["a", "b"]
    assert changes.owed_count == 0


def test_nothing_is_told_of_a_dropped_call(floor: TestFloor) -> None:
    """What was owed is forgotten, and what its script does until it ends is nothing."""
    scripts = Scripts()
    store, changes = SlowStore(floor, "a"), FloorChanges(floor.site, scripts)
    waits = Event()
    spawn("script", scripts.of(ONE, lambda: waits.wait() and None))
    spawn("changes", changes.make, ONE, lambda: store.change("a"))
    floor.clock.advance(0.6)
    assert changes.owes(ONE)
    scripts.drop(ONE)
    changes.forget([ONE])
    store.failing.clear()
    changes.make(ONE, lambda: store.change("b"))
    floor.clock.advance(5)
    assert store.done == []
    waits.set()
    floor.clock.advance(0.1)
    spawn("changes", changes.make, ONE, lambda: store.change("c"))
    floor.clock.advance(1)
    assert store.done == ["c"]


def test_what_fails_while_the_call_is_dropped_is_not_owed(floor: TestFloor) -> None:
    """It was on its way, and must not be made when others have followed the call for a while."""
    scripts = Scripts()
    store, changes = SlowStore(floor, "a"), FloorChanges(floor.site, scripts)
    spawn("script", scripts.of(ONE, lambda: changes.make(ONE, lambda: store.change("a"))))
    floor.clock.advance(0.1)
    scripts.drop(ONE)
    changes.forget([ONE])
    floor.clock.advance(0.5)
    store.failing.clear()
    floor.clock.advance(5)
    assert store.done == []
    assert changes.owed_count == 0
