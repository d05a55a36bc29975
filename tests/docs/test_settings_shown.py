"""What the pages show of the settings file, the loader takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from callcore.settings.faults import Fault, SettingsError
from callcore.settings.loading import load
from tests.docs import pages

BLOCKS = [one for one in pages.all_blocks("yaml") if not one.is_excerpt]

OF_THE_REST = re.compile(
    r"^is missing$"
    r"|^unknown (?!key\b)"  # a name that another part of the file would give
    r"|cannot be read: No such file"
    r"|^there is no (file|node) "
    r"|^no agent "
    r"|^needs (recordings\.directory|dialplan\.callback_contact|a PIN)"
    r"|CALLCORE_\w+_FILE"
)
"""What is a fault only because a block shows a part of a file."""


def faults(text: str, directory: Path) -> list[Fault]:
    """All that the loader has against it."""
    path = directory / "callcore.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        load(path, {})
    except SettingsError as error:
        return list(error.faults)
    return []


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_settings_are_taken(block, tmp_path):
    """Each key is known where it stands, and each value is one that it may have."""
    wrong = [
        f"{'.'.join(map(str, fault.path))}: {fault.text}"
        for fault in faults(block.text, tmp_path)
        if not OF_THE_REST.search(fault.text)
    ]
    assert wrong == []


def test_an_unknown_key_would_be_told(tmp_path):
    """In a block like those of the pages, alone."""
    [fault] = [
        one
        for one in faults("queues: {support: {strategies: random}}", tmp_path)
        if not OF_THE_REST.search(one.text)
    ]
    assert fault.text.startswith("unknown key")


@pytest.mark.parametrize("block", pages.all_blocks("yaml"), ids=lambda block: block.place)
def test_blocks_are_yaml(block):
    """An excerpt may lack what is around it, and yet its lines are read."""
    assert yaml.load(block.text, yaml.BaseLoader) is not None
