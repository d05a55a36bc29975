"""``callcore forget``: a person is taken out of the past."""

from __future__ import annotations

import click
from rich.text import Text

from callcore.adapters.control.answers import PersonForgotten
from callcore.adapters.terminal.words import printable
from callcore.cli.operating import Operator, operating

_WORDS = {
    "call_records": "calls, of which number, name, account and faults go",
    "digit_presses": "keys pressed",
    "callback_askings": "wishes to be called back, of which the number goes",
    "transfers": "callers sent on to the number, which goes",
    "recordings": "recordings",
    "recordings_left": "recordings that are on another machine",
    "promises": "promised callbacks, taken back",
    "dropped_places": "places kept for a caller who was cut off",
    "last_agents": "agents talked with last",
    "promised_numbers": "numbers of promises",
    "set_aside_records": "records that had been set aside",
}


@click.command()
@click.argument("number")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Only tell what there is.")
@operating
def forget(operator: Operator, number: str, *, is_dry_run: bool) -> None:
    """Takes the person with the phone number NUMBER out of the past.

    In whichever form the number was written: records keep what counts and lose whose they are,
    recordings are deleted, promised callbacks taken back. Refused while the person is on the line.
    The audit table of the database notes who did it and when, with the number shortened.
    """
    answer = operator.callcore.forget(number, is_dry_run=is_dry_run)
    operator.answer(answer, _told(answer))


def _told(answer: PersonForgotten) -> Text:
    number = printable(answer.number)
    if not answer.counts:
        return Text(f"{number}: nothing is known")
    head = f"{number}: would be forgotten" if answer.is_dry_run else f"{number} is forgotten"
    lines = [head]
    lines += [f"  {count} {_WORDS.get(name, name)}" for name, count in answer.counts.items()]
    if answer.recordings_left:
        lines.append("Delete these where the switch is, which callcore does not reach:")
        lines += [f"  {printable(path)}" for path in answer.recordings_left]
    return Text("\n".join(lines))
