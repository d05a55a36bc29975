"""Leases on shards: the same for the fake and each real server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from callcore.domain.ids import NodeName
from callcore.domain.sharding import DUTIES, Duty, Shard, WorkerId
from callcore.ports.stores import Census, Holding, WorkerCard
from tests.contract.conftest import Stage
from tests.contract.floor_builders import LONG_SECONDS, AnyFloor

FS1, FS2 = NodeName("fs1"), NodeName("fs2")
ONE = WorkerCard(worker_id=WorkerId("1"), life="a1", reaches=frozenset({FS1, FS2}))
TWO = WorkerCard(worker_id=WorkerId("2"), life="b1", reaches=frozenset({FS2}))
THREE = WorkerCard(worker_id=WorkerId("3"), life="c1")
SHARDS = [Shard(FS1, "0"), Shard(FS1, "f"), Shard(DUTIES, Duty.HISTORY)]
LEASE_SECONDS = 0.3
STEP_SECONDS = 0.05
MOST_STEPS = 100


def beat(floor: AnyFloor, card: WorkerCard = ONE) -> Census:
    return floor.shards.beat(card, LONG_SECONDS)


def beat_until(stage: Stage, is_so: Callable[[Census], bool], card: WorkerCard = ONE) -> Census:
    """One worker beats all along until something is so; what it saw then."""
    for _ in range(MOST_STEPS):
        stage.pass_time(STEP_SECONDS)
        census = stage.floor.shards.beat(card, LEASE_SECONDS)
        if is_so(census):
            return census
    message = "it never came to be"
    raise AssertionError(message)


def is_alone(census: Census) -> bool:
    return len(census.workers) == 1


def test_whoever_beats_lives_as_its_card_says(floor: AnyFloor) -> None:
    """All see the same of all, the latest that each has told."""
    assert beat(floor).workers == {"1": ONE}
    assert beat(floor, TWO).workers == {"1": ONE, "2": TWO}
    leaving = replace(ONE, is_leaving=True, reaches=frozenset(), host="h1")
    assert beat(floor, leaving).workers == beat(floor, TWO).workers == {"1": leaving, "2": TWO}
    assert beat(floor, TWO).holdings == {}


def test_a_shard_is_claimed_by_one(floor: AnyFloor) -> None:
    """Whoever comes second gets what is left."""
    beat(floor)
    beat(floor, TWO)
    claimed = floor.shards.claim(ONE, SHARDS[:2])
    assert list(claimed) == SHARDS[:2]
    assert all(claimed.values())
    others = floor.shards.claim(TWO, SHARDS)
    assert list(others) == SHARDS[2:]
    assert floor.shards.claim(ONE, SHARDS) == floor.shards.claim(TWO, []) == {}
    census = beat(floor)
    assert census.holdings == {
        **{shard: Holding(worker_id=ONE.worker_id, token=claimed[shard]) for shard in SHARDS[:2]},
        SHARDS[2]: Holding(worker_id=TWO.worker_id, token=others[SHARDS[2]]),
    }
    assert census.released == {}


def test_nothing_is_for_those_who_do_not_live(stage: Stage) -> None:
    """Neither for one who never beat, nor for one whose lease has ended, nor for a life that is
    over.
    """
    floor = stage.floor
    assert floor.shards.claim(ONE, SHARDS) == {}
    floor.shards.beat(ONE, LEASE_SECONDS)
    beat_until(stage, is_alone, TWO)
    assert floor.shards.claim(ONE, SHARDS) == {}
    beat(floor, replace(ONE, life="a2"))
    assert floor.shards.claim(ONE, SHARDS) == {}
    assert floor.shards.life_of(ONE.worker_id) == "a2"


def test_who_beats_in_time_loses_nothing(stage: Stage) -> None:
    """However long it goes on."""
    floor = stage.floor
    floor.shards.beat(TWO, LEASE_SECONDS)
    claimed = floor.shards.claim(TWO, SHARDS)
    for _ in range(6):
        stage.pass_time(STEP_SECONDS)
        floor.shards.beat(ONE, LEASE_SECONDS)
        stage.pass_time(STEP_SECONDS)
        held = floor.shards.beat(TWO, LEASE_SECONDS).holdings
        assert {shard: holding.token for shard, holding in held.items()} == claimed
    assert floor.shards.claim(ONE, SHARDS) == {}


def test_what_the_dead_held_may_be_claimed(stage: Stage) -> None:
    """By a token that was never before; the sleeper who wakes finds out."""
    floor = stage.floor
    floor.shards.beat(TWO, LEASE_SECONDS)
    before = floor.shards.claim(TWO, SHARDS)
    census = beat_until(stage, is_alone)
    assert (list(census.workers), dict(census.holdings)) == (["1"], {})
    assert census.released == {}
    assert floor.shards.life_of(TWO.worker_id) is None
    after = floor.shards.claim(ONE, SHARDS[:1])
    assert after[SHARDS[0]] > before[SHARDS[0]]
    woken = floor.shards.beat(TWO, LEASE_SECONDS).holdings
    assert woken[SHARDS[0]] == Holding(worker_id=ONE.worker_id, token=after[SHARDS[0]])
    assert woken[SHARDS[1]] == Holding(worker_id=TWO.worker_id, token=before[SHARDS[1]])


def test_nobody_dies_while_nobody_can_beat(stage: Stage) -> None:
    """The server stood still, or its clock was set forward: whoever comes back first finds the
    others alive, and only then their time goes on. Whoever asks for a life gets the plain truth.
    """
    floor = stage.floor
    floor.shards.beat(ONE, LEASE_SECONDS)
    floor.shards.beat(TWO, LEASE_SECONDS)
    claimed = floor.shards.claim(TWO, SHARDS)
    assert floor.shards.life_of(TWO.worker_id) == TWO.life
    stage.pass_time(3 * LEASE_SECONDS)
    assert floor.shards.life_of(TWO.worker_id) is None
    assert floor.shards.claim(ONE, SHARDS) == {}
    assert floor.shards.beat(ONE, LEASE_SECONDS).holdings.keys() == claimed.keys()
    assert beat_until(stage, is_alone).holdings == {}


def test_another_process_of_the_name_takes_over(floor: AnyFloor) -> None:
    """At once, with new tokens; the life before has nothing to say any more."""
    beat(floor)
    before = floor.shards.claim(ONE, SHARDS)
    second = replace(ONE, life="a2")
    held = beat(floor, second).holdings
    assert held.keys() == before.keys()
    assert all(held[shard].worker_id == ONE.worker_id for shard in SHARDS)
    assert all(held[shard].token > before[shard] for shard in SHARDS)
    assert all(held[shard].follows == 0 for shard in SHARDS)
    assert floor.shards.give(ONE, SHARDS, None) == {}
    assert beat(floor, second).holdings == held


def test_it_takes_over_as_what_was_given(floor: AnyFloor) -> None:
    """By whose token nobody acts any more is known after two deaths, too."""
    beat(floor)
    beat(floor, TWO)
    claimed = floor.shards.claim(ONE, SHARDS)
    floor.shards.give(ONE, SHARDS, TWO.worker_id)
    held = beat(floor, replace(TWO, life="b2")).holdings
    assert {shard: holding.follows for shard, holding in held.items()} == claimed


def test_shards_are_given_to_one_who_lives(floor: AnyFloor) -> None:
    """Only what is held, with new tokens, and nobody can come in between."""
    beat(floor)
    beat(floor, TWO)
    claimed = floor.shards.claim(ONE, SHARDS[:2])
    given = floor.shards.give(ONE, SHARDS, TWO.worker_id)
    assert list(given) == SHARDS[:2]
    assert all(given[shard] > claimed[shard] for shard in given)
    assert floor.shards.give(ONE, SHARDS, TWO.worker_id) == {}
    assert beat(floor).holdings == {
        shard: Holding(worker_id=TWO.worker_id, token=given[shard], follows=claimed[shard])
        for shard in given
    }


@pytest.mark.parametrize("heir", [None, THREE.worker_id])
def test_what_is_given_to_nobody_is_released(floor: AnyFloor, heir: WorkerId | None) -> None:
    """Nobody acts on it any more, and whoever wants may claim it."""
    beat(floor)
    claimed = floor.shards.claim(ONE, SHARDS)
    assert floor.shards.give(ONE, SHARDS[:1], heir) == {SHARDS[0]: 0}
    census = beat(floor, TWO)
    assert census.released == {SHARDS[0]: claimed[SHARDS[0]]}
    assert census.holdings.keys() == set(SHARDS[1:])
    again = floor.shards.claim(TWO, SHARDS)
    assert again.keys() == {SHARDS[0]}
    assert again[SHARDS[0]] > claimed[SHARDS[0]]
    census = beat(floor)
    assert census.released == {}
    assert census.holdings[SHARDS[0]].follows == claimed[SHARDS[0]]


def test_one_of_whom_it_is_told_is_dead_at_once(floor: AnyFloor) -> None:
    """Whatever it held is released; a word about an earlier life does no harm."""
    beat(floor)
    beat(floor, TWO)
    claimed = floor.shards.claim(ONE, SHARDS)
    floor.shards.end(ONE.worker_id, "a0")
    floor.shards.end(THREE.worker_id, "c0")
    assert beat(floor, TWO).workers.keys() == {"1", "2"}
    assert floor.shards.life_of(ONE.worker_id) == "a1"
    floor.shards.end(ONE.worker_id, ONE.life)
    census = beat(floor, TWO)
    assert (census.workers, census.holdings) == ({"2": TWO}, {})
    assert census.released == claimed
    assert floor.shards.life_of(ONE.worker_id) is None
    assert floor.shards.claim(TWO, SHARDS).keys() == set(SHARDS)


def test_the_age_of_the_leases_is_told(stage: Stage) -> None:
    """A floor that is new or has lost its data says so; pauses hardly count."""
    floor = stage.floor
    assert floor.shards.beat(ONE, LEASE_SECONDS).age_seconds < STEP_SECONDS
    age_seconds = beat_until(stage, lambda census: census.age_seconds > LEASE_SECONDS).age_seconds
    stage.pass_time(LEASE_SECONDS)
    later = floor.shards.beat(ONE, LEASE_SECONDS).age_seconds
    assert later - age_seconds < LEASE_SECONDS / 2
