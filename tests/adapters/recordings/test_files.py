"""Recordings are removed, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcore.adapters.recordings.files import LocalRecordings
from callcore.ports.forgetting import FileEnd

NAME = "3f2a9c1e-8d11-4f0c-9b7e-0123456789ab_b7000000-8d11-4f0c-9b7e-0123456789ab.wav"


@pytest.fixture
def files() -> LocalRecordings:
    return LocalRecordings()


def test_a_recording_is_removed(files: LocalRecordings, tmp_path: Path) -> None:
    """Once; afterwards it is gone."""
    recording = tmp_path / NAME
    recording.write_bytes(b"RIFF")
    assert files.remove(str(recording)) is FileEnd.REMOVED
    assert not recording.exists()
    assert files.remove(str(recording)) is FileEnd.GONE


def test_a_directory_of_another_machine_is_out_of_reach(
    files: LocalRecordings, tmp_path: Path
) -> None:
    """It is not taken for deleted."""
    assert files.remove(str(tmp_path / "not-here" / NAME)) is FileEnd.OUT_OF_REACH


@pytest.mark.parametrize("name", ["notes.txt", "a.wav", f"{NAME}.bak", "..", "a_b.wav.conf", ""])
def test_other_files_are_left_alone(files: LocalRecordings, tmp_path: Path, name: str) -> None:
    """Whatever a record says."""
    other = tmp_path / (name or "x")
    if name not in {"..", ""}:
        other.write_text("precious")
    assert files.remove(f"{tmp_path}/{name}") is FileEnd.OUT_OF_REACH
    assert name in {"..", ""} or other.read_text() == "precious"


def test_what_is_no_plain_file_is_left_alone(files: LocalRecordings, tmp_path: Path) -> None:
    """A directory with that name, a path that climbs, a relative one; a link goes, not its end."""
    (tmp_path / NAME).mkdir()
    assert files.remove(str(tmp_path / NAME)) is FileEnd.OUT_OF_REACH
    target = tmp_path / "target"
    target.write_text("precious")
    (tmp_path / "sub").mkdir()
    link = tmp_path / "sub" / NAME
    link.symlink_to(target)
    assert files.remove(f"{tmp_path}/sub/../sub/{NAME}") is FileEnd.OUT_OF_REACH
    assert files.remove(NAME) is FileEnd.OUT_OF_REACH
    assert files.remove(str(link)) is FileEnd.REMOVED
    assert target.read_text() == "precious"
