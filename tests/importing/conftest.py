"""The import commands in an empty directory, as an operator runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from callcore.cli.root import callcore
from callcore.settings import Settings, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a command wrote and told."""

    status: int
    yaml: str
    told: tuple[str, ...]
    """The lines on standard error."""
    directory: Path

    @property
    def settings(self) -> Settings:
        """What callcore's loader makes of it."""
        path = self.directory / "callcore.yaml"
        path.write_text(self.yaml)
        return load(path, {})

    def of(self, parameter: str) -> list[str]:
        """The lines about a parameter, without the place and whose it is."""
        return [
            line.split(f": {parameter}", 1)[1].removeprefix(" = ")
            for line in self.told
            if f": {parameter} = " in line or f": {parameter}: " in line
        ]


Import = Callable[..., Imported]


def run(directory: Path, *arguments: str) -> Imported:
    """Runs ``callcore import`` in the current directory."""
    result = CliRunner().invoke(callcore, ["import", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Imported(
        status=result.exit_code,
        yaml=result.stdout,
        told=tuple(result.stderr.splitlines()),
        directory=directory,
    )


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Runs ``callcore import`` with these arguments beside these files."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, **files: str | bytes) -> Imported:
        for name, content in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return run(tmp_path, *arguments)

    return invoke


@pytest.fixture
def mod_callcenter(command: Import) -> Import:
    """Imports a text as ``callcenter.conf.xml``."""

    def invoke(text: str | bytes, *options: str, **files: str | bytes) -> Imported:
        return command(
            "mod_callcenter",
            "callcenter.conf.xml",
            *options,
            callcenter__conf__xml=text,
            **files,
        )

    return invoke


@pytest.fixture
def app_queue(command: Import) -> Import:
    """Imports a text as ``queues.conf``."""

    def invoke(text: str | bytes, *options: str, **files: str | bytes) -> Imported:
        return command("app_queue", "queues.conf", *options, queues__conf=text, **files)

    return invoke


@pytest.fixture
def queue(mod_callcenter):
    """Imports a queue of these parameters, served by two agents at levels 1 and 2."""

    def invoke(parameters: dict[str, str], *options: str, levels: tuple[str, ...] = ("1", "2")):
        params = "\n".join(
            f'<param name="{name}" value="{value}"/>' for name, value in parameters.items()
        )
        agents = "\n".join(
            f'<agent name="a{level}" type="callback" contact="user/{level}"/>' for level in levels
        )
        tiers = "\n".join(
            f'<tier agent="a{level}" queue="support" level="{level}"/>' for level in levels
        )
        return mod_callcenter(
            f'<configuration name="callcenter.conf"><queues><queue name="support">{params}</queue>'
            f"</queues><agents>{agents}</agents><tiers>{tiers}</tiers></configuration>",
            *options,
        )

    return invoke
