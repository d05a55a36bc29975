"""How PINs are asked for, and the file with their hashes.

In that file, ``1001 scrypt:...`` a line as ``callcore agent pin`` writes it, what stands after the
agent's id is never quoted in a fault: it may be a PIN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callcore.domain import pins
from callcore.domain.ids import AgentId
from callcore.domain.pins import PinError, PinHash
from callcore.domain.policies import PinPolicy
from callcore.settings.faults import Path, guess, shown
from callcore.settings.named_files import Line, NamedFiles
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Text, Whole, is_name
from callcore.settings.section import UNGIVEN, Section

_PATH = ("pins",)


class PinsSection(Section):
    """Where the hashes are, and what becomes of wrong PINs."""

    file: Text | None = None
    tries: Whole = UNGIVEN
    lockout_seconds: Decimal = UNGIVEN
    timeout_seconds: Decimal = UNGIVEN


class _LineError(Exception):
    """A line gives no agent a PIN; the message says why."""


class Pins:
    """What the section says, of agents with these ids; faulty lines of its file are left out."""

    def __init__(
        self, reading: Reading, files: NamedFiles, value: object, agent_ids: Sequence[str]
    ) -> None:
        self._reading = reading
        self._files = files
        self._agent_ids = agent_ids
        values = reading.faultless_settings(PinsSection, _PATH, {} if value is None else value)
        file = values.pop("file", None)
        self.policy = reading.policy(PinPolicy, _PATH, values) or PinPolicy()
        self.hashes = {} if file is None else self._from_file((*_PATH, "file"), file)

    def _from_file(self, path: Path, name: str) -> dict[AgentId, PinHash]:
        file = self._files.read(path, name)
        if file is None:
            return {}
        if file.is_open_to_all:
            self._reading.warn_value(
                path,
                f"every user of this machine may read {file.file}, and a short PIN is soon found "
                f"from its hash: chmod o= {file.file}",
            )
        hashes: dict[AgentId, PinHash] = {}
        lines: dict[AgentId, int] = {}
        faults = []
        for line in file.lines:
            try:
                agent_id, pin_hash = self._parsed(line, lines)
            except _LineError as error:
                faults.append((line.place, str(error)))
            else:
                hashes[agent_id], lines[agent_id] = pin_hash, line.place.line
        self._files.report(path, file, faults, "give no agent a PIN")
        return hashes

    def _parsed(self, line: Line, taken: Mapping[AgentId, int]) -> tuple[AgentId, PinHash]:
        name, *rest = line.text.split(maxsplit=1)
        agent_id = AgentId(name)
        if not is_name(name) or not rest:
            raise _LineError(
                "expected an agent's id and the hash of a PIN, as `callcore agent pin` writes them"
            )
        if name not in self._agent_ids:
            raise _LineError(f"unknown agent {shown(name)}{guess(name, self._agent_ids)}")
        if agent_id in taken:
            raise _LineError(f"agent {agent_id} has a PIN in line {taken[agent_id]} already")
        try:
            return agent_id, pins.parse(rest[0])
        except PinError as error:
            command = f"`callcore agent pin {agent_id}` writes"
            told = f"expected the hash of agent {agent_id}'s PIN, as {command} it"
            if rest[0].isdigit():
                told = (
                    f"agent {agent_id}'s PIN itself stands here: choose another and put the line "
                    f"that {command} in place of this one"
                )
            raise _LineError(told) from error
