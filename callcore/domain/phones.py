"""Phones that a switch knows by name, and what keeps an agent from being asked because of one.

A phone is a user of the switch's directory, ``1001@pbx.example.com``: it registers, and the switch
says so of every channel to or from it. Of any other contact (a trunk's number, a SIP address)
nobody can say whether it is there or busy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NewType

from callcore.domain.agents import HoldReason
from callcore.domain.ids import AgentId
from callcore.domain.policies import AgentPolicy, Connection

Phone = NewType("Phone", str)
"""``user@domain``, the domain in lower case."""

_USER = re.compile(r"[A-Za-z0-9_.+*#-]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9_.-]{1,253}")
_CONTACT_PREFIX = "user/"


def phone(user: str, domain: str) -> Phone | None:
    """The phone of a user, or ``None`` if these words name none that could be an agent's."""
    if not _USER.fullmatch(user) or not _DOMAIN.fullmatch(domain):
        return None
    return Phone(f"{user}@{domain.lower()}")


def phone_at(address: str) -> Phone | None:
    """The phone written as ``user@domain``."""
    user, _, domain = address.partition("@")
    return phone(user, domain)


def phone_of(contact: str) -> Phone | None:
    """The phone of an agent's contact; ``None`` if it cannot be followed.

    Only ``user/1001@domain`` can: without the domain it is the switch that chooses one.
    """
    if not contact.startswith(_CONTACT_PREFIX):
        return None
    return phone_at(contact.removeprefix(_CONTACT_PREFIX))


def user_of(one: Phone) -> str:
    """The user of a phone."""
    return one.partition("@")[0]


def agents_by_phone(agents: Mapping[AgentId, AgentPolicy]) -> dict[Phone, tuple[AgentId, ...]]:
    """Whose phone each is; several agents may take turns at one."""
    found: dict[Phone, tuple[AgentId, ...]] = {}
    for agent_id, agent in agents.items():
        one = phone_of(agent.contact)
        if one is not None:
            found[one] = (*found.get(one, ()), agent_id)
    return found


def holds(
    agent: AgentPolicy,
    before: frozenset[HoldReason],
    *,
    is_registered: bool | None,
    is_on_outside_call: bool | None,
) -> frozenset[HoldReason]:
    """Why an agent is not to be asked; what is not known now, ``None``, is as it was ``before``.

    Who has dialled in and stays on the line needs no registration.
    """
    if phone_of(agent.contact) is None:
        return frozenset()
    is_away = None if is_registered is None else not is_registered
    found = {HoldReason.UNREGISTERED: is_away, HoldReason.OUTSIDE_CALL: is_on_outside_call}
    if not agent.must_be_registered or agent.connection is Connection.STANDING:
        found[HoldReason.UNREGISTERED] = False
    return frozenset(
        reason for reason, is_so in found.items() if (reason in before if is_so is None else is_so)
    )
