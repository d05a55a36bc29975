"""``callcore records``: the history, taken out of Postgres."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callcore.cli.env_file import ENV_FILE
from callcore.cli.groups import Group
from callcore.cli.operating import SERVICE_SETTINGS, USUAL_DATA, USUAL_SETTINGS, usual_settings
from callcore.cli.statuses import FAILED, NOT_RUNNING, USAGE_FAULT, fail

if TYPE_CHECKING:
    from callcore.adapters.postgres.record_export import RecordExport, Span
    from callcore.settings import Settings

FORMATS = ("csv", "jsonl", "queue_log")


@click.group(cls=Group)
def records() -> None:
    """Takes records of calls out of Postgres."""


@records.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    callback=lambda _, __, named: named or usual_settings(),
    help=f"The settings file; by default {USUAL_SETTINGS}, or the data of a demonstration in "
    f"{USUAL_DATA}, whichever is here, else {SERVICE_SETTINGS}.",
)
@click.option(
    "--data-directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=USUAL_DATA,
    show_default=True,
    help="Where the demonstration keeps its data (without a settings file).",
)
@ENV_FILE
@click.option("--format", "form", type=click.Choice(FORMATS), required=True)
@click.option("--since", required=True, help="2026-11-22, 2026-11-22T15:30, or 7d or 2h30m ago.")
@click.option("--until", help="The same; what is of this instant is not exported. By default now.")
@click.option("--queue", help="Only calls that came to this queue.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write, which is there when it is whole; by default standard output.",
)
@click.option("--force", is_flag=True, help="Overwrites the file of --output.")
def export(
    *,
    config: Path | None,
    data_directory: Path,
    form: str,
    since: str,
    until: str | None,
    queue: str | None,
    output: Path | None,
    force: bool,
) -> None:
    """Exports the calls that arrived in that time, oldest first.

    csv has a line for each call, with the columns of callcore.call_records. jsonl has an object for
    each, with all that belongs to it. queue_log tells what happened in that time to callers and
    agents in the words of Asterisk's app_queue, for programs that read its log. Instants are UTC;
    those of --since and --until are of this machine's time zone.
    """
    from callcore.adapters.postgres.record_export import Span, reading  # noqa: PLC0415 - slow
    from callcore.bootstrap.stores import history_url  # noqa: PLC0415 - as above
    from callcore.cli.past import PastError, parse  # noqa: PLC0415 - as above
    from callcore.cli.whole_files import written  # noqa: PLC0415 - as above
    from callcore.domain.ids import Micros  # noqa: PLC0415 - as above
    from callcore.ports.records import RecordsUnavailableError  # noqa: PLC0415 - as above

    now = Micros(time.time_ns() // 1000)
    try:
        begins, ends = parse(since, now), now if until is None else parse(until, now)
    except PastError as error:
        fail(f"records export: {error}", USAGE_FAULT)
    if begins >= ends:
        fail(f"records export: --since {since} is not before --until {until}", USAGE_FAULT)
    settings = _settings(config, data_directory)
    url = history_url(settings)
    if url is None:
        fail(
            f"records export: no Postgres runs on {settings.data_directory}: start callcore, or "
            "name with --config the settings that say postgres.url",
            NOT_RUNNING,
        )
    span = Span(site=settings.policy.site, since=begins, until=ends, queue=queue)
    try:
        with (
            reading(url) as found,
            written(output, force=force) as file,
            _progress(found, span, form, is_hidden=output is None and sys.stdout.isatty()) as step,
        ):
            for line in _lines(form, found, span, settings):
                file.write(line.encode(errors="replace"))
                step()
    except RecordsUnavailableError as error:
        fail(f"records export: {error}", FAILED)


def _settings(config: Path | None, data_directory: Path) -> Settings:
    from callcore.cli.spared_secrets import settings_of  # noqa: PLC0415 - 0.2 s --help spares
    from callcore.settings import demo  # noqa: PLC0415 - as above

    if config is None:
        return demo(data_directory.absolute(), os.environ)
    return settings_of(config, os.environ)


def _lines(form: str, found: RecordExport, span: Span, settings: Settings) -> Iterator[str]:
    from callcore.adapters.postgres.record_queries import COLUMNS  # noqa: PLC0415 - slow
    from callcore.cli import record_lines  # noqa: PLC0415 - as above

    if form == "csv":
        return record_lines.of_csv(COLUMNS, found.calls(span))
    if form == "jsonl":
        return record_lines.of_jsonl(found.whole_calls(span))
    queues = {agent_id: agent.queues for agent_id, agent in settings.policy.agents.items()}
    return record_lines.of_queue_log(found, span, queues)


@contextmanager
def _progress(
    found: RecordExport, span: Span, form: str, *, is_hidden: bool
) -> Iterator[Callable[[], None]]:
    """Shows on a terminal how far it is, unless the lines themselves go there; to be told of each
    line.
    """
    if is_hidden or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich import progress  # noqa: PLC0415 - only for a terminal
    from rich.console import Console  # noqa: PLC0415 - as above

    # A queue_log has several lines a call, and nobody knows how many.
    total = None if form == "queue_log" else found.count(span)
    bar = progress.Progress(
        progress.TextColumn("{task.completed:,.0f} lines"),
        progress.BarColumn(),
        progress.TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("export", total=total)
        yield lambda: bar.advance(task)
