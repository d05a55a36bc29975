"""Shares while nodes, Redis or what follows them are not well."""

from __future__ import annotations

import pytest

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.sharding import DIGITS, DUTIES, WorkerId
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.flows.sharing_team import FS1, FS2, Team
from tests.flows.sharing_views import TAKEN_OVER_SECONDS, followed


def test_a_worker_that_reaches_one_node_follows_only_that(team: Team) -> None:
    """Whoever reaches the other follows all of it; digits are shared evenly all the same."""
    both = team.start("1")
    only = team.start("2", [FS1])
    team.advance(12)
    assert (len(both.digits(FS1)), len(only.digits(FS1))) == (8, 8)
    assert (both.digits(FS2), only.digits(FS2)) == (DIGITS, "")
    assert only.digits(CALLBACKS) == only.digits(FS1)
    both.die()
    team.advance(4)
    assert only.digits(FS1) == DIGITS
    assert only.digits(FS2) == ""
    only.switches[FS2].restore_link()
    only.sharing.hurry()
    settle()
    assert team.seconds_until(lambda: only.digits(FS2) == DIGITS) <= 0.7


def test_a_node_that_nobody_reaches_moves_nothing(team: Team) -> None:
    """Its calls are found by those who had them, when it is back and knows no marks."""
    one, two = team.start_settled("1", "2")
    before = one.digits(FS2), two.digits(FS2)
    one.told.clear()
    for process in (one, two):
        process.switches[FS2].lose_link()
        team.advance(0.3)
    team.advance(20)
    one.switches[FS2].restore_link(is_restarted=True)
    two.switches[FS2].restore_link()
    for process in (one, two):
        process.sharing.hurry()
    team.advance(1)
    assert one.told == []
    assert (one.digits(FS2), two.digits(FS2)) == before
    assert one.switches[FS2].owners().keys() == set(DIGITS)


def test_a_link_that_flaps_moves_nothing(team: Team) -> None:
    """Only who cannot reach a node for a while gives its shards of it to who can."""
    one, two = team.start_settled("1", "2")
    one.told.clear()
    for _ in range(5):
        one.switches[FS1].lose_link()
        team.advance(1)
        one.switches[FS1].restore_link()
        team.advance(1)
    assert one.told == []
    one.switches[FS1].lose_link()
    team.advance(10)
    assert one.digits(FS1) == ""
    assert two.digits(FS1) == DIGITS
    assert (len(one.digits(FS2)), len(two.digits(FS2))) == (8, 8)


@pytest.mark.parametrize("ahead_seconds", [3600.0, 3.0, -3.0, -3600.0])
def test_the_clock_of_redis_may_be_set(team: Team, ahead_seconds: float) -> None:
    """Nobody loses anything by it, and who dies afterwards is replaced in time."""
    one, two = team.start_settled("1", "2")
    for process in (one, two):
        process.told.clear()
    team.floor_clock.ahead_seconds = ahead_seconds
    team.advance(5)
    assert one.told == two.told == []
    two.die()
    assert team.seconds_until(lambda: team.is_whole(one)) <= TAKEN_OVER_SECONDS + 1


def test_a_floor_that_lost_its_data_is_told_again_who_holds_what(team: Team) -> None:
    """Nobody drops a call, and nobody claims what another still holds."""
    one, two = team.start_settled("1", "2")
    for process in (one, two):
        process.told.clear()
    team.floor.lose_data()
    team.advance(10)
    assert one.told == two.told == []
    assert team.is_whole(one, two)
    two.die()
    assert team.seconds_until(lambda: team.is_whole(one)) <= TAKEN_OVER_SECONDS


def test_a_floor_that_comes_back_empty_after_a_while(team: Team) -> None:
    """The switches knew all along who follows what, so calls of nodes are not even dropped."""
    one, two = team.start_settled("1", "2")
    for process in (one, two):
        process.told.clear()
    team.floor.go_down()
    team.advance(20)
    team.floor.lose_data()
    team.floor.come_up()
    team.advance(5)
    touched = {shard.node for process in (one, two) for _, names in process.told for shard in names}
    assert touched <= {CALLBACKS, DUTIES}
    assert team.is_whole(one, two)


def test_a_newcomer_on_an_empty_floor_waits_for_those_who_know_more(team: Team) -> None:
    """It claims nothing that the switches say is another's, before that one could say so."""
    (one,) = team.start_settled("1")
    one.told.clear()
    team.floor.go_down()
    team.advance(0.1)
    team.floor.lose_data()
    team.floor.come_up()
    two = team.start("2")
    team.advance(1.5)
    assert one.told == []
    assert two.followed == set()


def test_a_follower_that_fails_stops_nothing(team: Team) -> None:
    """What it cannot let go of is given all the same."""
    one, two = team.start_settled("1", "2")

    def fail(_: object) -> None:
        message = "a defect"
        raise RuntimeError(message)

    one.release = fail  # type: ignore[assignment]
    leaving = spawn("leave", one.sharing.leave, 10)
    team.advance(1)
    assert leaving.ready()
    assert followed(two) == [16]


def test_a_switch_that_does_not_answer_delays_only_its_own_shards(team: Team) -> None:
    """What is on the others is followed meanwhile."""
    one, two = team.start_settled("1", "2")
    two.die()
    one.switches[FS2].mark_owner = lambda digits, owner: team.clock.sleep(4)
    team.advance(TAKEN_OVER_SECONDS)
    assert one.digits(FS1) == DIGITS
    assert len(one.digits(FS2)) == 8
    team.advance(4)
    assert one.digits(FS2) == DIGITS


def test_names_of_workers_are_kept(team: Team) -> None:
    """Marks at the switch say who follows what."""
    one, two = team.start_settled("1", "north@7")
    owners = team.switches[FS1].owners()
    for process in (one, two):
        for digit in process.digits(FS1):
            assert owners[digit].rpartition(":")[0] == process.name
    assert WorkerId("north@7") == two.name
