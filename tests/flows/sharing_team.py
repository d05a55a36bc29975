"""Several workers of one site who share its shards out: each can be stopped, killed and cut off.

What they hold is watched all along: no shard of a node is ever in two pairs of hands that can act.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

import gevent
from gevent.event import Event

from callcore.domain.events import Fact
from callcore.domain.ids import MICROS_PER_SECOND, Micros, NodeName
from callcore.domain.sharding import DIGITS, DUTIES, Shard, WorkerId
from callcore.flows.letters import Letters
from callcore.flows.policies import Policies
from callcore.flows.sharing_out import SharingOut
from callcore.flows.site import Site
from callcore.flows.tenure import Tenure
from callcore.ports.stores import Census, StoreUnavailableError, WorkerCard
from callcore.runtime.broadcast import Broadcast
from callcore.runtime.greenlets import spawn
from callcore.runtime.identifiers import RandomIds
from tests.fakes.clock import FakeClock, FakeTimer, settle
from tests.fakes.floor import FakeFloor
from tests.fakes.lookups import FakeLookups
from tests.fakes.notices import FakeNotices
from tests.fakes.switch import FakeSwitch
from tests.flows.floor import POLICY

FS1, FS2 = NodeName("fs1"), NodeName("fs2")
STEP_SECONDS = 0.05

A = TypeVar("A")
F = TypeVar("F", bound=Fact)


class ProcessClock:
    """One process's view of a clock: while it is stopped nothing happens, and then all at once."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._missed: list[Callable[[], None]] = []
        self.is_stopped = False
        self.is_dead = False

    def now(self) -> Micros:
        return self._clock.now()

    def after(self, seconds: float, run: Callable[[], None]) -> FakeTimer:
        return self._clock.after(seconds, lambda: self._due(run))

    def sleep(self, seconds: float) -> None:
        if seconds == 0:
            gevent.sleep(0)
            return
        over = Event()
        self.after(seconds, lambda: over.set() and None)
        over.wait()

    def go_on(self) -> None:
        self.is_stopped = False
        missed, self._missed = self._missed, []
        for run in missed:
            spawn("missed timer", run)

    def _due(self, run: Callable[[], None]) -> None:
        if self.is_stopped:
            self._missed.append(run)
        elif not self.is_dead:
            run()


