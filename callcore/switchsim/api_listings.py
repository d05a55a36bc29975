"""API commands that list: channels, calls, registrations, gateways, contacts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcore.switchsim.channels import Channel
    from callcore.switchsim.core import Core

_EMPTY = '{"row_count": 0}\n'
_SIDE = (
    "uuid",
    "direction",
    "created",
    "created_epoch",
    "name",
    "state",
    "cid_name",
    "cid_num",
    "ip_addr",
    "dest",
    "presence_id",
    "presence_data",
    "accountcode",
    "callstate",
    "callee_name",
    "callee_num",
    "callee_direction",
)


def show(switch: Core, arguments: str) -> str:
    """``show channels|calls|registrations as json``, or ``show channels count``."""
    words = arguments.split()
    rows_of: dict[str, Callable[[Core], list[dict[str, str]]]] = {
        "channels": _channels,
        "calls": _calls,
        "registrations": _registrations,
    }
    if not words or words[0] not in rows_of:
        return "-USAGE: channels|calls|registrations [count|as json]\n"
    rows = rows_of[words[0]](switch)
    if "json" not in words:
        return f"\n{len(rows)} total.\n"
    if not rows:
        return _EMPTY
    listing = {"row_count": len(rows), "rows": rows}
    return msgspec.json.encode(_readable(listing)).decode()


def sofia_contact(switch: Core, arguments: str) -> str:
    """``sofia_contact [profile/]user@domain``; the profile ``*`` is any."""
    profile, _, address = arguments.removeprefix("*/").rpartition("/")
    user = address.partition("@")[0]
    port = switch.phones.port(user)
    if port is None:
        return "error/user_not_registered"
    return f"sofia/{profile or 'internal'}/sip:{user}@{switch.phones.domain}:{port}"


def sofia(switch: Core, arguments: str) -> str:
    """``sofia status [gateway <name>]``."""
    words = arguments.split()
    if words[:2] == ["status", "gateway"] and len(words) > len(("status", "gateway")):
        name = words[2]
        if name not in switch.settings.gateways:
            return "Invalid Gateway!\n"
        line = "=" * 97
        return f"{line}\nName    \t{name}\nState   \tREGED\nStatus  \tUP\n{line}\n"
    if words[:1] == ["status"]:
        return "Name\tType\tData\tState\ninternal\tprofile\tsip:mod_sofia\tRUNNING (0)\n"
    return "-USAGE: sofia status [gateway <name>]\n"


def _channels(switch: Core) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for channel in switch.channels():
        application, data = "", ""
        if channel.application_log:
            application, data, _ = channel.application_log[-1]
        side = _side(channel)
        first = channel.first_profile
        rows.append(
            {
                **{name: side[name] for name in _SIDE[:10]},
                "application": application,
                "application_data": data,
                "dialplan": channel.profile.dialplan,
                "context": channel.profile.context,
                "read_codec": "PCMU",
                "read_rate": "8000",
                "read_bit_rate": "64000",
                "write_codec": "PCMU",
                "write_rate": "8000",
                "write_bit_rate": "64000",
                "secure": "",
                "hostname": switch.settings.hostname,
                **{name: side[name] for name in _SIDE[10:]},
                "call_uuid": channel.call_uuid,
                "sent_callee_name": "",
                "sent_callee_num": "",
                "initial_cid_name": first.caller_name,
                "initial_cid_num": first.caller_number,
                "initial_ip_addr": first.network_address,
                "initial_dest": first.destination,
                "initial_dialplan": first.dialplan,
                "initial_context": first.context,
            }
        )
    return rows


def _calls(switch: Core) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for channel in switch.channels():
        partner = channel.partner if channel.is_talking else None
        if channel.is_talking and not channel.is_originator:
            continue
        other = _side(partner) if partner is not None else dict.fromkeys(_SIDE, "")
        rows.append(
            {
                **_side(channel),
                "call_uuid": channel.call_uuid,
                "hostname": switch.settings.hostname,
                "sent_callee_name": "",
                "sent_callee_num": "",
                **{f"b_{name}": value for name, value in other.items()},
                "b_sent_callee_name": "",
                "b_sent_callee_num": "",
                "call_created_epoch": other["created_epoch"],
            }
        )
    return rows


def _registrations(switch: Core) -> list[dict[str, str]]:
    domain = switch.phones.domain
    return [
        {
            "reg_user": user,
            "realm": domain,
            "token": f"{user}-{port}@{domain}",
            "url": f"sofia/internal/sip:{user}@{domain}:{port}",
            "expires": str(switch.clock.now() // MICROS + 60),
            "network_ip": "127.0.0.1",
            "network_port": str(port),
            "network_proto": "udp",
            "hostname": switch.settings.hostname,
            "metadata": "",
        }
        for user, port in switch.phones.registered().items()
    ]


def _side(channel: Channel) -> dict[str, str]:
    profile = channel.profile
    created = channel.times.created // MICROS
    return {
        "uuid": channel.uuid,
        "direction": profile.direction,
        "created": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(created)),
        "created_epoch": str(created),
        "name": profile.channel_name,
        "state": f"CS_{channel.running.name}",
        "cid_name": profile.caller_name,
        "cid_num": profile.caller_number,
        "ip_addr": profile.network_address,
        "dest": profile.destination,
        "presence_id": channel.get("presence_id") or "",
        "presence_data": "",
        "accountcode": "",
        "callstate": channel.call_state.name,
        "callee_name": profile.callee_name,
        "callee_num": profile.callee_number,
        "callee_direction": "SEND" if profile.callee_name else "",
    }


def _readable(listing: object) -> object:
    # The listing comes out of a database, which replaces bytes that are not UTF-8.
    if isinstance(listing, str):
        return listing.encode("utf-8", "replace").decode()
    if isinstance(listing, list):
        return [_readable(one) for one in listing]
    if isinstance(listing, dict):
        return {name: _readable(value) for name, value in listing.items()}
    return listing


COMMANDS: Mapping[str, Callable[[Core, str], str]] = {
    "show": show,
    "sofia": sofia,
    "sofia_contact": sofia_contact,
}
