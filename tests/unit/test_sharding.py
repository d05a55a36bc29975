"""How shards are shared out: evenly, digit by digit, and with few changes of hands."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, LegId, NodeName
from callcore.domain.sharding import (
    DIGITS,
    DUTIES,
    Duty,
    Shard,
    WorkerId,
    allocation,
    shard_of_leg,
    shard_of_promise,
)

FS1, FS2, FS3 = (NodeName(f"fs{number}") for number in (1, 2, 3))
NODES = [FS1, FS2, FS3]
NAMES = [WorkerId(name) for name in ("1", "10", "2", "north", "south", "z")]
HISTORY = Shard(DUTIES, Duty.HISTORY)
PLACES = [CALLBACKS, *sorted(NODES)]
EVERYTHING = [
    *(Shard(place, digit) for digit in DIGITS for place in PLACES),
    *(Shard(DUTIES, duty) for duty in Duty),
]

names = st.lists(st.sampled_from(NAMES), min_size=1, unique=True)
teams = names.map(lambda able: dict.fromkeys(able, frozenset(NODES)))
partial_teams = st.dictionaries(
    st.sampled_from(NAMES), st.frozensets(st.sampled_from(NODES)), min_size=1
)
holders = st.dictionaries(st.sampled_from(EVERYTHING), st.sampled_from(NAMES))

Reaches = dict[WorkerId, frozenset[NodeName]]
Holders = dict[Shard, WorkerId]


def digits_by_worker(wanted: Holders, node: NodeName) -> Counter[WorkerId]:
    return Counter(wanted[Shard(node, digit)] for digit in DIGITS)


def moves(before: Holders, after: Holders) -> set[Shard]:
    return {shard for shard in before if before[shard] != after[shard]}


def test_the_shards_of_a_site() -> None:
    """Each digit of each node and of the promises, and the duties."""
    assert len(EVERYTHING) == len(set(EVERYTHING)) == 4 * 16 + 1
    assert HISTORY in EVERYTHING
    assert shard_of_leg(FS1, LegId("Abc")) == Shard(FS1, "a")
    assert shard_of_promise(CallId("0bc")) == Shard(CALLBACKS, "0")
    assert Shard(FS1, "a").name == "fs1:a"


@given(teams, holders)
def test_everything_is_shared_out_evenly(reaches: Reaches, held: Holders) -> None:
    """Each digit is one worker's on all nodes, and nobody has two more than another."""
    wanted = allocation(NODES, reaches, held)
    assert wanted.keys() == set(EVERYTHING)
    for place in (FS2, FS3, CALLBACKS):
        for digit in DIGITS:
            assert wanted[Shard(place, digit)] == wanted[Shard(FS1, digit)]
    counts = [digits_by_worker(wanted, FS1)[name] for name in reaches]
    assert max(counts) - min(counts) <= 1
    assert wanted[HISTORY] in reaches


@given(partial_teams, holders)
def test_what_should_be_stays(reaches: Reaches, held: Holders) -> None:
    """Once all is as it should be, nothing is to be moved, whoever reaches what."""
    wanted = allocation(NODES, reaches, held)
    assert allocation(NODES, reaches, wanted) == wanted


@given(teams, st.sampled_from(NAMES))
def test_a_newcomer_moves_only_what_it_gets(reaches: Reaches, name: WorkerId) -> None:
    """Its share, and nothing between the others."""
    others = {other: nodes for other, nodes in reaches.items() if other != name}
    before = allocation(NODES, others, {}) if others else {}
    after = allocation(NODES, {**others, name: frozenset(NODES)}, before)
    moved = moves(before, after)
    assert all(after[shard] == name for shard in moved)
    assert HISTORY not in moved
    if others:
        assert len({shard.part for shard in moved}) == 16 // (len(others) + 1)


@given(teams, st.data())
def test_who_goes_moves_only_what_it_had(reaches: Reaches, data: st.DataObject) -> None:
    """Nothing changes hands between those who stay, be it dead or leaving."""
    name = data.draw(st.sampled_from(sorted(reaches)))
    before = allocation(NODES, reaches, {})
    stay = {other: nodes for other, nodes in reaches.items() if other != name}
    is_leaving = data.draw(st.booleans())
    held = {shard: who for shard, who in before.items() if is_leaving or who != name}
    after = allocation(NODES, stay, held)
    if not stay:
        assert after == {}
        return
    assert after.keys() == before.keys()
    assert moves(before, after) == {shard for shard in before if before[shard] == name}


@given(partial_teams, holders)
def test_a_node_goes_to_whom_it_can_talk_to(reaches: Reaches, held: Holders) -> None:
    """If anybody reaches it; else it stays with its holder, if that may hold anything."""
    wanted = allocation(NODES, reaches, held)
    for shard, worker in wanted.items():
        if shard.node in NODES and any(shard.node in nodes for nodes in reaches.values()):
            assert shard.node in reaches[worker]
        elif shard.node in NODES and held.get(shard) in reaches:
            assert worker == held[shard]
        assert worker in reaches


@given(partial_teams, holders)
def test_digits_are_aligned_where_they_can_be(reaches: Reaches, held: Holders) -> None:
    """Whoever has the promises of a digit has it on every node that it reaches."""
    wanted = allocation(NODES, reaches, held)
    for shard, worker in wanted.items():
        promised = wanted[Shard(CALLBACKS, shard.part)] if shard != HISTORY else worker
        assert worker == promised or shard.node not in reaches[promised]


@given(partial_teams, holders)
def test_who_reaches_no_node_gets_no_digit_if_others_do(reaches: Reaches, held: Holders) -> None:
    """Promises are kept by those who can call."""
    wanted = allocation(NODES, reaches, held)
    if any(reaches.values()):
        assert all(reaches[wanted[Shard(CALLBACKS, digit)]] for digit in DIGITS)


@given(partial_teams, holders, st.permutations(NAMES))
def test_all_come_to_the_same_result(
    reaches: Reaches, held: Holders, order: list[WorkerId]
) -> None:
    """In whatever order they know of each other, and whichever nodes they know of besides."""
    known = {name: reaches[name] for name in order if name in reaches}
    wanted = allocation(NODES, reaches, held)
    assert allocation(reversed(NODES), known, dict(reversed(held.items()))) == wanted
    of_one = allocation([FS1], known, held)
    assert of_one == {shard: wanted[shard] for shard in of_one}


def test_nobody_gets_anything_if_all_leave() -> None:
    """What they hold is theirs to the end."""
    assert allocation(NODES, {}, dict.fromkeys(EVERYTHING, NAMES[0])) == {}
