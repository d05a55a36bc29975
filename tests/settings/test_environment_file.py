"""Files of passwords mean the same to callcore, to a shell and, by its manual, to systemd."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcore.settings import EnvironmentFileError, environment_file

VALUES = st.lists(
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=("C", "Z"))),
    max_size=20,
)


@given(VALUES)
@example(["it's a $ecret", 'a"b', "back\\slash", "`id`", "", " blanks ", "'\"\\$`", "$(id)", "#no"])
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, values: list[str]):
    """Whatever signs a password has."""
    path = tmp_path_factory.mktemp("environment") / "callcore.env"
    variables = {f"NAME_{place}": value for place, value in enumerate(values)}
    path.write_text(environment_file.written(variables))
    assert environment_file.read(path) == variables


def test_a_shell_reads_the_same(tmp_path: Path):
    """And runs nothing of it."""
    hostile = ["it's a $ecret", 'a"b', "back\\slash", "`id`", "$(id)", "'\"\\$`!", "a b;c", "ł"]
    variables = {f"NAME_{place}": value for place, value in enumerate(hostile)}
    path = tmp_path / "callcore.env"
    path.write_text(environment_file.written(variables))
    script = f". '{path}'; printf '%s\\0' " + " ".join(f'"${name}"' for name in variables)
    told = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True).stdout
    assert told.decode().split("\0")[:-1] == hostile


def test_what_operators_write_is_read(tmp_path: Path):
    """Comments, empty lines, and plain values; the last line about a name counts."""
    path = tmp_path / "callcore.env"
    path.write_text("# ours\n\nA=1\n  B='two words'  \nC=\nA=/run/x:y@z\n")
    assert environment_file.read(path) == {"A": "/run/x:y@z", "B": "two words", "C": ""}


@pytest.mark.parametrize(
    "line", ["A=two words", "A='open", "export A=1", "A = 1", "A=$B", 'A="$B"', "A=a'b'", "geheim"]
)
def test_what_others_would_read_otherwise_is_refused(tmp_path: Path, line: str):
    """With its place, and never with what may be a password."""
    path = tmp_path / "callcore.env"
    path.write_text(f"# first\n{line}\n")
    with pytest.raises(EnvironmentFileError) as told:
        environment_file.read(path)
    assert str(told.value).startswith(f"{path}:2: expected NAME=value")
    assert "geheim" not in str(told.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    """In one line."""
    with pytest.raises(EnvironmentFileError, match=r"none\.env: cannot be read: No such file"):
        environment_file.read(tmp_path / "none.env")
