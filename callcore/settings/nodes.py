"""The nodes of the file: each a switch of its own, with a password from beside the file."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.policies import NodePolicy
from callcore.domain.sharding import DUTIES
from callcore.settings import passwords
from callcore.settings.faults import Path, dotted, shown
from callcore.settings.model import NodeSettings
from callcore.settings.reading import Reading
from callcore.settings.scalars import Host, LinkSeconds, LostSeconds, Name, Port
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.switch_words import PeerContact

FindPassword = Callable[[Path, str], str | None]
"""Takes the place for faults and the variable."""


class NodeSection(Section):
    """One FreeSWITCH."""

    name: Name
    host: Host
    port: Port = UNGIVEN
    connect_timeout_seconds: LinkSeconds = UNGIVEN
    command_timeout_seconds: LinkSeconds = UNGIVEN
    heartbeat_seconds: LinkSeconds = UNGIVEN
    lost_after_refused_seconds: LinkSeconds = UNGIVEN
    lost_after_seconds: LostSeconds = UNGIVEN
    peer_contact: PeerContact | None = UNGIVEN


class Nodes:
    """The nodes read so far, for telling those that are there twice."""

    def __init__(self, reading: Reading, find_password: FindPassword) -> None:
        self._reading = reading
        self._find_password = find_password
        self._names: dict[str, str] = {}
        """By the variable of the password."""
        self._owners: dict[tuple[str, int], str] = {}
        """Whose switch it is, by its address."""

    def node(self, path: Path, value: object) -> NodeSettings | None:
        """The next node. What has no fault is checked on, whatever the rest has."""
        values = self._reading.faultless_settings(NodeSection, path, value)
        password = self._password(path, values["name"]) if "name" in values else None
        policy = self._reading.policy(NodePolicy, path, {"name": "", "host": "", **values})
        if policy is None:
            return None
        has_faulty_port = isinstance(value, dict) and "port" in value and "port" not in values
        if policy.host and not has_faulty_port:
            self._check_address(path, policy)
        return NodeSettings(policy=policy, password=password or "")

    def _password(self, path: Path, name: str) -> str | None:
        """Of a name that no node before has; nodes whose names give one variable share it."""
        variable = passwords.node_variable(name)
        if name == DUTIES:
            self._reading.report_value(
                (*path, "name"), f"{shown(name)} is a word of callcore's own: call it otherwise"
            )
            return None
        if variable in self._names:
            self._reading.report_value(
                (*path, "name"),
                f"the node {shown(self._names[variable])} has this name, or its variable "
                f"{variable}, already",
            )
            return None
        self._names[variable] = name
        return self._find_password((*path, "name"), variable)

    def _check_address(self, path: Path, policy: NodePolicy) -> None:
        address = (policy.host, policy.port)
        if address in self._owners:
            self._reading.report_value(
                (*path, "host"), f"this is the switch of {self._owners[address]}"
            )
        else:
            self._owners[address] = f"node {shown(policy.name)}" if policy.name else dotted(path)
