"""Shares of workers that are killed, sleep, or are cut off from Redis."""

from __future__ import annotations

import pytest

from callcore.domain.events import (
    ColleagueGone,
    LeaseLapsed,
    StoreFailed,
)
from callcore.flows.sharing_out import LEASE_SECONDS
from callcore.ports.stores import WorkerCard
from tests.flows.sharing_team import FS1, FS2, Team
from tests.flows.sharing_views import TAKEN_OVER_SECONDS, followed


def test_the_killed_one_is_replaced_in_time(team: Team) -> None:
    """Its lease ends, and whoever takes over waits for one who may only be asleep."""
    one, two, three = team.start_settled("1", "2", "3")
    three.die()
    assert team.seconds_until(lambda: team.is_whole(one, two)) <= TAKEN_OVER_SECONDS
    assert sorted(followed(one, two)) == [8, 8]
    (gone,) = one.heard(ColleagueGone)
    assert (gone.worker_id, gone.had_left) == (three.name, False)


def test_one_of_whom_it_is_told_that_it_is_dead_is_replaced_at_once(team: Team) -> None:
    """Within a beat."""
    one, two = team.start_settled("1", "2")
    two.die()
    team.floor.shards.end(two.name, two.life)
    assert team.seconds_until(lambda: team.is_whole(one)) <= 0.55


def test_one_who_starts_in_the_place_of_another_takes_over_at_once(team: Team) -> None:
    """With everything that the dead process of that name held, marks at the switch included."""
    one, two = team.start_settled("1", "2")
    before = one.digits(FS1)
    one.die()
    again = team.start("1")
    assert again.digits(FS1) == before
    assert followed(again, two) == [8, 8]
    two.told.clear()
    team.advance(10)
    assert followed(again, two) == [8, 8]
    assert two.told == []


def test_the_time_of_an_answer_is_not_gained(team: Team) -> None:
    """What a beat is good for counts from when it was sent."""
    (one,) = team.start_settled("1")
    one.answer_seconds = 1.2
    team.advance(3.5)
    late = [lapse.late_seconds for lapse in one.heard(LeaseLapsed)]
    assert late == pytest.approx([0.25, 1.45], abs=0.1)
    one.answer_seconds = 0.0
    team.advance(5)
    assert one.tenure.is_valid
    assert one.kinds() == ["gained"]


def test_what_another_process_of_the_name_held_meanwhile_is_taken_up_anew(team: Team) -> None:
    """It may have changed whatever it liked."""
    (one,) = team.start_settled("1")
    one.stop()
    team.advance(3)
    team.floor.shards.beat(WorkerCard(worker_id=one.name, life="another"), LEASE_SECONDS)
    one.go_on()
    team.advance(0.1)
    assert one.kinds() == ["gained", "lost", "gained"]


def test_one_who_slept_alone_goes_on(team: Team) -> None:
    """Nothing is dropped, but nothing is done before it has asked."""
    (one,) = team.start_settled("1")
    one.stop()
    team.advance(20)
    assert not one.tenure.is_valid
    assert not one.tenure.may_command(FS1)
    one.go_on()
    team.advance(0.05)
    assert one.tenure.is_valid
    assert one.kinds() == ["gained"]
    (lapse,) = one.heard(LeaseLapsed)
    assert 17 < lapse.late_seconds < 19


def test_one_who_slept_among_others_finds_out_before_it_acts(team: Team) -> None:
    """It has lost everything, and gets its share again when it has stayed awake."""
    one, two = team.start_settled("1", "2")
    one.stop()
    team.advance(20)
    assert followed(two) == [16]
    one.told.clear()
    one.go_on()
    team.advance(0.05)
    assert one.kinds() == ["lost"]
    assert one.followed == set()
    assert one.tenure.is_valid
    team.advance(10)
    assert followed(one, two) == [8, 8]


@pytest.mark.parametrize("slept", [1.0, 1.3, 1.4, 1.6, 1.8, 2.0, 2.2, 2.5, 3.0])
def test_a_sleep_of_about_a_lease_never_leaves_two(team: Team, slept: float) -> None:
    """Whether the others have come or not, one follows each call, and only one."""
    one, two = team.start_settled("1", "2")
    one.stop()
    team.advance(slept)
    one.go_on()
    assert team.seconds_until(lambda: team.is_whole(one, two)) <= 2
    team.advance(15)
    assert followed(one, two) == [8, 8]


def test_redis_may_be_away_for_long(team: Team) -> None:
    """The switches say that nobody has come, so calls go on; Redis is not touched before a beat."""
    one, two = team.start_settled("1", "2")
    told = {process: process.kinds() for process in (one, two)}
    team.floor.go_down()
    team.advance(60)
    assert not one.tenure.is_valid
    assert followed(one, two) == [8, 8]
    assert team.is_whole(one, two)
    team.floor.come_up()
    team.advance(0.5)
    assert one.tenure.is_valid
    team.advance(10)
    assert all(process.kinds() == before for process, before in told.items())
    assert len(one.heard(StoreFailed)) == 1
    assert team.is_whole(one, two)


def test_one_who_alone_is_cut_off_from_redis_gives_way(team: Team) -> None:
    """To those who reach it: the marks at the switches tell it, before they act."""
    one, two = team.start_settled("1", "2")
    one.is_cut_off = True
    assert team.seconds_until(lambda: team.is_whole(two)) <= TAKEN_OVER_SECONDS
    assert not {shard for shard in one.followed if shard.node in {FS1, FS2}}
    team.advance(60)
    one.is_cut_off = False
    team.advance(12)
    assert followed(one, two) == [8, 8]


def test_one_who_alone_is_cut_off_without_any_rival_goes_on(team: Team) -> None:
    """Nobody else is there to come."""
    (one,) = team.start_settled("1")
    one.is_cut_off = True
    team.advance(60)
    assert {FS1, FS2} <= {shard.node for shard in one.acts_on()}
    one.is_cut_off = False
    team.advance(1)
    assert one.kinds() == ["gained"]


def test_a_rival_that_comes_while_redis_does_not_answer_one(team: Team) -> None:
    """A worker that starts then and reaches Redis takes over from who does not."""
    (one,) = team.start_settled("1")
    one.is_cut_off = True
    team.advance(5)
    two = team.start("2")
    assert team.seconds_until(lambda: team.is_whole(two)) <= 2 * LEASE_SECONDS
    assert not one.acts_on()
