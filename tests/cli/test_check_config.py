"""``callcore check-config``: what is wrong with a settings file, and what is only worth a look."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcore.domain import pins

SETTINGS = """\
queues: {support: {}}
agents: {"1001": {name: A, contact: user/1, queues: [support]}}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "callcore.yaml"
    path.write_text(SETTINGS)
    return path


def test_a_file_in_order_is_told(bare_run, written):
    """With what it holds."""
    result = bare_run("check-config")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "callcore.yaml: in order: 1 queues, 1 agents, 0 numbers, no switches\n"
    )


def test_faults_are_told_with_their_places(bare_run, written):
    """On standard error, with a status of their own."""
    written.write_text(SETTINGS + "break: {}\n")
    result = bare_run("check-config", "--config", "callcore.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "callcore.yaml:3:1: break: unknown key; did you mean 'breaks'?\n"


def test_warnings_are_no_faults(bare_run, written):
    """They are told apart, and the file is in order."""
    (written.parent / "agents.pins").write_text(f"1001 {pins.hashed('4711', bytes(16))}")
    (written.parent / "agents.pins").chmod(0o644)
    written.write_text(SETTINGS + "feature_codes: {login: '*80'}\npins: {file: agents.pins}\n")
    result = bare_run("check-config")
    assert result.exit_code == 0
    assert "in order" in result.stdout
    assert result.stderr == (
        "warning: callcore.yaml:4:14: pins.file: every user of this machine may read agents.pins, "
        "and a short PIN is soon found from its hash: chmod o= agents.pins\n"
    )
