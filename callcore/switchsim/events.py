"""Events: their common headers, and the one place they are fired from.

An event is built only if some connection asked for it, and written at most once a format.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from callcore.switchsim import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcore.domain.ids import Micros

Headers = dict[str, wire.HeaderValue]

_PLACES = {
    "CHANNEL_STATE": ("switch_channel.c", "switch_channel_perform_set_running_state", "2409"),
    "CHANNEL_CALLSTATE": ("switch_channel.c", "switch_channel_perform_set_callstate", "302"),
    "CHANNEL_CREATE": ("switch_core_state_machine.c", "switch_core_session_run", "626"),
    "CHANNEL_ORIGINATE": ("switch_core_state_machine.c", "switch_core_session_run", "632"),
    "CHANNEL_OUTGOING": (
        "switch_core_session.c",
        "switch_core_session_outgoing_channel",
        "768",
    ),
    "CHANNEL_EXECUTE": ("switch_core_session.c", "switch_core_session_exec", "2949"),
    "CHANNEL_EXECUTE_COMPLETE": ("switch_core_session.c", "switch_core_session_exec", "2972"),
    "CHANNEL_PARK": ("switch_ivr.c", "switch_ivr_park", "1002"),
    "CHANNEL_UNPARK": ("switch_ivr.c", "switch_ivr_park", "1213"),
    "CHANNEL_ANSWER": ("switch_channel.c", "switch_channel_perform_mark_answered", "3848"),
    "CHANNEL_PROGRESS": (
        "switch_channel.c",
        "switch_channel_perform_mark_ring_ready_value",
        "3507",
    ),
    "CHANNEL_PROGRESS_MEDIA": (
        "switch_channel.c",
        "switch_channel_perform_mark_pre_answered",
        "3562",
    ),
    "CHANNEL_BRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", "1689"),
    "CHANNEL_UNBRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", "1879"),
    "CHANNEL_HANGUP": ("switch_channel.c", "switch_channel_perform_hangup", "3447"),
    "CHANNEL_HANGUP_COMPLETE": (
        "switch_core_state_machine.c",
        "switch_core_session_reporting_state",
        "943",
    ),
    "CHANNEL_DESTROY": ("switch_core_session.c", "switch_core_session_perform_destroy", "1588"),
    "CHANNEL_HOLD": ("switch_channel.c", "switch_channel_mark_hold", "876"),
    "CHANNEL_UNHOLD": ("switch_channel.c", "switch_channel_mark_hold", "876"),
    "DTMF": ("switch_channel.c", "switch_channel_dequeue_dtmf", "678"),
    "PLAYBACK_START": ("switch_ivr_play_say.c", "switch_ivr_play_file", "1649"),
    "PLAYBACK_STOP": ("switch_ivr_play_say.c", "switch_ivr_play_file", "2023"),
    "RECORD_START": ("switch_ivr_async.c", "record_callback", "1441"),
    "RECORD_STOP": ("switch_ivr_async.c", "send_record_stop_event", "1326"),
    "BACKGROUND_JOB": ("mod_event_socket.c", "api_exec", "1580"),
    "HEARTBEAT": ("switch_core.c", "send_heartbeat", "95"),
    "SHUTDOWN": ("switch_core.c", "switch_core_destroy", "3033"),
    "CUSTOM": ("sofia_reg.c", "sofia_reg_handle_register_token", "2059"),
    "filestring::fail": ("mod_dptools.c", "next_file", "5021"),
    "CHANNEL_DATA": ("mod_commands.c", "uuid_dump_function", "6495"),
}
_NOWHERE = ("switch_event.c", "switch_event_fire", "1")


class Event:
    """One event, written lazily in each format that somebody reads."""

    __slots__ = ("_json", "_plain", "body", "headers", "name", "subclass")

    def __init__(self, name: str, subclass: str, headers: Headers, body: str) -> None:
        self.name = name
        self.subclass = subclass
        self.headers = headers
        self.body = body
        self._json: bytes | None = None
        self._plain: bytes | None = None

    def frame(self, event_format: str) -> bytes:
        """The whole frame, as ``json`` or ``plain``."""
        if event_format == "json":
            if self._json is None:
                self._json = wire.json_event(self.headers, self.body)
            return self._json
        if self._plain is None:
            self._plain = wire.plain_event(self.headers, self.body)
        return self._plain


class Audience(Protocol):
    """A connection that may want events."""

    def wants(self, name: str, subclass: str) -> bool:
        """True if it asked for such events."""

    def hear(self, event: Event) -> None:
        """Takes an event it asked for, unless its filters drop it."""


class EventSource:
    """Numbers and dates events and hands them to whoever asked."""

    def __init__(self, *, core_uuid: str, hostname: str, now: Callable[[], Micros]) -> None:
        self.core_uuid = core_uuid
        self.audience: list[Audience] = []
        self._hostname = hostname
        self._now = now
        self._sequence = 0
        self._dated = (-1, "", "")

    def is_wanted(self, name: str, subclass: str = "") -> bool:
        """True if any connection asked for such events."""
        return any(listener.wants(name, subclass) for listener in self.audience)

    def fire(
        self,
        name: str,
        build: Callable[[], Mapping[str, wire.HeaderValue]],
        *,
        subclass: str = "",
        body: str = "",
    ) -> None:
        """Delivers an event. ``build`` gives its own headers and is called only if it is wanted."""
        self._sequence += 1
        listeners = [one for one in self.audience if one.wants(name, subclass)]
        if not listeners:
            return
        headers = self.common(name, subclass)
        headers.update(build())
        event = Event(name, subclass, headers, body)
        for listener in listeners:
            listener.hear(event)

    def common(self, name: str, subclass: str = "") -> Headers:
        """The headers every event begins with."""
        now = self._now()
        second = now // 1_000_000
        if self._dated[0] != second:
            self._dated = (
                second,
                time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second)),
                time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(second)),
            )
        file, function, line = _PLACES.get(subclass) or _PLACES.get(name, _NOWHERE)
        headers: Headers = {"Event-Subclass": subclass} if subclass else {}
        headers.update(
            {
                "Event-Name": name,
                "Core-UUID": self.core_uuid,
                "FreeSWITCH-Hostname": self._hostname,
                "FreeSWITCH-Switchname": self._hostname,
                "FreeSWITCH-IPv4": "127.0.0.1",
                "FreeSWITCH-IPv6": "::1",
                "Event-Date-Local": self._dated[1],
                "Event-Date-GMT": self._dated[2],
                "Event-Date-Timestamp": str(now),
                "Event-Calling-File": file,
                "Event-Calling-Function": function,
                "Event-Calling-Line-Number": line,
                "Event-Sequence": str(self._sequence),
            }
        )
        return headers
