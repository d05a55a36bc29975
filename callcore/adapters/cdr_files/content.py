"""What one file of ``mod_json_cdr`` says of its leg.

Times are in ``variables`` as microseconds since 1970 (``start_uepoch``), ``0`` where it did not
happen. ``callflow`` is newest first: its last profile is how the call came in.
"""

from __future__ import annotations

from typing import Any

import msgspec

from callcore.domain.ids import LegId, Micros, NodeName
from callcore.ports.detail_records import DetailRecord
from callcore.ports.switch_events import LegSnapshot

OURS = "callcore_"


class _Profile(msgspec.Struct):
    caller_id_name: str = ""
    caller_id_number: str = ""
    destination_number: str = ""


class _Flow(msgspec.Struct):
    caller_profile: _Profile


class _Application(msgspec.Struct):
    app_name: str = ""


class _Applications(msgspec.Struct):
    applications: list[_Application] = []


class _File(msgspec.Struct):
    variables: dict[str, Any]
    callflow: list[_Flow] = []
    app_log: _Applications = msgspec.field(default_factory=_Applications)


_decoder = msgspec.json.Decoder(_File)


class NotADetailError(Exception):
    """The file is no record of a leg, or not all of it is there."""


def detail_of(content: bytes, name: str, node: NodeName) -> DetailRecord:
    """The record in a file. Raises ``NotADetailError``.

    Text that is no UTF-8 (a caller may send any bytes as a name) is read with a mark in its place.
    """
    try:
        file = _decoder.decode(content.decode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotADetailError(str(error)) from error
    variables = {key: value for key, value in file.variables.items() if isinstance(value, str)}
    leg_id = variables.get("uuid", "")
    created_at, ended_at = (_instant(variables, part) for part in ("start", "end"))
    if not leg_id or created_at is None or ended_at is None:
        raise NotADetailError("uuid, start_uepoch or end_uepoch is missing")
    came_in = file.callflow[-1].caller_profile if file.callflow else _Profile()
    return DetailRecord(
        name=name,
        leg=LegSnapshot(
            leg_id=LegId(leg_id.lower()),
            node=node,
            is_inbound=variables.get("direction") == "inbound",
            is_line_answered=_instant(variables, "answer") is not None,
            created_at=created_at,
            answered_at=_instant(variables, "answer"),
            caller_number=came_in.caller_id_number,
            caller_name=came_in.caller_id_name,
            dialled_number=came_in.destination_number,
            bridged_to=LegId(variables.get("last_bridge_to", "").lower()) or None,
            is_parked=False,
            variables={key: value for key, value in variables.items() if key.startswith(OURS)},
        ),
        was_parked=any(each.app_name == "park" for each in file.app_log.applications),
        ended_at=ended_at,
        hangup_cause=variables.get("hangup_cause", ""),
        is_ended_by_far_end=variables.get("sip_hangup_disposition", "").startswith("recv_"),
    )


def _instant(variables: dict[str, str], what: str) -> Micros | None:
    text = variables.get(f"{what}_uepoch", "")
    is_instant = text.isascii() and text.isdigit() and len(text) <= 18  # noqa: PLR2004  of 64 bits
    return Micros(int(text)) if is_instant and int(text) else None
