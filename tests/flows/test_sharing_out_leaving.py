"""Shares of workers that leave as planned."""

from __future__ import annotations

from callcore.domain.events import (
    ColleagueGone,
)
from callcore.domain.sharding import DIGITS
from callcore.runtime.greenlets import spawn
from tests.flows.sharing_team import FS1, Team
from tests.flows.sharing_views import followed


def test_who_leaves_gives_everything_to_the_others(team: Team) -> None:
    """Digit by digit, evenly, and says how much it was; then it can end."""
    one, two, three = team.start_settled("1", "2", "3")
    two.told.clear()
    held_count = len(two.tenure.held)
    leaving = spawn("leave", two.sharing.leave, 10)
    team.advance(1)
    assert leaving.get(timeout=0) == held_count
    assert two.followed == set()
    assert sorted(followed(one, three)) == [8, 8]
    assert two.kinds() == ["release", "lost"] * (len(two.told) // 2)
    two.sharing.end()
    two.die()
    team.advance(10)
    assert sorted(followed(one, three)) == [8, 8]
    (gone,) = one.heard(ColleagueGone)
    assert (gone.worker_id, gone.had_left) == (two.name, True)


def test_who_leaves_last_keeps_its_calls(team: Team) -> None:
    """There is nobody to give them to: the next process finds them."""
    (one,) = team.start_settled("1")
    leaving = spawn("leave", one.sharing.leave, 10)
    team.advance(0.1)
    assert leaving.get(timeout=0) == 0
    assert followed(one) == [16]
    one.sharing.end()
    assert not one.acts_on()
    team.advance(1)
    assert team.floor.shards.life_of(one.name) is None
    assert team.start("2").digits(FS1) == DIGITS


def test_two_may_leave_at_once(team: Team) -> None:
    """Neither gives anything to the other."""
    one, two, three = team.start_settled("1", "2", "3")
    leaving = [spawn("leave", process.sharing.leave, 10) for process in (one, two)]
    team.advance(2)
    assert all(each.ready() for each in leaving)
    assert followed(one, two, three) == [0, 0, 16]
    assert not any(
        names for process in (one, two) for kind, names in process.told[-4:] if kind == "gained"
    )


def test_all_may_leave_at_once(team: Team) -> None:
    """They keep what they have."""
    processes = team.start_settled("1", "2")
    leaving = [spawn("leave", process.sharing.leave, 10) for process in processes]
    team.advance(1)
    assert all(each.ready() for each in leaving)
    assert team.is_whole(*processes)


def test_who_cannot_reach_redis_leaves_when_its_time_is_over(team: Team) -> None:
    """What it did not give is claimed later."""
    one, two = team.start_settled("1", "2")
    one.is_cut_off = True
    leaving = spawn("leave", one.sharing.leave, 3)
    team.advance(3.1)
    assert leaving.get(timeout=0) == 0
    one.sharing.end()
    one.die()
    team.advance(1)
    assert followed(two) == [16]


def test_an_heir_that_dies_gets_nothing(team: Team) -> None:
    """What was let go of for it is taken back."""
    (one,) = team.start_settled("1")
    two = team.start("2")
    one.release_seconds = 1.0
    team.seconds_until(lambda: not all(map(one.tenure.holds, one.tenure.held)))
    two.die()
    team.floor.shards.end(two.name, two.life)
    team.advance(4)
    assert followed(one) == [16]
    assert team.is_whole(one)
