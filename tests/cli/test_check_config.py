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


def test_callbacks_that_would_come_to_nothing_are_faults(bare_run, written):
    """Each where the file has it, with what would help; the rest of the file is read on."""
    written.write_text("""\
queues:
  support:
    exit_key: "2"
    callback:
      call_first: customer
      offer: {key: "2"}
      notices: {promised: sns}
hooks: {sms: {url: "https://sms.example.com"}}
agents: {"1001": {name: A, contact: user/1, queues: [support]}}
""")
    result = bare_run("check-config")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "callcore.yaml:6:14: queues.support.callback.offer: needs dialplan.callback_contact: what "
        "is dialled to call a customer back",
        "callcore.yaml:6:20: queues.support.callback.offer.key: 2 is the exit_key, with which "
        "callers leave the queue: give one of them another",
        "callcore.yaml:7:27: queues.support.callback.notices.promised: unknown hook 'sns'; did you "
        "mean 'sms'?",
    ]


def test_callbacks_that_call_everybody_are_warned_of(bare_run, written):
    """The file is in order, and the bill is the operator's."""
    written.write_text(
        SETTINGS.replace("support: {}", "support: {callback: {}}")
        + "dialplan: {callback_contact: 'sofia/gateway/carrier/{number}'}\n"
    )
    result = bare_run("check-config")
    assert result.exit_code == 0
    assert result.stderr == (
        "warning: callcore.yaml:3:30: dialplan.callback_contact: every number that a caller shows "
        "or enters is called, premium and foreign ones too: name those that may be in "
        "dialplan.callable_numbers.allowed\n"
    )
