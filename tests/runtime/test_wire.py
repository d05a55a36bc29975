"""Dataclasses on the wire and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType, TypeAlias, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, OfferId, QueueName
from callcore.domain.policies import Strategy
from callcore.domain.records import DecisionRecord
from callcore.flows.messages import Reserved
from callcore.flows.messages.between import Forwarded, Letter, OperationAnswered
from callcore.ports.stores import Reservation
from callcore.runtime.wire import UnreadableError, Wire

Name = NewType("Name", str)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    name: Name
    colour: Colour = Colour.RED


@dataclass(frozen=True, slots=True)
class Nothing:
    """A class without fields."""


class Bud(msgspec.Struct, frozen=True, kw_only=True):
    """What is a struct already, without a tag."""

    name: Name
    leaves: tuple[Leaf, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    best: Leaf | Bud | Nothing
    others: tuple[Leaf | Bud | Nothing, ...] = ()
    by_name: Mapping[Name, Leaf] = field(default_factory=dict)
    names: frozenset[Name] = frozenset()
    weight: float | None = None
    seal: bytes = b""


Plant: TypeAlias = Tree | Leaf | Bud | Nothing

texts = st.text(st.characters(exclude_categories=["Cs"]))
leaves = st.builds(Leaf, name=texts, colour=st.sampled_from(Colour))
buds = st.builds(Bud, name=texts, leaves=st.lists(leaves).map(tuple))
either = leaves | buds | st.just(Nothing())
trees = st.builds(
    Tree,
    either,
    st.lists(either).map(tuple),
    st.dictionaries(texts, leaves),
    st.frozensets(texts),
    st.none() | st.floats(allow_nan=False),
    st.binary(),
)
WIRE: Wire[Plant] = Wire(Plant)


@given(trees | either)
def test_what_is_encoded_is_decoded_the_same(plant: Plant) -> None:
    """Unions in unions, enumerations, maps, sets, bytes and infinities included."""
    assert WIRE.decode(WIRE.encode(plant)) == plant


@given(st.binary())
def test_anything_else_is_unreadable(data: bytes) -> None:
    """One exception for all of it."""
    with pytest.raises(UnreadableError):
        WIRE.decode(data)


@given(trees, st.data())
def test_damage_is_unreadable_or_harmless(tree: Tree, data: st.DataObject) -> None:
    """Nothing but that one exception comes out of a letter that was cut off or garbled."""
    encoded = bytearray(WIRE.encode(tree))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    for damaged in (bytes(encoded), bytes(encoded[:-1])):
        try:
            decoded = WIRE.decode(damaged)
        except UnreadableError:
            continue
        assert isinstance(decoded, Tree | Leaf | Bud | Nothing)


@pytest.mark.parametrize(
    "told",
    [
        {"type": "Stone"},
        {"type": "Leaf"},
        {"type": "Leaf", "name": 1},
        {"type": "Leaf", "name": "x", "colour": "green"},
        {"type": "Tree", "best": {"type": "Tree", "best": {"type": "Nothing"}}},
    ],
    ids=["unknown", "incomplete", "other_type", "other_word", "other_member"],
)
def test_what_does_not_fit_is_unreadable(told: object) -> None:
    """By kind, field, type, word or member of a union."""
    with pytest.raises(UnreadableError):
        WIRE.decode(msgspec.msgpack.encode(told))


def test_those_who_know_more_and_less_understand_each_other() -> None:
    """A version before and after: new fields are passed over, missing ones have their defaults."""
    told = {"type": "Leaf", "name": "x", "age": 3}
    assert WIRE.decode(msgspec.msgpack.encode(told)) == Leaf(name=Name("x"), colour=Colour.RED)
    told = {"type": "Bud", "name": "x", "age": 3}
    assert WIRE.decode(msgspec.msgpack.encode(told)) == Bud(name=Name("x"))


def test_text_that_utf8_cannot_hold_is_sent_all_the_same() -> None:
    """With a question mark in its place, at any depth."""
    odd = Leaf(name=Name("a\ud83dż"))
    fit = Leaf(name=Name("a?ż"))
    odd_bud, fit_bud = Bud(name=odd.name, leaves=(odd,)), Bud(name=fit.name, leaves=(fit,))
    assert WIRE.decode(WIRE.encode(Tree(odd, (odd_bud,), {Name("\udcff"): odd}))) == Tree(
        fit, (fit_bud,), {Name("?"): fit}
    )


def test_letters_of_all_kinds_can_be_sent() -> None:
    """Those with reservations and decisions come out the same."""
    wire: Wire[Letter] = Wire(Letter)
    assert len(get_args(Letter)) > 5
    reservation = Reservation(
        offer_id=OfferId("o1"),
        call_id=CallId("c1"),
        agent_id=AgentId("a1"),
        queue=QueueName("support"),
        leg_id=LegId("l1"),
        lease_seconds=20.0,
    )
    decision = DecisionRecord(
        offer_id=OfferId("o1"),
        queue=QueueName("support"),
        agent_id=AgentId("a1"),
        decided_at=Micros(1_800_000_000_000_000),
        trigger="agent_free",
        waited_seconds=1.5,
        priority=-3,
        strategy=Strategy.ROUND_ROBIN,
        open_level=1,
        skill_rule="",
        not_free={"talking": (AgentId("a2"), AgentId("a3"))},
    )
    reserved = Reserved(
        reservation=reservation, trigger="agent_free", triggered_at=Micros(5), decision=decision
    )
    letters: list[Letter] = [
        Forwarded(call_id=CallId("c1"), node=NodeName("fs1"), message=reserved),
        OperationAnswered(asking_id="7", value=bytes(range(256))),
    ]
    for letter in letters:
        assert wire.decode(wire.encode(letter)) == letter
