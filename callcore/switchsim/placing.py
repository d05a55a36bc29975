"""What a new leg begins with: its profile, address and variables, called in or called out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callcore.switchsim import sip_variables
from callcore.switchsim.profiles import Profile

if TYPE_CHECKING:
    from callcore.switchsim.dial_strings import Target

_FIRST_CALLER_PORT = 30_000
_CALLER_PORTS = 20_000
_HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A leg that is about to exist."""

    profile: Profile
    address: sip_variables.Address
    variables: Mapping[str, str]


def inbound(
    *,
    leg_id: str,
    number: int,
    dialled: str,
    caller_number: str,
    caller_name: str,
    context: str,
    domain: str | None = None,
) -> Placed:
    """A leg that calls in; ``number`` counts the switch's sessions.

    With a ``domain`` a phone of the directory calls, whose user is ``caller_number``.
    """
    address = sip_variables.Address(
        user=caller_number,
        host=_HERE,
        port=_FIRST_CALLER_PORT + number % _CALLER_PORTS,
        profile="internal",
    )
    profile = Profile(
        direction="inbound",
        logical_direction="inbound",
        username=caller_number,
        dialplan="XML",
        caller_name=caller_name,
        caller_number=caller_number,
        first_caller_name=caller_name,
        first_caller_number=caller_number,
        ani=caller_number,
        destination=dialled,
        source="mod_sofia",
        context=context,
        leg_id=leg_id,
        channel_name=f"sofia/internal/{caller_number}@{domain or address.host}:{address.port}",
    )
    variables = sip_variables.inbound(
        address, leg_id=leg_id, name=caller_name, dialled=dialled, number=number
    )
    if domain is not None:
        variables |= sip_variables.of_user(caller_number, domain)
    return Placed(profile=profile, address=address, variables=variables)


def outbound(
    *,
    leg_id: str,
    number: int,
    target: Target,
    registered_port: int | None,
    caller_number: str,
    caller_name: str,
    variables: Mapping[str, str],
) -> Placed:
    """A leg that the switch calls out on, with the variables of its dial string."""
    port = registered_port or target.port if target.kind == "user" else target.port
    address = sip_variables.Address(
        user=target.user, host=target.host or _HERE, port=port, profile=target.profile
    )
    profile = Profile(
        direction="outbound",
        logical_direction="outbound",
        caller_name=caller_name,
        caller_number=caller_number,
        first_caller_name=caller_name,
        first_caller_number=caller_number,
        callee_name="Outbound Call",
        callee_number=target.user,
        ani=caller_number,
        destination=target.user,
        source="src/switch_ivr_originate.c",
        context="default",
        leg_id=leg_id,
        channel_name=f"sofia/{target.profile}/{target.user}@{address.host}:{address.port}",
    )
    made = sip_variables.outbound(address, leg_id=leg_id, number=number)
    if target.kind == "user":
        made |= sip_variables.to_user(target.user, target.host)
    return Placed(profile=profile, address=address, variables={**made, **variables})
