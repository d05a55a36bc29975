"""What the floor in memory holds, and the sorted sets that follow from it.

Calls and agents are values; whoever puts a new one in place of the old need not know which sets it
belongs to. So no verb ever looks through all calls or all agents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar, cast

from callcore.domain import estimates, phone_numbers
from callcore.domain.admission import Closure, DroppedPlace
from callcore.domain.agents import Why
from callcore.domain.estimates import Rates
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, CallId, Micros, QueueName
from callcore.domain.outcomes import LeaveReason
from callcore.domain.wait_telling import ToldEstimate
from callcore.ports.stores import FloorAgent, FloorCall, FloorCallState, StoreUnavailableError
from callcore.ports.timelines import AgentChange
from tests.fakes.floor_memory_agents import Agents
from tests.fakes.floor_memory_calls import Calls
from tests.fakes.ranked import Expiring
from tests.fakes.streams import Stream

A = TypeVar("A")

ANSWERS_KEPT_SECONDS = 600.0


class Instants(Protocol):
    """What the fake needs of a clock."""

    def now(self) -> Micros:
        """The instant, in epoch microseconds."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a caller was told in the queue where the call has its place."""

    position: int | None = None
    estimates: tuple[ToldEstimate, ...] = ()


_ITS_OWN = frozenset({"clock", "identified", "is_down", "changes"})
"""Of a floor, not of its data."""


class FloorMemory:
    """Everything Redis would hold, but for the records."""

    def __init__(self, clock: Instants) -> None:
        self.clock = clock
        self.identified: Callable[[str], str] = phone_numbers.normalised
        self.is_down = False
        self.changes: Stream[AgentChange] = Stream(self.check)
        self.clear()

    def clear(self) -> None:
        """Forgets everything."""
        now = self.clock.now
        self.calls = Calls()
        self.told: dict[CallId, Told] = {}
        self.sticky: dict[CallId, AgentId | None] = {}
        self.last_offered: dict[CallId, AgentId] = {}
        self.agents = Agents()
        self.closures: dict[QueueName, Closure] = {}
        self.sums: defaultdict[QueueName, dict[str, float]] = defaultdict(dict)
        # By the queue and the caller's number as ``identified`` has it.
        self.dropped: Expiring[tuple[QueueName, str], DroppedPlace] = Expiring(now)
        self.promises: dict[tuple[QueueName, str], CallId] = {}
        self.last_agents: Expiring[tuple[QueueName, str], AgentId] = Expiring(now)
        self.wrong_pins: Expiring[AgentId, int] = Expiring(now)
        self.changes.clear()
        self._answers: Expiring[tuple[str, str], object] = Expiring(now)

    def snapshot(self) -> dict[str, object]:
        """What is held now."""
        held = {name: value for name, value in vars(self).items() if name not in _ITS_OWN}
        return deepcopy(held, {id(self.clock): self.clock})

    def go_back(self, held: dict[str, object]) -> None:
        """Holds that again."""
        vars(self).update(deepcopy(held, {id(self.clock): self.clock}))

    def forget(self, call_id: CallId) -> None:
        """Forgets a call if it has ended."""
        call = self.calls.get(call_id)
        if call is not None and call.state is FloorCallState.ENDED:
            self.calls.forget(call)
            for kept in (self.told, self.sticky, self.last_offered):
                kept.pop(call_id, None)

    def rates(self, queue: QueueName) -> Rates:
        """What a queue has learnt."""
        return estimates.rates(self.sums[queue])

    def check(self) -> None:
        """Raises ``StoreUnavailableError`` while down."""
        if self.is_down:
            raise StoreUnavailableError("the fake floor is down")

    def once(self, verb: str, request_id: str, change: Callable[[], A]) -> A:
        """What ``change`` answers, or answered to the same request before."""
        self.check()
        known = self._answers.get((verb, request_id))
        if known is not None:
            return cast("A", known)
        answer = change()
        self._answers.put((verb, request_id), answer, ANSWERS_KEPT_SECONDS)
        return answer

    def end(self, call: FloorCall, left_for: LeaveReason | None = None) -> None:
        """Takes the call's place away, and remembers the call."""
        self.calls.put(
            replace(
                call,
                state=FloorCallState.ENDED,
                offers=(),
                ended_at=self.clock.now(),
                left_for=left_for,
            )
        )

    def tell(self, before: FloorAgent, after: FloorAgent, why: Why, at: Micros) -> None:
        """Adds a line to the agent's timeline; of an offer that is over it tells too."""
        held = after if after.offer_id is not None else before
        self.changes.append(
            AgentChange(
                agent_id=after.agent_id,
                at=at,
                before=before.state,
                state=after.state,
                reason=why.reason,
                actor=encodable(why.actor),
                note=encodable(why.note),
                break_code=after.break_code,
                holds=after.holds,
                queue=held.queue,
                call_id=held.call_id,
                offer_id=held.offer_id,
            )
        )

    def after(self, seconds: float) -> Micros:
        """The instant so long from now."""
        return Micros(self.clock.now() + round(seconds * MICROS_PER_SECOND))


def encodable(text: str) -> str:
    """The text as a server would keep it."""
    return text.encode(errors="replace").decode()
