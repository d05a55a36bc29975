"""Records on a real disk: torn, full, failing, and with processes that die at any instant."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from callcore.adapters.spool.file_spool import FileSpool
from callcore.domain.records import CallRecord
from callcore.ports.record_spool import SpoolUnavailableError
from callcore.runtime import record_text
from tests.contract.floor_builders import record
from tests.fakes.full_disk import FullDisk

ROOT = Path(__file__).parents[3]


def all_of(spool: FileSpool) -> list[CallRecord | str]:
    """What the spool has, in its order."""
    spool.close_part()
    return [found for part in spool.parts() for found in spool.read(part)]


def ids(found: list[CallRecord | str]) -> list[str]:
    """The calls, and sentences as they are."""
    return [one if isinstance(one, str) else one.call_id for one in found]


def test_a_torn_record_is_told_with_file_and_offset(tmp_path: Path) -> None:
    """What is whole is read, and the file is put aside for a person instead of being deleted."""
    dead = FileSpool(tmp_path, "1")
    dead.append([record("c1")])
    dead.append([record("c2")])
    dead.close()
    [path] = tmp_path.glob("*.spool")
    length = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(length - 5)
    spool = FileSpool(tmp_path, "2")
    [first, sentence] = all_of(spool)
    assert first == record("c1")
    assert str(path) in str(sentence)
    assert f"at offset {length // 2}: {length // 2 - 5} bytes" in str(sentence)
    [part] = spool.parts()
    spool.remove(part)
    assert [one.suffix for one in tmp_path.iterdir() if one.suffix != ".lock"] == [".damaged"]
    assert list(spool.parts()) == []


def test_a_record_nobody_can_read_is_put_aside(tmp_path: Path, monkeypatch) -> None:
    """Of another version, say: it is told, and no other suffers."""
    spool = FileSpool(tmp_path, "1")
    spool.append([record("c1")])
    with monkeypatch.context() as patched:
        patched.setattr(record_text, "encoded", lambda _: '{"call_id": 7}')
        spool.append([record("c2")])
    spool.append([record("c3")])
    first, sentence, third = all_of(spool)
    assert [first, third] == [record("c1"), record("c3")]
    assert "cannot be read" in str(sentence)


def test_parts_grow_no_longer_than_said(tmp_path: Path) -> None:
    """Each is read and deleted as a whole, so it must not become everything."""
    spool = FileSpool(tmp_path, "1", largest_part_bytes=5_000)
    for number in range(20):
        spool.append([record(f"c{number}")])
    assert len(spool.parts()) > 3
    assert ids(all_of(spool)) == [f"c{number}" for number in range(20)]
    largest = max(path.stat().st_size for path in tmp_path.glob("*.spool"))
    assert largest < 5_000 + 5_000


def test_nothing_stays_behind(tmp_path: Path) -> None:
    """Once all was removed by whoever took it over, the directory is as before."""
    for name in ("1", "2"):
        dead = FileSpool(tmp_path, name)
        dead.append([record(name)])
        dead.close()
    spool = FileSpool(tmp_path, "3")
    for part in spool.parts():
        spool.remove(part)
    assert list(spool.parts()) == []
    assert list(tmp_path.iterdir()) == []


def test_only_we_may_read_it(tmp_path: Path) -> None:
    """Numbers and names of callers are in it."""
    spool = FileSpool(tmp_path / "spool", "1")
    spool.append([record("c1")])
    for path in (tmp_path / "spool", *(tmp_path / "spool").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_torn_end_that_cannot_be_cut_off_is_written_behind_by_nobody(tmp_path: Path) -> None:
    """The disk is full and fails: a new part is begun, and what is torn hides nothing."""
    disk = FullDisk()
    spool = FileSpool(tmp_path, "1", disk=disk)
    spool.append([record("c1")])
    disk.room, disk.may_cut = 100, False
    with pytest.raises(SpoolUnavailableError, match="Input/output error"):
        spool.append([record("c2")])
    disk.room = None
    spool.append([record("c3")])
    found = all_of(spool)
    assert [ids(found)[0], ids(found)[-1]] == ["c1", "c3"]
    assert "100 bytes are no record" in str(found[1])


def test_a_sync_that_fails_begins_a_new_part(tmp_path: Path) -> None:
    """After a failed sync nobody knows what of the file is on the disk."""
    disk = FullDisk()
    spool = FileSpool(tmp_path, "1", disk=disk)
    spool.append([record("c1")])
    disk.may_sync = False
    with pytest.raises(SpoolUnavailableError):
        spool.sync()
    disk.may_sync = True
    spool.append([record("c1"), record("c2")])
    spool.sync()
    assert ids(all_of(spool)) == ["c1", "c1", "c2"]
    assert len(spool.parts()) == 2


def test_others_run_while_the_disk_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes its time stops no call; what is appended and closed meanwhile is whole."""
    disk = FullDisk()
    spool = FileSpool(tmp_path, "1", disk=disk)
    spool.append([record("c1")])
    read, write = os.pipe()
    asked: list[int] = []

    def sync(file: int) -> None:
        asked.append(file)
        os.read(read, 1)

    monkeypatch.setattr(disk, "sync", sync)
    syncing = gevent.spawn(spool.sync)
    with gevent.Timeout(5):
        while not asked:
            gevent.sleep(0.001)
    assert not syncing.ready()
    spool.append([record("c2")])
    spool.close_part()
    spool.append([record("c3")])
    os.write(write, b"x")
    syncing.get(timeout=5)
    os.close(read)
    os.close(write)
    assert ids(all_of(spool)) == ["c1", "c2", "c3"]


