"""``callcenter.conf.xml``: its queues, agents and tiers as mod_callcenter finds them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path

from callcore.importing.freeswitch.xml_tree import Element, XmlFiles
from callcore.importing.notes import Notes
from callcore.importing.places import NotImportableError, Source

_CONFIGURATION = "callcenter.conf"
_PARTS = {"settings": "param", "queues": "queue", "agents": "agent", "tiers": "tier"}
"""What mod_callcenter looks for in each."""


@dataclass(slots=True, kw_only=True)
class Described:
    """A queue or an agent with its parameters."""

    name: str
    source: Source
    parameters: dict[str, Source] = field(default_factory=dict)

    def text(self, parameter: str) -> str | None:
        """What it is given as."""
        given = self.parameters.get(parameter)
        return None if given is None else given.value


@dataclass(slots=True, kw_only=True)
class CallcenterFile:
    """What the file says, without what mod_callcenter would not look at."""

    settings: dict[str, Source]
    queues: list[Described]
    agents: list[Described]
    tiers: list[Described]
    """Named ``agent in queue``."""


def read(path: Path, files: XmlFiles) -> CallcenterFile:
    """Reads the file; what mod_callcenter passes over is noted. Raises ``NotImportableError``."""
    root = files.read(path)
    configuration = _configuration(root, path)
    notes = files.notes
    parts = {part: _elements(configuration, part, notes) for part in _PARTS}
    return CallcenterFile(
        settings=_settings(parts["settings"], notes),
        queues=_first_of_each([_queue(element, notes) for element in parts["queues"]], notes),
        agents=_first_of_each([_agent(element) for element in parts["agents"]], notes),
        tiers=[_tier(element) for element in parts["tiers"]],
    )


def _configuration(root: Element, path: Path) -> Element:
    for element in root.descendants():
        named = element.attributes.get("name", _CONFIGURATION).lower()
        if element.tag == "configuration" and named == _CONFIGURATION:
            return element
    raise NotImportableError(
        f'no <configuration name="{_CONFIGURATION}"> in it: is it mod_callcenter\'s?', str(path)
    )


def _elements(configuration: Element, part: str, notes: Notes) -> list[Element]:
    found = list(configuration.all(part))
    for other in found[1:]:
        notes.not_carried(
            _source(other, part), f"mod_callcenter reads the first <{part}> only", "join them"
        )
    if part == "settings":  # once for all children of the configuration
        for child in configuration.children:
            if child.tag not in _PARTS:
                notes.not_carried(_source(child, child.tag), f"unknown{_guess(child.tag, _PARTS)}")
    elements = []
    for child in found[0].children if found else ():
        if child.tag == _PARTS[part]:
            elements.append(child)
        else:
            notes.not_carried(_source(child, child.tag), f"unknown in <{part}>")
    return elements


def _settings(elements: list[Element], notes: Notes) -> dict[str, Source]:
    """By lower-case name; the last of a name counts."""
    settings: dict[str, Source] = {}
    for element in elements:
        name = element.attributes.get("name", "").lower()
        given = _parameter(element, "settings")
        if name in settings:
            notes.nothing_lost(settings[name], f"line {element.place.line} has it again")
        settings[name] = given
    return settings


def _queue(element: Element, notes: Notes) -> Described:
    queue = _described(element, "queue")
    for name in element.attributes:
        if name != "name":
            notes.not_carried(
                queue.source.part(name, element.attributes[name]), "unknown to mod_callcenter"
            )
    for child in element.children:
        given = _parameter(child, f"queue {queue.name}")
        if child.tag != "param":
            notes.not_carried(given, f"unknown in <queue>{_guess(child.tag, ['param'])}")
        elif (first := queue.parameters.get(given.parameter.lower())) is not None:
            notes.nothing_lost(given, f"line {first.place.line} has it already, and counts")
        else:
            queue.parameters[given.parameter.lower()] = given
    return queue


def _agent(element: Element) -> Described:
    return _with_attributes(_described(element, "agent"), element)


def _tier(element: Element) -> Described:
    agent, queue = (element.attributes.get(name, "") for name in ("agent", "queue"))
    name = f"{agent} in {queue}"
    source = Source(
        place=element.place, subject=f"tier of agent {agent}", parameter="queue", value=queue
    )
    return _with_attributes(Described(name=name, source=source), element)


def _described(element: Element, kind: str) -> Described:
    name = element.attributes.get("name", "")
    source = Source(place=element.place, subject=f"{kind} {name}", parameter="name", value=name)
    return Described(name=name, source=source)


def _with_attributes(described: Described, element: Element) -> Described:
    for name, value in element.attributes.items():
        described.parameters[name] = described.source.part(name, value)
    return described


def _first_of_each(described: list[Described], notes: Notes) -> list[Described]:
    """Without those of a name, however written, that one before has, or of no name."""
    first: dict[str, Described] = {}
    for one in described:
        key = one.name.lower()
        if not key.strip():
            notes.not_carried(one.source, "it has no name")
        elif key in first:
            notes.not_carried(
                one.source, f"mod_callcenter takes the one in line {first[key].source.place.line}"
            )
        else:
            first[key] = one
    return list(first.values())


def _parameter(element: Element, subject: str) -> Source:
    name = element.attributes.get("name", element.tag)
    value = element.attributes.get("value", "")
    return Source(place=element.place, subject=subject, parameter=name, value=value)


def _source(element: Element, parameter: str) -> Source:
    return Source(place=element.place, subject="configuration", parameter=parameter)


def _guess(word: str, known: object) -> str:
    alike = difflib.get_close_matches(word.lower(), list(known), n=1)  # type: ignore[call-overload]
    return f"; did you mean {alike[0]!r}?" if alike else ""
