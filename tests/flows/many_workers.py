"""A call centre that several workers share: one floor, one switch, one clock."""

from __future__ import annotations

import random
from contextlib import nullcontext
from functools import partial
from typing import Any, cast

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import CallbackPromised, Fact
from callcore.domain.ids import CallId, LegId, NodeName
from callcore.domain.policies import SitePolicy
from callcore.domain.records import CallRecord
from callcore.domain.sharding import DIGITS, Shard, WorkerId
from callcore.flows.office import Sources
from callcore.flows.policies import Policies
from callcore.flows.share import SharedFloor
from callcore.flows.site import Site
from callcore.flows.tenure import Tenure
from callcore.flows.worker import Worker
from callcore.ports.stores import StoreUnavailableError
from callcore.ports.switch_events import SwitchEvent
from callcore.runtime.broadcast import Broadcast
from callcore.runtime.greenlets import spawn
from callcore.runtime.identifiers import RandomIds
from tests.fakes.clock import settle
from tests.fakes.switch import NODE, FakeSwitch
from tests.flows.callbacks import CallbackFloor, policy
from tests.flows.process_life import Gated, Life

ADOPTED_SECONDS = 3.0
"""After so long the calls of a worker that was killed are others'."""

MOST_SHARING_SECONDS = 30.0
"""How long workers may take until each has its share."""


class Process:
    """One worker process."""

    def __init__(self, floor: WorkersFloor, name: str) -> None:
        self.name = WorkerId(name)
        self.life = Life(floor.clock)
        self.facts: list[Fact] = []
        self.tenure = Tenure(self.name, is_alone=False, seconds=self.life.boot_seconds)
        self.switches = {node: switch.another_link() for node, switch in floor.switches.items()}
        self.worker = Worker(spawn, lambda _: nullcontext(), Sources(configuration=floor.settings))
        for node, switch in self.switches.items():
            switch.lose_link()
            switch.act_while(partial(self._may_command, node))
        self.listen()
        self.site = floor.site_of(self)
        self._shared = SharedFloor(
            leases=cast("Any", Gated(floor.store.shards, self.life, lambda: True)),
            post=cast("Any", Gated(floor.store.worker_post, self.life, lambda: True)),
            life=RandomIds().request_id(),
            host=floor.host,
        )

    def open(self) -> None:
        """It begins its work, as soon as Redis is there."""
        while True:
            try:
                self.worker.open(self.site, self._shared)
            except StoreUnavailableError:
                self.life.sleep(0.5)
            else:
                break
        for switch in self.switches.values():
            switch.restore_link()

    @property
    def is_alive(self) -> bool:
        """True until it is killed or has left."""
        return not self.life.is_dead

    @property
    def digits(self) -> str:
        """The digits it holds of the one node."""
        return self.tenure.digits_of(NODE)

    def follows(self, call_id: str) -> bool:
        """True if a call is followed here."""
        return self.worker.crew.switchboard.node_of(CallId(call_id)) is not None

    def listen(self) -> None:
        """It hears its links."""
        for switch in self.switches.values():
            switch.deliver_to(self._hear)

    def be_deaf(self) -> None:
        """It does not hear its links."""
        for switch in self.switches.values():
            switch.deliver_to(lambda _: None)

    def kill(self) -> None:
        """The process is killed in this instant."""
        self.life.die()
        self.be_deaf()
        settle()

    def leftovers(self) -> dict[str, int]:
        """How much is kept of calls."""
        worker, board = self.worker, self.worker.crew.switchboard
        claims = board._claims
        return {
            "mailboxes": len(board._mailboxes),
            "nodes": len(board._nodes),
            "legs": len(claims._calls_by_leg) + len(claims._claimed_at) + len(claims._over),
            "legs by call": len(claims._legs_by_call),
            "kept": len(claims._kept) + len(claims._kept_at),
            "promises": len(board._promises),
            "joining": len(claims._joining),
            "heard": len(board._heard),
            "ledgers": len(worker.operating._crew.ledgers),
            "waiters": len(worker.operating._crew.waiters.all()),
            "lines": worker.crew.lines.count,
            "callbacks": len(worker.service.callbacks.kept())
            + len(worker.service.callbacks._waiting),
            "ledgers on their way": worker.operating._crew.passing.count,
            "scripts": worker._scripts.count + len(worker._scripts._dropped),
            "owed": worker.unkept_count,
        }

    def _hear(self, event: SwitchEvent) -> None:
        self.life.when_awake(lambda: self.worker.deliver(event))

    def _may_command(self, node: NodeName) -> bool:
        return not self.life.is_dead and self.tenure.may_command(node)


