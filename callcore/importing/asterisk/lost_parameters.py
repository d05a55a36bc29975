"""app_queue's parameters that become no setting: why, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from callcore.importing.asterisk import words
from callcore.importing.notes import Notes
from callcore.importing.places import Source

_SPEAKS_ITSELF = "callcore has prompts of its own in every language"
_OWN_PROMPTS = MappingProxyType(
    {
        "queue-youarenext": "position/you-are-next",
        "queue-thereare": "position/you-are-number",
        "queue-callswaiting": "position/waiting-to-speak",
        "queue-quantity1": "position/more-than",
        "queue-quantity2": "position/callers-waiting",
        "queue-holdtime": "wait/estimated",
        "queue-minute": "minutes/one",
        "queue-minutes": "minutes/many",
        "queue-thankyou": "waiting/thank-you",
    }
)
"""The English prompts that say the same."""
_NO_QUEUE_LOG = "callcore writes no queue_log"
_HISTORY = "history is in Postgres, docs/records.md"


def _is_off(value: str) -> bool:
    return not words.is_true(value)


def _is_zero(value: str) -> bool:
    return words.leading_number(value) == 0


def _is_empty(value: str) -> bool:
    return not value


def _never(_: str) -> bool:
    return False


def _is_on(value: str) -> bool:
    return words.is_true(value)


def _is(usual: str) -> Callable[[str], bool]:
    return lambda value: value in ("", usual)


@dataclass(frozen=True, slots=True)
class _Lost:
    reason: str
    instead: str = ""
    is_harmless: Callable[[str], bool] = _never
    """True for values by which nothing is lost."""


def _prompt(name: str, prompt: str) -> _Lost:
    return _Lost(
        _SPEAKS_ITSELF,
        f"put the recording below sounds.directory, as en/{prompt}.wav",
        _is(name),
    )


_VARIABLES = _Lost(
    "callcore sets none of these variables", "the call's record has all of it", _is_off
)
_OLD = _Lost("app_queue of today does not know it either")

OF_QUEUES = MappingProxyType(
    {
        "queue-callerannounce": _Lost(
            "callers hear nothing between the music and the agent", is_harmless=_is_empty
        ),
        "context": _Lost(
            "which keys lead where is in the dialplan, not in this file",
            "write exit_key, and where to as overflow.exit_key",
            _is_empty,
        ),
        "timeoutpriority": _Lost("a phone that rings is let ring, whatever the caller's wait"),
        "timeoutrestart": _Lost("a busy phone ends its own ringing only", is_harmless=_is_off),
        "autofill": _Lost("callcore serves all who wait at once", "", _is_on),
        "autopausedelay": _Lost("each miss counts", is_harmless=_is_zero),
        "autopausebusy": _Lost("a busy phone counts as a miss: as with yes", "", _is_on),
        "autopauseunavail": _Lost(
            "a phone that cannot be reached is no miss of the agent's", is_harmless=_is_off
        ),
        "setinterfacevar": _VARIABLES,
        "setqueueentryvar": _VARIABLES,
        "setqueuevar": _VARIABLES,
        "membergosub": _Lost("callcore runs no dialplan on the agent's line", "", _is_empty),
        "min-announce-frequency": _Lost(
            "a new position is told with the next announcement, not before"
        ),
        "announce-to-first-user": _Lost("the first in line hears the position too", "", _is_on),
        "announce-position-only-up": _Lost(
            "the position is told whether or not it has improved", is_harmless=_is_off
        ),
        "relative-periodic-announce": _Lost(
            "the next message is counted from the beginning of the one before", "", _is_off
        ),
        "reportholdtime": _Lost("agents are not told how long the caller waited", "", _is_off),
        "memberdelay": _Lost("agent and caller talk at once", "", _is_zero),
        "ringinuse": _Lost("callcore asks no agent who is on a call", "", _is_off),
        "log-restricted-caller-id": _Lost(_NO_QUEUE_LOG, _HISTORY),
        "monitor-type": _Lost(
            "FreeSWITCH records", "", lambda value: value.lower() == "mixmonitor"
        ),
        **{name: _prompt(name, prompt) for name, prompt in _OWN_PROMPTS.items()},
        "queue-seconds": _Lost("callcore tells minutes", is_harmless=_is("queue-seconds")),
        "queue-reporthold": _Lost("agents are not told how long the caller waited"),
        **dict.fromkeys(
            (
                "keepstats",
                "eventwhencalled",
                "eventmemberstatus",
                "updatecdr",
                "monitor-join",
                "persistentmembers",
                "queue-lessthan",
                "queue-less-than",
                "membermacro",
                "setrequeuevar",
                "qualify",
            ),
            _OLD,
        ),
    }
)

OF_ALL = MappingProxyType(
    {
        "persistentmembers": _Lost(
            "members added while Asterisk ran are in its database, not in this file; callcore's "
            "agents stay logged in over a restart",
            "give them queues, see `asterisk -rx 'queue show'`",
            _is_off,
        ),
        "autofill": _Lost("callcore serves all who wait at once", "", _is_on),
        "monitor-type": _Lost(
            "FreeSWITCH records", "", lambda value: value.lower() == "mixmonitor"
        ),
        "shared_lastcall": _Lost(
            "an agent's wrap-up holds for all queues, as with yes", "", _is_on
        ),
        "negative_penalty_invalid": _Lost(
            "of members in this file a negative penalty is 0 anyway", "", lambda _: True
        ),
        "log_membername_as_agent": _Lost(_NO_QUEUE_LOG, _HISTORY, _is_off),
        "log-caller-id-name": _Lost(_NO_QUEUE_LOG, _HISTORY, _is_off),
        "log-restricted-caller-id": _Lost(_NO_QUEUE_LOG, _HISTORY),
        "log_unpause_on_reason_change": _Lost(_NO_QUEUE_LOG, _HISTORY, _is_off),
        "force_longest_waiting_caller": _Lost(
            "an agent of several queues gets the caller of the highest priority, and of equal ones "
            "who waits longest: as with prio",
            "write priority of the queues alike for yes",
            lambda value: value.lower() == "prio",
        ),
        **dict.fromkeys(
            ("keepstats", "eventwhencalled", "updatecdr", "monitor-join", "realtime_family"), _OLD
        ),
    }
)


def tell(source: Source, lost: _Lost, notes: Notes) -> None:
    """Notes such a parameter."""
    if lost.is_harmless(source.value or ""):
        notes.nothing_lost(source, lost.reason if lost.is_harmless is _is_on else "as in callcore")
    else:
        notes.not_carried(source, lost.reason, lost.instead)
