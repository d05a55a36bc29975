"""Files that are written together."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callcore.cli import new_files
from callcore.cli.new_files import NewFile


def files(base: Path) -> list[NewFile]:
    return [
        NewFile(path=base / "new" / "deep" / "a", content=b"a"),
        NewFile(path=base / "b", content=b"b", mode=0o600),
    ]


def everything(base: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(base)): path.read_bytes() if path.is_file() else None
        for path in base.rglob("*")
    }


def test_all_are_there_with_their_rights(tmp_path: Path):
    """And nothing else; directories are made, whatever the umask says of files."""
    before = os.umask(0o077)
    try:
        new_files.write_all(files(tmp_path))
    finally:
        os.umask(before)
    assert everything(tmp_path) == {"new": None, "new/deep": None, "new/deep/a": b"a", "b": b"b"}
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new/deep/a").stat().st_mode & 0o777 == 0o644


def test_one_that_is_taken_leaves_all_as_it_was(tmp_path: Path):
    """Also directories that were made on the way, and what came after the look."""
    (tmp_path / "b").write_bytes(b"theirs")
    assert new_files.in_the_way(files(tmp_path)) == [tmp_path / "b"]
    with pytest.raises(FileExistsError):
        new_files.write_all(files(tmp_path))
    assert everything(tmp_path) == {"b": b"theirs"}


def test_a_dangling_link_is_in_the_way(tmp_path: Path):
    """What it points to is not ours to make."""
    (tmp_path / "b").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        new_files.write_all(files(tmp_path))
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "new").exists()


def test_only_what_was_agreed_is_replaced(tmp_path: Path):
    """By a file with its own rights."""
    (tmp_path / "b").write_bytes(b"theirs")
    (tmp_path / "b").chmod(0o644)
    new_files.write_all(files(tmp_path), may_replace=[tmp_path / "b"])
    assert (tmp_path / "b").read_bytes() == b"b"
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600


def test_the_same_again_changes_nothing(tmp_path: Path):
    """What is there already is not written anew."""
    new_files.write_all(files(tmp_path))
    inode = (tmp_path / "b").stat().st_ino
    assert new_files.in_the_way(files(tmp_path)) == []
    new_files.write_all(files(tmp_path))
    assert (tmp_path / "b").stat().st_ino == inode


def test_an_interruption_while_files_are_written_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Ctrl-C, or a disk that is full, between the first file and the second."""
    synced = []

    def fsync(_: int) -> None:
        synced.append(1)
        if len(synced) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(KeyboardInterrupt):
        new_files.write_all(files(tmp_path))
    assert everything(tmp_path) == {}
