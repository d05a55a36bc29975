"""The commands of callcore as a shell of the tests runs them: in this process, on the site."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest import mock

from click.testing import CliRunner

from callcore.adapters.control import requests
from callcore.cli import operating
from callcore.cli.root import callcore
from callcore.domain.ids import AgentId
from tests.docs import untyped
from tests.docs.placeholders import OF_NOTES, Meant
from tests.docs.site import CLEO, CUSTOMER, Site
from tests.system.daemon import PASSWORD

PIN = "4711\n"
OF_FILES = ("check-config", "completion", "import", "migrate", "quickstart", "sounds", "unpack")
"""Commands that ask no callcore."""


def answers(site: Site, *, has_password: bool) -> str:
    """What is typed to `quickstart`: the switch, and else what is proposed."""
    asked = ["127.0.0.1", str(site.switch.port), *([] if has_password else [PASSWORD])]
    return "\n".join(asked) + 12 * "\n"


class Operators:
    """Runs commands, and what has to happen before one."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._meant = Meant(site)
        self._is_begun = False

    def begin(self) -> None:
        """Another page: words mean anew, and the site is as it was, once it is asked."""
        self._meant = Meant(self._site)
        self._is_begun = False

    def run(
        self, directory: Path, environ: Mapping[str, str], words: Sequence[str]
    ) -> tuple[int, str, str]:
        """Status and both outputs of a command; those of ``untyped`` are not run."""
        if untyped.command(words) is not None:
            return 0, "", ""
        if not self._is_begun and words[0] not in OF_FILES:
            self._site.begin()
            self._is_begun = True
        told = self._meant.words(words)
        self._before(told)
        before, service = Path.cwd(), directory.parent / "etc/callcore/callcore.yaml"
        os.chdir(directory)
        try:
            with (
                mock.patch.dict(os.environ, {"COLUMNS": "80", **environ}),
                mock.patch.object(operating, "SERVICE_SETTINGS", service),
            ):
                result = CliRunner().invoke(callcore, told, input=self._typed(told, environ))
        finally:
            os.chdir(before)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    def _before(self, words: Sequence[str]) -> None:
        """What the page takes for granted: whoever goes on a break is there, and the like."""
        if tuple(words[:2]) == ("forget", CUSTOMER):
            self._site.serve(CUSTOMER)
        elif words[0] == "reload":
            self._site.edit()
        elif tuple(words[:2]) == ("callback", "list"):
            self._site.promise()
        elif tuple(words[:3]) == ("queue", "list", "--json"):
            self._site.control.close_queue("sales", requests.Close())
        elif words[0] != "agent" or len(words) < 3:
            return
        elif words[1] in OF_NOTES:
            self._site.wrap_up()
        elif tuple(words[1:3]) == ("break", CLEO):
            self._site.talk_with_cleo()
        elif words[1] in ("break", "return"):
            self._site.log_in(AgentId(words[2]))

    def _typed(self, words: Sequence[str], environ: Mapping[str, str]) -> str | None:
        if tuple(words[:2]) == ("agent", "pin"):
            return PIN
        if words[0] == "quickstart":
            return answers(self._site, has_password=bool(environ))
        return None
