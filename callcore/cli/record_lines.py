"""The formats of ``callcore records export``: each a stream of lines, made as they are read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.ids import AgentId, Micros, QueueName
from callcore.domain.queue_log.agents import of_change
from callcore.domain.queue_log.calls import of_call
from callcore.domain.queue_log.lines import Line, in_order

if TYPE_CHECKING:
    from callcore.adapters.postgres.record_export import RecordExport, Span

_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def of_csv(columns: Sequence[str], calls: Iterable[tuple[str | None, ...]]) -> Iterator[str]:
    """A line with the columns' names, then one for each call (RFC 4180)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    yield buffer.getvalue()
    for call in calls:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([_harmless(cell) for cell in call])
        yield buffer.getvalue()


def _harmless(cell: str | None) -> str:
    """The cell so that no spreadsheet takes it for a formula; a phone number is none."""
    if cell is None:
        return ""
    is_formula = _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell


def of_jsonl(calls: Iterable[str]) -> Iterator[str]:
    """A line for each call."""
    for call in calls:
        yield f"{call}\n"


def of_queue_log(
    export: RecordExport, span: Span, queues: Mapping[AgentId, Sequence[QueueName]]
) -> Iterator[str]:
    """What happened in that time, in app_queue's words; ``queues`` are those of each agent."""
    for line in in_order(_lines_of_calls(export, span), _lines_of_agents(export, span, queues)):
        is_in_time = span.since <= line.at < span.until
        if is_in_time and span.queue in {None, line.queue}:
            yield f"{line.written()}\n"


def _lines_of_calls(export: RecordExport, span: Span) -> Iterator[tuple[Micros, Sequence[Line]]]:
    for record in export.records(span):
        yield record.arrived_at, of_call(record)


def _lines_of_agents(
    export: RecordExport, span: Span, queues: Mapping[AgentId, Sequence[QueueName]]
) -> Iterator[Line]:
    for agent_id, at, before, state, reason, break_code in export.changes(span):
        yield from of_change(
            agent_id,
            at,
            before=AgentState(before),
            state=AgentState(state),
            reason=AgentReason(reason),
            break_code=break_code,
            queues=queues.get(agent_id, ()),
        )
