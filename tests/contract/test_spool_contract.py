"""How records stand on the disk: the same for the fake and for files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callcore.adapters.spool.file_spool import FileSpool
from callcore.domain.records import CallRecord
from callcore.ports.record_spool import SpoolUnavailableError
from tests.contract.floor_builders import record
from tests.fakes.full_disk import FullDisk
from tests.fakes.spool import FakeDisk, FakeSpool


class Files:
    """A directory of this machine, with as much room as is said."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._disk = FullDisk()

    def process(self, name: str) -> Any:
        """A process that uses it."""
        return FileSpool(self._directory, name, disk=self._disk)

    def kill(self, spool: Any) -> None:
        """Ends it: the system closes its files."""
        spool.close()

    def fill(self) -> None:
        """Leaves room for half a record."""
        self._disk.room = 500

    def make_room(self) -> None:
        """Ends that."""
        self._disk.room = None


class Memory:
    """The fake."""

    def __init__(self) -> None:
        self._disk = FakeDisk()

    def process(self, name: str) -> Any:
        """A process that uses it."""
        return FakeSpool(self._disk, name)

    def kill(self, spool: Any) -> None:
        """Ends it."""
        spool.die()

    def fill(self) -> None:
        """Leaves no room."""
        self._disk.is_full = True

    def make_room(self) -> None:
        """Ends that."""
        self._disk.is_full = False


@pytest.fixture(params=["memory", "files"])
def place(request, tmp_path):
    """Where spools are."""
    return Memory() if request.param == "memory" else Files(tmp_path / "spool")


def some(*numbers: int) -> list[CallRecord]:
    """Records to tell apart."""
    return [record(f"c{number}") for number in numbers]


def all_of(spool: Any) -> list[CallRecord | str]:
    """What the spool has, in its order."""
    spool.close_part()
    return [found for part in spool.parts() for found in spool.read(part)]


Place = Callable[[], Any]


def test_records_come_back_whole_and_in_order(place: Any) -> None:
    """Whatever was appended together or alone, before or after a part was closed."""
    spool = place.process("1")
    given = some(1, 2, 3, 4)
    spool.append(given[:2])
    spool.append(given[2:3])
    assert spool.close_part() is not None
    spool.append(given[3:])
    assert all_of(spool) == given
    assert all_of(spool) == given


def test_nothing_is_there_at_first(place: Any) -> None:
    """No part, nothing to close, nothing to wait for."""
    spool = place.process("1")
    assert (spool.close_part(), list(spool.parts()), spool.length) == (None, [], 0)
    spool.sync()


def test_the_open_part_is_none_to_read(place: Any) -> None:
    """What is being added to is not offered in between."""
    spool = place.process("1")
    spool.append(some(1))
    assert list(spool.parts()) == []
    assert spool.length > 0


def test_a_removed_part_is_gone(place: Any) -> None:
    """For this process and the next."""
    spool = place.process("1")
    for number in (1, 2):
        spool.append(some(number))
        spool.close_part()
    spool.remove(spool.parts()[0])
    assert all_of(spool) == some(2)
    place.kill(spool)
    assert all_of(place.process("1")) == some(2)


def test_what_a_process_left_comes_to_one_other(place: Any) -> None:
    """Not while it lives; after its death whole and in order, and to one only."""
    dead = place.process("1")
    dead.append(some(1, 2))
    dead.close_part()
    dead.append(some(3))
    others = [place.process(name) for name in ("2", "3")]
    assert [all_of(other) for other in others] == [[], []]
    place.kill(dead)
    assert [all_of(other) for other in others] == [some(1, 2, 3), []]
    place.kill(others[0])
    assert all_of(others[1]) == some(1, 2, 3)


def test_a_process_of_the_same_name_has_what_the_one_before_it_left(place: Any) -> None:
    """What it adds itself comes behind that."""
    dead = place.process("1")
    dead.append(some(1))
    place.kill(dead)
    spool = place.process("1" if isinstance(place, Files) else "1b")
    spool.append(some(2))
    assert all_of(spool) == some(1, 2)


def test_a_full_disk_takes_nothing_and_loses_nothing(place: Any) -> None:
    """What it takes when there is room again follows what was there before, with no gap between."""
    spool = place.process("1")
    spool.append(some(1))
    place.fill()
    for _ in range(3):
        with pytest.raises(SpoolUnavailableError):
            spool.append(some(2, 3))
    assert all_of(spool) == some(1)
    place.make_room()
    spool.append(some(4))
    assert all_of(spool) == some(1, 4)
