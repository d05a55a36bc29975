"""The interview of ``callcore quickstart``: what is asked, and tried as soon as it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from callcore.cli import quickstart_servers as servers
from callcore.cli.questions import Questions, tell
from callcore.cli.quickstart_servers import Verdict
from callcore.cli.statuses import FAILED, USAGE_FAULT, fail
from callcore.settings import PasswordError, first_settings, passwords
from callcore.settings.first_settings import NODE, FirstSettings

NO_SWITCH = "none"
SITE = "main"
REDIS_PASSWORD = "CALLCORE_REDIS_PASSWORD"  # noqa: S105 - the variable's name
POSTGRES_PASSWORD = "CALLCORE_POSTGRES_PASSWORD"  # noqa: S105 - the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the command line says; ``None`` where it says nothing."""

    host: str | None = None
    port: str | None = None
    password_file: Path | None = None
    domain: str | None = None
    redis_url: str | None = None
    redis_password_file: Path | None = None
    postgres_url: str | None = None
    postgres_password_file: Path | None = None
    queue: str | None = None
    number: str | None = None
    agent: str | None = None
    agent_name: str | None = None
    data_directory: str | None = None
    unchecked: bool = False
    output: Path


class Interview:
    """One run through the questions. Raises ``click.Abort`` at Ctrl-C."""

    def __init__(self, given: Given, *, is_asking: bool, environ: Mapping[str, str]) -> None:
        self.questions = Questions(is_asking=is_asking)
        self.passwords: dict[str, str] = {}
        """By their variables, as far as they are answered."""
        self.has_our_dialplan = False
        self._given = given
        self._environ = dict(environ)
        is_of_system = given.output.absolute().is_relative_to("/etc")
        self._first = FirstSettings(
            data_directory="/var/lib/callcore" if is_of_system else ".callcore"
        )

    def answers(self) -> FirstSettings:
        """All of them; servers have been tried. Ends the command where that is of no use."""
        given = self._given
        self._ask_for_switch()
        self._ask_for_server(
            "redis", given.redis_password_file, REDIS_PASSWORD, self._redis_verdict
        )
        self._ask_for_server(
            "postgres", given.postgres_password_file, POSTGRES_PASSWORD, self._postgres_verdict
        )
        self._ask("queue", "First queue")
        self._ask("number", "Number that callers dial")
        self._ask("agent", "First agent: id, and user of the phone")
        self._first = replace(self._first, agent_name=f"Agent {self._first.agent}")
        self._ask("agent_name", "First agent: name")
        self._ask("domain", "Domain with which the phone registers")
        self._ask("data_directory", "Directory for callcore's data")
        return self._first

    def _ask(self, name: str, prompt: str) -> None:
        """One setting, judged by the loader."""

        def fault(answer: str) -> str | None:
            return self._fault(replace(self._first, **{name: answer}))

        answer = self.questions.text(
            _option(name), getattr(self._given, name), prompt, getattr(self._first, name), fault
        )
        self._first = replace(self._first, **{name: answer})

    def _fault(self, first: FirstSettings) -> str | None:
        found = first_settings.fault(first, {**_ANY_PASSWORDS, **self.passwords})
        return None if found is None else found.text

    def _ask_for_switch(self) -> None:
        while True:
            host = self.questions.text(
                "--host",
                self._given.host,
                f"Host of FreeSWITCH's event socket ({NO_SWITCH}: a simulated switch)",
                self._first.host or NO_SWITCH,
                lambda answer: self._fault(replace(self._first, host=answer)),
            )
            if host == NO_SWITCH:
                self._first = replace(self._first, host=None)
                return
            self._first = replace(self._first, host=host)
            self._ask("port", "Port of the event socket")
            password = self._password(
                passwords.node_variable(NODE),
                self._given.password_file,
                "Password of the event socket",
                is_needed=True,
            )
            if password is None:
                fail(
                    "whose password? The event socket has one: give --password-file, or set "
                    f"{passwords.node_variable(NODE)}",
                    USAGE_FAULT,
                )
            click.echo(f"trying {host}:{self._first.port} ...")
            verdict = servers.of_switch(NODE, host, int(self._first.port), password)
            if self._may_go_on(verdict):
                self.passwords[passwords.node_variable(NODE)] = password
                self.has_our_dialplan = verdict.has_our_dialplan
                of_switch = replace(self._first, domain=verdict.domain)
                if verdict.domain and self._fault(of_switch) is None:
                    self._first = of_switch
                return
            self._ask_anew(passwords.node_variable(NODE), "host", "port", "password_file")

    def _ask_anew(self, variable: str, *names: str) -> None:
        """What the command line and the environment said was of no use."""
        nothing: dict[str, Any] = dict.fromkeys(names)
        self._given = replace(self._given, **nothing)
        for name in (variable, f"{variable}_FILE"):
            self._environ.pop(name, None)

    def _ask_for_server(
        self,
        server: str,
        password_file: Path | None,
        variable: str,
        verdict: Callable[[str, str | None], Verdict],
    ) -> None:
        """Redis or Postgres; none is a server of callcore's own."""
        name = f"{server}_url"
        while True:
            url = self.questions.optional(
                _option(name),
                getattr(self._given, name),
                f"URL of {server.capitalize()} (empty: callcore starts its own)",
                lambda answer: self._fault(replace(self._first, **{name: answer})),
            )
            if url is None:
                return
            password = self._password(
                variable, password_file, f"Password of {server.capitalize()} (empty: none)"
            )
            click.echo(f"trying {server.capitalize()} ...")
            if self._may_go_on(verdict(url, password)):
                self._first = replace(self._first, **{name: url})
                if password is not None:
                    self.passwords[variable] = password
                return
            password_file = None
            self._ask_anew(variable, name)

    def _redis_verdict(self, url: str, password: str | None) -> Verdict:
        return servers.of_redis(url, SITE, password)

    def _postgres_verdict(self, url: str, password: str | None) -> Verdict:
        return servers.of_postgres(url, password)

    def _password(
        self, variable: str, file: Path | None, prompt: str, *, is_needed: bool = False
    ) -> str | None:
        """From the file, else from the environment, else from whoever is there."""
        environ = dict(self._environ)
        if file is not None:
            environ.pop(variable, None)
            environ[f"{variable}_FILE"] = str(file)
        try:
            found = passwords.find(variable, environ)
        except PasswordError as error:
            fail(str(error), USAGE_FAULT)
        return self.questions.password(prompt, is_needed=is_needed) if found is None else found

    def _may_go_on(self, verdict: Verdict) -> bool:
        """Tells what was found; false if it is to be asked anew. Ends the command where nobody can
        answer.
        """
        if verdict.summary:
            tell(verdict.summary)
        for remark in verdict.remarks:
            tell(f"warning: {remark}")
        for fault in verdict.faults:
            tell(f"fault: {fault}", err=not self.questions.is_asking)
        if not verdict.faults or self._given.unchecked:
            return True
        if not self.questions.is_asking:
            fail(
                "nothing is written: mend that, or write it all the same with --unchecked; "
                "`callcore run` without settings shows a demonstration",
                FAILED,
            )
        return self.questions.agrees("Use it all the same?")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


_ANY_PASSWORDS = {passwords.node_variable(NODE): "x"}
"""While the others' answers are judged."""
