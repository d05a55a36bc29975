"""What is on a node now, found by asking: its legs, and what its phones do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from callcore.adapters.freeswitch import commands, headers, leg_snapshots, phone_translation
from callcore.adapters.freeswitch.following import Following
from callcore.adapters.freeswitch.gate import Gate
from callcore.adapters.freeswitch.observing import LinkObserver
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.domain.phones import Phone, user_of
from callcore.ports.switch_events import LegSnapshot
from callcore.ports.telephony import CommandRefusedError, PhoneLeg

T = TypeVar("T")

SOUNDING_ANSWER = "true"
CONTACT_ANSWER = "sofia/"
NO_CONTACT_ANSWER = "error/"

QUESTIONS_AT_ONCE = 32
"""``uuid_dump`` takes half a millisecond, ``sofia_contact`` a fifth; asking several at once saves
the round trips, and others get their turn in between."""


class Listing:
    """Asks over the link to one node. Every method may raise ``SwitchUnavailableError``."""

    def __init__(
        self,
        gate: Gate,
        node: NodeName,
        following: Following,
        observer: LinkObserver,
        by_our_clock: Callable[[int], Micros] = Micros,
    ) -> None:
        self._gate = gate
        self._node = node
        self._observer = observer
        self._following = following
        self._by_our_clock = by_our_clock

    def leg_ids(self) -> frozenset[LegId]:
        """Every leg that is followed, a little late (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        return frozenset(LegId(row.uuid) for row in self._listed())

    def count(self) -> int:
        """How many legs there are, followed or not (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        return len(self._rows())

    def legs(self, among: Collection[LegId] | None) -> list[LegSnapshot]:
        """Every leg that is followed (or those ``among``, followed or not) with a ``callcore_``
        variable, and their partners (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        wanted = [LegId(row.uuid) for row in self._listed()] if among is None else list(among)
        found: list[LegSnapshot] = []
        for several in _in_bundles(wanted):
            found += self._snapshots(several)
        ours = {leg.leg_id for leg in found if leg.variables}
        return [leg for leg in found if leg.leg_id in ours or leg.bridged_to in ours]

    def registered(self, phones: Collection[Phone]) -> frozenset[Phone]:
        """Those of the phones that could be called now (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        found = set()
        for several in _in_bundles(list(phones)):
            replies = self._gate.ask_all([commands.contact_of(phone) for phone in several])
            for phone, reply in zip(several, replies, strict=True):
                if reply.text.startswith(CONTACT_ANSWER):
                    found.add(phone)
                elif not reply.text.startswith(NO_CONTACT_ANSWER):
                    raise CommandRefusedError(f"{self._node}: sofia_contact: {reply.text[:200]}")
        return frozenset(found)

    def legs_of(self, phones: Collection[Phone]) -> Mapping[LegId, PhoneLeg]:
        """The legs to and from those phones that are followed (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        wanted, users = frozenset(phones), frozenset(user_of(phone) for phone in phones)
        candidates = [
            LegId(row.uuid)
            for row in self._listed()
            if phone_translation.may_concern(row, wanted, users)
        ]
        found: dict[LegId, PhoneLeg] = {}
        for several in _in_bundles(candidates):
            for reply in self._gate.ask_all([commands.dump_leg(leg_id) for leg_id in several]):
                if not reply.is_error:
                    found |= self._phone_leg(reply.body, wanted)
        return found

    def _phone_leg(self, dump: bytes, wanted: frozenset[Phone]) -> dict[LegId, PhoneLeg]:
        """The leg, if it is one of a wanted phone; one that cannot be read is counted."""
        try:
            found = phone_translation.phone_leg_of(dump)
        except (headers.UnreadableEventError, headers.IncompleteEventError):
            self._observer.frame_skipped("unreadable_leg")
            return {}
        return {found[0]: found[1]} if found is not None and found[1].phone in wanted else {}

    def _listed(self) -> list[headers.ChannelRow]:
        """The channels that are followed."""
        return [row for row in self._rows() if LegId(row.uuid) in self._following]

    def _rows(self) -> list[headers.ChannelRow]:
        """The channels as the switch lists them, a little late."""
        reply = self._gate.ask(commands.list_legs())
        try:
            return headers.channel_rows(reply.body)
        except headers.UnreadableEventError as cause:
            raise CommandRefusedError(f"{self._node}: show channels: {cause}") from cause

    def _snapshots(self, leg_ids: list[LegId]) -> list[LegSnapshot]:
        """The legs that still exist; those that cannot be read are counted and left out."""
        found: dict[LegId, LegSnapshot] = {}
        unsure: list[LegId] = []
        for reply in self._gate.ask_all([commands.dump_leg(leg_id) for leg_id in leg_ids]):
            if reply.is_error:
                continue
            try:
                leg = leg_snapshots.snapshot_of(reply.body, self._node, self._by_our_clock)
                found[leg.leg_id] = leg
                if leg.is_parked and leg_snapshots.may_be_sounding(reply.body):
                    unsure.append(leg.leg_id)
            except (headers.UnreadableEventError, headers.IncompleteEventError):
                self._observer.frame_skipped("unreadable_leg")
        answers = self._gate.ask_all([commands.sounding(leg_id) for leg_id in unsure])
        for leg_id, answer in zip(unsure, answers, strict=True):
            if answer.text == SOUNDING_ANSWER:
                found[leg_id] = replace(found[leg_id], is_parked=False)
        return list(found.values())


def _in_bundles(several: list[T]) -> Iterator[list[T]]:
    """The questions in bundles of as many as are asked at once."""
    for start in range(0, len(several), QUESTIONS_AT_ONCE):
        yield several[start : start + QUESTIONS_AT_ONCE]