class WorkersFloor(CallbackFloor):
    """The call centre; its ``worker`` is that of the first process that lives."""

    __test__ = False
    host = ""
    """On which all of them run; empty: on one each."""

    def __init__(self, *names: str, site: SitePolicy | None = None) -> None:
        self._names = names or ("1", "2")
        self.dice = random.Random(0)
        self.pause_share = 0.0
        """How often the floor takes a moment, in which others run."""
        self.processes: list[Process] = []
        self.calls: set[CallId] = set()
        """All there have been, promises included."""
        super().__init__(site or policy())
        self.share()

    def share(self) -> None:
        """Plays on until each process has its share, and no further."""
        deadline = self.clock.now() + MOST_SHARING_SECONDS * 1e6
        while not self._is_shared():
            assert self.clock.now() < deadline, {one.name: one.digits for one in self.living()}
            self.clock.advance(0.1)

    def _is_shared(self) -> bool:
        counts = [len(process.digits) for process in self.living()]
        is_balanced = max(counts) - min(counts) <= 1
        return is_balanced and not WorkersFloor.objections(self)

    @property
    def switches(self) -> dict[NodeName, FakeSwitch]:
        """The switches as the world has them."""
        return {NODE: self.switch}

    def start_worker(self) -> Worker:
        """Every process begins."""
        for name in self._names:
            self.begin(name)
        return self.processes[0].worker

    def begin(self, name: str) -> Process:
        """A process begins."""
        process = Process(self, name)
        self.processes.append(process)
        process.open()
        self.worker = self.living()[0].worker
        settle()
        return process

    def site_of(self, process: Process) -> Site:
        """What a process works with."""
        life, may_act = process.life, lambda: process.tenure.is_valid

        def gated(store: object) -> Any:
            return Gated(store, life, may_act, self._pause)

        return Site(
            policies=Policies(self.policy, self.version),
            switches=process.switches,
            waiting_room=gated(self.store.waiting_room),
            roster=gated(self.store.roster),
            pending_records=gated(self.store.pending_records),
            config_versions=gated(self.store.config_versions),
            lockouts=gated(self.store.lockouts),
            lookups=self.lookups.asked_by(life),
            notices=self.notices,
            left_ledgers=gated(self.store.left_ledgers),
            epoch=self.store.epoch,
            clock=life,
            ids=RandomIds(),
            facts=Broadcast([("list", partial(self._hear_of, process))], self._complain),
            tenure=process.tenure,
        )

    def _pause(self) -> float:
        """How long the floor takes for one step."""
        if self.pause_share and self.dice.random() < self.pause_share:
            return self.dice.choice((0.0002, 0.001, 0.003))
        return 0.0

    def _hear_of(self, process: Process, fact: Fact) -> None:
        process.facts.append(fact)
        if isinstance(fact, CallbackPromised):
            self.calls.add(fact.call_id)
        self._hear(fact)

    def living(self) -> list[Process]:
        """The processes that live."""
        return [process for process in self.processes if process.is_alive]

    def named(self, name: str) -> Process:
        """The process of that name that lives."""
        (found,) = [process for process in self.living() if process.name == name]
        return found

    def owner(self, call_id: str) -> Process:
        """The one process that follows a call."""
        (found,) = [process for process in self.living() if process.follows(call_id)]
        return found

    def digit_of(self, process: Process) -> str:
        """A digit that the process holds."""
        return process.digits[0]

    def call_in(self, dialled: str = "8001", **what: str) -> LegId:
        """A caller arrives, a little later than whoever came before."""
        caller = super().call_in(dialled, **what)
        self.calls.add(CallId(caller))
        return caller

    def call_to(self, process: Process, dialled: str = "8001", **what: str) -> LegId:
        """A caller arrives whose call the process follows."""
        return self.call_in(dialled, digit=self.digit_of(process), **what)

    def arrive(self, process: Process, dialled: str, **variables: str) -> LegId:
        """A caller arrives for whom the dialplan set these ``callcore_`` variables."""
        self.clock.advance(0.001)
        for one in self.living():
            one.be_deaf()
        leg_id = self.switch.call_in(dialled, digit=self.digit_of(process))
        leg = self.switch.legs_by_id[leg_id]
        leg.variables |= {f"callcore_{name}": text for name, text in variables.items()}
        for one in self.living():
            one.listen()
        self.switch._park(leg)
        settle()
        return leg_id

    def kill(self, process: Process) -> None:
        """A process is killed, and its calls are others' soon after."""
        process.kill()
        self.worker = self.living()[0].worker
        self.clock.advance(ADOPTED_SECONDS)

    def leave(self, process: Process) -> bool:
        """A process is stopped as planned; true if it has given everything away."""
        left: list[bool] = []
        spawn("leave", lambda: left.append(process.worker.leave(10.0)))
        settle()
        while not left:
            self.clock.advance(0.01)
        process.worker.end()
        process.kill()
        self.worker = self.living()[0].worker
        settle()
        return left[0]

    def kept(self) -> dict[CallId, CallRecord]:
        """The one record of each call; a poorer one gives way to a richer."""
        found: dict[CallId, CallRecord] = {}
        for record in self.records():
            before = found.get(record.call_id)
            assert before is None or before.rank < record.rank, f"twice: {record}"
            found[record.call_id] = record
        return found

    def objections(self) -> list[str]:
        """What must not be so: shards that are nobody's or of several, calls likewise, calls of
        whom does not hold them.
        """
        found = []
        for shard in [Shard(node, digit) for node in (NODE, CALLBACKS) for digit in DIGITS]:
            holders = [one.name for one in self.living() if one.tenure.holds(shard)]
            if len(holders) != 1:
                found.append(f"{shard.name} is of {holders}")
        for process in self.living():
            board = process.worker.crew.switchboard
            for call_id, node in board._nodes.items():
                if not process.tenure.holds_call(node, call_id) and not (
                    call_id in board._promises and process.tenure.holds_call(CALLBACKS, call_id)
                ):
                    found.append(f"{process.name} follows {call_id} and must not")
                if [one.name for one in self.living() if one.follows(call_id)] != [process.name]:
                    found.append(f"{call_id} is followed by several")
        return found

    def kill_worker(self) -> None:
        """Every process dies."""
        for process in self.living():
            process.kill()
