"""app_queue's members as callcore's agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callcore.importing import names, standing
from callcore.importing.asterisk import words
from callcore.importing.asterisk.conf import Section
from callcore.importing.asterisk.members import Member, Members
from callcore.importing.asterisk.pool_agents import PoolAgent
from callcore.importing.draft import Block
from callcore.importing.notes import Notes
from callcore.importing.places import Source, shown
from callcore.importing.placing import Placing

_ORDERED = ("linear", "rrordered")
"""Strategies by which members are asked in their order in the file."""


class Agents:
    """Gathers what the queues say of each phone."""

    def __init__(
        self,
        notes: Notes,
        members: Members,
        pool: Mapping[str, PoolAgent],
        domain: str | None,
    ) -> None:
        self._notes = notes
        self._members = members
        self._pool = pool
        self._domain = domain
        self._by_phone = members.by_phone()
        self._names = names.renamed(self._by_phone, "agent")
        self._users = {name: user for user, name in self._names.items()}
        self._autopauses: dict[str, Source] = {}
        """By phone."""
        self.placings: list[Placing] = []

    def source(self, name: str) -> Source:
        """The first line of an agent."""
        return self._by_phone[self._users[name]][0].source

    def place(self, members: Sequence[Member], levels: Mapping[int, int], strategy: str) -> None:
        """Gives the members of a queue their places."""
        for member in members:
            self.placings.append(
                Placing(
                    agent=self._names[member.phone.user],
                    queue=member.queue,
                    level=levels[member.penalty],
                    position=member.order if strategy in _ORDERED else 1,
                    source=member.source,
                )
            )

    def note_autopause(self, section: Section, members: Sequence[Member]) -> None:
        """Takes what a queue does with members who do not answer."""
        found = [one for one in section.settings if one.parameter.lower() == "autopause"]
        if not found:
            return
        source = found[-1]
        word = (source.value or "").lower()
        if word == "all" or words.is_true(word):
            for member in members:
                self._autopauses.setdefault(member.phone.user, source)
        if words.is_true(word):
            self._notes.changed(
                source, "a break holds for all queues of the agent, there for this queue only"
            )
        elif word != "all":
            self._notes.nothing_lost(source, "no number of misses is too many")

    def blocks(self) -> dict[str, Block]:
        """The agents by callcore's names, without their queues."""
        blocks = {self._names[user]: self._block(user) for user in self._by_phone}
        for unused in sorted(self._pool.keys() - self._by_phone.keys()):
            self._notes.not_carried(
                self._pool[unused].source, "no queue has a member Agent/... of this name"
            )
        if self._autopauses:
            self._notes.assumed(
                "break_after_misses counts busy and refused calls as misses too, in all queues"
            )
        return blocks

    def _block(self, user: str) -> Block:
        places = self._by_phone[user]
        source = places[0].source
        about = self._pool.get(user)
        block = Block()
        if self._names[user] != user:
            self._notes.changed(
                source.part("interface", user), f"agent {self._names[user]} here: {names.RULE}"
            )
        self._set_name(block, user, places, about)
        at = "" if self._domain is None else f"@{self._domain}"
        block.set("contact", f"user/{user}{at}", source)
        if any(place.phone.is_standing for place in places):
            standing.leave_to_operator(block, source, self._notes)
        if about is not None and about.confirm_key is not None:
            block.set("confirm_key", about.confirm_key.value or "#", about.confirm_key)
        self._set_wrap_up(block, places, about)
        if user in self._autopauses:
            block.set("break_after_misses", 1, self._autopauses[user])
        is_paused = all(place.is_paused for place in places)
        block.set("logged_in_at_start", not is_paused, source)
        for place in places:
            if place.is_paused and is_paused:
                self._notes.changed(
                    place.source.part("paused", "yes"),
                    "nobody begins on a break: logged out at the first start",
                )
            elif place.is_paused:
                self._notes.not_carried(
                    place.source.part("paused", "yes"), "a break holds for all queues of an agent"
                )
        return block

    def _set_name(
        self, block: Block, user: str, places: Sequence[Member], about: PoolAgent | None
    ) -> None:
        named = next((place for place in places if place.name), None)
        full_name = None if about is None else about.full_name
        if named is not None:
            block.set("name", shown(named.name), named.source)
            if full_name is not None:
                self._notes.nothing_lost(full_name, "the queue's member line names the agent")
            for place in places:
                if place.name not in ("", named.name):
                    self._notes.changed(
                        place.source.part("membername", place.name), f"{shown(named.name)} here"
                    )
        elif full_name is not None and full_name.value:
            block.set("name", shown(full_name.value), full_name)
        else:
            block.set("name", user, places[0].source)

    def _set_wrap_up(self, block: Block, places: Sequence[Member], about: PoolAgent | None) -> None:
        """A member's own wrap-up is that of one queue, an agent's is of all queues."""
        own = [place for place in places if place.wrap_up_seconds]
        from_pool = None if about is None else about.wrap_up
        if own:
            if from_pool is not None:
                self._notes.not_carried(from_pool, "the queue's member line has another")
            longest = max(own, key=lambda place: place.wrap_up_seconds)
            block.set(
                "wrap_up_seconds",
                longest.wrap_up_seconds,
                longest.source.part("wrapuptime", str(longest.wrap_up_seconds)),
            )
            for place in places:
                if place.wrap_up_seconds != longest.wrap_up_seconds:
                    there = place.wrap_up_seconds or "the queue's"
                    self._notes.changed(
                        place.source.part("wrapuptime", str(there)),
                        f"{longest.wrap_up_seconds} seconds: an agent has one for all queues",
                    )
        elif from_pool is not None and from_pool.value != "0":
            block.set("wrap_up_seconds", int(from_pool.value or "0"), from_pool)
        elif from_pool is not None:
            self._notes.nothing_lost(from_pool, "the queues' wrap-up holds")
