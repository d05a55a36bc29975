"""A file that was torn or damaged anywhere costs the records that were hit, and no other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callcore.adapters.spool import frames

TEXTS = st.lists(st.text(max_size=40).map(str.encode), max_size=6)


def texts_in(content: bytes) -> list[bytes]:
    """What can be read."""
    return [found.text for found in frames.read(content) if isinstance(found, frames.Framed)]


def damage_in(content: bytes) -> list[frames.Damage]:
    """What cannot."""
    return [found for found in frames.read(content) if isinstance(found, frames.Damage)]


@given(TEXTS)
def test_texts_come_back_in_their_order(texts: list[bytes]) -> None:
    """Whatever is in them."""
    content = b"".join(map(frames.framed, texts))
    assert texts_in(content) == texts
    assert damage_in(content) == []


@given(TEXTS, st.data())
def test_a_torn_end_costs_the_last_alone(texts: list[bytes], data: st.DataObject) -> None:
    """Wherever the power was cut; where the whole ones end is told."""
    whole = b"".join(map(frames.framed, texts))
    last = frames.framed(b"the last")
    kept = data.draw(st.integers(1, len(last) - 1))
    content = whole + last[:kept]
    assert texts_in(content) == texts
    assert damage_in(content) == [frames.Damage(len(whole), kept)]


@given(st.lists(st.text(max_size=40).map(str.encode), min_size=1, max_size=6), st.data())
def test_a_flipped_bit_costs_one(texts: list[bytes], data: st.DataObject) -> None:
    """The others are found behind it, none is invented."""
    content = bytearray(b"".join(map(frames.framed, texts)))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    found = texts_in(bytes(content))
    assert len(found) == len(texts) - 1
    assert sum(damage.count for damage in damage_in(bytes(content))) > 0
    remaining = iter(texts)
    assert all(text in remaining for text in found)


@given(st.binary(max_size=200))
def test_anything_else_is_damage(content: bytes) -> None:
    """Of any length, without end or error."""
    assert texts_in(content) == []
    assert sum(damage.count for damage in damage_in(content)) == len(content)


def test_a_mark_in_a_record_begins_no_other() -> None:
    """A record that tells of another one, whole, is one record; damaged, it is not searched for
    ever.
    """
    inner = frames.framed(b"inner")
    assert texts_in(frames.framed(inner)) == [inner]