class FloorClock:
    """The clock of the server, which somebody may set."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.ahead_seconds = 0.0

    def now(self) -> Micros:
        return Micros(self._clock.now() + round(self.ahead_seconds * MICROS_PER_SECOND))


class Process:
    """One worker, which notes what it is told of shards. It is its own way to the floor."""

    def __init__(self, team: Team, name: str, nodes: Collection[NodeName], life: str) -> None:
        self.team = team
        self.name = WorkerId(name)
        self.life = life
        self.clock = ProcessClock(team.clock)
        self.is_cut_off = False
        self.followed: set[Shard] = set()
        self.told: list[tuple[str, frozenset[Shard]]] = []
        self.given: set[Shard] = set()
        self.facts: list[Fact] = []
        self.release_seconds = 0.0
        self.follows_after_seconds: float | None = 0.0
        """How long it takes to follow what was handed over; ``None`` if it never says so."""
        self.answer_seconds = 0.0
        self.busy_digits = DIGITS
        self.has_calls = True
        self.switches = {node: switch.another_link() for node, switch in team.switches.items()}
        for node in self.switches.keys() - set(nodes):
            self.switches[node].lose_link()
        self.tenure = Tenure(
            self.name, is_alone=False, seconds=lambda: team.clock.now() / MICROS_PER_SECOND
        )
        site = Site(
            policies=Policies(POLICY, "v1"),
            switches=self.switches,
            waiting_room=team.floor.waiting_room,
            roster=team.floor.roster,
            pending_records=team.floor.pending_records,
            config_versions=team.floor.config_versions,
            lockouts=team.floor.lockouts,
            lookups=FakeLookups(team.clock),
            notices=FakeNotices(),
            epoch=team.floor.epoch,
            clock=self.clock,
            ids=RandomIds(),
            facts=Broadcast([("list", self.facts.append)], lambda *_: None),
            tenure=self.tenure,
        )
        self.letters = Letters(site, self)
        self.floor_changes_count = 0
        self.sharing = SharingOut(
            site,
            self,
            self.letters,
            self,
            spawn,
            life=life,
            host="",
            floor_changed=self._floor_changed,
        )
        self.sharing.open()
        spawn("letters", self.letters.run)
        spawn("letters out", self.letters.run_sending)
        settle()

    def _floor_changed(self) -> None:
        self.floor_changes_count += 1

    def acts_on(self) -> set[Shard]:
        """Whose calls it would command this very instant."""
        if self.clock.is_stopped or self.clock.is_dead:
            return set()
        return {
            shard
            for shard in self.followed
            if shard.node in self.switches and self.tenure.may_command(shard.node)
        }

    def digits(self, node: NodeName) -> str:
        """The digits of the node whose calls it follows."""
        return "".join(digit for digit in DIGITS if Shard(node, digit) in self.followed)

    def stop(self) -> None:
        """SIGSTOP."""
        self.clock.is_stopped = True

    def go_on(self) -> None:
        """SIGCONT."""
        self.clock.go_on()
        self.team.check()

    def die(self) -> None:
        """SIGKILL."""
        self.clock.is_dead = True

    def kinds(self) -> list[str]:
        """What it was told of calls, without of which shards."""
        return [kind for kind, shards in self.told if {shard.node for shard in shards} != {DUTIES}]

    def heard(self, kind: type[F]) -> list[F]:
        """The facts of one kind, in order."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    # What follows its calls.

    def is_idle(self, shards: Collection[Shard]) -> bool:
        return {shard.part for shard in shards}.isdisjoint(self.busy_digits)

    def release(self, shards: Collection[Shard]) -> None:
        assert not any(map(self.tenure.holds, shards))
        assert self.tenure.is_valid
        if self.release_seconds:
            self.clock.sleep(self.release_seconds)
        self.told.append(("release", frozenset(shards)))
        self.followed -= set(shards)

    def lost(self, shards: Collection[Shard]) -> None:
        assert not any(map(self.tenure.holds, shards))
        self.told.append(("lost", frozenset(shards)))
        self.followed -= set(shards)

    def gained(self, shards: Collection[Shard], given: Collection[Shard] = ()) -> None:
        assert all(map(self.tenure.holds, shards))
        assert self.tenure.is_valid
        self.told.append(("gained", frozenset(shards)))
        self.given |= set(given)
        self.followed |= set(shards)
        self.team.check()
        if self.follows_after_seconds is not None:
            self.clock.after(self.follows_after_seconds, lambda: self.sharing.taken_over(given))

    # Its way to the floor.

    def beat(self, card: WorkerCard, lease_seconds: float) -> Census:
        census = self._through(lambda: self.team.floor.shards.beat(card, lease_seconds))
        if self.answer_seconds:
            self.clock.sleep(self.answer_seconds)
        return census

    def claim(self, card: WorkerCard, shards: Collection[Shard]) -> Mapping[Shard, int]:
        return self._through(lambda: self.team.floor.shards.claim(card, shards))

    def give(
        self, card: WorkerCard, shards: Collection[Shard], heir: WorkerId | None
    ) -> Mapping[Shard, int]:
        return self._through(lambda: self.team.floor.shards.give(card, shards, heir))

    def life_of(self, worker_id: WorkerId) -> str | None:
        return self._through(lambda: self.team.floor.shards.life_of(worker_id))

    def end(self, worker_id: WorkerId, life: str) -> None:
        self._through(lambda: self.team.floor.shards.end(worker_id, life))

    def send(self, letters: Mapping[WorkerId, Sequence[bytes]]) -> None:
        self._through(lambda: self.team.floor.worker_post.send(letters))

    def receive(self, worker_id: WorkerId, wait_seconds: float) -> list[bytes]:
        post = self.team.floor.worker_post
        letters = self._through(lambda: post.receive(worker_id, wait_seconds))
        if self.clock.is_dead or self.clock.is_stopped:
            post.send({worker_id: letters})
            self.clock.sleep(STEP_SECONDS)
            return []
        return letters

    def empty(self, worker_id: WorkerId) -> None:
        self._through(lambda: self.team.floor.worker_post.empty(worker_id))

    def _through(self, act: Callable[[], A]) -> A:
        if self.is_cut_off:
            message = "the network is cut"
            raise StoreUnavailableError(message)
        return act()


class Team:
    """A site: its floor, its switches, its workers."""

    def __init__(self, nodes: Collection[NodeName] = (FS1, FS2)) -> None:
        self.clock = FakeClock()
        self.floor_clock = FloorClock(self.clock)
        self.floor = FakeFloor(self.floor_clock)
        self.switches = {node: FakeSwitch(self.clock, node) for node in nodes}
        self.processes: list[Process] = []

    def start(
        self, name: str, nodes: Collection[NodeName] | None = None, *, life: str | None = None
    ) -> Process:
        """A worker begins, with links to those nodes; to all if it is not said which."""
        reached = self.switches if nodes is None else nodes
        process = Process(self, name, reached, life or f"life{len(self.processes)}")
        self.processes.append(process)
        return process

    def start_settled(self, *names: str) -> list[Process]:
        """Workers who have shared out what there is."""
        processes = [self.start(name) for name in names]
        self.advance(12)
        return processes

    def advance(self, seconds: float) -> None:
        """Lets time pass and watches."""
        for _ in range(round(seconds / STEP_SECONDS)):
            self.clock.advance(STEP_SECONDS)
            self.check()

    def seconds_until(self, is_so: Callable[[], bool], most_seconds: float = 30.0) -> float:
        """How long it takes until something is so."""
        for step in range(round(most_seconds / STEP_SECONDS)):
            if is_so():
                return step * STEP_SECONDS
            self.clock.advance(STEP_SECONDS)
            self.check()
        message = f"it was not so after {most_seconds} s"
        raise AssertionError(message)

    def check(self) -> None:
        """Nobody has his hands on what another has his hands on."""
        acting: dict[Shard, WorkerId] = {}
        for process in self.processes:
            for shard in process.acts_on():
                assert shard not in acting, f"{shard.name}: {acting[shard]} and {process.name}"
                acting[shard] = process.name

    def is_whole(self, *among: Process) -> bool:
        """True if all shards of all nodes are followed by these, who can act."""
        acted_on = set[Shard]().union(*(process.acts_on() for process in among))
        return len(acted_on) == len(self.switches) * len(DIGITS)
