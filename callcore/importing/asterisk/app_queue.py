"""An app_queue configuration as a draft of callcore's settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from callcore.importing import names, placing
from callcore.importing.asterisk import conf, lost_parameters, penalty_rules, pool_agents
from callcore.importing.asterisk.agents import Agents
from callcore.importing.asterisk.conf import Section
from callcore.importing.asterisk.members import Members
from callcore.importing.asterisk.penalties import Penalties
from callcore.importing.asterisk.queue_settings import Queues
from callcore.importing.draft import Block, Draft
from callcore.importing.files import Files
from callcore.importing.headings import begun
from callcore.importing.notes import Notes
from callcore.importing.places import NotImportableError, Source
from callcore.importing.recordings import Recordings

_SYSTEM = "app_queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Other files and what the operator says."""

    rules_file: Path | None = None
    """``queuerules.conf``."""
    agents_file: Path | None = None
    """``agents.conf``."""
    domain: str | None = None
    """Of the phones."""


def from_app_queue(path: Path, notes: Notes, beside: Beside = Beside()) -> Draft:
    """The draft of a ``queues.conf``; what it does not say goes into ``notes``.

    Raises ``NotImportableError``.
    """
    files = Files()
    rules = beside.rules_file and penalty_rules.read(beside.rules_file, files, notes)
    pool = pool_agents.read(beside.agents_file, files, notes) if beside.agents_file else {}
    sections = _first_of_each(conf.read(path, files, notes), notes)
    general = [section for section in sections if section.name.lower() == "general"]
    for section in general:
        _tell_of_general(section, notes)
    queues = [section for section in sections if section not in general]
    if not queues:
        raise NotImportableError(
            "no queue in it: every section but [general] is one, and there is none that is not a "
            "template or commented out",
            str(path),
        )
    given = names.renamed((section.name for section in queues), "queue")
    draft = begun(_SYSTEM, path)
    members = Members(notes)
    for section in queues:
        _tell_of_name(section, given[section.name], notes)
        members.of_queue[given[section.name]] = {}
        for setting in section.settings:
            if setting.parameter.lower() == "member":
                members.add(given[section.name], setting)
    recordings = Recordings(notes)
    translation = Queues(notes, recordings)
    penalties = Penalties(notes, rules or {}, has_rules=rules is not None)
    agents = Agents(notes, members, pool, beside.domain)
    blocks: dict[str, Block] = {}
    for section in queues:
        name = given[section.name]
        blocks[name] = Block()
        of_queue = list(members.of_queue[name].values())
        word = translation.translate(section, blocks[name], is_served=bool(of_queue))
        agents.place(of_queue, penalties.levels(section, blocks[name], word, of_queue), word)
        agents.note_autopause(section, of_queue)
    recordings.add_to(draft)
    for section in queues:
        name = given[section.name]
        source = Source(
            place=section.place, subject=f"queue {section.name}", parameter=f"[{section.name}]"
        )
        draft.queues.block(name, source).entries = blocks[name].entries
    made = agents.blocks()
    placing.place(agents.placings, made, notes)
    for name, block in made.items():
        holder = draft.agents.block(name, agents.source(name))
        holder.entries, holder.headings = block.entries, block.headings
    draft.left_out += members.left_out
    _tell_of_all(notes, beside)
    return draft


def _first_of_each(sections: list[Section], notes: Notes) -> list[Section]:
    first: dict[str, Section] = {}
    for section in sections:
        key = section.name.lower()
        source = Source(place=section.place, subject="section", parameter=f"[{section.name}]")
        if not key.strip():
            notes.not_carried(source, "it has no name")
        elif key in first:
            notes.not_carried(
                source,
                f"app_queue takes the one of line {first[key].place.line}",
                f"write [{section.name}](+) to add to it",
            )
        else:
            first[key] = section
    return list(first.values())


def _tell_of_general(section: Section, notes: Notes) -> None:
    for setting in section.settings:
        lost = lost_parameters.OF_ALL.get(setting.parameter.lower())
        if lost is None:
            notes.not_carried(setting, "unknown to app_queue")
        else:
            lost_parameters.tell(setting, lost, notes)


def _tell_of_name(section: Section, name: str, notes: Notes) -> None:
    if section.name != name:
        source = Source(
            place=section.place,
            subject=f"queue {section.name}",
            parameter="name",
            value=section.name,
        )
        notes.changed(source, f"{name} here: {names.RULE}")


def _tell_of_all(notes: Notes, beside: Beside) -> None:
    notes.assumed(
        "callers wait for an hour at most and hear a goodbye: Queue()'s timeout, and what the "
        "dialplan did after it by QUEUESTATUS, are not in this file",
        instead="write maximum_wait_seconds and overflow of the queues",
    )
    notes.assumed(
        "1000 callers may wait in a queue without maxlen, and no agent is asked who is on a call "
        "or wraps up for another queue",
    )
    notes.assumed("retry, which is the caller's pause there, is that of the agent who missed")
    if beside.domain is None:
        notes.assumed(
            "contacts have no domain: FreeSWITCH takes its own",
            instead="give that of the phones with --domain",
        )
