"""What the pages tell to type does what they say, on a site such as they speak of."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import database
from tests.docs import pages, shapes, shell, site, understood, untyped
from tests.docs.operators import Operators
from tests.docs.terminal import Result, Terminal
from tests.system.daemon import PASSWORD

pytestmark = pytest.mark.timeout(120)

BLOCKS = [
    block
    for block in pages.all_blocks("", "sh", "console")
    if block.language or shell.is_of_a_shell(block.text)
]
SPANS = sorted(
    {
        span
        for page in pages.PAGES
        for span in pages.code_spans(page)
        if shell.is_whole_command(span)
        and all(understood.fault_of(words) is None for words in shell.commands(span))
    }
)
"""Those in the text that can be typed as they stand."""
REFUSED = {
    "callcore queue open nowhere --json": 1,
    "callcore sounds list": 1,  # the site has no sounds
}
"""What ends otherwise than with 0."""

MAKES_SETTINGS = re.compile(r"\bcallcore (quickstart|import)\b")
"""Who begins with these has no settings yet."""
OF_FISH = {"callcore completion fish | source": "callcore completion fish >/dev/null"}
"""Lines for another shell, and what bash has of them."""

OF_OTHERS = {
    "queues.conf": "[support]\nmember => PJSIP/100\n",
    "vars.xml": '<include><X-PRE-PROCESS cmd="set" data="domain=demo"/></include>',
    "callcenter.conf.xml": """<configuration name="callcenter.conf"><queues>
        <queue name="support@$${domain}"><param name="strategy" value="round-robin"/></queue>
        </queues></configuration>""",
}
"""Files of the systems that people come from."""

ABSENT = tuple(tool for tool in untyped.TOOLS if shutil.which(tool) is None)
"""Programs that are run, and not on this machine."""


class Desk(NamedTuple):
    """Where an operator sits."""

    site: site.Site
    operators: Operators
    terminal: Terminal


@pytest.fixture(scope="module")
def desk(
    valkey_url: str, postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """The site and a terminal beside it."""
    with database(postgres_url, "template0") as history_url:
        servers = {
            "site": f"docs-{secrets.token_hex(4)}",
            "redis": {"url": valkey_url},
            "postgres": {"url": history_url},
        }
        with site.running(tmp_path_factory.mktemp("site"), servers) as found:
            operators = Operators(found)
            terminal = Terminal(
                operators.run,
                path=tools_in(tmp_path_factory.mktemp("path")),
                functions=untyped.functions(str(found.daemon.log)),
            )
            yield Desk(found, operators, terminal)
            terminal.close()


def tools_in(path: Path) -> Path:
    """The directory with all the programs that a shell finds."""
    for tool in set(untyped.TOOLS).difference(ABSENT):
        (path / tool).symlink_to(str(shutil.which(tool)))
    return path


def typed(desk: Desk, lines: list[str], root: Path, **environ: str) -> list[Result]:
    """The lines in a directory of an operator, who is at the beginning of a page."""
    desk.operators.begin()
    return desk.terminal.typed(
        [_on_site(line, desk.site) for line in lines],
        root,
        laid_out(root, desk.site, has_settings=not MAKES_SETTINGS.search(" ".join(lines))),
        {"TOKEN": site.TOKEN, "URL": "postgresql://127.0.0.1", **environ},
    )


def laid_out(root: Path, of: site.Site, *, has_settings: bool) -> Path:
    """The files of a machine below ``root``; the directory of whoever types."""
    here, service = root / "here", root / "etc" / "callcore"
    root.mkdir(exist_ok=True)
    for name in ("etc/default", "etc/freeswitch", "etc/systemd/system", "etc/prometheus"):
        (root / name).mkdir(parents=True)
    for name in ("usr/local/bin", "var/lib/callcore", "var/lib/grafana", "tmp", "opt/callcore/bin"):
        (root / name).mkdir(parents=True)
    for name in ("datasources", "dashboards"):
        (root / "etc/grafana/provisioning" / name).mkdir(parents=True)
    for place in (here, service):
        place.mkdir()
        (place / ".callcore").symlink_to(of.base / "data")
        if has_settings:
            for name in ("callcore.yaml", "callcore.env"):
                shutil.copy(of.base / name, place / name)
    for name in untyped.BY_PATH:
        (root / name.lstrip("/")).write_text("#!/bin/sh\n")
        (root / name.lstrip("/")).chmod(0o755)
    (root / "etc/default/freeswitch").write_text("CALLCORE_ESL_PASSWORD=correct\n")
    (here / "ops").symlink_to(pages.ROOT / "ops")
    for name, text in OF_OTHERS.items():
        (here / name).write_text(text)
    return here


def _on_site(line: str, of: site.Site) -> str:
    mine = OF_FISH.get(re.sub(r"\s+#.*", "", line), line)
    return re.sub(r"(127\.0\.0\.1|localhost):9170|\bWORKER\b", of.address, mine)


def faults(results: list[Result]) -> list[str]:
    """What ended otherwise than the page says, or was not found."""
    return [
        f"{one.line}: status {one.status}\n{one.stdout}{one.stderr}"
        for one in results
        if one.status != REFUSED.get(one.line, 0) or "not found" in one.stderr
    ]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_blocks_do_what_they_say(block: pages.Block, desk: Desk, tmp_path: Path) -> None:
    """Each line ends as the page says, and what is shown below it has the shape of its answer."""
    absent = [tool for tool in ABSENT if re.search(rf"\b{tool} ", block.text)]
    if absent:
        pytest.skip(f"not on this machine: {', '.join(absent)}")
    shown = list(shell.typed(block.text))
    results = typed(desk, [line for line, _ in shown], tmp_path)
    found = faults(results)
    assert not found, "\n".join(found)
    wrong = [
        f"{line}\n{fault}"
        for (line, answer), result in zip(shown, results, strict=True)
        for fault in [shapes.fault(line, answer, result.stdout, result.stderr)]
        if fault is not None
    ]
    assert "\n".join(wrong) == ""


def test_commands_in_the_text_do_what_they_say(desk: Desk, tmp_path: Path) -> None:
    """Those that are whole: what is left out of others no test can guess. Passwords are in the
    environment, as the text names no file of them.
    """
    spans = {span for span in SPANS if span.split()[0] not in ABSENT}
    lines = [span for span in SPANS if span in spans and not MAKES_SETTINGS.search(span)]
    results = typed(desk, lines, tmp_path / "all", CALLCORE_NODE_FS1_PASSWORD=PASSWORD)
    for number, span in enumerate(spans.difference(lines)):
        results += typed(desk, [span], tmp_path / str(number))
    found = faults(results)
    assert not found, "\n".join(found)
