"""What can be said of ``freeswitch/`` and ``dialplans/`` without running a switch."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

REPOSITORY = Path(__file__).parents[2]
FILES = sorted(
    path for folder in ("freeswitch", "dialplans") for path in (REPOSITORY / folder).rglob("*.xml")
)
DIALPLANS = [path for path in FILES if path.is_relative_to(REPOSITORY / "dialplans")]

FUNCTION_CALL = re.compile(r"(?<!\$)\$\{[^}]*[ (]")
WHOLE = re.compile(r"\\A(?:\[[^]^]+\](?:\{[0-9,]+\})?-?)+\\z")
"""A text of named characters alone, from its beginning to its end."""

TAKEN_FROM_CALLER = re.compile(r"\$\{(caller_id|destination|effective_caller|sip_|dialed)")


def named(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_file_is_well_formed(path):
    """Every file is XML, so that one slip does not keep a switch from starting."""
    ET.parse(path)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_directives_stand_alone(path):
    """Preprocessor directives are executed inside comments too, and a comment's line that names
    one vanishes; so each stands on a line of its own and is nowhere spoken of.
    """
    for line in path.read_text().splitlines():
        if "pre-process" in line.lower():
            assert re.fullmatch(r'\s*<X-PRE-PROCESS cmd="[a-z-]+" data="[^"]*"/>', line), line


@pytest.mark.parametrize("path", DIALPLANS, ids=named)
def test_expressions_cannot_be_fooled(path):
    """Every expression is anchored at both ends of the whole text; a dollar would let a number
    with a line feed at its end pass.
    """
    for condition in ET.parse(path).iter("condition"):
        expression = condition.get("expression", r"\A\z")
        assert expression.startswith(r"\A"), expression
        assert expression.endswith((r"\z", r"\z)")), expression


@pytest.mark.parametrize("path", DIALPLANS, ids=named)
def test_actions_use_no_functions_and_no_callers_text(path):
    """No action calls a function (they are switched off) or holds what a caller wrote, unless that
    was compared whole before.
    """
    for extension in ET.parse(path).iter("extension"):
        compared = [
            condition.get("field", "")
            for condition in extension.iter("condition")
            if WHOLE.fullmatch(condition.get("expression", ""))
        ]
        for action in extension.iter("action"):
            data = action.get("data", "")
            assert not FUNCTION_CALL.search(data), data
            for field in compared:
                data = data.replace(field, "") if field.startswith("$") else data
            assert not TAKEN_FROM_CALLER.search(data), data


@pytest.mark.parametrize("path", DIALPLANS, ids=named)
def test_nobody_is_parked_without_a_way_out(path):
    """Before each ``park`` the dead man's switch is armed, towards an extension that exists."""
    for extension in ET.parse(path).iter("extension"):
        actions = [
            (action.get("application"), action.get("data")) for action in extension.iter("action")
        ]
        applications = [application for application, _ in actions]
        if "park" in applications:
            armed = actions[applications.index("park") - 1]
            assert armed == (
                "sched_transfer",
                "+$${callcore_fallback_seconds} callcore_fallback XML public",
            )


def test_examples_speak_of_one_domain():
    """The two examples an operator copies fit together: agents are called at the domain that the
    phones register with.
    """
    local = (REPOSITORY / "freeswitch/callcore_vars.local.xml.example").read_text()
    settings = (REPOSITORY / "callcore.example.yaml").read_text()
    domains = re.findall(r"callcore_domain=([^\"]+)\"", local)
    contacts = re.findall(r"^ +contact: user/[^@ ]+@(\S+)$", settings, re.MULTILINE)
    assert len(domains) == 1
    assert contacts
    assert set(contacts) == set(domains)
