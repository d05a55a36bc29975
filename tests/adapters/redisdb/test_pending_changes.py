"""The stream of agents' changes: what only a real one can get wrong."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.ids import Micros
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import (
    ANNA,
    SUPPORT,
    agent_of,
    changes_since,
    enrol,
    make_available,
    reserved,
    start_break,
)

KEYS = Keys(SITE)


def test_a_reader_that_died_leaves_every_change_to_the_next(floor: Floor, server_url: str) -> None:
    """What was read and not acknowledged is read again, in the same order, by anybody."""
    make_available(floor, ANNA)
    start_break(floor)
    died = Floor(server_url, SITE)
    read = died.pending_changes.read(9, 0)
    died.close()
    assert floor.pending_changes.read(9, 0) == read
    assert len(read) == 2


def spoilt(raw: Any, **fields: str) -> None:
    """A copy of the last change with other fields."""
    ((_, last),) = raw.xrevrange(KEYS.agent_changes(), count=1)
    raw.xadd(KEYS.agent_changes(), {**last, **fields})


def test_changes_that_cannot_be_read_are_set_aside_and_counted(server_url: str, raw: Any) -> None:
    """None of them stops the changes behind it, and none is thrown away."""
    faults: list[str] = []
    floor = Floor(server_url, SITE, fault=faults.append)
    make_available(floor, ANNA)
    (first,) = changes_since(floor)
    start_break(floor)
    spoilt(raw, at="yesterday")
    raw.xadd(KEYS.agent_changes(), {"agent_id": "anna"})
    raw.xadd(KEYS.agent_changes(), {"other": "fields"})
    found = changes_since(floor)
    assert [change.before for change in found] == [first.state]
    assert faults == [Fault.CHANGE_UNREADABLE] * 3
    assert floor.pending_changes.count() == 0
    assert len(raw.xrange(KEYS.set_aside_agent_changes())) == 3
    floor.close()


@pytest.mark.parametrize("field", ["before", "state", "reason", "holds"])
def test_a_word_nobody_knows_is_no_change_of_ours(server_url: str, raw: Any, field: str) -> None:
    """It is set aside, for a program that knows it or a person."""
    faults: list[str] = []
    floor = Floor(server_url, SITE, fault=faults.append)
    make_available(floor, ANNA)
    spoilt(raw, **{field: "bored"})
    assert len(changes_since(floor)) == 1
    assert faults == [Fault.CHANGE_UNREADABLE]
    floor.close()


def test_a_change_with_fields_of_a_later_version_is_read(floor: Floor, raw: Any) -> None:
    """Going back to an older program loses no change."""
    make_available(floor, ANNA)
    spoilt(raw, mood="fine")
    first, second = changes_since(floor)
    assert first == second


def test_no_change_is_told_with_an_exponent(floor: Floor, raw: Any) -> None:
    """Instants are whole microseconds, whatever the server makes of big numbers."""
    offer = reserved(floor)
    floor.roster.win(offer.promise, Micros(1))
    entries = raw.xrange(KEYS.agent_changes())
    assert all(fields["at"].isdecimal() and len(fields["at"]) == 16 for _, fields in entries)


def test_an_agent_who_is_only_enrolled_has_no_timeline(floor: Floor, raw: Any) -> None:
    """Reading the settings at each start tells nothing."""
    enrol(floor, ANNA, SUPPORT)
    enrol(floor, ANNA)
    assert raw.exists(KEYS.agent_changes()) == 0
    assert agent_of(floor).reason == ""
