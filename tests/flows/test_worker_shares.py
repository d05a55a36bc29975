"""Workers come and go: calls change hands, and callers and agents do not notice."""

from __future__ import annotations

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import CallEnded
from callcore.domain.ids import CallId
from callcore.domain.sharding import DIGITS, Shard
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.switch import NODE, Phone
from tests.flows.floor import ANN, BOB, CLEO
from tests.flows.many_workers import WorkersFloor
from tests.flows.stories import come, line_of, log_out
from tests.flows.worker_scenes import everything, play_to_the_end

QUICK = Phone(answers_after_seconds=0.1)


class TestSharing:
    """Several workers, one floor."""

    def test_each_shard_is_of_one(self) -> None:
        """Of three about a third, and the promises with the calls."""
        floor = WorkersFloor("1", "2", "3")
        assert floor.objections() == []
        for process in floor.processes:
            held = process.digits
            assert 5 <= len(held) <= 6
            assert {one for one in DIGITS if process.tenure.holds(Shard(CALLBACKS, one))} == set(
                held
            )

    def test_a_caller_is_followed_by_one(self) -> None:
        """Whatever others hear of."""
        floor = WorkersFloor("1", "2", "3")
        callers = [floor.call_in(digit=digit) for digit in DIGITS]
        for caller in callers:
            assert floor.owner(caller).tenure.holds_leg(NODE, caller)
        assert [floor.position(caller) for caller in callers[:5]] == [1, 2, 3, 4, 5]

    def test_agents_serve_in_order_whoever_follows_the_callers(self) -> None:
        """The first of all is served first, by whichever worker hears of the agent."""
        floor = WorkersFloor("1", "2", site=everything())
        callers = [floor.call_in(digit=digit) for digit in "0f3c8"]
        for agent_id in (ANN, BOB, CLEO):
            floor.log_in(agent_id, phone=QUICK)
            floor.clock.advance(2)
        served = [leg for leg in callers if line_of(floor, leg).bridged_to is not None]
        assert served == callers[:3]
        for leg in callers[:2]:
            floor.switch.end(leg)
        floor.clock.advance(15)
        assert all(line_of(floor, leg).bridged_to is not None for leg in callers[2:])
        play_to_the_end(floor)


class TestNewcomer:
    """A worker more."""

    def test_nobody_notices(self) -> None:
        """A share of the calls is followed by the newcomer, as they are."""
        floor = WorkersFloor("1", "2", site=everything())
        floor.log_in(ANN, phone=QUICK)
        talking = floor.call_in(digit="0")
        floor.clock.advance(3)
        callers = [floor.call_in(digit=digit) for digit in "123456789abcdef"[:4]]
        floor.clock.advance(3)
        partner = line_of(floor, talking).bridged_to
        before = {leg: line_of(floor, leg).playing for leg in callers}
        commands = {leg: line_of(floor, leg).break_count for leg in callers}
        three = floor.begin("3")
        floor.share()
        assert len(three.digits) == 5
        assert line_of(floor, talking).bridged_to == partner
        assert {leg: line_of(floor, leg).playing for leg in callers} == before
        assert {leg: line_of(floor, leg).break_count for leg in callers} == commands
        assert [floor.position(leg) for leg in callers] == [1, 2, 3, 4]
        assert floor.told(CallEnded) == []
        floor.switch.end(talking)
        floor.clock.advance(15)
        assert line_of(floor, callers[0]).bridged_to is not None
        play_to_the_end(floor)

    def test_one_comes_as_another_leaves(self) -> None:
        """Restarted one by one, the site has gone through all of it with every caller in place."""
        floor = WorkersFloor("1", "2", site=everything())
        callers = [floor.call_in(digit=digit) for digit in "048cf"]
        for name in ("1", "2"):
            assert floor.leave(floor.named(name))
            floor.begin(name)
            floor.share()
        assert [floor.position(leg) for leg in callers] == [1, 2, 3, 4, 5]
        assert floor.records() == []
        play_to_the_end(floor)


