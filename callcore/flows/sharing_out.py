"""The keeper of this worker's shards: beats, takes what should be its own, gives what should not.

All that is done about shards is done in one greenlet, one step after the other, each upon a census
that is newer than the step before. What takes long (marking shards at the switches, letting go of
calls) is done beside it and reported back.

What is gone is dropped before the worker may act again: see ``flows.tenure``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from gevent.event import Event

from callcore.domain.events import ColleagueCame, ColleagueGone, LeaseLapsed, ShardChange
from callcore.domain.sharding import Shard, WorkerId
from callcore.flows import shard_telling
from callcore.flows.follower import Follower
from callcore.flows.letters import Letters
from callcore.flows.marks_watch import MarksWatch
from callcore.flows.messages.between import ShardsFollowed, ShardsGiven
from callcore.flows.owner_marks import OwnerMarks, Spawn
from callcore.flows.shard_arrivals import ShardArrivals
from callcore.flows.shard_departures import ShardDepartures
from callcore.flows.shard_plan import ShardPlan
from callcore.flows.site import Site
from callcore.ports.stores import Census, Holding, ShardLeases, StoreError, WorkerCard

BEAT_SECONDS: Final = 0.4
ALONE_SECONDS: Final = 0.75
"""While nobody else is there, and no call: twice in a lease, and seldom."""
RETRY_SECONDS: Final = 0.25
LEASE_SECONDS: Final = 1.6
MARGIN_SECONDS: Final = 0.25
"""Clocks do not run alike, and what is sent takes a while to come."""
SETTLED_SECONDS: Final = 2.0
"""Nothing is given away before all workers, and what they reach, have stayed the same so long."""
LOOK_SECONDS: Final = 0.02
END_SECONDS: Final = 1.0
"""How long a beat that is under way is waited for."""


class SharingOut:
    """Keeps one worker's share of the shards."""

    def __init__(
        self,
        site: Site,
        leases: ShardLeases,
        letters: Letters,
        follower: Follower,
        spawn: Spawn,
        *,
        life: str,
        host: str,
        floor_changed: Callable[[], None],
    ) -> None:
        """``life`` is random, another one in each process. ``floor_changed`` is called, and must
        not wait, when the floor may have lost what it knew, or have gone back in time.
        """
        wake = self._wake
        self._site = site
        self._leases = leases
        self._letters = letters
        self._follower = follower
        self._spawn = spawn
        self._life = life
        self._host = host
        self._floor_changed = floor_changed
        self._epoch: str | None = None
        self._nudged = Event()
        self._is_at_rest = Event()
        self._marks = OwnerMarks(site, spawn, wake)
        self._watch = MarksWatch(site, self._marks, spawn, self._lose)
        self._arrivals = ShardArrivals(site, follower, self._marks, wake)
        self._departures = ShardDepartures(
            site, leases, letters, follower, self._arrivals, spawn, wake
        )
        self._is_open = self._is_leaving = self._is_away = self._has_ended = False
        self._plan = ShardPlan(site)
        letters.on(ShardsGiven, lambda _: wake())
        letters.on(ShardsFollowed, lambda letter: self._departures.followed(letter.shards))

    def open(self) -> None:
        """Beats for the first time and begins to keep the shards. May raise ``StoreError``.

        What is claimed is held only when the switches are marked. Opened again it does nothing.
        """
        if self._is_open:
            return
        self._letters.forget_past()
        self._beat()
        self._is_open = True
        self._spawn("sharing_out", self._run)
        self._spawn("marks_watch", self._watch.run)

    def hurry(self) -> None:
        """A link came up: beats at once, and does what that is the chance for."""
        if self._is_open:
            self._marks.forget()
            self._watch.forget()
            self._wake()

    def taken_over(self, shards: Collection[Shard]) -> None:
        """The calls of shards that were handed over to this worker are followed; does not wait."""
        if shards:
            names = tuple(sorted(shard.name for shard in shards))
            self._letters.send_all(ShardsFollowed(shards=names))

    def leave(self, seconds: float) -> int:
        """Gives everything to the others within ``seconds``, and claims nothing more; how many
        shards were given. If there is nobody who can have them, that is known after a beat.
        """
        given_count = self._departures.given_count
        deadline = self._site.clock.now() + seconds * 1e6
        self._is_leaving, self._plan.has_heirs = True, None
        self._wake()
        while not self._has_left() and self._site.clock.now() < deadline:
            self._site.clock.sleep(LOOK_SECONDS)
        return self._departures.given_count - given_count

    def end(self) -> None:
        """The process is about to end: what it still holds may be claimed at once, so that nothing
        is done with it any more.
        """
        self._has_ended = True
        self._watch.end()
        self._site.tenure.lapse()
        self._wake()
        if self._is_open:  # a beat that came after the end would be a sign of life
            self._is_at_rest.wait(END_SECONDS)
        try:
            self._leases.end(self._site.tenure.worker_id, self._life)
        except StoreError as error:
            shard_telling.store_failed(self._site, error)

    def _has_left(self) -> bool:
        is_rid_of_all = not self._site.tenure.held and not self._arrivals.tokens
        is_rid_of_all = is_rid_of_all and not self._departures.is_awaited
        return is_rid_of_all or self._plan.has_heirs is False

    def _wake(self) -> None:
        self._nudged.set()

    def _run(self) -> None:
        while not self._has_ended:
            timer = self._site.clock.after(self._seconds_until_next(), self._wake)
            self._nudged.wait()
            timer.cancel()
            self._nudged.clear()
            if not self._has_ended:
                self._beat_if_possible()
        self._is_at_rest.set()

    def _seconds_until_next(self) -> float:
        if self._is_away:
            return RETRY_SECONDS
        is_alone = not self._site.tenure.colleagues and not self._arrivals.is_under_way
        return ALONE_SECONDS if is_alone and not self._follower.has_calls else BEAT_SECONDS

    def _beat_if_possible(self) -> None:
        try:
            self._beat()
        except StoreError as error:
            if not self._is_away:
                shard_telling.store_failed(self._site, error)
            self._is_away = True
            self._departures.stay()
        except Exception as error:  # noqa: BLE001 - without beats all calls would be lost
            shard_telling.flow_failed(self._site, error)
        else:
            self._is_away = False

    def _beat(self) -> None:
        """One round: a census, and what follows from it."""
        tenure, card = self._site.tenure, self._card()
        sent_at = tenure.seconds()
        census = self._leases.beat(card, LEASE_SECONDS)
        if self._has_ended:
            return
        self._note(census, card)
        if self._is_open and not tenure.is_valid:
            lapsed = LeaseLapsed(at=self._site.clock.now(), late_seconds=tenure.late_seconds)
            self._site.facts.publish(lapsed)
        tenure.extend(sent_at + LEASE_SECONDS - MARGIN_SECONDS)
        self._look_at_epoch(census.epoch)
        wanted = self._plan.wanted(census)
        if not self._is_leaving:
            self._claim(census, wanted)
        self._marks.put_soon({**tenure.held, **self._arrivals.tokens})
        self._arrivals.hold_ready(but=self._departures.going)
        self._departures.give(card, wanted)
        if self._is_leaving or self._is_settled:
            self._departures.begin(wanted)

    def _look_at_epoch(self, epoch: str) -> None:
        """After Redis was away it is told of anyway: what was done about a loss may have failed."""
        before, self._epoch = self._epoch, epoch
        if before is not None and (epoch != before or self._is_away):
            self._floor_changed()

    def _card(self) -> WorkerCard:
        switches = self._site.switches
        return WorkerCard(
            worker_id=self._site.tenure.worker_id,
            life=self._life,
            reaches=frozenset(node for node in switches if switches[node].is_connected),
            is_leaving=self._is_leaving,
            host=self._host,
        )

    def _note(self, census: Census, card: WorkerCard) -> None:
        """What is still held, and what is not."""
        tenure = self._site.tenure
        # Nobody can have claimed these: if they are nobody's, or have another token, it is because
        # the floor lost its data, or has those of a while ago.
        sure = {shard for shard in tenure.held if tenure.may_command(shard.node)}
        mine = {
            shard: holding
            for shard, holding in census.holdings.items()
            if holding.worker_id == tenure.worker_id
        }
        vanished = sure - census.holdings.keys()
        if vanished:
            mine |= {
                shard: Holding(worker_id=tenure.worker_id, token=token)
                for shard, token in self._leases.claim(card, vanished).items()
            }
        held = dict(tenure.held)
        kept = {
            shard: mine[shard].token
            for shard, token in held.items()
            if shard in mine and (shard in sure or mine[shard].token == token)
        }
        others = {
            shard: holding.worker_id
            for shard, holding in census.holdings.items()
            if shard not in mine
        }
        colleagues = frozenset(census.workers.keys() - {tenure.worker_id})
        self._tell_of(colleagues)
        tenure.note(kept, others, colleagues)
        self._lose(held.keys() - kept.keys())
        leased = {shard: holding for shard, holding in mine.items() if shard not in kept}
        self._arrivals.leased(leased, is_first=not self._is_open)

    def _lose(self, shards: Collection[Shard]) -> None:
        """Somebody else may have claimed these, and they are not in the tenure any more."""
        if shards:
            self._departures.lost(shards)
            self._follower.lost(frozenset(shards))
            shard_telling.changed(self._site, ShardChange.LOST, shards)

    def _tell_of(self, colleagues: frozenset[WorkerId]) -> None:
        known, now = self._site.tenure.colleagues, self._site.clock.now()
        for worker_id in sorted(colleagues - known):
            self._site.facts.publish(ColleagueCame(at=now, worker_id=worker_id))
        leaving = {card.worker_id for card in self._plan.cards if card.is_leaving}
        for worker_id in sorted(known - colleagues):
            gone = ColleagueGone(at=now, worker_id=worker_id, had_left=worker_id in leaving)
            self._site.facts.publish(gone)

    def _claim(self, census: Census, wanted: Mapping[Shard, WorkerId]) -> None:
        """Takes what is nobody's and should be ours."""
        leased = {*census.holdings, *self._site.tenure.held, *self._arrivals.tokens}
        free = [
            shard
            for shard, worker_id in wanted.items()
            if worker_id == self._site.tenure.worker_id and shard not in leased
        ]
        # On a new floor there may be others who hold what it does not know of. They beat before
        # long and say so, unless no switch knows of them either.
        is_new = census.age_seconds < LEASE_SECONDS
        if free and (not is_new or self._marks.has_none_of_others()):
            self._arrivals.claimed(self._leases.claim(self._card(), free), census.released)

    @property
    def _is_settled(self) -> bool:
        """True if nobody has come or gone for a while, nothing is on its way here, and the heir of
        the latest digit that was given has had time to look after its calls.
        """
        now = self._site.tenure.seconds()
        is_quiet = now - self._plan.settled_since >= SETTLED_SECONDS
        is_time = now - self._departures.begun_at >= BEAT_SECONDS
        return is_quiet and is_time and not self._arrivals.is_under_way
