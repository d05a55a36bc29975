"""Shards that are this worker's from now on, and links that come up: what to find out then.

The switch is told which legs to tell of, and then the floor is compared with it. Nobody is asked to
serve those behind a caller who is about to be taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import ShardsTakenOver, StoreFailed
from callcore.domain.ids import CallId, LegId, Micros, NodeName, seconds_between, shard_of
from callcore.domain.sharding import DIGITS, Shard
from callcore.flows.dispatching import Dispatcher
from callcore.flows.giving_up import HEARD_ON_SECONDS
from callcore.flows.handing_over import Scripts
from callcore.flows.phone_watch import PhoneWatch
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.telephony import TelephonyError

TAKING_OVER_SECONDS = 0.5
"""From the end of the first comparison: all who were found waiting have their places by then."""
MOST_TAKING_OVER_SECONDS = 3.0
"""From its beginning, however long it takes: nobody is kept from being served for longer."""

RETRY_SECONDS = 0.25
UNWINDING_SECONDS = 5.0
"""How long scripts of calls that were lost and come back are waited for."""
LOOK_SECONDS = 0.01

ARRIVAL_SECONDS = 1.0
"""How long after we were told of an arrival its shard may become ours."""

LISTED_LATE_SECONDS = 1.0
"""A leg may be made just before its events are told to us and listed only after the comparison: the
switch writes its list a little late.
"""

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""


@dataclass(slots=True)
class _Comparison:
    """What is to be compared on a node, again while that goes on if more comes to it."""

    restored_at: Micros
    digits: set[str]
    given: set[str]
    """Those of the digits whose calls were handed over by other workers."""
    is_new: bool = True
    under_way: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Gain:
    """Shards that were gained at once, and the nodes on which they have not been compared."""

    shards: frozenset[Shard]
    given: frozenset[Shard]
    """Those of them that were handed over by other workers."""
    at: Micros
    uncompared: set[NodeName]


class TakingOver:
    """Compares nodes, one comparison at a time on each."""

    def __init__(
        self,
        site: Site,
        spawn: Spawn,
        switchboard: Switchboard,
        scripts: Scripts,
        dispatcher: Dispatcher,
        phone_watch: PhoneWatch,
        reclaiming: Reclaiming,
    ) -> None:
        self._site = site
        self._spawn = spawn
        self._switchboard = switchboard
        self._scripts = scripts
        self._dispatcher = dispatcher
        self._phone_watch = phone_watch
        self._reclaiming = reclaiming
        self._comparisons: dict[NodeName, _Comparison] = {}
        self._followed: dict[NodeName, str] = {}
        self._gains: list[_Gain] = []
        self._taken: Callable[[Collection[Shard]], None] | None = None

    def open(self, taken: Callable[[Collection[Shard]], None]) -> None:
        """Hears of nothing until shards are held; before the first link. ``taken`` is told of those
        handed over whose calls are followed.
        """
        self._taken = taken
        for node in self._site.switches:
            self._follow_digits(node)

    def link_is_up(self, node: NodeName) -> None:
        """Compares all that is held of the node: a link that flaps has it done once more."""
        self._switchboard.hear_again(node)
        self.compare_soon(node, DIGITS)

    def lease_is_back(self) -> None:
        """Nothing could be commanded for a while: who waits for that is told, as after a link."""
        for node in self._site.switches:
            self.link_is_up(node)

    def gained(self, shards: Collection[Shard], given: Collection[Shard] = ()) -> None:
        """Follows what is held anew, of which those ``given`` were handed over as planned; does not
        wait. Nor for nodes whose link is down: these are compared when it is up.
        """
        self._site.tenure.take_back(shards)
        promised = {shard.part for shard in shards if shard.node == CALLBACKS}
        by_node = {
            node: promised.union(shard.part for shard in shards if shard.node == node)
            for node, switch in self._site.switches.items()
            if switch.is_connected
        }
        nodes = {node for node, digits in by_node.items() if digits}
        gain = _Gain(
            shards=frozenset(shards),
            given=frozenset(given),
            at=self._site.clock.now(),
            uncompared=nodes,
        )
        self._gains.append(gain)
        for node in nodes:
            handed = {shard.part for shard in given if shard.node in {node, CALLBACKS}}
            self.compare_soon(node, "".join(by_node[node]), handed)
        self._tell_of_gains()

    def lost(self, shards: Collection[Shard], dropped: Collection[CallId]) -> None:
        """Has the switches tell of less; does not wait. Calls dropped of which another shard is
        still held are looked at: what is left of them may be ours.
        """
        for node in {shard.node for shard in shards}.intersection(self._site.switches):
            self._site.clock.after(HEARD_ON_SECONDS, partial(self._follow_digits, node))
        digits = {shard_of(LegId(one)) for one in dropped}
        for node in self._site.switches if digits else ():
            held = digits.intersection(
                digit
                for digit in digits
                if self._site.tenure.holds(Shard(node, digit))
                or self._site.tenure.holds(Shard(CALLBACKS, digit))
            )
            if held:
                self.compare_soon(node, "".join(held))

    def arrival_told(self, node: NodeName, leg_id: LegId) -> None:
        """Whoever gave the shard away just now has heard of a caller of whom we may not have; does
        not wait.
        """
        self._spawn(f"take up {leg_id}", partial(self._take_up, node, leg_id))

    def _take_up(self, node: NodeName, leg_id: LegId) -> None:
        deadline = self._site.clock.now() + ARRIVAL_SECONDS * 1e6
        tenure = self._site.tenure
        while not tenure.holds_leg(node, leg_id) and self._site.clock.now() < deadline:
            self._site.clock.sleep(LOOK_SECONDS)
        if tenure.holds_leg(node, leg_id) and not self._switchboard.follows(leg_id):
            self._reclaiming.take_up(node, leg_id, is_given=True)

    def is_under_way(self, digit: str) -> bool:
        """True while calls of that digit may be about to be followed."""
        return any(
            digit in one.digits or digit in one.under_way for one in self._comparisons.values()
        )

    def compare_soon(self, node: NodeName, digits: str, given: Collection[str] = ()) -> None:
        """One comparison at a time."""
        now, goes_on = self._site.clock.now(), self._comparisons.get(node)
        if goes_on is None:
            self._comparisons[node] = _Comparison(
                restored_at=now, digits=set(digits), given=set(given)
            )
            self._spawn(f"compare {node}", lambda: self._compare(node))
        else:
            goes_on.restored_at, goes_on.is_new = now, True
            goes_on.digits.update(digits)
            goes_on.given.update(given)

    def _compare(self, node: NodeName) -> None:
        if self._site.switches[node].is_connected:
            self._take_over_within(MOST_TAKING_OVER_SECONDS)
        comparison = self._comparisons[node]
        try:
            while comparison.is_new:
                comparison.is_new, begun_at = False, self._site.clock.now()
                digits = comparison.under_way = comparison.digits
                given, comparison.digits, comparison.given = comparison.given, set(), set()
                self._follow_digits(node)
                self._until_unwound(digits)
                if not self._site.switches[node].is_connected:
                    return  # all of it is compared once the link is up
                told = self._told_of(node, digits)
                self._reclaiming.compare(node, comparison.restored_at, told, given)
                self._phone_watch.compare(node)
                self._is_compared(node, begun_at)
        finally:
            del self._comparisons[node]
            self._is_compared(node, self._site.clock.now())
        self._take_over_within(TAKING_OVER_SECONDS)
        self._dispatcher.look_everywhere()
        self._site.clock.after(LISTED_LATE_SECONDS, partial(self._look_for_late, node))

    def _look_for_late(self, node: NodeName) -> None:
        """Takes up what was listed late; whatever fails here is found by ``leg_watch``."""
        switch = self._site.switches[node]
        try:
            listed = switch.leg_ids() if switch.is_connected else frozenset()
        except TelephonyError as error:
            reason = f"{node} was not looked at again: {error}"
            now = self._site.clock.now()
            self._site.facts.publish(StoreFailed(at=now, store="floor", reason=reason))
            return
        for leg_id in listed:
            is_ours = self._site.tenure.holds_leg(node, leg_id)
            if is_ours and not self._switchboard.follows(leg_id):
                self._reclaiming.take_up(node, leg_id)

    def _is_compared(self, node: NodeName, begun_at: Micros) -> None:
        """What was gained by then is compared on the node, or will be when its link is up."""
        for gain in self._gains:
            if gain.at <= begun_at:
                gain.uncompared.discard(node)
        self._tell_of_gains()

    def _tell_of_gains(self) -> None:
        now = self._site.clock.now()
        for gain in [one for one in self._gains if not one.uncompared]:
            self._gains.remove(gain)
            self._site.facts.publish(
                ShardsTakenOver(
                    at=now,
                    shards=tuple(sorted(shard.name for shard in gain.shards)),
                    seconds=seconds_between(gain.at, now),
                )
            )
            if self._taken is not None:
                self._taken(gain.given)

    def _follow_digits(self, node: NodeName) -> None:
        """Has the switch tell of what is held, tried again while it can be told."""
        tenure, switch = self._site.tenure, self._site.switches[node]
        if tenure.is_alone:
            return
        while (digits := tenure.digits_of(node)) != self._followed.get(node):
            try:
                switch.follow_digits(digits)
            except TelephonyError as error:
                reason = f"{node} was not told which legs to tell of: {error}"
                now = self._site.clock.now()
                self._site.facts.publish(StoreFailed(at=now, store="floor", reason=reason))
                if not switch.is_connected:
                    return  # told once the link is up
                self._site.clock.sleep(RETRY_SECONDS)
            else:
                self._followed[node] = digits

    def _told_of(self, node: NodeName, digits: Collection[str]) -> str:
        """Those whose legs the switch lists for us. Others that were gained just now have their
        turn next: of their calls no leg would be found.
        """
        is_alone = self._site.tenure.is_alone
        told = DIGITS if is_alone else self._followed.get(node, "")
        return "".join(sorted(set(digits).intersection(told)))

    def _until_unwound(self, digits: Collection[str]) -> None:
        """What was lost and has come back is not followed twice."""
        if self._site.tenure.is_alone:
            return
        deadline = self._site.clock.now() + UNWINDING_SECONDS * 1e6
        while self._scripts.are_unwinding(digits) and self._site.clock.now() < deadline:
            self._site.clock.sleep(LOOK_SECONDS)

    def _take_over_within(self, seconds: float) -> None:
        """So long the scripts of those who were found waiting have to come to their places."""
        dispatcher = self._dispatcher

        def end() -> None:
            if dispatcher.is_taking_over:
                dispatcher.has_taken_over()

        if dispatcher.is_taking_over:
            self._site.clock.after(seconds, end)
