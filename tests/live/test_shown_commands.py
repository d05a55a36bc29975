"""What the pages tell to ask FreeSWITCH, a FreeSWITCH answers."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs import pages, shell
from tests.live.esl import Esl
from tests.live.ports import HOST
from tests.live.switch import FreeSwitch, find_binary

pytestmark = pytest.mark.live

NAMED = re.compile(r"(reload mod_\w+|show (channels|registrations)|fsctl sync_clock)")
"""Commands that stand in the text by themselves."""


def _shown() -> list[str]:
    blocks = [block.text for block in pages.all_blocks("", "sh", "console")]
    lines = [line for text in blocks for line in shell.shown(text)]
    spans = [span for page in pages.PAGES for span in pages.code_spans(page)]
    found = [one for one in lines + spans if one.startswith("fs_cli -")]
    return sorted({re.sub(r"\s+#.*", "", one) for one in found})


COMMANDS = _shown()
ASKED = sorted(
    {span for page in pages.PAGES for span in pages.code_spans(page) if NAMED.fullmatch(span)}
)


def fs_cli() -> str:
    """The program beside the switch's own."""
    binary = find_binary()
    found = shutil.which("fs_cli", path=str(Path(binary or "").resolve().parent))
    found = found or shutil.which("fs_cli")
    if found is None:
        pytest.skip("no fs_cli beside this machine's FreeSWITCH")
    return found


@pytest.mark.parametrize("line", COMMANDS)
def test_fs_cli_is_answered(line: str, switch: FreeSwitch) -> None:
    """With the password of the switch's environment, as it is shown."""
    words = shlex.split(line.replace("$CALLCORE_ESL_PASSWORD", switch.esl_password))
    done = subprocess.run(
        [fs_cli(), "-H", HOST, "-P", str(switch.esl_port), *words[1:]],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    assert told.strip()
    assert not re.search(r"-ERR|-USAGE|Command not found|Error Connecting", told), told


def test_what_is_said_beside_is_so(switch: FreeSwitch, esl: Esl) -> None:
    """Both profiles run, and functions are not run for callers."""
    profiles = esl.api("sofia status")
    for name in ("internal", "external"):
        assert re.search(rf"{name}\s+profile\s+\S+\s+RUNNING", profiles), profiles
    assert "off" in esl.api("fsctl api_expansion").lower()


@pytest.mark.parametrize("command", ASKED)
def test_commands_in_the_text_are_taken(command: str, esl: Esl) -> None:
    """FreeSWITCH knows each of them."""
    told = esl.api(command)
    assert not re.search(r"-USAGE|Command not found", told), told
