"""Members of app_queue's queues, gathered by the phone they are: callcore's agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcore.importing.asterisk import interfaces, words
from callcore.importing.asterisk.interfaces import Phone
from callcore.importing.notes import Notes
from callcore.importing.places import Source, shown

_ARGUMENTS = (
    "interface",
    "penalty",
    "membername",
    "state_interface",
    "ringinuse",
    "wrapuptime",
    "paused",
)
_MOST_SECONDS = 999_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A phone in one queue."""

    phone: Phone
    queue: str
    source: Source
    order: int
    """Its place in the queue, from 1."""
    penalty: int
    name: str
    wrap_up_seconds: int
    """0: the queue's."""
    is_paused: bool


@dataclass(slots=True)
class Members:
    """All members of all queues."""

    notes: Notes
    of_queue: dict[str, dict[str, Member]] = field(default_factory=dict)
    """By queue and phone; where one phone is in a queue twice, the first."""
    left_out: list[str] = field(default_factory=list)

    def add(self, queue: str, source: Source) -> None:
        """Takes a ``member =>`` line."""
        given = words.arguments(source.value or "")
        texts = dict(zip(_ARGUMENTS, [*given, *[""] * len(_ARGUMENTS)], strict=False))
        for extra in given[len(_ARGUMENTS) :]:
            self.notes.not_carried(
                source.part("member", extra), "app_queue takes no more arguments"
            )
        found = interfaces.phone(texts["interface"], texts["state_interface"])
        members = self.of_queue.setdefault(queue, {})
        if isinstance(found, str):
            self.notes.not_carried(source, f"the member is left out: {found}")
            self.left_out.append(
                f"{source.place.brief} member {shown(texts['interface'])} of queue {shown(queue)} "
                f"is left out: {found}"
            )
            return
        if found.user in members:
            self.notes.not_carried(
                source,
                "the same phone is in the queue already, by line "
                f"{members[found.user].source.place.line}",
            )
            return
        if found.runs_dialplan:
            self.notes.changed(
                source,
                f"the phone {found.user} is called, not the extension of context "
                f"{shown(found.runs_dialplan)}",
                "if that leads elsewhere, write where as the agent's contact",
            )
        self._tell_of_ringing(source, texts["ringinuse"])
        members[found.user] = Member(
            phone=found,
            queue=queue,
            source=source,
            order=len(members) + 1,
            penalty=self._number(source, "penalty", texts),
            name=texts["membername"],
            wrap_up_seconds=self._number(source, "wrapuptime", texts),
            is_paused=words.is_true(texts["paused"]),
        )

    def by_phone(self) -> dict[str, list[Member]]:
        """The places of each phone, in the order of the file."""
        phones: dict[str, list[Member]] = {}
        for members in self.of_queue.values():
            for user, member in members.items():
                phones.setdefault(user, []).append(member)
        return phones

    def _number(self, source: Source, name: str, texts: Mapping[str, str]) -> int:
        text = texts[name]
        number = words.leading_number(text)
        if text and not text.isdecimal():
            self.notes.changed(source.part(name, text), f"read as {max(number, 0)}")
        return min(max(number, 0), _MOST_SECONDS)

    def _tell_of_ringing(self, source: Source, ringinuse: str) -> None:
        about = source.part("ringinuse", ringinuse)
        if words.is_true(ringinuse):
            self.notes.not_carried(about, "callcore asks no agent who is on a call")
        elif words.is_false(ringinuse):
            self.notes.nothing_lost(about, "callcore asks no agent who is on a call")
