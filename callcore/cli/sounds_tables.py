"""What was made, of what, and what is missing, in 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from callcore.adapters.terminal.words import printable
from callcore.cli.tables import plain_table
from callcore.domain.ids import Language
from callcore.sounds.building import Lack, Outcome
from callcore.sounds.installed_programs import CONVERTER, SPEAKER
from callcore.sounds.recorded_sets import RECORDED_SETS
from callcore.sounds.sources import Source
from callcore.sounds.standing import Standing
from callcore.sounds.tree import Tree

_MOST_NAMED = 12
"""Of what is missing; the rest is counted."""
_WIDTH = 80

_COLUMNS = {
    Source.OWN: "yours",
    Source.RECORDING: "recordings",
    Source.RECORDED: "recorded",
    Source.GENERATED: "generated",
}

_REMEDIES = {
    Lack.NO_TEXT: "write the text under `prompts:` in the settings file, or give a recording, "
    "DIR/{language}/KEY.wav, with --recordings DIR",
    Lack.NO_VOICE: f"apt-get install {SPEAKER} {CONVERTER}",
    Lack.LEFT_OUT: "give recordings, or leave out `--without generated`",
    Lack.UNUSABLE: "replace what is named in the warnings",
    Lack.NO_KEY: "a prompt is named group/name, of a-z, 0-9, - and _",
}


def of_outcomes(outcomes: Mapping[Language, Sequence[Outcome]]) -> RenderableType:
    """One line a language: how many prompts by source."""
    table = plain_table()
    table.add_column("language")
    for title in (*_COLUMNS.values(), "missing", "made now"):
        table.add_column(title, justify="right", no_wrap=True)
    for language, ones in outcomes.items():
        counts = [sum(one.source is source for one in ones) for source in _COLUMNS]
        missing = sum(one.source is None for one in ones)
        table.add_row(
            Text(language, style="bold"),
            *map(str, counts),
            Text(str(missing), style="red" if missing else "green"),
            str(sum(one.was_made for one in ones)),
        )
    return table


def of_standing(there: Mapping[Language, Sequence[Standing]], *, missing: bool) -> RenderableType:
    """One line a prompt."""
    table = plain_table()
    table.add_column("language")
    table.add_column("prompt", overflow="fold", ratio=2)
    table.add_column("sound", no_wrap=True)
    table.add_column("text", overflow="fold", ratio=3)
    for language, ones in there.items():
        for one in ones:
            if missing and one.source is not None:
                continue
            table.add_row(
                language,
                Text(printable(one.key), style="bold"),
                _sound(one),
                Text(printable(one.text or "")),
            )
    return table


def licences_told(outcomes: Mapping[Language, Sequence[Outcome]], tree: Tree) -> Iterator[str]:
    """On which terms the recorded ones are, and where it is told who is to be named."""
    recorded = [
        language
        for language, ones in outcomes.items()
        if any(one.source is Source.RECORDED for one in ones)
    ]
    for language in recorded:
        of = RECORDED_SETS[language]
        yield f"{language}: recorded: {of.package}, {of.licence.name}"
    if recorded:
        yield f"who is to be named: {tree.licences}"


def missing_told(outcomes: Mapping[Language, Sequence[Outcome]]) -> Iterator[str]:
    """What callers hear a tone for, and what to do about it."""
    for language, ones in outcomes.items():
        for lack in Lack:
            keys = [printable(one.key) for one in ones if one.lack is lack]
            if keys:
                yield _wrapped(f"{language}: missing: {_named(keys)}")
                yield _wrapped(f"  {_REMEDIES[lack].format(language=language)}")


def _sound(one: Standing) -> Text:
    if one.source is None:
        return Text("missing", style="red")
    told = _COLUMNS[one.source]
    if one.hides_own:
        return Text(f"{told}, hides yours")
    return Text(f"{told}, older text" if one.says_older_text else told)


def _named(keys: Sequence[str]) -> str:
    rest = len(keys) - _MOST_NAMED
    more = f" and {rest} more (callcore sounds list --missing)" if rest > 0 else ""
    return ", ".join(keys[:_MOST_NAMED]) + more


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
