"""What the pages say of FreeSWITCH has the words of the switch and of what is shipped."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from callcore.switchsim import api, applications
from tests.docs import pages

XML = pages.all_blocks("xml")
VARIABLE = re.compile(r'<X-PRE-PROCESS cmd="set" data="(\w+)=')
SET_BY_FILES = {
    name
    for path in (pages.ROOT / "freeswitch").glob("callcore_vars*")
    for name in VARIABLE.findall(path.read_text(encoding="utf-8"))
}
VERB = re.compile(r"(uuid_[a-z_]+|sched_[a-z]+)\b")
"""Commands and applications that no other word looks like."""
NO_VERBS = {"uuid_bridge_park_on_cancel"}
"""A variable."""


@pytest.mark.parametrize("block", XML, ids=lambda block: block.place)
def test_xml_is_well_formed(block):
    """A reader who copies it has a file that FreeSWITCH reads."""
    assert ET.fromstring(block.text) is not None


@pytest.mark.parametrize("block", XML, ids=lambda block: block.place)
def test_variables_that_are_set_are_those_of_the_files(block):
    """A misspelt one would change nothing, without a word."""
    assert set(VARIABLE.findall(block.text)) <= SET_BY_FILES


def test_verbs_are_known():
    """Each command of a channel and each scheduling application that is named, in the text or in a
    table, is one the simulated switch has, which is held against recordings of a real one.
    """
    named = {
        found[1]
        for page in pages.PAGES
        for span in pages.code_spans(page)
        if (found := VERB.match(span)) is not None
    }
    assert {"uuid_bridge", "sched_transfer"} <= named
    assert named - set(api.COMMANDS) - set(applications.APPLICATIONS) - NO_VERBS == set()
