"""Events of the switch as a whole: its heartbeat, and who registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim import api_switch
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from callcore.switchsim.core import Core


def vital_signs(switch: Core) -> dict[str, str]:
    """What a heartbeat says."""
    limits = switch.limits
    return {
        "Event-Info": "System Ready",
        "Up-Time": api_switch.up_time(switch),
        "FreeSWITCH-Version": api_switch.VERSION,
        "Uptime-msec": str((switch.clock.now() - switch.started_at) // 1000),
        "Session-Count": str(limits.current),
        "Max-Sessions": str(limits.sessions),
        "Session-Per-Sec": str(limits.per_second),
        "Session-Per-Sec-Last": str(limits.last_second),
        "Session-Per-Sec-Max": str(limits.peak_per_second),
        "Session-Per-Sec-FiveMin": str(limits.peak_per_second),
        "Session-Since-Startup": str(limits.since_start),
        "Session-Peak-Max": str(limits.peak),
        "Session-Peak-FiveMin": str(limits.peak),
        "Idle-CPU": "90.000000",
    }


def registration(switch: Core, user: str, port: int, *, is_begun: bool) -> None:
    """Tells that a user's phone registered at ``port``, or does so no longer."""
    domain = switch.settings.domain
    headers = {
        "profile-name": "internal",
        "from-user": user,
        "from-host": domain,
        "presence-hosts": "n/a",
        "contact": f'"" <sip:{user}@127.0.0.1:{port}>',
        "call-id": f"{user}-{port}@{domain}",
        "rpid": "unknown",
        "status": "Registered(UDP)" if is_begun else "Unregistered(UDP)",
        "expires": "60" if is_begun else "0",
        "to-user": user,
        "to-host": domain,
        "network-ip": "127.0.0.1",
        "network-port": str(port),
        "username": user,
        "realm": domain,
        "user-agent": "switchsim",
    }
    subclass = "sofia::register" if is_begun else "sofia::unregister"
    switch.source.fire("CUSTOM", lambda: headers, subclass=subclass)


def expiry(switch: Core, user: str, port: int) -> None:
    """Tells that a user's phone was not heard of for too long; the headers have other names."""
    domain = switch.settings.domain
    headers = {
        "profile-name": "internal",
        "call-id": f"{user}-{port}@{domain}",
        "user": user,
        "username": user,
        "host": domain,
        "contact": f'"" <sip:{user}@127.0.0.1:{port}>',
        "expires": str(switch.clock.now() // MICROS),
        "user-agent": "switchsim",
        "realm": domain,
        "network-ip": "127.0.0.1",
        "network-port": str(port),
    }
    switch.source.fire("CUSTOM", lambda: headers, subclass="sofia::expire")
