"""What the pages tell to make, make makes, or could."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.docs import pages, shell, untyped
from tests.docs.understood import TARGETS

RUN = ("check-config", "help")
"""Targets that are cheap enough to be run here."""
OF_MAKE = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "CALLCORE_NODE_FS1_PASSWORD")
"""What this make is not to have of the one that runs the tests."""


def shown() -> list[list[str]]:
    """Each way in which the pages call make, once."""
    blocks = [block.text for block in pages.all_blocks("", "sh", "console")]
    spans = [span for page in pages.PAGES for span in pages.code_spans(page)]
    lines = [line for text in blocks for line in shell.shown(text)] + spans
    found = [
        words
        for line in lines
        if re.search(r"\bmake [a-z]", line)
        for words in shell.commands(line)
        if words[0] == "make"
    ]
    return [list(words) for words in sorted(set(map(tuple, found)))]


def made(*words: str) -> subprocess.CompletedProcess[str]:
    """What make says; a checkout has been set up for these tests already."""
    environ = {name: value for name, value in os.environ.items() if name not in OF_MAKE}
    return subprocess.run(
        ["make", *words], cwd=pages.ROOT, env=environ, capture_output=True, text=True, check=False
    )


def test_every_target_that_is_shown_is_run_or_has_a_reason():
    """A page cannot bring a new one in unseen; nor do tables keep what no page shows."""
    named = {word for words in shown() for word in words[1:] if word in TARGETS}
    assert named - set(RUN) == set(untyped.MAKE)


def test_what_is_shown_can_be_made():
    """With the variables that are given: make finds what it would have to do."""
    faults = []
    for words in shown():
        result = made("--dry-run", *words[1:])
        if result.returncode or not result.stdout:
            faults.append(f"{' '.join(words)}: {result.stderr}")
    assert faults == []


def test_help_names_what_can_be_made():
    """In a line each."""
    result = made("help")
    assert result.returncode == 0
    assert TARGETS >= {line.split()[0] for line in result.stdout.splitlines()} >= {"help", "run"}


@pytest.mark.parametrize(
    ("config", "status", "said"),
    [("callcore.example.yaml", 2, "password"), ("", 2, "which file?")],
)
def test_settings_are_checked(config, status, said):
    """Those of the example lack the password, and no file is asked for."""
    result = made("check-config", f"CONFIG={config}")
    assert result.returncode == status
    assert said in result.stdout + result.stderr
