"""``callcore reload`` and ``callcore config``, through the real socket."""

from __future__ import annotations

import json
import os
import pwd
from dataclasses import replace

import pytest

from callcore.domain.policy_changes import Difference, PolicyChange
from callcore.ports.operations import (
    ConfigRefusedError,
    NoConfigError,
    NotReadyError,
    OperationError,
    ReloadAnswer,
)
from tests.adapters.control.views import SALES

ME = pwd.getpwuid(os.geteuid()).pw_name
MUSIC = PolicyChange(
    part="queues", name="support", difference=Difference.CHANGED, settings=("music",)
)
GONE = PolicyChange(part="agents", name="1\x1b[2J", difference=Difference.REMOVED)


def refuse(floor, error: OperationError) -> None:
    """Every operation ends so."""

    def raise_it() -> None:
        raise error

    floor.before = raise_it


def test_what_has_changed_is_told(run, floor):
    """Line by line, and who asked for it is known."""
    floor.reloaded = ReloadAnswer(
        version="0123456789ab",
        is_changed=True,
        changes=(MUSIC, GONE),
        warnings=("nodes takes effect at the next start",),
        needs_restart=("nodes",),
    )
    result = run("reload")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "version 0123456789ab is in force",
        "queues.support changed: music",
        "agents.1\N{REPLACEMENT CHARACTER}[2J removed",
        "warning: nodes takes effect at the next start",
    ]
    assert floor.done == [("reload", ME)]


def test_the_same_again_is_said(run, floor):
    """Nothing has happened."""
    floor.reloaded = replace(floor.reloaded, is_changed=False)
    assert run("reload").stdout == "version 0123456789ab was in force already\n"


def test_scripts_get_all_of_it(run_json, floor):
    """As values."""
    floor.reloaded = replace(floor.reloaded, changes=(MUSIC,), needs_restart=("site",))
    assert run_json("reload") == {
        "version": "0123456789ab",
        "is_changed": True,
        "changes": [
            {
                "part": "queues",
                "name": "support",
                "difference": "changed",
                "settings": ["music"],
            }
        ],
        "warnings": [],
        "needs_restart": ["site"],
        "by": ME,
    }


def test_faults_are_told_as_check_config_tells_them(run, floor):
    """One a line, with its status."""
    refuse(floor, ConfigRefusedError("x.yaml:1:2: queues: is missing\nx.yaml:3:4: a\x1bb: no"))
    result = run("reload")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "x.yaml:1:2: queues: is missing",
        "x.yaml:3:4: a\N{REPLACEMENT CHARACTER}b: no",
    ]
    in_json = run("reload", "--json")
    assert in_json.exit_code == 2
    assert json.loads(in_json.stderr)["error"] == "config_refused"


@pytest.mark.parametrize(
    ("error", "word"),
    [(NoConfigError("no file"), "no_config"), (NotReadyError("no Redis"), "not_ready")],
)
def test_what_was_not_done_is_told(run, floor, error, word):
    """In a line, or a word for scripts."""
    refuse(floor, error)
    result = run("reload")
    assert (result.exit_code, result.stderr) == (1, f"{error}\n")
    assert json.loads(run("reload", "--json").stderr)["error"] == word


def test_the_configuration_in_force_is_shown(run, floor):
    """Since when, by whom, and what is wrong with it."""
    assert run("config").stdout.startswith("version 0123456789ab since ")
    floor.config = replace(
        floor.config,
        changes=(MUSIC,),
        warnings=("look",),
        retired_queues=(SALES,),
        site_version="ffffffffffff",
    )
    first, *rest = run("config").stdout.splitlines()
    assert first.endswith(", by eve")
    assert " ".join(rest) == (
        "the site runs version ffffffffffff: the log says why it is not followed "
        "taken out and served out: sales queues.support changed: music warning: look"
    )


def test_a_site_version_nobody_knows_is_no_other(run, run_json, floor):
    """Redis is away."""
    floor.config = replace(floor.config, site_version=None)
    assert len(run("config").stdout.splitlines()) == 1
    assert run_json("config")["site_version"] is None
