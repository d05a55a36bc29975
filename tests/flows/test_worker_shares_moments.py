"""Callers who come, hang up or are passed on in the moment in which a digit changes hands."""

from __future__ import annotations

from typing import Any

from callcore.domain.events import SelfHealed
from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import CallOutcome, HungUpBy
from callcore.flows.messages import LinkBack, Message
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.switch import NODE
from tests.flows.many_workers import WorkersFloor
from tests.flows.worker_scenes import everything, play_to_the_end


def test_who_hangs_up_while_the_call_changes_hands_has_hung_up() -> None:
    """The worker that gives the call away hears of the end, the next one does not yet."""
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    callers = [floor.call_in(digit=digit) for digit in one.digits]
    floor.clock.advance(10)
    spawn("leave", one.worker.leave, 10.0)
    settle()
    give, ended = floor.store.shards.give, []

    def hang_up_first(*what: Any) -> Any:
        """A caller hangs up in the instant in which the call is nobody's."""
        for caller in callers:
            if not any(process.follows(caller) for process in floor.living()):
                callers.remove(caller)
                floor.switch.end(caller)
                ended.append(caller)
                break
        return give(*what)

    floor.store.shards.give = hang_up_first  # type: ignore[assignment] # watched
    floor.clock.advance(5)
    assert ended
    for caller in ended:
        record = floor.kept()[CallId(caller)]
        assert record.outcome is CallOutcome.ABANDONED
        assert record.hung_up_by is HungUpBy.CALLER
        assert record.hangup_cause == "NORMAL_CLEARING"
    play_to_the_end(floor)


def test_who_arrives_while_the_digit_changes_hands_is_not_kept_waiting() -> None:
    """The worker that gives the digit away hears of the caller, the next one does not yet, nor does
    the switch list the leg.
    """
    floor = WorkersFloor("1", "2", site=everything())
    one, two = floor.named("1"), floor.named("2")
    give = floor.store.shards.give
    came: list[LegId] = []
    leg_ids = two.switches[NODE].leg_ids

    def call_first(*what: Any) -> Any:
        """Somebody calls in the instant in which the digit is nobody's."""
        released = set(one.tenure.held) - {s for s in one.tenure.held if one.tenure.holds(s)}
        digits = sorted(shard.part for shard in released if shard.node == NODE)
        if digits and not came:
            two.be_deaf()
            came.append(floor.call_in(digit=digits[0]))
            two.listen()
        return give(*what)

    def without_the_latest() -> Any:
        return frozenset(leg_id for leg_id in leg_ids() if leg_id not in came)

    floor.store.shards.give = call_first  # type: ignore[assignment] # watched
    two.switches[NODE].leg_ids = without_the_latest  # late
    spawn("leave", one.worker.leave, 10.0)
    floor.clock.advance(0.2)
    assert two.follows(came[0])
    assert floor.position(came[0]) == 1
    assert [fact for fact in two.facts if isinstance(fact, SelfHealed)] == []


class TestMissedInPassing:
    """What falls between two looks is not lost."""

    def test_an_arrival_that_is_neither_told_nor_listed_yet(self, monkeypatch: Any) -> None:
        """The switch writes its list a little late: a second look finds it."""
        floor = WorkersFloor("1")
        (one,) = floor.processes
        switch = one.switches[NODE]
        one.be_deaf()
        caller = floor.call_in()
        one.listen()
        listed_at = floor.clock.now() + 400_000
        for listing in ("legs", "leg_ids"):
            original = getattr(switch, listing)

            def late(*args: Any, original: Any = original) -> Any:
                is_listed = floor.clock.now() >= listed_at
                return original(*args) if is_listed else type(original(*args))()

            monkeypatch.setattr(switch, listing, late)
        switch.lose_link()
        switch.restore_link()
        floor.clock.advance(0.3)
        assert not one.follows(caller)
        floor.clock.advance(1.0)
        assert one.follows(caller)
        assert floor.position(caller) == 1

    def test_what_was_refused_while_the_lease_was_over(self, monkeypatch: Any) -> None:
        """Calls are told as after a link that came back, once there is a lease: whoever wanted to
        hang up then does so now.
        """
        floor = WorkersFloor("1")
        (one,) = floor.processes
        caller = floor.call_to(one)
        floor.clock.advance(3)
        told: list[Message] = []
        post = one.worker.crew.switchboard.post

        def noted(call_id: CallId, message: Any, *args: Any) -> bool:
            told.extend([message] if call_id == caller else ())
            return post(call_id, message, *args)

        monkeypatch.setattr(one.worker.crew.switchboard, "post", noted)
        floor.clock.advance(2)
        assert told == []
        one.site.tenure.lapse()
        floor.clock.advance(1)
        assert LinkBack(is_silent=False) in told
