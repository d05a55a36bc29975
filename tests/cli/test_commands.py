"""The command line as a whole: what it lists, and what it does not import for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from callcore.cli.commands import COMMANDS
from callcore.cli.root import callcore

CONTEXT = click.Context(callcore)


def command(name):
    """One of the list, imported."""
    return callcore.get_command(CONTEXT, name)


HEAVY = frozenset(
    {
        "callcore.bootstrap",
        "callcore.domain",
        "callcore.settings",
        "falcon",
        "gevent",
        "http.client",
        "importlib.metadata",
        "msgspec",
        "psycopg",
        "pydantic",
        "redis",
        "rich",
        "subprocess",
        "yaml",
    }
)
NEEDLESS_TO_ASK = frozenset(
    {"callcore.bootstrap.daemon", "falcon", "gevent", "psycopg", "pydantic", "redis", "yaml"}
)
"""To whoever only asks a callcore that runs."""

LOOK = """
import json, sys
sys.argv = ["callcore", *json.loads(sys.argv[1])]
from callcore.__main__ import main
try:
    main()
finally:
    print(json.dumps(list(sys.modules)), file=sys.stderr)
"""


def imported(*arguments: str, where: Path) -> list[str]:
    """The modules a command line has imported at its end, the first one first."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, json.dumps(arguments)],
        cwd=where,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("[")]
    return list(json.loads(lines[-1]))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_each_command_what_it_says_itself(name):
    """The list is drawn without importing them, so it could go its own way."""
    listed, command = COMMANDS[name], callcore.get_command(CONTEXT, name)
    assert command is not None
    assert listed.help == command.get_short_help_str(limit=1000)
    assert (listed.is_hidden, command.hidden) in {(True, True), (False, False)}


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("quue", "list")])
def test_the_list_of_commands_imports_none_of_them(tmp_path, arguments):
    """Nor any library but click: it is there at once."""
    assert HEAVY.intersection(imported(*arguments, where=tmp_path)) == set()


@pytest.mark.parametrize("arguments", [("queue", "list"), ("agent", "list"), ("call", "list")])
def test_a_question_to_callcore_imports_nothing_of_the_daemon(tmp_path, arguments):
    """Neither its libraries nor what reads its settings."""
    assert NEEDLESS_TO_ASK.intersection(imported(*arguments, where=tmp_path)) == set()


def test_where_the_data_are_is_found_without_what_checks_settings(tmp_path):
    """A settings file is looked into for one line only."""
    (tmp_path / "callcore.yaml").write_text("data_directory: data\n")
    names = imported("queue", "list", where=tmp_path)
    assert "yaml" in names
    assert {"pydantic", "gevent"}.intersection(names) == set()


@pytest.mark.parametrize("name", ["run", "migrate", "simulate-switch", "records"])
def test_gevent_is_first_where_it_is_needed(tmp_path, name):
    """What imports a function of the standard library before it is patched keeps it for ever."""
    names = imported(name, "--help", where=tmp_path)
    others = ("click", "socket", "ssl", "subprocess", "psycopg", "callcore.cli.root")
    assert all(names.index("gevent.monkey") < names.index(one) for one in others if one in names)


def test_a_misspelt_command_is_told_the_right_one(bare_run):
    """As click does for commands it has imported."""
    result = bare_run("quue", "list")
    assert result.exit_code == 2
    assert "Did you mean 'queue'?" in result.stderr


def test_the_list_has_every_command_but_the_hidden(bare_run):
    """Each with its whole sentence."""
    told = " ".join(bare_run("--help").stdout.split())
    for name, one in COMMANDS.items():
        assert (f" {name} {one.help}" in told) is not one.is_hidden


@pytest.mark.parametrize(
    "name", sorted(name for name in COMMANDS if isinstance(command(name), click.Group))
)
def test_the_list_of_a_group_cuts_no_sentence_off(bare_run, name):
    """Each of its commands is told of as `--help` of that command begins."""
    told = " ".join(bare_run(name, "--help").stdout.split())
    commands = command(name).commands
    assert commands
    for one in commands.values():
        sentence = " ".join(one.help.split("\n\n")[0].split()).split(". ")[0].removesuffix(".")
        assert f" {one.name} {sentence}" in told
