"""A call centre of several workers, each with its share, and what its people do."""

from __future__ import annotations

from callcore.domain.ids import AgentId, CallId, Micros
from callcore.domain.policies import SitePolicy
from callcore.ports.operations import CallbackRequest, DutyChange, DutyOrder
from tests.fakes.clock import settle
from tests.flows.callbacks import ANSWERING, NUMBER
from tests.flows.floor import ROOMY, SUPPORT
from tests.flows.many_workers import Process, WorkersFloor

BALANCED_SECONDS = 3.0


class OfOneHost(WorkersFloor):
    """All of its workers go by one clock."""

    __test__ = False
    host = "host"


def shared(
    site: SitePolicy | None = None, *names: str, of: type[WorkersFloor] = WorkersFloor
) -> WorkersFloor:
    """A call centre of several workers, each with its share."""
    floor = of(*(names or ("1", "2", "3")), site=site or ROOMY)
    floor.clock.advance(BALANCED_SECONDS)
    assert all(process.digits for process in floor.processes)
    return floor


def log_in(process: Process, *agents: AgentId) -> None:
    """Agents come, as one worker is told."""
    for agent_id in agents:
        order = DutyOrder(what=DutyChange.LOG_IN, by="eve")
        process.worker.operating.change_duty(agent_id, order)
        settle()


def promised(
    floor: WorkersFloor, process: Process, number: str = NUMBER, not_before: Micros | None = None
) -> CallId:
    """A customer who answers is promised a callback that the process follows."""
    floor.customer(ANSWERING, number)
    floor.clock.advance(0.001)
    request = CallbackRequest(queue=SUPPORT, number=number, by="eve", not_before=not_before)
    call_id = process.worker.operating.request_callback(request).call_id
    settle()
    assert floor.owner(call_id) is process
    return call_id


def letters_sent(floor: WorkersFloor) -> int:
    """By all of them together, so far."""
    return sum(one.worker.share._letters._number for one in floor.processes if one.worker.share)
