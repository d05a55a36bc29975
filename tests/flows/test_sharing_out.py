"""Shares of several workers, who come and go, sleep, and are cut off from Redis or from a node."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import (
    ColleagueCame,
    ColleagueGone,
    LeaseLapsed,
    ShardChange,
    ShardsChanged,
    StoreFailed,
)
from callcore.domain.sharding import DIGITS, DUTIES, Duty, Shard, WorkerId
from callcore.flows.sharing_out import LEASE_SECONDS
from callcore.ports.stores import WorkerCard
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.flows.sharing_team import FS1, FS2, Process, Team

HISTORY = Shard(DUTIES, Duty.HISTORY)
TAKEN_OVER_SECONDS = 2.6
"""The lease, a beat, and patience with one who may only be asleep."""


@pytest.fixture
def team() -> Team:
    return Team()


def followed(*processes: Process) -> list[int]:
    """How many digits of both nodes each follows, which are the same ones, promises included."""
    for process in processes:
        digits = process.digits(FS1)
        assert digits == process.digits(FS2) == process.digits(CALLBACKS)
    return [len(process.digits(FS1)) for process in processes]


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
