"""A worker's share of the calls, where a site has several: what is gained, lost and told of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from callcore.domain.events import StoreFailed
from callcore.domain.sharding import Shard
from callcore.flows.crew import Crew
from callcore.flows.floor_keeping import FloorKeeping
from callcore.flows.giving_up import GivingUp
from callcore.flows.letters import Letters
from callcore.flows.messages.between import LineGone, LineStands
from callcore.flows.sharing_out import SharingOut
from callcore.flows.site import Site
from callcore.flows.taking_over import TakingOver
from callcore.ports.stores import StandingLeg, StoreError
from callcore.ports.stores.shards import ShardLeases
from callcore.ports.worker_post import WorkerPost

LEAVE_LOOK_SECONDS = 0.01

LOOK_AROUND_SECONDS = 15.0
"""How often a worker reads what its colleagues may have told and was not heard."""

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFloor:
    """What several workers of a site share the calls by."""

    leases: ShardLeases
    post: WorkerPost
    life: str
    """Random: of this process."""
    host: str = ""
    """The machine since it was started; empty if that is not known."""


class Share:
    """Follows the calls of its shards: the ``Follower`` of their keeper."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that shards are about
        self,
        site: Site,
        spawn: Spawn,
        shared: SharedFloor,
        letters: Letters,
        crew: Crew,
        giving_up: GivingUp,
        taking_over: TakingOver,
        floor: FloorKeeping,
        floor_changed: Callable[[], None],
    ) -> None:
        """``floor_changed`` is called when the floor may have lost what it knew."""
        self._site = site
        self._spawn = spawn
        self._letters = letters
        self._switchboard = crew.switchboard
        self._lines = lines = crew.lines
        self._giving_up = giving_up
        self._taking_over = taking_over
        self._floor = floor
        self._is_over = False
        self._keeper = SharingOut(
            site,
            shared.leases,
            letters,
            self,
            spawn,
            life=shared.life,
            host=shared.host,
            floor_changed=floor_changed,
        )
        letters.on(LineStands, self._line_stands)
        letters.on(LineGone, lambda gone: lines.is_gone(gone.agent_id, gone.leg_id))
        taking_over.open(self._keeper.taken_over)

    def open(self) -> None:
        """Begins to keep the shards. May raise ``StoreError``; again it does nothing."""
        self._keeper.open()

    def run(self) -> None:
        """Has letters read and sent, and looks around, until ``end``; does not wait."""
        self._spawn("letters", self._letters.run)
        self._spawn("letters sent", self._letters.run_sending)
        self._spawn("look_around", self._look_around)

    def hurry(self) -> None:
        """A link came up: the keeper of the shards looks at once."""
        self._keeper.hurry()

    def leave(self, seconds: float, untold_count: Callable[[], int]) -> None:
        """Gives everything to the others within ``seconds``, and waits until all is told."""
        deadline = self._site.clock.now() + seconds * 1e6
        self._keeper.leave(seconds)
        while untold_count() + self._letters.unsent_count and self._site.clock.now() < deadline:
            self._site.clock.sleep(LEAVE_LOOK_SECONDS)

    def end(self) -> None:
        """The process is about to end: whatever it holds may be claimed at once."""
        self._is_over = True
        self._letters.close()
        self._giving_up.lose(list(self._site.tenure.held))
        self._keeper.end()

    @property
    def has_calls(self) -> bool:
        """True while any call is followed, or a promise."""
        return self._switchboard.calls_count > 0

    def is_idle(self, shards: Collection[Shard]) -> bool:
        """True if no call of the shards is followed."""
        return not self._switchboard.calls_of(shards)

    def release(self, shards: Collection[Shard]) -> None:
        """Lets go of shards that are about to be given away; takes a second at most."""
        self._giving_up.release(shards)

    def lost(self, shards: Collection[Shard]) -> None:
        """Drops the calls of shards that are others'; does not wait."""
        self._taking_over.lost(shards, self._giving_up.lose(shards))

    def gained(self, shards: Collection[Shard], given: Collection[Shard] = ()) -> None:
        """Goes on with the calls of shards, some ``given`` as planned; does not wait."""
        self._giving_up.regain(shards)
        self._taking_over.gained(shards, given)

    def _line_stands(self, line: LineStands) -> None:
        leg = StandingLeg(leg_id=line.leg_id, node=line.node)
        self._lines.stands_elsewhere(line.agent_id, leg)

    def _look_around(self) -> None:
        """Reads now and then what others have done to agents: who is on which break, which line."""
        site = self._site
        while not self._is_over:
            try:
                agents = site.roster.agents()
                if self._floor.note(agents):
                    self._lines.learn(agents)
            except StoreError as error:
                self._tell_unless_over(
                    StoreFailed(at=site.clock.now(), store="redis", reason=str(error))
                )
            site.clock.sleep(LOOK_AROUND_SECONDS)

    def _tell_unless_over(self, fault: StoreFailed) -> None:
        if not self._is_over:
            self._site.facts.publish(fault)