class TestWhatTravels:
    """A call in one worker has to do with a call in another."""

    def test_a_reservation_for_a_caller_who_has_just_hung_up(self) -> None:
        """Is given back, and the agent serves the next."""
        floor = WorkersFloor("1", "2", site=everything())
        one, two = floor.processes
        first = floor.call_to(two)
        second = floor.call_to(one)
        floor.switch._forget(first, "NORMAL_CLEARING")  # not settled: unread yet
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(15)
        assert line_of(floor, second).bridged_to is not None
        assert floor.agent(ANN).state is AgentState.TALKING
        play_to_the_end(floor)

    def test_a_caller_of_another_worker_who_hangs_up_for_good(self) -> None:
        """The record tells of the offer that the other worker's search had led to."""
        floor = WorkersFloor("1", "2", site=everything())
        one, two = floor.processes
        caller = floor.call_to(two)
        floor.worker = one.worker
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(3)
        floor.switch.end(caller)
        floor.clock.advance(1)
        (offer,) = floor.kept()[CallId(caller)].offers
        assert offer.agent_id == ANN
        assert [decision.offer_id for decision in floor.kept()[CallId(caller)].decisions] == [
            offer.offer_id
        ]
        play_to_the_end(floor)

    def test_a_reservation_that_comes_while_the_call_is_taken_over(self) -> None:
        """It finds the call a moment later, or is given back: either way somebody talks."""
        floor = WorkersFloor("1", "2", "3", site=everything())
        one = floor.named("1")
        caller = floor.call_to(one)
        one.kill()
        floor.worker = floor.living()[0].worker
        floor.clock.advance(1.9)
        for _ in range(20):
            floor.clock.advance(0.05)
            for process in floor.living():
                process.worker.crew.dispatcher.look_everywhere()
            if floor.agent(ANN).state is AgentState.LOGGED_OUT:
                floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(20)
        assert line_of(floor, caller).bridged_to is not None
        play_to_the_end(floor)


class TestLostFloor:
    """Redis comes back empty."""

    def test_every_worker_restores_its_own(self) -> None:
        """Places, talks and who is logged in are as before, whichever worker is first."""
        floor = WorkersFloor("1", "2", site=everything())
        one, two = floor.processes
        floor.switch.phones[floor.policy.agents[ANN].contact] = QUICK
        come(floor, ANN)
        talking = floor.call_to(two)
        floor.clock.advance(3)
        partner = line_of(floor, talking).bridged_to
        callers = [floor.call_to(process) for process in (one, two, one, two)]
        floor.clock.advance(2)
        floor.store.lose_data()
        floor.clock.advance(25)
        assert floor.objections() == []
        assert [floor.position(leg) for leg in callers] == [1, 2, 3, 4]
        assert line_of(floor, talking).bridged_to == partner
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.switch.end(talking)
        floor.clock.advance(15)
        assert line_of(floor, callers[0]).bridged_to is not None
        play_to_the_end(floor)

    def test_who_is_logged_out_meanwhile_stays_so(self) -> None:
        """The second worker to find out does not log in again whom the first's agents have left."""
        floor = WorkersFloor("1", "2", site=everything())
        come(floor, ANN, BOB)
        floor.clock.advance(2)
        floor.store.lose_data()
        deadline = floor.clock.now() + 20e6
        while (agent := floor.store.roster.agent(BOB)) is None or not agent.since:
            assert floor.clock.now() < deadline
            floor.clock.advance(0.1)
        log_out(floor, BOB)
        floor.clock.advance(30)
        assert floor.agent(BOB).state is AgentState.LOGGED_OUT
        assert floor.agent(ANN).state is AgentState.AVAILABLE


class TestLeavingAlone:
    """The last worker."""

    def test_it_keeps_its_calls(self) -> None:
        """Nobody could have them."""
        floor = WorkersFloor("1", site=everything())
        (one,) = floor.processes
        caller = floor.call_to(one)
        left: list[bool] = []
        spawn("leave", lambda: left.append(one.worker.leave(5.0)))
        floor.clock.advance(6)
        assert left == [False]
        assert one.follows(caller)
        assert floor.position(caller) == 1


def test_a_dropped_call_is_forgotten() -> None:
    """Nothing is kept of calls that others follow, and their timers do nothing."""
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    before = one.leftovers()
    callers = [floor.call_to(one) for _ in range(3)]
    floor.log_in(ANN, phone=QUICK)
    floor.clock.advance(3)
    shards = frozenset(one.tenure.held)
    told, commands = len(one.facts), len(one.switches[NODE].commands)
    one.tenure.withhold(shards)
    assert one.worker.share is not None
    one.worker.share.lost(shards)
    settle()
    assert one.leftovers() == before
    assert not any(one.follows(caller) for caller in callers)
    assert len(one.switches[NODE].commands) == commands
    assert not [fact for fact in one.facts[told:] if isinstance(fact, CallEnded)]


def test_a_process_that_ends_does_nothing_for_calls_that_are_left() -> None:
    """They are others' from then on, who go on with them where they were."""
    floor = WorkersFloor("1", "2")
    floor.clock.advance(3)
    one, two = floor.processes
    caller = floor.call_to(one)
    one.worker.end()
    assert one.worker.calls_count == 0
    floor.clock.advance(5)
    assert two.follows(caller)
    assert floor.position(caller) == 1