def test_files_are_let_go(tmp_path: Path) -> None:
    """An outage of a day must not run into the limit of open files."""
    spool = FileSpool(tmp_path, "1", largest_part_bytes=1)
    opened = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(30):
        spool.append([record(f"c{number}")])
        spool.sync()
    assert len(list(Path("/proc/self/fd").iterdir())) <= opened + 2
    spool.close()
    assert len(list(Path("/proc/self/fd").iterdir())) <= opened


WRITER = """
import sys
from pathlib import Path
from callcore.adapters.spool.file_spool import FileSpool
from tests.contract.floor_builders import record
spool = FileSpool(Path(sys.argv[1]), "1", largest_part_bytes=20_000)
for number in range(10**9):
    spool.append([record(f"c{number}")])
    sys.stdout.write(f"c{number}\\n")
    sys.stdout.flush()
"""


def test_a_killed_process_loses_nothing_that_it_appended(tmp_path: Path) -> None:
    """Killed in the middle of its writing, it leaves every record whose append had returned."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert writer.stdout is not None
    said = [writer.stdout.readline().strip() for _ in range(50)]
    living = FileSpool(tmp_path, "2")
    assert all_of(living) == []
    writer.send_signal(signal.SIGKILL)
    said += writer.stdout.read().split("\n")[:-1]
    writer.wait()
    writer.stdout.close()
    found = ids(all_of(living))
    assert found[: len(said)] == said
    assert len(found) <= len(said) + 1


@pytest.fixture
def tiny_disk() -> Iterator[Path]:
    """A file system with room for 64 kB."""
    with tempfile.TemporaryDirectory() as name:
        options = ["-t", "tmpfs", "-o", "size=64k", "none", name]
        if os.geteuid() != 0 or subprocess.run(["mount", *options], check=False).returncode != 0:
            pytest.skip("mounting a file system needs root, and a kernel that lets it")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def taken_until_full(spool: FileSpool) -> int:
    """How many records it takes."""
    for number in range(1000):
        try:
            spool.append([record(f"c{number}")])
        except SpoolUnavailableError:
            return number
    pytest.fail("the disk is larger than was asked for")


def test_a_disk_that_fills_up_for_real(tiny_disk: Path) -> None:
    """What was appended before is whole; with room again it goes on, and nothing is torn."""
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(b"x" * 20_000)
    spool = FileSpool(tiny_disk, "1")
    taken = taken_until_full(spool)
    with pytest.raises(SpoolUnavailableError, match="No space left"):
        spool.append([record("c-refused")])
    spool.sync()
    ballast.unlink()
    spool.append([record("c-last")])
    spool.sync()
    spool.close()
    assert ids(all_of(FileSpool(tiny_disk, "2"))) == [
        *(f"c{number}" for number in range(taken)),
        "c-last",
    ]
