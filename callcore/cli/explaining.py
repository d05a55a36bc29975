"""``callcore explain``: why a caller was offered to whom, and why to nobody yet."""

from __future__ import annotations

import time

import click

from callcore.cli import story
from callcore.cli.naming import CALL, whole_id
from callcore.cli.operating import Operator, operating
from callcore.domain.ids import Micros


@click.command(short_help="Tells why a call was offered to whom, and not to others.")
@click.argument("call", type=CALL)
@operating
def explain(operator: Operator, call: str) -> None:
    """Tells why CALL was offered to which agents, and who was passed over and why.

    Of a caller who still waits, also what stands between them and each agent now. A call that has
    ended is looked up in the records by its whole id.
    """
    answer = operator.callcore.explain(whole_id(operator, call))
    operator.answer(answer, story.told(answer, Micros(time.time_ns() // 1000)))
