"""What of an agent's dial string becomes a contact, and what becomes of the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from callcore.domain.policies.limits import KEYS
from callcore.importing.freeswitch import dial_strings, words
from callcore.importing.freeswitch.dial_strings import DialStringError, Leg
from callcore.importing.freeswitch.variables import Variables
from callcore.importing.notes import Notes
from callcore.importing.places import Source

LONGEST = 2000
"""mod_callcenter keeps 1024 characters."""

_HOST = r"[A-Za-z0-9_.-]+(?::[0-9]{1,5})?"
_USER = r"[A-Za-z0-9_.+*#-]+"
_CONTACT = re.compile(
    rf"user/{_USER}(?:@{_HOST})?"
    rf"|sofia/gateway/[A-Za-z0-9_.-]+/{_USER}"
    rf"|sofia/(?!gateway/)[A-Za-z0-9_.-]+/{_USER}@{_HOST}"
)
_REGISTERED = re.compile(rf"sofia/(?!gateway/)[A-Za-z0-9_.-]+/({_USER})%({_HOST})")
_LONGEST_CONTACT = 256
_FORMS = "user/1001@domain, sofia/PROFILE/USER@HOST or sofia/gateway/GATEWAY/NUMBER"
_CHANNEL_VARIABLE = re.compile(r"(?<!\$)\$\{")

_TIMEOUTS = ("leg_timeout", "originate_timeout")
_NEEDLESS = {
    "ignore_early_media": "callcore waits for the pick-up anyway",
    "loopback_bowout": "callcore dials no loopback",
    "loopback_bowout_on_execute": "callcore dials no loopback",
}
_ON_THE_PHONE = "set it where the phone is: in the dial-string of the user's directory entry"
_LOST = {
    "group_confirm_file": (
        "callcore has its own prompts to confirm with",
        "say which queue calls with whisper of the queue",
    ),
    "leg_delay_start": ("callcore rings agents at once", ""),
    "leg_progress_timeout": ("callcore counts from the dialling", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What callcore dials, and how."""

    address: str
    rings_seconds: int | None = None
    rings_by: str = "contact"
    """The variable that says how long."""
    confirm_key: str | None = None
    confirm_seconds: float | None = None


class Contacts:
    """Takes one dial string after another."""

    def __init__(self, notes: Notes, variables: Variables, usual_ringing_seconds: int) -> None:
        self._notes = notes
        self._variables = variables
        self._usual_ringing_seconds = usual_ringing_seconds

    def contact(self, source: Source) -> Contact | str:
        """The contact of a dial string, the source's value; or why there is none."""
        text = source.value or ""
        if len(text) > LONGEST:
            return f"its contact has more than {LONGEST} characters"
        if unknown := self._variables.unknown_in(text):
            reason, helps = self._variables.remedy(unknown)
            return f"of its contact {reason}: {helps}"
        if _CHANNEL_VARIABLE.search(text):
            return (
                "its contact has variables of the channel, ${...}, which callcore does not put in: "
                f"write it out as {_FORMS}"
            )
        try:
            legs = dial_strings.parse(text)
        except DialStringError as error:
            return f"its contact is no dial string ({error}): write it as {_FORMS}"
        for leg in legs:
            address = self._address(leg, source)
            if address is not None:
                self._tell_of_others(legs, leg, source)
                return self._with_variables(address, leg, source)
        return f"callcore does not dial its contact: write it as {_FORMS}"

    def _address(self, leg: Leg, source: Source) -> str | None:
        address = leg.address
        if registered := _REGISTERED.fullmatch(address):
            address = f"user/{registered[1]}@{registered[2]}"
            self._notes.changed(
                source,
                f"{address} is dialled, the same phone if the directory has this user",
            )
        fits = len(address) <= _LONGEST_CONTACT and ".." not in address
        return address if fits and _CONTACT.fullmatch(address) else None

    def _tell_of_others(self, legs: tuple[Leg, ...], taken: Leg, source: Source) -> None:
        for leg in legs:
            if leg is not taken:
                self._notes.not_carried(
                    source.part("contact", leg.address),
                    "callcore dials one phone of an agent",
                    "let the user's directory entry dial several",
                )

    def _with_variables(self, address: str, leg: Leg, source: Source) -> Contact:
        timeouts: dict[str, int] = {}
        key: str | None = None
        seconds: float | None = None
        for name, value in leg.variables:
            about = source.part(name, value)
            if name in _TIMEOUTS and words.leading_number(value) > 0:
                timeouts[name] = words.leading_number(value)
            elif name in _TIMEOUTS:
                self._notes.nothing_lost(about, "no limit")
            elif name == "group_confirm_key" and value in KEYS:
                key = value
            elif name == "group_confirm_key":
                self._notes.not_carried(
                    about, "callcore takes one key, 0 to 9, * or #", "write confirm_key"
                )
            elif name == "group_confirm_read_timeout" and words.leading_number(value) > 0:
                seconds = words.leading_number(value) / 1000
            elif name in _NEEDLESS:
                self._notes.nothing_lost(about, _NEEDLESS[name])
            else:
                reason, helps = _LOST.get(name, ("callcore sets no such variable", _ON_THE_PHONE))
                self._notes.not_carried(about, reason, helps)
        if seconds is not None and key is None:
            self._notes.nothing_lost(
                source.part("group_confirm_read_timeout", f"{seconds * 1000:g}"),
                "no effect without group_confirm_key",
            )
            seconds = None
        rings_seconds, rings_by = self._ringing(timeouts)
        for name in timeouts.keys() - {rings_by}:
            self._notes.nothing_lost(source.part(name, f"{timeouts[name]}"), "the shorter counts")
        return Contact(
            address=address,
            rings_seconds=rings_seconds,
            rings_by=rings_by,
            confirm_key=key,
            confirm_seconds=seconds,
        )

    def _ringing(self, timeouts: dict[str, int]) -> tuple[int | None, str]:
        """``originate_timeout`` takes the place of the usual time; ``leg_timeout`` shortens it."""
        if not timeouts:
            return None, "contact"
        whole = timeouts.get("originate_timeout", self._usual_ringing_seconds)
        of_leg = timeouts.get("leg_timeout", whole)
        is_legs = of_leg < whole or "originate_timeout" not in timeouts
        by = "leg_timeout" if is_legs else "originate_timeout"
        return min(whole, of_leg, words.LONGEST_SECONDS), by
