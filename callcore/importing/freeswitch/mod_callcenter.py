"""A mod_callcenter configuration as a draft of callcore's settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from callcore.importing import names, placing
from callcore.importing.draft import Block, Draft
from callcore.importing.files import Files
from callcore.importing.freeswitch import callcenter_file, settings, words
from callcore.importing.freeswitch.callcenter_agents import Agent, Agents
from callcore.importing.freeswitch.callcenter_file import CallcenterFile, Described
from callcore.importing.freeswitch.callcenter_queues import Queues, Serving
from callcore.importing.freeswitch.contacts import Contacts
from callcore.importing.freeswitch.variables import Variables
from callcore.importing.freeswitch.xml_tree import XmlFiles
from callcore.importing.headings import begun
from callcore.importing.notes import Notes
from callcore.importing.places import NotImportableError, shown
from callcore.importing.placing import Placing
from callcore.importing.recordings import Recordings

_SYSTEM = "mod_callcenter"


def from_mod_callcenter(
    path: Path, notes: Notes, *, variables_file: Path | None = None, domain: str | None = None
) -> Draft:
    """The draft of a configuration; what it does not say goes into ``notes``.

    ``variables_file`` is a ``vars.xml``; ``domain`` stands for ``$${domain}``. Raises
    ``NotImportableError``.
    """
    variables = Variables()
    if domain is not None:
        variables.fix("domain", domain)
    files = Files()
    if variables_file is not None:
        # What it says besides the variables is none of ours.
        XmlFiles(files, variables, Notes()).read(variables_file)
    found = callcenter_file.read(path, XmlFiles(files, variables, notes))
    if not found.queues:
        raise NotImportableError(
            "no <queue> in its <queues>: there is nothing to import without one", str(path)
        )
    return _Translation(path, notes, variables, found).draft()


class _Translation:
    def __init__(
        self, path: Path, notes: Notes, variables: Variables, found: CallcenterFile
    ) -> None:
        self._notes = notes
        self._variables = variables
        self._found = found
        self._draft = begun(_SYSTEM, path)
        self._queue_names = self._named(found.queues, "queue")
        self._agent_names = self._named(found.agents, "agent")
        self._agents: dict[str, Agent] = {}
        """By callcore's names."""

    def draft(self) -> Draft:
        ringing = settings.ringing_seconds(self._found.settings, self._notes)
        recordings = Recordings(self._notes)
        self._translate_agents(ringing[0])
        placings = self._placings()
        queues = Queues(
            notes=self._notes,
            variables=self._variables,
            recordings=recordings,
            ringing=ringing,
        )
        of_queues = placing.by_queue(placings)
        blocks: dict[str, Block] = {}
        for given in self._found.queues:
            name = self._queue_names[given.name.lower()]
            blocks[name] = Block()
            queues.translate(given, blocks[name], self._serving(of_queues.get(name, [])))
        recordings.add_to(self._draft)
        for given in self._found.queues:
            name = self._queue_names[given.name.lower()]
            self._draft.queues.block(name, given.source).entries = blocks[name].entries
        by_name = {name: agent.block for name, agent in self._agents.items()}
        placing.place(placings, by_name, self._notes)
        for given in self._found.agents:
            name = self._agent_names[given.name.lower()]
            if name in by_name:
                holder = self._draft.agents.block(name, given.source)
                holder.entries, holder.headings = by_name[name].entries, by_name[name].headings
        self._tell_of_all()
        return self._draft

    def _named(self, described: Sequence[Described], kind: str) -> dict[str, str]:
        """callcore's names by those there in lower case; changes are told."""
        given = names.renamed((one.name for one in described), kind)
        for one in described:
            if given[one.name] != one.name:
                self._notes.changed(one.source, f"{given[one.name]} here: {names.RULE}")
        return {one.name.lower(): given[one.name] for one in described}

    def _translate_agents(self, ringing_seconds: int) -> None:
        contacts = Contacts(self._notes, self._variables, ringing_seconds)
        agents = Agents(self._notes, contacts)
        for given in self._found.agents:
            made = agents.agent(given)
            if isinstance(made, Agent):
                self._agents[self._agent_names[given.name.lower()]] = made
            else:
                self._notes.not_carried(given.source, f"the agent is left out: {made}")
                self._draft.left_out.append(
                    f"{given.source.place.brief} agent {shown(given.name)} is left out: {made}"
                )

    def _placings(self) -> list[Placing]:
        """The last tier of an agent in a queue counts."""
        placings: dict[tuple[str, str], Placing] = {}
        for tier in self._found.tiers:
            agent = self._agent_names.get((tier.text("agent") or "").lower())
            queue = self._queue_names.get((tier.text("queue") or "").lower())
            if agent is None or queue is None:
                missing = "agent" if agent is None else "queue"
                self._notes.not_carried(tier.source, f"there is no such {missing} in the file")
                continue
            if agent not in self._agents:
                self._notes.not_carried(tier.source, "its agent is left out")
                continue
            for name, unknown in tier.parameters.items():
                if name not in ("agent", "queue", "level", "position"):
                    self._notes.not_carried(unknown, "unknown to mod_callcenter")
            before = placings.pop((agent, queue), None)
            if before is not None:
                line = tier.source.place.line
                self._notes.nothing_lost(before.source, f"line {line} has it again, and counts")
            placings[agent, queue] = Placing(
                agent=agent,
                queue=queue,
                level=words.leading_number(tier.text("level") or "1"),
                position=words.leading_number(tier.text("position") or "1"),
                source=tier.source,
            )
        return list(placings.values())

    def _serving(self, of_queue: list[Placing]) -> Serving:
        agents = [self._agents[placing.agent] for placing in of_queue]
        return Serving(
            levels=frozenset(placing.level for placing in of_queue),
            ringing=[(one.rings_by, one.rings_seconds) for one in agents],
            breaks_after_misses=any(one.breaks_after_misses for one in agents),
        )

    def _tell_of_all(self) -> None:
        notes = self._notes
        notes.assumed(
            "callers who leave without an agent hear a goodbye: what the dialplan did after "
            "callcenter, by cc_cancel_reason and cc_exit_keys, is not in this file",
            instead="write exit_key and overflow of the queues",
        )
        notes.assumed(
            "1000 callers may wait in a queue; mod_callcenter has no limit",
            instead="write maximum_waiting",
        )
        notes.assumed(
            "agents on a break count as absent: to mod_callcenter they were there, for "
            "max-wait-time-with-no-agent and tier-rule-no-agent-no-wait",
        )
        notes.assumed(
            "a line that cannot be reached rests for callcore's usual 10 seconds; mod_callcenter "
            "takes it for no answer",
            instead="write retry_after.unreachable",
        )
        if any(one.breaks_after_misses for one in self._agents.values()):
            notes.assumed("break_after_misses counts busy and refused calls as misses too")
