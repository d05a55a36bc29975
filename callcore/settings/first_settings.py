"""The settings a site begins with: one switch, one queue, one number, one agent."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from callcore.settings import environment_file
from callcore.settings.faults import Fault, SettingsError
from callcore.settings.loading import load
from callcore.settings.model import Settings

NODE = "fs1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSettings:
    """What is to be known of a site; every default is one that the loader takes."""

    host: str | None = "127.0.0.1"
    """``None`` where there is no switch yet: callcore simulates one."""
    port: str = "8021"
    redis_url: str | None = None
    """``None``: callcore starts a server of its own, as for Postgres."""
    postgres_url: str | None = None
    data_directory: str = ".callcore"
    queue: str = "support"
    number: str = "5001"
    agent: str = "1001"
    agent_name: str = "Agent 1001"
    domain: str = "pbx.example.com"

    def text(self, environment: str) -> str:
        """The file; ``environment`` is the name of the one with the passwords beside it."""
        return "\n".join((*self._head(environment), *self._servers(), *self._floor(), ""))

    def _head(self, environment: str) -> tuple[str, ...]:
        return (
            "# callcore's settings, begun by `callcore quickstart`. What else can be set, and all",
            "# defaults, are in callcore.example.yaml: `callcore unpack example .` writes it.",
            f"# Passwords are in {environment}, never here.",
            "site: main",
            f"data_directory: {_quoted(self.data_directory)}",
        )

    def _servers(self) -> list[str]:
        lines = []
        if self.host is not None:
            lines += ["", "nodes:", f"  - name: {NODE}"]
            lines += [f"    host: {_quoted(self.host)}", f"    port: {_quoted(self.port)}"]
        for name, url in (("redis", self.redis_url), ("postgres", self.postgres_url)):
            if url is not None:
                lines += ["", f"{name}:", f"  url: {_quoted(url)}"]
        return lines

    def _floor(self) -> tuple[str, ...]:
        return (
            *("", "# The number as callers dial it, and where it leads."),
            *("numbers:", f"  {json.dumps(self.number)}: {{queue: {_quoted(self.queue)}}}"),
            *("", "queues:", f"  {_quoted(self.queue)}:"),
            "    # How long an agent's phone rings, and how long there is for notes after a talk.",
            *("    ring_timeout_seconds: 20", "    wrap_up_seconds: 10"),
            *(
                "",
                "agents:",
                f"  {json.dumps(self.agent)}:",
                f"    name: {_quoted(self.agent_name)}",
            ),
            "    # The phone: the user and the domain with which it registers.",
            f"    contact: {_quoted(f'user/{self.agent}@{self.domain}')}",
            f"    queues: [{_quoted(self.queue)}]",
            "    logged_in_at_start: true",
        )


def checked(first: FirstSettings, environ: Mapping[str, str]) -> Settings:
    """The settings as a running callcore would read them. Raises ``SettingsError``."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "callcore.yaml"
        path.write_text(first.text("callcore.env"), encoding="utf-8")
        return load(path, environ)


def fault(first: FirstSettings, environ: Mapping[str, str]) -> Fault | None:
    """The first thing the loader does not take."""
    try:
        checked(first, environ)
    except SettingsError as error:
        return error.faults[0]
    return None


def environment(passwords: Mapping[str, str]) -> str:
    """The file of passwords, by their variables."""
    return "# Passwords of callcore: for nobody else to read.\n" + environment_file.written(
        passwords
    )


def dialplan(first: FirstSettings) -> str:
    """Extensions for a switch without callcore's own dialplan, in the context ``public``."""
    return f"""\
<include>
  <!-- Callers of {first.number} wait for callcore; with none there, they hear a tone after 5 s. -->
  <extension name="callcore_{first.queue}">
    <condition field="destination_number" expression="\\A{re.escape(first.number)}\\z">
      <action application="set" data="callcore_parked=true"/>
      <action application="set" data="callcore_queue={first.queue}"/>
      <action application="sched_transfer" data="+5 callcore_fallback XML public"/>
      <action application="park"/>
    </condition>
  </extension>
  <extension name="callcore_fallback">
    <condition field="destination_number" expression="\\Acallcore_fallback\\z">
      <action application="sched_cancel"/>
      <action application="answer"/>
      <action application="playback" data="tone_stream://%(500,500,480,620);loops=5"/>
      <action application="hangup" data="NORMAL_TEMPORARY_FAILURE"/>
    </condition>
  </extension>
</include>
"""


def _quoted(text: str) -> str:
    """A text that YAML reads as itself, whatever is in it."""
    if re.fullmatch(r"[A-Za-z0-9/.][A-Za-z0-9_/.@-]*", text) and text != "null":
        return text
    return json.dumps(text, ensure_ascii=False)
