"""mod_callcenter's agents as callcore's."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.importing import standing
from callcore.importing.draft import Block
from callcore.importing.freeswitch import words
from callcore.importing.freeswitch.callcenter_file import Described
from callcore.importing.freeswitch.contacts import Contact, Contacts
from callcore.importing.notes import Notes
from callcore.importing.places import Source, shown

_CALLBACK, _STANDBY = "callback", "uuid-standby"
_ON_DEMAND = "available (on demand)"
_STATUSES = ("unknown", "logged out", "available", _ON_DEMAND, "on break")
_DELAYS = {
    "no-answer-delay-time": "no_answer",
    "busy-delay-time": "busy",
    "reject-delay-time": "refused",
}
_MOST = 999_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent who could be carried."""

    block: Block
    rings_by: Source
    """What says how long the phone rings; the contact, if that does not."""
    rings_seconds: int | None
    """``None`` if the contact does not say."""
    breaks_after_misses: bool


class Agents:
    """Translates one agent after another."""

    def __init__(self, notes: Notes, contacts: Contacts) -> None:
        self._notes = notes
        self._contacts = contacts

    def agent(self, given: Described) -> Agent | str:
        """The agent without queues, or why callcore cannot have one like that."""
        kind = (given.text("type") or "").lower()
        if kind not in (_CALLBACK, _STANDBY):
            return (
                "mod_callcenter loads no agent whose type is neither callback nor uuid-standby: "
                "write a type"
            )
        source = given.parameters.get("contact")
        if source is None and kind == _STANDBY and "@" in given.name:
            source = given.source.part("contact", f"user/{given.name}")
            self._notes.assumed(f"the phone is {shown(f'user/{given.name}')}", given.source)
        if source is None or not (source.value or "").strip():
            return "it has no contact: write what callcore is to dial"
        contact = self._contacts.contact(source)
        if isinstance(contact, str):
            return contact
        block = Block()
        block.set("name", _displayed(given.name), given.source)
        block.set("contact", contact.address, source)
        self._set_confirming(block, contact, source)
        if kind == _STANDBY:
            standing.leave_to_operator(block, given.parameters["type"], self._notes)
        self._set_numbers(block, given)
        self._set_status(block, given)
        for name, unknown in given.parameters.items():
            if name not in KNOWN:
                self._notes.not_carried(unknown, "unknown to mod_callcenter")
        return Agent(
            block=block,
            rings_by=source.part(contact.rings_by, _ringing(contact, source)),
            rings_seconds=contact.rings_seconds,
            breaks_after_misses="break_after_misses" in block,
        )

    def _set_confirming(self, block: Block, contact: Contact, source: Source) -> None:
        if contact.confirm_key is not None:
            about = source.part("group_confirm_key", contact.confirm_key)
            block.set("confirm_key", contact.confirm_key, about)
        if contact.confirm_seconds is not None:
            about = source.part("group_confirm_read_timeout", None)
            block.set("confirm_seconds", contact.confirm_seconds, about)

    def _set_numbers(self, block: Block, given: Described) -> None:
        wrap_up = given.parameters.get("wrap-up-time")
        if wrap_up is not None:
            block.set("wrap_up_seconds", self._number(wrap_up), wrap_up)
        for name, word in _DELAYS.items():
            delay = given.parameters.get(name)
            if delay is not None:
                block.block("retry_after").set(word, self._number(delay), delay)
        most = given.parameters.get("max-no-answer")
        if most is not None and self._number(most) > 0:
            block.set("break_after_misses", self._number(most), most)
        elif most is not None:
            self._notes.nothing_lost(most, "no number of misses is too many")

    def _set_status(self, block: Block, given: Described) -> None:
        status = given.parameters.get("status")
        word = "" if status is None else (status.value or "").lower()
        is_in = word in ("available", _ON_DEMAND)
        if status is not None and word == _ON_DEMAND:
            self._notes.not_carried(
                status,
                "that the agent rests after each call until told otherwise; logged in like others",
                "let the agent ask for a break during the call",
            )
        elif status is not None and word == "on break":
            self._notes.changed(status, "nobody begins on a break: logged out at the first start")
        elif status is not None and word not in _STATUSES:
            self._notes.not_carried(status, "unknown to mod_callcenter: logged out")
        remark = "" if status is not None else "mod_callcenter's default"
        block.set("logged_in_at_start", is_in, status, remark)

    def _number(self, source: Source) -> int:
        number = words.leading_number(source.value or "")
        if not 0 <= number <= _MOST:
            self._notes.changed(source, "no number callcore takes: 0")
            return 0
        if not (source.value or "").strip().isdecimal():
            self._notes.changed(source, f"read as {number}, as mod_callcenter does")
        return number


def _ringing(contact: Contact, source: Source) -> str | None:
    return source.value if contact.rings_seconds is None else f"{contact.rings_seconds}"


def _displayed(name: str) -> str:
    """The name for people; without a domain that is a variable nobody knows."""
    known = name.partition("@")[0] if "$${" in name else name
    return shown(known.strip()) or "agent"


KNOWN = frozenset({"name", "type", "contact", "status", "max-no-answer", "wrap-up-time", *_DELAYS})
