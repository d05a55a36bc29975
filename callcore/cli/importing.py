"""``callcore import``: settings of other systems as callcore's."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from callcore import importing
from callcore.cli.groups import Group
from callcore.cli.statuses import FAILED, USAGE_FAULT, fail
from callcore.cli.whole_files import refuse_existing, written
from callcore.importing import Draft, Kind, Notes, NotImportableError
from callcore.importing.asterisk.app_queue import Beside
from callcore.importing.asterisk.interfaces import is_domain
from callcore.settings import Fault, SettingsError, load

_FILE = click.Path(path_type=Path, dir_okay=False)

_output = click.option(
    "--output", type=_FILE, help="Where to write; without it, to standard output."
)
_force = click.option("--force", is_flag=True, help="Overwrites the file of --output.")


@click.group("import", cls=Group, short_help="Translates the settings of another system.")
def import_settings() -> None:
    """Translates the settings of another system into callcore's.

    Writes YAML that `callcore check-config` takes, and tells on standard error of every parameter
    that could not be carried, why, and what to do instead; docs/migrating.md has all of them.
    """


@import_settings.command("mod_callcenter")
@click.argument("file", type=_FILE)
@click.option("--vars", "variables", type=_FILE, help="FreeSWITCH's vars.xml, for $${...}.")
@click.option("--domain", help="What $${domain} stands for.")
@_output
@_force
def mod_callcenter(
    file: Path, variables: Path | None, domain: str | None, output: Path | None, *, force: bool
) -> None:
    """Translates FILE, a callcenter.conf.xml."""
    _check_domain(domain)
    _import(
        lambda notes: importing.from_mod_callcenter(
            file, notes, variables_file=variables, domain=domain
        ),
        file,
        output,
        force=force,
    )


@import_settings.command("app_queue")
@click.argument("file", type=_FILE)
@click.option("--rules", type=_FILE, help="queuerules.conf, for defaultrule.")
@click.option("--agents", type=_FILE, help="agents.conf, for members Agent/...")
@click.option("--domain", help="The domain of the members' phones.")
@_output
@_force
def app_queue(
    file: Path,
    rules: Path | None,
    agents: Path | None,
    domain: str | None,
    output: Path | None,
    *,
    force: bool,
) -> None:
    """Translates FILE, a queues.conf."""
    _check_domain(domain)
    beside = Beside(rules_file=rules, agents_file=agents, domain=domain)
    _import(lambda notes: importing.from_app_queue(file, notes, beside), file, output, force=force)


def _check_domain(domain: str | None) -> None:
    if domain is not None and not is_domain(domain):
        raise click.UsageError(
            f"--domain: {domain!r} is no domain: letters, digits, '.', '-' and '_', and a port"
        )


def _import(
    translate: Callable[[Notes], Draft], file: Path, output: Path | None, *, force: bool
) -> None:
    if output is not None and not force:
        refuse_existing(output)
    notes = Notes()
    try:
        draft = translate(notes)
    except NotImportableError as error:
        fail(f"{error}; nothing is written", USAGE_FAULT)
    text = _accepted(draft, notes)
    with written(output, force=force) as into:
        into.write(text.encode())
    for note in notes:
        click.echo(str(note), err=True)
    click.echo(_summary(draft, notes, file), err=True)


def _accepted(draft: Draft, notes: Notes) -> str:
    """The text of the draft, without what callcore's loader refuses, which is noted."""
    while True:
        text = importing.written(draft)
        fault = _first_fault(text)
        if fault is None:
            return text
        dropped = draft.drop(fault.path)
        if dropped is None:
            fail(
                f"callcore refuses what it would have written: {fault.text}; nothing is written",
                FAILED,
            )
        way, entry = dropped
        if entry.source is None:
            notes.assumed(f"{way} is left out, for callcore refuses it: {fault.text}")
        else:
            notes.not_carried(entry.source, f"callcore refuses it as {way}: {fault.text}")


def _first_fault(text: str) -> Fault | None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "callcore.yaml"
        path.write_bytes(text.encode())
        try:
            load(path, {})
        except SettingsError as error:
            return error.faults[0]
    return None


def _summary(draft: Draft, notes: Notes, file: Path) -> str:
    counts = ", ".join(f"{notes.count(kind)} {kind}" for kind in Kind)
    queues, agents = len(draft.queues.entries), len(draft.agents.entries)
    return f"{file}: {_of(queues, 'queue')} and {_of(agents, 'agent')}; {counts}"


def _of(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
