"""What operators may do to a caller."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.ids import CallId
from tests.flows.floor import SALES, TestFloor

Ask = Callable[[TestFloor, CallId], object]

ASKS: dict[str, Ask] = {
    "priority": lambda floor, call: floor.worker.operating.set_priority(call, 3, by="eve"),
    "withdraw": lambda floor, call: floor.worker.operating.withdraw(call, by="eve"),
    "move": lambda floor, call: floor.worker.operating.move(call, SALES, by="eve"),
}
