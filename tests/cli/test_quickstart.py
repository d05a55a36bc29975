"""``callcore quickstart``: questions, answers that are tried, and files that callcore runs with."""

from __future__ import annotations

import os
import socket
import xml.dom.minidom
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcore.cli import quickstart_servers
from callcore.cli.questions import laid_out
from callcore.cli.root import callcore
from callcore.settings import environment_file, load
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.switch import SimulatedSwitch
from tests.adapters.freeswitch.scripted_switch import ScriptedSwitch, answer

PASSWORD = "it's a $ecret"
VARIABLE = "CALLCORE_NODE_FS1_PASSWORD"
ENTER = "\n"

Start = Callable[..., Result]


@pytest.fixture
def switch() -> Iterator[SimulatedSwitch]:
    running = SimulatedSwitch(
        SwitchSettings(password=PASSWORD, domain="demo", dialplan=Dialplan(queues={"5001": "x"}))
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def scripted() -> Iterator[ScriptedSwitch]:
    running = ScriptedSwitch()
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Runs the command in a directory that holds a password file; answers are typed lines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "password").write_text(f"{PASSWORD}\n")

    def begin(*words: str, typed: str = "") -> Result:
        result = CliRunner().invoke(callcore, ["quickstart", *words], input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        assert PASSWORD not in result.output
        return result

    return begin


def silently(switch_port: int | None, *more: str) -> tuple[str, ...]:
    return ("--yes", "--port", str(switch_port), "--password-file", "password", *more)


def written(base: Path) -> set[str]:
    return {path.name for path in base.iterdir()} - {"password"}


def test_what_it_writes_is_in_order(start: Start, switch: SimulatedSwitch, tmp_path: Path) -> None:
    """The settings and the passwords, each for whom it should be; the phone's domain is the
    switch's.
    """
    result = start(*silently(switch.port))
    assert result.exit_code == 0, result.output
    assert f"FreeSWITCH 1.11.3 at 127.0.0.1:{switch.port}" in result.stdout
    assert written(tmp_path) == {"callcore.yaml", "callcore.env"}
    assert (tmp_path / "callcore.env").stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in (tmp_path / "callcore.yaml").read_text()
    environ = environment_file.read(tmp_path / "callcore.env")
    assert environ == {VARIABLE: PASSWORD}
    settings = load(tmp_path / "callcore.yaml", environ)
    assert settings.warnings == ()
    (node,) = settings.nodes
    assert (node.policy.port, node.password) == (switch.port, PASSWORD)
    (agent,) = settings.policy.agents.values()
    assert (agent.contact, agent.queues) == ("user/1001@demo", ("support",))
    assert settings.policy.numbers["5001"].queue == "support"


def test_the_commands_it_tells_work(
    start: Start, switch: SimulatedSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They can be copied from the screen."""
    result = start(*silently(switch.port, "--output", "a place/site.yaml"))
    assert result.exit_code == 0, result.output
    assert "callcore check-config --config 'a place/site.yaml'\n" in result.stdout
    monkeypatch.setattr(os, "environ", dict(os.environ))
    words = ["--config", "a place/site.yaml"]
    assert CliRunner().invoke(callcore, ["check-config", *words]).exit_code == 0


def test_where_nobody_answers_it_says_how_to_do_without(start: Start, tmp_path: Path) -> None:
    """In one line, as for a script that has no terminal; nothing is written."""
    result = start(typed=f"none{ENTER}")
    assert result.exit_code == 1
    assert result.stderr == (
        "nobody is there to answer: give --yes, and options for what is not as by default; nothing "
        "is written\n"
    )
    assert written(tmp_path) == set()


def test_what_is_told_is_broken_between_words() -> None:
    """At a terminal; elsewhere it stays one line, which can be searched."""
    text = "fault: fs1 127.0.0.1:8021 refuses connections: is FreeSWITCH running?"
    lines = laid_out(text, 30).splitlines()
    assert all(len(line) <= 30 and line.startswith("  ") for line in lines)
    assert " ".join(lines).split() == text.split()
    assert laid_out(text, None) == f"  {text}"


def test_every_answer_can_be_given(start: Start, switch: SimulatedSwitch, tmp_path: Path) -> None:
    """At the terminal, one after another; what is wrong is told and asked again."""
    typed = [
        *("127.0.0.1", "70000", str(switch.port), PASSWORD),
        *("redis://:secret@127.0.0.1/0", "", ""),
        *("Front Desk", "front-desk", "five", "+48221234567"),
        *("2001", 'Żaneta "Z" O\'Neil: #1', "bad domain", "pbx.example.com", "data"),
    ]
    result = start(typed="\n".join(typed) + "\n")
    assert result.exit_code == 0, result.output
    assert "must be 1 to 65535" in result.stdout
    assert "a password does not belong in this file" in result.stdout
    assert "expected 1 to 48 lower-case letters" in result.stdout
    assert "expected a dialled number" in result.stdout
    assert "expected user/1001@domain" in result.stdout
    settings = load(tmp_path / "callcore.yaml", {VARIABLE: PASSWORD})
    (agent,) = settings.policy.agents.values()
    assert (agent.name, agent.contact) == (
        'Żaneta "Z" O\'Neil: #1',
        "user/2001@pbx.example.com",
    )
    assert settings.policy.numbers["+48221234567"].queue == "front-desk"
    assert settings.data_directory == tmp_path / "data"


def test_a_fault_is_told_and_asked_again(
    start: Start, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """A wrong password from the command line is not tried again and again."""
    (tmp_path / "wrong").write_text("wrong")
    typed = ["", "n", "", "", PASSWORD]
    result = start(
        *("--port", str(switch.port), "--password-file", "wrong"),
        typed="\n".join(typed) + 20 * ENTER,
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.count("refuses the password") == 1
    assert environment_file.read(tmp_path / "callcore.env") == {VARIABLE: PASSWORD}


def test_no_switch_yet_is_an_answer(start: Start, tmp_path: Path) -> None:
    """callcore runs with a simulated one; there is nothing secret, and nothing for a dialplan."""
    result = start("--yes", "--host", "none")
    assert result.exit_code == 0, result.output
    assert written(tmp_path) == {"callcore.yaml"}
    assert load(tmp_path / "callcore.yaml", {}).nodes == ()


def test_a_switch_of_others_gets_its_lines(
    start: Start, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """Well-formed, anchored, with the dead man's switch armed before the call is parked."""
    del switch.global_variables["callcore_fallback_seconds"]
    result = start(*silently(switch.port, "--number", "+48221234567"))
    assert result.exit_code == 0, result.output
    assert "callcore_dialplan.xml" in result.stdout
    plan = xml.dom.minidom.parse(str(tmp_path / "callcore_dialplan.xml"))
    first, fallback = plan.getElementsByTagName("extension")
    (condition,) = first.getElementsByTagName("condition")
    assert condition.getAttribute("expression") == r"\A\+48221234567\z"
    actions = [
        (one.getAttribute("application"), one.getAttribute("data"))
        for one in first.getElementsByTagName("action")
    ]
    assert ("set", "callcore_queue=support") in actions
    assert actions[-2:] == [
        ("sched_transfer", "+5 callcore_fallback XML public"),
        ("park", ""),
    ]
    assert fallback.getAttribute("name") == "callcore_fallback"


@pytest.mark.parametrize(
    ("greeting", "word"),
    [
        (
            b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n",
            "apply-inbound-acl",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not answer as an event socket in time"),
    ],
)
def test_strangers_and_locked_doors_are_told_apart(
    start: Start,
    scripted: ScriptedSwitch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    greeting: bytes,
    word: str,
) -> None:
    """Nothing is written where nobody can be asked."""
    monkeypatch.setattr(quickstart_servers, "SECONDS", 0.2)
    scripted.greeting = greeting
    scripted.closes_after_greeting = b"rude" in greeting
    result = start(*silently(scripted.port))
    assert result.exit_code == 1
    assert word in result.stderr
    assert "nothing is written" in result.stderr
    assert written(tmp_path) == set()


def test_a_closed_port_is_told(start: Start, tmp_path: Path) -> None:
    """And the demonstration, for whoever has no switch."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    result = start(*silently(port))
    assert result.exit_code == 1
    assert "refuses connections: is FreeSWITCH running" in result.stderr
    assert "demonstration" in result.stderr
    assert written(tmp_path) == set()


def test_an_old_release_is_told_and_may_be_insisted_on(
    start: Start, scripted: ScriptedSwitch, tmp_path: Path
) -> None:
    """By somebody who knows better, in so many words."""
    (tmp_path / "password").write_text("ClueCon")
    scripted.rules = {
        "api version": lambda _: answer("FreeSWITCH Version 1.10.12-release~64bit"),
        "api module_exists": lambda _: answer("true"),
    }
    result = start(*silently(scripted.port))
    assert result.exit_code == 1
    assert "FreeSWITCH 1.10.12 is too old" in result.stderr
    result = start(*silently(scripted.port, "--unchecked"))
    assert result.exit_code == 0, result.output
    assert "callcore.yaml" in written(tmp_path)


def test_a_password_is_needed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a file or the environment, never from the command line, which others can see."""
    result = start("--yes")
    assert result.exit_code == 2
    assert VARIABLE in result.stderr
    monkeypatch.setenv(VARIABLE, PASSWORD)
    result = start("--yes", "--port", "1")
    assert "refuses connections" in result.stderr


def test_a_file_that_is_there_is_not_overwritten_unasked(
    start: Start, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """Nor one of the others written beside it; by --overwrite all are."""
    (tmp_path / "callcore.env").write_text("mine")
    result = start(*silently(switch.port))
    assert result.exit_code == 1
    assert "callcore.env: there already, and left as it is" in result.stderr
    assert written(tmp_path) == {"callcore.env"}
    assert (tmp_path / "callcore.env").read_text() == "mine"
    assert start(*silently(switch.port, "--overwrite")).exit_code == 0
    assert environment_file.read(tmp_path / "callcore.env") == {VARIABLE: PASSWORD}


def test_at_a_terminal_it_asks_before_it_overwrites(
    start: Start, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """Enter means no."""
    (tmp_path / "callcore.yaml").write_text("mine")
    words = ("--port", str(switch.port), "--password-file", "password")
    assert start(*words, typed=20 * ENTER).exit_code == 1
    assert (tmp_path / "callcore.yaml").read_text() == "mine"
    assert start(*words, typed=9 * ENTER + "y\n").exit_code == 0
    assert (tmp_path / "callcore.yaml").read_text() != "mine"


@pytest.mark.parametrize("answers", range(9))
def test_giving_up_writes_nothing(
    start: Start, switch: SimulatedSwitch, tmp_path: Path, answers: int
) -> None:
    """At whichever question: Ctrl-C, or the end of what is typed."""
    words = ("--port", str(switch.port), "--password-file", "password")
    assert start(*words, typed=answers * ENTER).exit_code == 1
    assert written(tmp_path) == set()


@pytest.mark.parametrize(
    ("option", "url", "told"),
    [
        ("--redis-url", "redis://127.0.0.1:1/0", "cannot be reached"),
        ("--redis-url", "redis://127.0.0.1:1/x?y=z", "redis"),
        ("--redis-url", "http://127.0.0.1", "must begin with redis://"),
        ("--postgres-url", "postgresql://127.0.0.1:1/callcore", "is unavailable"),
        ("--postgres-url", "postgresql://u:p@127.0.0.1/c", "a password does not belong"),
    ],
)
def test_stores_are_tried_too(start: Start, tmp_path: Path, option: str, url: str, told: str):
    """One that does not answer keeps anything from being written."""
    result = start("--yes", "--host", "none", option, url)
    assert result.exit_code in (1, 2), result.output
    assert told in result.stderr.lower() or told in result.stderr
    assert written(tmp_path) == set()


def test_stores_that_answer_stand_in_the_settings(
    start: Start, tmp_path: Path, valkey_url: str, database_url: str
):
    """An empty database is as good as one with the tables."""
    result = start(
        *("--yes", "--host", "none", "--redis-url", valkey_url, "--postgres-url", database_url)
    )
    assert result.exit_code == 0, result.output
    assert "Redis answers" in result.stdout
    assert "callcore makes its tables when it starts" in result.stdout
    settings = load(tmp_path / "callcore.yaml", {})
    assert (settings.redis_url, settings.postgres_url) == (valkey_url, database_url)
