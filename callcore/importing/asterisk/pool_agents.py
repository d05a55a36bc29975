"""``agents.conf``: agents of app_agent_pool, who stay on the line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from callcore.domain.policies.limits import KEYS
from callcore.importing.asterisk import conf, words
from callcore.importing.files import Files
from callcore.importing.notes import Notes
from callcore.importing.places import Source

_LOST = {
    "autologoff": ("callcore logs nobody out for not confirming", "write break_after_misses"),
    "musiconhold": ("agents who wait on the line hear callcore's", ""),
    "recordagentcalls": ("queues record, not agents", "write record of the queues"),
    "custom_beep": ("agents hear whisper of the queue", "write whisper"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAgent:
    """What agents.conf says of one."""

    source: Source
    full_name: Source | None
    confirm_key: Source | None
    """With the key as its value."""
    wrap_up: Source | None
    """With seconds as its value."""


def read(path: Path, files: Files, notes: Notes) -> dict[str, PoolAgent]:
    """The agents by their ids. Raises ``NotImportableError``."""
    agents = {}
    for section in conf.read(path, files, notes):
        subject = f"agent {section.name}"
        given = {
            one.parameter.lower(): Source(
                place=one.place, subject=subject, parameter=one.parameter, value=one.value
            )
            for one in section.settings
        }
        if section.name.lower() == "general":
            for one in given.values():
                notes.nothing_lost(one, "no effect in agents.conf")
            continue
        source = Source(place=section.place, subject=subject, parameter=section.name)
        agents[section.name] = PoolAgent(
            source=source,
            full_name=given.pop("fullname", None),
            confirm_key=_confirm_key(given, notes),
            wrap_up=_wrap_up(given.pop("wrapuptime", None), notes),
        )
        for name, one in given.items():
            reason, helps = _LOST.get(name, ("unknown to app_agent_pool", ""))
            notes.not_carried(one, reason, helps)
    return agents


def _confirm_key(given: dict[str, Source], notes: Notes) -> Source | None:
    acknowledges, keys = given.pop("ackcall", None), given.pop("acceptdtmf", None)
    if acknowledges is None or not words.is_true(acknowledges.value or ""):
        for one in (acknowledges, keys):
            if one is not None:
                notes.nothing_lost(one, "picking up is enough")
        return None
    if keys is None:
        return acknowledges.part("ackcall", "#")
    key = (keys.value or "#")[0]
    if key not in KEYS:
        notes.not_carried(keys, "callcore takes one key, 0 to 9, * or #", "write confirm_key")
        return None
    if keys.value != key:
        notes.changed(keys, f"callcore takes one key: {key}")
    return keys.part(keys.parameter, key)


def _wrap_up(source: Source | None, notes: Notes) -> Source | None:
    if source is None:
        return None
    milliseconds = max(words.leading_number(source.value or ""), 0)
    seconds = -(-milliseconds // 1000)
    if milliseconds % 1000:
        notes.changed(source, f"in whole seconds: {seconds}")
    return source.part(source.parameter, str(min(seconds, 999_999_999)))
