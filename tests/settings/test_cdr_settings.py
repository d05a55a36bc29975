"""Where the switches write their own call records."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcore import settings
from callcore.settings.model import CdrFiles

SITE = "queues: {support: {}}\nnodes: [{name: fs1, host: 127.0.0.1}]\n"


def read(tmp_path: Path, text: str) -> settings.Settings:
    """The settings of a file with one node."""
    file = tmp_path / "callcore.yaml"
    file.write_text(SITE + text)
    return settings.load(file, {"CALLCORE_NODE_FS1_PASSWORD": "x"})


def test_none_are_read_unless_told(tmp_path: Path) -> None:
    """And no file is touched."""
    found = read(tmp_path, "")
    assert (found.cdr_directories, found.cdr_files) == ({}, CdrFiles.KEEP)


def test_they_are_by_node(tmp_path: Path) -> None:
    """A path is taken as it is, or from where the file is."""
    found = read(tmp_path, "records: {cdr_directories: {fs1: cdr}, cdr_files: delete}\n")
    assert (found.cdr_directories, found.cdr_files) == (
        {"fs1": tmp_path / "cdr"},
        CdrFiles.DELETE,
    )


def test_faults_are_told_together(tmp_path: Path) -> None:
    """A node that is none, a path that is none, a word that is none."""
    with pytest.raises(settings.SettingsError) as caught:
        read(tmp_path, "records: {cdr_directories: {fs2: /a, fs1: [x]}, cdr_files: moove}\n")
    told = str(caught.value)
    for part in ("there is no node 'fs2'", "did you mean 'fs1'", "found a list", "'move'?"):
        assert part in told, told
