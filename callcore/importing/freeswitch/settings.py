"""mod_callcenter's settings of all queues."""

from __future__ import annotations

from collections.abc import Mapping

from callcore.importing.freeswitch import words
from callcore.importing.notes import Notes
from callcore.importing.places import Source

USUAL_RINGING_SECONDS = 60
_TIMEOUT = "agent-originate-timeout"

_ONE_TRUTH = (
    "agents and tiers that were added by callcenter_config are in its database only, not in this "
    "file"
)
_LOST = {
    "debug": ("callcore has no traces of its own kind", "write log.level"),
    "dbname": (
        "callcore keeps the live floor in Redis and history in Postgres",
        "write redis.url and postgres.url",
    ),
    "odbc-dsn": (
        "callcore keeps the live floor in Redis and history in Postgres",
        "write redis.url and postgres.url; passwords go into the environment",
    ),
    "cc-instance-id": ("every switch is a node with a name of its own", "write nodes"),
}


def ringing_seconds(settings: Mapping[str, Source], notes: Notes) -> tuple[int, Source | None]:
    """How long phones ring whose contact does not say, and what says so; the rest is noted."""
    for name, source in settings.items():
        value = source.value or ""
        match name:
            case "agent-originate-timeout":
                pass
            case "reserve-agents" | "global-database-lock":
                notes.nothing_lost(source, "callcore reserves each agent in one atomic step")
            case "truncate-agents-on-load" | "truncate-tiers-on-load" if words.is_true(value):
                notes.nothing_lost(source, "callcore's roster is always what its file says")
            case "truncate-agents-on-load" | "truncate-tiers-on-load":
                notes.not_carried(source, _ONE_TRUTH, "compare `callcenter_config agent list`")
            case _ if name in _LOST:
                notes.not_carried(source, *_LOST[name])
            case _:
                notes.not_carried(source, "unknown to mod_callcenter")
    if not any(
        words.is_true(settings[name].value or "")
        for name in settings
        if name == "truncate-agents-on-load"
    ):
        notes.assumed(_ONE_TRUTH, instead="compare `callcenter_config agent list`")
    given = settings.get(_TIMEOUT)
    seconds = 0 if given is None else words.leading_number(given.value or "")
    if given is not None and not 0 < seconds <= words.LONGEST_SECONDS:
        notes.changed(given, f"mod_callcenter takes {USUAL_RINGING_SECONDS}")
        return USUAL_RINGING_SECONDS, given
    return seconds or USUAL_RINGING_SECONDS, given
