"""What a simulated switch is made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.phones import AgentPhone, Reaction
from callcore.switchsim.sounds import Sounds

MODULES = frozenset(
    {
        *("mod_commands", "mod_console", "mod_dialplan_xml", "mod_dptools", "mod_event_socket"),
        *("mod_json_cdr", "mod_local_stream", "mod_logfile", "mod_native_file", "mod_sndfile"),
        *("mod_sofia", "mod_tone_stream"),
    }
)
"""Those of ``freeswitch/autoload_configs/modules.conf.xml``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSettings:
    """Settings of a simulated switch.

    ``speed`` divides the lengths of sounds and of what people do; heartbeats, timeouts and media
    steps keep their real lengths. ``users`` are those of ``userauth``, ``user@domain`` to password.
    ``unknown_phone`` answers addresses that no phone was added for. ``detail_record_directory``
    receives one file a leg.
    """

    host: str = "127.0.0.1"
    port: int = 0
    password: str = "ClueCon"  # noqa: S105 - FreeSWITCH's well-known default
    users: Mapping[str, str] = field(default_factory=dict)
    refuses: bool = False
    hostname: str = "switchsim"
    domain: str = "127.0.0.1"
    seed: int = 1
    speed: float = 1.0
    heartbeat_seconds: float = 20.0
    sessions: int = 5_000
    sessions_per_second: int = 500
    dialplan: Dialplan = field(default_factory=Dialplan)
    sounds: Sounds = field(default_factory=Sounds)
    hold_music: str = "local_stream://moh"
    unknown_phone: AgentPhone = field(default=AgentPhone(reaction=Reaction.UNREACHABLE))
    gateways: frozenset[str] = frozenset()
    media_timeout_seconds: float = 30.0
    allows_api_expansion: bool = False
    modules: frozenset[str] = MODULES
    detail_record_directory: Path | None = None
