"""The call centre on ports that take their time: scripts interleave as they do in life."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any, cast

from callcore.domain.ids import AgentId
from callcore.domain.policies import SitePolicy
from callcore.flows.site import Site
from callcore.flows.worker import Worker
from callcore.ports.stores import StoreUnavailableError
from callcore.runtime.greenlets import spawn
from callcore.runtime.identifiers import RandomIds
from tests.fakes.clock import MortalClock
from tests.fakes.switch import NODE, Phone
from tests.flows.floor import POLICY, TESTED, TestFloor


class Slow:
    """A port each of whose verbs takes a moment before and after, in which others run.

    The fakes answer at once, so that without it no two scripts would ever interleave. It ends
    with its process, and may fail before or after the change was made.
    """

    def __init__(
        self, real: object, clock: Any, dice: random.Random, verbs: frozenset[str] = frozenset()
    ) -> None:
        self.fault_share = 0.0
        self.pause_share = 1.0
        """How often a verb takes its moment at all."""
        self._real = real
        self._clock = clock
        self._dice = dice
        self._verbs = verbs

    def __getattr__(self, verb: str) -> Any:
        real = getattr(self._real, verb)
        if not callable(real) or (self._verbs and verb not in self._verbs):
            return real

        def call(*args: Any, **kwargs: Any) -> Any:
            self._pause(verb)
            answer = real(*args, **kwargs)
            self._pause(verb)
            return answer

        return call

    def _pause(self, verb: str) -> None:
        if self.pause_share >= 1.0 or self._dice.random() < self.pause_share:
            self._clock.sleep(self._dice.choice((0.0002, 0.0005, 0.001, 0.003)))
        if self._dice.random() < self.fault_share / 2:
            raise StoreUnavailableError(verb)


class SlowFloor(TestFloor):
    """The call centre with a Redis and a switch that take their time, and may fail."""

    __test__ = False

    def __init__(self, dice: random.Random, policy: SitePolicy = POLICY) -> None:
        self._dice = dice
        self.stores: list[Slow] = []
        super().__init__(policy)

    def _new_site(self, life: MortalClock) -> Site:
        asked = frozenset({"bridge", "legs", "leg_ids", "leg_exists"})
        self.stores = [
            Slow(store, life, self._dice)
            for store in (self.store.waiting_room, self.store.roster, self.store.pending_records)
        ]
        waiting_room, roster, pending_records = cast("Any", self.stores)
        return replace(
            super()._new_site(life),
            switches={NODE: cast("Any", Slow(self.switch, life, self._dice, asked))},
            waiting_room=waiting_room,
            roster=roster,
            pending_records=pending_records,
        )

    def _open(self, worker: Worker) -> None:
        opening = spawn("open", worker.open, self.site)
        while not opening.dead:
            self.clock.advance(0.01)

    def log_in(self, *agents: AgentId, phone: Phone | None = None) -> None:
        """Agents log in while nobody waits."""
        for agent_id in agents:
            if phone is not None:
                self.switch.phones[self.policy.agents[agent_id].contact] = phone
            self.store.roster.log_in(agent_id, RandomIds().request_id(), TESTED)
