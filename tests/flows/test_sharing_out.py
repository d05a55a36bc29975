"""Shares of several workers, who come and go, sleep, and are cut off from Redis or from a node."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import (
    ColleagueCame,
    LeaseLapsed,
    ShardChange,
    ShardsChanged,
    StoreFailed,
)
from callcore.domain.sharding import DIGITS, Shard, WorkerId
from callcore.ports.stores import WorkerCard
from callcore.runtime.greenlets import spawn
from tests.flows.sharing_team import FS1, FS2, Team
from tests.flows.sharing_views import HISTORY, followed


def test_one_worker_has_everything_at_once(team: Team) -> None:
    """Also on a floor that nobody knew before."""
    one = team.start("1")
    assert followed(one) == [16]
    assert HISTORY in one.followed
    assert one.kinds() == ["gained"]
    assert team.switches[FS1].owners().keys() == set(DIGITS)
    team.advance(60)
    assert one.kinds() == ["gained"]
    assert one.heard(StoreFailed) == one.heard(LeaseLapsed) == []


@pytest.mark.parametrize(("count", "shares"), [(2, [8, 8]), (3, [5, 5, 6]), (5, [3, 3, 3, 3, 4])])
def test_workers_share_evenly(team: Team, count: int, shares: list[int]) -> None:
    """The same digits of all nodes and of the promises, each by one."""
    processes = team.start_settled(*map(str, range(count)))
    assert sorted(followed(*processes)) == shares
    assert team.is_whole(*processes)
    assert sum(HISTORY in process.followed for process in processes) == 1


def test_a_newcomer_gets_its_share_a_digit_at_a_time(team: Team) -> None:
    """Each is let go of, then given, then followed by the other at once; nothing else moves."""
    (one,) = team.start_settled("1")
    one.told.clear()
    one.facts.clear()
    two = team.start("2")
    assert team.seconds_until(lambda: bool(two.followed)) >= 2
    assert followed(one, two) == [15, 1]
    team.advance(10)
    assert followed(one, two) == [8, 8]
    assert one.kinds() == ["release", "lost"] * 8
    assert two.kinds() == ["gained"] * 8
    for _, shards in one.told:
        assert {shard.node for shard in shards} == {FS1, FS2, CALLBACKS}
        assert len({shard.part for shard in shards}) == 1
    assert [fact.worker_id for fact in one.heard(ColleagueCame)] == [two.name]
    assert {fact.change for fact in one.heard(ShardsChanged)} == {ShardChange.GIVEN}
    assert one.tenure.owner_of(Shard(FS1, two.digits(FS1)[0])) == two.name
    assert one.tenure.colleagues == {two.name}


def test_digits_without_calls_go_together(team: Team) -> None:
    """There is nothing to take over, so nothing is spread out; the duty goes as it is."""
    (one,) = team.start_settled("1")
    one.busy_digits = "0123456789c"
    one.told.clear()
    two = team.start("2")
    three = team.start("3")
    team.advance(12)
    assert sorted(followed(one, two, three)) == [5, 5, 6]
    sizes = [len({shard.part for shard in shards}) for kind, shards in one.told if kind == "lost"]
    assert sum(sizes) == 10
    assert 1 < max(sizes) <= 5
    assert HISTORY in one.followed


def test_what_is_given_is_followed_at_once(team: Team) -> None:
    """A letter says so: no beat is waited for."""
    one, two = team.start_settled("1", "2")
    leaving = spawn("leave", one.sharing.leave, 10)
    team.advance(0.15)
    assert leaving.ready()
    assert followed(two) == [16]


def test_whoever_gains_knows_what_was_handed_over(team: Team) -> None:
    """Calls that change hands as planned are no trouble; those of the dead are, and those that a
    process finds of the one before it.
    """
    one, two = team.start_settled("1", "2")
    assert two.followed - {HISTORY} == two.given
    assert not one.given
    two.die()
    successor = team.start("2")
    team.advance(5)
    assert successor.followed >= two.followed - {HISTORY}
    assert not successor.given
    successor.die()
    team.advance(5)
    assert followed(one) == [16]
    assert not one.given


def test_what_could_not_be_given_comes_back_as_planned(team: Team) -> None:
    """The heir died while the calls were let go of."""
    (one,) = team.start_settled("1")
    one.release_seconds = 3.0
    two = team.start("2")
    team.seconds_until(lambda: one.tenure.digits_of(FS1) != DIGITS, 5)
    two.die()
    team.advance(5)
    assert followed(one) == [16]
    assert len({shard.part for shard in one.given}) == 1


def test_what_was_let_go_of_stays_if_redis_goes_away(team: Team) -> None:
    """Its calls are nobody's for a moment, not for as long as Redis is away; then it is given."""
    (one,) = team.start_settled("1")
    one.release_seconds = 0.3
    two = team.start("2")
    team.seconds_until(lambda: one.tenure.digits_of(FS1) != DIGITS, 5)
    team.floor.go_down()
    assert one.kinds()[-1] != "release"
    team.advance(1.0)
    assert one.kinds()[-2:] == ["release", "gained"]
    assert team.is_whole(one)
    team.advance(30)
    assert team.is_whole(one)
    team.floor.come_up()
    team.advance(25)
    assert followed(one, two) == [8, 8]


def test_what_may_have_been_given_does_not_come_back(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The floor has done it, and its answer is lost with Redis."""
    (one,) = team.start_settled("1")
    two = team.start("2")
    give = one.give

    def unheard(card: WorkerCard, shards: Collection[Shard], heir: WorkerId | None) -> Any:
        give(card, shards, heir)
        one.is_cut_off = True
        return give(card, shards, heir)

    monkeypatch.setattr(one.sharing._departures._leases, "give", unheard)
    team.seconds_until(lambda: one.is_cut_off)
    gained_count = one.kinds().count("gained")
    team.advance(1.0)
    assert one.kinds().count("gained") == gained_count
    assert two.followed
    monkeypatch.undo()
    one.is_cut_off = False
    team.advance(25)
    assert followed(one, two) == [8, 8]


def test_nobody_acts_between_letting_go_and_giving(team: Team) -> None:
    """However long it takes; meanwhile the heir is named as the owner."""
    (one,) = team.start_settled("1")
    one.release_seconds = 1.0
    two = team.start("2")
    team.seconds_until(lambda: one.tenure.digits_of(FS1) != DIGITS, 5)
    (digit,) = set(DIGITS) - set(one.tenure.digits_of(FS1))
    shard = Shard(FS1, digit)
    assert one.tenure.owner_of(shard) == two.name
    team.advance(0.5)
    assert not two.followed
    team.advance(0.7)
    assert shard in two.followed
