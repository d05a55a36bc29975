"""The files of ``mod_json_cdr``: a real switch's, half-written ones, and what becomes of them."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.adapters.cdr_files import content
from callcore.adapters.cdr_files.directory import Afterwards, CdrDirectories
from callcore.domain.ids import NodeName
from callcore.ports.detail_records import DetailRecord, DetailsUnavailableError, UnreadableDetail

RECORDED = Path(__file__).parents[2] / "traces" / "json-cdr"
CALLERS = "a_b440b021-411b-4b19-abbb-93ae5fcc16fb.cdr.json"
FS1 = NodeName("fs1")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A directory with what a real switch wrote, half a minute ago."""
    directory = tmp_path / "json_cdr"
    shutil.copytree(RECORDED, directory)
    for path in directory.iterdir():
        age(path, 30)
    return directory


def age(path: Path, seconds: float) -> None:
    """Has a file been written so long ago."""
    then = time.time() - seconds
    os.utime(path, (then, then))


def looking(directory: Path, afterwards: Afterwards = Afterwards.KEEP, lock: str = "lock"):
    return CdrDirectories(
        {FS1: directory}, directory.parent / lock, time.time, afterwards=afterwards
    )


def test_a_real_switchs_file_is_read(written: Path) -> None:
    """The caller's leg of a bridged call, to the microsecond."""
    found = {detail.name: detail for detail in looking(written).read(9)}
    caller = found[str(written / CALLERS)]
    assert isinstance(caller, DetailRecord)
    leg = caller.leg
    assert leg.leg_id == "b440b021-411b-4b19-abbb-93ae5fcc16fb"
    assert (leg.is_inbound, leg.is_line_answered, caller.was_parked) == (True, True, True)
    assert (leg.caller_number, leg.caller_name, leg.dialled_number) == (
        "+48200001",
        "Caller 1",
        "park",
    )
    assert (leg.created_at, leg.answered_at) == (1795287441413835, 1795287441433833)
    assert (caller.ended_at, caller.hangup_cause) == (1795287444053834, "NORMAL_CLEARING")
    assert leg.bridged_to == "a0b1b014-2edf-4ac3-8fd4-60fc941ddf33"
    assert leg.variables == {"callcore_shard": "b"}
    assert not caller.is_ended_by_far_end
    agents = next(one for name, one in found.items() if name != caller.name)
    assert isinstance(agents, DetailRecord)
    assert not agents.leg.is_inbound


def test_a_young_file_is_not_read_yet(written: Path) -> None:
    """The switch writes it in place: what is there may be half of it."""
    age(written / CALLERS, 1)
    assert len(looking(written).read(9)) == 1


def test_an_old_file_is_left_alone(written: Path) -> None:
    """A directory nobody tidies is not read from its beginning."""
    age(written / CALLERS, 8 * 24 * 3600)
    assert len(looking(written).read(9)) == 1


def test_the_oldest_come_first(written: Path) -> None:
    """And no more than asked for."""
    for number in range(5):
        path = written / f"{number}.cdr.json"
        shutil.copy(written / CALLERS, path)
        age(path, 100 - number)
    (written / "done").mkdir()
    (written / "notes.txt").touch()
    read = looking(written).read(3)
    assert [Path(detail.name).name for detail in read] == [f"{n}.cdr.json" for n in range(3)]


@pytest.mark.parametrize(
    ("afterwards", "left", "done"),
    [(Afterwards.KEEP, 2, 0), (Afterwards.MOVE, 0, 2), (Afterwards.DELETE, 0, 0)],
)
def test_settled_files_go_where_the_operator_wants_them(
    written: Path, afterwards: Afterwards, left: int, done: int
) -> None:
    """They are not read again, by a process started later neither unless they are still there."""
    details = looking(written, afterwards)
    details.settle([detail.name for detail in details.read(9)])
    assert details.read(9) == []
    assert len(list(written.glob("*.json"))) == left
    assert len(list((written / "done").glob("*.json"))) == done
    details.close()
    assert len(looking(written, afterwards).read(9)) == left


def test_files_that_are_left_stay(written: Path) -> None:
    """Whatever becomes of settled ones."""
    details = looking(written, Afterwards.DELETE)
    details.leave([detail.name for detail in details.read(9)])
    assert details.read(9) == []
    assert len(list(written.glob("*.json"))) == 2


@pytest.mark.parametrize("cut", [0, 1, 100, 5_000])
def test_half_a_file_is_none(written: Path, cut: int) -> None:
    """It is told as it is, and hides no other."""
    path = written / CALLERS
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    age(path, 30)
    found = looking(written).read(9)
    assert sorted(type(one).__name__ for one in found) == ["DetailRecord", "UnreadableDetail"]


@pytest.mark.parametrize("change", ["uuid", "start_uepoch", "end_uepoch", "variables"])
def test_a_file_without_what_matters_is_none(written: Path, change: str) -> None:
    """Whose leg it is, and when it was."""
    path = written / CALLERS
    whole = json.loads(path.read_bytes())
    whole["variables"].pop(change, None)
    whole.pop(change, None)
    path.write_text(json.dumps(whole))
    age(path, 30)
    details = [one for one in looking(written).read(9) if one.name == str(path)]
    assert [type(one) for one in details] == [UnreadableDetail]


def test_a_name_that_is_no_text_is_read(written: Path) -> None:
    """Callers send any bytes; the switch writes them as they are."""
    path = written / CALLERS
    path.write_bytes(
        path.read_bytes()
        .replace(b'"Caller 1"', b'"\xff\xfe\x00 1"', 1)
        .replace(b'"caller_id_name":"Caller 1"', b'"caller_id_name":"C\xff"')
    )
    age(path, 30)
    assert len(looking(written).read(9)) == 2


@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["variables", "callflow", "app_log", "uuid"]), inner)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_nothing_in_a_file_brings_us_down(given_content: bytes) -> None:
    """It is a record of that node under its own name, or it is not one."""
    try:
        detail = content.detail_of(given_content, "x", FS1)
    except content.NotADetailError:
        return
    assert (detail.leg.node, detail.name) == (FS1, "x")


def test_one_process_of_a_machine_looks(written: Path) -> None:
    """The other one takes over when it is gone."""
    first, second = looking(written), looking(written)
    assert len(first.read(9)) == 2
    assert second.read(9) == []
    first.close()
    assert len(second.read(9)) == 2


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(DetailsUnavailableError, match="no-such"):
        looking(tmp_path / "no-such").read(9)


@pytest.mark.parametrize("afterwards", [Afterwards.MOVE, Afterwards.DELETE])
def test_a_file_that_somebody_takes_away_is_no_fault(written: Path, afterwards: Afterwards) -> None:
    """Operators tidy up."""
    details = looking(written, afterwards)
    names = [detail.name for detail in details.read(9)]
    (written / CALLERS).unlink()
    details.settle(names)
    assert list(written.glob("*.json")) == []
